"""A program that is billed by the day, week by week: what each client attended, what became of it,
and which services are not billed yet. A fixed number of questions, however many clients."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from carethread.codes.levels import Level
from carethread.insight import undocumented
from carethread.insight.pipeline import without_charge
from carethread.record.models import (
    Attendance,
    Charge,
    Client,
    Episode,
    NoteVersion,
    Program,
)

_MOST = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """One client's day: signed minutes that count, services that are not signed, the charge."""

    day: date
    minutes: int = 0
    unsigned: int = 0
    code: str = ""
    amount_cents: int = 0
    least: int = 0

    @property
    def why_not(self) -> str:
        """The rule that keeps a day with services from being billed."""
        if self.code or not self.minutes:
            return ""
        return "DAY_TOO_SHORT" if self.minutes < self.least else "NOT_CHARGED"


@dataclass(frozen=True, slots=True)
class Line:
    """One client's week."""

    episode: Episode
    cells: list[Cell]
    least: int

    @property
    def minutes(self) -> int:
        return sum(cell.minutes for cell in self.cells)

    @property
    def amount_cents(self) -> int:
        return sum(cell.amount_cents for cell in self.cells)

    @property
    def is_short(self) -> bool:
        """Whether the week holds less than its level of care promises."""
        return 0 < self.minutes < self.least


@dataclass(frozen=True, slots=True)
class Unbilled:
    """A service that brings nothing yet: not signed, or signed and not charged."""

    client: Client
    service: str
    at: datetime
    what: str
    note_id: int | None = None

    @property
    def is_signed(self) -> bool:
        return self.note_id is not None


def week(
    program: Program, known: Level, monday: date, clients: "QuerySet[Client]", *, least: int
) -> list[Line]:
    """Everybody of these clients who was in the program in that week, by name. `known` says what a
    day of the program takes and includes, `least` how many minutes a week should hold."""
    days = [monday + timedelta(days=number) for number in range(7)]
    stays = Episode.objects.filter(
        Q(discharged_on__isnull=True) | Q(discharged_on__gte=monday),
        program=program, admitted_on__lte=days[-1], client__in=clients,
    )  # fmt: skip
    rows = list(
        stays.select_related("client").order_by("client__last_name", "client__first_name", "pk")
    )
    minutes = _minutes(program, known, days)
    unsigned = _unsigned_in(program, days)
    charges = _charges(program, days)
    return [
        Line(
            row,
            [
                Cell(
                    day,
                    minutes[row.pk, day],
                    unsigned[row.pk, day],
                    *charges.get((row.pk, day), ("", 0)),
                    least=known.day_minutes,
                )
                for day in days
            ],
            least,
        )
        for row in rows
    ]


def _minutes(program: Program, known: Level, days: list[date]) -> dict[tuple[int, date], int]:
    """Signed minutes that count toward a day, by stay and day."""
    found: dict[tuple[int, date], int] = defaultdict(int)
    signed = NoteVersion.objects.filter(
        note__current=F("pk"), attended=True, service__in=known.includes,
        note__attendance__session__program=program, **_within("starts_at", days),
    )  # fmt: skip
    for episode, starts, ends in signed.values_list(
        "note__attendance__episode", "starts_at", "ends_at"
    ):
        found[episode, timezone.localdate(starts)] += int((ends - starts).total_seconds() // 60)
    return found


def _unsigned_in(program: Program, days: list[date]) -> dict[tuple[int, date], int]:
    """Clients who came to a group and whose note nobody has signed, by stay and day."""
    found: dict[tuple[int, date], int] = defaultdict(int)
    rows = _unsigned_groups(program).filter(session__day__in=days)
    for episode, day in rows.values_list("episode", "session__day"):
        if day is not None:
            found[episode, day] += 1
    return found


def _charges(program: Program, days: list[date]) -> dict[tuple[int, date], tuple[str, int]]:
    rows = Charge.objects.filter(
        attendance__session__kind="day", attendance__session__program=program,
        attendance__session__day__in=days, state="live",
    )  # fmt: skip
    return {
        (episode, day): (code, cents)
        for episode, day, code, cents in rows.values_list(
            "attendance__episode", "attendance__session__day", "current__code",
            "current__amount_cents",
        )
        if day is not None
    }  # fmt: skip


# ------------------------------------------------------------------------------ unbilled


def unbilled(
    program: Program, clients: "QuerySet[Client]", now: datetime, since: datetime
) -> list[Unbilled]:
    """Services of the program since then without a signed note, and signed ones without a charge;
    oldest first (at most two hundred of a kind)."""
    found = [
        Unbilled(row.client, row.service, row.starts_at, "No signed note")
        for row in undocumented.sessions(now)
        .filter(program=program, client__in=clients, starts_at__gte=since)
        .select_related("client")
        .order_by("starts_at")[:_MOST]
    ]
    came = _unsigned_groups(program).filter(client__in=clients, session__starts_at__gte=since)
    for row in came.select_related("client", "session__group").order_by("session__starts_at")[
        :_MOST
    ]:
        group, starts = row.session.group, row.session.starts_at
        if group is not None and starts is not None:
            found.append(Unbilled(row.client, group.service, starts, "No signed note"))
    signed = without_charge(since).filter(
        note__attendance__session__program=program, note__attendance__client__in=clients
    )
    for version in signed.select_related("note__attendance__client").order_by("starts_at")[:_MOST]:
        found.append(
            Unbilled(
                version.note.attendance.client, version.service, version.starts_at,
                "Signed, not charged", version.note_id,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: one.at)


def _unsigned_groups(program: Program) -> "QuerySet[Attendance]":
    return Attendance.objects.filter(
        session__kind="group", session__program=program, status="present"
    ).exclude(note__current__isnull=False)


def _within(name: str, days: list[date]) -> dict[str, Any]:
    """The moments of these days, where care is given."""
    start = timezone.make_aware(datetime.combine(days[0], datetime.min.time()))
    end = timezone.make_aware(datetime.combine(days[-1] + timedelta(days=1), datetime.min.time()))
    return {f"{name}__gte": start, f"{name}__lt": end}
