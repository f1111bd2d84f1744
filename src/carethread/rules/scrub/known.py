"""What several families of rules look up."""

from collections.abc import Iterator
from datetime import date, timedelta

from carethread.codes.billing import BillType, bill_types
from carethread.codes.levels import family_of
from carethread.rules.facts import BilledLine
from carethread.rules.finding import Fix
from carethread.rules.scrub.context import ChartLine, ScrubContext
from carethread.x12.claim import Claim, ClaimLine
from carethread.x12.common import Party

_LONGEST = 366  # days of one line: whoever writes more has mistyped a year


def charted(claim: Claim, context: ScrubContext) -> Iterator[tuple[ClaimLine, ChartLine]]:
    """Each line of which the note is known, with what the note says."""
    if not context.lines:
        return
    for line in claim.lines:
        chart = context.lines.get(line.control_number)
        if chart is not None:
            yield line, chart


def note(chart: ChartLine) -> Fix:
    return Fix("note", chart.note_id)


def practitioner(chart: ChartLine) -> Fix:
    return Fix("practitioner", chart.rendering.id if chart.rendering else None)


def renderer(claim: Claim, line: ClaimLine) -> Party:
    """Who rendered the line: named there, else at the claim, else the billing provider."""
    return line.rendering or claim.rendering or claim.billing


def is_professional(claim: Claim) -> bool:
    return claim.kind == "837P"


def is_institutional(claim: Claim) -> bool:
    return claim.kind == "837I"


def bill_type(claim: Claim) -> BillType | None:
    """What the first two digits of an 837I's type of bill say."""
    return bill_types().get(claim.facility_code) if is_institutional(claim) else None


def level(claim: Claim, context: ScrubContext) -> str:
    """The family of the level of care (OP, IOP, PHP, RES, DETOX, OTP): the program's, else what a
    day code of the claim says; empty where nothing tells."""
    if context.program and context.program.level_of_care:
        return family_of(context.program.level_of_care)
    days = context.tables.day_codes
    return next((days[n.procedure] for n in claim.lines if n.procedure in days), "")


def place(claim: Claim, line: ClaimLine) -> str:
    """The place of service of a professional line."""
    return line.place_of_service or claim.facility_code


def others(claim: Claim, context: ScrubContext) -> Iterator[BilledLine]:
    """Lines of other claims that stand with a payer."""
    return (b for b in context.billed or () if b.claim_id != claim.claim_id)


def first_day(claim: Claim) -> date | None:
    """The claim's first day of service."""
    return min((n.service_from for n in claim.lines), default=None)


def days_of(line: ClaimLine) -> list[date]:
    """The days that a line covers."""
    count = min(max((line.service_to - line.service_from).days, 0), _LONGEST) + 1
    return [line.service_from + timedelta(days=n) for n in range(count)]


def age(claim: Claim, day: date) -> int | None:
    """The client's years on that day; None without a birth date."""
    born = (claim.patient or claim.subscriber).birth_date
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def condition_codes(claim: Claim) -> frozenset[str]:
    """The claim's condition codes (HI*BG)."""
    return frozenset(c.code for c in claim.coded("BG"))
