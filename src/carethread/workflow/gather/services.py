"""What a signed note is charged by: its service, the fees, the policy to ask."""

from datetime import date

from django.db.models import Q, QuerySet

from carethread.codes.credentials import Group, credential
from carethread.record.compiled import compiled
from carethread.record.models import (
    Client,
    Coverage,
    Fee,
    NoteVersion,
)
from carethread.rules.capture import CapturePolicy
from carethread.rules.facts import (
    DocumentedService,
)
from carethread.workflow.gather.clock import local, service_date

NOTE_PARTS = (
    "attendance__client",
    "attendance__session__program",
    "attendance__session__site",
    "attendance__episode__program",
)


def versions_to_charge() -> "QuerySet[NoteVersion]":
    """Note versions read together with everything that charging them asks of them."""
    rows: QuerySet[NoteVersion] = NoteVersion.objects.select_related(
        "organization",
        "author",
        "supervising",
        *(f"note__{part}" for part in NOTE_PARTS),
    )
    return rows


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
        attended=version.attended,
        supervised=is_supervised(version.supervising_id, version.credential),
    )


def is_supervised(supervisor: int | None, abbreviation: str) -> bool:
    """Whether a note needs a supervisor's signature besides its author's: somebody supervised the
    author when it was signed, or who holds this credential never practises alone. One rule, for a
    note that is billed by itself and for one that a program's day rests on."""
    known = credential(abbreviation)
    never_alone = known is not None and known.group is Group.SUPERVISED
    return supervisor is not None or never_alone


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
