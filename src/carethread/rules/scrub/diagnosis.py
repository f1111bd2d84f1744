"""Diagnoses: valid, specific, consistent, and the note's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import combinations

from carethread.codes import icd10
from carethread.codes.levels import focus
from carethread.codes.roles import Role
from carethread.codes.tables import listed, raw
from carethread.rules import assemble, institutional
from carethread.rules.finding import Fix
from carethread.rules.scrub.context import ScrubContext
from carethread.rules.scrub.known import charted, is_professional, note
from carethread.rules.scrub.registry import STOPS, WARNS, Fault, rule
from carethread.rules.words import day, listing
from carethread.x12.claim import Claim, ClaimLine

ICD10_BEGAN = date(2015, 10, 1)
MOST_POINTERS = 4
_ICD10 = frozenset({"ABK", "ABF"})
# On the 837I, beside the principal and the others: why admitted, why seen, and from what outside.
_WHY_THEY_CAME = frozenset({"ABJ", "APR", "ABN", "BJ", "PR", "BN"})


@dataclass(frozen=True, slots=True)
class Substance:
    """A family of codes for one substance, by prefix."""

    family: str
    prefix: str


@dataclass(frozen=True, slots=True)
class SubstanceRank:
    """The fourth character of a substance code, highest first: dependence, abuse, use."""

    digit: str
    name: str


@cache
def _substances() -> tuple[Substance, ...]:
    return listed("diagnoses", "substances", Substance)


@cache
def _ranks() -> dict[str, str]:
    return {r.digit: r.name for r in listed("diagnoses", "substance_ranks", SubstanceRank)}


def _served(claim: Claim) -> date | None:
    """The day by which the claim's diagnoses are judged: its first day of service."""
    return min((n.service_from for n in claim.lines), default=None)


def _codes(claim: Claim) -> list[str]:
    return [d.code for d in claim.diagnoses if d.qualifier in _ICD10]


def _fix(claim: Claim, context: ScrubContext, code: str) -> Fix | None:
    """The note whose line points to the code, where it is known."""
    for line, chart in charted(claim, context):
        if code in _pointed(claim, line):
            return note(chart)
    return None


def _pointed(claim: Claim, line: ClaimLine) -> tuple[str, ...]:
    """The codes that a line points to, in its order; pointers to nothing are left out."""
    codes = claim.diagnoses
    return tuple(codes[p - 1].code for p in line.pointers if 1 <= p <= len(codes))


@rule(
    "DX_VALID_DOS",
    STOPS,
    Role.CLINICIAN,
    "Every diagnosis is an ICD-10-CM code on the day of service",
    source="ICD-10-CM by release; CARC 146",
    starts=ICD10_BEGAN,
)
def diagnosis_valid(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    served = _served(claim)
    for code in _codes(claim) if served else ():
        if served and not icd10.exists(code, served):
            message = f"{icd10.pointed(code)} was no diagnosis code on {day(served)}."
            yield Fault(message, fix=_fix(claim, context, code))


@rule(
    "DX_SPECIFIC",
    STOPS,
    Role.CLINICIAN,
    "Every diagnosis is as specific as the code set allows",
    source="ICD-10-CM guidelines I.B.2",
    starts=ICD10_BEGAN,
)
def diagnosis_specific(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    served = _served(claim)
    for code in _codes(claim) if served else ():
        if served and icd10.exists(code, served) and not icd10.is_billable(code, served):
            message = f"{icd10.pointed(code)} is a heading: choose a more specific code below it."
            yield Fault(message, fix=_fix(claim, context, code))


@rule(
    "DX_EXCLUDES1",
    WARNS,
    Role.CLINICIAN,
    "No two diagnoses exclude each other",
    source="ICD-10-CM Excludes1 notes, guidelines I.A.12.a",
    starts=ICD10_BEGAN,
)
def diagnoses_exclude(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for one, other in combinations(dict.fromkeys(_codes(claim)), 2):
        if icd10.excluded(one, other) and not _same_substance(one, other):
            message = (
                f"{icd10.pointed(one)} and {icd10.pointed(other)} exclude each other, "
                "unless the two conditions have nothing to do with each other."
            )
            yield Fault(message, fix=_fix(claim, context, other))


def _same_substance(one: str, other: str) -> str:
    """The substance that both codes are of, or an empty string."""
    for substance in _substances():
        if one.startswith(substance.prefix) and other.startswith(substance.prefix):
            return substance.family
    return ""


@rule(
    "DX_SUD_HIERARCHY",
    STOPS,
    Role.CLINICIAN,
    "Of one substance only dependence, abuse or use is reported, the highest",
    source="ICD-10-CM guidelines I.C.5.b.2",
    starts=ICD10_BEGAN,
)
def substance_hierarchy(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for one, other in combinations(dict.fromkeys(_codes(claim)), 2):
        substance = _same_substance(one, other)
        first, second = _ranks().get(one[3:4]), _ranks().get(other[3:4])
        if substance and first and second and first != second:
            message = (
                f"{icd10.pointed(one)} is {first} and {icd10.pointed(other)} is {second}, both of "
                f"{substance}: only the higher one is reported."
            )
            yield Fault(message, fix=_fix(claim, context, other))


@rule(
    "DX_POINTER_RANGE",
    STOPS,
    Role.BILLER,
    "One to twelve diagnoses (837I: twenty-five), the principal first, and each line of an 837P "
    "points to one to four of them",
    source="837P guide, 2300 HI and 2400 SV107; 837I guide, 2300 HI",
)
def pointer_range(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    count, fix = sum(d.qualifier not in _WHY_THEY_CAME for d in claim.diagnoses), Fix("claim")
    most = assemble.MOST_DIAGNOSES if is_professional(claim) else institutional.MOST_DIAGNOSES
    if not 1 <= count <= most:
        message = f"The claim carries {count} diagnoses; it must be 1 to {most}."
        if count > most:
            message += " An addendum keeps those that the service was for."
        yield Fault(message, fix=fix)
    if not is_professional(claim):
        return
    for line in claim.lines:
        if not 1 <= len(line.pointers) <= MOST_POINTERS:
            message = f"The line points to {len(line.pointers)} diagnoses; it must be 1 to 4."
            yield Fault(message, line.control_number, fix)
        wrong = [str(p) for p in line.pointers if not 1 <= p <= count]
        if wrong:
            message = f"The line points to diagnosis {listing(wrong)}; the claim has {count}."
            yield Fault(message, line.control_number, fix)


@rule(
    "DX_EQ_NOTE",
    STOPS,
    Role.CLINICIAN,
    "Each line's diagnoses are those of its note, in the note's order",
    source="the law of the house: no claim says anything that the record does not",
)
def diagnosis_equals_note(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    if not is_professional(claim):
        yield from _whole_claim(claim, context)
        return
    for line, chart in charted(claim, context):
        if chart.diagnoses is None:
            continue
        told, noted = _pointed(claim, line), chart.diagnoses[:MOST_POINTERS]
        if told != noted:
            message = f"The claim says {_in_words(told)}, the note says {_in_words(noted)}."
            yield Fault(message, line.control_number, note(chart))


def _in_words(codes: tuple[str, ...]) -> str:
    return listing(icd10.pointed(c) for c in codes) if codes else "no diagnosis"


def _whole_claim(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    """The 837I has no pointers: what it says is in some note, and each note's first is on it."""
    charts = [c for _, c in charted(claim, context) if c.diagnoses is not None]
    if not charts or len(charts) < len(claim.lines):
        return
    told = _codes(claim)
    noted = {code for c in charts for code in c.diagnoses or ()}
    for code in dict.fromkeys(c for c in told if c not in noted):
        yield Fault(f"The claim says {icd10.pointed(code)}, no note does.", fix=note(charts[0]))
    for chart in charts:
        first = (chart.diagnoses or ("",))[0]
        if first and first not in told:
            message = f"The note says {icd10.pointed(first)} first, the claim does not say it."
            yield Fault(message, fix=note(chart))


@rule(
    "DX_TWICE",
    STOPS,
    Role.BILLER,
    "No diagnosis stands twice",
    source="837 guides, 2300 HI; CARC 16",
)
def diagnosis_twice(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    codes = _codes(claim)
    for code in dict.fromkeys(codes):
        if codes.count(code) > 1:
            yield Fault(f"{icd10.pointed(code)} stands twice.", fix=Fix("claim"))


@dataclass(frozen=True, slots=True)
class NotFirst:
    """Codes under these prefixes do not stand first, and why."""

    prefixes: tuple[str, ...]
    why: str


@cache
def _not_first() -> tuple[NotFirst, ...]:
    return listed("diagnoses", "not_first", NotFirst)


@rule(
    "DX_PRIMARY_ALLOWED",
    WARNS,
    Role.CLINICIAN,
    "The first diagnosis is one that care can be given for",
    source="ICD-10-CM guidelines I.A.13 and I.C.20 and 21; diagnoses.yaml; CARC 11 and 167",
)
def primary_allowed(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    first = next(iter(_codes(claim)), "")
    for entry in _not_first():
        if first.startswith(entry.prefixes):
            message = f"{icd10.pointed(first)} stands first, but {entry.why}."
            yield Fault(message, fix=_fix(claim, context, first))


@cache
def _focus(name: str) -> tuple[str, ...]:
    return tuple(map(str, raw("diagnoses")["focus"].get(name, ())))


@rule(
    "DX_FITS_PROGRAM",
    WARNS,
    Role.CLINICIAN,
    "A claim of a substance use program names a substance use disorder",
    source="ASAM Criteria: dimensional admission; diagnoses.yaml; CARC 11",
)
def fits_program(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    treated = context.program.focus if context.program else ""
    prefixes = _focus(treated) if treated else ()
    codes = _codes(claim)
    if prefixes and codes and not any(c.startswith(prefixes) for c in codes):
        message = f"The program treats something else than {_in_words(tuple(codes))}."
        yield Fault(message, fix=_fix(claim, context, codes[0]))


def doubt(code: str, level: str) -> str:
    """What speaks against choosing a code (no point) in a program of that level of care, in words
    for its author; empty for nothing."""
    treated = _focus(focus(level)) if focus(level) else ()
    if treated and not code.startswith(treated):
        return "This program treats something else: one of its own diagnoses is needed beside it."
    why = next((entry.why for entry in _not_first() if code.startswith(entry.prefixes)), "")
    return f"Not as the first: it {why}." if why else ""
