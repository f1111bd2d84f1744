"""The record as the plain values that rules take. Reads in bulk, decides nothing.

A list of claims is read with a fixed number of queries, however many they are.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Prefetch, Q, QuerySet

from carethread.codes.credentials import Group, credential
from carethread.insight import authorizations
from carethread.record.models import (
    Authorization,
    Charge,
    Claim,
    ClaimLine,
    Client,
    Consent,
    ContractRate,
    Coverage,
    Episode,
    Fee,
    License,
    NoteVersion,
    Organization,
    Payer,
    PayerEnrollment,
    Practitioner,
    Signature,
    Site,
    TreatmentPlan,
    UnitEntry,
)
from carethread.rules.authorize import needed
from carethread.rules.capture import CapturePolicy
from carethread.rules.expect import RateLine
from carethread.rules.facts import (
    AuthorizationFacts,
    AuthorizedService,
    BillableCharge,
    BilledLine,
    BillingProvider,
    ClientFacts,
    ConsentFacts,
    CoverageFacts,
    DocumentedService,
    EnrollmentFacts,
    EpisodeFacts,
    Facility,
    LicenseFacts,
    OtherService,
    PlanFacts,
    PractitionerFacts,
    Provider,
)
from carethread.rules.identity import line_number
from carethread.rules.scrub import ChartLine, ScrubContext
from carethread.rules.scrub.context import AuthorizedLine
from carethread.workflow.known import more_known
from carethread.x12.common import Address, Contact

_SEQUENCE = {1: "P", 2: "S", 3: "T"}
# States in which a claim's lines still stand with the payer, so that another like them is a
# duplicate.
_STANDING = ("queued", "sent", "received", "accepted", "paid", "partial", "denied")


def service_date(organization: Organization, moment: datetime) -> date:
    """The day on which a moment falls where care is given."""
    return local(organization, moment).date()


def local(organization: Organization, moment: datetime) -> datetime:
    """A moment on the center's own clock, as notes and claims mean it."""
    return moment.astimezone(ZoneInfo(organization.time_zone)).replace(tzinfo=None)


# ------------------------------------------------------------------------------- to capture


def documented_service(version: NoteVersion) -> DocumentedService:
    """What a signed version says took place."""
    organization = version.organization
    program = version.note.attendance.session.program
    return DocumentedService(
        service=version.service,
        service_date=service_date(organization, version.starts_at),
        credential=version.credential,
        minutes=version.minutes,
        started=local(organization, version.starts_at),
        ended=local(organization, version.ends_at),
        level_of_care=program.level_of_care,
        place_of_service=version.place_of_service,
        telehealth=version.telehealth,
        diagnoses=tuple(version.diagnoses),
        supervised=version.author.supervisor_id is not None or needs_supervisor(version.credential),
    )


def needs_supervisor(abbreviation: str) -> bool:
    """Whether who holds this credential never practises alone, whoever supervises today."""
    known = credential(abbreviation)
    return known is not None and known.group is Group.SUPERVISED


def capture_policy(on: date) -> CapturePolicy:
    """The center's fees in force on a day."""
    return CapturePolicy(
        fees={fee.code: fee.amount_cents for fee in _in_force(Fee.objects.all(), on)}
    )


def coverage_on(client: Client, on: date) -> Coverage | None:
    """The policy to ask first on a day; failing one in force, the client's latest, so that the
    claim is held with that reason and not forgotten."""
    rows = sorted(client.coverages.select_related("payer"), key=lambda c: (c.rank, -c.pk))
    return next((c for c in rows if _holds(c, on)), rows[0] if rows else None)


def _holds(row: Coverage | Authorization, on: date) -> bool:
    return bool(row.effective_from <= on and (row.effective_to is None or on <= row.effective_to))


def _in_force(rows: "QuerySet[Fee]", on: date) -> "QuerySet[Fee]":
    return rows.filter(
        Q(effective_to__isnull=True) | Q(effective_to__gte=on), effective_from__lte=on
    ).order_by("effective_from")


# ------------------------------------------------------------------------------- to assemble


@dataclass(frozen=True, slots=True)
class Billable:
    """A claim's charges and parties, as `rules.assemble` takes them."""

    charges: tuple[BillableCharge, ...]
    client: ClientFacts
    coverage: CoverageFacts
    billing: BillingProvider


def charges_for_billing() -> "QuerySet[Charge]":
    """Live charges with everything that a claim says of them, in a fixed number of queries."""
    rows: QuerySet[Charge] = (
        Charge.objects.filter(state="live")
        .select_related(
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
            "attendance__episode__discharge_summary",
        )
        .prefetch_related(
            Prefetch("practitioner__licenses", License.objects.all()),
            Prefetch("practitioner__enrollments", PayerEnrollment.objects.select_related("payer")),
            Prefetch("current__note_version__signatures", Signature.objects.all()),
            Prefetch("attendance__episode__plans", TreatmentPlan.objects.all()),
        )
        .order_by("service_date", "pk")
    )
    return rows


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
    )


def billable(charges: Sequence[Charge]) -> Billable:
    """The charges of one claim with its parties."""
    first = charges[0]
    return Billable(
        charges=tuple(billable_charge(charge) for charge in charges),
        client=client_facts(first.client),
        coverage=coverage_facts(_coverage(first)),
        billing=billing_provider(first.organization),
    )


def contexts(groups: Sequence[Sequence[Charge]], *, today: date) -> list[ScrubContext]:
    """What the scrubber compares each claim with (a group of charges is one claim)."""
    around = _Surroundings([charge for group in groups for charge in group])
    contexts = [_context(group, around, today) for group in groups]
    return more_known(groups, contexts, today)


def _coverage(charge: Charge) -> Coverage:
    assert charge.current is not None
    assert charge.current.coverage is not None
    return charge.current.coverage


# ------------------------------------------------------------------------------- parties


def address(row: Organization | Site | Client) -> Address:
    return Address(row.line1, row.line2, row.city, row.state, row.postal_code)


def provider(row: Practitioner) -> Provider:
    return Provider(row.npi, row.last_name, row.first_name, row.taxonomy, row.pk)


def facility(row: Site) -> Facility:
    return Facility(row.name, row.npi, address(row))


def billing_provider(row: Organization) -> BillingProvider:
    return BillingProvider(
        name=row.legal_name,
        npi=row.npi,
        taxonomy=row.taxonomy,
        tax_id=row.tin,
        address=address(row),
        contact=Contact(row.contact_name, row.phone),
    )


def client_facts(row: Client) -> ClientFacts:
    return ClientFacts(
        last_name=row.last_name,
        first_name=row.first_name,
        birth_date=row.birth_date,
        sex=row.sex,
        address=address(row),
        id=row.pk,
    )


def coverage_facts(row: Coverage) -> CoverageFacts:
    return CoverageFacts(
        payer_name=row.payer.name,
        payer_id=row.payer.payer_id,
        member_id=row.member_id,
        sequence=_SEQUENCE.get(row.rank, "P"),
        relationship=row.relationship,
        subscriber=None if row.relationship == "18" else _subscriber(row),
        group_number=row.group_number,
        filing_indicator=row.payer.filing_indicator,
        starts=row.effective_from,
        ends=row.effective_to,
        id=row.pk,
    )


def _subscriber(row: Coverage) -> ClientFacts:
    """Somebody else's policy. The subscriber's address is asked for nowhere: members of one
    household share the client's."""
    return ClientFacts(
        last_name=row.subscriber_last_name,
        first_name=row.subscriber_first_name,
        birth_date=row.subscriber_birth_date,
        sex=row.subscriber_sex or "U",
        address=address(row.client),
    )


# ------------------------------------------------------------------------------- to scrub


class _Surroundings:
    """What lies around a set of charges: each table read once, looked up by day and person."""

    def __init__(self, charges: Sequence[Charge]) -> None:
        self.of_client: dict[tuple[int, date], list[OtherService]] = defaultdict(list)
        self.of_clinician: dict[tuple[int, date], list[OtherService]] = defaultdict(list)
        if charges:
            self._find_services(charges)
        self.billed = _billed_before(charges)
        self.consents: dict[int, list[Consent]] = defaultdict(list)
        protected = {c.client_id for c in charges if c.attendance.episode.program.is_part2}
        if protected:
            for consent in Consent.objects.filter(client__in=protected, kind="part2"):
                self.consents[consent.client_id].append(consent)
        self.units = _units_taken(charges)
        under = (c.current.authorization for c in charges if c.current)
        self.capped = authorizations.capped_entries(row for row in under if row)

    def _find_services(self, charges: Sequence[Charge]) -> None:
        """Signed services of the same people, on the same days."""
        organization = charges[0].organization
        days = [charge.service_date for charge in charges]
        rows = NoteVersion.objects.filter(
            Q(author__in={c.practitioner_id for c in charges})
            | Q(note__attendance__client__in={c.client_id for c in charges}),
            note__current=F("pk"),
            starts_at__gte=midnight(organization, min(days)),
            starts_at__lt=midnight(organization, max(days) + timedelta(days=1)),
        ).values_list(
            "note_id",
            "starts_at",
            "ends_at",
            "author_id",
            "author__first_name",
            "author__last_name",
            "note__attendance__client_id",
            "note__attendance__client__first_name",
            "note__attendance__client__last_name",
        )
        for note, starts, ends, author, *clinician_name, client, first, last in rows.order_by("pk"):
            started = local(organization, starts)
            service = OtherService(
                started=started,
                ended=local(organization, ends),
                note_id=note,
                client_name=f"{first} {last}",
                clinician_name=" ".join(clinician_name),
            )
            self.of_client[client, started.date()].append(service)
            self.of_clinician[author, started.date()].append(service)


def midnight(organization: Organization, day: date) -> datetime:
    """The start of a day where care is given."""
    return datetime.combine(day, time(), ZoneInfo(organization.time_zone))


def _billed_before(charges: Sequence[Charge]) -> dict[int, list[tuple[int, BilledLine]]]:
    """Lines of claims that stand with a payer, by client, with the charge that they bill."""
    found: dict[int, list[tuple[int, BilledLine]]] = defaultdict(list)
    lines = ClaimLine.objects.filter(
        version__claim__current=F("version"),
        version__claim__state__in=_STANDING,
        version__claim__client__in={c.client_id for c in charges},
        service_date__in={c.service_date for c in charges},
    ).select_related("version__claim__practitioner", "charge_version")
    for line in lines:
        claim = line.version.claim
        found[claim.client_id].append(
            (
                line.charge_version.charge_id,
                BilledLine(
                    claim_id=line.version.claim_number,
                    code=line.code,
                    modifiers=tuple(line.modifiers),
                    service_date=line.service_date,
                    rendering_npi=claim.practitioner.npi,
                    units=line.units,
                ),
            )
        )
    return found


def _units_taken(charges: Sequence[Charge]) -> dict[int, int]:
    """Authorized units that each charge's current version holds."""
    taken: dict[int, int] = defaultdict(int)
    versions = {c.current_id: c.pk for c in charges if c.current and c.current.authorization_id}
    if versions:
        for entry in UnitEntry.objects.filter(charge_version__in=versions):
            sign = {"consume": 1, "release": -1}.get(entry.kind, 0)
            taken[versions[entry.charge_version_id]] += sign * entry.units
    return taken


def _context(charges: Sequence[Charge], around: _Surroundings, today: date) -> ScrubContext:
    first = charges[0]
    coverage, program = _coverage(first), first.attendance.episode.program
    payer = coverage.payer
    mine = {charge.pk for charge in charges}
    authorized = _authorized(charges, around, payer)
    return ScrubContext(
        today=today,
        lines={
            line_number(charge.current_id or 0): _chart_line(charge, around) for charge in charges
        },
        client_id=first.client_id,
        payer_id=payer.pk,
        coverage=coverage_facts(coverage),
        member_id_pattern=payer.member_id_pattern or None,
        filing_days=payer.timely_filing_days,
        authorization_required=bool(authorized),
        authorized=authorized,
        plans=tuple(plan_facts(plan) for plan in first.attendance.episode.plans.all()),
        plan_required=True,
        billed=tuple(
            line for charge_id, line in around.billed[first.client_id] if charge_id not in mine
        ),
        payer_control_number=first.claim.payer_control_number if first.claim else None,
        is_part2=program.is_part2,
        consents=tuple(
            consent_facts(c)
            for c in around.consents[first.client_id]
            if c.program_id in (None, program.pk)
        ),
        episode=episode_facts(first.attendance.episode),
    )


def _chart_line(charge: Charge, around: _Surroundings) -> ChartLine:
    current = charge.current
    assert current is not None
    version = current.note_version
    organization = charge.organization
    signatures = {signature.role for signature in version.signatures.all()}
    supervised = current.supervising_id is not None or needs_supervisor(version.credential)
    return ChartLine(
        note_id=version.note_id,
        service=version.service,
        service_date=service_date(organization, version.starts_at),
        code=current.code,
        units=current.units,
        minutes=version.minutes,
        diagnoses=tuple(version.diagnoses),
        times_written=True,
        started=local(organization, version.starts_at),
        ended=local(organization, version.ends_at),
        place_of_service=version.place_of_service,
        telehealth=version.telehealth,
        signed="author" in signatures,
        needs_cosignature=supervised,
        cosigned="supervisor" in signatures,
        rendering=practitioner_facts(charge.practitioner, _coverage(charge).payer),
        supervised=supervised,
        client_services=_others(around.of_client[charge.client_id, charge.service_date], version),
        clinician_services=_others(
            around.of_clinician[version.author_id, charge.service_date], version
        ),
    )


def _others(services: Iterable[OtherService], version: NoteVersion) -> tuple[OtherService, ...]:
    return tuple(service for service in services if service.note_id != version.note_id)


def practitioner_facts(row: Practitioner, payer: Payer) -> PractitionerFacts:
    """Who rendered, as that payer sees it: rosters are not looked at where it keeps none."""
    return PractitionerFacts(
        id=row.pk,
        credential=row.credential,
        licenses=tuple(
            LicenseFacts(x.effective_from, x.effective_to, x.state, x.number)
            for x in row.licenses.all()
        ),
        enrollments=tuple(
            EnrollmentFacts(x.effective_from, x.effective_to, x.payer.payer_id)
            for x in row.enrollments.all()
        )
        if payer.requires_enrollment
        else None,
    )


def episode_facts(row: Episode) -> EpisodeFacts:
    """The stay; whether its summary is signed is known once there is a discharge to sum up."""
    summary = getattr(row, "discharge_summary", None) if row.discharged_on else None
    return EpisodeFacts(
        admitted_on=row.admitted_on,
        discharged_on=row.discharged_on,
        status=row.discharge_status,
        summary=None if summary is None else summary.is_signed,
        id=row.pk,
    )


def plan_facts(row: TreatmentPlan) -> PlanFacts:
    return PlanFacts(
        row.effective_from,
        row.effective_to,
        row.pk,
        row.signed_at is not None,
        tuple(row.services),
    )


def consent_facts(row: Consent) -> ConsentFacts:
    ends = [row.expires_on] if row.expires_on else []
    if row.revoked_on:
        ends.append(row.revoked_on - timedelta(days=1))
    return ConsentFacts(row.signed_on, min(ends, default=None), row.pk)


def _authorized(
    charges: Sequence[Charge], around: _Surroundings, payer: Payer
) -> dict[str, AuthorizedLine]:
    """Each line that needs an authorization, as that sees it, and the one that it is under."""
    return {
        line_number(charge.current_id or 0): _authorized_line(charge, charges, around)
        for charge in charges
        if charge.current and charge.current.code in payer.authorization_codes
    }


def _authorized_line(
    charge: Charge, charges: Sequence[Charge], around: _Surroundings
) -> AuthorizedLine:
    current, session = charge.current, charge.attendance.session
    assert current is not None
    row = current.authorization
    version = current.note_version
    units = needed(row.unit, charge.slot, current.units, version.minutes) if row else current.units
    service = AuthorizedService(
        charge.service_date,
        current.code,
        units,
        level_of_care=current.level_of_care or session.program.level_of_care,
        facility=session.site.name,
        rendering_npi=charge.practitioner.npi,
    )
    return AuthorizedLine(service, _known(row, charges, around) if row else None)


def _known(
    row: Authorization, charges: Sequence[Charge], around: _Surroundings
) -> AuthorizationFacts:
    """An authorization with the units that are free for a claim: what other services took is not,
    what is only scheduled is."""
    of_it = [c for c in charges if c.current and c.current.authorization_id == row.pk]
    own = sum(around.units[charge.pk] for charge in of_it)
    return authorizations.facts(
        row,
        remaining=row.approved_units - row.used_units + own,
        taken=authorizations.taken(
            around.capped[row.pk], but_charges={c.pk for c in charges}, reserved=False
        ),
    )


# ------------------------------------------------------------------------------- to expect


def rates_by_payer(payers: Iterable[int]) -> dict[int, list[RateLine]]:
    """The contracts' fee schedules, by payer."""
    rates: dict[int, list[RateLine]] = defaultdict(list)
    for row in ContractRate.objects.filter(payer__in=set(payers)):
        rates[row.payer_id].append(
            RateLine(
                code=row.code,
                amount=row.allowed_cents,
                starts=row.effective_from,
                ends=row.effective_to,
                modifier=row.modifier,
                credential=row.credential,
            )
        )
    return rates


def charges_by_claim(claims: Sequence[Claim]) -> dict[int, list[Charge]]:
    """The live charges of each claim."""
    found: dict[int, list[Charge]] = defaultdict(list)
    for charge in charges_for_billing().filter(claim__in=claims).select_related("claim"):
        if charge.claim_id is not None:
            found[charge.claim_id].append(charge)
    return found
