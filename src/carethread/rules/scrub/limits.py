"""How often, how many, how long in a week: limits of payers, of CMS, of programs."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from carethread.codes.limits import Limit, otp
from carethread.codes.roles import Role
from carethread.codes.services import CodeLine
from carethread.rules.facts import BilledLine
from carethread.rules.finding import Fix
from carethread.rules.rounding import RULES, units
from carethread.rules.scrub.context import ScrubContext
from carethread.rules.scrub.known import age, charted, level, note, others
from carethread.rules.scrub.registry import STOPS, WARNS, Fault, rule
from carethread.rules.words import day, listing
from carethread.x12.claim import Claim, ClaimLine

_CLAIM = Fix("claim")
_WEEK = timedelta(days=7)
_ADULT = 18


@rule(
    "UNIT_ROUNDING",
    STOPS,
    Role.BILLER,
    "Units of a timed code follow from the documented minutes by a rule that payers use",
    source="services.yaml; CPT midpoint, Medicare 8-minute, full interval (Michigan PIHP)",
)
def unit_rounding(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line, chart in charted(claim, context):
        use, minutes = context.tables.uses.get(line.procedure), chart.minutes
        timed = next((n for n in use.lines if n.per), None) if use else None
        if timed is None or minutes is None:
            continue
        fitting = _fitting(timed, minutes)
        if int(line.units) not in fitting:
            wanted = listing(str(n) for n in sorted(fitting))
            message = (
                f"{minutes} minutes of {line.procedure} make {wanted} units by any rule of "
                f"rounding, not {line.units}."
            )
            yield Fault(message, line.control_number, note(chart))


def _fitting(line: CodeLine, minutes: int) -> set[int]:
    """What any rule of rounding makes of the minutes: UNITS_EQ_NOTE holds to the payer's own."""
    return {units(minutes, line.per, name) for name in RULES}


@rule(
    "MUE_EXCEEDED",
    STOPS,
    Role.BILLER,
    "No more units of a code than CMS takes as possible",
    source="CMS medically unlikely edits, as loaded by `carethread codes load mue`; CARC 222",
)
def mue(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line in claim.lines if context.unit_edits else ():
        edit = (context.unit_edits or {}).get(line.procedure)
        if edit is None:
            continue
        billed = line.units
        if edit.per_day:
            billed += sum(n.units for n in claim.lines if n is not line and _same(n, line))
            billed += sum(
                b.units
                for b in others(claim, context)
                if (b.code, b.service_date) == (line.procedure, line.service_from)
            )
        if billed > edit.most:
            where = f"on {day(line.service_from)}" if edit.per_day else "on the line"
            message = f"{billed} units of {line.procedure} {where}: at most {edit.most} are paid."
            yield Fault(message, line.control_number, _CLAIM)


def _same(one: ClaimLine, other: ClaimLine) -> bool:
    return one.procedure == other.procedure and one.service_from == other.service_from


@rule(
    "FREQ_LIMIT",
    STOPS,
    Role.BILLER,
    "No code is billed more often than it may be",
    source="limits.yaml; CARC 119 and 151",
)
def frequency_limit(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    for line in claim.lines:
        limit = context.tables.limit_of.get(line.procedure)
        if limit is None or line.service_from < limit.starts:
            continue
        count = line.units + sum(u for day_, u in _counted(claim, context, line, limit))
        if count > limit.most:
            message = (
                f"{count} of {listing(limit.codes)} within {limit.within} up to "
                f"{day(line.service_from)}: {limit.most} may be billed."
            )
            yield Fault(message, line.control_number, _CLAIM)


def _counted(
    claim: Claim, context: ScrubContext, line: ClaimLine, limit: Limit
) -> Iterator[tuple[date, Decimal]]:
    """Day and units of other lines that count against the limit of this one."""
    place = next(i for i, n in enumerate(claim.lines) if n is line)
    for i, n in enumerate(claim.lines):
        earlier = (n.service_from, i) < (line.service_from, place)
        if earlier and n.procedure in limit.codes and _within(limit, n.service_from, line):
            yield n.service_from, n.units
    for b in others(claim, context):
        if b.code in limit.codes and _within(limit, b.service_date, line):
            yield b.service_date, Decimal(b.units)


def _within(limit: Limit, served: date, line: ClaimLine) -> bool:
    last = line.service_from
    if limit.month:
        return (served.year, served.month) == (last.year, last.month)
    return last - timedelta(days=limit.days) < served <= last


@rule(
    "OTP_WEEK_ONCE",
    STOPS,
    Role.BILLER,
    "One weekly bundle of opioid treatment in seven days: one unit, its first day alone",
    source="NGS, opioid treatment programs; CMS OTP billing; otp.yaml",
)
def otp_week(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    weekly = [n for n in claim.lines if n.procedure in otp("weeks")]
    for place, line in enumerate(weekly):
        number = line.control_number
        if line.units != 1:
            yield Fault(f"{line.procedure} is one unit a week, not {line.units}.", number, _CLAIM)
        if line.service_to != line.service_from:
            message = f"{line.procedure} names only the first day of its week."
            yield Fault(message, number, _CLAIM)
        before = [n.service_from for n in weekly[:place]]
        before += [b.service_date for b in _weeks_billed(claim, context)]
        near = next((d for d in before if abs(d - line.service_from) < _WEEK), None)
        if near:
            message = (
                f"The week of {day(line.service_from)} overlaps the one billed for {day(near)}."
            )
            yield Fault(message, number, _CLAIM)


def _weeks_billed(claim: Claim, context: ScrubContext) -> Iterator[BilledLine]:
    return (b for b in others(claim, context) if b.code in otp("weeks"))


@rule(
    "OTP_EXCLUSIVE",
    STOPS,
    Role.BILLER,
    "Not both an opioid treatment program's week and an office month for one client and month",
    source="NGS, opioid treatment programs: G2086 to G2088 are for non-OTP settings",
)
def otp_exclusive(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    program, office = otp("weeks"), otp("office")
    told = [(n.control_number, n.procedure, n.service_from) for n in claim.lines]
    told += [("", b.code, b.service_date) for b in others(claim, context)]
    for number, code, served in told:
        rivals = office if code in program else program if code in office else frozenset()
        same = (o for _, o, d in told if o in rivals and d.month == served.month)
        other = next(same, None) if number else None
        if other:
            message = f"{code} and {other} are both billed for {served:%m/%Y}."
            yield Fault(message, number, _CLAIM)


def _short_weeks(claim: Claim, context: ScrubContext, where: str, least: int) -> Iterator[Fault]:
    """Weeks (Monday to Sunday) of the claim that are over and hold too few attended minutes."""
    if context.program_minutes is None or level(claim, context) != where:
        return
    mondays = {n.service_from - timedelta(days=n.service_from.weekday()) for n in claim.lines}
    for monday in sorted(mondays):
        sunday = monday + timedelta(days=6)
        if context.today is None or context.today <= sunday:
            continue
        days = (monday + timedelta(days=n) for n in range(7))
        attended = sum(context.program_minutes.get(d, 0) for d in days)
        if attended < least:
            message = (
                f"The client attended {attended} minutes in the week of {day(monday)}; "
                f"{where} is at least {least}."
            )
            yield Fault(message, fix=Fix("client", context.client_id))


@rule(
    "IOP_WEEK_MIN",
    WARNS,
    Role.CLINICIAN,
    "A finished week of intensive outpatient holds its least hours",
    source="axisirg.com on IOP (9 h adult, 6 h adolescent); policy iop_week_minutes",
)
def iop_week(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    years = age(claim, claim.lines[0].service_from) if claim.lines else None
    young = years is not None and years < _ADULT
    key = "iop_week_minutes_adolescent" if young else "iop_week_minutes"
    yield from _short_weeks(claim, context, "IOP", context.policy(key))


@rule(
    "PHP_WEEK_MIN",
    WARNS,
    Role.CLINICIAN,
    "A finished week of partial hospitalization holds its least hours",
    source="42 CFR 410.43; codapedia.com article 2073 (20 h); policy php_week_minutes",
)
def php_week(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    yield from _short_weeks(claim, context, "PHP", context.policy("php_week_minutes"))
