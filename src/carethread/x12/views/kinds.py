"""How one value looks in JSON, and how it is read back.

Whatever cannot be read is a `Fault` with the path of its key (`claims[2].lines[0].charge`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from carethread.x12.delimiters import COMPONENT, REPETITION
from carethread.x12.values import NO_DATE, NotAValue, format_number, parse_cents, parse_number


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the value at a key. `path` is "" for the whole."""

    path: str
    why: str

    def __str__(self) -> str:
        return f"{self.path}: {self.why}" if self.path else self.why


class Invalid(ValueError):
    """JSON that says no transaction; `faults` has everything that is wrong with it."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Kind:
    """`show` makes the JSON of a value; `read` takes JSON and its path, and raises Invalid."""

    show: Callable[[Any], Any]
    read: Callable[[Any, str], Any]


def _quoted(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 42 else f"{text[:39]}..."


def refuse(path: str, value: Any, what: str) -> Invalid:
    return Invalid(Fault(path, f"{_quoted(value)} is not {what}"))


def parsed(parse: Callable[[str], Any], what: str, pattern: str) -> Callable[[Any, str], Any]:
    """A reader of text that follows `pattern`."""
    fits = re.compile(pattern, re.ASCII)

    def read(value: Any, path: str) -> Any:
        if not isinstance(value, str):
            raise refuse(path, value, f"text, which {what} is written as")
        if not fits.fullmatch(value):
            raise refuse(path, value, what)
        try:
            return parse(value)
        except (NotAValue, ValueError):
            raise refuse(path, value, what) from None

    return read


def of_type(type_: type[Any], what: str) -> Callable[[Any, str], Any]:
    """A reader of what JSON itself has as that type."""

    def read(value: Any, path: str) -> Any:
        if type(value) is not type_:
            raise refuse(path, value, what)
        return value

    return read


def dollars(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _day(value: date | None) -> str:
    return "" if value is None or value == NO_DATE else value.isoformat()


def _number(value: Decimal | None) -> str:
    return "" if value is None else format_number(value)


def optional(kind: Kind, absent: Any = "", nothing: Any = None) -> Kind:
    """The same, or `absent` in JSON where the value is `nothing`."""

    def show(value: Any) -> Any:
        return absent if value is nothing else kind.show(value)

    def read(value: Any, path: str) -> Any:
        return nothing if value == absent else kind.read(value, path)

    return Kind(show, read)


def many(kind: Kind) -> Kind:
    """A list of such values, which a tuple holds."""

    def show(values: Any) -> list[Any]:
        return [kind.show(value) for value in values]

    def read(value: Any, path: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise refuse(path, value, "a list")
        items: list[Any] = []
        faults: list[Fault] = []
        for n, item in enumerate(value):
            try:
                items.append(kind.read(item, f"{path}[{n}]"))
            except Invalid as invalid:
                faults += invalid.faults
        if faults:
            raise Invalid(*faults)
        return tuple(items)

    return Kind(show, read)


def exactly(length: int, kind: Kind) -> Kind:
    """A list of so many values."""
    whole = many(kind)

    def read(value: Any, path: str) -> Any:
        items = whole.read(value, path)
        if len(items) != length:
            raise refuse(path, value, f"a list of {length}")
        return items

    return Kind(whole.show, read)


_MARKS = {"*": None, ":": COMPONENT, "^": REPETITION}
_ENVELOPE = frozenset({"ISA", "GS", "ST", "SE", "GE", "IEA", "TA1"})
_PIECE = re.compile(r"\\(.)|([*:^])|([^\\*:^]+)", re.DOTALL)


def segment_text(elements: tuple[str, ...]) -> str:
    """A segment with the usual delimiters; one that is part of a value has a backslash before."""
    return "*".join(
        re.sub(r"([\\*:^])", r"\\\1", element).replace(COMPONENT, ":").replace(REPETITION, "^")
        for element in elements
    )


def _segment(value: Any, path: str) -> tuple[str, ...]:
    if not isinstance(value, str) or not value:
        raise refuse(path, value, "a segment, as NTE*ADD*TEXT")
    elements = [""]
    for escaped, mark, text in _PIECE.findall(value):
        if mark == "*":
            elements.append("")
        else:
            elements[-1] += escaped or text or _MARKS[mark] or ""
    if elements[0].lstrip(" ") in _ENVELOPE and any(elements[1:]):
        raise refuse(path, value, "a segment that may stand inside a set")
    return tuple(elements)


TEXT = Kind(str, of_type(str, "text"))
CENTS = Kind(dollars, parsed(parse_cents, "an amount", r"-?\d{1,16}(\.\d{1,2})?"))
DAY = Kind(_day, parsed(date.fromisoformat, "a day, as 2026-12-31", r"\d{4}-\d\d-\d\d"))
NUMBER = Kind(_number, parsed(parse_number, "a number", r"-?\d*\.?\d+"))
INTEGER = Kind(int, of_type(int, "a whole number"))
YES_NO = Kind(bool, of_type(bool, "true or false"))
SEGMENT = Kind(segment_text, _segment)
SEGMENTS = many(SEGMENT)
REQUIRED_DAY = optional(DAY, nothing=NO_DATE)
