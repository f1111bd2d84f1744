"""Every balance is the sum of its transfers, whatever happened."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carethread.codes.accounts import KEPT_FOR, Account, Keeper
from carethread.record import ledger
from carethread.record.models import Charge, Transfer
from tests.cast import NOW, Cast, signed_session

CHARGE_ACCOUNTS = [account for account, keeper in KEPT_FOR.items() if keeper is Keeper.CHARGE]
PAIRS = st.tuples(
    st.sampled_from(CHARGE_ACCOUNTS), st.sampled_from(CHARGE_ACCOUNTS), st.integers(1, 10**9)
).filter(lambda move: move[0] != move[1])


def _transfer(charge: Charge, debit: str, credit: str, cents: int) -> Transfer:
    return Transfer(
        organization=charge.organization, debit=debit, credit=credit, amount_cents=cents,
        code="TEST", source="test", charge=charge, made_at=NOW,
    )  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(PAIRS, max_size=12))
def test_balances_equal_the_sum_of_transfers_for_any_history(alder: Cast, moves: list) -> None:
    with transaction.atomic():
        signed_session(alder)
        charge = Charge.objects.get()
        ledger.post([_transfer(charge, *move) for move in moves])
        for debit, credit, cents in moves:
            ledger.post([_transfer(charge, credit, debit, cents)])
        assert ledger.wrong_balances() == []
        charge.refresh_from_db()
        assert charge.payer_receivable_cents == 18_000
        transaction.set_rollback(True)


def test_a_balance_that_was_tampered_with_is_noticed(alder: Cast) -> None:
    signed_session(alder)
    Charge.objects.update(payer_receivable_cents=1)
    assert "payer_receivable: 1 ≠ Σ transfers 18000" in ledger.wrong_balances()[0]


@pytest.mark.parametrize("cents", [0, -5])
def test_a_transfer_moves_a_positive_amount(alder: Cast, cents: int) -> None:
    signed_session(alder)
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.post([_transfer(Charge.objects.get(), "denied", "payer_receivable", cents)])


def test_a_transfer_has_two_different_sides(alder: Cast) -> None:
    signed_session(alder)
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.post([_transfer(Charge.objects.get(), "denied", "denied", 5)])


def test_a_transfer_is_reversed_at_most_once(alder: Cast) -> None:
    signed_session(alder)
    first = Transfer.objects.get()

    def undo() -> None:
        ledger.post([ledger.opposite(first, code="CHARGE", source="test", now=NOW)])

    undo()
    assert Charge.objects.get().payer_receivable_cents == 0
    with pytest.raises(IntegrityError), transaction.atomic():
        undo()


def test_what_was_paid_is_what_left_the_receivables_without_being_given_up(alder: Cast) -> None:
    signed_session(alder)
    charge = Charge.objects.get()
    ledger.post(
        [
            _transfer(charge, Account.CONTRACTUAL, Account.PAYER_RECEIVABLE, 6_000),
            _transfer(charge, Account.PATIENT_RECEIVABLE, Account.PAYER_RECEIVABLE, 2_000),
        ]
    )
    charge.refresh_from_db()
    assert charge.paid_cents == 0
