"""Deadlines: when an answer is overdue, when a right is lost. Figures: codes/data/clocks.yaml."""

from datetime import date, datetime


def acknowledgment_due(kind: str, sent_at: datetime) -> datetime:
    """Until when an answer of `kind` ("TA1", "999", "277CA", "835") may be awaited."""
    raise NotImplementedError


def filing_limit(service_date: date, payer_kind: str, days: int | None = None) -> date:
    """The last day on which a claim for that service may reach the payer.

    `days` is the payer's own limit; without it the default for its kind ("commercial",
    "medicaid", "medicare") on the service date holds.
    """
    raise NotImplementedError


def appeal_deadline(decided_on: date, payer_kind: str, level: int = 1) -> date:
    """The last day for an appeal of that level (1 first) against a decision of that day."""
    raise NotImplementedError


def grace_ends(ready_at: datetime, minutes: int) -> datetime:
    """Until when a ready claim may still be called back."""
    raise NotImplementedError
