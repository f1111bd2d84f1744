"""Charges with everything that a claim says of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.db.models import QuerySet

from carethread.insight.attending import Turn, turns_of
from carethread.insight.leaves import leaves_of
from carethread.record.compiled import compiled
from carethread.record.models import (
    Charge,
    Claim,
    Coverage,
    Episode,
)
from carethread.record.policies import effective
from carethread.rules import institutional
from carethread.rules.attending import attending_on
from carethread.rules.facts import (
    Billable,
    BillableCharge,
    OtherCoverage,
    StayFacts,
)
from carethread.rules.identity import line_number
from carethread.rules.leave import Leave
from carethread.workflow.gather import earlier
from carethread.workflow.gather.parties import (
    billing_provider,
    client_facts,
    coverage_facts,
    facility,
    provider,
)
from carethread.workflow.gather.services import tables


def charges_for_billing() -> "QuerySet[Charge]":
    """Live charges with everything that a claim says of them, in one query."""
    return with_parts(Charge.objects.filter(state="live")).order_by("service_date", "pk")


def with_parts(charges: "QuerySet[Charge]") -> "QuerySet[Charge]":
    """Charges read together with everything that a claim says of them. Whoever makes a charge has
    the same parts at hand, so that a claim is computed from either in the same way."""
    return charges.select_related(
        "client",
        "organization",
        "practitioner",
        "current__note_version__author",
        "current__note_version__note",
        "current__coverage__payer",
        "current__authorization__facility",
        "current__authorization__rendering",
        "current__supervising",
        "attendance__session__site",
        "attendance__session__program",
        "attendance__episode__program",
        "attendance__episode__attending",
        "attendance__episode__discharge_summary",
    )


def charges_by_claim(claims: Sequence[Claim]) -> dict[int, list[Charge]]:
    """The live charges of each claim; of one to a later payer those that were handed on to it, as
    that payer is billed for them."""
    found: dict[int, list[Charge]] = defaultdict(list)
    for charge in _billed_on(claims=[claim.pk for claim in claims]):
        if charge.claim_id is not None:
            found[charge.claim_id].append(charge)
    handed = earlier.handed_on(claims)
    later = with_all_parts(charges=[pk for pks in handed.values() for pk in pks])
    rows = {charge.pk: charge for charge in later}
    for claim in claims:
        for pk in sorted(handed.get(claim.pk, ())):
            if pk in rows:
                found[claim.pk].append(earlier.billed_to(rows[pk], claim))
    return found


@compiled
def _billed_on(claims: Sequence[int]) -> "QuerySet[Charge]":
    return charges_for_billing().filter(claim__in=claims).select_related("claim")


@compiled
def with_all_parts(charges: Sequence[int]) -> "QuerySet[Charge]":
    """Those of these charges that are live, as they are billed."""
    return charges_for_billing().filter(pk__in=charges)


def billable_charge(charge: Charge) -> BillableCharge:
    """One charge as it stands."""
    current = charge.current
    assert current is not None
    assert current.coverage is not None
    return BillableCharge(
        charge_id=charge.pk,
        version_id=current.pk,
        control_number=line_number(current.pk),
        code=current.code,
        amount=current.amount_cents,
        service_date=charge.service_date,
        diagnoses=tuple(current.diagnoses),
        client_id=charge.client_id,
        coverage_id=current.coverage_id or 0,
        rendering=provider(charge.practitioner),
        modifiers=tuple(current.modifiers),
        units=current.units,
        unit=current.unit,
        pointers=tuple(current.pointers),
        place_of_service=current.place_of_service,
        supervising=provider(current.supervising) if current.supervising else None,
        facility=facility(charge.attendance.session.site),
        authorization=current.authorization.number if current.authorization else "",
        form=current.form,
        revenue_code=current.revenue_code,
        level_of_care=current.level_of_care,
        episode_id=charge.attendance.episode_id,
        attendance_id=charge.attendance_id,
        slot=charge.slot,
    )


@dataclass(frozen=True, slots=True)
class Stays:
    """Of the stays that claims are for, by episode: the days that are charged, the leaves, and who
    answers for it from which day on."""

    billed: Mapping[int, tuple[date, ...]] = field(default_factory=dict)
    leaves: Mapping[int, tuple[Leave, ...]] = field(default_factory=dict)
    attending: Mapping[int, Sequence[Turn]] = field(default_factory=dict)


def stays_of(claims: Iterable[Claim]) -> Stays:
    """What institutional claims say of their stays beyond their own charges. Three questions."""
    stays = {claim.episode_id for claim in claims if claim.episode_id is not None}
    return Stays(_billed_days(stays), leaves_of(stays), turns_of(stays)) if stays else Stays()


def _billed_days(stays: Collection[int]) -> dict[int, tuple[date, ...]]:
    found: dict[int, list[date]] = defaultdict(list)
    rows = Charge.objects.filter(attendance__episode__in=stays, state="live", current__form="I")
    for episode, day in rows.values_list("attendance__episode", "service_date"):
        found[episode].append(day)
    return {episode: tuple(sorted(days)) for episode, days in found.items()}


def billable(
    charges: Sequence[Charge],
    around: Stays = Stays(),
    others: tuple[OtherCoverage, ...] = (),
) -> Billable:
    """The charges of one claim with its parties, and the client's `others` policies. `around`: see
    `stays_of`; without it the claim is taken for the only one of its stay."""
    first = charges[0]
    assert first.current is not None
    parties = Billable(
        charges=tuple(billable_charge(charge) for charge in charges),
        client=client_facts(first.client),
        coverage=coverage_facts(coverage_of(first)),
        billing=billing_provider(first.organization),
        other_coverages=others,
    )
    if first.current.form == "P":
        return parties
    episode_id = first.attendance.episode_id
    stay = stay_facts(first.attendance.episode)
    if turns := around.attending.get(episode_id):
        who = attending_on(max(charge.service_date for charge in charges), turns)
        stay = replace(stay, attending=provider(who) if who else None)
    program, payer_id = first.attendance.episode.program, coverage_of(first).payer_id
    return replace(
        parties,
        stay=replace(
            stay,
            billed=around.billed.get(episode_id, ()),
            leaves=around.leaves.get(episode_id, ()),
            tables=tables(first.service_date, program, payer_id=payer_id),
        ),
        cycle=cycle(first, first.service_date).value,
    )


def stay_facts(row: Episode) -> StayFacts:
    """The stay as an institutional claim tells it."""
    return StayFacts(
        admitted_on=row.admitted_on,
        admitted_at=row.admitted_at,
        admission_type=row.admission_type,
        admission_source=row.admission_source,
        discharged_on=row.discharged_on,
        discharged_at=row.discharged_at,
        discharge_status=row.discharge_status,
        attending=provider(row.attending) if row.attending else None,
    )


def cycle(charge: Charge, on: date) -> institutional.Cycle:
    """How much time a claim with this charge covers, as its program and payer have it."""
    return cycle_of(charge.attendance.session.program_id, coverage_of(charge).payer_id, on)


def cycle_of(program_id: int, payer_id: int, on: date) -> institutional.Cycle:
    """How much time one of a program's claims to a payer covers."""
    days = effective("statement_days", on=on, program_id=program_id, payer_id=payer_id).value
    return institutional.Cycle.WEEK if days == 7 else institutional.Cycle.MONTH


def coverage_of(charge: Charge) -> Coverage:
    assert charge.current is not None
    assert charge.current.coverage is not None
    return charge.current.coverage
