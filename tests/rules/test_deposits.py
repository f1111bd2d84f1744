"""The table of docs/algorithms/deposits.md, row by row."""

from datetime import date, timedelta

import pytest

from carethread.rules.deposits import Advice, Money, business_days, reassociate
from tests.rules.figures import rows

PAID = date(2026, 3, 16)  # a Monday
ROWS = rows("deposits", "trace told", "amount", "days apart", "others alike", "verdict")


def _after(days: int) -> date:
    """So many business days later."""
    day = PAID
    while business_days(PAID, day) < days:
        day += timedelta(days=1)
    return day


@pytest.mark.parametrize("row", ROWS, ids=lambda row: ", ".join(row.values()))
def test_a_deposit_is_certain_or_waits(row: dict[str, str]) -> None:
    told = {"the remittance's": ("0012345", "X"), "another": ("99999", "X")}
    trace, payer = told.get(row["trace told"], ("", ""))
    words = "CLAIM PMT 12345 THANKS" if row["trace told"] == "in the bank's words" else ""
    amount = 18_000 if row["amount"] == "same" else 17_900
    line = Money(1, _after(int(row["days apart"])), amount, trace, payer, words)
    advices = [Advice(7, PAID, 18_000, "12345", "X")]
    lines = [line]
    if row["others alike"] == "a second remittance":
        advices.append(Advice(8, PAID, 18_000, "12346", "X"))
    if row["others alike"] == "a second line":
        lines.append(Money(2, PAID, 18_000))
    found = reassociate(lines, advices, 3)[1]
    assert (found.advice == 7) == (row["verdict"] == "certain"), found


def test_weekends_are_no_business_days() -> None:
    friday = date(2026, 3, 13)
    assert business_days(friday, friday + timedelta(days=3)) == 1
    assert business_days(friday + timedelta(days=3), friday) == 1
    assert business_days(friday, friday + timedelta(days=14)) == 10


def test_a_trace_of_another_payer_is_another_trace() -> None:
    line = Money(1, PAID, 18_000, "12345", "1222222222")
    verdict = reassociate([line], [Advice(7, PAID, 18_000, "12345", "1333333333")], 3)[1]
    assert verdict.advice is None
