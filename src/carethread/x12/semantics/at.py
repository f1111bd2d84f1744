"""Where an item of a set stands, and how a rule says what is wrong with it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from carethread.x12.finding import Finding, Severity
from carethread.x12.values import format_cents


@dataclass(frozen=True)
class At:
    """The segments of an item, the position of the first, and what parts components and repetitions
    in them."""

    first: int
    segments: list[list[str]]
    component: str = ":"
    repetition: str = ""

    def find(self, tag: str, nth: int = 0) -> int:
        """Where the nth segment of this tag stands (0 the first), else the item's own place."""
        places = self.places.get(tag, ())
        return self.first + (places[nth] if nth < len(places) else 0)

    def all(self, tag: str) -> Iterator[tuple[int, list[str]]]:
        return ((self.first + n, self.segments[n]) for n in self.places.get(tag, ()))

    @cached_property
    def starts(self) -> list[int]:
        """Where the claims stand that can be streamed, counted from 0."""
        return [n for n, e in enumerate(self.segments) if e[0] in ("CLM", "CLP", "TRN")]

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Where the segments of each tag stand, counted from 0."""
        places: dict[str, list[int]] = {}
        for n, e in enumerate(self.segments):
            places.setdefault(e[0], []).append(n)
        return places


Rule = Callable[[Any, At], Iterator[Finding]]


class Tally(Protocol):
    """A rule about all the claims of a set, which come one at a time: `add` takes each with its own
    segments, `end` the set without its claims and the segments before the first."""

    def add(self, item: Any, at: At, /) -> Iterator[Finding]: ...

    def end(self, whole: Any, at: At, /) -> Iterator[Finding]: ...


class Seen:
    """Which numbers have come by. A hundred thousand of the last are remembered at least: a set
    of claims has no more than a twentieth of that by its guide, and a file has any size."""

    def __init__(self, room: int = 100_000) -> None:
        self.room = room
        self.now, self.before = set[int](), set[int]()

    def is_new(self, *key: str) -> bool:
        """Whether this one has not, which from now on it has."""
        number = hash(key)
        is_new = number not in self.now and number not in self.before
        self.now.add(number)
        if len(self.now) >= self.room:
            self.now, self.before = set(), self.now
        return is_new


def part(e: list[str], element: int) -> str:
    """An element's text, empty where the segment ends before it."""
    return e[element] if element < len(e) else ""


def error(id_: str, position: int, message: str, tag: str, element: int = 0) -> Finding:
    return Finding(id_, Severity.ERROR, position, message, tag, element)


def warning(id_: str, position: int, message: str, tag: str, element: int = 0) -> Finding:
    return Finding(id_, Severity.WARNING, position, message, tag, element)


def dollars(cents: int) -> str:
    return format_cents(cents)
