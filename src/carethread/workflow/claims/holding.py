"""A person keeps a claim from leaving, and lets it go again. The claim waits in `bill` meanwhile,
computed anew at every look; nobody edits it."""

from datetime import datetime

from django.db import transaction

from carethread.record.models import CaseKind, Claim, ClaimState, User
from carethread.workflow import bill
from carethread.workflow.claims import charging
from carethread.workflow.common.errors import refuse


@transaction.atomic
def hold(claim: Claim, *, user: User, reason: str, now: datetime) -> Claim:
    """A person keeps a claim from leaving, with a reason. Refused once it has left."""
    claim = _still_here(claim)
    if not reason.strip():
        raise refuse("Say why this claim has to wait.", "reason")
    claim.stopped_reason, claim.ready_at = reason.strip()[:300], None
    bill.move(claim, ClaimState.HELD, f"Held: {claim.stopped_reason}", now=now, user=user)
    return claim


@transaction.atomic
def release(claim: Claim, *, user: User, now: datetime) -> Claim:
    """A person lets go of a claim that a person held. The scrubber still has its say, and so has
    an author who was asked meanwhile."""
    claim = _still_here(claim)
    waits, words = _still_asked(claim), "Released."
    if claim.stopped_reason != waits and waits:
        words = f"Released. {waits}"
    else:
        waits = ""
    bill.record_event(claim, claim.state, claim.state, words, now=now, user=user)
    _go_on(claim, waits, now)
    claim.refresh_from_db()
    return claim


def wait_for(claim: Claim, author: str, *, user: User, now: datetime) -> None:
    """Keep a claim that still waits here until its author has answered. What a person holds for
    another reason is held for that."""
    if claim.state in bill.WAITING and not claim.stopped_reason:
        hold(claim, user=user, reason=_waits_for(author), now=now)


def answered(claim: Claim, author: str, *, now: datetime) -> None:
    """The author has answered: what was kept for that alone goes on, once everybody has who was
    asked."""
    locked = Claim.objects.select_for_update(of=("self",), no_key=True).get(pk=claim.pk)
    if locked.stopped_reason == _waits_for(author):
        bill.record_event(locked, locked.state, locked.state, f"{author} has answered.", now=now)
        _go_on(locked, _still_asked(locked), now)


def _still_asked(claim: Claim) -> str:
    """For whose answer the claim waits; empty where nobody is asked any more."""
    asked = claim.cases.filter(kind=CaseKind.QUESTION, state="open").order_by("pk").first()
    return _waits_for(asked.author.name) if asked and asked.author else ""


def _go_on(claim: Claim, stopped: str, now: datetime) -> None:
    """Whatever its services rest on has a say again: they stay on a claim that is held
    (`charges`), even where another policy pays by now."""
    claim.stopped_reason = stopped
    claim.save(update_fields=["stopped_reason"])
    if not stopped:
        charging.recharge(claim.client, now=now, claim=claim)
    if claim.state in bill.WAITING:
        bill.look_at([claim], claim.organization, now=now)


def _waits_for(author: str) -> str:
    return f"Waits for {author}'s answer."[:300]


def _still_here(claim: Claim) -> Claim:
    locked = Claim.objects.select_for_update(of=("self",), no_key=True).get(pk=claim.pk)
    if locked.state not in bill.WAITING:
        raise refuse("This claim has left already. Send a correction instead of holding it.")
    return locked
