"""What a person does about a case: send the claim again, or put it off. (`settle` has the rest.)

What changes the record needs none of this: a claim that says something else comes back by itself.
"""

from datetime import date, datetime

from django.db import transaction

from carethread.record.models import Case, Claim, ClaimState, User
from carethread.rules.words import day
from carethread.workflow import bill, gather
from carethread.workflow.casework import history
from carethread.workflow.claims import claim_status
from carethread.workflow.common.errors import refuse


@transaction.atomic
def send_again(case: Case, *, mended: str, user: User, now: datetime) -> Case:
    """What the payer refused is put right where the claim does not tell it (a roster, the payer's
    own files): it leaves once more, as a correction where the payer holds it."""
    case, claim = history.with_claim(case)
    if not mended.strip():
        raise refuse("Say what has been put right.", "mended")
    if claim is None or not (claim.state in bill.REFUSED or _is_lost(case, claim)):
        raise refuse("This claim is not refused: it waits here, or is on its way.")
    if claim.state not in bill.REFUSED:
        claim.payer_control_number = ""
        bill.move(claim, ClaimState.REJECTED, "The payer does not have it.", now=now, user=user)
    bill.move(claim, ClaimState.HELD, f"Sent again: {mended.strip()}", now=now, user=user)
    bill.look_at([claim], claim.organization, now=now)
    history.answered(case, f"Sent again: {mended.strip()}", now, user)
    return case


def _is_lost(case: Case, claim: Claim) -> bool:
    """The payer has been asked and has no such claim: what left leaves again as an original."""
    return case.category == "not_found" and claim.state in claim_status.SILENT


@transaction.atomic
def wait(case: Case, *, until: date | None, reason: str, user: User, now: datetime) -> Case:
    """Put a case off until a day, which may not be after its deadline."""
    case, _ = history.with_claim(case)
    if until is None or until <= gather.service_date(case.organization, now):
        raise refuse("Choose a day that is still to come.", "until")
    if case.due_on and until > case.due_on:
        raise refuse(f"Its deadline is {day(case.due_on)}: choose a day by then.", "until")
    if not reason.strip():
        raise refuse("Say what is waited for.", "reason")
    case.waits_until = until
    case.save(update_fields=["waits_until"])
    words = f"Waits until {day(until)}: {reason.strip()}"
    history.told(case, words, now, user).save()
    return case
