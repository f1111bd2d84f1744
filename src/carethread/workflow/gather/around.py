"""What lies around a set of charges, read in a fixed number of questions."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import DateField, F, Max, QuerySet, Value

from carethread.codes.levels import Basis, basis
from carethread.insight import authorizations
from carethread.insight.leaves import leaves_of
from carethread.record.clock import local, midnight
from carethread.record.compiled import compiled
from carethread.record.models import (
    Certification,
    Charge,
    ChargeEvidence,
    ClaimLine,
    Consent,
    Episode,
    LabOrder,
    License,
    LoadedRow,
    NoteVersion,
    PayerEnrollment,
    Signature,
    TreatmentPlan,
    UnitEntry,
)
from carethread.rules.coverage import Checked, facts_on
from carethread.rules.facts import (
    BilledLine,
    DatedFacts,
    EligibilityFacts,
    EnrollmentFacts,
    LicenseFacts,
    OtherService,
)
from carethread.workflow.gather import eligibility

_STANDING = ("queued", "sent", "received", "accepted", "paid", "partial", "denied")


class Surroundings:
    """What lies around a set of charges: each table read once, looked up by day and person."""

    def __init__(self, charges: Sequence[Charge]) -> None:
        self.licenses: dict[int, list[LicenseFacts]] = defaultdict(list)
        self.enrollments: dict[int, list[EnrollmentFacts]] = defaultdict(list)
        self.roles: dict[int, set[str]] = defaultdict(set)
        self.units: dict[int, int] = defaultdict(int)
        self.answers: dict[int, list[Checked]] = defaultdict(list)
        self.can_ask = False
        self.billing: dict[int, list[EnrollmentFacts]] = defaultdict(list)
        self.certified: dict[int, list[DatedFacts]] = defaultdict(list)
        self.orders: dict[tuple[int, str], list[DatedFacts]] = defaultdict(list)
        self.exclusions: dict[str, list[DatedFacts]] = defaultdict(list)
        days = [c.current_id or 0 for c in charges if c.attendance.session.kind == "day"]
        self.evidence = grouped(_evidence(versions=ids(days))) if days else {}
        self._find_small_facts(charges)
        self.plans = grouped(_plans(episodes=ids(c.attendance.episode_id for c in charges)))
        self.of_client: dict[tuple[int, date], list[tuple[int, OtherService]]] = defaultdict(list)
        self.of_clinician: dict[tuple[int, date], list[tuple[int, OtherService]]] = defaultdict(
            list
        )
        if charges:
            self._find_services(charges)
        self.billed = _billed_before(charges)
        self.last_days = _last_days({charge.attendance.episode for charge in charges})
        houses = ids(c.attendance.episode_id for c in charges if _is_of_a_house(c))
        self.leaves = leaves_of(houses) if houses else {}
        protected = ids(c.client_id for c in charges if c.attendance.episode.program.is_part2)
        self.consents = grouped(_consents(clients=protected)) if protected else {}
        under = (c.current.authorization for c in charges if c.current)
        self.dated = authorizations.dated_entries(row for row in under if row)

    def _find_small_facts(self, charges: Sequence[Charge]) -> None:
        """Licenses, rosters and exclusions of who rendered, the center's own enrollments, who
        signed each note version, the authorized units that each charge's current version holds,
        what physicians ordered and certified, and what payers said of the coverages."""
        dated: dict[str, tuple[dict[Any, list[Any]], Callable[..., object], _Make]] = {
            "license": (self.licenses, _whose, LicenseFacts),
            "roster": (self.enrollments, _whose, _enrollment),
            "billing": (self.billing, _whose, _enrollment),
            "certificate": (self.certified, _whose, _days),
            "order": (self.orders, _both, _days),
            "excluded": (self.exclusions, _word, _days),
        }
        current = [charge.current for charge in charges if charge.current]
        behind = {note for notes in self.evidence.values() for note, *_ in notes}
        for what, whose, starts, ends, word, more, count in _small_facts(
            practitioners=ids(charge.practitioner_id for charge in charges),
            notes=ids({*(version.note_version_id for version in current), *behind}),
            charges=ids(version.pk for version in current),
            coverages=ids(version.coverage_id for version in current if version.coverage_id),
            episodes=ids(charge.attendance.episode_id for charge in charges),
            clients=ids(charge.client_id for charge in charges),
            npis=sorted({charge.practitioner.npi for charge in charges}),
        ):
            if what in dated:
                of, key, make = dated[what]
                of[key(whose, word)].append(make(starts, ends, word, more))
            elif what == "signature":
                self.roles[whose].add(word)
            elif what == eligibility.ANSWER:
                organization = charges[0].organization
                self.answers[whose].append(
                    eligibility.checked(organization, starts, ends, word, more)
                )
            elif what == eligibility.CAN_ASK:
                self.can_ask = True
            else:
                self.units[whose] += {"consume": 1, "release": -1}.get(word, 0) * count

    def eligibility(self, coverage: int, service: date) -> EligibilityFacts | None:
        """What the payer said that bears on that day. Empty where it was never asked; None where
        the center cannot ask, so that nobody is told to."""
        found = self.answers.get(coverage, [])
        return facts_on(found, service) if found or self.can_ask else None

    def _find_services(self, charges: Sequence[Charge]) -> None:
        """Signed services of the same people, on the same days, each with its session: the clients
        of one group are served together."""
        organization = charges[0].organization
        days = [charge.service_date for charge in charges]
        for session, note, starts, ends, author, *clinician_name, client, first, last in _services(
            authors=ids(charge.practitioner_id for charge in charges),
            clients=ids(charge.client_id for charge in charges),
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
            self.of_client[client, started.date()].append((session, service))
            self.of_clinician[author, started.date()].append((session, service))


_Make = Callable[[date | None, date | None, str, str], DatedFacts]


def _whose(whose: int, _: str) -> int:
    return whose


def _word(_: int, word: str) -> str:
    return word


def _both(whose: int, word: str) -> tuple[int, str]:
    return whose, word


def _enrollment(starts: date | None, ends: date | None, payer: str, _: str) -> EnrollmentFacts:
    return EnrollmentFacts(starts, ends, payer)


def _days(starts: date | None, ends: date | None, *_: str) -> DatedFacts:
    return DatedFacts(starts, ends)


def ids(found: Iterable[int]) -> list[int]:
    return sorted(set(found))


def grouped(rows: "Iterable[tuple[int, *tuple[Any, ...]]]") -> dict[int, list[tuple[Any, ...]]]:
    """Rows by what stands first in them."""
    groups: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for key, *rest in rows:
        groups[key].append(tuple(rest))
    return groups


@compiled
def _small_facts(
    practitioners: list[int],
    notes: list[int],
    charges: list[int],
    coverages: list[int],
    episodes: list[int],
    clients: list[int],
    npis: list[str],
) -> "QuerySet[License, Any]":
    """Licenses and payers' rosters by practitioner, exclusions by NPI, the center's enrollments by
    payer, signatures by note version, the movements of authorized units by charge version,
    certificates by episode, orders by client, and payers' answers by coverage: one statement for
    what would be ten."""
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
    whole = {"more": nothing, "count": Value(0)}
    billing = PayerEnrollment.objects.filter(practitioner__isnull=True).annotate(
        what=Value("billing"), whose=F("payer_id"), word=F("payer__payer_id"), **whole
    )
    certified = Certification.objects.filter(episode__in=episodes).annotate(
        what=Value("certificate"), whose=F("episode_id"), word=nothing, **whole
    )
    orders = LabOrder.objects.filter(client__in=clients).annotate(
        what=Value("order"), whose=F("client_id"), word=F("code"), **whole
    )
    excluded = LoadedRow.objects.filter(kind="leie", code__in=npis).annotate(
        what=Value("excluded"), whose=Value(0), word=F("code"), **whole
    )
    answers, ways = eligibility.answers(coverages), eligibility.ways_to_ask()
    others: tuple[QuerySet[Any], ...] = (
        rosters, billing, excluded, signatures, units, certified, orders, answers, ways,
    )  # fmt: skip
    return licenses.values_list(*columns).union(
        *(rows.values_list(*columns) for rows in others), all=True
    )


def _last_days(episodes: Iterable[Episode]) -> dict[int, date]:
    """The last charged day of each stay that has ended and is not summed up yet."""
    ended = [row.pk for row in episodes if row.discharged_on and _awaits_summary(row)]
    if not ended:
        return {}
    rows = Charge.objects.filter(attendance__episode__in=ended, state="live").order_by()
    return dict(rows.values_list("attendance__episode").annotate(Max("service_date")))


def _is_of_a_house(charge: Charge) -> bool:
    return basis(charge.attendance.episode.program.level_of_care) is Basis.CENSUS


def _awaits_summary(row: Episode) -> bool:
    summary = getattr(row, "discharge_summary", None)
    return summary is not None and not summary.is_signed


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
            "note_version__supervising_id",
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
        "client_id", "program_id", "signed_on", "expires_on", "revoked_on", "pk", "payer__payer_id"
    )


@compiled
def _services(
    authors: list[int], clients: list[int], since: datetime, until: datetime
) -> "QuerySet[NoteVersion, Any]":
    """Two questions in one statement: each has its own index, and an OR of both would have none."""
    signed = NoteVersion.objects.filter(
        note__current=F("pk"), starts_at__gte=since, starts_at__lt=until, attended=True
    ).values_list(
        "note__attendance__session_id",
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


def _billed_before(charges: Sequence[Charge]) -> dict[int, list[tuple[int, BilledLine]]]:
    """Lines of claims that stand with a payer, by client, with the charge that they bill."""
    found: dict[int, list[tuple[int, BilledLine]]] = defaultdict(list)
    for client, charge, claim, code, modifiers, day, npi, units in _billed_lines(
        clients=ids(charge.client_id for charge in charges),
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
        version__claim__after__isnull=True,
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
