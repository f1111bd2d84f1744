"""The bank's money meets the remittances that explain it, or waits; it is never guessed.

A bank file comes in like any other (`receive`), or a person notes a deposit. `settle` matches what
is certain, whichever of the two came first, and is safe to run again.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from carethread.record.models import (
    EdiFile,
    EftDeposit,
    Organization,
    Reassociation,
    ReassociationEvent,
    Remittance,
    User,
)
from carethread.record.policies import effective
from carethread.rules import bank_file
from carethread.rules.bank_file import BankLine
from carethread.rules.clocks import plausible
from carethread.rules.deposits import Advice, Money, Verdict, reassociate
from carethread.rules.words import day as day_words
from carethread.rules.words import dollars
from carethread.workflow import gather
from carethread.workflow.common import locks
from carethread.workflow.common.errors import refuse
from carethread.workflow.common.quarantine import Quarantined
from carethread.x12.finding import Finding, Severity

WAITING, MATCHED, OTHER, VOID = "waiting", "matched", "other", "void"
_ABOUT = timedelta(days=30)  # more than any center's window of business days
_NOT_SEEN = "Nobody has looked for its remittance yet."
_MONEY_OUT = "Money that went out, and names no remittance."


def take_file(file: EdiFile, *, now: datetime) -> int:
    """Write down every line of a bank's file that is not known yet; how many. The same file, an
    export that overlaps an earlier one, or what a person noted before the bank told it adds
    nothing twice. Raises Quarantined."""
    try:
        lines = bank_file.read(bytes(file.raw))
    except bank_file.NotRead as wrong:
        findings = [
            Finding("BANK_ROW", Severity.ERROR, row, f"Row {row}: {why}") for row, why in wrong.rows
        ]
        raise Quarantined(f"This bank file was not read. {wrong}", findings) from wrong
    _refuse_days_to_come(lines, gather.service_date(file.organization, now))
    known = set(_on_days_of(lines).values_list("key", flat=True))
    noted = _noted(lines)
    fresh = []
    for line, key in zip(lines, _keys(lines), strict=True):
        if key in known:
            continue
        if noted[_told(line)]:
            noted[_told(line)] -= 1
        else:
            fresh.append(_row(file, line, key, now))
    _add(fresh, now)
    settle(file.organization, now=now)
    return len(fresh)


@transaction.atomic
def by_hand(
    organization: Organization,
    *,
    day: date,
    amount: int,
    reference: str,
    words: str,
    user: User,
    now: datetime,
    sure: int = 0,
) -> EftDeposit:
    """A person notes a deposit, of cents, that no bank file tells of. Asked about where one of that
    day and amount is there, as it would count twice: `sure` repeats an amount that was."""
    if not amount:
        raise refuse("Say how much was deposited.", "amount")
    if day > gather.service_date(organization, now):
        raise refuse("This day has not come yet.", "day")
    known = EftDeposit.objects.filter(day=day, amount_cents=amount)
    twin = known.exclude(reassociation__state=VOID).order_by("pk").first()
    if twin is not None and sure != amount:
        raise refuse(_is_another(twin), "sure")
    trace, payer = bank_file.traced(words)
    line = BankLine(0, day, amount, reference.strip()[:60], words.strip()[:500], "", trace, payer)
    key = _key("by hand", line, known.filter(file=None).count())
    row = _row(None, line, key, now, organization=organization, user=user)
    _add([row], now)
    settle(organization, now=now)
    return row


def _is_another(twin: EftDeposit) -> str:
    reference = f", reference {twin.reference}," if twin.reference else ""
    return (
        f"{dollars(twin.amount_cents)} of {day_words(twin.day)}{reference} is on record already. "
        "Is this another deposit?"
    )


@transaction.atomic
def settle(organization: Organization, *, now: datetime) -> int:
    """Match every waiting deposit whose remittance is certain; how many."""
    waiting = _waiting(organization)
    if not waiting:
        return 0
    lines = [_money(row.deposit) for row in waiting]
    window = effective("eft_window_days", on=gather.service_date(organization, now)).value
    free, taken = _advices(lines)
    verdicts = reassociate(lines, free, window, taken)
    return sum(_follow(row, verdicts[row.deposit_id], now) for row in waiting)


# -------------------------------------------------------------------------------------- by a person


@transaction.atomic
def choose(
    row: Reassociation, remittances: Sequence[Remittance], *, user: User, now: datetime
) -> Reassociation:
    """A person says which checks came in this deposit: several paper checks come in one. They
    must come to what the bank received."""
    row = _locked(row)
    if row.state != WAITING:
        raise refuse("Somebody has settled this deposit already.")
    if not remittances:
        raise refuse("Choose at least one remittance.")
    total = sum(check.amount_cents for check in remittances)
    if total != row.deposit.amount_cents:
        raise refuse(
            f"These come to {dollars(total)}, the bank received "
            f"{dollars(row.deposit.amount_cents)}. Choose all that came in this deposit."
        )
    ids = [check.pk for check in remittances]
    if not _tie(row, ids):
        raise refuse("One of these has been found in another deposit meanwhile. Look again.")
    traces = ", ".join(check.trace for check in remittances)
    return _put(row, MATCHED, f"{user} matched it to {traces}.", user, now)


@transaction.atomic
def unmatch(row: Reassociation, *, reason: str, user: User, now: datetime) -> Reassociation:
    """A person takes a match, or that it is not a payer's, back: the deposit waits again. It is
    not matched by itself any more."""
    row = _locked(row)
    if row.state == VOID:
        raise refuse("This deposit is void.")
    if row.state == WAITING:
        raise refuse("This deposit waits already.")
    if not reason.strip():
        raise refuse("Say why this is taken back.", "reason")
    Remittance.objects.filter(deposit=row.deposit).update(deposit=None)
    return _put(row, WAITING, f"{user} took it back: {reason.strip()}", user, now)


@transaction.atomic
def void(row: Reassociation, *, reason: str, user: User, now: datetime) -> Reassociation:
    """A deposit that a person noted by mistake counts nowhere any more; its checks are free, and
    what it kept from being certain is looked at again."""
    row = _locked(row)
    if row.deposit.file_id is not None:
        raise refuse("The bank tells of this deposit. Say that it is not a payer’s instead.")
    if row.state == VOID:
        raise refuse("This deposit is void already.")
    if not reason.strip():
        raise refuse("Say why this deposit is void.", "reason")
    Remittance.objects.filter(deposit=row.deposit).update(deposit=None)
    row = _put(row, VOID, f"{user} voided it: {reason.strip()}", user, now)
    settle(row.organization, now=now)
    return row


@transaction.atomic
def not_a_payers(row: Reassociation, *, reason: str, user: User, now: datetime) -> Reassociation:
    """A person says that this money is no payer's: a client's card, a refund, rent."""
    row = _locked(row)
    if row.state != WAITING:
        raise refuse("Somebody has settled this deposit already.")
    if not reason.strip():
        raise refuse("Say what this money is.", "reason")
    return _put(row, OTHER, reason.strip(), user, now)


# -------------------------------------------------------------------------------------- rows


def _keys(lines: Sequence[BankLine]) -> list[str]:
    """What each line is known by: the bank's words, and which of its equals it is in its file."""
    seen: Counter[str] = Counter()
    keys = []
    for line in lines:
        alike = _key("bank", line, 0)
        keys.append(_key("bank", line, seen[alike]))
        seen[alike] += 1
    return keys


def _told(line: BankLine | EftDeposit) -> tuple[date, int, str]:
    """What a person's note and the bank's line of one deposit have in common."""
    amount = line.amount if isinstance(line, BankLine) else line.amount_cents
    return line.day, amount, line.reference


def _noted(lines: Sequence[BankLine]) -> Counter[tuple[date, int, str]]:
    """How many deposits of these days people have noted by hand, by what they told."""
    rows = _on_days_of(lines).filter(file=None).exclude(reassociation__state=VOID)
    return Counter(map(_told, rows))


def _on_days_of(lines: Sequence[BankLine]) -> "QuerySet[EftDeposit]":
    """Deposits of the span that these lines are of. (A list of their days or keys may hold more
    than a statement can.)"""
    days = [line.day for line in lines]
    rows: QuerySet[EftDeposit] = EftDeposit.objects.all()
    return rows.filter(day__range=(min(days), max(days))) if days else rows.none()


def _refuse_days_to_come(lines: Sequence[BankLine], today: date) -> None:
    findings = [
        Finding("BANK_DAY", Severity.ERROR, line.row, f"Row {line.row}: {line.day} cannot be.")
        for line in lines
        if not plausible(line.day, today)
    ]
    if findings:
        raise Quarantined("A day in this bank file cannot be its day.", findings)


def _key(source: str, line: BankLine, ordinal: int) -> str:
    told = (source, line.account, line.day, line.amount, line.reference, line.words, ordinal)
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _row(
    file: EdiFile | None,
    line: BankLine,
    key: str,
    now: datetime,
    *,
    organization: Organization | None = None,
    user: User | None = None,
) -> EftDeposit:
    return EftDeposit(
        organization=organization or (file.organization if file else None),
        file=file,
        row=line.row,
        account=line.account,
        day=line.day,
        amount_cents=line.amount,
        reference=line.reference,
        words=line.words,
        trace=line.trace,
        payer_identifier=line.payer_identifier,
        key=key,
        user=user,
        at=now,
    )


def _add(rows: Sequence[EftDeposit], now: datetime) -> None:
    made = Reassociation.objects.bulk_create(
        Reassociation(
            organization_id=row.organization_id,
            deposit=row,
            state=OTHER if row.amount_cents < 0 and not row.trace else WAITING,
            reason=_MONEY_OUT if row.amount_cents < 0 and not row.trace else _NOT_SEEN,
            at=now,
        )
        for row in EftDeposit.objects.bulk_create(rows)
    )
    ReassociationEvent.objects.bulk_create(
        _event(row, row.state, row.reason, None, now) for row in made if row.state == OTHER
    )


def _event(
    row: Reassociation, state: str, words: str, user: User | None, at: datetime
) -> ReassociationEvent:
    return ReassociationEvent(
        organization_id=row.organization_id,
        reassociation=row,
        state=state,
        words=words[:500],
        user=user,
        at=at,
    )


# -------------------------------------------------------------------------------------- matching


def _waiting(organization: Organization) -> list[Reassociation]:
    """Deposits that wait and that no person has laid a hand on, locked."""
    ids = locks.lock(
        Reassociation.objects.filter(organization=organization, state=WAITING, user=None)
    )
    return list(Reassociation.objects.filter(pk__in=ids).select_related("deposit").order_by("pk"))


def _money(row: EftDeposit) -> Money:
    return Money(row.pk, row.day, row.amount_cents, row.trace, row.payer_identifier, row.words)


def _advices(lines: Iterable[Money]) -> tuple[list[Advice], list[Advice]]:
    """Remittances that any of the lines may pay: those without a deposit, and those with one."""
    lines = list(lines)
    amounts, traces = {line.amount for line in lines}, {line.trace for line in lines if line.trace}
    rows = Remittance.objects.filter(Q(amount_cents__in=amounts) | Q(trace__in=traces)).exclude(
        amount_cents=0
    )
    free, taken = rows.filter(deposit=None), rows.exclude(deposit=None)
    about = taken.filter(Q(paid_on__range=_days_about(lines)) | Q(trace__in=traces))
    return list(map(_advice, free.order_by("pk"))), list(map(_advice, about.order_by("pk")))


def _days_about(lines: Sequence[Money]) -> tuple[date, date]:
    days = [line.day for line in lines]
    return min(days) - _ABOUT, max(days) + _ABOUT


def _advice(row: Remittance) -> Advice:
    return Advice(row.pk, row.paid_on, row.amount_cents, row.trace, row.payer_identifier)


def _follow(row: Reassociation, verdict: Verdict, now: datetime) -> bool:
    if verdict.advice is not None and _tie(row, [verdict.advice]):
        _put(row, MATCHED, f"Found by {verdict.how}.", None, now)
        return True
    if row.reason != verdict.how and verdict.advice is None:
        _put(row, WAITING, verdict.how, None, row.at)
    return False


def _tie(row: Reassociation, remittances: Sequence[int]) -> bool:
    """Give these remittances their deposit, all or none; a remittance has one."""
    free = Remittance.objects.filter(pk__in=remittances, deposit=None)
    with transaction.atomic():
        done: int = free.update(deposit=row.deposit)
        if done != len(set(remittances)):
            transaction.set_rollback(True)
    return done == len(set(remittances))


def _locked(row: Reassociation) -> Reassociation:
    return locks.locked(row, "deposit")


def _put(
    row: Reassociation, state: str, reason: str, user: User | None, at: datetime
) -> Reassociation:
    if user is not None or state != row.state:
        _event(row, state, reason, user, at).save()
    row.state, row.reason, row.user, row.at = state, reason[:500], user, at
    row.save(update_fields=["state", "reason", "user", "at"])
    return row
