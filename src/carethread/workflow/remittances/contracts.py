"""Contracts: what payers have agreed to pay, typed one by one or read from a sheet with a preview.

A term's figures never change: what is said anew ends or withdraws what stood, and both are kept. Of
a file everything is done or nothing; the same file twice does nothing the second time. Short
payments that are open are held against the new terms by `underpaid`, in the next round.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from carethread.codes import fee_file
from carethread.codes.fee_file import FeeRow
from carethread.codes.sheets import NotSuchAFile, RowFault
from carethread.record.models import (
    Contract,
    ContractEvent,
    ContractFile,
    ContractTerm,
    Payer,
    User,
)
from carethread.rules.expect import Term
from carethread.rules.schedule import Agreed, Fault, Plan, figure, plan
from carethread.rules.words import day
from carethread.workflow import gather
from carethread.workflow.common.errors import Problem, Refused, refuse
from carethread.workflow.common.keep import keep

_BATCH = 1000


# ------------------------------------------------------------------------------ the contract


@transaction.atomic
def save_contract(row: Contract, *, user: User | None = None, now: datetime) -> Contract:
    """Keep a contract. A payer has one at a time; the one before it that is open ends the day
    before. Terms that would outlast it end with it."""
    is_new = row.pk is None
    _lock(row.payer_id)
    others = Contract.objects.filter(payer=row.payer_id).exclude(pk=row.pk)
    if is_new:
        for other in others.filter(
            effective_to__isnull=True, effective_from__lt=row.effective_from
        ):
            _end(other, row.effective_from - timedelta(days=1), user, now)
    _refuse_clash(row, others)
    keep(row)
    if row.effective_to is not None:
        _end_terms(row, row.effective_to, now)
    _told(row, "Contract kept." if is_new else "Contract changed.", user, now)
    return row


def _refuse_clash(row: Contract, others: "QuerySet[Contract]") -> None:
    later = Q(effective_to__isnull=True) | Q(effective_to__gte=row.effective_from)
    if row.effective_to is not None:
        later &= Q(effective_from__lte=row.effective_to)
    if (clash := others.filter(later).first()) is not None:
        until = f"until {day(clash.effective_to)}" if clash.effective_to else "with no end"
        raise refuse(
            f"{clash} with this payer runs from {day(clash.effective_from)} {until}: "
            "one contract holds at a time.",
            "effective_from",
        )
    terms = _standing(row) if row.pk else ContractTerm.objects.none()
    if terms.filter(effective_from__lt=row.effective_from).exists():
        raise refuse("It has terms from an earlier day on.", "effective_from")


def _end(contract: Contract, last: date, user: User | None, now: datetime) -> None:
    contract.effective_to = last
    keep(contract)
    _end_terms(contract, last, now)
    _told(contract, f"Ended on {day(last)}: another contract follows.", user, now)


def _end_terms(contract: Contract, last: date, now: datetime) -> None:
    rows = _standing(contract)
    rows.filter(effective_from__gt=last).update(withdrawn_at=now)
    rows.filter(Q(effective_to__isnull=True) | Q(effective_to__gt=last)).update(effective_to=last)


def _standing(contract: Contract) -> "QuerySet[ContractTerm]":
    return gather.standing_terms().filter(contract=contract)


# ------------------------------------------------------------------------------ one term


@transaction.atomic
def save_term(row: ContractTerm, *, user: User | None, now: datetime) -> ContractTerm:
    """Keep a term from its first day on; what was promised for that service until then ends the
    day before, and what was promised from that very day on is withdrawn."""
    row.clean_fields(exclude=["contract", "organization", "file"])
    said = _as_row(row)
    if wrong := fee_file.fault(said):
        raise refuse(f"{wrong[0].upper()}{wrong[1:]}.")
    contract = _locked(row.contract)
    # A person may take up again a service that was dropped: days without a rate are no gap then.
    done = _planned(contract, [said], row.effective_from, is_whole=False, may_pause=True)
    if done.faults:
        raise Refused(*(Problem("", f"{f.words[0].upper()}{f.words[1:]}.") for f in done.faults))
    if done.does_nothing:
        raise refuse("The contract says this already.")
    _apply(contract, done, None, now)
    change = done.add[0]
    was = f" in place of {figure(change.was)}" if change.was else ""
    _told(
        contract,
        f"{change.term.named}: {figure(change.term)} from {day(change.term.starts)}{was}.",
        user,
        now,
    )
    return _standing(contract).order_by("-pk")[0]


@transaction.atomic
def end_term(row: ContractTerm, *, last: date | None, user: User, now: datetime) -> None:
    """The service is promised until that day and no longer."""
    contract = _locked(row.contract)
    row.refresh_from_db()
    if last is None or last < row.effective_from:
        raise refuse(f"Choose a day from {day(row.effective_from)} on.", "last")
    if row.withdrawn_at is not None or (row.effective_to and row.effective_to <= last):
        raise refuse("It ends before that day already.", "last")
    row.effective_to = last
    row.save(update_fields=["effective_to"])
    _told(contract, f"{gather.term(row).named} ends on {day(last)}.", user, now)


def _as_row(row: ContractTerm) -> FeeRow:
    term = gather.term(row)
    return FeeRow(
        number=1, kind=term.kind, code=term.code, revenue_code=term.revenue_code,
        modifier=term.modifier, credential=term.credential, place=term.place,
        amount=term.amount, share=term.share, first_day=term.first_day, last_day=term.last_day,
        starts=term.starts, ends=term.ends,
    )  # fmt: skip


# ------------------------------------------------------------------------------ a file


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would do. `unread` are rows that make no sense; with them, or with faults of the
    plan, nothing can be done. `terms` are those that stand, by id."""

    plan: Plan
    unread: tuple[RowFault, ...]
    terms: dict[int, Term]

    @property
    def faults(self) -> tuple[Fault, ...]:
        told = (*(Fault((f.row,), f.words) for f in self.unread), *self.plan.faults)
        return tuple(sorted(told, key=lambda f: f.rows))


@transaction.atomic
def hand_in(
    contract: Contract,
    *,
    name: str,
    data: bytes,
    starts: date,
    is_whole: bool,
    user: User | None,
    now: datetime,
) -> ContractFile:
    """Keep a file to be looked at. Refused where it is no fee schedule at all."""
    try:
        fee_file.parse(data)
    except NotSuchAFile as wrong:
        raise refuse(f"This cannot be read: {wrong}.", "file") from wrong
    return ContractFile.objects.create(
        organization_id=contract.organization_id,
        contract=contract,
        name=name[:200],
        sha256=hashlib.sha256(data).hexdigest(),
        raw=data,
        starts=starts,
        is_whole=is_whole,
        user=user,
        at=now,
    )


def preview(file: ContractFile) -> Preview:
    """What the file would do to the contract as it stands now. Writes nothing."""
    rows, unread = fee_file.parse(bytes(file.raw))
    terms = {row.pk: gather.term(row) for row in _standing(file.contract)}
    done = _planned(file.contract, rows, file.starts, is_whole=file.is_whole)
    return Preview(done, (*unread, *_unknown(rows, file.starts)), terms)


def _unknown(rows: Sequence[FeeRow], on: date) -> Iterator[RowFault]:
    """Rows for a credential that nobody here can have: they would never hold."""
    known = gather.tables(on).credentials
    for row in rows:
        if row.credential and row.credential not in known:
            offered = ", ".join(sorted(known))
            yield RowFault(row.number, f"{row.credential!r} is no credential here: {offered}")


def is_loaded(file: ContractFile) -> bool:
    return file.events.exists()


@transaction.atomic
def load(file: ContractFile, *, user: User | None, now: datetime) -> Plan:
    """Do what the preview shows, all of it or nothing."""
    contract = _locked(file.contract)
    if is_loaded(file):
        raise refuse("This file is loaded already.")
    seen = preview(file)
    if seen.faults:
        raise Refused(*(Problem("", f"{f.where}: {f.words}") for f in seen.faults))
    if seen.plan.does_nothing:
        raise refuse("The contract says all of this already.")
    _apply(contract, seen.plan, file, now)
    _told(contract, _in_words(file, seen.plan), user, now, file)
    return seen.plan


def _in_words(file: ContractFile, done: Plan) -> str:
    ended = len(done.dropped)
    return (
        f"Loaded {file.name}: {len(done.fresh)} added, {len(done.changed)} changed, {ended} ended, "
        f"{len(done.same)} as they were."
    )


# ------------------------------------------------------------------------------ both


def _lock(payer_id: int) -> None:
    """One change of a payer's contract at a time."""
    Payer.objects.select_for_update(no_key=True).get(pk=payer_id)


def _locked(contract: Contract) -> Contract:
    _lock(contract.payer_id)
    return Contract.objects.select_related("payer", "organization").get(pk=contract.pk)


def _planned(
    contract: Contract,
    rows: Sequence[FeeRow],
    from_day: date,
    *,
    is_whole: bool,
    may_pause: bool = False,
) -> Plan:
    standing = {row.pk: gather.term(row) for row in _standing(contract)}
    agreed = Agreed(contract.effective_from, contract.effective_to, from_day, is_whole, may_pause)
    return plan(standing, rows, agreed)


def _apply(contract: Contract, done: Plan, file: ContractFile | None, now: datetime) -> None:
    if done.withdraw:
        ContractTerm.objects.filter(pk__in=done.withdraw).update(withdrawn_at=now)
    for last in set(done.end.values()):
        ids = [pk for pk, day_ in done.end.items() if day_ == last]
        ContractTerm.objects.filter(pk__in=ids).update(effective_to=last)
    ContractTerm.objects.bulk_create(
        (_row(contract, change.term, file) for change in done.add), batch_size=_BATCH
    )


def _row(contract: Contract, term: Term, file: ContractFile | None) -> ContractTerm:
    return ContractTerm(
        organization_id=contract.organization_id,
        contract=contract,
        file=file,
        kind=term.kind.value,
        code=term.code,
        revenue_code=term.revenue_code,
        modifier=term.modifier,
        credential=term.credential,
        place=term.place,
        first_day=term.first_day,
        last_day=term.last_day,
        amount_cents=term.amount,
        share=term.share,
        effective_from=term.starts,
        effective_to=term.ends,
    )


def _told(
    contract: Contract,
    words: str,
    user: User | None,
    now: datetime,
    file: ContractFile | None = None,
) -> None:
    ContractEvent.objects.create(
        organization_id=contract.organization_id, contract=contract, words=words[:500], file=file,
        user=user, at=now,
    )  # fmt: skip
