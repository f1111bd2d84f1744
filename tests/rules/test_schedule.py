"""What a fee schedule does to a contract, and which rows it is refused for."""

from datetime import date
from io import BytesIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from carethread.codes.contracts import TermKind
from carethread.codes.fee_file import FeeRow, parse
from carethread.codes.sheets import NotSuchAFile
from carethread.rules.expect import Term
from carethread.rules.schedule import Agreed, Plan, figure, plan

JAN, JUL = date(2026, 1, 1), date(2026, 7, 1)
AGREED = Agreed(date(2025, 1, 1), None, JAN)
STANDING = {
    1: Term(TermKind.FEE, 12000, starts=date(2025, 1, 1), code="90837"),
    2: Term(TermKind.FEE, 9000, starts=date(2025, 1, 1), code="90834"),
}
SHEET = """Our rates with Harbor
Kind,Code,Revenue code,Modifier,Credential,Place,Rate,Percent,First day,Last day,From,Until
,90837,,,,,$125.00,,,,,
,90837,,95,psyd,02,"1,130.5",,,,01/01/2026,06/30/2026
per diem,,906,,,,300,,1,7,2026-01-01,
Per Diem,,0906,,,,240,,8,,20260101,
percent,,,,,,,62.5,,,,
,80307,,,,,,0.4,,,,
case rate,H0010,,,,,5000,,,,,
"""


def rows_of(*lines: str) -> list[FeeRow]:
    heading = "code,modifier,rate,first day,last day,from,until"
    rows, faults = parse("\n".join((heading, *lines)).encode())
    assert faults == []
    return rows


def planned(*lines: str, agreed: Agreed = AGREED) -> Plan:
    return plan(STANDING, rows_of(*lines), agreed)


def test_a_sheet_is_read_by_what_stands_above_its_columns() -> None:
    rows, faults = parse(SHEET.encode())
    assert faults == []
    assert [(r.kind.value, r.code or r.revenue_code, r.amount, r.share) for r in rows] == [
        ("fee", "90837", 12500, 0), ("fee", "90837", 113050, 0), ("per_diem", "0906", 30000, 0),
        ("per_diem", "0906", 24000, 0), ("percent", "", 0, 6250), ("percent", "80307", 0, 4000),
        ("case", "H0010", 500000, 0),
    ]  # fmt: skip
    one = rows[1]
    assert (one.modifier, one.credential, one.place) == ("95", "PSYD", "02")
    assert one.ends == date(2026, 6, 30)
    assert (rows[2].last_day, rows[3].first_day, rows[3].starts) == (7, 8, JAN)


def test_a_workbook_says_the_same_as_its_text() -> None:
    book = Workbook()
    for cells in (("HCPCS", "Rev", "Rate", "Percent", "From"), ("90837", None, 120.5, None, JAN),
                  (None, 906, 300, None, JAN), ("80307", None, None, 0.625, JAN)):  # fmt: skip
        book.active.append(cells)
    stream = BytesIO()
    book.save(stream)
    rows, faults = parse(stream.getvalue())
    assert faults == []
    assert [(r.code, r.revenue_code, r.amount, r.share) for r in rows] == [
        ("90837", "", 12050, 0), ("", "0906", 30000, 0), ("80307", "", 0, 6250),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("9083,,120,,,,", "'9083' is no procedure code"),
        ("90837,,12o,,,,", "'12o' is no amount of dollars"),
        ("90837,,,,,,", "neither an amount nor a percentage"),
        ("90837,X,120,,,,", "'X' is no modifier"),
        ("90837,,120,,,2026-13-01,", "'2026-13-01' is no date"),
        ("90837,,120,,,2026-02-01,2026-01-01", "before it begins"),
        ("90837,,120,5,2,,", "run from 5 to 2"),
        (",,120,,,,", "names a code"),
    ],
)
def test_a_row_that_makes_no_sense_is_named(row: str, words: str) -> None:
    _, faults = parse(f"code,modifier,rate,first day,last day,from,until\n{row}\n".encode())
    assert [f.row for f in faults] == [2]
    assert words in faults[0].words


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"PK\x03\x04broken", b"code,rate\n"])
def test_what_is_no_fee_schedule_is_refused_as_a_whole(data: bytes) -> None:
    with pytest.raises(NotSuchAFile):
        parse(data)


def test_a_schedule_adds_changes_and_keeps() -> None:
    done = planned("90837,,125,,,,", "90834,,90,,,,", "90791,,150,,,,")
    assert [(c.row, figure(c.term), c.was and figure(c.was)) for c in done.add] == [
        (2, "$125.00 a unit", "$120.00 a unit"),
        (4, "$150.00 a unit", None),
    ]
    assert done.end == {1: date(2025, 12, 31)}
    assert done.same == (3,)
    assert done.dropped == ()


def test_a_whole_schedule_ends_what_it_does_not_name() -> None:
    whole = Agreed(date(2025, 1, 1), None, JAN, is_whole=True)
    done = planned("90837,,125,,,,", agreed=whole)
    assert done.end == {1: date(2025, 12, 31), 2: date(2025, 12, 31)}
    assert done.dropped == (2,)


def test_what_begins_on_the_same_day_withdraws_what_stood() -> None:
    done = planned("90837,,125,,,2025-01-01,")
    assert (done.withdraw, done.end) == ((1,), {})


@pytest.mark.parametrize(
    ("lines", "rows", "words"),
    [
        (("90791,,150,,,,", "90791,,160,,,,"), (2, 3), "both hold for 90791"),
        (
            ("90791,,150,,,2026-01-01,2026-07-01", "90791,,160,,,2026-07-01,"),
            (2, 3), "both hold for 90791 on Jul 1, 2026",
        ),
        (
            ("90791,,150,,,2026-01-01,2026-05-31", "90791,,160,,,2026-07-01,"),
            (2, 3), "no rate from Jun 1, 2026 to Jun 30, 2026",
        ),
        (("H0018,,600,1,7,,", "H0018,,500,9,,,"), (2, 3), "nothing for day 8 of a stay"),
        (("H0018,,600,1,7,,", "H0018,,500,7,,,"), (2, 3), "on day 7 of a stay"),
        (("H0018,,600,3,,,",), (2,), "nothing for days 1 to 2"),
        (("90791,,150,,,2024-12-31,",), (2,), "outside of the contract"),
    ],
)  # fmt: skip
def test_gaps_and_overlaps_are_refused_with_the_rows_named(
    lines: tuple[str, ...], rows: tuple[int, ...], words: str
) -> None:
    done = planned(*lines)
    assert done.does_nothing
    assert [f.rows for f in done.faults] == [rows]
    assert words in done.faults[0].words


def test_a_gap_to_what_is_on_record_is_refused_unless_it_is_meant() -> None:
    ended = {1: Term(TermKind.FEE, 12000, starts=JAN, ends=date(2026, 3, 31), code="90837")}
    rows = rows_of("90837,,125,,,2026-07-01,")
    assert "no rate from Apr 1, 2026 to Jun 30, 2026" in plan(ended, rows, AGREED).faults[0].words
    meant = Agreed(date(2025, 1, 1), None, JAN, may_pause=True)
    assert len(plan(ended, rows, meant).add) == 1


_DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@given(
    st.lists(st.tuples(st.integers(1, 3), _DAYS, st.one_of(st.none(), _DAYS)), max_size=5),
    st.booleans(),
)
def test_whatever_is_said_no_day_has_two_terms_afterwards(
    told: list[tuple[int, date, date | None]], whole: bool
) -> None:
    rows = [
        FeeRow(n, TermKind.FEE, code="90837", amount=cents, starts=a, ends=b)
        for n, (cents, a, b) in enumerate(told, start=2)
    ]
    agreed = Agreed(date(2025, 1, 1), None, JAN, is_whole=whole)
    done = plan(STANDING, rows, agreed)
    kept = [
        (t.starts, done.end.get(i, t.ends) or date.max)
        for i, t in STANDING.items()
        if i not in done.withdraw and t.code == "90837"
    ]
    held = sorted([*kept, *((c.term.starts, c.term.ends or date.max) for c in done.add)])
    assert all(a[1] < b[0] for a, b in pairwise(held))
    assert all(starts <= ends for starts, ends in held)
