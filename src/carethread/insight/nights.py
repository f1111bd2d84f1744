"""Houses by night: who is expected in bed, who was counted, and what each night is billed as."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F

from carethread.insight.leaves import leaves_of
from carethread.record.models import CensusEntry, Charge, Episode, NoteVersion, Program
from carethread.rules.leave import Leave, leave_of


@dataclass(frozen=True, slots=True)
class Night:
    """One night of a house, named by the day before its midnight, in numbers of clients."""

    day: date
    expected: int
    counted: int
    present: int

    @property
    def is_counted(self) -> bool:
        return self.counted >= self.expected


@dataclass(frozen=True, slots=True)
class Bed:
    """One client's night: the count, the signed notes of the day, the charge (cents), and the leave
    that they are on in it."""

    episode: Episode
    entry: CensusEntry | None
    notes: int
    code: str = ""
    amount_cents: int = 0
    leave: Leave | None = None

    @property
    def where(self) -> str:
        """`in`, `leave` or `out`; while nobody has counted, what is expected."""
        if self.entry is not None and self.entry.is_present:
            return "in"
        if self.leave is not None:
            return "leave"
        return "out" if self.entry is not None else "in"

    @property
    def why_not(self) -> str:
        """What keeps the night from being billed; empty where it is."""
        if self.code:
            return ""
        if self.entry is None:
            return "Not counted yet"
        if not self.entry.is_present:
            return "On leave: no bed kept" if self.leave else "Not in the house"
        return "No charge: see the note" if self.notes else "No signed note of this day"


def nights(program: Program, last: date, count: int = 14) -> list[Night]:
    """The nights up to that one, newest first; two questions."""
    days = [last - timedelta(days=back) for back in range(count)]
    stays = list(
        Episode.objects.filter(program=program, admitted_on__lte=last).values_list(
            "pk", "admitted_on", "discharged_on"
        )
    )
    counted: dict[date, dict[int, bool]] = defaultdict(dict)
    entries = CensusEntry.objects.filter(episode__program=program, day__in=days)
    for day, episode, present in entries.order_by("number").values_list(
        "day", "episode", "is_present"
    ):
        counted[day][episode] = present
    return [_night(day, stays, counted[day]) for day in days]


def _night(
    day: date, stays: Iterable[tuple[int, date, date | None]], counted: dict[int, bool]
) -> Night:
    there = {pk for pk, came, left in stays if came <= day and (left is None or left > day)}
    known = {pk: present for pk, present in counted.items() if pk in there}
    return Night(day, len(there), len(known), sum(known.values()))


def beds(
    program: Program,
    day: date,
    expected: Iterable[Episode],
    counted: dict[int, CensusEntry],
    midnight: datetime,
) -> list[Bed]:
    """Each expected client's night; `midnight` is the start of the day. Three questions."""
    rows = list(expected)
    ids = [row.pk for row in rows]
    charges = {
        episode: (code, cents)
        for episode, code, cents in Charge.objects.filter(
            attendance__session__kind="day",
            attendance__session__program=program,
            attendance__session__day=day,
            state="live",
        ).values_list("attendance__episode", "current__code", "current__amount_cents")
    }
    notes: dict[int, int] = defaultdict(int)
    signed = NoteVersion.objects.filter(
        note__current=F("pk"), attended=True, note__attendance__episode__in=ids,
        starts_at__gte=midnight, starts_at__lt=midnight + timedelta(days=1),
    )  # fmt: skip
    for episode in signed.values_list("note__attendance__episode", flat=True):
        notes[episode] += 1
    away = leaves_of(ids)
    return [
        Bed(
            row,
            counted.get(row.pk),
            notes[row.pk],
            *charges.get(row.pk, ("", 0)),
            leave=leave_of(day, away.get(row.pk, ())),
        )
        for row in rows
    ]
