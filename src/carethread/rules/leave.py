"""Leave from a house: who is away, for which nights, and with what on the claim.

Prose and figures: docs/algorithms/per-diem.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

RETURN = "return"


@dataclass(frozen=True, slots=True)
class Event:
    """Somebody left on leave (`kind` of leaves.yaml), or came back (`RETURN`), on that day."""

    kind: str
    on: date


@dataclass(frozen=True, slots=True)
class Leave:
    """The nights that a client is away, each named by the day before its midnight: from `starts`
    to `ends`, None while they have not come back."""

    kind: str
    starts: date
    ends: date | None = None

    def holds(self, night: date) -> bool:
        """Whether the client is away in that night."""
        return self.starts <= night and (self.ends is None or night <= self.ends)

    def number(self, night: date) -> int:
        """Which of the leave's nights that is: 1 for the first."""
        return (night - self.starts).days + 1


def leaves(events: Iterable[Event]) -> tuple[Leave, ...]:
    """The leaves that a stay's events tell; those of one day in the order in which they are given.
    Who comes back on the day of leaving was away no night."""
    found: list[Leave] = []
    for event in sorted(events, key=lambda event: event.on):
        away = bool(found) and found[-1].ends is None
        if event.kind != RETURN:
            found += [] if away else [Leave(event.kind, event.on)]
        elif away:
            found[-1] = replace(found[-1], ends=event.on - timedelta(days=1))
    return tuple(one for one in found if one.ends is None or one.starts <= one.ends)


def leave_of(night: date, known: Iterable[Leave]) -> Leave | None:
    """The leave on which the client is in that night."""
    return next((one for one in known if one.holds(night)), None)


def spans(known: Iterable[Leave], starts: date, ends: date) -> tuple[tuple[date, date], ...]:
    """First and last night of each leave within these days."""
    cut = [(max(one.starts, starts), min(one.ends or ends, ends)) for one in known]
    return tuple((first, last) for first, last in cut if first <= last)
