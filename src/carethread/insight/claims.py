"""Lists of claims: by state, payer, clinician, age; and those that are held, with every reason."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Sum

from carethread.insight.pipeline import AGES, ages
from carethread.record.models import Claim, ClaimFinding, ClaimLine, ClaimState

WAITING = (ClaimState.HELD, ClaimState.READY)
ON_ITS_WAY = (
    ClaimState.ACCEPTED,
    ClaimState.RECEIVED,
    ClaimState.SENT,
    ClaimState.QUEUED,
    ClaimState.READY,
)
WAY = "on_its_way"  # a state to ask for: any of those


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is narrowed to; empty means all. `age` is a band of `pipeline.AGES`."""

    state: str = ""
    payer_id: int | None = None
    practitioner_id: int | None = None
    age: int | None = None
    owner: str = ""


def claims(asked: Asked, now: datetime) -> "QuerySet[Claim]":
    """The claims asked for, those longest in their state first, with findings and people."""
    rows: QuerySet[Claim] = (
        Claim.objects.filter(_narrowed(asked, now))
        .select_related("client", "payer", "practitioner", "current")
        .order_by("state_since", "pk")
    )
    if asked.owner:
        rows = rows.filter(findings__owner=asked.owner, findings__severity="stops").distinct()
    return rows.prefetch_related("findings") if asked.state in WAITING else rows


def promised(rows: Collection[Claim]) -> dict[int, int]:
    """By claim what contracts promised for it as it left, in cents. One query."""
    lines = ClaimLine.objects.filter(version__in=[row.current_id for row in rows]).order_by()
    found = lines.values_list("version__claim").annotate(cents=Sum("expected_cents", default=0))
    return dict(found)


def held_for(roles: Collection[str]) -> "QuerySet[Claim]":
    """Claims that wait for what one of these roles has to put right, those longest held first."""
    return (
        Claim.objects.filter(
            Exists(
                ClaimFinding.objects.filter(claim=OuterRef("pk"), owner__in=roles, severity="stops")
            ),
            state=ClaimState.HELD,
        )
        .select_related("client", "payer")
        .prefetch_related(
            Prefetch("findings", ClaimFinding.objects.filter(owner__in=roles, severity="stops"))
        )
        .order_by("state_since", "pk")
    )


def billed_anew(claim: Claim) -> "QuerySet[Claim]":
    """Claims that bill now what this one billed when it left: its services went to another payer,
    or together with others."""
    left = ClaimLine.objects.filter(version__claim=claim)
    rows: QuerySet[Claim] = Claim.objects.filter(
        charges__in=left.values("charge_version__charge")
    ).exclude(pk=claim.origin.pk)
    return rows.select_related("payer").distinct().order_by("pk")


def billed_before(claim: Claim) -> "QuerySet[Claim]":
    """Claims that billed, when they left, what this one bills now."""
    rows: QuerySet[Claim] = Claim.objects.filter(
        versions__lines__charge_version__charge__claim=claim
    ).exclude(Q(pk=claim.pk) | Q(first=claim))
    return rows.select_related("payer").distinct().order_by("pk")


def _narrowed(asked: Asked, now: datetime) -> Q:
    wanted = Q()
    if asked.state:
        wanted &= Q(state__in=ON_ITS_WAY) if asked.state == WAY else Q(state=asked.state)
    if asked.payer_id:
        wanted &= Q(payer=asked.payer_id)
    if asked.practitioner_id:
        wanted &= Q(practitioner=asked.practitioner_id)
    if asked.age is not None and 0 <= asked.age <= len(AGES):
        wanted &= ages(now)[asked.age]
    return wanted
