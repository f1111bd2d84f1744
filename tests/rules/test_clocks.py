"""Deadlines, to the day."""

from datetime import date, datetime, timedelta

import pytest

from carethread.rules.clocks import (
    acknowledgment_due,
    appeal_deadline,
    filing_limit,
    grace_ends,
    plus_months,
)

SENT = datetime(2026, 3, 2, 17, 30)


@pytest.mark.parametrize(("kind", "days"), [("TA1", 1), ("999", 1), ("277CA", 3), ("835", 45)])
def test_an_answer_is_overdue_after(kind: str, days: int) -> None:
    assert acknowledgment_due(kind, SENT) == SENT + timedelta(days=days)


def test_an_answer_of_another_kind_has_no_clock() -> None:
    with pytest.raises(ValueError, match="kind '270'"):
        acknowledgment_due("270", SENT)


@pytest.mark.parametrize(
    ("payer", "days", "limit"),
    [
        ("medicare", None, date(2027, 3, 2)),
        ("medicaid", None, date(2026, 5, 31)),
        ("commercial", None, date(2026, 5, 31)),
        ("commercial", 180, date(2026, 8, 29)),
    ],
)
def test_a_claim_must_arrive_by(payer: str, days: int | None, limit: date) -> None:
    assert filing_limit(date(2026, 3, 2), payer, days) == limit


@pytest.mark.parametrize(
    ("payer", "level", "limit"),
    [
        ("medicare", 1, date(2026, 6, 30)),
        ("medicare", 2, date(2026, 8, 29)),
        ("medicare", 3, date(2026, 5, 1)),
        ("medicaid", 1, date(2026, 5, 1)),
        ("commercial", 1, date(2026, 8, 29)),
        ("commercial", 2, date(2026, 7, 2)),
    ],
)
def test_an_appeal_must_arrive_by(payer: str, level: int, limit: date) -> None:
    assert appeal_deadline(date(2026, 3, 2), payer, level) == limit


@pytest.mark.parametrize(("payer", "level"), [("commercial", 3), ("uncle", 1)])
def test_a_level_that_does_not_exist_is_refused(payer: str, level: int) -> None:
    with pytest.raises(ValueError, match="no time is set"):
        appeal_deadline(date(2026, 3, 2), payer, level)


def test_a_claim_may_be_called_back_until_its_grace_ends() -> None:
    assert grace_ends(SENT, 90) == datetime(2026, 3, 2, 19, 0)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 10, 31), 4, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_end_where_the_month_does(day: date, months: int, later: date) -> None:
    assert plus_months(day, months) == later
