"""How many things wait for somebody: the small figures of the menu. One query each.

`midnight` is the start of today where care is given.
"""

from datetime import datetime

from carethread.insight import inbox
from carethread.insight.cases import Asked, narrowed
from carethread.insight.skips import to_approve
from carethread.record.models import Appointment, Case, Delivery, Match, User

UNDOCUMENTED = ("scheduled", "kept")


def unsigned_earlier(user: User, midnight: datetime) -> int:
    """Sessions before today that this clinician has not signed yet."""
    return (
        Appointment.objects.filter(
            practitioner__user=user, status__in=UNDOCUMENTED, starts_at__lt=midnight
        )
        .exclude(session__attendances__note__current__isnull=False)
        .count()
    )


def returned(user: User, _midnight: datetime) -> int:
    """What came back to this clinician and is not cured."""
    return Case.objects.filter(author__user=user, state="open").count()


def cases(user: User, midnight: datetime) -> int:
    """What this user has to settle and did not put off."""
    return narrowed(Asked(mine=user, today=midnight.date())).count()


def skips(user: User, _midnight: datetime) -> int:
    """Rules that colleagues want claims to skip, which wait for a second person."""
    return to_approve(user).count()


def to_cosign(user: User, _midnight: datetime) -> int:
    """Signed notes of supervisees that wait for this supervisor."""
    return inbox.to_cosign(user).count()


def unmatched(_user: User, _midnight: datetime) -> int:
    """Payments that wait for a person to say what they are for."""
    return Match.objects.filter(state="waiting").count()


def quarantined(_user: User, _midnight: datetime) -> int:
    """Files that could not be read."""
    return Delivery.objects.filter(state="quarantined").count()
