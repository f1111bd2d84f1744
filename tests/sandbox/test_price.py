"""What a line is worth and who owes it. Amounts in cents."""

from hypothesis import given
from hypothesis import strategies as st

from carethread.sandbox.payer.books import Benefit, Rate
from carethread.sandbox.payer.price import allowed, share
from carethread.x12.common import Adjustment
from tests.sandbox import office

CENTS = st.integers(0, 100_000)
PERCENT = st.integers(0, 100)


def test_the_difference_to_the_charge_is_contractual_and_the_copay_is_the_patients():
    priced = share(14_000, 9_000, Benefit(), deductible=0, copay=2_000)

    assert priced.paid == 7_000
    assert priced.adjustments == (Adjustment("CO", "45", 5_000), Adjustment("PR", "3", 2_000))


def test_a_deductible_that_is_not_met_takes_all_and_pays_zero():
    priced = share(14_000, 9_000, Benefit(), deductible=25_000, copay=2_000)

    assert (priced.paid, priced.deductible) == (0, 9_000)
    assert priced.adjustments == (Adjustment("CO", "45", 5_000), Adjustment("PR", "1", 9_000))


def test_coinsurance_follows_the_rest_of_the_deductible_and_sequestration_follows_that():
    medicare = Benefit(coinsurance=20, sequestration=2)

    priced = share(14_000, 10_000, medicare, deductible=1_000, copay=0)

    # 10,000 less 1,000 deductible = 9,000; 20 % = 1,800; 2 % of the 7,200 left = 144
    assert priced.paid == 7_056
    assert Adjustment("CO", "253", 144) in priced.adjustments
    assert Adjustment("PR", "2", 1_800) in priced.adjustments


@given(charge=CENTS, worth=CENTS, deductible=CENTS, copay=CENTS, co=PERCENT, cut=PERCENT)
def test_a_line_always_balances_and_nobody_owes_less_than_nothing(
    charge: int, worth: int, deductible: int, copay: int, co: int, cut: int
):
    benefit = Benefit(coinsurance=co, sequestration=cut)

    priced = share(charge, min(charge, worth), benefit, deductible, copay)

    assert charge - sum(a.amount for a in priced.adjustments) == priced.paid
    assert priced.paid >= 0
    assert all(a.amount > 0 for a in priced.adjustments)


def test_a_rate_for_the_credential_wins_over_the_rate_for_everybody():
    rates = (Rate("90834", 9_000), Rate("90834", 11_000, "PSYD"))
    harbor = office.books(rates=rates).payers[0]
    line = office.claim().lines[0]

    assert allowed(harbor, line, "PSYD") == 11_000
    assert allowed(harbor, line, "LCSW") == 9_000


def test_nothing_is_worth_more_than_was_charged():
    line = office.claim(line={"charge": 5_000}).lines[0]

    assert allowed(office.HARBOR, line, "LCSW") == 5_000
