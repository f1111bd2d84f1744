"""The worklist: what has to be settled, in the order of money and deadline."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, QuerySet, Sum

from carethread.record.models import Case


@dataclass(frozen=True, slots=True)
class Asked:
    """What a worklist is narrowed to; empty means all."""

    state: str = "open"
    kind: str = ""
    category: str = ""
    owner: str = ""
    clinician_id: int | None = None
    service: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cases of a kind, and the cents at stake."""

    kind: str
    count: int
    cents: int


def cases(asked: Asked) -> "QuerySet[Case]":
    """Cases, those with the nearest deadline first, and among them the most money."""
    rows: QuerySet[Case] = Case.objects.select_related(
        "claim__client", "claim__payer", "author", "file"
    ).defer("file__raw")
    for column, value in _conditions(asked):
        rows = rows.filter(**{column: value})
    return rows.order_by(F("due_on").asc(nulls_last=True), "-amount_cents", "pk")


def _conditions(asked: Asked) -> list[tuple[str, object]]:
    service = "remitted_line__line_matches__claim_line__charge_version__note_version__service"
    wanted = {
        "state": asked.state,
        "kind": asked.kind,
        "category": asked.category,
        "owner_role": asked.owner,
        "claim__practitioner": asked.clinician_id,
        service: asked.service,
    }
    return [(column, value) for column, value in wanted.items() if value]


def tallies(state: str = "open") -> list[Tally]:
    """Cases in a state, by kind, most money first. One query."""
    rows = (
        Case.objects.filter(state=state)
        .order_by()
        .values("kind")
        .annotate(n=Count("pk"), cents=Sum("amount_cents"))
    )
    found = [Tally(row["kind"], row["n"], row["cents"]) for row in rows]
    return sorted(found, key=lambda t: -t.cents)


def days_left(case: Case, today: date) -> int | None:
    """Days to its deadline; None where it has none."""
    return (case.due_on - today).days if case.due_on else None
