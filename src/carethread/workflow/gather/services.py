"""What a signed note is charged by: its service, the fees, the policy to ask."""

from datetime import date, datetime

from django.db.models import Q, QuerySet

from carethread.codes.catalogue import Catalogue
from carethread.codes.credentials import Group
from carethread.record.clock import local, service_date
from carethread.record.compiled import compiled
from carethread.record.models import Client, Coverage, Fee, NoteVersion, Organization, Program
from carethread.record.policies import Settings
from carethread.rules.capture import CapturePolicy
from carethread.rules.facts import DocumentedService

NOTE_PARTS = (
    "attendance__client",
    "attendance__session__program",
    "attendance__session__site",
    "attendance__episode__program",
)


def versions_to_charge() -> "QuerySet[NoteVersion]":
    """Note versions read together with everything that charging them asks of them."""
    return NoteVersion.objects.select_related(
        "organization",
        "author",
        "supervising",
        *(f"note__{part}" for part in NOTE_PARTS),
    )


def documented_service(version: NoteVersion, tables: Catalogue) -> DocumentedService:
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
        attended=version.attended,
        supervised=is_supervised(version.supervising_id, version.credential, tables),
    )


def is_supervised(supervisor: int | None, abbreviation: str, tables: Catalogue) -> bool:
    """Whether a note needs a supervisor's signature besides its author's: somebody supervised the
    author when it was signed, or who holds this credential never practises alone. One rule, for a
    note that is billed by itself and for one that a program's day rests on."""
    known = tables.credentials.get(abbreviation)
    never_alone = known is not None and known.group is Group.SUPERVISED
    return supervisor is not None or never_alone


def payer_and_policy(
    client: Client, program: Program, on: date, settings: Settings
) -> tuple[Coverage | None, CapturePolicy]:
    """The policy to ask for a service of that day (see `coverage_on`), and what charges follow: the
    center's fees in force, and the tables of that program and payer."""
    coverage = coverage_on(client, on)
    payer_id = coverage.payer_id if coverage else None
    tables = settings.tables(on, program_id=program.pk, payer_id=payer_id)
    return coverage, CapturePolicy(dict(_fees(on=on)), tables)


def tables(on: date, program: Program | None = None, *, payer_id: int | None = None) -> Catalogue:
    """The tables in force on a day: for the whole center, or for one of its programs, as a payer
    has them or as they are for every payer."""
    program_id = program.pk if program else None
    return Settings(on).tables(on, program_id=program_id, payer_id=payer_id)


def offered(on: date) -> Catalogue:
    """The tables for lists and names: with what a program or payer alone has."""
    return Settings(on).offered(on)


def tables_for(client: Client, program: Program, on: date) -> Catalogue:
    """The tables of a program as the payer has them whom a service of that day goes to."""
    coverage = coverage_on(client, on)
    return tables(on, program, payer_id=coverage.payer_id if coverage else None)


def settings_at(organization: Organization, now: datetime) -> Settings:
    """What the center has set, as it is in force at a moment: read once for many questions."""
    return Settings(service_date(organization, now))


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
