"""The next knot of a claim's thread: what has to happen, and by when it should."""

from collections.abc import Iterator
from datetime import datetime

from carethread.insight.thread.steps import Feel, Kind, Link, Step
from carethread.insight.turns import handed_on
from carethread.record.models import Claim, ClaimState
from carethread.rules.clocks import acknowledgment_due

# Which answer a claim in this state waits for, and from whom.
_AWAITED = {
    ClaimState.SENT: ("999", "The clearinghouse confirms the file"),
    ClaimState.RECEIVED: ("277CA", "The payer takes the claim in"),
    ClaimState.ACCEPTED: ("835", "The payer answers with a remittance"),
}
_NEXT = {
    ClaimState.HELD: "Leaves when nothing stops it any more",
    ClaimState.READY: "Leaves by itself when the grace period is over",
    ClaimState.QUEUED: "The file goes to the clearinghouse",
    ClaimState.REJECTED: "Leaves again when its cause is cured",
    ClaimState.DENIED: "Leaves as a correction when its cause is cured",
    ClaimState.PARTIAL: "Leaves as a correction when its cause is cured",
}


def ahead(claim: Claim, now: datetime) -> Iterator[Step]:
    """One step still to come, or where it went on; none for a claim that is settled."""
    if (later := handed_on(claim)) is not None:
        yield _goes_on(later)
    elif claim.state in _AWAITED:
        kind, title = _AWAITED[ClaimState(claim.state)]
        due = acknowledgment_due(kind, claim.state_since)
        words = f"{kind} {'was due' if due < now else 'due'} by {due:%b %-d}"
        yield Step(Kind.AHEAD, title, None, (words,), Feel.AHEAD)
    elif claim.state in _NEXT:
        yield Step(Kind.AHEAD, _NEXT[ClaimState(claim.state)], None, (), Feel.AHEAD)


def _goes_on(later: Claim) -> Step:
    """What was refused is asked of the next payer: what comes is on that claim's thread."""
    title = f"Handed on to {later.payer} as claim {later.sequence}"
    return Step(Kind.AHEAD, title, None, (), Feel.AHEAD, Link("claim", later.pk))
