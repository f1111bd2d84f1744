"""The claim as a whole: sums, dates, duplicates, deadlines."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from carethread.codes.roles import Role
from carethread.rules.facts import BilledLine
from carethread.rules.finding import Fix
from carethread.rules.scrub.context import ScrubContext
from carethread.rules.scrub.known import is_professional, note, others, renderer
from carethread.rules.scrub.registry import STOPS, WARNS, Fault, rule
from carethread.rules.words import day, dollars
from carethread.x12.claim import Claim, ClaimLine

MOST_LINES = {"837P": 50, "837I": 999}
_CLAIM_ID = re.compile(r"[A-Z0-9 .\-/#]{1,20}", re.IGNORECASE)
_ORIGINAL, _AGAIN = "1", ("7", "8")


@rule(
    "CLAIM_ID",
    STOPS,
    Role.BILLER,
    "The claim has a number of one to twenty characters that survives the journey",
    source="837P guide, CLM01",
)
def claim_id(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    if not _CLAIM_ID.fullmatch(claim.claim_id):
        message = f"The claim number {claim.claim_id!r} is empty, too long or oddly written."
        yield Fault(message, fix=Fix("claim"))


@rule(
    "CHARGE_SUM",
    STOPS,
    Role.BILLER,
    "The claim's charge is the sum of its lines, and no line is below zero",
    source="837P guide, CLM02",
)
def charge_sum(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    total = sum(n.charge for n in claim.lines)
    if total != claim.charge:
        told, summed = dollars(claim.charge), dollars(total)
        message = f"The claim says {told}, its lines add up to {summed}."
        yield Fault(message, fix=Fix("claim"))
    for line in claim.lines:
        if line.charge < 0:
            message = f"The line charges {dollars(line.charge)}."
            yield Fault(message, line.control_number, Fix("claim"))


@rule(
    "LINE_COUNT",
    STOPS,
    Role.BILLER,
    "The claim has at least one line and no more than its form holds",
    source="837P and 837I guides, 2400 LX",
)
def line_count(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    most = MOST_LINES.get(claim.kind, MOST_LINES["837P"])
    if not 1 <= len(claim.lines) <= most:
        message = f"The claim has {len(claim.lines)} lines; it must be 1 to {most}."
        yield Fault(message, fix=Fix("claim"))


@rule(
    "FUTURE_DOS",
    STOPS,
    Role.CLINICIAN,
    "No service lies in the future",
    source="CARC 110",
)
def future_service(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    today = context.today
    for line in claim.lines:
        if today and max(line.service_from, line.service_to) > today:
            chart = context.lines.get(line.control_number)
            message = f"The service of {day(line.service_to)} lies after {day(today)}."
            yield Fault(message, line.control_number, note(chart) if chart else None)


@rule(
    "DUP_EXACT",
    STOPS,
    Role.BILLER,
    "No service is billed twice: same code, modifiers, day and renderer",
    source="CARC 18",
)
def duplicate(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    seen: set[tuple[object, ...]] = set()
    for line in claim.lines if is_professional(claim) else ():
        identity = (*_identity(claim, line), line.charge, line.units, line.extra)
        if line.procedure and identity in seen:
            message = f"{line.procedure} of {day(line.service_from)} is on the claim twice."
            yield Fault(message, line.control_number, Fix("claim"))
        seen.add(identity)
    before = {_billed_identity(b): b for b in context.billed or () if b.claim_id != claim.claim_id}
    for line in claim.lines if claim.frequency not in _AGAIN else ():
        earlier = before.get(_identity(claim, line))
        if earlier:
            message = (
                f"{line.procedure} of {day(line.service_from)} was billed before, "
                f"on claim {earlier.claim_id}."
            )
            yield Fault(message, line.control_number, Fix("claim"))


def _identity(claim: Claim, line: ClaimLine) -> tuple[object, ...]:
    who = renderer(claim, line).npi
    return line.procedure, frozenset(line.modifiers), line.service_from, who


def _billed_identity(billed: BilledLine) -> tuple[object, ...]:
    return billed.code, frozenset(billed.modifiers), billed.service_date, billed.rendering_npi


@rule(
    "TIMELY_FILING",
    STOPS,
    Role.BILLER,
    "A first claim leaves before the payer's filing limit, which for a later payer runs from the "
    "earlier one's answer",
    source="the payer's profile; clocks.yaml; CARC 29",
)
def timely_filing(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    today, days = context.today, context.filing_days
    if today is None or days is None or claim.frequency in _AGAIN:
        return
    answered = context.earlier.answered_on if context.earlier else date.min
    for line in claim.lines:
        limit = max(line.service_from, answered) + timedelta(days=days)
        if today > limit:
            message = (
                f"{claim.payer.name} took claims for {day(line.service_from)} "
                f"until {day(limit)} ({days} days)."
            )
            yield Fault(message, line.control_number, Fix("payer", context.payer_id))


@rule(
    "FREQ78_NEEDS_F8",
    STOPS,
    Role.BILLER,
    "A replacement or void names the payer's own number of the claim that it replaces",
    source="837P guide, CLM05-3 and REF*F8",
)
def replacement_names_original(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    fix, known = Fix("claim"), context.payer_control_number
    if claim.frequency not in _AGAIN:
        if claim.original_reference and claim.frequency == _ORIGINAL:
            number = claim.original_reference
            yield Fault(f"A first claim replaces nothing, yet it names {number}.", fix=fix)
        return
    if not claim.original_reference:
        yield Fault("It replaces a claim, but does not name the payer's number of it.", fix=fix)
    elif known and claim.original_reference != known:
        message = (
            f"It names {claim.original_reference}; the payer's number of the claim is {known}."
        )
        yield Fault(message, fix=fix)


@rule(
    "DUP_SUSPECT",
    WARNS,
    Role.BILLER,
    "No other claim bills the same code and day of the client in another way",
    source="CARC 18; payers' near-duplicate edits",
)
def suspect(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line in claim.lines if claim.frequency not in _AGAIN and context.billed else ():
        for b in others(claim, context):
            alike = (b.code, b.service_date) == (line.procedure, line.service_from)
            if alike and line.procedure and _billed_identity(b) != _identity(claim, line):
                message = (
                    f"{line.procedure} of {day(line.service_from)} is also on claim {b.claim_id}, "
                    "with another modifier or renderer."
                )
                yield Fault(message, line.control_number, Fix("claim"))


@rule(
    "SERVICE_SPAN",
    STOPS,
    Role.BILLER,
    "No service ends before it begins, and a session is of one day",
    source="837 guides, 2400 DTP*472",
)
def service_span(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line in claim.lines:
        first, last = line.service_from, line.service_to
        use = context.tables.uses.get(line.procedure) if last > first else None
        if last < first:
            message = f"The service ends on {day(last)}, before {day(first)}."
            yield Fault(message, line.control_number, Fix("claim"))
        elif use and use.timed and line.procedure not in context.tables.day_codes:
            message = f"{line.procedure} is a session of one day, not {day(first)} to {day(last)}."
            yield Fault(message, line.control_number, Fix("claim"))


@rule(
    "UNITS_WHOLE",
    STOPS,
    Role.BILLER,
    "Units are whole",
    source="837 guides, SV104 and SV205; CARC 16",
)
def units_whole(claim: Claim, _: ScrubContext) -> Iterator[Fault]:
    for line in claim.lines:
        if line.unit != "MJ" and line.units != line.units.to_integral_value():
            message = f"The line bills {line.units} units."
            yield Fault(message, line.control_number, Fix("claim"))


@rule(
    "CONTRACT_RATE_ON_FILE",
    WARNS,
    Role.ADMINISTRATOR,
    "The contract with the payer has a rate for what is billed",
    source="the center's contracts; without a rate no underpayment is found",
)
def rate_on_file(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    if context.rates is None:
        return
    for line in claim.lines:
        held = any(
            r.covers(line.procedure, line.revenue_code, line.service_from) for r in context.rates
        )
        if line.procedure and not held:
            message = (
                f"The contract with {claim.payer.name} has no rate for {line.procedure} "
                f"on {day(line.service_from)}."
            )
            yield Fault(message, line.control_number, Fix("payer", context.payer_id))
