"""What the chart must hold before anything is billed from it."""

import re
from collections.abc import Iterator
from datetime import date

from carethread.codes.limits import laboratory
from carethread.codes.roles import Role
from carethread.rules.facts import PlanFacts
from carethread.rules.finding import Fix
from carethread.rules.scrub.context import ChartLine, ScrubContext
from carethread.rules.scrub.known import charted, is_professional, level, note
from carethread.rules.scrub.registry import STOPS, Fault, rule
from carethread.rules.words import day
from carethread.x12.claim import Claim

_CLIA = re.compile(r"[0-9]{2}D[0-9]{7}")


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
        use = context.tables.uses.get(line.procedure)
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
    "A treatment plan is active on the day and orders the service",
    source="42 CFR 424.24; OIG psychotherapy report, 2023; CARC 150",
)
def plan_covers(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    if context.plans is None or context.plan_required is False:
        return
    for line, chart in charted(claim, context):
        kind = context.tables.services.get(chart.service or "")
        if kind is None or not kind.needs_plan:
            continue
        fault = _plan_fault(context.plans, chart.service or "", line.service_from, kind.label)
        if fault:
            yield Fault(fault, line.control_number, Fix("client", context.client_id))


def _plan_fault(plans: tuple[PlanFacts, ...], service: str, served: date, label: str) -> str:
    active = [p for p in plans if p.covers(served)]
    if not active:
        return f"No treatment plan was active on {day(served)}."
    if not any(not p.services or service in p.services for p in active):
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


@rule(
    "PLAN_SIGNED",
    STOPS,
    Role.CLINICIAN,
    "The treatment plan that orders the service is signed",
    source="42 CFR 424.24; OIG psychotherapy report, 2023",
)
def plan_signed(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    if context.plans is None or context.plan_required is False:
        return
    for line, chart in charted(claim, context):
        kind = context.tables.services.get(chart.service or "")
        if kind is None or not kind.needs_plan:
            continue
        active = [p for p in context.plans if p.covers(line.service_from)]
        if active and not any(p.signed for p in active):
            message = (
                f"The treatment plan that was active on {day(line.service_from)} is not signed."
            )
            yield Fault(message, line.control_number, Fix("client", context.client_id))


@rule(
    "CERT_CURRENT",
    STOPS,
    Role.CLINICIAN,
    "A physician has certified intensive outpatient or partial hospitalization for the day",
    source="42 CFR 424.24(e) and (d): PHP by day 18, then within 30; IOP within 60",
)
def certified(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    wanted = context.tables.family(level(claim, context)).certified_days
    if context.certifications is None or not wanted:
        return
    for line in claim.lines:
        if not any(c.covers(line.service_from) for c in context.certifications):
            message = f"No physician's certification covers {day(line.service_from)}."
            yield Fault(message, line.control_number, Fix("client", context.client_id))


@rule(
    "LAB_ORDER",
    STOPS,
    Role.CLINICIAN,
    "A laboratory test was ordered, and the order is signed",
    source="42 CFR 410.32; procedures.yaml; CARC 16",
)
def lab_order(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        if chart.ordered is False and line.procedure in laboratory():
            message = f"No signed order is behind {line.procedure}."
            yield Fault(message, line.control_number, note(chart))


@rule(
    "CLIA",
    STOPS,
    Role.ADMINISTRATOR,
    "A professional claim for a laboratory test carries the laboratory's CLIA number",
    source="42 CFR 493; 837P guide, REF*X4; procedures.yaml; CARC B7",
)
def clia(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    for line in claim.lines if is_professional(claim) else ():
        if line.procedure not in laboratory():
            continue
        told = (*claim.references, *line.references)
        if not any(r.qualifier == "X4" and _CLIA.fullmatch(r.value) for r in told):
            message = f"{line.procedure} needs the laboratory's CLIA number."
            yield Fault(message, line.control_number, Fix("organization"))


@rule(
    "SERVICE_IN_EPISODE",
    STOPS,
    Role.CLINICIAN,
    "The service lies between admission and discharge",
    source="the law of the house: no claim says anything that the record does not",
)
def service_in_episode(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    stay = context.episode
    if stay is None:
        return
    for line in claim.lines:
        served, fix = day(line.service_from), Fix("client", context.client_id)
        if stay.admitted_on and line.service_from < stay.admitted_on:
            message = f"{served} is before the admission of {day(stay.admitted_on)}."
            yield Fault(message, line.control_number, fix)
        if stay.discharged_on and line.service_to > stay.discharged_on:
            message = f"{served} is after the discharge of {day(stay.discharged_on)}."
            yield Fault(message, line.control_number, fix)


@rule(
    "DISCHARGE_DONE",
    STOPS,
    Role.CLINICIAN,
    "The last bill of a stay that has ended waits for the signed summary",
    source="only claims that touch the final span are held: the discharge, or the last service",
)
def discharge_done(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    stay = context.episode
    if stay is None or stay.discharged_on is None or stay.summary is not False:
        return
    if not context.policy("discharge_hold"):
        return
    last = claim.statement_to or max((n.service_to for n in claim.lines), default=None)
    if last and last >= min(stay.discharged_on, stay.last_service or stay.discharged_on):
        message = f"The summary of the discharge on {day(stay.discharged_on)} is not signed."
        yield Fault(message, fix=Fix("client", context.client_id))
