"""Element by element: required, allowed, of the right type and length, one of its codes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import getitem

from carethread.x12.delimiters import Delimiters
from carethread.x12.finding import Finding, Severity
from carethread.x12.guide import Element, Segment
from carethread.x12.structure import Found
from carethread.x12.values import Memo, NotAValue, parse_day

PAIRS: dict[str, tuple[tuple[int, int], ...]] = {
    "NM1": ((8, 9),),
    "N1": ((3, 4),),
    "PER": ((3, 4), (5, 6), (7, 8)),
    "DMG": ((1, 2),),
    "EB": ((9, 10),),
    "HSD": ((1, 2),),
    "III": ((1, 2),),
    "PAT": ((5, 6), (7, 8)),
    "PRV": ((2, 3),),
    "DTP": ((2, 3),),
    "PLB": ((5, 6), (7, 8), (9, 10), (11, 12), (13, 14)),
    "CAS": ((5, 6), (8, 9), (11, 12), (14, 15), (17, 18)),
}
"""Elements that stand together or not at all."""

_NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)$", re.ASCII)
_WHOLE = re.compile(r"-?\d+$", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3])[0-5]\d([0-5]\d\d{0,2})?$", re.ASCII)
_DATED = {"DTP": 3, "DMG": 2, "PAT": 6}
"""Elements whose type the element in front of them gives."""

_SPAN = {"D8": 1, "RD8": 2}
_REMEMBERED = 200  # values of one element whose faults are known


Faults = tuple[tuple[str, str], ...]
"""Ids and words."""


@dataclass(frozen=True, slots=True)
class Judge:
    """What is wrong with the values of one segment of a guide: for each element a memo, since files
    repeat most of them; `least` is the last element that has to be there."""

    elements: tuple[Memo[Faults], ...]
    least: int
    pairs: tuple[tuple[int, int], ...]
    is_dated: bool

    def is_fine(self, values: list[str]) -> bool:
        """Whether each element by itself is right, at a glance."""
        count = len(values) - 1
        return self.least <= count <= len(self.elements) and not any(
            map(getitem, self.elements, values[1:])
        )


class Judges(dict[Segment, Judge]):
    """Who judges the segments of files with these delimiters."""

    def __init__(self, marks: Delimiters) -> None:
        super().__init__()
        self.marks = marks

    def __missing__(self, segment: Segment) -> Judge:
        memos = tuple(self._memo(element) for element in segment.elements)
        least = max((n for n, memo in enumerate(memos, 1) if memo[""]), default=0)
        is_dated = segment.tag in _DATED or segment.tag == "HI"
        self[segment] = Judge(memos, least, PAIRS.get(segment.tag, ()), is_dated)
        return self[segment]

    def _memo(self, element: Element) -> Memo[Faults]:
        return Memo(lambda value: tuple(_faults(value, element, self.marks)), _REMEMBERED)


judges = lru_cache(maxsize=16)(Judges)


def element_faults(found: Found, judges: Judges) -> Iterator[Finding]:
    """The faults of one segment's elements."""
    position, values, segment = found
    judge, tag = judges[segment], values[0]
    if not judge.is_fine(values):
        for at, id_, message in _one_by_one(values, judge):
            yield _fault(id_, position, tag, at, message)
    for one, other in judge.pairs:
        has = one < len(values) and values[one] != ""
        if has != (other < len(values) and values[other] != ""):
            message = f"elements {one} and {other} stand together"
            yield _fault("ELEMENT_PAIR", position, tag, other if has else one, message)
    if judge.is_dated:
        for at, kind, value in _dated(values, judges.marks):
            if why := _span_fault(kind, value):
                yield _fault("DATE_INVALID", position, tag, at, why)


def _fault(id_: str, position: int, tag: str, at: int, message: str) -> Finding:
    return Finding(id_, Severity.ERROR, position, f"{tag}{at:02d}: {message}", tag, at)


def _one_by_one(values: list[str], judge: Judge) -> Iterator[tuple[int, str, str]]:
    """The element, id and words of each fault."""
    most = len(judge.elements)
    if len(values) - 1 > most:
        yield most + 1, "ELEMENT_EXTRA", f"{values[0]} has only {most} elements"
    for at, faults in enumerate(judge.elements, 1):
        for id_, message in faults[values[at] if at < len(values) else ""]:
            yield at, id_, message


def _dated(values: list[str], marks: Delimiters) -> Iterator[tuple[int, str, str]]:
    """The dates whose kind stands in front of them: element, kind, date."""
    at = _DATED.get(values[0], 0)
    if 0 < at < len(values):
        yield at, values[at - 1], values[at]
    if values[0] == "HI":
        for at, text in enumerate(values[1:], 1):
            parts = text.split(marks.component)
            if len(parts) > 3:
                yield at, parts[2], parts[3]


def _faults(value: str, element: Element, marks: Delimiters) -> Iterator[tuple[str, str]]:
    if not value:
        if element.usage == "R":
            yield "ELEMENT_MISSING", "a value is required"
        return
    if element.usage == "N":
        yield "ELEMENT_NOT_USED", f"{_short(value)} stands in an element this guide does not use"
        return
    if element.parts or element.type.parts:
        yield from _composite_faults(value, element, marks)
        return
    several = element.repeats and marks.repetition
    for one in value.split(marks.repetition) if several else (value,):
        yield from _value_faults(one, element)


def _composite_faults(value: str, element: Element, marks: Delimiters) -> Iterator[tuple[str, str]]:
    parts = value.split(marks.component)
    declared = element.parts or tuple(Element("S", type_) for type_ in element.type.parts)
    for n, part in enumerate(declared):
        text = parts[n] if n < len(parts) else ""
        for id_, message in _faults(text, part, marks):
            yield id_, f"component {n + 1}: {message}"
    if len(parts) > len(declared) and any(parts[len(declared) :]):
        yield "ELEMENT_NOT_USED", f"{_short(value)} has more components than this guide uses"


def _value_faults(value: str, element: Element) -> Iterator[tuple[str, str]]:
    type_ = element.type
    if why := _type_fault(value, type_.name):
        yield "DATE_INVALID" if type_.name in ("DT", "TM") else "ELEMENT_TYPE", why
        return
    length = len(value.strip("-").replace(".", "")) if type_.name in ("R", "N") else len(value)
    longest = element.longest or type_.longest
    if length > longest:
        yield "ELEMENT_TOO_LONG", f"{_short(value)} is longer than {longest} characters"
    elif length < type_.shortest:
        yield "ELEMENT_TOO_SHORT", f"{_short(value)} is shorter than {type_.shortest} characters"
    elif element.codes and value not in element.codes:
        yield "ELEMENT_CODE", f"{_short(value)} is not one of {', '.join(element.codes)}"


def _type_fault(value: str, type_: str) -> str:
    """Why a value is not of its type, or nothing."""
    if type_ == "R" and not _NUMBER.match(value):
        return f"{_short(value)} is not a number"
    if type_ == "N" and not _WHOLE.match(value):
        return f"{_short(value)} is not a whole number"
    if type_ == "DT":
        return _day_fault(value)
    if type_ == "TM" and not _TIME.match(value):
        return f"{_short(value)} is not a time of day"
    if type_ in ("AN", "ID") and not (value.isascii() and value.isprintable()):
        return f"{_short(value)} holds a character outside the X12 character set"
    return ""


def _day_fault(value: str) -> str:
    try:
        parse_day(value)
    except NotAValue as fault:
        return str(fault)
    return ""


@lru_cache(maxsize=1024)
def _span_fault(kind: str, value: str) -> str:
    """Why a value does not hold what its qualifier announces: a day, two, a time, or both."""
    if not value:
        return ""
    if kind == "TM":
        return "" if _TIME.match(value) else f"{_short(value)} is not a time of day"
    if kind == "DT":
        whole = _TIME.match(value[8:]) and not _day_fault(value[:8])
        return "" if whole else f"{_short(value)} is not a day and a time"
    days = value.split("-")
    if kind in _SPAN and len(days) != _SPAN[kind]:
        return f"{_short(value)} is not {'one day' if kind == 'D8' else 'a first and a last day'}"
    return next((why for why in map(_day_fault, days) if why), "") if kind in _SPAN else ""


def _short(value: str) -> str:
    return repr(value if len(value) <= 40 else value[:37] + "...")
