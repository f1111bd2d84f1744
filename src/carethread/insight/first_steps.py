"""What a center has to have before its first note can become a claim, and what of it is there.

Nothing here is remembered: each step is read from the record as it stands, and is open again if
what it needs is gone.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet

from carethread.codes.roles import Role
from carethread.connect import core
from carethread.record.models import (
    Client,
    Connection,
    Fee,
    License,
    Organization,
    Payer,
    PayerEnrollment,
    Practitioner,
    Program,
    RoleGrant,
    Site,
)

_SHOWN = 3  # names; more are counted


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what of it is there already, and what it lacks. `row` is the practitioner whose
    page supplies that, where there is one already."""

    key: str
    there: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    row: int | None = None

    @property
    def is_done(self) -> bool:
        return not self.lacks


def steps(center: Organization, today: date) -> list[Step]:
    """Every step, in the order in which they are taken. Eight queries."""
    people = list(_practitioners(today))
    payers = list(_payers(today))
    return [
        _organization(center),
        _named("site", Site.objects.all(), "a place where care is given"),
        _named("program", Program.objects.all(), "a program"),
        _practitioner(people),
        _accounts(center, people),
        _step("payer", [payer.name for payer in payers], "a payer"),
        _roster(people, payers),
        _fees(today),
        _named("connection", _mailboxes(), "a way by which claims leave"),
        _client(),
    ]


def is_complete(center: Organization, today: date) -> bool:
    """Whether the center has all that its claims need."""
    return all(step.is_done for step in steps(center, today))


def _step(key: str, there: Sequence[str], lacks: str) -> Step:
    """A step that is done once there is one."""
    more = len(there) - _SHOWN
    said = (*there[:_SHOWN], *([f"{more} more"] if more > 0 else []))
    return Step(key, tuple(said), () if there else (lacks,))


def _named(key: str, rows: "QuerySet[Any]", lacks: str) -> Step:
    return _step(key, list(rows.order_by("pk").values_list("name", flat=True)), lacks)


def _mailboxes() -> "QuerySet[Connection]":
    """What answers in real time carries no claims."""
    return Connection.objects.filter(is_active=True).exclude(kind=core.Settings.kind)


def _in_force(today: date) -> Q:
    begun = Q(effective_from__lte=today)
    return begun & (Q(effective_to__isnull=True) | Q(effective_to__gte=today))


def _organization(center: Organization) -> Step:
    try:
        center.clean_fields()
    except ValidationError as error:
        fields = (Organization._meta.get_field(name) for name in error.message_dict)
        wrong = tuple(str(field.verbose_name) for field in fields)  # type: ignore[union-attr]
        return Step("organization", lacks=wrong)
    return Step("organization", there=(f"{center.legal_name}, NPI {center.npi}",))


def _practitioners(today: date) -> "QuerySet[Practitioner]":
    license = License.objects.filter(_in_force(today), practitioner=OuterRef("pk"))
    return Practitioner.objects.annotate(is_licensed=Exists(license)).order_by("pk")


def _practitioner(people: Sequence[Practitioner]) -> Step:
    licensed = [str(one) for one in people if one.is_licensed]  # type: ignore[attr-defined]
    if licensed or not people:
        return _step("practitioner", licensed, "a practitioner with a license")
    return Step("practitioner", lacks=(f"a license for {people[0]}",), row=people[0].pk)


def _accounts(center: Organization, people: Sequence[Practitioner]) -> Step:
    """Who writes notes, who bills, who admits. A clinician signs as the practitioner they are."""
    held: dict[str, set[int]] = defaultdict(set)
    grants = RoleGrant.objects.filter(user__organization=center, user__is_active=True)
    for user, role in grants.values_list("user", "role"):
        held[role].add(user)
    clinicians = held[Role.CLINICIAN]
    unlinked = clinicians and clinicians.isdisjoint(one.user_id for one in people)
    who = {"a clinician": clinicians, "a biller": held[Role.BILLER], "intake": held[Role.INTAKE]}
    there = tuple(words for words, users in who.items() if users)
    lacks = [f"an account for {words}" for words, users in who.items() if not users]
    if unlinked and people:
        lacks.insert(0, f"a clinician's account at {people[0]} (Signs in as)")
    return Step("accounts", there, tuple(lacks), people[0].pk if unlinked and people else None)


def _payers(today: date) -> "QuerySet[Payer]":
    enrolled = PayerEnrollment.objects.filter(
        _in_force(today), payer=OuterRef("pk"), practitioner__isnull=False
    )
    return Payer.objects.annotate(is_joined=Exists(enrolled)).order_by("pk")


def _roster(people: Sequence[Practitioner], payers: Sequence[Payer]) -> Step:
    """Done once one payer pays for what somebody here does."""
    paying = [one for one in payers if one.is_joined or not one.requires_enrollment]  # type: ignore[attr-defined]
    if paying or not payers:
        return _step("roster", [one.name for one in paying], "a practitioner on a payer's roster")
    lacks = f"a practitioner on the roster of {payers[0]}"
    return Step("roster", lacks=(lacks,), row=people[0].pk if people else None)


def _fees(today: date) -> Step:
    codes = Fee.objects.filter(_in_force(today)).order_by("code").values_list("code", flat=True)
    return _step("fees", list(dict.fromkeys(codes)), "a price for what is billed")


def _client() -> Step:
    """Nobody is named: who sets the center up need not know who is in care."""
    in_care = Client.objects.filter(coverages__isnull=False, episodes__isnull=False)
    there = ("somebody is in care",) if in_care.exists() else ()
    return _step("client", there, "a client with a policy, admitted to a program")
