"""Whose turn it is, and what the next payer is told: every line accounts for its whole charge."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from carethread.rules.facts import CoverageFacts, OtherPolicy
from carethread.rules.next_payer import (
    BilledAs,
    earlier_answer,
    in_turn,
    may_come_before,
    misplaced,
    next_after,
    put_before,
)
from carethread.rules.spread import ToldLine
from carethread.x12.common import Adjustment

DAY = date(2026, 3, 2)
BLUE = OtherPolicy(None, None, "Blue", "commercial", 2, id=1)
GREEN = OtherPolicy(None, None, "Green", "commercial", 3, id=2)
STATE = OtherPolicy(None, None, "State", "medicaid", 1, id=3)
ENDED = OtherPolicy(None, date(2026, 3, 1), "Ended", "commercial", 1, id=4)


def test_medicaid_pays_last_whatever_its_rank_and_who_ended_does_not_pay() -> None:
    assert in_turn([STATE, GREEN, ENDED, BLUE], DAY) == (BLUE, GREEN, STATE)
    assert next_after([STATE, BLUE], DAY, asked=[1]) == STATE
    assert next_after([STATE, BLUE], DAY, asked=[1, 3]) is None
    assert next_after([STATE, BLUE, GREEN, ENDED], DAY, asked=[1, 2, 3]) is None


def test_a_rank_before_the_laws_order_is_said_with_the_law() -> None:
    ((policy, words),) = misplaced([STATE, BLUE, ENDED], DAY)
    assert policy == STATE
    assert "Swap their ranks" in words
    assert "42 CFR 433.139" in words
    assert misplaced([BLUE, GREEN], DAY) == ()


def test_only_rank_is_put_in_order_and_never_against_the_law() -> None:
    assert may_come_before([STATE, GREEN, BLUE, ENDED], DAY, asked=1) == (GREEN,)
    assert may_come_before([STATE, GREEN, BLUE], DAY, asked=2) == ()
    assert may_come_before([GREEN, BLUE], DAY, asked=4) == (), "it did not hold on that day"


def test_policies_share_their_ranks_anew() -> None:
    third = OtherPolicy(None, None, "Third", "commercial", 5, id=5)
    assert put_before([third, BLUE, GREEN, ENDED], DAY, first=5, then=2) == (
        (BLUE, 2),
        (third, 3),
        (GREEN, 5),
    )


_adjustments = st.lists(
    st.builds(
        Adjustment,
        st.sampled_from(["CO", "PR", "OA"]),
        st.sampled_from(["1", "2", "45"]),
        st.integers(-5_000, 9_000),
    ),
    max_size=4,
).map(tuple)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 20_000), _adjustments), max_size=8))
def test_each_line_is_paid_plus_adjusted_to_its_charge_and_the_claim_is_their_sum(
    rows: list[tuple[int, int, tuple[Adjustment, ...]]],
) -> None:
    told = [
        ToldLine(None, charge, paid + sum(a.amount for a in taken), paid, taken, ())
        for charge, paid, taken in rows
    ]
    coverage = CoverageFacts("Blue", "BLUE1", "M1")
    billed = {n: BilledAs(f"L{n}", "90837") for n in (1, 2, 3)}
    answer = earlier_answer(coverage, told, billed, paid_on=DAY)
    for n, one in billed.items():
        mine = [line for line in told if line.charge_id == n]
        found = answer.lines.get(one.control_number)
        assert (found is None) == (not mine)
        if found is not None:
            adjusted = sum(a.amount for a in found.adjustments)
            assert found.paid + adjusted == sum(line.charge for line in mine)
            keys = [(a.group, a.reason) for a in found.adjustments]
            assert len(set(keys)) == len(keys)
            assert all(a.amount for a in found.adjustments)
    (amount,) = answer.amounts
    assert amount.amount == sum(line.paid for line in answer.lines.values())
