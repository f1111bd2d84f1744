"""Which diagnosis codes exist when, exclude each other, and are found by what people type."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carethread.codes import icd10

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("code", "day", "exists", "billable"),
    [
        ("F331", TODAY, True, True),
        ("f33.1", TODAY, True, True),
        ("F33", TODAY, True, False),
        ("F3399", TODAY, False, False),
        ("F99", TODAY, True, True),
        ("F32A", date(2021, 9, 30), False, False),
        ("F32A", date(2021, 10, 1), True, True),
        ("F438", date(2022, 9, 30), True, True),
        ("F438", date(2022, 10, 1), True, False),
        ("F4381", date(2022, 9, 30), False, False),
        ("F5081", date(2018, 1, 1), True, True),
        ("F5081", date(2024, 10, 1), True, False),
        ("F50810", date(2024, 9, 30), False, False),
        ("F50810", date(2024, 10, 1), True, True),
        ("", TODAY, False, False),
        ("F00-F99", TODAY, False, False),
        ("5", TODAY, False, False),
    ],
)
def test_a_code_exists_and_may_be_billed_on_a_day(
    code: str, day: date, exists: bool, billable: bool
) -> None:
    assert icd10.exists(code, day) is exists
    assert icd10.is_billable(code, day) is billable


@pytest.mark.parametrize(
    ("one", "other", "excluded"),
    [
        ("F1010", "F1020", True),
        ("F321", "F331", True),
        ("F319", "F321", True),
        ("F331", "F411", False),
        ("F331", "F331", False),
        ("", "F331", False),
    ],
)
def test_codes_that_cannot_both_be_true(one: str, other: str, excluded: bool) -> None:
    assert icd10.excluded(one, other) is excluded
    assert icd10.excluded(other, one) is excluded


def test_a_code_is_written_with_its_point_for_eyes_and_without_for_wires() -> None:
    assert icd10.pointed("f331") == "F33.1"
    assert icd10.pointed("F99") == "F99"
    assert icd10.bare(" f33.1 ") == "F331"
    assert icd10.describe("F33.1") == "Major depressive disorder, recurrent, moderate"
    assert icd10.describe("F33") == ""


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("f33.1", "F331"),
        ("F33", "F330"),
        ("depr rec mod", "F331"),
        ("moderate recurrent depressive", "F331"),
        ("ptsd", "F4310"),
        ("PTSD chronic", "F4312"),
        ("gad", "F411"),
        ("anxiety", "F411"),
        ("oud", "F1120"),
        ("alcohol use disorder severe", "F1020"),
        ("bipolar II", "F3181"),
        ("trauma", "F4310"),
        ("homeless", "Z5900"),
        ("dysthymia", "F341"),
    ],
)
def test_what_people_type_finds_first(typed: str, first: str) -> None:
    assert icd10.search(typed)[0].code == first


@pytest.mark.parametrize("typed", ["", "f", " ", "qqqq", "depr zzzz", "%_", "日本"])
def test_what_means_nothing_finds_nothing(typed: str) -> None:
    assert icd10.search(typed) == []


def test_a_search_gives_as_many_as_asked_and_only_billable_codes() -> None:
    found = icd10.search("disorder", 7)
    assert len(found) == 7
    assert all(icd10.is_billable(d.code, TODAY) for d in found)
    assert found[0].pointed == icd10.pointed(found[0].code)


@given(st.text(max_size=30))
def test_anything_can_be_typed(typed: str) -> None:
    assert len(icd10.search(typed, 5)) <= 5
    assert icd10.exists(typed, TODAY) >= icd10.is_billable(typed, TODAY)


def test_many_threads_may_ask_at_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: icd10.search("ptsd")[0].code, range(32)))
    assert set(found) == {"F4310"}


def test_the_list_of_codes_says_what_the_whole_code_set_says() -> None:
    index = icd10._index()
    assert all(icd10._kind(code) == "billable" for code in index.billable)
    assert all(icd10._kind(code) == "heading" for code in index.headings)
    listed = {code for below in icd10._release().values() for code in below.split()}
    assert listed == {*index.billable, *index.headings}
    assert [icd10._kind(code) for code in ("A00-A09", "1", "ZZZ", "", "F33 ")] == [""] * 5


def test_what_excludes_what_is_read_as_the_whole_code_set_says_it() -> None:
    import simple_icd_10_cm as book

    noted = {
        icd10.bare(code): icd10._prefixes(book.get_excludes1(code))
        for code in book.get_all_codes()
        if book.is_category_or_subcategory(code)
    }
    assert icd10._excludes() == {code: named for code, named in noted.items() if named}
