"""Which remittances a deposit at the bank pays. Prose and figures: docs/algorithms/deposits.md.

A deposit is certain or it waits for a person; it is never guessed.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from carethread.rules.names import bare
from carethread.rules.words import day, dollars

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Money:
    """One line of the bank's: `amount` cents that came on `day`; `trace` and `payer_identifier`
    (TRN02, TRN03) where the bank passed them on, `words` whatever else it says."""

    id: int
    day: date
    amount: int
    trace: str = ""
    payer_identifier: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """One check as its 835 tells it: `amount` is BPR02 in cents, signed by BPR03."""

    id: int
    day: date | None
    amount: int
    trace: str
    payer_identifier: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a bank line is for: the `advice` (its id) where that is certain and `how`; else None
    and `how` says why it waits. `candidates` are those that it may be for, the likeliest first."""

    advice: int | None
    how: str
    candidates: tuple[int, ...] = ()


def reassociate(
    lines: Sequence[Money],
    advices: Sequence[Advice],
    window: int,
    taken: Sequence[Advice] = (),
) -> Mapping[int, Verdict]:
    """A verdict for every line, by its id. First by the trace number, as told or within the
    bank's words; then, where no trace is told, by the amount within `window` business days: certain
    only where that line and that advice have nobody else. `taken` are matched with other lines:
    where one is what the line speaks of, the verdict says so."""
    found = _reassociated(lines, advices, window)
    return {line.id: _unless_taken(found[line.id], line, taken, window) for line in lines}


def _reassociated(
    lines: Sequence[Money], advices: Sequence[Advice], window: int
) -> dict[int, Verdict]:
    verdicts: dict[int, Verdict] = {}
    left = {advice.id: advice for advice in advices}
    for line in lines:
        verdict = _by_trace(line, list(left.values()))
        if verdict is not None:
            verdicts[line.id] = verdict
            if verdict.advice is not None:
                del left[verdict.advice]
    silent = [line for line in lines if line.id not in verdicts]
    return verdicts | _by_amount(silent, list(left.values()), window)


def _unless_taken(verdict: Verdict, line: Money, taken: Sequence[Advice], window: int) -> Verdict:
    """The verdict, or that what this line speaks of is another line's."""
    if verdict.advice is not None or verdict.candidates:
        return verdict
    if line.trace:
        named = [a for a in taken if _same_trace(line, a)]
    else:
        named = [a for a in taken if _is_near(line, a, window)]
    if not named:
        return verdict
    one = min(named, key=lambda a: business_days(a.day or line.day, line.day))
    which = f"of {dollars(one.amount)}" + (f" of {day(one.day)}" if one.day else "")
    return Verdict(None, f"The remittance {which} is matched with another deposit.")


def _is_near(line: Money, advice: Advice, window: int) -> bool:
    """Whether the amount is the same, and the days are not further apart than they may be."""
    return (
        advice.amount == line.amount
        and advice.day is not None
        and business_days(advice.day, line.day) <= window
    )


def business_days(first: date, second: date) -> int:
    """Monday to Friday between two days, in either order; the same day is 0. Holidays count."""
    first, second = sorted((first, second))
    weeks, rest = divmod((second - first).days, 7)
    days = [first + timedelta(days=n + 1) for n in range(rest)]
    return weeks * 5 + sum(day.weekday() < _SATURDAY for day in days)


def _by_trace(line: Money, advices: Sequence[Advice]) -> Verdict | None:
    """What the trace says; None where none is told and none of ours stands in the words."""
    if line.trace:
        named = [a for a in advices if _same_trace(line, a)]
        return _one_named(line, named) if named else Verdict(
            None, f"It names trace {line.trace}, and no remittance of that number is here yet."
        )  # fmt: skip
    spoken = [a for a in advices if a.amount == line.amount and _spoken(a.trace, line.words)]
    if len(spoken) == 1:
        return Verdict(spoken[0].id, f"the trace number {spoken[0].trace} in the bank's words")
    return None


def _one_named(line: Money, named: Sequence[Advice]) -> Verdict:
    exact = [a for a in named if a.amount == line.amount]
    if len(exact) == 1:
        return Verdict(exact[0].id, f"trace number {line.trace} and payer id")
    candidates = tuple(a.id for a in named)
    if exact:
        return Verdict(None, f"{len(exact)} remittances carry trace {line.trace}.", candidates)
    told = named[0].amount
    return Verdict(
        None,
        f"Trace {line.trace} says {dollars(told)}, the bank {dollars(line.amount)}: "
        f"{dollars(abs(told - line.amount))} {'too little' if line.amount < told else 'too much'}.",
        candidates,
    )


def _same_trace(line: Money, advice: Advice) -> bool:
    if bare(line.trace).lstrip("0") != bare(advice.trace).lstrip("0"):
        return False
    told, ours = _payer(line.payer_identifier), _payer(advice.payer_identifier)
    return not told or not ours or told == ours


def _payer(identifier: str) -> str:
    """A payer's number without the 1 that TRN03 puts before a tax number."""
    return identifier.strip().upper()[-9:]


def _spoken(trace: str, words: str) -> bool:
    """Whether a trace of some length stands in the words as a word of its own."""
    return len(trace) > 4 and re.search(
        rf"(?<![0-9A-Z])0*{re.escape(trace.upper().lstrip('0'))}(?![0-9A-Z])", words.upper()
    ) is not None  # fmt: skip


def _by_amount(
    lines: Sequence[Money], advices: Sequence[Advice], window: int
) -> dict[int, Verdict]:
    near: dict[int, list[Advice]] = {
        line.id: [a for a in advices if _is_near(line, a, window)] for line in lines
    }
    rivals: dict[int, int] = defaultdict(int)
    for found in near.values():
        for advice in found:
            rivals[advice.id] += 1
    return {line.id: _nearest(line, near[line.id], rivals) for line in lines}


def _nearest(line: Money, near: Sequence[Advice], rivals: Mapping[int, int]) -> Verdict:
    if len(near) == 1 and rivals[near[0].id] == 1:
        return Verdict(near[0].id, "the same amount within the window of days")
    if not near:
        return Verdict(None, f"No remittance of {dollars(line.amount)} was paid about that day.")
    by_day = sorted(near, key=lambda a: business_days(a.day or line.day, line.day))
    others = len(near) if len(near) > 1 else rivals[near[0].id]
    what = "remittances" if len(near) > 1 else "lines of the bank"
    return Verdict(
        None,
        f"{others} {what} of {dollars(line.amount)} fit equally well.",
        tuple(a.id for a in by_day),
    )
