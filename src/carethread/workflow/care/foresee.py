"""What stands between an appointment and its payment, before it takes place. Writes nothing."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from carethread.insight import authorizations
from carethread.record.models import Appointment, Authorization, Coverage, UnitEntry
from carethread.record.policies import Settings
from carethread.rules import authorize
from carethread.rules.authorize import Alert, WarnAt
from carethread.rules.capture import CapturePolicy, Choice, planned
from carethread.workflow.authorizations import reserve


def warn_at(settings: Settings) -> WarnAt:
    """From when on the center warns."""
    return WarnAt(
        units=settings.value("authorization_low_units"),
        expiry_days=settings.value("authorization_expiry_days"),
        review_days=settings.value("authorization_review_days"),
    )


def alerts(appointments: Sequence[Appointment], *, on: date) -> dict[int, tuple[Alert, ...]]:
    """What to say of each expected session's authorization, by appointment; nothing of those that
    need none. A fixed number of queries for one day."""
    expected = [row for row in appointments if row.status == "scheduled"]
    if not expected:
        return {}
    clients = {row.client_id for row in expected}
    coverages: dict[int, list[Coverage]] = defaultdict(list)
    for coverage in Coverage.objects.filter(client__in=clients).select_related("payer"):
        coverages[coverage.client_id].append(coverage)
    rows: dict[int, list[Authorization]] = defaultdict(list)
    found = authorizations.with_parts(Authorization.objects.filter(client__in=clients))
    for row in found.order_by("pk"):
        rows[row.client_id].append(row)
    reserved = _reserved(expected)
    made, settings = {}, Settings(on)
    at = warn_at(settings)
    for one in expected:
        asked = _asked(one, coverages[one.client_id], settings, on)
        if asked is not None:
            payer_id, choice = asked
            known = [row for row in rows[one.client_id] if row.payer_id == payer_id]
            made[one.pk] = _alerts(one, choice, known, reserved.get(one.pk, {}), at)
    return made


def _asked(
    row: Appointment, coverages: Sequence[Coverage], settings: Settings, on: date
) -> tuple[int, Choice] | None:
    """The payer that wants an authorization for this session, and its code."""
    ranked = sorted(coverages, key=lambda c: (c.rank, -c.pk))
    holding = [
        c for c in ranked if c.effective_from <= on and (not c.effective_to or on <= c.effective_to)
    ]
    if not holding or not holding[0].payer.authorization_codes:
        return None
    payer = holding[0].payer
    tables = settings.tables(on, program_id=row.program_id, payer_id=payer.pk)
    choice = planned(reserve.planned_service(row, tables), CapturePolicy({}, tables))
    return (payer.pk, choice) if choice and choice.code in payer.authorization_codes else None


def _alerts(
    row: Appointment,
    choice: Choice,
    rows: Sequence[Authorization],
    reserved: dict[int, int],
    at: WarnAt,
) -> tuple[Alert, ...]:
    entries = authorizations.dated_entries(rows)
    known = [
        authorizations.facts(
            one,
            remaining=one.remaining_units + reserved.get(one.pk, 0),
            taken=authorizations.taken(entries[one.pk], but_appointment=row.pk),
        )
        for one in rows
    ]
    ask = reserve.as_authorized(row, choice)
    best = authorize.choose(known, ask)
    if best is None:
        return (Alert("No authorization", "bad"),)
    review = next(one.next_review_on for one in rows if one.pk == best.id)
    return authorize.alerts(best, ask(best), next_review=review, at=at)


def _reserved(appointments: Sequence[Appointment]) -> dict[int, dict[int, int]]:
    """Units held by each appointment, by authorization."""
    held: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    entries = UnitEntry.objects.filter(appointment__in=appointments)
    for row, authorization, kind, n in entries.values_list(
        "appointment_id", "authorization_id", "kind", "units"
    ):
        held[row or 0][authorization] += n if kind == "reserve" else -n
    return held
