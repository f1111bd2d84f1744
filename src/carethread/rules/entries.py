"""Whether an entry of a table that somebody wrote means anything, beyond the types of its fields.

One that does not would stop the signature of the first note that it is for. One that bills a code
for fewer minutes than are published for it may be what a payer pays, and is told, not refused.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date

from carethread.codes.billing import bill_types
from carethread.codes.credentials import Credential
from carethread.codes.levels import Form, Level
from carethread.codes.limits import Limit
from carethread.codes.modifiers import ModifierRule
from carethread.codes.npi import is_taxonomy
from carethread.codes.recovery import Likelihood
from carethread.codes.services import AddOn, CodeLine, Coding
from carethread.codes.times import times_within
from carethread.rules.rounding import RULES, units

MOST = 99_999
_PROCEDURE = re.compile(r"[0-9A-Z]{5}")
_MODIFIER = re.compile(r"[0-9A-Z]{2}")
_REVENUE = re.compile(r"(\d{4})?", re.ASCII)
_PLACE = re.compile(r"\d{2}", re.ASCII)
_MEASURES = ("minutes", "therapy_minutes", "interactive_complexity")  # of a `DocumentedService`

_SHAPES: Mapping[tuple[type, str], tuple[re.Pattern[str], str]] = {
    (CodeLine, "code"): (_PROCEDURE, "five capital letters and digits"),
    (CodeLine, "revenue_code"): (_REVENUE, "four digits"),
    (AddOn, "code"): (_PROCEDURE, "five capital letters and digits"),
    (ModifierRule, "modifier"): (_MODIFIER, "two capital letters or digits"),
    (Level, "place_of_service"): (_PLACE, "two digits"),
}
_MOST: Mapping[tuple[type, str], int] = {
    (Likelihood, "percent"): 100,
    (Likelihood, "floor"): 10_000_000,
}
_CHOICES: Mapping[tuple[type, str], Collection[str]] = {
    (CodeLine, "form"): tuple(Form),
    (CodeLine, "rounding"): RULES,
    (AddOn, "rounding"): RULES,
    (AddOn, "measure"): _MEASURES,
    (Level, "bill_type"): ("", *bill_types()),
}


def problems(entry: object, place: str = "") -> Iterator[str]:
    """What each part of an entry cannot mean, with its place: "codings[1]: lines[2]: rounding"."""
    if isinstance(entry, tuple):
        for number, one in enumerate(entry, start=1):
            yield from problems(one, f"{place}[{number}]")
    elif is_dataclass(entry):
        begin = f"{place}: " if place else ""
        for field in fields(entry):
            value, here = getattr(entry, field.name), f"{begin}{field.name}"
            yield from _of_field((type(entry), field.name), value, here)
            yield from problems(value, here)
        yield from (f"{begin}{words}" for words in _of_whole(entry))


def _of_field(what: tuple[type, str], value: object, place: str) -> Iterator[str]:
    most = _MOST.get(what, MOST)
    if type(value) is int and not 0 <= value <= most:
        yield f"{place} is a whole number from 0 to {most:,}."
    shape, words = _SHAPES.get(what, (None, ""))
    if shape and not shape.fullmatch(str(value)):
        yield f"{place} is {words}, not {value!r}."
    if what in _CHOICES and value not in _CHOICES[what]:
        yield f"{place}: {value!r} is none of {', '.join(filter(None, _CHOICES[what]))}."


def _of_whole(entry: object) -> Iterator[str]:
    """What its fields cannot mean together."""
    match entry:
        case CodeLine(form=Form.INSTITUTIONAL, revenue_code=""):
            yield "An institutional line (form I) needs its revenue_code."
        case Level(form=Form.INSTITUTIONAL, bill_type=""):
            yield "A level on institutional claims (form I) needs its bill_type."
        case Limit() if not entry.most or not entry.most_days:
            yield "A limit says how many (most) within how many days, or within the month."
        case Credential() if not is_taxonomy(entry.taxonomy):
            yield "taxonomy is ten letters and digits and ends in X."
    most = getattr(entry, "maximum", None)
    if most is not None and most < getattr(entry, "minimum", 0):
        yield "maximum is less than minimum."
    ends = getattr(entry, "ends", None)
    if ends is not None and ends < getattr(entry, "starts", ends):
        yield "It ends before it starts."


_LONGEST = 8 * 60
"""Up to how many minutes an entry is held against what is published: a working day."""


def warnings(entry: object, place: str = "") -> Iterator[str]:
    """Each code of an entry that would be billed for fewer minutes than are published for it."""
    if isinstance(entry, tuple):
        for number, one in enumerate(entry, start=1):
            yield from warnings(one, f"{place}[{number}]")
    elif isinstance(entry, Coding):
        for number, line in enumerate(entry.lines, start=1):
            here = f"{place}: lines[{number}]"
            if not line.level:  # chosen by how difficult the visit was, whatever its minutes
                yield from _too_early(line, entry.starts, entry.ends, here)
    elif isinstance(entry, AddOn):
        if entry.measure in _TIMED:
            yield from _too_early(entry, entry.starts, entry.ends, place)
    elif is_dataclass(entry):
        for field in fields(entry):
            yield from warnings(getattr(entry, field.name), field.name)


_TIMED = ("minutes", "therapy_minutes")


def _too_early(
    line: CodeLine | AddOn, starts: date, ends: date | None, place: str
) -> Iterator[str]:
    for published in times_within(line.code, starts, ends):
        for minutes in range(1, _LONGEST + 1):
            billed = _billed(line, minutes)
            if billed > published.units(minutes):
                count = f"{billed} unit{'s' * (billed != 1)} for {minutes} minute"
                yield (
                    f"{place}: {line.code} is billed as {count}{'s' * (minutes != 1)}. Published: "
                    f"{published.words}. Name the payer's rule, or correct it."
                )
                break


def _billed(line: CodeLine | AddOn, minutes: int) -> int:
    """What an entry makes of so many minutes."""
    counted = minutes - getattr(line, "beyond", 0)
    if counted < line.minimum or (line.maximum is not None and counted > line.maximum):
        return 0
    return units(counted, line.per, line.rounding) if line.per else 1
