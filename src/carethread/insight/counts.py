"""How many things wait for somebody: the small figures of the menu. One query each.

`midnight` is the start of today where care is given.
"""

from datetime import datetime

from django.db.models import F

from carethread.record.models import Appointment, Case, Delivery, Match, NoteVersion, User

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


def to_cosign(user: User, _midnight: datetime) -> int:
    """Signed notes of supervisees that wait for this supervisor."""
    return (
        NoteVersion.objects.filter(author__supervisor__user=user, note__current=F("pk"))
        .exclude(signatures__role="supervisor")
        .count()
    )


def unmatched(_user: User, _midnight: datetime) -> int:
    """Payments that wait for a person to say what they are for."""
    return Match.objects.filter(state="waiting").count()


def quarantined(_user: User, _midnight: datetime) -> int:
    """Files that could not be read."""
    return Delivery.objects.filter(state="quarantined").count()
