"""What happens to an answer on its way changes no cent; what happens to its file is what happens in
life: it is wrong and comes right, comes twice, comes late. The bank tells of the money."""

from dataclasses import replace

import pytest

from carethread.rules.bank_file import read as read_bank
from carethread.sandbox.payer.books import Habits, Surprise
from carethread.sandbox.payer.habits import told
from carethread.x12.reader import read
from tests.sandbox import office
from tests.sandbox.office import DAY, Payer, claim, days, facility

HABITS = [
    Habits(mangles_numbers=True), Habits(drops_modifiers=True), Habits(drops_line_numbers=True),
    Habits(merges_lines=True), Habits(splits_claims=True),
    Habits(True, True, True, True, True),
]  # fmt: skip


@pytest.mark.parametrize("habits", HABITS, ids=str)
def test_a_habit_changes_no_cent(tmp_path, habits):
    payer = Payer(tmp_path, replace(office.BOOKS, payers=(facility(),)))
    payer.send(days(6, 4, 2, 0))
    payer.wait(8)
    (said,) = payer.paid_claims
    parts = told([said], habits)
    assert sum(part.paid for part in parts) == said.paid
    assert sum(part.charge for part in parts) == said.charge
    assert sum(p.patient_responsibility for p in parts) == said.patient_responsibility
    assert all(part.is_balanced for part in parts)
    assert parts != [said] or habits.drops_modifiers


def surprised(folder, kind: str, amount: int = 0) -> Payer:
    known = replace(office.BOOKS, surprises=(Surprise("HRBR1", DAY, kind, amount),))
    payer = Payer(folder, known)
    payer.send(claim())
    payer.wait(9)
    return payer


def test_a_wrong_check_comes_right_the_next_day(tmp_path):
    payer = surprised(tmp_path, "wrong", 100)
    assert [check.is_balanced for check in payer.checks] == [False, True]
    assert len({check.trace for check in payer.checks}) == 1


def test_a_check_comes_twice_in_two_envelopes_or_in_the_same_bytes(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first, again = surprised(tmp_path / "one", "again").checks
    assert first.envelope.interchange != again.envelope.interchange
    assert (first.trace, first.claims) == (again.trace, again.claims)
    surprised(tmp_path / "two", "copy")
    one, two = [p.read_bytes() for p in (tmp_path / "two/from_payer").glob("835*")]
    assert one == two


def test_the_bank_tells_of_every_check(tmp_path):
    payer = surprised(tmp_path, "PLB CS", -500)
    (path,) = (tmp_path / "from_payer").glob("bank*")
    (check,), (deposit,) = payer.checks, read_bank(path.read_bytes())
    assert (deposit.amount, deposit.trace) == (check.amount, check.trace)


def test_the_rent_goes_out_once_a_month_and_the_bank_books_on_business_days(tmp_path):
    payer = Payer(tmp_path, office.BOOKS)
    for day in range(40):
        on = payer.now.date()
        payer.send(claim(f"CT0000001{day:02d}V0159", line={"service_from": on, "service_to": on}))
        payer.wait(1)
    files = [read_bank(path.read_bytes()) for path in (tmp_path / "from_payer").glob("bank*")]
    lines = [line for file in files for line in file]
    assert len(files) > 20
    assert {line.day.weekday() for line in lines} <= {0, 1, 2, 3, 4}
    assert [str(line.day) for line in lines if line.amount < 0] == ["2026-04-01"]


def test_bundled_payers_share_a_file(tmp_path):
    bundled = replace(office.HARBOR, habits=Habits(bundled=True))
    other = replace(bundled, id="HRBR2", members=(office.BEN,))
    payer = Payer(tmp_path, replace(office.BOOKS, payers=(bundled, other)))
    second = claim("CT000000002V0129", member=office.BEN)
    payer.send(claim(), replace(second, payer=replace(second.payer, id="HRBR2")))
    payer.wait(8)
    (path,) = (tmp_path / "from_payer").glob("835*")
    assert len(read(path.read_bytes()).transactions) == 2
