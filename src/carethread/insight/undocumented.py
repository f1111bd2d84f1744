"""What took place and has no signed note, and so brings nothing: sessions of the schedule, clients
who came to a group, nights in a house."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    DateTimeField,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from carethread.record.models import (
    Appointment,
    Attendance,
    CensusEntry,
    Charge,
    Client,
    NoteVersion,
    Practitioner,
)

LOOKED_BACK = timedelta(days=365)
"""How far back groups and nights are looked for: no payer takes what is older."""

Found = tuple[str, int, datetime]
"""What it is ("session", "came", "night"), the number of its row, and since when it waits."""


@dataclass(frozen=True, slots=True)
class Undocumented:
    """One service without a signed note. `at` is when it began, `since` when it was over."""

    at: datetime
    since: datetime
    client: Client
    practitioner: Practitioner | None
    service: str
    where: str


def sessions(now: datetime) -> "QuerySet[Appointment]":
    """Sessions that took place and have no signed note."""
    return Appointment.objects.filter(status__in=("scheduled", "kept"), ends_at__lt=now).exclude(
        session__attendances__note__current__isnull=False
    )


def came(now: datetime) -> "QuerySet[Attendance]":
    """Clients who came to a group and have no signed note of it."""
    rows: QuerySet[Attendance] = Attendance.objects.filter(
        session__kind="group", status="present",
        session__starts_at__gte=now - LOOKED_BACK, session__starts_at__lt=now,
    )  # fmt: skip
    return rows.exclude(note__current__isnull=False)


def nights(now: datetime) -> "QuerySet[CensusEntry]":
    """Nights in a house of whose day there is neither a signed note nor a charge."""
    newest = CensusEntry.objects.filter(episode=OuterRef("episode"), day=OuterRef("day")).order_by()
    charged = Charge.objects.filter(
        attendance__episode=OuterRef("episode"), attendance__session__kind="day",
        service_date=OuterRef("day"), state="live",
    )  # fmt: skip
    written = NoteVersion.objects.filter(
        note__current=F("pk"), attended=True, note__attendance__episode=OuterRef("episode"),
        starts_at__date=OuterRef("day"),
    )  # fmt: skip
    last = newest.values("episode").annotate(last=Max("number")).values("last")
    return CensusEntry.objects.filter(
        ~Exists(charged), ~Exists(written), number=Subquery(last), is_present=True,
        day__gte=(now - LOOKED_BACK).date(),
    )  # fmt: skip


def waiting(now: datetime) -> "QuerySet[Any, Found]":
    """All of it, oldest first."""
    found = [
        _found(sessions(now), "session", F("ends_at")),
        _found(came(now), "came", _ENDED),
        _found(nights(now), "night", _DAY),
    ]
    return found[0].union(*found[1:], all=True).order_by("since", "pk")


def total(now: datetime) -> tuple[int, datetime | None]:
    """How much of it there is, and since when the oldest waits. Two questions."""
    rows = waiting(now)
    oldest = rows.first()
    return rows.count(), oldest[2] if oldest else None


_ENDED = Coalesce("session__ends_at", "session__starts_at")
_DAY = Cast("day", DateTimeField())


def _found(rows: "QuerySet[Any]", what: str, since: Any) -> "QuerySet[Any, Found]":
    told = rows.order_by().annotate(what=Value(what), since=since)
    shown: QuerySet[Any, Found] = told.values_list("what", "pk", "since")
    return shown


def rows_of(found: Sequence[Found]) -> list[Undocumented]:
    """These with everything that a list shows of them, in their order. Three questions."""
    known: dict[tuple[str, int], Undocumented] = {}
    for row in _by_id(Appointment.objects, found, "session", "client", "practitioner", "program"):
        known["session", row.pk] = Undocumented(
            row.starts_at, row.ends_at, row.client, row.practitioner, row.service, row.program.name
        )
    at_group = ("client", "session__practitioner", "session__group", "session__program")
    for row in _by_id(Attendance.objects, found, "came", *at_group):
        at = row.session
        service = at.group.service if at.group else ""
        known["came", row.pk] = Undocumented(
            at.starts_at, at.ends_at or at.starts_at, row.client, at.practitioner, service,
            at.program.name,
        )  # fmt: skip
    in_house = ("episode__client", "episode__attending", "episode__program")
    since = {pk: at for what, pk, at in found if what == "night"}
    for row in _by_id(CensusEntry.objects, found, "night", *in_house):
        of, at = row.episode, since[row.pk]
        known["night", row.pk] = Undocumented(
            at, at, of.client, of.attending, "Night in the house", of.program.name
        )
    return [known[what, pk] for what, pk, _ in found]


def _by_id(rows: Any, found: Iterable[Found], what: str, *parts: str) -> "QuerySet[Any]":
    wanted: QuerySet[Any] = rows.filter(Q(pk__in=[pk for kind, pk, _ in found if kind == what]))
    return wanted.select_related(*parts)
