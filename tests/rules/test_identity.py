"""Our numbers come back from payers, mangled or not, and are known again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carethread.rules.identity import (
    claim_number,
    line_number,
    parse_claim_number,
    parse_line_number,
)

SEQUENCES = st.integers(1, 10**13 - 1)
VERSIONS = st.integers(1, 99)


@given(SEQUENCES, VERSIONS)
def test_a_claim_number_fits_clm01_and_comes_back(sequence: int, version: int) -> None:
    number = claim_number(sequence, version)
    assert len(number) <= 20
    assert number.isalnum()
    assert number == number.upper()
    assert parse_claim_number(number) == (sequence, version)


@given(st.integers(1, 10**18 - 1))
def test_a_line_number_fits_ref_6r_and_comes_back(version_id: int) -> None:
    number = line_number(version_id)
    assert len(number) <= 30
    assert parse_line_number(number) == version_id


@pytest.mark.parametrize(
    "told",
    [
        "CT000000123V0184",
        "ct000000123v0184",
        " CT000000123V0184 ",
        "CT-000000123-V01-84",
        "CT 000000123 V01 84",
        "ACCT#CT000000123V0184",
        "0042CT000000123V0184",
        "CT000000123V0184/001",
        "CT123V0184",
        "CT123V184",
        "ICT000000123V0184X",
    ],
)
def test_a_mangled_claim_number_is_known_again(told: str) -> None:
    assert parse_claim_number(told) == (123, 1)


@pytest.mark.parametrize(
    "told",
    ["", "123", "CT000000123", "CT000000123V0185", "CT000000132V0184", "CT000000124V0184",
     "CT000000123V0284", "V0184", "CT000000123V01", "CTXV0184", "CT000000000V0010", "日本"],
)  # fmt: skip
def test_what_is_not_ours_is_not_believed(told: str) -> None:
    assert parse_claim_number(told) is None


@given(SEQUENCES, VERSIONS, st.data())
def test_one_wrong_digit_is_always_noticed(
    sequence: int, version: int, data: st.DataObject
) -> None:
    number = claim_number(sequence, version)
    place = data.draw(st.sampled_from([i for i, c in enumerate(number) if c.isdigit()]))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    assert parse_claim_number(number[:place] + other + number[place + 1 :]) != (sequence, version)


@given(st.text(max_size=40))
def test_any_text_is_read_without_failing(text: str) -> None:
    parse_claim_number(text)
    parse_line_number(text)


@given(st.tuples(SEQUENCES, VERSIONS), st.tuples(SEQUENCES, VERSIONS))
def test_two_versions_never_share_a_number(one: tuple[int, int], other: tuple[int, int]) -> None:
    assert (claim_number(*one) == claim_number(*other)) == (one == other)


@pytest.mark.parametrize("told", ["L00000000583", "l583", "REF L00000000583", "L-00000000-583"])
def test_a_mangled_line_number_is_known_again(told: str) -> None:
    assert parse_line_number(told) == 5


@pytest.mark.parametrize(
    "told", ["", "1", "L00000000584", "583", "L000", "L" + "7" * 21, "L" + "1" * 9_000]
)
def test_a_payers_own_line_number_is_not_taken_for_ours(told: str) -> None:
    assert parse_line_number(told) is None


@pytest.mark.parametrize(("sequence", "version"), [(0, 1), (10**13, 1), (1, 0), (1, 100)])
def test_numbers_that_would_not_fit_are_refused(sequence: int, version: int) -> None:
    with pytest.raises(ValueError, match="no claim number"):
        claim_number(sequence, version)
    with pytest.raises(ValueError, match="no line number"):
        line_number(0)
