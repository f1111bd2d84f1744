"""Everything that is due, done once. Running it again does nothing; running it after a crash
finishes what the crash cut off. A lost hint loses nothing: work is derived, not remembered."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Protocol

import structlog

from carethread.record import statistics
from carethread.record.clock import at_center
from carethread.record.models import Organization
from carethread.workflow import authorize, bill, follow_up, receive, submit
from carethread.workflow.claims import claim_status
from carethread.workflow.coverage import eligibility
from carethread.workflow.patients import patient_money, payment_plans
from carethread.workflow.remittances import next_payer, underpaid

log = structlog.get_logger("carethread.work")


@dataclass(frozen=True, slots=True)
class Done:
    """How much a round did: claims made or corrected, files sent, files read, cases touched,
    authorizations moved on, coverages and claims asked about, claims handed on to the next
    payer, uses of clients' money."""

    billed: int = 0
    sent: int = 0
    read: int = 0
    cases: int = 0
    authorized: int = 0
    asked: int = 0
    inquired: int = 0
    handed_on: int = 0
    patients: int = 0

    @property
    def anything(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


class Step(Protocol):
    """Does what is due of one kind for the organization whose scope is active; how much it did."""

    __module__: str

    def __call__(self, organization: Organization, /, *, now: datetime) -> int: ...


_STEPS: tuple[tuple[str, Step], ...] = (
    ("authorized", authorize.run),
    ("billed", bill.run),
    ("asked", eligibility.run),
    ("inquired", claim_status.run),
    ("sent", submit.run),
    ("read", receive.run),
    ("handed_on", next_payer.run),
    ("patients", patient_money.run),
    ("patients", payment_plans.run),
    ("cases", underpaid.run),
    ("cases", follow_up.run),
)


def run_due(now: datetime, organization: Organization | None = None) -> Done:
    """One round for one organization, or for each in turn."""
    done = _rounds(now, organization)
    if done.anything:
        statistics.refresh()
    return done


def _rounds(now: datetime, organization: Organization | None) -> Done:
    if organization is not None:
        return _round(organization, now, _fully)
    done = [_round(one, now, _guarded) for one in Organization.objects.order_by("pk")]
    return Done(*(sum(getattr(d, field.name) for d in done) for field in fields(Done)))


def _round(organization: Organization, now: datetime, guard: "Guard") -> Done:
    done: Counter[str] = Counter()
    with at_center(organization):
        for counted, step in _STEPS:
            with guard(step, organization):
                done[counted] += step(organization, now=now)
    return Done(**done)


Guard = Callable[[Step, Organization], AbstractContextManager[None]]


def _fully(_step: Step, _organization: Organization) -> AbstractContextManager[None]:
    """A failure ends the round: who asked for this one organization sees it."""
    return nullcontext()


@contextmanager
def _guarded(step: Step, organization: Organization) -> Iterator[None]:
    """A failure is written down, and keeps neither the next step nor others from theirs."""
    try:
        yield
    except Exception:
        log.exception("a step failed", step=step.__module__, organization=organization.pk)
