"""What came against what was promised: the verdict on one line, its cause, and what many lines show
together. Prose and figures: docs/algorithms/contracts.md. Cents throughout.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from carethread.codes.contracts import part
from carethread.rules.expect import Term
from carethread.rules.words import day, dollars, listing

CONTRACTUAL, SEQUESTERED = "CO-45", "CO-253"
_ENOUGH, _MOST = 3, 0.75  # payments, and the share at one amount, before a table is doubted


class Verdict(StrEnum):
    """How a line came out against the contract."""

    PROMISED = "promised"
    SHORT = "short"
    OVER = "over"
    REFUSED = "refused"  # what is missing was refused, and stands as a denial
    TAKEN_BACK = "taken_back"  # nothing of the payer's answer stands any more


class Cause(StrEnum):
    """Why a line is short."""

    RATE = "rate"
    UNITS = "units"
    REDUCTION = "reduction"
    SEQUESTRATION = "sequestration"
    TABLE = "table"  # of a pattern: their table or ours


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A shortfall counts above the larger of `cents` and `percent` of what was promised."""

    cents: int = 100
    percent: int = 0

    def of(self, promised: int) -> int:
        return max(self.cents, promised * self.percent // 100)


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands of a payer's answer to one line, reversals taken off. `given_up` (under the
    contract or law) and `refused` are by code ("CO-45"); `units` are those that the payer paid for,
    None where it did not say."""

    charge: int
    paid: int = 0
    patient: int = 0
    given_up: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[str, int] = field(default_factory=dict)
    units: int | None = None

    @property
    def allowed(self) -> int:
        """The charge less CO-45, which is paid + patient + whatever else was taken; where the two
        differ (an earlier payer's part), what was told line by line counts."""
        other = sum(cents for code, cents in self.given_up.items() if code != CONTRACTUAL)
        return self.paid + self.patient + other + sum(self.refused.values())

    @property
    def stands(self) -> bool:
        return bool(self.paid or self.patient or self.given_up or self.refused)


@dataclass(frozen=True, slots=True)
class Compared:
    """The verdict on a line. `short` is what is missing beyond what a denial asks for already,
    below zero where more came than was promised."""

    verdict: Verdict
    allowed: int
    short: int
    words: str
    cause: Cause | None = None


def compare(
    promised: int, units: int, answer: Answer, tolerance: Tolerance, sequestration: int = 0
) -> Compared:
    """Hold an answer against the promise for that many units. `sequestration` is what the contract
    knows of, in hundredths of a percent of the payer's part after the patient's share."""
    if not answer.stands:
        return Compared(Verdict.TAKEN_BACK, 0, 0, "The payer's answer was taken back.")
    lawful = min(answer.given_up.get(SEQUESTERED, 0), _lawful(answer, sequestration))
    missing = promised - answer.paid - answer.patient - lawful
    refused = sum(answer.refused.values())
    borne = tolerance.of(promised)
    told = f"Allowed {dollars(answer.allowed)}, promised {dollars(promised)}."
    if missing <= borne:
        verdict = Verdict.OVER if -missing > borne else Verdict.PROMISED
        return Compared(verdict, answer.allowed, missing, told)
    if missing - refused <= borne:
        codes = listing(answer.refused)
        words = f"{dollars(refused)} was refused ({codes}), and is asked for as a denial."
        return Compared(Verdict.REFUSED, answer.allowed, max(0, missing - refused), words)
    cause, words = _cause(promised, units, answer, lawful, tolerance)
    return Compared(Verdict.SHORT, answer.allowed, missing - refused, words, cause)


def _lawful(answer: Answer, sequestration: int) -> int:
    """What sequestration may take, a cent for rounding more."""
    return part(answer.allowed - answer.patient, sequestration) + 1 if sequestration else 0


def _cause(
    promised: int, units: int, answer: Answer, lawful: int, tolerance: Tolerance
) -> tuple[Cause, str]:
    """The largest part of what is missing: taken by the rate, by sequestration, or by others."""
    others = {c: x for c, x in answer.given_up.items() if c not in (CONTRACTUAL, SEQUESTERED)}
    parts = {
        Cause.RATE: promised - answer.allowed,
        Cause.SEQUESTRATION: answer.given_up.get(SEQUESTERED, 0) - lawful,
        Cause.REDUCTION: sum(others.values()),
    }
    cause = max(parts, key=lambda c: parts[c])
    if cause is Cause.SEQUESTRATION:
        taken = dollars(answer.given_up[SEQUESTERED])
        knows = f"{dollars(lawful)} of it" if lawful else "none"
        return cause, f"{SEQUESTERED} took {taken} as sequestration; the contract knows of {knows}."
    if cause is Cause.REDUCTION:
        taken = listing(f"{code} took {dollars(cents)}" for code, cents in others.items())
        return cause, f"{taken}, of which the contract says nothing."
    if (paid_for := _units_paid(promised, units, answer, tolerance)) is not None:
        return Cause.UNITS, (
            f"{paid_for} of {units} units were paid: {dollars(answer.allowed)} in place of "
            f"{dollars(promised)}."
        )
    return cause, (
        f"{dollars(answer.allowed // units)} a unit was allowed, {dollars(promised // units)} is "
        "promised."
    )


def _units_paid(promised: int, units: int, answer: Answer, tolerance: Tolerance) -> int | None:
    """For how many units fewer the payer paid, where that alone explains it."""
    if units < 2:
        return None
    told = [answer.units] if answer.units is not None else range(1, units)
    for number in told:
        if (
            0 < number < units
            and abs(promised * number // units - answer.allowed) <= tolerance.cents
        ):
            return number
    return None


# ------------------------------------------------------------------------------ many lines


@dataclass(frozen=True, slots=True)
class Seen:
    """One compared line of a code. `promised` and `allowed` are for the whole line."""

    on: date
    promised: int
    allowed: int
    units: int = 1
    short: int = 0
    verdict: Verdict = Verdict.SHORT
    credential: str = ""
    modifiers: tuple[str, ...] = ()

    @property
    def a_unit(self) -> int:
        return self.allowed // self.units

    @property
    def promised_a_unit(self) -> int:
        return self.promised // self.units


@dataclass(frozen=True, slots=True)
class Pattern:
    """What the short lines of one code and cause show together: the sentence that a case begins
    with, its cause, and what to do."""

    words: str
    cause: Cause
    cure: str


_CURES = {
    Cause.RATE: "Dispute all lines at once with the contract's page for this code.",
    Cause.UNITS: "Compare the units with the notes, then dispute what was left out.",
    Cause.REDUCTION: "Ask under which clause it was taken, and dispute it.",
    Cause.SEQUESTRATION: "Dispute it: this contract is not subject to it. If it is, correct the "
    "contract, and the case closes by itself.",
    Cause.TABLE: "Look at the signed contract first. If our table is wrong, correct the term, and "
    "the case closes by itself; if theirs is, dispute all lines at once.",
}


GROUNDS: Mapping[Cause, str] = {
    Cause.RATE: "The amounts that you allowed are not those of our contract.",
    Cause.TABLE: "The amounts that you allowed are not those of our contract.",
    Cause.UNITS: "You paid fewer units than were billed.",
    Cause.REDUCTION: "You took a reduction of which our contract says nothing.",
    Cause.SEQUESTRATION: "You took more for sequestration than our contract says.",
}
"""Why lines are short, as it is said to the payer."""


def pattern(
    payer: str,
    code: str,
    cause: Cause,
    short: Sequence[Seen],
    others: Sequence[Seen],
    terms: Sequence[Term] = (),
) -> Pattern:
    """What these short lines of a payer and code show. `others` are the code's other lines since
    the first of them, `terms` the whole contract: a known amount in the wrong place is named."""
    missing = sum(s.short for s in short)
    where = f"on {day(short[0].on)}" if len(short) == 1 else f"on {len(short)} lines"
    head = f"{payer} pays {code} {dollars(missing)} short {where}"
    if cause is not Cause.RATE:
        return Pattern(f"{head}: {_KINDS[cause]}", cause, _CURES[cause])
    said = f"{head}: {_amounts(short)}"
    if known := _known_elsewhere(code, short, terms):
        return Pattern(f"{said}, which is {known}", cause, _CURES[cause])
    if _never_as_promised(short, others):
        every = f"{said}, and never as our table says"
        return Pattern(every, Cause.TABLE, _CURES[Cause.TABLE])
    return Pattern(said, cause, _CURES[cause])


_KINDS = {
    Cause.UNITS: "fewer units than were billed",
    Cause.REDUCTION: "a reduction of which the contract says nothing",
    Cause.SEQUESTRATION: "sequestration beyond the contract's",
}


def _amounts(short: Sequence[Seen]) -> str:
    """The amount that came in place of another, where most lines agree on it; else by how much
    less, in percent."""
    pairs = Counter((s.a_unit, s.promised_a_unit) for s in short)
    (came, promised), number = pairs.most_common(1)[0]
    said = f"{dollars(came)} a unit in place of {dollars(promised)}"
    if number == len(short):
        return said
    if number > len(short) // 2:
        return f"{said} on {number} of them"
    shares = sorted({round(100 * (s.promised - s.allowed) / s.promised) for s in short})
    return f"{shares[0]}% to {shares[-1]}% less" if len(shares) > 1 else f"{shares[0]}% less"


def _known_elsewhere(code: str, short: Sequence[Seen], terms: Sequence[Term]) -> str:
    """Whose rate it is that was paid, where the contract has that amount for the code: for another
    time, or without the credential or modifier."""
    found = {_elsewhere(code, line, terms) for line in short}
    return found.pop() if len(found) == 1 else ""


def _elsewhere(code: str, line: Seen, terms: Sequence[Term]) -> str:
    for term in terms:
        if term.code != code or term.amount != line.a_unit:
            continue
        if not term.holds_on(line.on):
            when = (
                f"until {day(term.ends)}"
                if term.ends and term.ends < line.on
                else (f"from {day(term.starts)} on")
            )
            return f"the rate of {term.named} {when}"
        if term.credential not in ("", line.credential) or term.modifier not in (
            "",
            *line.modifiers,
        ):
            return f"the rate of {term.named}"
        if not term.credential and line.credential:
            return f"the rate without regard to {line.credential}"
    return ""


def _never_as_promised(short: Sequence[Seen], others: Sequence[Seen]) -> bool:
    """No payment of the code comes as promised, and most at one other amount: their table or ours
    is wrong."""
    every = [*short, *others]
    if len(every) < _ENOUGH or any(s.verdict is not Verdict.SHORT for s in every):
        return False
    _, number = Counter(s.a_unit for s in every).most_common(1)[0]
    return number >= _MOST * len(every)
