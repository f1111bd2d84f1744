"""Charges -> professional claims: which charges share a claim, and the claim they make.

`institutional.py` does the same for the 837I; who stands on a claim is told in `parties.py`.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from decimal import Decimal

from carethread.rules.facts import (
    BASE,
    BillableCharge,
    BillingProvider,
    ClientFacts,
    CoverageFacts,
    OtherCoverage,
)
from carethread.rules.parties import (
    billing_party,
    facility_party,
    other_payer_of,
    patient_of,
    payer_party,
    provider_party,
    subscriber_of,
)
from carethread.x12.claim import Claim, ClaimLine, Diagnosis

MOST_LINES = 50  # LX of the 837P
MOST_DIAGNOSES = 12  # HI of the 837P


# ---------------------------------------------------------------- which charges share a claim


def group(charges: Sequence[BillableCharge]) -> list[tuple[BillableCharge, ...]]:
    """Charges that go on one claim each, in order of service date.

    One claim per client, stay, coverage, rendering and supervising practitioner, facility, place of
    service, authorization and service date; never over 50 lines (837P guide), nor over 12
    diagnoses unless one visit has more, which the scrubber stops (DX_POINTER_RANGE). Of one stay,
    because plan, consents, certifications and policies are the stay's: what a program under 42 CFR
    Part 2 gave never travels with what another gave. Add-ons go where their base goes, whatever
    authorization they need themselves. Every charge is in exactly one group.
    """
    alike: dict[Hashable, list[Visit]] = {}
    for visit in _visits(sorted(charges, key=lambda c: c.service_date)):
        alike.setdefault(_shared(visit[0]), []).append(visit)
    return [part for together in alike.values() for part in _parts(together)]


Visit = tuple[BillableCharge, ...]  # a base service, and what is added to it


def _visits(charges: Iterable[BillableCharge]) -> list[Visit]:
    """Charges with the base service that they add to standing first."""
    visits: dict[Hashable, list[BillableCharge]] = {}
    for charge in charges:
        key = (charge.attendance_id or -charge.charge_id, charge.coverage_id)
        visits.setdefault(key, []).append(charge)
    return [tuple(sorted(visit, key=lambda c: c.slot != BASE)) for visit in visits.values()]


def _shared(charge: BillableCharge) -> Hashable:
    """What all charges of one claim have in common."""
    return (
        charge.client_id,
        charge.episode_id,
        charge.coverage_id,
        charge.rendering.npi,
        charge.supervising.npi if charge.supervising else "",
        charge.facility,
        charge.place_of_service,
        charge.authorization,
        charge.service_date,
    )


def _parts(visits: Iterable[Visit]) -> Iterator[tuple[BillableCharge, ...]]:
    """Cut between visits so that no part has too many lines or diagnoses."""
    part: list[BillableCharge] = []
    for visit in visits:
        longer = [*part, *visit]
        if part and (len(longer) > MOST_LINES or len(_diagnoses(longer)) > MOST_DIAGNOSES):
            yield tuple(part)
            part = []
        part += visit
    if part:
        yield tuple(part)


def _diagnoses(charges: Iterable[BillableCharge]) -> tuple[str, ...]:
    """Every diagnosis once, ranked: the first charge's in its order, then what others add."""
    return tuple(dict.fromkeys(code for charge in charges for code in charge.diagnoses))


# ---------------------------------------------------------------- the claim they make


def assemble(
    charges: Sequence[BillableCharge],
    client: ClientFacts,
    coverage: CoverageFacts,
    billing: BillingProvider,
    *,
    claim_id: str,
    frequency: str = "1",
    original_reference: str = "",
    other_coverages: Sequence[OtherCoverage] = (),
) -> Claim:
    """The 837P claim that one group of charges makes.

    `frequency` 7 (replacement) and 8 (void) need the payer's own number of the original as
    `original_reference`. Parties and the authorization stand at claim level, and at a line
    only where that line differs. Every diagnosis is told, also where they are more than a claim
    may have: the scrubber stops it. Raises ValueError for no charge at all, over 50 lines or a
    pointer beyond a charge's diagnoses: `group` and `capture` give none such.
    """
    _refuse_impossible(charges)
    first = charges[0]
    diagnoses = _diagnoses(charges)
    authorization = _claim_authorization(charges)
    is_self = coverage.subscriber is None
    return Claim(
        kind="837P",
        claim_id=claim_id,
        charge=sum(c.amount for c in charges),
        facility_code=first.place_of_service,
        frequency=frequency,
        billing=billing_party(billing),
        subscriber=subscriber_of(coverage, client),
        payer=payer_party(coverage),
        patient=None if is_self else patient_of(client, coverage),
        diagnoses=tuple(
            Diagnosis("ABF" if place else "ABK", code) for place, code in enumerate(diagnoses)
        ),
        lines=tuple(
            _line(number, charge, first, diagnoses, authorization, other_coverages)
            for number, charge in enumerate(charges, start=1)
        ),
        pay_to=billing.pay_to,
        rendering=None if first.rendering.npi == billing.npi else provider_party(first.rendering),
        supervising=provider_party(first.supervising) if first.supervising else None,
        service_facility=facility_party(first.facility, billing),
        other_payers=tuple(other_payer_of(other, client) for other in other_coverages),
        authorization=authorization,
        original_reference=original_reference,
    )


def _refuse_impossible(charges: Sequence[BillableCharge]) -> None:
    if not charges:
        raise ValueError("a claim needs at least one charge")
    if len(charges) > MOST_LINES:
        raise ValueError(f"{len(charges)} lines are more than the {MOST_LINES} of an 837P claim")
    for charge in charges:
        if not all(1 <= p <= len(charge.diagnoses) for p in charge.pointers):
            raise ValueError(f"charge {charge.charge_id} points beyond its diagnoses")


def _line(
    number: int,
    charge: BillableCharge,
    first: BillableCharge,
    diagnoses: tuple[str, ...],
    authorization: str,
    others: Sequence[OtherCoverage],
) -> ClaimLine:
    """One charge as a line; what the claim already says (from its first charge) is left out."""
    other_renderer = charge.rendering.npi != first.rendering.npi
    other_supervisor = charge.supervising and charge.supervising != first.supervising
    return ClaimLine(
        number=number,
        procedure=charge.code,
        charge=charge.amount,
        units=Decimal(charge.units),
        unit=charge.unit,
        service_from=charge.service_date,
        service_to=charge.service_date,
        modifiers=charge.modifiers,
        place_of_service=_unless_same(charge.place_of_service, first.place_of_service),
        pointers=tuple(diagnoses.index(charge.diagnoses[p - 1]) + 1 for p in charge.pointers),
        control_number=charge.control_number,
        rendering=provider_party(charge.rendering) if other_renderer else None,
        supervising=provider_party(charge.supervising) if other_supervisor else None,
        authorization=_unless_same(charge.authorization, authorization),
        adjudications=tuple(
            o.lines[charge.control_number] for o in others if charge.control_number in o.lines
        ),
    )


def _unless_same(value: str, claims: str) -> str:
    return "" if value == claims else value


def _claim_authorization(charges: Sequence[BillableCharge]) -> str:
    """The number for REF*G1 at claim level, which holds for every line without its own: the
    first charge's, unless some service has none; an add-on is under its base's. A line never
    repeats it."""
    numbers = [c.authorization for c in charges if c.slot == BASE] or [charges[0].authorization]
    return numbers[0] if all(numbers) else ""
