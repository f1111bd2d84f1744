"""Who was there: attendance, the size of a group, and what is said of each client alone."""

from collections.abc import Iterator

from carethread.codes.roles import Role
from carethread.rules.scrub.context import ChartLine, ScrubContext
from carethread.rules.scrub.known import charted, note
from carethread.rules.scrub.registry import STOPS, WARNS, Fault, rule
from carethread.x12.claim import Claim

_MORE = "Next time make it two groups, each with its own facilitator and its own time."
_FEWER = "With one client it was individual therapy: correct who came, or the service."


def _is_group(chart: ChartLine, context: ScrubContext) -> bool:
    kind = context.tables.services.get(chart.service or "")
    return kind is not None and kind.is_group


@rule(
    "ATTENDANCE_PRESENT",
    STOPS,
    Role.CLINICIAN,
    "The client was there",
    source="OIG psychotherapy report, 2023; no-shows are never billed to a payer",
)
def attendance(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        if chart.attended is False:
            message = "The attendance says that the client was not there."
            yield Fault(message, line.control_number, note(chart))


@rule(
    "GROUP_SIZE",
    WARNS,
    Role.CLINICIAN,
    "A group has no more and no fewer clients than the payer takes",
    source="Conn. Regs 17b-262-822 (12); Los Angeles County (2 to 12); policies group_most, _least",
)
def group_size(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    least, most = context.policy("group_least"), context.policy("group_most")
    for line, chart in charted(claim, context):
        size = chart.group_size
        if size is not None and _is_group(chart, context) and not least <= size <= most:
            told = f"{size} clients were in the group; {claim.payer.name} takes {least} to {most}."
            message = f"{told} {_MORE if size > most else _FEWER}"
            yield Fault(message, line.control_number, note(chart))


@rule(
    "GROUP_NOTE_INDIVIDUAL",
    STOPS,
    Role.CLINICIAN,
    "A group note says something of this client alone",
    source="OIG psychotherapy report, 2023; payer documentation policies",
)
def individual_part(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        if chart.individual_part is False and _is_group(chart, context):
            message = "The group note says nothing of this client alone."
            yield Fault(message, line.control_number, note(chart))
