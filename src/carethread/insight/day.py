"""A clinician's day: who is expected, what is documented, and what is still open."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import QuerySet

from carethread.insight.ages import age_days
from carethread.record.models import Appointment, Client, Note, Practitioner

State = Literal["to write", "draft", "addendum", "signed", "no show", "cancelled"]

_UNDOCUMENTED = ("scheduled", "kept")
_MOST = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One appointment with its note, if there is one. `age_days` counts from its end."""

    appointment: Appointment
    note: Note | None
    age_days: int

    @property
    def client(self) -> Client:
        return self.appointment.client

    @property
    def state(self) -> State:
        if self.appointment.status in ("no_show", "cancelled"):
            return "no show" if self.appointment.status == "no_show" else "cancelled"
        if self.note is None:
            return "to write"
        states: dict[str, State] = {"draft": "draft", "amending": "addendum"}
        return states.get(self.note.status, "signed")

    @property
    def minutes(self) -> int:
        """Planned length."""
        return int((self.appointment.ends_at - self.appointment.starts_at).total_seconds() // 60)


def on_day(practitioner: Practitioner, midnight: datetime, now: datetime) -> list[Entry]:
    """The appointments of the day that starts at `midnight`, in order."""
    rows = _appointments(practitioner).filter(
        starts_at__gte=midnight, starts_at__lt=midnight + timedelta(days=1)
    )
    return _entries(rows, now)


def unsigned_before(practitioner: Practitioner, midnight: datetime, now: datetime) -> list[Entry]:
    """Sessions before that day that are not signed, oldest first (at most a hundred)."""
    rows = (
        _appointments(practitioner)
        .filter(status__in=_UNDOCUMENTED, starts_at__lt=midnight)
        .exclude(session__attendances__note__current__isnull=False)
    )
    return _entries(rows[:_MOST], now)


def addenda_begun(practitioner: Practitioner) -> list[Note]:
    """Signed notes with an addendum that was begun and not signed."""
    return list(
        Note.objects.filter(author=practitioner, status="amending")
        .select_related("attendance__client", "current")
        .order_by("saved_at")[:_MOST]
    )


def _appointments(practitioner: Practitioner) -> "QuerySet[Appointment]":
    return (
        Appointment.objects.filter(practitioner=practitioner)
        .select_related("client", "program__site")
        .prefetch_related("session__attendances__note")
        .order_by("starts_at")
    )


def _entries(rows: Iterable[Appointment], now: datetime) -> list[Entry]:
    return [Entry(row, _note_of(row), age_days(row.ends_at, now)) for row in rows]


def _note_of(appointment: Appointment) -> Note | None:
    session = getattr(appointment, "session", None)
    attendances = session.attendances.all() if session is not None else ()
    return next((a.note for a in attendances if hasattr(a, "note")), None)
