"""Days and hours where care is given: a center lives by its own clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils import timezone
from django_scopes import scope

from carethread.record.models import Organization, Remittance


@contextmanager
def at_center(organization: Organization) -> Iterator[None]:
    """Inside, the record is that center's alone, and days are those of its clock."""
    with scope(organization=organization), timezone.override(ZoneInfo(organization.time_zone)):
        yield


def service_date(organization: Organization, moment: datetime) -> date:
    """The day on which a moment falls where care is given."""
    return local(organization, moment).date()


def local(organization: Organization, moment: datetime) -> datetime:
    """A moment on the center's own clock, as notes and claims mean it."""
    return moment.astimezone(ZoneInfo(organization.time_zone)).replace(tzinfo=None)


def midnight(organization: Organization, day: date) -> datetime:
    """The start of a day where care is given."""
    return datetime.combine(day, time(), ZoneInfo(organization.time_zone))


def decided_on(remittance: Remittance) -> date:
    """The day of a payer's decision: its check's, else that on which we took it in."""
    return remittance.paid_on or service_date(remittance.organization, remittance.posted_at)
