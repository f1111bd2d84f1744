"""What the contract promises for a claim's lines: the figures of docs/algorithms/contracts.md."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carethread.codes.contracts import TermKind
from carethread.rules.expect import Service, Term, expected

SINCE = date(2026, 1, 1)
DAY = date(2026, 3, 2)


def fee(code: str, amount: int, **named: object) -> Term:
    return Term(TermKind.FEE, amount, **{"starts": SINCE, "code": code, **named})  # type: ignore[arg-type]


FEES = (
    fee("90837", 11000, starts=date(2025, 1, 1), ends=date(2025, 12, 31)),
    fee("90837", 12000),
    fee("90837", 10000, credential="AMFT"),
    fee("90837", 12500, modifier="95"),
    fee("90837", 13000, modifier="95", credential="PSYD"),
    fee("90837", 9000, place="12"),
    fee("H0004", 2500, lesser_of_charge=False),
)
SESSION = Service("90837", 18000, DAY, credential="LCSW", place="11")


def told(terms: tuple[Term, ...], *services: Service) -> list[tuple[int, str] | None]:
    return [p and (p.amount, p.reason) for p in expected(terms, services)]


def amounts(terms: tuple[Term, ...], *services: Service) -> list[int | None]:
    return [p and p.amount for p in expected(terms, services)]


@pytest.mark.parametrize(
    ("service", "amount"),
    [
        (SESSION, 12000),
        (replace(SESSION, day=date(2025, 12, 31)), 11000),
        (replace(SESSION, code="90853"), None),
        (replace(SESSION, day=date(2024, 12, 31)), None),
        (replace(SESSION, credential="AMFT"), 10000),
        (replace(SESSION, modifiers=("HO", "95")), 12500),
        (replace(SESSION, modifiers=("95",), credential="PSYD"), 13000),
        (replace(SESSION, place="12"), 9000),
        (replace(SESSION, charge=8000), 8000),
        (Service("H0004", 9000, DAY, units=4), 10000),
    ],
)
def test_the_most_particular_term_of_the_day_holds(service: Service, amount: int | None) -> None:
    assert amounts(FEES, service) == [amount]


def test_the_promise_is_explained_in_words() -> None:
    assert told(FEES, replace(SESSION, units=2, charge=36000)) == [
        (24000, "90837: $120.00 a unit × 2")
    ]
    assert told(FEES, replace(SESSION, charge=8000, credential="AMFT")) == [
        (8000, "90837 by AMFT: $100.00 a unit × 1, but no more than the charge of $80.00")
    ]


NIGHTS = (
    Term(TermKind.PER_DIEM, 61000, starts=SINCE, revenue_code="1002", last_day=7),
    Term(TermKind.PER_DIEM, 48000, starts=SINCE, revenue_code="1002", first_day=8),
)


def night(number: int | None) -> Service:
    return Service("H0018", 70000, DAY, revenue_code="1002", day_of_stay=number)


def test_a_per_diem_falls_by_the_day_of_the_stay() -> None:
    assert amounts(NIGHTS, night(1), night(7), night(8), night(90)) == [61000, 61000, 48000, 48000]
    assert told(NIGHTS, night(9)) == [
        (48000, "revenue code 1002: $480.00 a day (from day 8 of the stay) × 1")
    ]
    assert amounts(NIGHTS, night(None)) == [None], "a day that nobody knows is promised nothing"


def test_a_share_of_the_charge_is_rounded_at_half_a_cent() -> None:
    share = Term(TermKind.PERCENT, share=6250, starts=SINCE)
    assert told((share,), Service("80307", 10101, DAY)) == [
        (6313, "any code: 62.5% of the charge of $101.01")
    ]


def test_a_case_rate_is_promised_once_a_stay_and_spread_by_charge() -> None:
    case = (Term(TermKind.CASE, 500000, starts=SINCE, revenue_code="0126"),)
    days = [Service("H0010", 200000, DAY, revenue_code="0126", day_of_stay=n) for n in (1, 2, 3)]
    assert sum(a or 0 for a in amounts(case, *days)) == 500000
    later = [replace(day, day_of_stay=8) for day in days]
    assert amounts(case, *later) == [0, 0, 0]


def test_a_stop_loss_pays_a_share_of_what_exceeds_its_threshold() -> None:
    stop = Term(TermKind.STOP_LOSS, 100000, share=5000, starts=SINCE)
    nights = (night(1), night(2))
    assert amounts((*NIGHTS, stop), *nights) == [70000, 70000], "never more than the charge"
    uncapped = tuple(replace(t, lesser_of_charge=False) for t in (*NIGHTS, stop))
    assert amounts(uncapped, *nights) == [71000, 71000]
    assert amounts(uncapped, night(1)) == [61000], "the charges stay below the threshold"


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=6), st.integers(1, 10**7), st.booleans()
)
def test_no_line_is_promised_more_than_it_charges_where_the_lesser_counts(
    charges: list[int], rate: int, per_day: bool
) -> None:
    kind = TermKind.PER_DIEM if per_day else TermKind.FEE
    term = Term(kind, rate, starts=SINCE, code="90837")
    services = [replace(SESSION, charge=charge) for charge in charges]
    for promise, service in zip(expected((term,), services), services, strict=True):
        assert promise is not None
        assert 0 <= promise.amount <= service.charge
