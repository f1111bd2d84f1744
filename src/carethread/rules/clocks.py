"""Deadlines: when an answer is overdue, when a right is lost. Figures: codes/data/clocks.yaml.

A payer's own figures (its profile, its contract) come in as arguments; the table holds what is
law or custom otherwise.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from carethread.codes.tables import listed, on


@dataclass(frozen=True, slots=True)
class AnswerClock:
    """How many days an answer of `kind` may take."""

    kind: str
    days: int
    starts: date
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """How long a right lasts for that kind of `payer`: `days`, or whole `months`. `level` and
    `name` tell appeals apart."""

    payer: str
    starts: date
    reference: str
    days: int = 0
    months: int = 0
    level: int = 0
    name: str = ""
    ends: date | None = None

    def after(self, day: date) -> date:
        """The last day of a span that begins on `day`."""
        return plus_months(day, self.months) + timedelta(days=self.days)


@cache
def _answers() -> tuple[AnswerClock, ...]:
    return listed("clocks", "acknowledgments", AnswerClock)


@dataclass(frozen=True, slots=True)
class RefundClock:
    """How many days what was overpaid may be kept, once that is known."""

    days: int
    starts: date
    reference: str
    ends: date | None = None


@cache
def _overpayments() -> tuple[RefundClock, ...]:
    return listed("clocks", "overpayment", RefundClock)


@cache
def _filing() -> tuple[Span, ...]:
    return listed("clocks", "filing", Span)


@cache
def _appeals() -> tuple[Span, ...]:
    return listed("clocks", "appeals", Span)


def acknowledgment_due(kind: str, sent_at: datetime) -> datetime:
    """Until when an answer of `kind` ("TA1", "999", "277CA", "835") may be awaited.

    Raises ValueError for a kind that the table does not have.
    """
    clock = on((c for c in _answers() if c.kind == kind), sent_at.date())
    if clock is None:
        raise ValueError(f"no time is set for an answer of kind {kind!r}")
    return sent_at + timedelta(days=clock.days)


def plausible(day: date, today: date) -> bool:
    """Whether money can have moved on that day: none did before payers sent files, and what a bank
    or payer announces lies a few weeks ahead at most."""
    return date(1990, 1, 1) <= day <= today + timedelta(days=92)


def overdue_since(kind: str, now: datetime) -> datetime:
    """What was sent before this moment should have been answered by `now`. ValueError as above."""
    return now - (acknowledgment_due(kind, now) - now)


def filing_limit(service_date: date, payer_kind: str, days: int | None = None) -> date:
    """The last day on which a claim for that service may reach the payer.

    `days` is the payer's own limit; without it the default for its kind ("commercial",
    "medicaid", "medicare") on the service date holds. Raises ValueError for another kind.
    """
    if days is not None:
        return service_date + timedelta(days=days)
    return _span(_filing(), payer_kind, 0, service_date).after(service_date)


def appeal_deadline(decided_on: date, payer_kind: str, level: int = 1) -> date:
    """The last day for an appeal of that level (1 first) against a decision of that day.

    Raises ValueError where that kind of payer has no such level.
    """
    return _span(_appeals(), payer_kind, level, decided_on).after(decided_on)


def appeal_level(payer_kind: str, level: int, day: date) -> Span | None:
    """That level of appeal against a decision of that day, with its name and how long it is open;
    None where that kind of payer has no such level."""
    return on((s for s in _appeals() if (s.payer, s.level) == (payer_kind, level)), day)


def refund_deadline(identified_on: date) -> date:
    """The last day on which what a payer overpaid may be given back, from the day on which that
    was known."""
    clock = on(_overpayments(), identified_on)
    assert clock is not None, "the table begins before there is any record"
    return identified_on + timedelta(days=clock.days)


def grace_ends(ready_at: datetime, minutes: int) -> datetime:
    """Until when a ready claim may still be called back."""
    return ready_at + timedelta(minutes=minutes)


def plus_months(day: date, months: int) -> date:
    """The same day so many months later, or that month's last day where it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _span(spans: Iterable[Span], payer: str, level: int, day: date) -> Span:
    span = on((s for s in spans if s.payer == payer and s.level == level), day)
    if span is None:
        raise ValueError(f"no time is set for payers of kind {payer!r}, level {level}, on {day}")
    return span
