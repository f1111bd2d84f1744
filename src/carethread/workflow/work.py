"""Everything that is due, done once. Running it again does nothing; running it after a crash
finishes what the crash cut off. A lost hint loses nothing: work is derived, not remembered."""

from dataclasses import dataclass, fields
from datetime import datetime

import structlog
from django_scopes import scope

from carethread.record import statistics
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


def run_due(now: datetime, organization: Organization | None = None) -> Done:
    """One round for one organization, or for each in turn."""
    done = _rounds(now, organization)
    if done.anything:
        statistics.refresh()
    return done


def _rounds(now: datetime, organization: Organization | None) -> Done:
    if organization is not None:
        return _round(organization, now)
    done = [_guarded(one, now) for one in Organization.objects.order_by("pk")]
    return Done(*(sum(getattr(d, field.name) for d in done) for field in fields(Done)))


def _guarded(organization: Organization, now: datetime) -> Done:
    """A round whose failure is written down and does not keep others from theirs."""
    try:
        return _round(organization, now)
    except Exception:
        log.exception("a round failed", organization=organization.pk)
        return Done()


def _round(organization: Organization, now: datetime) -> Done:
    with scope(organization=organization):
        return Done(
            authorized=authorize.run(organization, now=now),
            billed=bill.run(organization, now=now),
            asked=eligibility.run(organization, now=now),
            inquired=claim_status.run(organization, now=now),
            sent=submit.run(organization, now=now),
            read=receive.run(organization, now=now),
            handed_on=next_payer.run(organization, now=now),
            patients=patient_money.run(now=now) + payment_plans.run(organization, now=now),
            cases=underpaid.run(organization, now=now) + follow_up.run(organization, now=now),
        )
