"""A bank's file is read whole, to the cent, or refused with its rows named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carethread.rules.bank_file import NotRead, is_one, read

CSV = b"""Account statement,,,
"Posting Date","Description","Bank Reference","Credit","Debit"
03/16/2026,"HARBOR HEALTH HCCLAIMPMT TRN*1*T1*1999999999~",8812,"1,234.50",
03/17/2026,RENT,8813,,900.00
"""
BAI2 = b"""01,122099999,123456789,260317,0200,1,80,1,2/
02,123456789,122099999,1,260316,0200,USD,2/
03,0975312468,USD,010,500000,,,015,511345,,/
16,165,12345,Z,REF77,,HARBOR HEALTH HCCLAIMPMT TRN*1*00T
88,1*1999999999~
16,475,1000,V,260316,,CHK9,,Check paid/
49,1024690,5/
98,1024690,1,7/
99,1024690,1,9/
"""


def test_a_csv_export_is_read_by_its_headings() -> None:
    assert is_one(CSV)
    paid, rent = read(CSV)
    assert (paid.day, paid.amount, paid.reference) == (date(2026, 3, 16), 123_450, "8812")
    assert (paid.trace, paid.payer_identifier) == ("T1", "1999999999")
    assert (rent.amount, rent.trace) == (-90_000, "")


def test_bai2_is_read_with_its_continuations_and_proven_by_its_control_total() -> None:
    assert is_one(BAI2)
    paid, check = read(BAI2)
    assert (paid.day, paid.amount, paid.account) == (date(2026, 3, 16), 12_345, "2468")
    assert (paid.trace, paid.payer_identifier) == ("00T1", "1999999999")
    assert (check.amount, check.reference) == (-1_000, "CHK9")
    with pytest.raises(NotRead, match="something is missing"):
        read(BAI2.replace(b"16,165,12345", b"16,165,12346"))
    with pytest.raises(NotRead, match="cut off"):
        read(BAI2[: BAI2.index(b"98,")])


def test_rows_that_cannot_be_read_refuse_the_file_and_are_named() -> None:
    wrong = CSV.replace(b'"1,234.50"', b"a lot").replace(b"03/17/2026", b"soon")
    with pytest.raises(NotRead, match="row 3: 'a lot' is no amount") as refused:
        read(wrong)
    assert [row for row, _ in refused.value.rows] == [3, 4]


@pytest.mark.parametrize(
    ("told", "cents"),
    [
        ("12", 1_200),
        ("$1,234.5", 123_450),
        ("(3.20)", -320),
        ("7.00-", -700),
        (".05", 5),
    ],
)
def test_amounts_are_read_as_banks_write_them(told: str, cents: int) -> None:
    (line,) = read(f"Date;Amount\n2026-03-16;{told}\n".encode())
    assert line.amount == cents


@pytest.mark.parametrize("told", ["12,50", "1,23", "1,2,3", "12,5000"])
def test_a_comma_that_parts_no_thousands_makes_no_amount(told: str) -> None:
    with pytest.raises(NotRead, match="is no amount"):
        read(f"Date;Description;Amount\n2026-03-02;HARBOR;{told}\n".encode())


@pytest.mark.parametrize(("kind", "cents"), [("DEBIT", -900), ("Credit", 900), ("", 900)])
def test_a_column_may_say_that_money_went_out(kind: str, cents: int) -> None:
    (line,) = read(f"Date;Type;Amount\n2026-03-02;{kind};9.00\n".encode())
    assert line.amount == cents


@pytest.mark.parametrize("raw", [b"", b"ISA*00*", b"%PDF-1.7", b"name,date\nx,y\n"])
def test_what_is_no_bank_file_is_not_taken_for_one(raw: bytes) -> None:
    assert not is_one(raw)


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(lambda b: BAI2[:200] + b)))
def test_whatever_the_bytes_they_are_read_or_refused(raw: bytes) -> None:
    is_one(raw)
    try:
        lines = read(raw)
    except NotRead:
        return
    assert all(isinstance(line.amount, int) for line in lines)
