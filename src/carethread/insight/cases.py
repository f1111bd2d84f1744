"""The worklist: what has to be settled, in the order of money, its likelihood and its deadline."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

from django.db.models import (
    CharField,
    Count,
    Exists,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Concat

from carethread.insight.charged import charged_service
from carethread.insight.worth import with_worth
from carethread.record.models import Case, CaseKind, Claim, LineMatch, User

M = TypeVar("M", bound=Model)

WAITING = "waiting"  # a state to ask for: put off until a day
UNSETTLED = "unsettled"  # a state to ask for: open or answered
COSIGN = "cosign"  # a category: what a supervisor asks an author, which is theirs alone
WHOLE = "whole"  # a service to ask for: refusals of whole claims, which name no service


@dataclass(frozen=True, slots=True)
class Asked:
    """What a worklist is narrowed to; empty means all. `mine` is what this user has to settle:
    by role, and as a note's author. `since` is when a case was opened at the earliest. `today`
    leaves out what is put off until a later day."""

    state: str = "open"
    kind: str = ""
    category: str = ""
    owner: str = ""
    mine: User | None = None
    clinician_id: int | None = None
    service: str = ""
    payer_id: int | None = None
    client_id: int | None = None
    since: datetime | None = None
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cases of a kind, and the cents at stake."""

    kind: str
    count: int
    cents: int


def cases(asked: Asked) -> "QuerySet[Case]":
    """Cases in the order of what they are worth: money, how likely it is, how near its deadline.
    Settled ones stand as they were settled, the last first."""
    rows: QuerySet[Case] = (
        narrowed(asked)
        .select_related(
            "author",
            "assignee",
            "claim__client",
            "claim__payer",
            "remitted_claim",
            "file",
            "note__attendance__client",
            "episode__client",
            "authorization__client",
            "coverage__client",
            "account",
        )
        .defer("file__raw")
    )
    if asked.state == "closed" or asked.today is None:
        return rows.order_by(F("closed_at").desc(nulls_last=True), "-pk")
    return with_worth(rows, asked.today).order_by(
        "-worth", F("due_on").asc(nulls_last=True), "-amount_cents", "pk"
    )


def narrowed(asked: Asked) -> "QuerySet[Case]":
    """The cases asked for, each with its `service`, in no order."""
    rows = with_service(Case.objects.exclude(category=COSIGN))
    if asked.state in (UNSETTLED, WAITING):
        rows = rows.exclude(state="closed")
    if asked.today is not None and asked.state in ("open", "answered", WAITING):
        waits = Q(waits_until__gt=asked.today)
        rows = rows.filter(waits if asked.state == WAITING else ~waits)
    for column, value in _conditions(asked):
        rows = rows.filter(**{column: value})
    if asked.service == WHOLE:
        rows = rows.filter(Q(service=None))
    if asked.mine is not None:
        rows = rows.filter(mine(asked.mine))
    return rows


def without_case(rows: "QuerySet[M]", prefix: str, key: str = "pk") -> "QuerySet[M]":
    """Rows about which no case was ever opened: `source` is that prefix and the row's key."""
    source = Concat(Value(f"{prefix}:"), Cast(OuterRef(key), CharField()))
    return rows.filter(~Exists(Case.objects.filter(source=source)))


def sources(rows: "QuerySet[M]", prefix: str, key: str = "pk") -> "QuerySet[M, str]":
    """The sources of the cases that are about these rows, as a subquery."""
    source = Concat(Value(f"{prefix}:"), Cast(key, CharField()))
    return rows.order_by().values_list(source, flat=True)


def with_service(rows: "QuerySet[Case]") -> "QuerySet[Case]":
    """Cases with the `service` of the line that they are about; None where they name no line."""
    matches = LineMatch.objects.filter(LineMatch.STANDING)
    line = matches.filter(remitted_line=OuterRef("remitted_line")).order_by("pk")
    charged = line.annotate(charged=charged_service("claim_line__charge_version__"))
    return rows.annotate(service=Subquery(charged.values("charged")[:1]))


def mine(user: User) -> Q:
    """What has an author is the author's, whatever their role; what was given to somebody is
    theirs; the rest belongs to a role."""
    of_role = Q(author=None, assignee=None, owner_role__in=[r.value for r in user.roles])
    return Q(author__user=user) | Q(assignee=user) | of_role


def _conditions(asked: Asked) -> list[tuple[str, object]]:
    wanted = {
        "state": "" if asked.state in (UNSETTLED, WAITING) else asked.state,
        "kind": asked.kind,
        "category": asked.category,
        "owner_role": asked.owner,
        "claim__practitioner": asked.clinician_id,
        "claim__payer": asked.payer_id,
        "claim__client": asked.client_id,
        "service": "" if asked.service == WHOLE else asked.service,
        "opened_at__gte": asked.since,
    }
    return [(column, value) for column, value in wanted.items() if value]


def alike(case: Case) -> "QuerySet[Case]":
    """Unsettled cases of the same client with the same cause: one cure may be all of theirs."""
    if case.claim is None or case.kind == CaseKind.QUESTION:
        return Case.objects.none()
    rows: QuerySet[Case] = Case.objects.exclude(state="closed").filter(
        claim__client=case.claim.client_id, kind=case.kind, category=case.category
    )
    return rows.exclude(pk=case.pk)


def of_claims(claims: Collection[Claim]) -> dict[int, list[Case]]:
    """By claim its cases that are not settled, nearest deadline first. One query."""
    found: dict[int, list[Case]] = defaultdict(list)
    rows = Case.objects.exclude(state="closed").filter(claim__in=claims)
    for case in rows.select_related("author", "assignee").order_by(
        F("due_on").asc(nulls_last=True), "pk"
    ):
        found[case.claim_id or 0].append(case)
    return dict(found)


def tallies(asked: Asked) -> list[Tally]:
    """The cases asked for, of whatever kind, by kind, most money first. One query."""
    rows = (
        narrowed(replace(asked, kind=""))
        .order_by()
        .values("kind")
        .annotate(n=Count("pk"), cents=Sum("amount_cents"))
    )
    found = [Tally(row["kind"], row["n"], row["cents"]) for row in rows]
    return sorted(found, key=lambda t: -t.cents)


def days_left(case: Case, today: date) -> int | None:
    """Days to its deadline; None where it has none."""
    return (case.due_on - today).days if case.due_on else None
