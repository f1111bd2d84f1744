"""The front desk's day: whom it expects, who is here, what each has paid and what is not on record.

A client who comes twice a day is expected twice; what is missing is asked once for each of them.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from django.db.models import Exists, OuterRef, Q, Sum

from carethread.insight import eligibility
from carethread.record.models import (
    Appointment,
    Attendance,
    Client,
    Consent,
    Coverage,
    Diagnosis,
    Episode,
    PatientPayment,
    Program,
    Refund,
)

What = Literal["coverage", "admission", "diagnosis", "consent", "address", "phone"]
_Agreed = tuple[int | None, int | None]  # a program and a payer; None: all of them


@dataclass(frozen=True, slots=True)
class Visit:
    """One expected session. `missing` is what intake has not put on record yet, `paid_cents` what
    the client gave for visits of this day."""

    appointment: Appointment
    coverage: Coverage | None
    paid_cents: int
    missing: tuple[What, ...]


def on_day(midnight: datetime, programs: Collection[int] | None = None) -> list[Visit]:
    """The sessions of the day that starts at `midnight`, of these programs or of all, in order;
    those that were called off are left out. Half a dozen queries, however many there are."""
    day = midnight.date()
    rows = list(_expected(midnight, programs))
    clients = {row.client_id: row.client for row in rows}
    covered = eligibility.in_force(clients.values(), day)
    paid, stays = _paid(clients, day), _stays(clients, day)
    agreed = _agreed(clients, day) if any(row.program.is_part2 for row in rows) else {}
    return [
        Visit(
            row,
            covered.get(row.client_id),
            paid.get(row.client_id, 0),
            tuple(_missing(row, covered, stays[row.client_id], agreed)),
        )
        for row in rows
    ]


def is_expected(client: Client, midnight: datetime) -> bool:
    """Whether this client has a session, alone or in a group, on that day."""
    until = midnight + timedelta(days=1)
    alone = Appointment.objects.filter(
        client=client, starts_at__gte=midnight, starts_at__lt=until
    ).exclude(status__in=_OFF)
    in_group = Attendance.objects.filter(
        client=client, session__starts_at__gte=midnight, session__starts_at__lt=until
    )
    return alone.exists() or in_group.exists()


def paid_for(client: Client, day: date) -> int:
    """What this client gave for visits of that day, in cents."""
    return _paid([client.pk], day).get(client.pk, 0)


_OFF = ("cancelled", "no_show")


def _expected(midnight: datetime, programs: Collection[int] | None) -> Iterable[Appointment]:
    rows = Appointment.objects.filter(
        starts_at__gte=midnight, starts_at__lt=midnight + timedelta(days=1)
    ).exclude(status="cancelled")
    if programs is not None:
        rows = rows.filter(program__in=programs)
    parts = ("client", "practitioner", "program__site", "organization")
    return rows.select_related(*parts).order_by("starts_at", "pk")


def _paid(clients: Iterable[int], day: date) -> dict[int, int]:
    """By client, what they gave for visits of that day less what of it they got back, in cents."""
    rows = PatientPayment.objects.filter(
        client__in=list(clients), visit_on=day, voided_at__isnull=True
    ).values("pk")
    given = PatientPayment.objects.filter(pk__in=rows).order_by().values_list("client")
    back = Refund.objects.filter(payment__in=rows).order_by().values_list("client")
    found = Counter(dict(given.annotate(cents=Sum("amount_cents"))))
    found.subtract(dict(back.annotate(cents=Sum("amount_cents"))))
    return found


def _stays(clients: Iterable[int], day: date) -> Mapping[int, list[Episode]]:
    """By client, the stays of that day, each with `is_diagnosed`."""
    holds = Diagnosis.objects.filter(episode=OuterRef("pk"), resolved_on__isnull=True)
    rows = Episode.objects.filter(
        Q(discharged_on=None) | Q(discharged_on__gte=day),
        client__in=list(clients),
        admitted_on__lte=day,
    ).annotate(is_diagnosed=Exists(holds))
    found: dict[int, list[Episode]] = defaultdict(list)
    for row in rows:
        found[row.client_id].append(row)
    return found


def _agreed(clients: Iterable[int], day: date) -> Mapping[int, set[_Agreed]]:
    """By client, the programs whose records may leave on that day, and to whom (42 CFR Part 2)."""
    rows = Consent.objects.filter(
        Q(expires_on=None) | Q(expires_on__gte=day),
        Q(revoked_on=None) | Q(revoked_on__gt=day),
        client__in=list(clients),
        kind="part2",
        signed_on__lte=day,
    )
    found: dict[int, set[_Agreed]] = defaultdict(set)
    for client, program, payer in rows.values_list("client_id", "program_id", "payer_id"):
        found[client].add((program, payer))
    return found


def _may_leave(row: Appointment, coverage: Coverage | None, agreed: Iterable[_Agreed]) -> bool:
    """Whether whoever covers the visit may be told of it."""
    payer = coverage.payer_id if coverage else None
    return any(
        program in (None, row.program_id) and (payer is None or to in (None, payer))
        for program, to in agreed
    )


def _missing(
    row: Appointment,
    covered: Mapping[int, Coverage],
    stays: Sequence[Episode],
    agreed: Mapping[int, set[_Agreed]],
) -> Iterator[What]:
    here = [stay for stay in stays if stay.program_id == row.program_id]
    if row.client_id not in covered:
        yield "coverage"
    if not here:
        yield "admission"
    elif not any(stay.is_diagnosed for stay in here):  # type: ignore[attr-defined]
        yield "diagnosis"
    coverage, told = covered.get(row.client_id), agreed.get(row.client_id, ())
    if row.program.is_part2 and not _may_leave(row, coverage, told):
        yield "consent"
    if not (row.client.line1 and row.client.city and row.client.postal_code):
        yield "address"
    if not row.client.phone:
        yield "phone"


def programs_of(site: int | None) -> list[Program]:
    """The programs of a site, or all of them, with their sites."""
    rows = Program.objects.select_related("site").order_by("site__name", "name")
    return list(rows.filter(site=site) if site else rows)
