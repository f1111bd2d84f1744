"""What was done, how much, when: the claim against the note, and the note against itself."""

from collections.abc import Iterator
from datetime import datetime

from carethread.codes.roles import Role
from carethread.codes.times import time_of
from carethread.rules.finding import Fix
from carethread.rules.scrub.context import ChartLine, ScrubContext
from carethread.rules.scrub.known import charted, note
from carethread.rules.scrub.registry import STOPS, WARNS, Fault, rule
from carethread.rules.words import day
from carethread.x12.claim import Claim

_HOUSE = "the law of the house: no claim says anything that the record does not"


@rule(
    "CODE_EQ_NOTE",
    STOPS,
    Role.BILLER,
    "Each line bills the code that its note was charged as, and one of its service",
    source=_HOUSE,
)
def code_equals_note(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        if chart.code is not None and chart.code != line.procedure:
            message = f"The claim bills {line.procedure}, the note was charged as {chart.code}."
            yield Fault(message, line.control_number, note(chart))
            continue
        kind = context.tables.services.get(chart.service or "")
        if kind and line.procedure not in context.tables.codes_of(chart.service or ""):
            label = kind.label
            message = f"The claim bills {line.procedure}, which is no code of {label}."
            yield Fault(message, line.control_number, note(chart))


@rule(
    "UNITS_EQ_NOTE",
    STOPS,
    Role.BILLER,
    "Each line bills the units that its note was charged as, and at least one",
    source=_HOUSE,
)
def units_equal_note(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line in claim.lines:
        chart = context.lines.get(line.control_number)
        fix = note(chart) if chart else None
        if line.units <= 0:
            yield Fault(f"The line bills {line.units} units.", line.control_number, fix)
        elif chart and chart.units is not None and chart.units != line.units:
            message = f"The claim bills {line.units} units, the note makes {chart.units}."
            yield Fault(message, line.control_number, fix)


@rule(
    "DATE_EQ_NOTE",
    STOPS,
    Role.BILLER,
    "Each line bills the day on which its note says the service took place",
    source=_HOUSE,
)
def date_equals_note(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        if chart.service_date is not None and chart.service_date != line.service_from:
            told, noted = day(line.service_from), day(chart.service_date)
            message = f"The claim bills {told}, the note is of {noted}."
            yield Fault(message, line.control_number, note(chart))


@rule(
    "TIME_BAND",
    STOPS,
    Role.CLINICIAN,
    "The documented minutes are those that the code stands for",
    source="psychotherapy minutes: Novitas contentId 00026768; services.yaml",
)
def time_band(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        use = context.tables.uses.get(line.procedure)
        if chart.minutes is None or use is None or any(n.level for n in use.lines):
            continue
        if not any(n.holds(chart.minutes) for n in use.lines):
            message = (
                f"{line.procedure} stands for {use.lines[0].band}, "
                f"the note documents {chart.minutes} minutes."
            )
            yield Fault(message, line.control_number, note(chart))


@rule(
    "TIME_PUBLISHED",
    WARNS,
    Role.ADMINISTRATOR,
    "No time-based code is billed for fewer minutes than are published for it",
    source="times.yaml; the center's own tables may follow a payer that says otherwise",
)
def published_time(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        published, minutes = time_of(line.procedure, line.service_from), chart.minutes
        if published is None or minutes is None or line.units <= published.units(minutes):
            continue
        use = context.tables.uses.get(line.procedure)
        if use is not None and not any(one.holds(minutes) for one in use.lines):
            continue  # The tables in force do not bill it either: TIME_BAND says so.
        message = (
            f"{line.units} of {line.procedure} for {minutes} minutes is less time than is "
            f"published for it: {published.words}."
        )
        yield Fault(message, line.control_number, Fix("tables"))


def _overlap(chart: ChartLine, started: datetime, ended: datetime) -> bool:
    return bool(chart.started and chart.ended and chart.started < ended and started < chart.ended)


def _hours(started: datetime, ended: datetime) -> str:
    return f"{started:%H:%M} to {ended:%H:%M}"


@rule(
    "CLIENT_OVERLAP",
    STOPS,
    Role.CLINICIAN,
    "The client has no other service at the same time",
    source="OIG psychotherapy report, 2023; payers deny concurrent services",
)
def client_overlap(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        for other in chart.client_services or ():
            if _overlap(chart, other.started, other.ended):
                message = (
                    f"The client also has a service with {other.clinician_name or 'somebody'} "
                    f"from {_hours(other.started, other.ended)}."
                )
                yield Fault(message, line.control_number, note(chart))


@rule(
    "CLINICIAN_OVERLAP",
    STOPS,
    Role.CLINICIAN,
    "The clinician serves nobody else at the same time, groups excepted",
    source="OIG psychotherapy report, 2023; impossible days",
)
def clinician_overlap(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        kind = context.tables.services.get(chart.service or "")
        for other in chart.clinician_services or ():
            same_group = other.is_group and kind is not None and kind.is_group
            if not same_group and _overlap(chart, other.started, other.ended):
                message = (
                    f"The clinician also served {other.client_name or 'another client'} "
                    f"from {_hours(other.started, other.ended)}."
                )
                yield Fault(message, line.control_number, note(chart))
