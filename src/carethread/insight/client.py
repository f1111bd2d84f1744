"""One client, whole: who pays, what care there is, what took place and what is to come."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Prefetch, Q, QuerySet

from carethread.insight.cases import UNSETTLED, Asked, narrowed
from carethread.record.models import (
    Appointment,
    Case,
    Certification,
    Claim,
    Client,
    Note,
    TreatmentPlan,
)

_MOST = 25
AHEAD = 12
"""So many sessions to come are listed; the rest is counted."""
MOST_ORDERS = 20


@dataclass(frozen=True, slots=True)
class Took:
    """What took place, or should have: an appointment with its note, or a note of a group."""

    at: datetime | None
    appointment: Appointment | None
    note: Note | None

    @property
    def service(self) -> str:
        row = self.note or self.appointment
        return row.service if row else ""

    @property
    def practitioner(self) -> Any:
        if self.note is not None:
            return self.note.author
        return self.appointment.practitioner if self.appointment else None

    @property
    def state(self) -> str:
        """Of the note where there is one, else of the appointment."""
        if self.note is not None:
            return str(self.note.status)
        status = self.appointment.status if self.appointment else ""
        return "unwritten" if status in ("scheduled", "kept") else status


@dataclass(frozen=True, slots=True)
class Chart:
    """What a client's page lists. `more_ahead` sessions to come are not among `ahead`."""

    coverages: list[Any]
    episodes: list[Any]
    ahead: list[Appointment]
    more_ahead: int
    took: list[Took]
    authorizations: list[Any]
    plans: list[Any]
    orders: list[Any]
    certificates: list[Any]
    consents: list[Any]
    claims: list[Any]
    cases: list[Any]


def chart(client: Client, now: datetime) -> Chart:
    """A dozen queries, however much there is."""
    ahead = client.appointments.filter(status="scheduled", ends_at__gt=now)
    plans = TreatmentPlan.objects.filter(episode__client=client).order_by("-effective_from")
    asked = client.authorizations.select_related("payer")
    return Chart(
        coverages=list(
            client.coverages.select_related("payer").order_by("rank", "-effective_from")
        ),
        episodes=list(
            client.episodes.select_related("program__site", "attending")
            .prefetch_related("diagnoses")
            .order_by(F("discharged_on").asc(nulls_first=True), "-admitted_on")
        ),
        ahead=list(ahead.select_related("practitioner", "program").order_by("starts_at")[:AHEAD]),
        more_ahead=max(0, ahead.count() - AHEAD),
        took=_took(client, now),
        authorizations=list(asked.order_by("-effective_to")),
        plans=list(
            plans.select_related("episode__program", "signed_by").order_by("-effective_from")
        ),
        orders=list(
            client.lab_orders.select_related("practitioner").order_by("-effective_to")[:MOST_ORDERS]
        ),
        certificates=list(_certificates(client)[:MOST_ORDERS]),
        consents=list(client.consents.select_related("program", "payer").order_by("-signed_on")),
        claims=list(client.claims.select_related("payer").order_by("-pk")[:10]),
        cases=list(_cases(client)),
    )


def _certificates(client: Client) -> "QuerySet[Certification]":
    rows = Certification.objects.filter(episode__client=client)
    return rows.select_related("practitioner", "episode__program").order_by("-effective_to")


def named(rows: "QuerySet[Client]", asked: str) -> "QuerySet[Client]":
    """Those of the clients whose names begin with the words that were typed, in any order, or who
    have that record number."""
    for word in asked.replace(",", " ").split()[:5]:
        rows = rows.filter(
            Q(last_name__istartswith=word) | Q(first_name__istartswith=word) | Q(mrn__iexact=word)
        )
    return rows


@dataclass(frozen=True, slots=True)
class Found:
    """A client who was found by name, with the latest claims."""

    client: Client
    claims: list[Claim]


def found(rows: "QuerySet[Client]", asked: str, most: int = 20) -> list[Found]:
    """The clients of that name with their claims. Two queries."""
    if not asked.replace(",", " ").split():
        return []
    people = list(named(rows, asked).order_by("last_name", "first_name", "pk")[:most])
    claims: dict[int, list[Claim]] = defaultdict(list)
    for claim in Claim.objects.filter(client__in=people).select_related("payer").order_by("-pk"):
        if len(claims[claim.client_id]) < most:
            claims[claim.client_id].append(claim)
    return [Found(one, claims[one.pk]) for one in people]


def alike(row: Client) -> list[Client]:
    """Clients who may be the same person as this one, who is not on record yet: the whole name,
    or a birth date with half of it. At most five."""
    first, last = row.first_name.strip(), row.last_name.strip()
    if not (first or last):
        return []
    same = Q(first_name__iexact=first, last_name__iexact=last)
    if row.birth_date:
        half = Q(first_name__iexact=first) | Q(last_name__iexact=last)
        same |= half & Q(birth_date=row.birth_date)
    return list(Client.objects.filter(same).exclude(pk=row.pk).order_by("last_name", "pk")[:5])


def _took(client: Client, now: datetime) -> list[Took]:
    """The latest sessions with their notes, newest first."""
    past = client.appointments.exclude(status="scheduled", ends_at__gt=now)
    notes = Note.objects.defer("content").select_related("author__supervisor", "current")
    rows = past.select_related("practitioner").prefetch_related(
        Prefetch("session__attendances__note", queryset=notes)
    )
    group = notes.filter(attendance__client=client, attendance__session__appointment=None)
    found = [*_of_appointments(rows.order_by("-starts_at")[:_MOST])]
    found += [Took(note.starts_at, None, note) for note in group.order_by("-starts_at")[:_MOST]]
    found.sort(key=lambda one: one.at.timestamp() if one.at else 0, reverse=True)
    return found[:_MOST]


def _of_appointments(rows: "QuerySet[Appointment]") -> Iterator[Took]:
    for row in rows:
        session = getattr(row, "session", None)
        attendances = session.attendances.all() if session is not None else ()
        note = next((a.note for a in attendances if hasattr(a, "note")), None)
        yield Took(row.starts_at, row, note)


def _cases(client: Client) -> "QuerySet[Case]":
    """What somebody still has to settle about the client's coverage, authorization or stay."""
    rows = narrowed(Asked(state=UNSETTLED))
    about = (
        rows.filter(coverage__client=client)
        | rows.filter(authorization__client=client)
        | rows.filter(episode__client=client)
    )
    return about.order_by(F("due_on").asc(nulls_last=True), "pk")
