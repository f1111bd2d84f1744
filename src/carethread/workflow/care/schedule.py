"""The schedule: a session is put into it, once or each week, changed, and called off.

What cannot be is refused with its remedy: a practitioner or client in two places at one time, a
session outside the client's stay. What can be and will not be paid is a warning (`warnings`).
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from carethread.insight import consents
from carethread.record.models import (
    Appointment,
    Client,
    Coverage,
    Episode,
    Group,
    Practitioner,
    Session,
)
from carethread.rules.authorize import Alert
from carethread.rules.booking import (
    LONGEST,
    MOST_WEEKS,
    Busy,
    Meeting,
    Slot,
    clash,
    free_from,
    meetings,
    weekly,
)
from carethread.rules.perdiem import is_documentable
from carethread.rules.words import day
from carethread.workflow import admit, gather
from carethread.workflow.authorizations import reserve
from carethread.workflow.care import foresee
from carethread.workflow.common.errors import Problem, Refused, refuse
from carethread.workflow.common.keep import keep
from carethread.workflow.common.locks import lock

_TAKEN = ("scheduled", "kept")


@transaction.atomic
def book(wanted: Appointment, *, weeks: int = 1, now: datetime) -> list[Appointment]:
    """Put a session into the schedule, and the same one in each of the weeks that follow. All of
    them or none. Refused with the reason and a remedy."""
    lock(Practitioner.objects.filter(pk=wanted.practitioner_id))
    slots = _slots(wanted, weeks)
    _refuse_impossible(wanted, slots)
    rows = [_copy(wanted, slot) for slot in slots]
    for row in rows:
        keep(row)
    if len(rows) > 1:
        Appointment.objects.filter(pk__in=[row.pk for row in rows]).update(series=rows[0])
    for row in rows:
        reserve.for_appointment(row, now=now)
    return rows


@transaction.atomic
def change(row: Appointment, *, now: datetime) -> Appointment:
    """Another time, practitioner or service for a session that is still expected."""
    lock(Practitioner.objects.filter(pk=row.practitioner_id))
    lock(Appointment.objects.filter(pk=row.pk))
    _refuse_begun(row)
    _refuse_impossible(row, _slots(row, 1))
    return admit.schedule(row, now=now)


@transaction.atomic
def cancel(row: Appointment, *, now: datetime) -> Appointment:
    """Take a session off the schedule; its units are free for the client's others."""
    lock(Appointment.objects.filter(pk=row.pk))
    _refuse_begun(row)
    return admit.cancel(row, now=now)


def rest_of_series(row: Appointment) -> "QuerySet[Appointment]":
    """That session and the later ones of its weekly series that are still expected, and for which
    nobody has begun a note."""
    rows: QuerySet[Appointment] = Appointment.objects.filter(
        series=row.series_id, starts_at__gte=row.starts_at, status="scheduled",
        session__isnull=True,
    )  # fmt: skip
    return rows.order_by("starts_at") if row.series_id else rows.none()


@transaction.atomic
def cancel_rest(row: Appointment, *, now: datetime) -> list[Appointment]:
    """Take a session and the later ones of its weekly series off the schedule, all at once. What
    took place before it, and what somebody has begun to document, stays."""
    if row.series_id is None:
        return [cancel(row, now=now)]
    lock(Appointment.objects.filter(series=row.series_id))
    return admit.cancel_all(list(rest_of_series(row)), now=now)


@transaction.atomic
def miss(row: Appointment, *, now: datetime) -> Appointment:
    """The client did not come."""
    lock(Appointment.objects.filter(pk=row.pk))
    if row.starts_at > now:
        raise refuse("It has not begun yet. Cancel it if it is not going to take place.")
    _refuse_begun(row)
    return admit.miss(row, now=now)


@transaction.atomic
def arrive(row: Appointment, *, now: datetime) -> Appointment:
    """The client is here. A second click changes nothing; whether the session took place is the
    note's to say."""
    lock(Appointment.objects.filter(pk=row.pk))
    row.refresh_from_db(fields=["status", "arrived_at"])
    if row.arrived_at is not None:
        return row
    if row.status not in _TAKEN:
        raise refuse("This session was called off. Book it anew, then check the client in.")
    if gather.service_date(row.organization, row.starts_at) != gather.service_date(
        row.organization, now
    ):
        raise refuse("Clients are checked in on the day of their session.")
    row.arrived_at = now
    row.save(update_fields=["arrived_at"])
    return row


@transaction.atomic
def not_arrived(row: Appointment) -> Appointment:
    """The wrong client was checked in: take it back."""
    lock(Appointment.objects.filter(pk=row.pk))
    row.refresh_from_db(fields=["status", "arrived_at"])
    if row.status != "scheduled":
        raise refuse("Only a session that is still expected can be changed or called off.")
    row.arrived_at = None
    row.save(update_fields=["arrived_at"])
    return row


# ------------------------------------------------------------------------------- impossible


def _refuse_begun(row: Appointment) -> None:
    if Appointment.objects.filter(pk=row.pk).exclude(status="scheduled").exists():
        raise refuse("Only a session that is still expected can be changed or called off.")
    if Session.objects.filter(appointment=row).exists():
        raise refuse(
            f"{row.practitioner.name} has begun a note for it. A draft is discarded by its author "
            "first; after that it can be changed or called off."
        )


def _slots(wanted: Appointment, weeks: int) -> tuple[Slot, ...]:
    if not 1 <= weeks <= MOST_WEEKS:
        raise refuse(f"Give a number of weeks from 1 to {MOST_WEEKS}.", "weeks")
    first = Slot(
        *(gather.local(wanted.organization, m) for m in (wanted.starts_at, wanted.ends_at))
    )
    if not timedelta(0) < first.ends - first.starts <= LONGEST:
        raise refuse("A session lasts more than no time, and at most 12 hours.", "minutes")
    return weekly(first, weeks)


def _copy(wanted: Appointment, slot: Slot) -> Appointment:
    """That session at that time, not saved yet."""
    zone = ZoneInfo(wanted.organization.time_zone)
    return Appointment(
        organization=wanted.organization,
        client=wanted.client,
        practitioner=wanted.practitioner,
        program=wanted.program,
        service=wanted.service,
        telehealth=wanted.telehealth,
        starts_at=slot.starts.replace(tzinfo=zone),
        ends_at=slot.ends.replace(tzinfo=zone),
    )


def _refuse_impossible(wanted: Appointment, slots: Sequence[Slot]) -> None:
    problems = [*_service_problems(wanted), *_stay_problems(wanted, slots)]
    if problems:
        raise Refused(*problems)
    busy = _busy(wanted, slots)
    met = clash(slots, busy)
    if met is not None:
        raise refuse(_taken(met, next(s for s in slots if s.meets(met.slot)), busy), "starts")


def _service_problems(wanted: Appointment) -> Iterator[Problem]:
    on = gather.service_date(wanted.organization, wanted.starts_at)
    tables = gather.tables_for(wanted.client, wanted.program, on)
    if not is_documentable(wanted.service, wanted.program.level_of_care, tables):
        known = tables.services.get(wanted.service)
        label = known.label if known else wanted.service
        yield Problem("service", f"{wanted.program} offers no {label}. Choose another service.")


def _stay_problems(wanted: Appointment, slots: Sequence[Slot]) -> Iterator[Problem]:
    """Every session falls into one stay of the client in the program."""
    stays = [
        (one.admitted_on, one.discharged_on)
        for one in Episode.objects.filter(client=wanted.client_id, program=wanted.program_id)
    ]
    name = wanted.client.name
    if not stays:
        yield Problem("episode", f"{name} is not admitted to {wanted.program}. Admit first.")
        return
    days = [slot.starts.date() for slot in slots]
    out = next((d for d in days if not any(_within(d, *stay) for stay in stays)), None)
    if out is None:
        return
    first = min(admitted for admitted, _ in stays)
    if out < first:
        words = f"{name} is in {wanted.program} from {day(first)} on. Choose a later day, or "
        words += "correct the day of admission."
    else:
        last = max(left for _, left in stays if left)
        words = f"{name} left {wanted.program} on {day(last)}, before {day(out)}. Choose "
        words += "an earlier day, or admit again."
    yield Problem("day", words)


def _within(day: date, admitted: date, left: date | None) -> bool:
    return admitted <= day and (left is None or day <= left)


# ------------------------------------------------------------------------------- who is where


def _busy(wanted: Appointment, slots: Sequence[Slot]) -> list[Busy]:
    """Where the practitioner and the client are expected on those days."""
    organization, them = wanted.organization, wanted.practitioner
    since = gather.midnight(organization, slots[0].starts.date())
    until = gather.midnight(organization, slots[-1].ends.date() + timedelta(days=1))
    rows = (
        Appointment.objects.filter(
            Q(practitioner=them) | Q(client=wanted.client_id),
            status__in=_TAKEN, starts_at__lt=until, ends_at__gt=since,
        )
        .exclude(pk=wanted.pk)
        .select_related("client", "practitioner")
    )  # fmt: skip
    leads = Q(facilitator=them) | Q(co_facilitator=them)
    groups = [
        Meeting(group.weekdays, group.starts_at, group.minutes, them.name, group.name)
        for group in Group.objects.filter(leads, is_active=True)
    ]
    return [
        *(_of(row, wanted) for row in rows),
        *meetings(groups, [slot.starts.date() for slot in slots]),
    ]


def _of(row: Appointment, wanted: Appointment) -> Busy:
    slot = _local(row, wanted)
    if row.practitioner_id == wanted.practitioner_id:
        return Busy(slot, row.practitioner.name, f"sees {row.client.name}")
    return Busy(slot, row.client.name, f"sees {row.practitioner.name}")


def _local(row: Appointment, wanted: Appointment) -> Slot:
    """When it is, on the center's own clock."""
    of = wanted.organization
    return Slot(gather.local(of, row.starts_at), gather.local(of, row.ends_at))


def _taken(met: Busy, slot: Slot, busy: Sequence[Busy]) -> str:
    words = (
        f"{met.who} {met.what} on {day(met.slot.starts)} from {met.slot.starts:%-I:%M %p} to "
        f"{met.slot.ends:%-I:%M %p}. "
    )
    free = free_from(slot, busy)
    return words + (
        f"Both are free from {free.starts:%-I:%M %p}." if free else "Choose another day."
    )


# ------------------------------------------------------------------------------- not paid


def warnings(rows: Sequence[Appointment]) -> list[str]:
    """What stands between these sessions and their payment, in sentences with a remedy."""
    if not rows:
        return []
    first, client = rows[0], rows[0].client
    days = [gather.service_date(first.organization, row.starts_at) for row in rows]
    return [
        *_without_coverage(client, days),
        *_without_consent(first, days[0]),
        *(f"{one.words}: {client.name}, {first.practitioner.name}." for one in _alerts(first)),
    ]


def _alerts(row: Appointment) -> Sequence[Alert]:
    on = gather.service_date(row.organization, row.starts_at)
    return foresee.alerts([row], on=on).get(row.pk, ())


def _without_coverage(client: Client, days: Sequence[date]) -> Iterator[str]:
    spans = list(
        Coverage.objects.filter(client=client).values_list("effective_from", "effective_to")
    )
    bare = [on for on in days if not any(_within(on, *span) for span in spans)]
    if bare:
        more = f" and {len(bare) - 1} more of these days" if len(bare) > 1 else ""
        yield (
            f"No coverage is on record for {day(bare[0])}{more}: add one, or nothing can be billed."
        )


def _without_consent(row: Appointment, day: date) -> Iterator[str]:
    coverage = gather.coverage_on(row.client, day) if row.program.is_part2 else None
    if coverage is None:
        return  # not protected, or nobody to be told: that is said already
    payer = coverage.payer
    if not consents.is_agreed(row.client_id, [row.program_id], day, payer=payer.pk):
        yield (
            f"{row.program} falls under 42 CFR Part 2, and no consent to tell {payer.name} is on "
            "record: claims wait until there is one."
        )
