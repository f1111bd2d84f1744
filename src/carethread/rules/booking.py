"""When somebody can be seen: weekly times, and who is elsewhere by then. Pure.

All times are those of the center's own clock, so that nine o'clock stays nine o'clock when the
clocks are changed.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

MOST_WEEKS = 52
LONGEST = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of time, from `starts` to `ends`."""

    starts: datetime
    ends: datetime

    def meets(self, other: "Slot") -> bool:
        """Whether both are under way at one moment."""
        return self.starts < other.ends and other.starts < self.ends


@dataclass(frozen=True, slots=True)
class Busy:
    """A time that is taken: `who` is busy, with `what`, in words that end a sentence."""

    slot: Slot
    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """A group that meets every week on these days (0 is Monday)."""

    weekdays: Collection[int]
    starts: time
    minutes: int
    who: str
    name: str


def weekly(first: Slot, weeks: int) -> tuple[Slot, ...]:
    """That slot, and the same one in each of the weeks that follow."""
    steps = [timedelta(weeks=number) for number in range(weeks)]
    return tuple(Slot(first.starts + step, first.ends + step) for step in steps)


def meetings(groups: Iterable[Meeting], days: Iterable[date]) -> list[Busy]:
    """When these groups meet on those days."""
    on = set(days)
    found = []
    for group in groups:
        for day in on:
            if day.weekday() in group.weekdays:
                starts = datetime.combine(day, group.starts)
                slot = Slot(starts, starts + timedelta(minutes=group.minutes))
                found.append(Busy(slot, group.who, f"leads {group.name}"))
    return found


def clash(wanted: Sequence[Slot], busy: Iterable[Busy]) -> Busy | None:
    """The first taken time that one of the wanted slots runs into."""
    met = [one for one in busy if any(slot.meets(one.slot) for slot in wanted)]
    return min(met, key=lambda one: one.slot.starts, default=None)


def free_from(slot: Slot, busy: Iterable[Busy], *, until: time = time(20)) -> Slot | None:
    """The next slot of that length on that day with nobody busy; None where the day is full."""
    taken = sorted((one.slot for one in busy), key=lambda one: one.starts)
    length, starts = slot.ends - slot.starts, slot.starts
    for one in taken:
        if Slot(starts, starts + length).meets(one):
            starts = one.ends
    last = datetime.combine(slot.starts.date(), until)
    return Slot(starts, starts + length) if starts + length <= last else None
