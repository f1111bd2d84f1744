"""What a person does about a case: send the claim again, put it off, or give the money up.

What changes the record needs none of this: a claim that says something else comes back by itself.
"""

from datetime import date, datetime

from django.db import transaction

from carethread.codes.accounts import Account
from carethread.record import ledger as book
from carethread.record.models import (
    Case,
    CaseKind,
    Charge,
    Claim,
    ClaimState,
    Transfer,
    User,
    WriteOff,
)
from carethread.record.policies import effective
from carethread.rules.post import Move
from carethread.rules.words import dollars
from carethread.workflow import bill, claim_status, follow_up, gather, ledger
from carethread.workflow.errors import refuse

_DENIED = (ClaimState.DENIED, ClaimState.PARTIAL)


@transaction.atomic
def send_again(case: Case, *, mended: str, user: User, now: datetime) -> Case:
    """What the payer refused is put right where the claim does not tell it (a roster, the payer's
    own files): it leaves once more, as a correction where the payer holds it."""
    case, claim = _locked(case)
    if not mended.strip():
        raise refuse("Say what has been put right.", "mended")
    if case.state == "closed":
        raise refuse("This case is closed.")
    if claim is None or not (claim.state in bill.REFUSED or _is_lost(case, claim)):
        raise refuse("This claim is not refused: it waits here, or is on its way.")
    if claim.state not in bill.REFUSED:
        claim.payer_control_number = ""
        bill.move(claim, ClaimState.REJECTED, "The payer does not have it.", now=now, user=user)
    bill.move(claim, ClaimState.HELD, f"Sent again: {mended.strip()}", now=now, user=user)
    bill.look_at([claim], claim.organization, now=now)
    case.state, case.waits_until = "answered", None
    case.save(update_fields=["state", "waits_until"])
    follow_up.told(case, f"Sent again: {mended.strip()}", now, user).save()
    return case


def _is_lost(case: Case, claim: Claim) -> bool:
    """The payer has been asked and has no such claim: what left leaves again as an original."""
    return case.category == "not_found" and claim.state in claim_status.SILENT


@transaction.atomic
def wait(case: Case, *, until: date | None, reason: str, user: User, now: datetime) -> Case:
    """Put a case off until a day, which may not be after its deadline."""
    case, _ = _locked(case)
    if case.state == "closed":
        raise refuse("This case is closed.")
    if until is None or until <= gather.service_date(case.organization, now):
        raise refuse("Choose a day that is still to come.", "until")
    if case.due_on and until > case.due_on:
        raise refuse(f"Its deadline is {case.due_on:%b %-d, %Y}: choose a day by then.", "until")
    if not reason.strip():
        raise refuse("Say what is waited for.", "reason")
    case.waits_until = until
    case.save(update_fields=["waits_until"])
    words = f"Waits until {until:%b %-d, %Y}: {reason.strip()}"
    follow_up.told(case, words, now, user).save()
    return case


@transaction.atomic
def give_up(case: Case, *, why: str, user: User, now: datetime) -> Case:
    """Write off what the payer refused. The refusal is taken back and the payer's debt given up,
    so that a reversal which comes later finds no refusal to undo a second time. More than one
    person may write off alone (`write_off_alone_cents`) is asked for, and a second one agrees."""
    case, claim = _locked(case)
    if not why.strip():
        raise refuse("Say why it is given up.", "why")
    if case.kind != CaseKind.DENIAL or claim is None or claim.state not in _DENIED:
        raise refuse("Only what a payer has refused is given up, and not while it is asked again.")
    refused = Transfer.objects.filter(pk=int(case.source.partition(":")[2]))
    denial = refused.filter(reversed_by__isnull=True).first()
    if denial is None or denial.charge_id is None:
        raise refuse("This refusal does not stand any more.")
    if not _agreed(case, claim, denial.amount_cents, why.strip(), user, now):
        return case
    book.post(
        ledger.transfers(case.organization, _given_up(denial), source="give_up", now=now, user=user)
    )
    owed = Charge.objects.filter(claim=claim, denied_cents__gt=0).exists()
    if not owed:
        state = ClaimState.PAID if claim.state == ClaimState.PARTIAL else ClaimState.CLOSED
        bill.move(claim, state, f"Written off: {why.strip()}", now=now, user=user)
    follow_up.close_as(case, f"Written off: {why.strip()}", now, user)
    return case


def _agreed(case: Case, claim: Claim, cents: int, why: str, user: User, now: datetime) -> bool:
    """Whether so much may be written off now; otherwise it is asked for, and waits for another."""
    today = gather.service_date(case.organization, now)
    alone = effective("write_off_alone_cents", on=today, payer_id=claim.payer_id).value
    if cents <= alone:
        return True
    asked = case.write_offs.filter(kind="ask", cents=cents).order_by("-pk").first()
    if asked is not None and asked.user_id == user.pk:
        raise refuse("You have asked for this: a second person has to agree.")
    kind = "ask" if asked is None else "agree"
    WriteOff.objects.create(
        organization=case.organization, case=case, cents=cents, kind=kind, reason=why[:300],
        user=user, at=now,
    )  # fmt: skip
    words = f"Asks to write off {dollars(cents)}" if kind == "ask" else "Agrees to the write-off"
    follow_up.told(case, f"{words}: {why}", now, user).save()
    return asked is not None


def _given_up(denial: Transfer) -> tuple[Move, Move]:
    assert denial.charge_id is not None
    owed, cents, charge = Account.PAYER_RECEIVABLE, denial.amount_cents, denial.charge_id
    return (
        Move(owed, Account.DENIED, cents, denial.code, charge_id=charge, reverses=denial.pk),
        Move(Account.WRITE_OFF, owed, cents, "write-off", charge_id=charge),
    )


def _locked(case: Case) -> tuple[Case, Claim | None]:
    """The case and its claim, in the order of `docs/locking.md`."""
    row = (
        Case.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organization")
        .get(pk=case.pk)
    )
    claim = (
        Claim.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=[row.claim_id] if row.claim_id else [])
        .first()
    )
    return row, claim
