"""Where the money is: every state between a session and its payment, with counts and ages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Sum

from carethread.insight import denials, undocumented
from carethread.insight.ages import age_days, days_before
from carethread.record.models import (
    Charge,
    ChargeEvidence,
    Claim,
    ClaimState,
    NoteVersion,
)

# Upper bounds, in days, of the ages that are told apart; the last has no bound.
AGES = (7, 30, 60)
SETTLED = (ClaimState.PAID, ClaimState.CLOSED)
_SETTLED_SHOWN_FOR = timedelta(days=30)
UNCHARGED_SHOWN_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Stage:
    """Claims in one state: how many, billed at how many cents, how old; both by age (`AGES`)."""

    state: str
    count: int = 0
    cents: int = 0
    oldest_days: int | None = None
    by_age: tuple[int, ...] = (0, 0, 0, 0)
    cents_by_age: tuple[int, ...] = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The Monday screen. Money in cents. `unsigned` services took place and have no signed note;
    `uncharged` ones have, of the last ninety days, and no charge; `unbilled` charges have no claim
    yet. `denied` is what the unsettled denial cases ask for, `refused` what the ledger holds as
    refused: what is sent again waits at the payer there."""

    unsigned: int
    unsigned_oldest_days: int | None
    uncharged: int
    uncharged_oldest_days: int | None
    unbilled: int
    unbilled_cents: int
    stages: Mapping[str, Stage]
    owed_by_payers: int
    owed_by_patients: int
    denied: int
    refused: int

    @property
    def stopped_cents(self) -> int:
        """What waits for somebody to act."""
        stuck = (ClaimState.HELD, ClaimState.REJECTED, ClaimState.DENIED, ClaimState.PARTIAL)
        return sum(self.stages[state].cents for state in stuck)


def pipeline(now: datetime) -> Pipeline:
    """Eight queries, however many claims there are."""
    unsigned, unsigned_since = undocumented.total(now)
    uncharged = without_charge(now - UNCHARGED_SHOWN_FOR).aggregate(
        n=Count("pk"), oldest=Min("ends_at")
    )
    unbilled = Charge.objects.filter(claim__isnull=True, state="live").aggregate(
        n=Count("pk"), cents=Sum("current__amount_cents", default=0)
    )
    owed = Charge.objects.aggregate(
        payers=Sum("payer_receivable_cents", default=0),
        patients=Sum("patient_receivable_cents", default=0),
        refused=Sum("denied_cents", default=0),
    )
    return Pipeline(
        unsigned=unsigned,
        unsigned_oldest_days=_age(unsigned_since, now),
        uncharged=uncharged["n"],
        uncharged_oldest_days=_age(uncharged["oldest"], now),
        unbilled=unbilled["n"],
        unbilled_cents=unbilled["cents"],
        stages=stages(now),
        owed_by_payers=owed["payers"],
        owed_by_patients=owed["patients"],
        denied=denials.unsettled_cents(),
        refused=owed["refused"],
    )


def stages(now: datetime) -> dict[str, Stage]:
    """Every state, also the empty ones. Paid and closed claims count for thirty days."""
    bands = list(enumerate(ages(now)))
    rows = (
        Claim.objects.filter(~Q(state__in=SETTLED) | Q(state_since__gte=now - _SETTLED_SHOWN_FOR))
        .order_by()
        .values("state")
        .annotate(
            n=Count("pk"),
            cents=Sum("charge_cents"),
            oldest=Min("state_since"),
            **{f"age_{i}": Count("pk", filter=aged) for i, aged in bands},
            **{f"cents_{i}": Sum("charge_cents", filter=aged, default=0) for i, aged in bands},
        )
    )
    found = {row["state"]: _stage(row, now) for row in rows}
    return {state: found.get(state, Stage(state)) for state in ClaimState.values}


def ages(now: datetime) -> list[Q]:
    """The conditions of the age bands on `state_since`, youngest first."""
    starts = [days_before(now, days) for days in AGES]
    younger = [Q(state_since__gte=starts[0])]
    between = [
        Q(state_since__gte=later, state_since__lt=earlier) for earlier, later in pairwise(starts)
    ]
    return [*younger, *between, Q(state_since__lt=starts[-1])]


def _stage(row: Mapping[str, Any], now: datetime) -> Stage:
    return Stage(
        state=row["state"],
        count=row["n"],
        cents=row["cents"],
        oldest_days=_age(row["oldest"], now),
        by_age=tuple(row[f"age_{i}"] for i in range(len(AGES) + 1)),
        cents_by_age=tuple(row[f"cents_{i}"] for i in range(len(AGES) + 1)),
    )


def without_charge(since: datetime) -> "QuerySet[NoteVersion]":
    """Signed services since then that no charge rests on, whatever the reason: too short, no fee,
    a day that is not full."""
    own = Charge.objects.filter(attendance=OuterRef("note__attendance"), state="live")
    of_its_day = ChargeEvidence.objects.filter(
        note_version=OuterRef("pk"),
        charge_version__charge__state="live",
        charge_version__charge__current=F("charge_version"),
    )
    return NoteVersion.objects.filter(
        ~Exists(own), ~Exists(of_its_day),
        note__current=F("pk"), attended=True, starts_at__gte=since,
    )  # fmt: skip


def _age(moment: datetime | None, now: datetime) -> int | None:
    return age_days(moment, now) if moment else None
