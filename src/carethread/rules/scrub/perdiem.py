"""Days that are paid as one: once a day, one level of care a day, and what they include."""

from collections.abc import Iterator
from datetime import date

from carethread.codes.roles import Role
from carethread.rules.finding import Fix
from carethread.rules.scrub.context import ScrubContext
from carethread.rules.scrub.known import days_of, others
from carethread.rules.scrub.registry import STOPS, Fault, rule
from carethread.rules.words import day
from carethread.x12.claim import Claim

_CLAIM = Fix("claim")


def _billed_days(claim: Claim, context: ScrubContext) -> list[tuple[str, str, date]]:
    """Every day of the claim and of what stands on others: line number, code, day."""
    own = [(n.control_number, n.procedure, d) for n in claim.lines for d in days_of(n)]
    return own + [("", b.code, b.service_date) for b in others(claim, context)]


def _has_per_diem(claim: Claim, context: ScrubContext) -> bool:
    codes = context.tables.day_codes
    return any(n.procedure in codes for n in claim.lines) or any(
        b.code in codes for b in context.billed or ()
    )


@rule(
    "PERDIEM_ONE_PER_DAY",
    STOPS,
    Role.BILLER,
    "A day is billed once, in as many units as the line has days",
    source="HCPCS Level II per-diem codes; levels.yaml; CARC 18",
)
def once_a_day(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    if not _has_per_diem(claim, context):
        return
    for line in claim.lines:
        days = len(days_of(line))
        if line.procedure in context.tables.day_codes and line.units > days:
            message = f"{line.units} days of {line.procedure} on {days}."
            yield Fault(message, line.control_number, _CLAIM)
    seen = {(code, served) for number, code, served in _billed_days(claim, context) if not number}
    for line in claim.lines:
        if line.procedure not in context.tables.day_codes:
            continue
        twice = next((d for d in days_of(line) if (line.procedure, d) in seen), None)
        if twice:
            message = f"The {line.procedure} day of {day(twice)} is billed twice."
            yield Fault(message, line.control_number, _CLAIM)
        seen |= {(line.procedure, d) for d in days_of(line)}


@rule(
    "PERDIEM_EXCLUSIVE",
    STOPS,
    Role.BILLER,
    "Of two levels of care only one is paid on a day",
    source="Blue Cross NC facility behavioral health; levels.yaml; CARC 97",
)
def one_level_a_day(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    if not _has_per_diem(claim, context):
        return
    families, by_day = context.tables.families, dict[date, str]()
    told = sorted(_billed_days(claim, context), key=lambda t: bool(t[0]))
    for number, code, served in told:
        kind = context.tables.day_codes.get(code)
        if kind is None:
            continue
        first = by_day.setdefault(served, kind)
        if first != kind and number:
            both = f"{families[first].label.capitalize()} and {families[kind].label}"
            message = f"{both} on {day(served)}."
            yield Fault(message, number, _CLAIM)


@rule(
    "PERDIEM_INCLUDES",
    STOPS,
    Role.BILLER,
    "What a day includes is not billed beside it",
    source="BCBSND guidelines; Texas Medicaid 2016 vol. 2, 15.142; levels.yaml; CARC 97",
)
def includes(claim: Claim, context: ScrubContext) -> Iterator[Fault]:
    if not _has_per_diem(claim, context):
        return
    told = _billed_days(claim, context)
    tables = context.tables
    kinds = {
        served: tables.families[tables.day_codes[code]]
        for _, code, served in told
        if code in tables.day_codes
    }
    for number, code, served in told:
        kind = kinds.get(served)
        if kind and code in kind.swallows:
            line = number or next((n for n, c, d in told if n and d == served), "")
            message = f"The {kind.label} day of {day(served)} includes {code}."
            if line:
                yield Fault(message, line, _CLAIM)
