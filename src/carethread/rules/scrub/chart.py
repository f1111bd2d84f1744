"""What the chart must hold before anything is billed from it."""

from collections.abc import Iterator
from datetime import date

from carethread.codes.roles import Role
from carethread.codes.services import code_uses, services
from carethread.rules.facts import PlanFacts
from carethread.rules.finding import Fix
from carethread.rules.scrub.context import ChartLine, ScrubContext
from carethread.rules.scrub.known import charted, note
from carethread.rules.scrub.registry import STOPS, Fault, rule
from carethread.rules.words import day
from carethread.x12.claim import Claim


@rule(
    "NOTE_SIGNED",
    STOPS,
    Role.CLINICIAN,
    "The note is signed before it is billed",
    source="CMS signature requirements, Program Integrity Manual 3.3.2.4",
)
def note_signed(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        if chart.signed is False:
            yield Fault("The note is not signed.", line.control_number, note(chart))


@rule(
    "NOTE_COSIGNED",
    STOPS,
    Role.SUPERVISOR,
    "A note that needs a co-signature has it before it is billed",
    source="the organization's policy; payer supervision policies",
)
def note_cosigned(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        if chart.needs_cosignature and chart.cosigned is False:
            message = "The supervisor has not co-signed the note."
            yield Fault(message, line.control_number, note(chart))


@rule(
    "START_STOP_TIME",
    STOPS,
    Role.CLINICIAN,
    "A timed service has start and stop time, and its minutes fit between them",
    source="OIG psychotherapy report, 2023",
)
def start_stop_time(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        use = code_uses().get(line.procedure)
        if use is None or not use.timed:
            continue
        fault = _time_fault(chart)
        if fault:
            yield Fault(fault, line.control_number, note(chart))


def _time_fault(chart: ChartLine) -> str:
    if chart.times_written is False:
        return "The note has no start and stop time."
    if chart.started is None or chart.ended is None:
        return ""
    between = int((chart.ended - chart.started).total_seconds() // 60)
    if between <= 0:
        return f"The note stops at {chart.ended:%H:%M}, not after {chart.started:%H:%M}."
    if chart.minutes is not None and chart.minutes > between:
        return f"The note says {chart.minutes} minutes, but only {between} lie between its times."
    return ""


@rule(
    "PLAN_ACTIVE_COVERS_SERVICE",
    STOPS,
    Role.CLINICIAN,
    "A signed treatment plan is active on the day and orders the service",
    source="42 CFR 424.24; OIG psychotherapy report, 2023; CARC 150",
)
def plan_covers(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    if context.plans is None or context.plan_required is False:
        return
    for line, chart in charted(claim, context):
        kind = services().get(chart.service or "")
        if kind is None or not kind.needs_plan:
            continue
        fault = _plan_fault(context.plans, chart.service or "", line.service_from, kind.label)
        if fault:
            yield Fault(fault, line.control_number, Fix("client", context.client_id))


def _plan_fault(plans: tuple[PlanFacts, ...], service: str, served: date, label: str) -> str:
    active = [p for p in plans if p.covers(served)]
    if not active:
        return f"No treatment plan was active on {day(served)}."
    signed = [p for p in active if p.signed]
    if not signed:
        return f"The treatment plan that was active on {day(served)} is not signed."
    if not any(not p.services or service in p.services for p in signed):
        return f"The treatment plan does not order {label}."
    return ""


@rule(
    "PART2_CONSENT",
    STOPS,
    Role.INTAKE,
    "A claim of a substance use program leaves only with the client's consent in force",
    source="42 CFR 2.31 and 2.33",
)
def part2_consent(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    if not context.is_part2 or context.consents is None or context.today is None:
        return
    fitting = [c for c in context.consents if c.payer_id in ("", claim.payer.id)]
    if not any(c.covers(context.today) for c in fitting):
        message = f"No consent in force lets us tell {claim.payer.name} of this treatment."
        yield Fault(message, fix=Fix("client", context.client_id))
