"""What a binding is: how one segment fills the fields of a loop's object, and comes from them.

A binding is used twice: `reader` prepares a function that takes a split segment and puts what
it says into the loop's list of values; `write` gives the segments that say what an object's
fields hold, components parted by U+001F. What a binding cannot say in fields it reports as
partial, and the loop keeps the segment beside them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from carethread.x12 import values as wire
from carethread.x12.delimiters import Delimiters
from carethread.x12.guide import Segment

Values = list[Any]
Take = Callable[[Values, list[str]], bool | None]
"""Puts a segment into the values. None: all of it; True: it says more than the fields hold;
False: none of it, keep the segment."""
Get = Callable[[str], Any]
"""The value of a field, by name."""
Index = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a binding is used: its segment (which `begins` its loop, or not), the fields of the
    loop's object and what they hold when nothing has been read, and the delimiters."""

    segment: Segment
    index: Index
    marks: Delimiters
    blank: Values
    begins: bool = False

    @property
    def slot(self) -> int:
        """Where the value of the field stands that the guide names behind the binding."""
        return self.index(self.segment.target)


class Binding(Protocol):
    def reader(self, at: Place) -> Take: ...

    def write(self, segment: Segment, get: Get) -> Iterable[list[str]]: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """How an element's text becomes a value and text again."""

    memo: wire.Memo[Any] | None
    format: Callable[[Any], str]


KINDS: dict[str, Kind] = {
    "text": Kind(None, str),
    "cents": Kind(wire.cents, wire.format_cents),
    "money": Kind(wire.cents, wire.format_cents),
    "number": Kind(wire.numbers, lambda n: "" if n is None else wire.format_number(n)),
    "integer": Kind(wire.integers, str),
    "span_start": Kind(
        wire.Memo(lambda text: wire.spans[text][0]),
        lambda d: "" if d is None or d == wire.NO_DATE else wire.format_day(d),
    ),
    "day": Kind(wire.days, lambda d: "" if d is None or d == wire.NO_DATE else wire.format_day(d)),
}
