"""NPI, taxonomy, telehealth and pair edits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carethread.codes.credentials import Group, credential
from carethread.codes.edits import pair_edits
from carethread.codes.modifiers import telehealth_modifiers, telehealth_places
from carethread.codes.npi import is_npi, is_taxonomy


@pytest.mark.parametrize("npi", ["1234567893", "1245319599", "1003000126"])
def test_a_real_npi_is_one(npi: str) -> None:
    assert is_npi(npi)


@pytest.mark.parametrize(
    "text", ["", "123456789", "12345678930", "1234567890", "3234567893", "12345६7893", "123456789X"]
)
def test_what_is_no_npi(text: str) -> None:
    assert not is_npi(text)


@given(st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_makes_an_npi_wrong(place: int, by: int) -> None:
    good = "1234567893"
    wrong = good[:place] + str((int(good[place]) + by) % 10) + good[place + 1 :]
    assert not is_npi(wrong)


@pytest.mark.parametrize(
    ("text", "right"),
    [("1041C0700X", True), ("261QM0801X", True), ("1041C0700", False), ("1041c0700X", False),
     ("1041C07000", False), ("", False)],
)  # fmt: skip
def test_a_taxonomy_has_ten_characters_and_ends_in_x(text: str, right: bool) -> None:
    assert is_taxonomy(text) is right


def test_telehealth_has_two_places_and_its_modifiers() -> None:
    assert telehealth_places() == {"02", "10"}
    assert telehealth_modifiers()["95"] == ("video",)
    assert telehealth_modifiers()["93"] == ("audio",)


def test_two_individual_sessions_a_day_are_never_paid_together() -> None:
    assert pair_edits()[frozenset({"90834", "90837"})].modifier is False


def test_individual_and_group_are_paid_when_separate() -> None:
    assert pair_edits()[frozenset({"90837", "90853"})].modifier is True


def test_a_credential_says_what_it_may_do() -> None:
    licensed, associate = credential("LCSW"), credential("AMFT")
    assert licensed is not None
    assert licensed.group is Group.INDEPENDENT
    assert not licensed.is_supervised
    assert associate is not None
    assert associate.is_supervised
    assert credential("XYZ") is None
