"""How old things are: in calendar days on the clock that is active, which is the center's."""

from datetime import datetime, time, timedelta

from django.utils import timezone


def age_days(moment: datetime, now: datetime) -> int:
    """Calendar days since then: 1 for last night, however few hours ago it was; 0 for what is
    still ahead."""
    return max(0, (timezone.localdate(now) - timezone.localdate(moment)).days)


def days_before(now: datetime, days: int) -> datetime:
    """The start of the day that many calendar days ago."""
    day = timezone.localdate(now) - timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time.min))
