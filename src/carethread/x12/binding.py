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
from carethread.x12.quick import Space

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


@dataclass(frozen=True, slots=True)
class Given:
    """Slots and the code of the values that they get, where `test` (if any) holds. `adds`: the
    code is items for the tuple in the slot. `over`: it is made of what the slot holds so far,
    which stands in it as `{before}`. `more`: the value says last of all whether there is more in
    it than fields hold (composites)."""

    slots: tuple[int, ...]
    code: str
    test: str = ""
    adds: bool = False
    over: bool = False
    more: bool = False


@dataclass(frozen=True, slots=True)
class Elements:
    """Code for the elements of a segment, its tag included: `e[n]` is that of the nth. `beyond`
    is the code of a list of what may follow them."""

    codes: tuple[str, ...]
    beyond: str = ""

    def __getitem__(self, n: int) -> str:
        return self.codes[n]

    def __len__(self) -> int:
        return len(self.codes)

    def rest(self, first: int) -> list[str]:
        """Code that is true where something stands in that element or behind it."""
        return [*self.codes[first:], *([f"any({self.beyond})"] if self.beyond else [])]


Plan = tuple[list[Given], list[str]]
"""What a segment gives, and code that is true where it says more than fields hold."""


class Planned(Protocol):
    """A binding that can say in code what it does (see `shapes`) with the elements `e` of a segment
    of the same shape as `example`. None: it cannot."""

    def plan(self, at: Place, example: list[str], e: Elements, space: Space) -> Plan | None: ...


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
