import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carethread.connect.naming import is_temporary, outbound_name, refusal, temporary_name

SHA = "1f3a9c0b27de" + "0" * 52


def test_a_name_tells_sender_kind_number_and_content() -> None:
    assert outbound_name("CARETHREAD", "000000017", "837P", SHA) == (
        "CARETHREAD_837P_000000017_1f3a9c0b27de.edi"
    )


def test_other_bytes_under_the_same_number_have_another_name() -> None:
    assert outbound_name("A", "1", "837P", SHA) != outbound_name("A", "1", "837P", "0" * 64)


def test_a_sender_with_blanks_and_signs_makes_a_plain_name() -> None:
    assert outbound_name("30*12/3456 ", "17", "837p", SHA).startswith("30123456_837P_000000017_")


@pytest.mark.parametrize(
    "arguments", [("", "1", "837P", SHA), ("A", "1", "", SHA), ("A", "1", "837P", "short")]
)
def test_a_name_of_nothing_is_an_error(arguments: tuple[str, str, str, str]) -> None:
    with pytest.raises(ValueError, match="no file name from"):
        outbound_name(*arguments)


@given(st.text(min_size=1, max_size=15), st.integers(0, 999_999_999), st.binary(min_size=32))
def test_every_name_of_ours_is_one_that_we_would_take(sender: str, number: int, sha: bytes) -> None:
    try:
        name = outbound_name(sender, f"{number:09}", "837P", sha.hex())
    except ValueError:
        assert not re.search(r"[A-Z0-9]", sender.upper())
        return
    assert refusal(name) is None
    assert refusal(temporary_name(name)) is None
    assert is_temporary(temporary_name(name))
    assert not is_temporary(name)


@pytest.mark.parametrize("name", ["era.835.tmp", "ERA.835.PART", "x.filepart", ".era.835.swp"])
def test_a_file_that_somebody_still_writes_is_known_by_its_name(name: str) -> None:
    assert is_temporary(name)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        (".", "a folder's"),
        ("..", "a folder's"),
        ("../../etc/passwd", "holds a path"),
        ("a/b.835", "holds a path"),
        (r"..\..\era.835", "holds a path"),
        (r"caf\xe9.835", "holds a path"),
        ("era\0.835", "cannot be seen"),
        ("era\n.835", "cannot be seen"),
        ("era\x1b[2J.835", "cannot be seen"),
        ("era\u202e538.exe", "cannot be seen"),
        ("era\udce9.835", "cannot be seen"),
        (" era.835", "begins or ends with a blank"),
        ("e" * 201, "longer than 200"),
    ],
)
def test_a_hostile_name_is_refused_with_its_reason(name: str, reason: str) -> None:
    assert reason in (refusal(name) or "")


@pytest.mark.parametrize(
    "name", ["era.835", "ERA 2026-01-05 (2).835", "20260105_EDI_STATUS_.txt", "März.835", "-rf"]
)
def test_a_name_that_clearinghouses_use_is_taken(name: str) -> None:
    assert refusal(name) is None
