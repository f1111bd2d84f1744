"""The unit ledger: reserved when scheduled, consumed when signed, confirmed when paid.

Every movement is an entry for ever, and its sum a column of the authorization, in the same
transaction and with the authorization locked (see docs/locking.md). A service that took place
goes before one that is only scheduled: it takes the units of the last appointment if none else
are left. The database keeps the sums between zero and what was approved.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import (
    Case,
    F,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
    prefetch_related_objects,
)
from django.utils import timezone

from carethread.codes.levels import Basis, level
from carethread.insight import authorizations
from carethread.record.compiled import compiled
from carethread.record.models import (
    Appointment,
    Authorization,
    ChargeVersion,
    Client,
    Coverage,
    UnitEntry,
)
from carethread.rules import authorize
from carethread.rules.capture import CapturePolicy, Choice, planned
from carethread.rules.facts import AuthorizationFacts, AuthorizedService, DocumentedService
from carethread.workflow import gather
from carethread.workflow.locks import held, lock

# Every movement's effect on the columns of an authorization.
_RESERVED = {"reserve": 1}
_USED = {"consume": 1}
_CONFIRMED = {"confirm": 1, "unconfirm": -1}


def locked(client_id: int, payer_id: int | None, also: int | None = None) -> list[Authorization]:
    """What that payer was asked for that client, and one that was used before; locked in the order
    of their ids."""
    if payer_id is None:
        rows = _used(row=also) if also else []
    else:
        rows = _asked(client=client_id, payer=payer_id, also=also)
    prefetch_related_objects(rows, *authorizations.PARTS)
    return rows


@compiled
def _asked(client: int, payer: int, also: int | None) -> "QuerySet[Authorization]":
    return held(Authorization.objects.filter(Q(client=client, payer=payer) | Q(pk=also)))


@compiled
def _used(row: int) -> "QuerySet[Authorization]":
    return held(Authorization.objects.filter(pk=row))


@dataclass(frozen=True, slots=True)
class _Movement:
    """Units that are reserved, consumed, confirmed or released, for a charge or an appointment."""

    kind: str
    units: int
    on: date
    charge: ChargeVersion | None = None
    appointment_id: int | None = None

    def changes(self) -> tuple[int, int, int]:
        """What it adds to reserved, used and confirmed units."""
        released = -self.units if self.kind == "release" else 0
        return (
            _RESERVED.get(self.kind, 0) * self.units + (released if self.appointment_id else 0),
            _USED.get(self.kind, 0) * self.units + (released if self.charge else 0),
            _CONFIRMED.get(self.kind, 0) * self.units,
        )


def _enter(row: Authorization, *movements: _Movement, now: datetime) -> None:
    """Entries and their effect on the sums. The row is locked."""
    UnitEntry.objects.bulk_create(
        UnitEntry(
            organization_id=row.organization_id,
            authorization=row,
            charge_version=one.charge,
            appointment_id=one.appointment_id,
            kind=one.kind,
            day=one.on,
            units=one.units,
            made_at=now,
        )
        for one in movements
    )
    changes = [one.changes() for one in movements]
    reserved, used, confirmed = (sum(column) for column in zip(*changes, strict=True))
    Authorization.objects.filter(pk=row.pk).update(
        reserved_units=F("reserved_units") + reserved,
        used_units=F("used_units") + used,
        confirmed_units=F("confirmed_units") + confirmed,
    )
    row.reserved_units += reserved
    row.used_units += used
    row.confirmed_units += confirmed


# ------------------------------------------------------------------------------- signed


def held_by(version: ChargeVersion | None) -> int:
    """Units that a version of a charge consumed and has not released."""
    if version is None:
        return 0
    entries = UnitEntry.objects.filter(charge_version=version, kind__in=["consume", "release"])
    return sum(authorizations.held(entries).values())


def chosen(
    rows: Collection[Authorization], service: authorize.Ask, before: ChargeVersion | None
) -> Authorization | None:
    """The authorization to bill a signed service under; units that are only reserved do not stand
    in its way, nor does what an earlier version of its charge holds."""
    mine = held_by(before)
    entries = authorizations.capped_entries(rows)
    but = {before.charge_id} if before else set()

    def known(row: Authorization) -> AuthorizationFacts:
        own = mine if before and before.authorization_id == row.pk else 0
        free = row.approved_units - row.used_units + own
        others = authorizations.taken(entries[row.pk], but_charges=but, reserved=False)
        return authorizations.facts(row, remaining=free, taken=others)

    best = authorize.choose([known(row) for row in rows], service)
    return next((row for row in rows if best and row.pk == best.id), None)


def consume(
    row: Authorization | None,
    current: ChargeVersion,
    before: ChargeVersion | None,
    units: int,
    *,
    on: date,
    appointment_id: int | None = None,
    now: datetime,
) -> None:
    """Give back what the version before held, then take what this one needs, where there is
    enough. A service beyond its authorization is documented all the same; AUTH_UNITS holds it.

    The row, and every other of its client and payer, is locked.
    """
    mine = held_by(before)
    if before is not None and before.authorization is not None and mine:
        same = row is not None and row.pk == before.authorization_id
        _give_back(row if same and row else before.authorization, before, mine, now)
    if row is None or not units:
        return
    movements = _released(row, appointment_id)
    if row.approved_units - row.used_units >= units:
        own = sum(one.units for one in movements)
        _make_room(row, units - own, now, but=appointment_id)
        movements.append(_Movement("consume", units, on, current))
    if movements:
        _enter(row, *movements, now=now)


def _give_back(row: Authorization, version: ChargeVersion, units: int, now: datetime) -> None:
    """Release what a charge consumed; what a payment confirmed of it is so no longer."""
    entries = version.unit_entries.filter(authorization=row)
    on = entries.filter(kind="consume").values_list("day", flat=True)[0]
    confirmed = _confirmed([version.pk]).get(version.pk, 0)
    if confirmed:
        _enter(row, _Movement("unconfirm", confirmed, on, version), now=now)
    _enter(row, _Movement("release", units, on, version), now=now)


def _released(row: Authorization, appointment_id: int | None) -> list[_Movement]:
    """What was reserved for the session that was signed is now its own to consume."""
    if appointment_id is None or not row.reserved_units:
        return []
    entries = _of_appointment(appointment=appointment_id, authorization=row.pk)
    reserved = sum(units if kind == "reserve" else -units for _, kind, units in entries)
    if not reserved:
        return []
    on, *_ = entries[-1]
    return [_Movement("release", reserved, on, appointment_id=appointment_id)]


@compiled
def _of_appointment(appointment: int, authorization: int) -> "QuerySet[UnitEntry, Any]":
    entries = UnitEntry.objects.filter(appointment=appointment, authorization=authorization)
    return entries.order_by("pk").values_list("day", "kind", "units")


def make_room_under(row: Authorization, approved: int, *, now: datetime) -> None:
    """The payer grants fewer: reservations beyond give way, the last ones first."""
    _make_room(row, row.approved_units - approved, now)


def _make_room(row: Authorization, units: int, now: datetime, but: int | None = None) -> None:
    """A service took place: where reservations leave too little, the last ones give way; all `but`
    that of its own appointment."""
    if row.remaining_units >= units:
        return
    sums: dict[tuple[date, int], int] = defaultdict(int)
    entries = UnitEntry.objects.filter(authorization=row, appointment__isnull=False)
    for on, appointment, kind, n in entries.values_list("day", "appointment_id", "kind", "units"):
        sums[on, appointment] += n if kind == "reserve" else -n
    others = (key for key, n in sums.items() if n > 0 and key[1] != but)
    for on, appointment_id in sorted(others, reverse=True):
        if row.remaining_units >= units:
            return
        reserved = sums[on, appointment_id]
        _enter(row, _Movement("release", reserved, on, appointment_id=appointment_id), now=now)


# ------------------------------------------------------------------------------- scheduled


@transaction.atomic
def reserve(appointment: Appointment, *, now: datetime | None = None) -> None:
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
            back = _Movement("release", before[one.pk], was, appointment_id=row.pk)
            _enter(one, back, now=now)
    for one in rows:
        if one.pk in target:
            taken = _Movement("reserve", target[one.pk], on, appointment_id=row.pk)
            _enter(one, taken, now=now)


def reserve_upcoming(client: Client, *, now: datetime) -> None:
    """Units came free, or new ones were approved: what is scheduled takes them, soonest first."""
    if not client.authorizations.filter(state__in=authorize.LIVE).exists():
        return
    rows = Appointment.objects.filter(client=client, status="scheduled", starts_at__gte=now)
    for row in rows.order_by("starts_at", "pk"):
        reserve(row, now=now)


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
        reserve(row, now=now)
    return len(stale)


def _held(appointment: Appointment) -> Appointment:
    """The appointment as it is, with its client held: units of one client move in one place at a
    time, and whoever changes the appointment comes here afterwards."""
    lock(Client.objects.filter(pk=appointment.client_id))
    parts = ("organization", "client", "practitioner", "program__site")
    row: Appointment = Appointment.objects.select_related(*parts).get(pk=appointment.pk)
    return row


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
    choice = planned(planned_service(row), CapturePolicy(fees={}))
    if choice is None or choice.code not in coverage.payer.authorization_codes:
        return None
    return coverage, choice


def planned_service(row: Appointment) -> DocumentedService:
    """An appointment as the service that it will be if all goes as planned. Where a day or a week
    is billed, that is the day's service."""
    known = level(row.program.level_of_care)
    bundle = known.bundle([row.service]) if known.basis is not Basis.SESSION else None
    return DocumentedService(
        service=bundle.service if bundle else row.service,
        service_date=gather.service_date(row.organization, row.starts_at),
        credential=row.practitioner.credential,
        minutes=int((row.ends_at - row.starts_at).total_seconds() // 60),
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
    entries = authorizations.capped_entries(rows)
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
    units = service(best).units
    return {best.id: units} if units else {}


def as_authorized(row: Appointment, choice: Choice) -> authorize.Ask:
    """An appointment's service, in the unit of whichever authorization asks."""
    service = planned_service(row)

    def asked(known: AuthorizationFacts) -> AuthorizedService:
        return AuthorizedService(
            service.service_date,
            choice.code,
            authorize.needed(known.unit, choice.slot, choice.units, service.minutes),
            level_of_care=service.level_of_care,
            facility=row.program.site.name,
            rendering_npi=row.practitioner.npi,
        )

    return asked


def _day_is_reserved(row: Appointment) -> bool:
    """Where days are billed, the day's first appointment reserves it for all of them."""
    if level(row.program.level_of_care).basis is Basis.SESSION:
        return False
    on = gather.service_date(row.organization, row.starts_at)
    entries = UnitEntry.objects.filter(
        appointment__client=row.client, appointment__program=row.program, day=on
    ).exclude(appointment=row)
    return bool(authorizations.held(entries))


# ------------------------------------------------------------------------------- paid


def _confirmed(versions: Iterable[int]) -> dict[int, int]:
    """Units of each charge version that a payment has confirmed and none taken back."""
    sums: dict[int, int] = defaultdict(int)
    entries = UnitEntry.objects.filter(charge_version__in=versions, kind__in=_CONFIRMED)
    for version, kind, units in entries.values_list("charge_version_id", "kind", "units"):
        sums[version] += _CONFIRMED[kind] * units
    return sums


def settle(paid: Collection[int], reversed_: Collection[int], *, now: datetime) -> None:
    """What was paid confirms the units that its charge holds; what the payer took back confirms
    them no longer. By charge."""
    if not paid and not reversed_:
        return
    charges = set(paid) | set(reversed_)
    lock(Authorization.objects.filter(pk__in={e.authorization_id for e in _consumed(charges)}))
    standing = _consumed(charges)
    confirmed = _confirmed(entry.charge_version_id or 0 for entry in standing)
    made, sums = [], defaultdict[int, int](int)
    for entry in standing:
        has = confirmed.get(entry.charge_version_id or 0, 0)
        is_paid = entry.charge_version is not None and entry.charge_version.charge_id in paid
        kind, units = ("confirm", entry.units - has) if is_paid else ("unconfirm", has)
        if units > 0:
            made.append(_another(entry, kind, units, now))
            sums[entry.authorization_id] += _CONFIRMED[kind] * units
    UnitEntry.objects.bulk_create(made)
    _add_confirmed({row: units for row, units in sums.items() if units})


def _consumed(charges: Collection[int]) -> list[UnitEntry]:
    """Consumption of these charges that was not released."""
    entries = UnitEntry.objects.filter(charge_version__charge__in=charges)
    released = entries.filter(kind="release").values("charge_version")
    rows: QuerySet[UnitEntry] = entries.filter(kind="consume").exclude(charge_version__in=released)
    return list(rows.select_related("charge_version").order_by("pk"))


def _another(entry: UnitEntry, kind: str, units: int, now: datetime) -> UnitEntry:
    return UnitEntry(
        organization_id=entry.organization_id,
        authorization_id=entry.authorization_id,
        charge_version_id=entry.charge_version_id,
        kind=kind,
        day=entry.day,
        units=units,
        made_at=now,
    )


def _add_confirmed(sums: Mapping[int, int]) -> None:
    if sums:
        cases = [When(pk=row, then=Value(units)) for row, units in sums.items()]
        Authorization.objects.filter(pk__in=sums).update(
            confirmed_units=F("confirmed_units") + Case(*cases, default=Value(0))
        )
