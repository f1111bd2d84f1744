"""The record as the plain values that rules take. Reads in bulk, decides nothing.

A list of claims is read with a fixed number of queries, however many they are.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DateField, F, Q, QuerySet, Value

from carethread.codes.credentials import Group, credential
from carethread.insight import authorizations
from carethread.record.compiled import compiled
from carethread.record.models import (
    Authorization,
    Charge,
    ChargeEvidence,
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
from carethread.record.policies import effective
from carethread.rules import institutional
from carethread.rules.authorize import needed
from carethread.rules.capture import CapturePolicy
from carethread.rules.expect import RateLine
from carethread.rules.facts import (
    AuthorizationFacts,
    AuthorizedService,
    Billable,
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
    StayFacts,
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
    return CapturePolicy(fees=dict(_fees(on=on)))


@compiled
def _fees(on: date) -> "QuerySet[Fee, tuple[str, int]]":
    """The later of two that hold comes last, and counts."""
    return (
        Fee.objects.filter(
            Q(effective_to__isnull=True) | Q(effective_to__gte=on), effective_from__lte=on
        )
        .order_by("effective_from")
        .values_list("code", "amount_cents")
    )


def coverage_on(client: Client, on: date) -> Coverage | None:
    """The policy to ask first on a day; failing one in force, the client's latest, so that the
    claim is held with that reason and not forgotten."""
    rows = sorted(_coverages(client=client.pk), key=lambda c: (c.rank, -c.pk))
    return next((c for c in rows if _holds(c, on)), rows[0] if rows else None)


@compiled
def _coverages(client: int) -> "QuerySet[Coverage]":
    return Coverage.objects.filter(client=client).select_related("payer")


def _holds(row: Coverage, on: date) -> bool:
    return bool(row.effective_from <= on and (row.effective_to is None or on <= row.effective_to))


# ------------------------------------------------------------------------------- to assemble


# What a note is read with, to be charged.
NOTE_PARTS = (
    "attendance__client",
    "attendance__session__program",
    "attendance__session__site",
    "attendance__episode__program",
)


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


def versions_to_charge() -> "QuerySet[NoteVersion]":
    """Note versions read together with everything that charging them asks of them."""
    rows: QuerySet[NoteVersion] = NoteVersion.objects.select_related(
        "organization",
        "author__supervisor",
        *(f"note__{part}" for part in NOTE_PARTS),
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
        form=current.form,
        revenue_code=current.revenue_code,
        level_of_care=current.level_of_care,
        episode_id=charge.attendance.episode_id,
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
    days = effective(
        "statement_days",
        on=on,
        program_id=charge.attendance.session.program_id,
        payer_id=_coverage(charge).payer_id,
    ).value
    return institutional.Cycle.WEEK if days == 7 else institutional.Cycle.MONTH


def billable(charges: Sequence[Charge]) -> Billable:
    """The charges of one claim with its parties."""
    first = charges[0]
    assert first.current is not None
    parties = Billable(
        charges=tuple(billable_charge(charge) for charge in charges),
        client=client_facts(first.client),
        coverage=coverage_facts(_coverage(first)),
        billing=billing_provider(first.organization),
    )
    if first.current.form == "P":
        return parties
    stay = stay_facts(first.attendance.episode)
    kind = _coverage(first).payer.kind
    return replace(
        parties,
        stay=replace(stay, payer_kind=kind),
        cycle=cycle(first, first.service_date).value,
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
        self.licenses: dict[int, list[LicenseFacts]] = defaultdict(list)
        self.enrollments: dict[int, list[EnrollmentFacts]] = defaultdict(list)
        self.roles: dict[int, set[str]] = defaultdict(set)
        self.units: dict[int, int] = defaultdict(int)
        days = [c.current_id or 0 for c in charges if c.attendance.session.kind == "day"]
        self.evidence = _grouped(_evidence(versions=_ids(days))) if days else {}
        self._find_small_facts(charges)
        self.plans = _grouped(_plans(episodes=_ids(c.attendance.episode_id for c in charges)))
        self.of_client: dict[tuple[int, date], list[OtherService]] = defaultdict(list)
        self.of_clinician: dict[tuple[int, date], list[OtherService]] = defaultdict(list)
        if charges:
            self._find_services(charges)
        self.billed = _billed_before(charges)
        protected = _ids(c.client_id for c in charges if c.attendance.episode.program.is_part2)
        self.consents = _grouped(_consents(clients=protected)) if protected else {}
        under = (c.current.authorization for c in charges if c.current)
        self.capped = authorizations.capped_entries(row for row in under if row)

    def _find_small_facts(self, charges: Sequence[Charge]) -> None:
        """Licenses and rosters of who rendered, who signed each note version, and the authorized
        units that each charge's current version holds."""
        current = [charge.current for charge in charges if charge.current]
        behind = {note for notes in self.evidence.values() for note, *_ in notes}
        for what, whose, starts, ends, word, more, count in _small_facts(
            practitioners=_ids(charge.practitioner_id for charge in charges),
            notes=_ids({*(version.note_version_id for version in current), *behind}),
            charges=_ids(version.pk for version in current),
        ):
            if what == "license":
                self.licenses[whose].append(LicenseFacts(starts, ends, word, more))
            elif what == "roster":
                self.enrollments[whose].append(EnrollmentFacts(starts, ends, word))
            elif what == "signature":
                self.roles[whose].add(word)
            else:
                self.units[whose] += {"consume": 1, "release": -1}.get(word, 0) * count

    def _find_services(self, charges: Sequence[Charge]) -> None:
        """Signed services of the same people, on the same days."""
        organization = charges[0].organization
        days = [charge.service_date for charge in charges]
        for note, starts, ends, author, *clinician_name, client, first, last in _services(
            authors=_ids(charge.practitioner_id for charge in charges),
            clients=_ids(charge.client_id for charge in charges),
            since=midnight(organization, min(days)),
            until=midnight(organization, max(days) + timedelta(days=1)),
        ):
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


def _ids(found: Iterable[int]) -> list[int]:
    return sorted(set(found))


def _grouped(rows: "Iterable[tuple[int, *tuple[Any, ...]]]") -> dict[int, list[tuple[Any, ...]]]:
    """Rows by what stands first in them."""
    groups: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for key, *rest in rows:
        groups[key].append(tuple(rest))
    return groups


@compiled
def _small_facts(
    practitioners: list[int], notes: list[int], charges: list[int]
) -> "QuerySet[License, Any]":
    """Licenses and payers' rosters by practitioner, signatures by note version, and the movements
    of authorized units by charge version: one statement for what would be four."""
    columns = ("what", "whose", "effective_from", "effective_to", "word", "more", "count")
    nothing, never = Value(""), Value(None, DateField())
    licenses = License.objects.filter(practitioner__in=practitioners).annotate(
        what=Value("license"), whose=F("practitioner_id"), word=F("state"), more=F("number"),
        count=Value(0),
    )  # fmt: skip
    rosters = PayerEnrollment.objects.filter(practitioner__in=practitioners).annotate(
        what=Value("roster"), whose=F("practitioner_id"), word=F("payer__payer_id"), more=nothing,
        count=Value(0),
    )  # fmt: skip
    signatures = Signature.objects.filter(note_version__in=notes).annotate(
        what=Value("signature"), whose=F("note_version_id"), effective_from=never,
        effective_to=never, word=F("role"), more=nothing, count=Value(0),
    )  # fmt: skip
    units = UnitEntry.objects.filter(charge_version__in=charges).annotate(
        what=Value("units"), whose=F("charge_version_id"), effective_from=never,
        effective_to=never, word=F("kind"), more=nothing, count=F("units"),
    )  # fmt: skip
    others = (rows.values_list(*columns) for rows in (rosters, signatures, units))
    return licenses.values_list(*columns).union(*others, all=True)


@compiled
def _evidence(versions: list[int]) -> "QuerySet[ChargeEvidence, Any]":
    return (
        ChargeEvidence.objects.filter(charge_version__in=versions, note_version__isnull=False)
        .order_by("note_version__signed_at", "note_version")
        .values_list(
            "charge_version_id",
            "note_version_id",
            "minutes",
            "note_version__diagnoses",
            "note_version__credential",
        )
    )


@compiled
def _plans(episodes: list[int]) -> "QuerySet[TreatmentPlan, Any]":
    return TreatmentPlan.objects.filter(episode__in=episodes).values_list(
        "episode_id", "effective_from", "effective_to", "pk", "signed_at", "services"
    )


@compiled
def _consents(clients: list[int]) -> "QuerySet[Consent, Any]":
    return Consent.objects.filter(client__in=clients, kind="part2").values_list(
        "client_id", "program_id", "signed_on", "expires_on", "revoked_on", "pk"
    )


@compiled
def _services(
    authors: list[int], clients: list[int], since: datetime, until: datetime
) -> "QuerySet[NoteVersion, Any]":
    """Two questions in one statement: each has its own index, and an OR of both would have none."""
    signed = NoteVersion.objects.filter(
        note__current=F("pk"), starts_at__gte=since, starts_at__lt=until
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
    of_clients = signed.filter(note__attendance__client__in=clients)
    return signed.filter(author__in=authors).union(of_clients).order_by("note_id")


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


def midnight(organization: Organization, day: date) -> datetime:
    """The start of a day where care is given."""
    return datetime.combine(day, time(), ZoneInfo(organization.time_zone))


def _billed_before(charges: Sequence[Charge]) -> dict[int, list[tuple[int, BilledLine]]]:
    """Lines of claims that stand with a payer, by client, with the charge that they bill."""
    found: dict[int, list[tuple[int, BilledLine]]] = defaultdict(list)
    for client, charge, claim, code, modifiers, day, npi, units in _billed_lines(
        clients=_ids(charge.client_id for charge in charges),
        days=sorted({charge.service_date for charge in charges}),
    ):
        line = BilledLine(
            claim_id=claim,
            code=code,
            modifiers=tuple(modifiers),
            service_date=day,
            rendering_npi=npi,
            units=units,
        )
        found[client].append((charge, line))
    return found


@compiled
def _billed_lines(clients: list[int], days: list[date]) -> "QuerySet[ClaimLine, Any]":
    return ClaimLine.objects.filter(
        version__claim__current=F("version"),
        version__claim__state__in=_STANDING,
        version__claim__client__in=clients,
        service_date__in=days,
    ).values_list(
        "version__claim__client_id",
        "charge_version__charge_id",
        "version__claim_number",
        "code",
        "modifiers",
        "service_date",
        "version__claim__practitioner__npi",
        "units",
    )


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
        plans=tuple(plan_facts(*plan) for plan in around.plans[first.attendance.episode_id]),
        plan_required=True,
        billed=tuple(
            line for charge_id, line in around.billed[first.client_id] if charge_id not in mine
        ),
        payer_control_number=first.claim.payer_control_number if first.claim else None,
        is_part2=program.is_part2,
        consents=tuple(
            consent_facts(*consent)
            for of_program, *consent in around.consents.get(first.client_id, ())
            if of_program in (None, program.pk)
        ),
        episode=episode_facts(first.attendance.episode),
    )


def _chart_line(charge: Charge, around: _Surroundings) -> ChartLine:
    if charge.attendance.session.kind == "day":
        return _day_line(charge, around)
    current = charge.current
    assert current is not None
    version = current.note_version
    organization = charge.organization
    signatures = around.roles[version.pk]
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
        rendering=_rendering(charge, around),
        supervised=supervised,
        client_services=_others(around.of_client[charge.client_id, charge.service_date], version),
        clinician_services=_others(
            around.of_clinician[version.author_id, charge.service_date], version
        ),
    )


def _day_line(charge: Charge, around: _Surroundings) -> ChartLine:
    """What the signed notes behind a program's day say together."""
    current = charge.current
    assert current is not None
    notes = around.evidence.get(current.pk, [])
    diagnoses = dict.fromkeys(code for _, _, codes, _ in notes for code in codes)
    roles = [around.roles[version] for version, *_ in notes]
    supervised = any(needs_supervisor(who) for *_, who in notes)
    return ChartLine(
        note_id=current.note_version.note_id,
        service=current.rule.partition(":")[0],
        service_date=charge.service_date,
        code=current.code,
        units=current.units,
        minutes=sum(minutes for _, minutes, _, _ in notes),
        diagnoses=tuple(diagnoses),
        times_written=True,
        signed=all("author" in signed for signed in roles),
        needs_cosignature=supervised,
        cosigned=all(
            "supervisor" in signed
            for signed, (*_, who) in zip(roles, notes, strict=True)
            if needs_supervisor(who)
        ),
        rendering=_rendering(charge, around),
        supervised=False,
        attended=True,
    )


def _others(services: Iterable[OtherService], version: NoteVersion) -> tuple[OtherService, ...]:
    return tuple(service for service in services if service.note_id != version.note_id)


def _rendering(charge: Charge, around: _Surroundings) -> PractitionerFacts:
    """Who rendered, as that payer sees it: rosters are not looked at where it keeps none."""
    who = charge.practitioner
    return PractitionerFacts(
        id=who.pk,
        credential=who.credential,
        licenses=tuple(around.licenses[who.pk]),
        enrollments=tuple(around.enrollments[who.pk])
        if _coverage(charge).payer.requires_enrollment
        else None,
    )


def plan_facts(
    starts: date, ends: date, plan: int, signed_at: datetime | None, services: list[str]
) -> PlanFacts:
    return PlanFacts(starts, ends, plan, signed_at is not None, tuple(services))


def consent_facts(
    signed_on: date, expires_on: date | None, revoked_on: date | None, consent: int
) -> ConsentFacts:
    ends = [expires_on] if expires_on else []
    if revoked_on:
        ends.append(revoked_on - timedelta(days=1))
    return ConsentFacts(signed_on, min(ends, default=None), consent)


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
    own = sum(around.units[charge.current_id or 0] for charge in of_it)
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
