"""Answers that are awaited, and those that are overdue: by the connection that the file left by and
the payer that has to answer. The clearinghouse's word and the payer's are counted apart."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Min, Q, Sum

from carethread.record.models import Claim, ClaimState
from carethread.rules.clocks import overdue_since

WAITS_FOR: Mapping[str, str] = {
    ClaimState.SENT.value: "999",
    ClaimState.RECEIVED.value: "277CA",
    ClaimState.ACCEPTED.value: "835",
}
"""What a claim in this state waits for: the clearinghouse's word on the file, the payer's word on
the claim, the payer's decision."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Claims of one state: how many, how many of them for too long, what those are charged at
    (cents), and since when the oldest waits."""

    state: str
    count: int
    overdue: int
    overdue_cents: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One connection and payer, with what is awaited of them by kind of answer."""

    connection_id: int
    connection: str
    payer_id: int
    payer: str
    waiting: Mapping[str, Waiting]

    @property
    def overdue(self) -> int:
        return sum(one.overdue for one in self.waiting.values())

    @property
    def overdue_cents(self) -> int:
        return sum(one.overdue_cents for one in self.waiting.values())


def awaited(now: datetime) -> list[Row]:
    """Every connection and payer that owes answers, most money overdue first. One query."""
    found: dict[tuple[int, str, int, str], dict[str, Waiting]] = defaultdict(dict)
    for row in _tallies(now):
        key = (row["connection"], row["name"], row["payer"], row["payer__name"])
        found[key][WAITS_FOR[row["state"]]] = Waiting(
            row["state"], row["n"], row["overdue"], row["cents"], row["oldest"]
        )
    rows = [Row(*key, waiting=waiting) for key, waiting in found.items()]
    return sorted(rows, key=lambda row: (-row.overdue_cents, row.connection, row.payer))


def _tallies(now: datetime) -> Any:
    late = Q()
    for state, kind in WAITS_FOR.items():
        late |= Q(state=state, state_since__lt=overdue_since(kind, now))
    return (
        Claim.objects.filter(state__in=WAITS_FOR, current__isnull=False)
        .order_by()
        .values(
            "state",
            "payer",
            "payer__name",
            connection=F("current__file__connection"),
            name=F("current__file__connection__name"),
        )
        .annotate(
            n=Count("pk"),
            overdue=Count("pk", filter=late),
            cents=Sum("charge_cents", filter=late, default=0),
            oldest=Min("state_since"),
        )
    )
