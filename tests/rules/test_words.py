"""How findings speak."""

from datetime import date

import pytest

from carethread.rules.words import day, dollars, listing, ungrouped


@pytest.mark.parametrize(
    ("cents", "said"),
    [(0, "$0.00"), (5, "$0.05"), (123456, "$1,234.56"), (-1999, "−$19.99")],
)
def test_cents_are_said_in_dollars(cents: int, said: str) -> None:
    assert dollars(cents) == said


@pytest.mark.parametrize(
    ("typed", "read"),
    [("1,234.50", "1234.50"), ("1,234,567", "1234567"), ("12,50", "12,50"), ("1,2,3", "1,2,3")],
)
def test_only_commas_that_part_thousands_are_taken_out(typed: str, read: str) -> None:
    assert ungrouped(typed) == read


def test_days_are_written_as_the_office_does() -> None:
    assert day(date(2026, 3, 9)) == "Mar 9, 2026"


@pytest.mark.parametrize(
    ("items", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), ("abc", "a, b and c")]
)
def test_lists_are_said_with_and(items: list[str], said: str) -> None:
    assert listing(items) == said
