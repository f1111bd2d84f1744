"""What several families of rules look up."""

from collections.abc import Iterator

from carethread.rules.finding import Fix
from carethread.rules.scrub.context import ChartLine, ScrubContext
from carethread.x12.claim import Claim, ClaimLine
from carethread.x12.common import Party


def charted(claim: Claim, context: ScrubContext) -> Iterator[tuple[ClaimLine, ChartLine]]:
    """Each line of which the note is known, with what the note says."""
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
