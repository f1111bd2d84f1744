"""Nights on leave from a house: no nights of treatment, told as they were, and a bed that is kept
charged to a payer who pays for it.

Where nobody knows what was recorded of the stay (another's file), the leaves are those that the
claim itself tells.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from carethread.codes.leaves import keeps_a_bed, leave_kinds
from carethread.codes.roles import Role
from carethread.rules.finding import Fix
from carethread.rules.leave import Leave, leave_of, spans
from carethread.rules.scrub.context import ScrubContext
from carethread.rules.scrub.known import days_of, is_institutional, level
from carethread.rules.scrub.registry import STOPS, Fault, rule
from carethread.rules.words import day
from carethread.x12.claim import Claim, ClaimLine

_CLAIM = Fix("claim")
_A_DAY = timedelta(days=1)
_COVERED_DAYS = "80"  # NUBC value code
Span = tuple[date, date]


def _recorded(context: ScrubContext) -> tuple[Leave, ...] | None:
    return context.episode.leaves if context.episode else None


def _span_code(claim: Claim, context: ScrubContext) -> str:
    """The occurrence span code that tells a leave there; empty where none is wanted."""
    if not is_institutional(claim):
        return ""
    return context.tables.family(level(claim, context)).leave_span


def _told(claim: Claim, context: ScrubContext) -> tuple[Span, ...]:
    code = _span_code(claim, context)
    told = (c for c in claim.coded("BI") if code and c.code == code)
    return tuple((c.first, c.last or c.first) for c in told if c.first)


def _leaves(claim: Claim, context: ScrubContext) -> tuple[Leave, ...]:
    """The leaves of the stay: those that were recorded, else those that the claim tells."""
    recorded = _recorded(context)
    if recorded is not None:
        return recorded
    return tuple(Leave("", first, last) for first, last in _told(claim, context))


def _kept(claim: Claim) -> Iterator[tuple[ClaimLine, date]]:
    """Each night for which a bed that was kept is billed, with its line."""
    for line in claim.lines if is_institutional(claim) else ():
        if keeps_a_bed(line.revenue_code):
            yield from ((line, night) for night in days_of(line))


def _label(leave: Leave) -> str:
    known = leave_kinds().get(leave.kind)
    return known.label if known else "leave"


@rule(
    "LEAVE_NIGHT_BILLED",
    STOPS,
    Role.CLINICIAN,
    "A night on leave is not billed as a night in the house",
    source="NUBC revenue center 018X; leaves.yaml; CARC 78",
)
def night_on_leave(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    away = _leaves(claim, context) if is_institutional(claim) else ()
    for line in claim.lines if away else ():
        if line.procedure not in context.tables.day_codes or keeps_a_bed(line.revenue_code):
            continue
        for night in days_of(line):
            if leave := leave_of(night, away):
                message = (
                    f"The night of {day(night)} was one on {_label(leave)}, and is billed as one "
                    "in the house. Correct the census, or the day of the return."
                )
                yield Fault(message, line.control_number, Fix("client", context.client_id))


@rule(
    "LEAVE_REVENUE",
    STOPS,
    Role.BILLER,
    "A kept bed is billed for a night on leave alone, under the revenue code of that leave",
    source="NUBC revenue center 018X; leaves.yaml; CARC 199",
)
def kept_bed(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    away = _leaves(claim, context)
    for line, night in _kept(claim):
        leave = leave_of(night, away)
        if leave is None:
            message = (
                f"Revenue code {line.revenue_code} bills a bed that was kept, and no leave is "
                f"known in the night of {day(night)}."
            )
            yield Fault(message, line.control_number, _CLAIM)
        elif leave.kind and leave_kinds()[leave.kind].revenue_code != line.revenue_code:
            wanted = leave_kinds()[leave.kind].revenue_code
            message = (
                f"A bed kept during {_label(leave)} stands under {wanted}, not under "
                f"{line.revenue_code}."
            )
            yield Fault(message, line.control_number, _CLAIM)


@rule(
    "LEAVE_SPAN",
    STOPS,
    Role.BILLER,
    "The claim tells the leaves of its days, each with its first and last night, and no others",
    source="NUBC occurrence span code 74; levels.yaml; CARC 16",
)
def leave_span(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    code, begins, ends = _span_code(claim, context), claim.statement_from, claim.statement_to
    if not code or begins is None or ends is None:
        return
    told, recorded = _told(claim, context), _recorded(context)
    if recorded is None:
        for first, last in told:
            if not begins <= first <= last <= ends:
                message = (
                    f"The leave of {_days(first, last)} (occurrence span {code}) is outside of "
                    f"the statement {day(begins)} to {day(ends)}."
                )
                yield Fault(message, fix=_CLAIM)
        return
    left = context.episode.discharged_on if context.episode else None
    expected = spans(recorded, begins, min(ends, left - _A_DAY) if left else ends)
    for first, last in expected:
        if (first, last) not in told:
            message = f"The leave of {_days(first, last)} is not told (occurrence span {code})."
            yield Fault(message, fix=_CLAIM)
    for first, last in told:
        if (first, last) not in expected:
            message = (
                f"Occurrence span {code} tells a leave of {_days(first, last)} that is not on "
                "record so."
            )
            yield Fault(message, fix=_CLAIM)


@rule(
    "BED_HOLD_PAID",
    STOPS,
    Role.BILLER,
    "A kept bed is charged to a payer that pays for it, for as many nights of a leave as it pays",
    source="bed_holds in levels.yaml; CARC 78",
)
def bed_hold(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    recorded, program = _recorded(context), context.program
    if recorded is None or program is None or context.is_later:
        return  # A later payer is told the lines that the first one was.
    for line, night in _kept(claim):
        leave = leave_of(night, recorded)
        tables = context.night_tables.get(night, context.tables)
        known = tables.level(program.level_of_care)
        if leave and known.hold(leave.kind, leave.number(night)) is None:
            message = (
                f"{claim.payer.name} pays for no bed that is kept in night {leave.number(night)} "
                f"of {_label(leave)}, which {day(night)} was."
            )
            yield Fault(message, line.control_number, _CLAIM)


@rule(
    "LEAVE_COVERED_DAYS",
    STOPS,
    Role.BILLER,
    "Covered days do not count nights on leave for which no bed is billed",
    source="NUBC value codes 80 and 81; CARC 78",
)
def covered_days(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    begins, ends = claim.statement_from, claim.statement_to
    told = [c.amount for c in claim.coded("BE") if c.code == _COVERED_DAYS and c.amount]
    if not told or begins is None or ends is None or not is_institutional(claim):
        return
    kept = {night for _, night in _kept(claim)}
    away = [
        first + n * _A_DAY
        for first, last in spans(_leaves(claim, context), begins, ends)
        for n in range((last - first).days + 1)
    ]
    unpaid = sum(night not in kept for night in away)
    covered, most = sum(told) // 100, (ends - begins).days + 1 - unpaid
    if unpaid and covered > most:
        message = (
            f"The claim counts {covered} covered days; with {unpaid} on leave there are {most} "
            "at most."
        )
        yield Fault(message, fix=_CLAIM)


def _days(first: date, last: date) -> str:
    return day(first) if first == last else f"{day(first)} to {day(last)}"
