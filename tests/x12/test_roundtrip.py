"""read(write(x)) is x, for any x that the typed values can hold."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carethread.x12.delimiters import DEFAULT, Delimiters
from carethread.x12.reader import Transaction, read
from tests.x12 import (
    make,
    make_eligibility,
    strategies,
    strategies_claim,
    strategies_eligibility,
)

MARKS = st.sampled_from(
    [
        DEFAULT,
        Delimiters(line_break="\n"),
        Delimiters("|", ">", "!", "\x1c", ""),
        Delimiters("*", ":", "^", "\n"),
    ]
)
BOUNDED = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

CLAIMS = settings(BOUNDED, max_examples=30)
"""Claims are large: half as many of them."""


def same(transaction: Transaction, marks: Delimiters) -> None:
    document = read(make.written(transaction, delimiters=marks))
    assert document.findings == ()
    assert document.transactions == (transaction,)
    assert document.envelopes[0].delimiters == marks


@CLAIMS
@given(strategies_claim.professional, MARKS)
def test_an_837p_comes_back_as_it_was(file: Transaction, marks: Delimiters) -> None:
    same(file, marks)


@CLAIMS
@given(strategies_claim.institutional, MARKS)
def test_an_837i_comes_back_as_it_was(file: Transaction, marks: Delimiters) -> None:
    same(file, marks)


@BOUNDED
@given(strategies.remittances, MARKS)
def test_an_835_comes_back_as_it_was(remittance: Transaction, marks: Delimiters) -> None:
    same(remittance, marks)


@BOUNDED
@given(strategies.functional_acks, MARKS)
def test_a_999_comes_back_as_it_was(ack: Transaction, marks: Delimiters) -> None:
    same(ack, marks)


@BOUNDED
@given(strategies.claim_acks(), MARKS)
def test_a_277ca_comes_back_as_it_was(ack: Transaction, marks: Delimiters) -> None:
    same(ack, marks)


@BOUNDED
@given(strategies_eligibility.inquiries, MARKS)
def test_a_270_comes_back_as_it_was(inquiry: Transaction, marks: Delimiters) -> None:
    same(inquiry, marks)


@BOUNDED
@given(strategies_eligibility.responses, MARKS)
def test_a_271_comes_back_as_it_was(response: Transaction, marks: Delimiters) -> None:
    same(response, marks)


@BOUNDED
@given(strategies.interchange_acks, MARKS)
def test_a_ta1_comes_back_as_it_was(ack: Transaction, marks: Delimiters) -> None:
    same(ack, marks)


@pytest.mark.parametrize(
    "transaction",
    [
        make.claim_file(),
        make.remittance(),
        make.functional_ack(),
        make.claim_ack(),
        make_eligibility.inquiry(),
        make_eligibility.response(),
    ],
)
def test_the_clean_transactions_come_back_as_they_were(transaction: Transaction) -> None:
    same(transaction, DEFAULT)
