"""A center's own entry of a table takes the place of the packaged one, and is checked as it is."""

from dataclasses import fields

import pytest

from carethread.codes.catalogue import PARTS, Entry, checked, overridden, packaged, written
from carethread.codes.tables import TableError

OWN = """
label: therapy, one to one
timed: true
codings:
  - starts: 2020-01-01
    reference: the payer's manual, page 12
    lines: [{code: H0004, per: 15, rounding: full}]
"""


def test_every_packaged_entry_written_and_read_again_is_the_same() -> None:
    base, read = packaged(), 0
    for part, known in PARTS.items():
        entries = getattr(base, part)
        for name, entry in entries.items() if known.named else (("all", entries),):
            assert checked(part, name, written(entry)) == entry
            read += 1
    assert read > 60


def test_every_part_of_the_catalogue_can_be_overridden() -> None:
    assert [field.name for field in fields(packaged())] == list(PARTS)


def test_an_entry_takes_the_place_of_its_own_alone() -> None:
    own = overridden((Entry("services", "individual", OWN),))
    assert own.codes_of("individual") == {"H0004"}
    assert own.services["group"] == packaged().services["group"]
    assert "90837" not in own.uses
    assert "90837" in packaged().uses


def test_of_two_entries_the_later_counts_and_an_empty_one_takes_the_packaged_again() -> None:
    own, again = Entry("services", "individual", OWN), Entry("services", "individual", "")
    assert overridden((own, again)) == packaged()
    assert overridden((again, own)).codes_of("individual") == {"H0004"}
    assert overridden((Entry("modifiers", "all", "[]"),)).modifiers == ()


@pytest.mark.parametrize(
    ("part", "name", "text", "said"),
    [
        ("services", "individual", "label: [", "This is not YAML"),
        ("services", "individual", "label: x", "'codings' is missing"),
        ("services", "individual", OWN + "color: red", "no such field as 'color'"),
        ("services", "individual", OWN.replace("15", "often"), "'often' is not of type"),
        ("modifiers", "all", "modifier: HO", "begin each entry with a dash"),
        ("modifiers", "all", "- {modifier: HO, groups: [wizards]}", "'wizards' is none of"),
        ("levels", "RES-SUD", "{label: house, basis: session}", "rests on census"),
        ("levels", "SPA", "{label: spa}", "is not one of the levels of care"),
        ("prices", "x", "1", "There is no table 'prices'"),
        ("services", "individual", OWN.replace("01-01", "13-45"), "This is not YAML: month must"),
        ("services", "individual", OWN.replace("15", "9" * 5_000), "This is not YAML"),
        ("modifiers", "all", "[" * 5_000, "This is not YAML"),
        ("modifiers", "all", "- &a {modifier: HO}\n- *a", "& and * are not read"),
    ],
)  # fmt: skip
def test_what_an_entry_cannot_mean_is_said_with_its_place(
    part: str, name: str, text: str, said: str
) -> None:
    with pytest.raises(TableError, match=r"(?s).*") as refused:
        checked(part, name, text)
    assert said in str(refused.value)
