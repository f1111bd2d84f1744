"""read(write(x)) is x, for any x that the typed values can hold."""

from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carethread.x12.delimiters import DEFAULT, Delimiters
from carethread.x12.reader import Transaction, read
from carethread.x12.writer import set_lines
from tests.x12 import (
    make,
    make_eligibility,
    strategies,
    strategies_claim,
    strategies_eligibility,
)
from tests.x12.test_lossless import RICH_CLAIM

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


@pytest.mark.parametrize("marks", [*permutations("\x1c\x1d\x1e\x1f")], ids=repr)
def test_control_characters_may_part_a_file_in_any_roles(marks: tuple[str, ...]) -> None:
    """Two of them stand for components and repetitions inside this package."""
    element, component, repetition, segment = marks
    for transaction in (make.claim_file(), make.remittance(), make_eligibility.response()):
        same(transaction, Delimiters(element, component, repetition, segment))


def test_what_is_kept_comes_back_with_any_delimiters() -> None:
    [file] = read(RICH_CLAIM).transactions
    for element, component, repetition, segment in permutations("\x1c\x1d\x1e\x1f"):
        marks = Delimiters(element, component, repetition, segment)
        again = make.only(make.written(file, delimiters=marks))
        assert set_lines(again, "0001", DEFAULT) == set_lines(file, "0001", DEFAULT)


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
