"""Charges -> institutional claims: statement spans, type of bill, and the 837I they make.

Prose and figures: docs/algorithms/institutional.md.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from carethread.codes.billing import bill_types
from carethread.codes.levels import Basis, basis
from carethread.rules.facts import (
    BillableCharge,
    BillingProvider,
    ClientFacts,
    CoverageFacts,
    OtherCoverage,
    StayFacts,
)
from carethread.rules.leave import spans
from carethread.rules.parties import (
    billing_party,
    facility_party,
    other_payer_of,
    patient_of,
    payer_party,
    provider_party,
    subscriber_of,
)
from carethread.x12.claim import Claim, ClaimCode, ClaimLine, Diagnosis

MOST_LINES = 999  # LX of the 837I
MOST_DIAGNOSES = 25  # principal and 24 others, HI of the 837I
STILL_HERE = "30"
_A_DAY = timedelta(days=1)


class Cycle(StrEnum):
    """How much time one institutional claim covers; a month's end is never crossed."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """A statement period: the days that one claim may cover."""

    starts: date
    ends: date


def period(day: date, cycle: Cycle) -> Period:
    """The statement period of a day: its month, or its week from Monday within the month."""
    first = day.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    if cycle is Cycle.MONTH:
        return Period(first, last)
    monday = day - timedelta(days=day.weekday())
    return Period(max(monday, first), min(monday + timedelta(days=6), last))


def is_ripe(days: Period, stay: StayFacts, today: date) -> bool:
    """Whether nothing more can come: the period is over, or the client has left."""
    return days.ends < today or (stay.discharged_on is not None and stay.discharged_on <= today)


def group(charges: Sequence[BillableCharge], cycle: Cycle) -> list[tuple[BillableCharge, ...]]:
    """Charges that go on one claim each: one client, coverage, episode, level of care,
    authorization and statement period; never over 999 lines, nor over 25 diagnoses unless one day
    has more. Each is in exactly one group."""
    alike: dict[Hashable, list[BillableCharge]] = {}
    for charge in sorted(charges, key=lambda c: (c.service_date, c.charge_id)):
        alike.setdefault((*_shared(charge), period(charge.service_date, cycle)), []).append(charge)
    return [part for together in alike.values() for part in _parts(together)]


def _shared(charge: BillableCharge) -> tuple[Hashable, ...]:
    return (
        charge.client_id,
        charge.coverage_id,
        charge.episode_id,
        charge.level_of_care,
        charge.authorization,
        charge.facility,
    )


def _parts(charges: Sequence[BillableCharge]) -> Iterator[tuple[BillableCharge, ...]]:
    part: list[BillableCharge] = []
    for charge in charges:
        longer = [*part, charge]
        if part and (len(longer) > MOST_LINES or len(_codes(longer)) > MOST_DIAGNOSES):
            yield tuple(part)
            longer = [charge]
        part = longer
    if part:
        yield tuple(part)


def _codes(charges: Sequence[BillableCharge]) -> tuple[str, ...]:
    """Every diagnosis once, in the order of the charges."""
    return tuple(dict.fromkeys(code for charge in charges for code in charge.diagnoses))


def closes_on(day: date, level_of_care: str, cycle: Cycle) -> date:
    """The last day on which a discharge ends with the claim of that day: the last of its period;
    of a stay, whose last night goes on until morning, the day after it."""
    ends = period(day, cycle).ends
    return ends + timedelta(days=1) if basis(level_of_care) is Basis.CENSUS else ends


def statement(charges: Sequence[BillableCharge], stay: StayFacts, cycle: Cycle) -> Period:
    """The days that the claim says it covers (DTP*434): its services, and the nights of a leave and
    the days of admission and discharge where they belong to its period. Where that period is on
    several claims (another authorization, another payer), the first alone begins with the
    admission, and the last alone ends with the discharge."""
    first = charges[0]
    days = period(first.service_date, cycle)
    closes = closes_on(first.service_date, first.level_of_care, cycle)
    starts = min(c.service_date for c in charges)
    ends = max(c.service_date for c in charges)
    starts, ends = _with_leave(starts, ends, days, stay)
    is_first = not any(day < starts for day in stay.billed)
    is_last = not any(day > ends for day in stay.billed)
    if is_first and days.starts <= stay.admitted_on <= starts:
        starts = stay.admitted_on
    if is_last and stay.discharged_on and ends <= stay.discharged_on <= closes:
        ends = stay.discharged_on
    return Period(starts, ends)


def _with_leave(starts: date, ends: date, days: Period, stay: StayFacts) -> tuple[date, date]:
    """The nights of a leave that adjoin the services are part of the statement, paid or not."""
    away = _nights_away(days, stay)
    for first, until in away:
        if first == ends + _A_DAY and not any(first <= day <= until for day in stay.billed):
            ends = until
    for first, until in reversed(away):
        if until == starts - _A_DAY and not any(first <= day <= until for day in stay.billed):
            starts = first
    return starts, ends


def _nights_away(days: Period, stay: StayFacts) -> tuple[tuple[date, date], ...]:
    """First and last night of each leave within these days and the stay."""
    last = days.ends
    if stay.discharged_on is not None:
        last = min(last, stay.discharged_on - _A_DAY)
    return spans(stay.leaves, days.starts, last)


def bill_frequency(days: Period, stay: StayFacts) -> str:
    """The last digit of the type of bill, from the stay: 1 from admission through discharge, 2
    the first of several, 3 one in between, 4 the last."""
    begins = days.starts <= stay.admitted_on
    ends = stay.discharged_on is not None and stay.discharged_on <= days.ends
    if begins:
        return "1" if ends else "2"
    return "4" if ends else "3"


def patient_status(days: Period, stay: StayFacts) -> str:
    """CL103: 30 while the client is still in care on the statement's last day."""
    left = stay.discharged_on is not None and stay.discharged_on <= days.ends
    return stay.discharge_status if left else STILL_HERE


def assemble(
    charges: Sequence[BillableCharge],
    client: ClientFacts,
    coverage: CoverageFacts,
    billing: BillingProvider,
    stay: StayFacts,
    *,
    claim_id: str,
    cycle: Cycle,
    frequency: str = "1",
    original_reference: str = "",
    other_coverages: Sequence[OtherCoverage] = (),
) -> Claim:
    """The 837I claim that one group of charges makes.

    `frequency` 1 lets the stay decide (1, 2, 3 or 4); 7 and 8 stand as they are and need the
    payer's own number of the original. Raises ValueError for no charge or over 999 lines.
    """
    if not 1 <= len(charges) <= MOST_LINES:
        raise ValueError(f"an 837I claim has 1 to {MOST_LINES} lines, not {len(charges)}")
    first, days = charges[0], statement(charges, stay, cycle)
    bill = stay.tables.level(first.level_of_care).bill_type
    kind = bill_types().get(bill)  # none: the scrubber says so (TOB_VALID)
    is_inpatient = kind is not None and kind.inpatient
    attending = stay.attending or first.rendering
    served = min(c.service_date for c in charges)
    family = stay.tables.family(first.level_of_care)
    return Claim(
        kind="837I",
        claim_id=claim_id,
        charge=sum(c.amount for c in charges),
        facility_code=bill,
        frequency=bill_frequency(days, stay) if frequency == "1" else frequency,
        billing=billing_party(billing),
        subscriber=subscriber_of(coverage, client),
        payer=payer_party(coverage),
        patient=patient_of(client, coverage) if coverage.subscriber else None,
        diagnoses=_diagnoses(charges, is_inpatient=is_inpatient),
        lines=tuple(
            _line(number, charge, other_coverages) for number, charge in enumerate(charges, start=1)
        ),
        pay_to=billing.pay_to,
        service_facility=facility_party(first.facility, billing),
        other_payers=tuple(other_payer_of(other, client) for other in other_coverages),
        authorization=first.authorization,
        original_reference=original_reference,
        admission_date=stay.admitted_on,
        statement_from=days.starts,
        statement_to=days.ends,
        admission_type=stay.admission_type,
        admission_source=stay.admission_source,
        patient_status=patient_status(days, stay),
        attending=provider_party(attending),
        discharge_time=_discharge_time(days, stay) if is_inpatient else "",
        codes=(
            *_leave_spans(family.leave_span, days, stay),
            *(
                ClaimCode("BG", c.code)
                for c in family.condition_codes
                if c.is_wanted(coverage.filing_indicator, bill, served)
            ),
        ),
    )


def _leave_spans(code: str, days: Period, stay: StayFacts) -> Iterator[ClaimCode]:
    """The nights of each leave that the statement holds, where the payer wants to be told."""
    for first, until in _nights_away(days, stay) if code else ():
        yield ClaimCode("BI", code, first, until)


def _discharge_time(days: Period, stay: StayFacts) -> str:
    """HHMM of the discharge, on the claim that covers it."""
    left = stay.discharged_on is not None and stay.discharged_on <= days.ends
    return f"{stay.discharged_at:%H%M}" if left and stay.discharged_at else ""


def _diagnoses(charges: Sequence[BillableCharge], *, is_inpatient: bool) -> tuple[Diagnosis, ...]:
    """Principal, then why the client was admitted (or came), then the others, also where they are
    more than a claim may have: the scrubber stops it (DX_POINTER_RANGE)."""
    codes = _codes(charges)
    principal, others = codes[:1], codes[1:]
    reason = "ABJ" if is_inpatient else "APR"
    return (
        *(Diagnosis("ABK", code) for code in principal),
        *(Diagnosis(reason, code) for code in principal),
        *(Diagnosis("ABF", code) for code in others),
    )


def _line(number: int, charge: BillableCharge, others: Sequence[OtherCoverage]) -> ClaimLine:
    return ClaimLine(
        number=number,
        procedure=charge.code,
        charge=charge.amount,
        units=Decimal(charge.units),
        unit=charge.unit,
        revenue_code=charge.revenue_code,
        service_from=charge.service_date,
        service_to=charge.service_date,
        modifiers=charge.modifiers,
        control_number=charge.control_number,
        adjudications=tuple(
            o.lines[charge.control_number] for o in others if charge.control_number in o.lines
        ),
    )
