"""The unit ledger: reserved when scheduled, consumed when signed, confirmed when paid.

Every movement is an entry for ever, and its sum a column of the authorization, in the same
transaction and with the authorization locked (see docs/locking.md). A service that took place
goes before one that is only scheduled: it takes the units of the last appointment if none else
are left. The database keeps the sums between zero and what was approved.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    Case,
    F,
    Q,
    QuerySet,
    Value,
    When,
)

from carethread.insight import authorizations
from carethread.record.compiled import compiled
from carethread.record.models import (
    Authorization,
    ChargeVersion,
    UnitEntry,
)
from carethread.record.statements import add, insert_all
from carethread.rules import authorize
from carethread.rules.facts import AuthorizationFacts
from carethread.workflow.common.locks import held, lock

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
    return authorizations.read_parts(rows)


@compiled
def _asked(client: int, payer: int, also: int | None) -> "QuerySet[Authorization]":
    return held(Authorization.objects.filter(Q(client=client, payer=payer) | Q(pk=also)))


@compiled
def _used(row: int) -> "QuerySet[Authorization]":
    return held(Authorization.objects.filter(pk=row))


@dataclass(frozen=True, slots=True)
class Movement:
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


def enter(row: Authorization, *movements: Movement, now: datetime) -> None:
    """Entries and their effect on the sums. The row is locked."""
    insert_all(
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
    add(row, reserved_units=reserved, used_units=used, confirmed_units=confirmed)


# ------------------------------------------------------------------------------- signed


@dataclass(frozen=True, slots=True)
class Line:
    """A charge's line as an authorization counts it: `slot`, its own units, and the minutes of all
    notes behind it."""

    slot: str
    units: int
    minutes: int

    @classmethod
    def of(cls, version: ChargeVersion) -> "Line":
        """An existing version of a charge."""
        behind = [e.minutes for e in version.evidence.all() if e.note_version_id]
        return cls(version.charge.slot, version.units, sum(behind) or version.note_version.minutes)


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
    entries = authorizations.dated_entries(rows)
    but = {before.charge_id} if before else set()

    def known(row: Authorization) -> AuthorizationFacts:
        own = mine if before and before.authorization_id == row.pk else 0
        free = row.approved_units - row.used_units + own
        others = authorizations.taken(entries[row.pk], but_charges=but, reserved=False)
        return authorizations.facts(row, remaining=free, taken=others)

    best = authorize.choose([known(row) for row in rows], service)
    return next((row for row in rows if best and row.pk == best.id), None)


def needed(row: Authorization | None, charge_id: int, on: date, line: Line) -> int:
    """What a charge's line takes of an authorization, next to what other services took of it;
    nothing on a day that it is not for (AUTH_DATES holds the claim)."""
    if row is None or not row.effective_from <= on <= row.effective_to:
        return 0
    entries = authorizations.dated_entries([row] if row.unit == "days" else [])
    others = authorizations.taken(entries[row.pk], but_charges={charge_id}, reserved=False)
    known = authorizations.facts(row, remaining=0, taken=others)
    return authorize.needed(known, on, line.slot, line.units, line.minutes)


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
    """Give back what the version before held, take what this one needs, where there is enough, and
    leave the rest to services that found too few. A service beyond its authorization is documented
    all the same; AUTH_UNITS holds it.

    The row, and every other of its client and payer, is locked.
    """
    mine, freed = held_by(before), None
    if before is not None and before.authorization is not None and mine:
        same = row is not None and row.pk == before.authorization_id
        freed = row if same and row else before.authorization
        _give_back(freed, before, mine, now)
    if row is not None and units:
        _take(row, Movement("consume", units, on, current), appointment_id, now)
    if freed is not None:
        _pass_on(freed, current.charge_id, now)


def _take(
    row: Authorization, consumed: Movement, appointment_id: int | None, now: datetime
) -> None:
    """Consume, where there is enough, in place of what was reserved for the same session."""
    movements = _released(row, appointment_id)
    if row.approved_units - row.used_units >= consumed.units:
        own = sum(one.units for one in movements)
        _make_room(row, consumed.units - own, now, but=appointment_id)
        movements.append(consumed)
    if movements:
        enter(row, *movements, now=now)
    if row.unit == "days":
        _release_reservations(row, now, on=consumed.on)


def _pass_on(row: Authorization, by_charge: int, now: datetime) -> None:
    """Units came free by a change of one charge: signed services under the same authorization that
    found too few take them, the earliest first. So a day that another service of it supports stays
    used, and no claim leaves on units that a later service could take."""
    row.refresh_from_db(fields=["used_units", "reserved_units", "confirmed_units"])
    waiting = (
        ChargeVersion.objects.filter(
            authorization=row, charge__current=F("pk"), charge__state="live"
        )
        .exclude(charge=by_charge)
        .exclude(unit_entries__kind="consume")
        .select_related("charge", "note_version")
        .prefetch_related("evidence")
        .order_by("charge__service_date", "charge")
    )
    for version in waiting:
        charge = version.charge
        units = needed(row, charge.pk, charge.service_date, Line.of(version))
        if not 0 < units <= row.approved_units - row.used_units:
            continue
        _take(row, Movement("consume", units, charge.service_date, version), None, now)
        if charge.paid_cents > 0:
            enter(row, Movement("confirm", units, charge.service_date, version), now=now)


def _give_back(row: Authorization, version: ChargeVersion, units: int, now: datetime) -> None:
    """Release what a charge consumed; what a payment confirmed of it is so no longer."""
    entries = version.unit_entries.filter(authorization=row)
    on = entries.filter(kind="consume").values_list("day", flat=True)[0]
    confirmed = _confirmed([version.pk]).get(version.pk, 0)
    if confirmed:
        enter(row, Movement("unconfirm", confirmed, on, version), now=now)
    enter(row, Movement("release", units, on, version), now=now)


def _released(row: Authorization, appointment_id: int | None) -> list[Movement]:
    """What was reserved for the session that was signed is now its own to consume."""
    if appointment_id is None or not row.reserved_units:
        return []
    entries = _of_appointment(appointment=appointment_id, authorization=row.pk)
    reserved = sum(units if kind == "reserve" else -units for _, kind, units in entries)
    if not reserved:
        return []
    on, *_ = entries[-1]
    return [Movement("release", reserved, on, appointment_id=appointment_id)]


@compiled
def _of_appointment(appointment: int, authorization: int) -> "QuerySet[UnitEntry, Any]":
    entries = UnitEntry.objects.filter(appointment=appointment, authorization=authorization)
    return entries.order_by("pk").values_list("day", "kind", "units")


def make_room_under(row: Authorization, approved: int, *, now: datetime) -> None:
    """The payer grants fewer: reservations beyond give way, the last ones first."""
    _make_room(row, row.approved_units - approved, now)


def _release_reservations(row: Authorization, now: datetime, *, on: date) -> None:
    """A service took the day: appointments of the same day need it no longer."""
    for (day, appointment_id), units in _reservations(row).items():
        if day == on:
            back = Movement("release", units, day, appointment_id=appointment_id)
            enter(row, back, now=now)


def _reservations(row: Authorization) -> dict[tuple[date, int], int]:
    """What each appointment holds, by its day."""
    if not row.reserved_units:
        return {}
    sums: dict[tuple[date, int], int] = defaultdict(int)
    entries = UnitEntry.objects.filter(authorization=row, appointment__isnull=False)
    for on, appointment, kind, n in entries.values_list("day", "appointment_id", "kind", "units"):
        sums[on, appointment] += n if kind == "reserve" else -n
    return {key: n for key, n in sums.items() if n > 0}


def _make_room(row: Authorization, units: int, now: datetime, but: int | None = None) -> None:
    """A service took place: where reservations leave too little, the last ones give way; all `but`
    that of its own appointment."""
    if row.remaining_units >= units:
        return
    reservations = _reservations(row)
    for on, appointment_id in sorted((key for key in reservations if key[1] != but), reverse=True):
        if row.remaining_units >= units:
            return
        reserved = reservations[on, appointment_id]
        enter(row, Movement("release", reserved, on, appointment_id=appointment_id), now=now)


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
    return _not_released(charges=list(charges))


@compiled
def _not_released(charges: Sequence[int]) -> "QuerySet[UnitEntry]":
    entries = UnitEntry.objects.filter(charge_version__charge__in=charges)
    released = entries.filter(kind="release").values("charge_version")
    rows = entries.filter(kind="consume").exclude(charge_version__in=released)
    return rows.select_related("charge_version").order_by("pk")


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
