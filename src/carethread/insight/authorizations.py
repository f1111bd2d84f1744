"""Authorizations as rules see them, and what utilization review, clinicians and billers see."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    When,
    prefetch_related_objects,
)
from django.utils import timezone

from carethread.record.compiled import compiled
from carethread.record.models import (
    Appointment,
    Authorization,
    ClaimFinding,
    ClaimState,
    Coverage,
    Episode,
    UnitEntry,
)
from carethread.rules.authorize import (
    AWAITED,
    LIVE,
    USABLE,
    Alert,
    Burn,
    WarnAt,
    burn_down,
    standing_alerts,
)
from carethread.rules.facts import AuthorizationFacts, Cap, Provider, TakenUnits

PARTS = ("facility", "rendering")  # what an authorization's facts name
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


def dated_entries(rows: Iterable[Authorization]) -> dict[int, list[Entry]]:
    """The movements of those authorizations where the day of each matters, by authorization: they
    have a cap, or count days. One query, and none where it does not."""
    capped = {
        row.pk
        for row in rows
        if row.unit == "days" or row.daily_cap or row.weekly_cap or row.monthly_cap
    }
    found: dict[int, list[Entry]] = defaultdict(list)
    for pk, kind, day, units, charge, appointment in _units_moved(authorizations=list(capped)):
        found[pk].append(Entry(kind, day, units, charge, appointment))
    return found


@compiled
def _units_moved(authorizations: Sequence[int]) -> "QuerySet[UnitEntry, Any]":
    entries = UnitEntry.objects.filter(authorization__in=authorizations, kind__in=_SIGNS)
    return entries.values_list(
        "authorization", "kind", "day", "units", "charge_version__charge", "appointment"
    )


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


def read_parts(rows: list[Authorization]) -> list[Authorization]:
    """What the facts of these authorizations name, read where they name anything."""
    for part in PARTS:
        prefetch_related_objects([row for row in rows if getattr(row, f"{part}_id")], part)
    return rows


def with_parts(rows: "QuerySet[Authorization]") -> "QuerySet[Authorization]":
    """Authorizations read together with what their facts name."""
    return rows.select_related(*PARTS)


def ending(by: date) -> list[Authorization]:
    """What was granted and ends by that day, though the client stays in care under its payer and
    nothing granted follows it; the nearest end first."""
    stays = Episode.objects.filter(client=OuterRef("client")).filter(
        Q(discharged_on=None) | Q(discharged_on__gt=OuterRef("effective_to"))
    )
    pays = Coverage.objects.filter(client=OuterRef("client"), payer=OuterRef("payer")).filter(
        Q(effective_to=None) | Q(effective_to__gt=OuterRef("effective_to"))
    )
    rows = list(
        with_parts(Authorization.objects)
        .select_related("client", "payer", "organization")
        .filter(
            Q(Exists(stays), level_of_care="")
            | Q(Exists(stays.filter(program__level_of_care=OuterRef("level_of_care")))),
            Exists(pays),
            state__in=LIVE | {"exhausted", "expired"},
            effective_to__lte=by,
        )
        .order_by("effective_to", "pk")
    )
    granted = Authorization.objects.filter(client__in={r.client_id for r in rows}, state__in=LIVE)
    others: dict[tuple[int, int], list[Authorization]] = defaultdict(list)
    for one in granted:
        others[one.client_id, one.payer_id].append(one)
    return [row for row in rows if not _followed(row, others[row.client_id, row.payer_id])]


def _followed(row: Authorization, others: Iterable[Authorization]) -> bool:
    """Whether another one for the same services takes over without a gap."""
    next_day = row.effective_to + timedelta(days=1)
    return any(
        one.extends_id == row.pk or _is_for_the_same(row, one)
        for one in others
        if one.effective_from <= next_day <= one.effective_to
    )


def _is_for_the_same(row: Authorization, other: Authorization) -> bool:
    codes = not other.codes or (row.codes and set(row.codes) <= set(other.codes))
    return bool(codes) and other.level_of_care in ("", row.level_of_care)


# ------------------------------------------------------------------------------- the board


@dataclass(frozen=True, slots=True)
class Bar:
    """One authorization on the board: its units, how they burn down, and what to say of it."""

    row: Authorization
    burn: Burn | None
    alerts: tuple[Alert, ...]

    @property
    def spoken_for(self) -> int:
        """Units used or reserved."""
        return self.row.used_units + self.row.reserved_units


def on_board(show: str, *, today: date, at: WarnAt) -> "QuerySet[Authorization]":
    """What utilization review looks at, nearest end first. `attention`: granted, and running low,
    ending or to be reviewed soon, or ended while claims wait for what follows; `waiting`: not
    answered yet; `live`: granted; `all`."""
    rows = Authorization.objects.select_related("client", "payer", "facility", "rendering")
    states = {"live": LIVE, "attention": LIVE | {"exhausted"}, "waiting": AWAITED | {"draft"}}
    wanted = Q(state__in=states[show]) if show in states else Q()
    if show == "attention":
        wanted &= (
            Q(used_units__gte=F("approved_units") - F("reserved_units") - at.units)
            | Q(effective_to__lte=today + timedelta(days=at.expiry_days))
            | Q(next_review_on__lte=today + timedelta(days=at.review_days))
        )
        wanted |= Q(_holds_claims(), state="expired")
    rows = rows.filter(wanted)
    return rows.order_by("effective_to", "pk")


def _holds_claims() -> Q:
    """Claims wait for it: a finding names it, or asks for one after its last day."""
    waits = ClaimFinding.objects.filter(
        claim__state=ClaimState.HELD,
        claim__client=OuterRef("client"),
        claim__payer=OuterRef("payer"),
        severity="stops",
    )
    named = Q(fix_kind="authorization", fix_id=OuterRef("pk"))
    after = Q(fix_kind="authorization_new", claim__service_to__gt=OuterRef("effective_to"))
    return Q(Exists(waits.filter(named | after)))


def bars(rows: Sequence[Authorization], *, today: date, at: WarnAt) -> list[Bar]:
    """The rows of a board with their burn-down; two queries, however many."""
    consumed, reserved, services = _movements(rows)
    unreserved = _unreserved(rows, services, today)
    made = []
    for row in rows:
        known = facts(row, remaining=row.remaining_units)
        burn = (
            burn_down(
                row.approved_units - row.used_units,
                today=today,
                ends=row.effective_to,
                consumed=consumed[row.pk],
                scheduled=_by_day(row, [*reserved[row.pk], *unreserved[row.pk]]),
            )
            if row.state in LIVE
            else None
        )
        said = standing_alerts(known, today, next_review=row.next_review_on, at=at)
        made.append(Bar(row, burn, said))
    return made


Units = dict[int, list[TakenUnits]]


def _by_day(row: Authorization, scheduled: Sequence[TakenUnits]) -> Sequence[TakenUnits]:
    """Where days are counted, all sessions of one take it once."""
    if row.unit != "days":
        return scheduled
    sums: dict[date, int] = defaultdict(int)
    for one in scheduled:
        sums[one.day] += one.units
    return [TakenUnits(on, 1) for on, units in sorted(sums.items()) if units > 0]


def _movements(rows: Sequence[Authorization]) -> tuple[Units, Units, dict[int, set[str]]]:
    """What was consumed and what is reserved, by authorization, and of which services."""
    consumed: Units = defaultdict(list)
    reserved: Units = defaultdict(list)
    services: dict[int, set[str]] = defaultdict(set)
    entries = UnitEntry.objects.filter(authorization__in=rows, kind__in=_SIGNS)
    for one in entries.select_related("appointment"):
        into = reserved if one.appointment else consumed
        into[one.authorization_id].append(TakenUnits(one.day, _SIGNS[one.kind] * one.units))
        if one.appointment:
            services[one.authorization_id].add(one.appointment.service)
    return consumed, reserved, services


def _unreserved(rows: Sequence[Authorization], services: dict[int, set[str]], today: date) -> Units:
    """Scheduled sessions of the same services for which no unit was left: one each."""
    found: Units = defaultdict(list)
    sums = Sum(
        Case(
            When(unit_entries__kind="release", then=-F("unit_entries__units")),
            default=F("unit_entries__units"),
            output_field=IntegerField(),
        )
    )
    waiting = (
        Appointment.objects.filter(
            client__in={row.client_id for row in rows},
            status="scheduled",
            starts_at__date__gte=today,
        )
        .annotate(held=sums)
        .filter(Q(held__isnull=True) | Q(held__lte=0))
    )
    for one in waiting:
        on = timezone.localdate(one.starts_at)
        for row in rows:
            fits = row.client_id == one.client_id and one.service in services[row.pk]
            if fits and row.effective_from <= on <= row.effective_to:
                found[row.pk].append(TakenUnits(on, 1))
                break
    return found
