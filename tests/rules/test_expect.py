"""What the contract promises, and when less came."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carethread.rules.expect import Expected, RateLine, Tolerance, expected, underpaid

SINCE = date(2026, 1, 1)
RATES = (
    RateLine("90837", 11000, date(2025, 1, 1), date(2025, 12, 31)),
    RateLine("90837", 12000, SINCE),
    RateLine("90837", 10000, SINCE, credential="AMFT"),
    RateLine("90837", 12500, SINCE, modifier="95"),
    RateLine("90837", 13000, SINCE, modifier="95", credential="PSYD"),
    RateLine("H0004", 2500, SINCE, lesser_of_charge=False),
)


def _expected(
    code: str = "90837", *modifiers: str, by: str = "LCSW", on: date = date(2026, 3, 2),
    units: int = 1, charge: int = 18000,
) -> Expected | None:  # fmt: skip
    return expected(
        RATES, code=code, modifiers=modifiers, credential=by, service_date=on, units=units,
        charge=charge,
    )  # fmt: skip


def _amount(promise: Expected | None) -> int | None:
    return promise.amount if promise else None


def test_the_rate_of_the_day_holds() -> None:
    assert _amount(_expected()) == 12000
    assert _amount(_expected(on=date(2025, 12, 31))) == 11000


def test_no_rate_promises_nothing() -> None:
    assert _expected("90853") is None
    assert _expected(on=date(2024, 12, 31)) is None


def test_the_most_specific_rate_holds() -> None:
    assert _amount(_expected(by="AMFT")) == 10000
    assert _amount(_expected("90837", "HO", "95")) == 12500
    assert _amount(_expected("90837", "95", by="PSYD")) == 13000


def test_a_rate_is_by_the_unit() -> None:
    promise = _expected("H0004", units=4, charge=9000)
    assert promise == Expected(10000, "4 x $25.00 by contract since 2026-01-01")


def test_the_charge_is_promised_where_it_is_less() -> None:
    promise = _expected(charge=9000)
    assert promise == Expected(9000, "the charge, which is below the contract's rate")


@pytest.mark.parametrize(
    ("paid", "patient", "reductions", "short"),
    [
        (9500, 2500, 0, 0),
        (9400, 2500, 0, 0),
        (9399, 2500, 0, 101),
        (9310, 2500, 190, 0),
        (0, 0, 0, 12000),
        (15000, 0, 0, 0),
    ],
)
def test_a_payment_is_short_beyond_a_dollar(
    paid: int, patient: int, reductions: int, short: int
) -> None:
    assert underpaid(12000, paid, patient, Tolerance(cents=100), reductions) == short


def test_the_larger_tolerance_holds() -> None:
    assert underpaid(12000, 11760, 0, Tolerance(cents=100, percent=2)) == 0
    assert underpaid(12000, 11759, 0, Tolerance(cents=100, percent=2)) == 241


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_shortfall_is_never_negative(promised: int, paid: int, patient: int) -> None:
    assert underpaid(promised, paid, patient, Tolerance()) >= 0
