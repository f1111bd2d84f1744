"""What is scheduled reserves authorized units, and gives them back when it does not come to it.

The other half of the unit ledger; `units` has its entries and what signed services take.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, IntegerField, QuerySet, Sum, When
from django.utils import timezone

from carethread.codes.catalogue import Catalogue
from carethread.codes.levels import Basis, basis
from carethread.insight import authorizations
from carethread.record.compiled import compiled
from carethread.record.models import Appointment, Authorization, Client, Coverage, UnitEntry
from carethread.rules import authorize
from carethread.rules.capture import CapturePolicy, Choice, planned
from carethread.rules.facts import AuthorizationFacts, AuthorizedService, DocumentedService
from carethread.workflow import gather
from carethread.workflow.authorizations import units
from carethread.workflow.common.locks import lock


@transaction.atomic
def for_appointment(appointment: Appointment, *, now: datetime | None = None) -> None:
    """Bring what is reserved for an appointment in line with its state and its authorization.

    Nothing is reserved where none fits: the schedule then says so, and nobody is turned away.
    """
    now = now or timezone.now()
    row = _held(appointment)
    wanted = _wanted(row)
    entries = UnitEntry.objects.filter(appointment=row)
    before = authorizations.held(entries)
    if wanted is None and not before:
        return
    rows = _around(row, wanted[0] if wanted else None, before)
    target = _target(row, wanted, rows, before)
    if target == before:
        return
    on = gather.service_date(row.organization, row.starts_at)
    for one in rows:
        if one.pk in before:
            was = entries.filter(authorization=one).order_by("-pk").values_list("day", flat=True)[0]
            back = units.Movement("release", before[one.pk], was, appointment_id=row.pk)
            units.enter(one, back, now=now)
    for one in rows:
        if one.pk in target:
            taken = units.Movement("reserve", target[one.pk], on, appointment_id=row.pk)
            units.enter(one, taken, now=now)


def upcoming(client: Client, *, now: datetime) -> None:
    """Units came free, or new ones were approved: what is scheduled takes them, soonest first."""
    if not client.authorizations.filter(state__in=authorize.LIVE).exists():
        return
    rows = Appointment.objects.filter(client=client, status="scheduled", starts_at__gte=now)
    for row in rows.order_by("starts_at", "pk"):
        for_appointment(row, now=now)


def release_stale(*, now: datetime) -> int:
    """Appointments that were cancelled or missed hold nothing (they gave it back when they were;
    this finds what a change by another way left behind). The number of appointments."""
    signed = Case(
        When(kind="release", then=-F("units")), default=F("units"), output_field=IntegerField()
    )
    entries = UnitEntry.objects.filter(
        appointment__isnull=False, authorization__reserved_units__gt=0
    )
    sums = entries.values("appointment").annotate(held=Sum(signed)).filter(held__gt=0)
    rows = Appointment.objects.exclude(status="scheduled")
    stale = list(rows.filter(pk__in=sums.values("appointment")).order_by("client", "pk"))
    for row in stale:
        for_appointment(row, now=now)
    return len(stale)


def _held(appointment: Appointment) -> Appointment:
    """The appointment as it is, with its client held: units of one client move in one place at a
    time, and whoever changes the appointment comes here afterwards."""
    lock(Client.objects.filter(pk=appointment.client_id))
    (row,) = _with_parts(appointment=appointment.pk)
    return row


@compiled
def _with_parts(appointment: int) -> "QuerySet[Appointment]":
    parts = ("organization", "client", "practitioner", "program__site")
    return Appointment.objects.select_related(*parts).filter(pk=appointment)


def _around(
    row: Appointment, coverage: Coverage | None, before: Mapping[int, int]
) -> list[Authorization]:
    """The authorizations that an appointment may take from or give back to, locked."""
    ids = set(before)
    if coverage is not None:
        found = Authorization.objects.filter(client=row.client, payer=coverage.payer)
        ids |= set(found.values_list("pk", flat=True))
    held = lock(Authorization.objects.filter(pk__in=ids))
    rows = authorizations.with_parts(Authorization.objects.filter(pk__in=held))
    return list(rows.order_by("pk"))


def _wanted(row: Appointment) -> tuple[Coverage, Choice] | None:
    """The coverage and the code for which an appointment needs an authorization, if it does."""
    if row.status != "scheduled":
        return None
    on = gather.service_date(row.organization, row.starts_at)
    coverage = gather.coverage_on(row.client, on)
    if coverage is None or not coverage.payer.authorization_codes:
        return None
    tables = gather.tables(on, row.program, payer_id=coverage.payer_id)
    choice = planned(planned_service(row, tables), CapturePolicy({}, tables))
    if choice is None or choice.code not in coverage.payer.authorization_codes:
        return None
    return coverage, choice


def planned_service(row: Appointment, tables: Catalogue) -> DocumentedService:
    """An appointment as the service that it will be if all goes as planned. Where a day or a week
    is billed, that is the day's service."""
    known = tables.level(row.program.level_of_care)
    bundle = known.bundle([row.service]) if known.basis is not Basis.SESSION else None
    return DocumentedService(
        service=bundle.service if bundle else row.service,
        service_date=gather.service_date(row.organization, row.starts_at),
        credential=row.practitioner.credential,
        minutes=_minutes(row),
        level_of_care=row.program.level_of_care,
        place_of_service=row.program.site.place_of_service,
        telehealth=row.telehealth,
    )


def _target(
    row: Appointment,
    wanted: tuple[Coverage, Choice] | None,
    rows: Collection[Authorization],
    before: Mapping[int, int],
) -> dict[int, int]:
    """What should be reserved for an appointment, by authorization."""
    if wanted is None or _day_is_reserved(row):
        return {}
    coverage, choice = wanted
    service = as_authorized(row, choice)
    entries = authorizations.dated_entries(rows)
    known = [
        authorizations.facts(
            one,
            remaining=one.remaining_units + before.get(one.pk, 0),
            taken=authorizations.taken(entries[one.pk], but_appointment=row.pk),
        )
        for one in rows
        if one.state in authorize.LIVE and one.payer_id == coverage.payer_id
    ]
    best = authorize.choose(known, service)
    if best is None or best.id is None or authorize.shortfalls(best, service(best)):
        return {}
    wanted_units = service(best).units
    return {best.id: wanted_units} if wanted_units else {}


def _minutes(row: Appointment) -> int:
    return int((row.ends_at - row.starts_at).total_seconds() // 60)


def as_authorized(row: Appointment, choice: Choice) -> authorize.Ask:
    """An appointment's service, in the unit of whichever authorization asks."""
    on, minutes = gather.service_date(row.organization, row.starts_at), _minutes(row)

    def asked(known: AuthorizationFacts) -> AuthorizedService:
        return AuthorizedService(
            on,
            choice.code,
            authorize.needed(known, on, choice.slot, choice.units, minutes),
            level_of_care=row.program.level_of_care,
            facility=row.program.site.name,
            rendering_npi=row.practitioner.npi,
        )

    return asked


def _day_is_reserved(row: Appointment) -> bool:
    """Where days are billed, the day's first appointment reserves it for all of them."""
    if basis(row.program.level_of_care) is Basis.SESSION:
        return False
    on = gather.service_date(row.organization, row.starts_at)
    entries = UnitEntry.objects.filter(
        appointment__client=row.client, appointment__program=row.program, day=on
    ).exclude(appointment=row)
    return bool(authorizations.held(entries))
