"""A copay pays its visit, everything else what is oldest; a plan is months of one amount."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from carethread.rules.patient_money import (
    Installment,
    Money,
    Owed,
    Use,
    installments,
    missed,
    next_due,
    uses,
)

MARCH_2, MARCH_9 = date(2026, 3, 2), date(2026, 3, 9)


def test_a_copay_pays_its_own_visit_before_what_is_older() -> None:
    money = [Money(1, 2500, MARCH_9, visit_on=MARCH_9)]
    owed = [Owed(10, 4000, MARCH_2), Owed(11, 2000, MARCH_9)]
    assert uses(money, owed) == [Use(1, 11, 2000), Use(1, 10, 500)]


def test_what_is_left_of_a_copay_waits_while_its_visit_is_undecided() -> None:
    money = [Money(1, 2500, MARCH_9, visit_on=MARCH_9), Money(2, 1000, MARCH_9)]
    owed = [Owed(10, 4000, MARCH_2)]
    assert uses(money, owed, frozenset({MARCH_9})) == [Use(2, 10, 1000)]


_days = st.dates(MARCH_2, MARCH_9)
_money = st.builds(Money, st.integers(1, 50), st.integers(1, 9000), _days, st.none() | _days)
_owed = st.builds(Owed, st.integers(1, 50), st.integers(1, 9000), _days)


@given(
    st.lists(_money, unique_by=lambda m: m.payment_id, max_size=6),
    st.lists(_owed, unique_by=lambda o: o.charge_id, max_size=6),
    st.frozensets(_days, max_size=2),
)
def test_no_cent_is_used_twice_and_none_idles_that_could_be_used(
    money: list[Money], owed: list[Owed], undecided: frozenset[date]
) -> None:
    found = uses(money, owed, undecided)
    for one in money:
        assert sum(u.cents for u in found if u.payment_id == one.payment_id) <= one.cents
    for one in owed:
        assert sum(u.cents for u in found if u.charge_id == one.charge_id) <= one.cents
    assert all(u.cents > 0 for u in found)
    used = sum(u.cents for u in found)
    free = sum(m.cents for m in money if m.visit_on not in undecided)
    assert used >= min(free, sum(o.cents for o in owed))


def test_a_plan_ends_with_what_is_left_and_months_keep_their_day() -> None:
    plan = installments(12_000, 5_000, date(2026, 1, 31))
    assert plan == [
        Installment(date(2026, 1, 31), 5_000),
        Installment(date(2026, 2, 28), 5_000),
        Installment(date(2026, 3, 31), 2_000),
    ]
    assert next_due(plan, 7_000) == Installment(date(2026, 2, 28), 3_000)
    assert next_due(plan, 12_000) is None
    assert missed(plan, 5_000, date(2026, 3, 5), grace=5) is None
    assert missed(plan, 5_000, date(2026, 3, 6), grace=5) == plan[1]
