"""Authorizations as rules see them, and what utilization review, clinicians and billers see."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from carethread.record.models import Authorization, UnitEntry
from carethread.rules.authorize import USABLE
from carethread.rules.facts import AuthorizationFacts, Cap, Provider, TakenUnits

_SIGNS = {"consume": 1, "reserve": 1, "release": -1}


def facts(
    row: Authorization, *, remaining: int, taken: Iterable[TakenUnits] = ()
) -> AuthorizationFacts:
    """An authorization as a plain value, with the units that are free for the service in hand."""
    caps = (("day", row.daily_cap), ("week", row.weekly_cap), ("month", row.monthly_cap))
    who = row.rendering
    return AuthorizationFacts(
        starts=row.effective_from,
        ends=row.effective_to,
        id=row.pk,
        number=row.number,
        codes=tuple(row.codes),
        remaining=None if row.state == "not_required" else remaining,
        approved=row.state in USABLE,
        state=row.state,
        unit=row.unit,
        level_of_care=row.level_of_care,
        facility=row.facility.name if row.facility else "",
        rendering=Provider(who.npi, who.last_name, who.first_name, who.taxonomy, who.pk)
        if who
        else None,
        caps=tuple(Cap(period, units) for period, units in caps if units is not None),
        taken=tuple(taken),
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement of units, and the charge or appointment that it was for."""

    kind: str
    day: date
    units: int
    charge_id: int | None
    appointment_id: int | None


def capped_entries(rows: Iterable[Authorization]) -> dict[int, list[Entry]]:
    """The movements of those authorizations that have a cap, by authorization; one query, and none
    where there is no cap."""
    capped = {row.pk for row in rows if row.daily_cap or row.weekly_cap or row.monthly_cap}
    found: dict[int, list[Entry]] = defaultdict(list)
    if capped:
        entries = UnitEntry.objects.filter(authorization__in=capped, kind__in=_SIGNS)
        for one in entries.select_related("charge_version"):
            charge_id = one.charge_version.charge_id if one.charge_version else None
            found[one.authorization_id].append(
                Entry(one.kind, one.day, one.units, charge_id, one.appointment_id)
            )
    return found


def taken(
    entries: Iterable[Entry],
    *,
    but_charges: Collection[int] = (),
    but_appointment: int | None = None,
    reserved: bool = True,
) -> tuple[TakenUnits, ...]:
    """What services took, all but these charges and this appointment; `reserved`: also what is
    only scheduled."""
    return tuple(
        TakenUnits(entry.day, _SIGNS[entry.kind] * entry.units)
        for entry in entries
        if entry.charge_id not in but_charges
        and (entry.appointment_id is None or (reserved and entry.appointment_id != but_appointment))
    )


def held(entries: "QuerySet[UnitEntry]") -> dict[int, int]:
    """Units by authorization that these entries reserved or consumed and did not release."""
    sums: dict[int, int] = defaultdict(int)
    for row, kind, units in entries.values_list("authorization_id", "kind", "units"):
        sums[row] += _SIGNS.get(kind, 0) * units
    return {row: units for row, units in sums.items() if units}


def with_parts(rows: "QuerySet[Authorization]") -> "QuerySet[Authorization]":
    """Authorizations read together with what their facts name."""
    return rows.select_related("facility", "rendering")


def all_facts(rows: Sequence[Authorization]) -> dict[int, AuthorizationFacts]:
    """Each authorization with everything that others took or reserved of it."""
    entries = capped_entries(rows)
    return {
        row.pk: facts(row, remaining=row.remaining_units, taken=taken(entries[row.pk]))
        for row in rows
    }
