"""Days and hours where care is given."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from carethread.record.models import (
    Organization,
)


def service_date(organization: Organization, moment: datetime) -> date:
    """The day on which a moment falls where care is given."""
    return local(organization, moment).date()


def local(organization: Organization, moment: datetime) -> datetime:
    """A moment on the center's own clock, as notes and claims mean it."""
    return moment.astimezone(ZoneInfo(organization.time_zone)).replace(tzinfo=None)


def midnight(organization: Organization, day: date) -> datetime:
    """The start of a day where care is given."""
    return datetime.combine(day, time(), ZoneInfo(organization.time_zone))
