"""Cash for who leads: what came in week by week, what is expected next, what is owed in all.

Nothing is counted here a second time: what is on its way, refused, held and unbilled is the
pipeline's, what came in is the deposits'.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncWeek
from django.utils import timezone

from carethread.insight import deposits, patients
from carethread.insight.claims import ON_ITS_WAY
from carethread.insight.pipeline import Pipeline, pipeline
from carethread.record.models import Charge, Claim, ClaimFinding, ClaimState, EftDeposit

WEEKS = 8
_DAYS_BILLED = 90


@dataclass(frozen=True, slots=True)
class Week:
    """What of payers' money came in between two days, both included: `tied` cents are proven to the
    cent, `open` ones are not yet. `patients` is what clients gave in those days, less what
    they got back."""

    first: date
    tied: int = 0
    open: int = 0
    patients: int = 0

    @property
    def last(self) -> date:
        return self.first + timedelta(days=6)

    @property
    def cents(self) -> int:
        return self.tied + self.open


@dataclass(frozen=True, slots=True)
class Cash:
    """Everything in cents. `promised` is what contracts promised for the claims of a state as they
    left, `missing` what remittances announced and the bank has not received, `held_for` how many
    held claims wait for each role. `days_in_receivables`: how many days of charges are owed."""

    weeks: tuple[Week, ...]
    missing: int
    missing_cents: int
    pipeline: Pipeline
    promised: Mapping[str, int]
    held_for: Mapping[str, int]
    days_in_receivables: int | None

    @property
    def first(self) -> date:
        """The first day that is counted."""
        return self.weeks[-1].first

    @property
    def in_cents(self) -> int:
        return sum(week.cents for week in self.weeks)

    @property
    def from_patients_cents(self) -> int:
        return sum(week.patients for week in self.weeks)

    @property
    def on_its_way_cents(self) -> int:
        return sum(self.pipeline.stages[state].cents for state in ON_ITS_WAY)

    @property
    def promised_cents(self) -> int:
        return sum(self.promised.values())


def cash(now: datetime) -> Cash:
    """A dozen queries, however much there is."""
    found = pipeline(now)
    missing = deposits.without_money().order_by().aggregate(
        n=Count("pk"), cents=Sum("amount_cents", default=0)
    )  # fmt: skip
    return Cash(
        weeks=weeks(timezone.localdate(now)),
        missing=missing["n"],
        missing_cents=missing["cents"],
        pipeline=found,
        promised=_promised(),
        held_for=_held_for(),
        days_in_receivables=_days_in_receivables(found, timezone.localdate(now)),
    )


def weeks(today: date) -> tuple[Week, ...]:
    """The last weeks from Monday to Sunday, this one first, also those without money. 3 queries."""
    this = today - timedelta(days=today.weekday())
    rows = (
        EftDeposit.objects.filter(deposits.narrowed("payers"), day__gte=this - _weeks(WEEKS - 1))
        .annotate(week=TruncWeek("day"))
        .values("week")
        .order_by("week")
        .annotate(
            tied=Sum("amount_cents", filter=deposits.narrowed("tied"), default=0),
            all=Sum("amount_cents"),
        )
    )
    banked = {row["week"]: row for row in rows}
    given = patients.by_week(this - _weeks(WEEKS - 1), today)
    mondays = (this - _weeks(number) for number in range(WEEKS))
    return tuple(_week(monday, banked.get(monday), given.get(monday, 0)) for monday in mondays)


def _week(monday: date, banked: Mapping[str, Any] | None, given: int) -> Week:
    if banked is None:
        return Week(monday, patients=given)
    return Week(monday, banked["tied"], banked["all"] - banked["tied"], given)


def _weeks(number: int) -> timedelta:
    return timedelta(weeks=number)


def _promised() -> dict[str, int]:
    rows = (
        Claim.objects.filter(state__in=ON_ITS_WAY)
        .order_by()
        .values("state")
        .annotate(cents=Sum("current__lines__expected_cents", default=0))
    )
    return {row["state"]: row["cents"] for row in rows}


def _held_for() -> dict[str, int]:
    rows = (
        ClaimFinding.objects.filter(claim__state=ClaimState.HELD, severity="stops")
        .order_by()
        .values(role=F("owner"))
        .annotate(n=Count("claim", distinct=True))
    )
    return {row["role"]: row["n"] for row in sorted(rows, key=lambda row: -row["n"])}


def _days_in_receivables(found: Pipeline, today: date) -> int | None:
    """What is owed, held against the charges of the last ninety days; None where there are none."""
    since = Q(service_date__gt=today - timedelta(days=_DAYS_BILLED), service_date__lte=today)
    billed = Charge.objects.filter(since, state="live").aggregate(
        cents=Sum("current__amount_cents", default=0)
    )["cents"]
    owed = found.owed_by_payers + found.owed_by_patients + found.refused
    return round(owed * _DAYS_BILLED / billed) if billed else None
