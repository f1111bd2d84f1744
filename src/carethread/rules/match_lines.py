"""Which line of a claim a remitted line speaks of. Prose: docs/algorithms/matching.md."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from carethread.rules.identity import parse_line_number
from carethread.rules.names import bare
from carethread.x12.remittance import RemittedLine


@dataclass(frozen=True, slots=True)
class SubmittedLine:
    """One line as we sent it. `charge` in cents."""

    charge_id: int
    control_number: str
    code: str
    modifiers: tuple[str, ...]
    charge: int
    service_date: date
    units: int = 1


@dataclass(frozen=True, slots=True)
class LineMatch:
    """Which charge a remitted line speaks of. `position` counts the remitted lines from 0;
    `charge_id` is None where no line of ours fits; `how` says what agreed. Where the payer merged
    lines of ours into one there is a match for each of them, with the `charge` it was sent at."""

    position: int
    charge_id: int | None
    how: str
    charge: int | None = None


def match_lines(
    remitted: Sequence[RemittedLine], submitted: Sequence[SubmittedLine]
) -> tuple[LineMatch, ...]:
    """Each remitted line with its charge: by control number; else by code, modifiers, date and
    charge; else without the modifiers; else without the date where the payer gives none.
    The lines of a reversal are to be given as they were billed, not negated.

    A control number may come back on several lines (the payer split one), any other likeness
    serves one line only. Lines that are alike in everything are paired in order. What is left may
    be several lines of ours in one.
    """
    numbers = {line_key(s.control_number): s for s in submitted if s.control_number}
    found: dict[int, SubmittedLine] = {}
    how: dict[int, str] = {}
    for place, line in enumerate(remitted):
        ours = numbers.get(line_key(line.control_number)) if line.control_number else None
        if ours is not None:
            found[place], how[place] = ours, "line control number"
    taken = {s.charge_id for s in found.values()}
    free = [s for s in submitted if s.charge_id not in taken]
    for words, alike in _LIKENESSES:
        for place, line in enumerate(remitted):
            ours = None if place in found else _only(line, free, alike)
            if ours is not None:
                found[place], how[place] = ours, words
                free.remove(ours)
    made: list[LineMatch] = []
    for place, line in enumerate(remitted):
        merged = _merged(line, found.get(place), free)
        if merged:
            free = [s for s in free if s not in merged]
            made += [
                LineMatch(place, s.charge_id, "lines merged into one", s.charge) for s in merged
            ]
        elif place in found:
            made.append(LineMatch(place, found[place].charge_id, how[place]))
        else:
            made.append(LineMatch(place, None, "nothing fits"))
    return tuple(made)


def whole_lines(remitted: Sequence[RemittedLine], submitted: Sequence[SubmittedLine]) -> bool:
    """Whether every remitted line is one of ours, or several, and answers the whole of each."""
    sums: Counter[int] = Counter()
    for match in match_lines(remitted, submitted):
        if match.charge_id is None:
            return False
        told = remitted[match.position].charge
        sums[match.charge_id] += told if match.charge is None else match.charge
    sent = {s.charge_id: s.charge for s in submitted}
    return bool(sums) and all(sent[charge] == cents for charge, cents in sums.items())


def _merged(
    line: RemittedLine, named: SubmittedLine | None, free: Sequence[SubmittedLine]
) -> list[SubmittedLine]:
    """The lines that the payer merged into one: all that are left of that code (and of those days,
    where it tells any), the one that its number names among them, which together come to its
    charge. None where there is any choice, or nothing to explain."""
    if named is not None and named.charge == line.charge:
        return []
    ours = [s for s in free if _of_code_and_days(line, s)]
    alike = [s for s in ours if _same_modifiers(line, s)]
    for some in (ours, alike):
        parts = [*([named] if named else []), *some]
        if len(parts) > 1 and sum(s.charge for s in parts) == line.charge:
            return parts
    return []


def _of_code_and_days(line: RemittedLine, ours: SubmittedLine) -> bool:
    if ours.code not in (line.procedure, line.original_procedure):
        return False
    first = line.service_from
    return first is None or first <= ours.service_date <= (line.service_to or first)


Alike = Callable[[RemittedLine, SubmittedLine], bool]


def _only(line: RemittedLine, free: Sequence[SubmittedLine], alike: Alike) -> SubmittedLine | None:
    """The one free line that is alike, or the first of several that differ in nothing."""
    fits = [s for s in free if alike(line, s)]
    kinds = {(s.code, s.modifiers, s.charge, s.service_date, s.units) for s in fits}
    return fits[0] if len(kinds) == 1 else None


def _same_code(line: RemittedLine, ours: SubmittedLine) -> bool:
    codes = (line.procedure, line.original_procedure)
    return ours.code in codes and line.charge == ours.charge


def _same_modifiers(line: RemittedLine, ours: SubmittedLine) -> bool:
    return set(ours.modifiers) in (set(line.modifiers), set(line.original_modifiers))


def _same_date(line: RemittedLine, ours: SubmittedLine) -> bool:
    return line.service_from == ours.service_date


def _no_date(line: RemittedLine, _: SubmittedLine) -> bool:
    return line.service_from is None


_LIKENESSES: tuple[tuple[str, Alike], ...] = (
    (
        "code, modifiers, date and charge",
        lambda x, y: _same_code(x, y) and _same_modifiers(x, y) and _same_date(x, y),
    ),
    ("code, date and charge", lambda x, y: _same_code(x, y) and _same_date(x, y)),
    (
        "code, modifiers and charge",
        lambda x, y: _same_code(x, y) and _same_modifiers(x, y) and _no_date(x, y),
    ),
    ("code and charge", lambda x, y: _same_code(x, y) and _no_date(x, y)),
)


def line_key(control_number: str) -> int | str:
    """A line number as it can be compared: our own number behind all mangling, or the text."""
    return parse_line_number(control_number) or bare(control_number)
