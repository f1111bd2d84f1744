"""A person keeps a claim from leaving, and lets it go again. The claim waits in `bill` meanwhile,
computed anew at every look; nobody edits it."""

from datetime import datetime

from django.db import transaction

from carethread.record.models import CaseKind, Claim, ClaimState, Practitioner, User
from carethread.workflow import bill
from carethread.workflow.claims import charging
from carethread.workflow.common.errors import refuse
from carethread.workflow.common.locks import locked


@transaction.atomic
def hold(
    claim: Claim, *, user: User, reason: str, now: datetime, waits_for: Practitioner | None = None
) -> Claim:
    """A person keeps a claim from leaving, with a reason. Refused once it has left. `waits_for`: an
    author whose answer lets it go."""
    claim = _still_here(claim)
    if not reason.strip():
        raise refuse("Say why this claim has to wait.", "reason")
    claim.stopped_reason, claim.waits_for, claim.ready_at = reason.strip()[:300], waits_for, None
    bill.move(claim, ClaimState.HELD, f"Held: {claim.stopped_reason}", now=now, user=user)
    return claim


@transaction.atomic
def release(claim: Claim, *, user: User, now: datetime) -> Claim:
    """A person lets go of a claim that a person held. The scrubber still has its say, and so has
    an author who was asked meanwhile."""
    claim = _still_here(claim)
    asked, words = _still_asked(claim), "Released."
    if asked is not None and asked != claim.waits_for:
        words = f"Released. {_waits_for(asked)}"
    else:
        asked = None
    bill.record_event(claim, claim.state, claim.state, words, now=now, user=user)
    _go_on(claim, asked, now)
    claim.refresh_from_db()
    return claim


def wait_for(claim: Claim, author: Practitioner, *, user: User, now: datetime) -> None:
    """Keep a claim that still waits here until its author has answered. What a person holds for
    another reason is held for that."""
    if claim.state in bill.WAITING and not claim.stopped_reason:
        hold(claim, user=user, reason=_waits_for(author), now=now, waits_for=author)


def answered(claim: Claim, author: Practitioner, *, now: datetime) -> None:
    """The author has answered: what was kept for that alone goes on, once everybody has who was
    asked."""
    row = locked(claim)
    if row.waits_for_id == author.pk:
        bill.record_event(row, row.state, row.state, f"{author.name} has answered.", now=now)
        _go_on(row, _still_asked(row), now)


def _still_asked(claim: Claim) -> Practitioner | None:
    """For whose answer the claim waits; None where nobody is asked any more."""
    asked = claim.cases.filter(kind=CaseKind.QUESTION, state="open").order_by("pk").first()
    return asked.author if asked else None


def _go_on(claim: Claim, asked: Practitioner | None, now: datetime) -> None:
    """Whatever its services rest on has a say again: they stay on a claim that is held
    (`charges`), even where another policy pays by now."""
    claim.waits_for, claim.stopped_reason = asked, _waits_for(asked) if asked else ""
    claim.save(update_fields=["waits_for", "stopped_reason"])
    if asked is None:
        charging.recharge(claim.client, now=now, claim=claim)
    if claim.state in bill.WAITING:
        bill.look_at([claim], claim.organization, now=now)


def _waits_for(author: Practitioner) -> str:
    return f"Waits for {author.name}'s answer."[:300]


def _still_here(claim: Claim) -> Claim:
    row = locked(claim)
    if row.state not in bill.WAITING:
        raise refuse("This claim has left already. Send a correction instead of holding it.")
    return row
