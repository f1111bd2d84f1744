"""`carethread trace`, `remit post` and `work`, asked of the cast's center."""

from pathlib import Path

import pytest

from carethread.record.models import Claim, EdiFile, Note, Remittance
from tests.cast import Cast, signed_session
from tests.cli.run import carethread
from tests.payers import check
from tests.workflow.test_contracts import make_contract
from tests.x12.make import remitted_claim, written

HERE = "--organization"


@pytest.fixture
def era(alder: Cast, tmp_path: Path) -> Path:
    """A balanced remittance for a claim that nobody here has sent."""
    (tmp_path / "era.835").write_bytes(written(check(alder.center, remitted_claim())))
    return tmp_path / "era.835"


def test_a_note_is_traced_to_its_charge(alder: Cast) -> None:
    note = signed_session(alder).version.note
    result = carethread("trace", f"note {note.pk}", HERE, alder.center.npi)
    assert result.exit_code == 0
    assert "Signed by Nora Notes" in result.stdout
    assert "Charge 90837" in result.stdout


def test_an_unknown_number_says_what_to_try_and_exits_1(cast: Cast) -> None:
    result = carethread("trace", "CT999", HERE, cast.center.npi)
    assert result.exit_code == 1
    assert "Nothing here carries the number" in result.stderr


def test_the_thread_of_another_center_is_not_found(alder: Cast) -> None:
    note = signed_session(alder).version.note
    assert Note.objects.filter(pk=note.pk).exists()
    result = carethread("trace", f"note {note.pk}", HERE, alder.elsewhere.npi)
    assert result.exit_code == 1


def test_with_several_centers_it_must_be_said_which(cast: Cast) -> None:
    result = carethread("trace", "CT1")
    assert result.exit_code == 1
    assert f"{cast.center.npi} (Alder Row)" in result.stderr
    assert f"{cast.elsewhere.npi} (Birch Street)" in result.stderr


@pytest.mark.django_db
def test_without_a_center_it_is_said_how_to_open_one_and_that_there_is_a_demo() -> None:
    result = carethread("trace", "CT1")
    assert result.exit_code == 1
    assert "carethread open" in result.stderr
    assert "carethread demo" in result.stderr


def test_a_remittance_for_an_unknown_claim_waits_to_be_matched(alder: Cast, era: Path) -> None:
    result = carethread("remit", "post", era, HERE, alder.center.npi)
    assert result.exit_code == 0, result.stderr
    assert "1 claims, 1 to be matched" in result.stdout
    assert Remittance.objects.count() == 1


def test_the_same_remittance_twice_is_one(alder: Cast, era: Path) -> None:
    for _ in range(2):
        assert carethread("remit", "post", era, HERE, alder.center.npi).exit_code == 0
    assert Remittance.objects.count() == 1


def test_a_broken_remittance_is_kept_with_its_reason_and_exits_1(alder: Cast, era: Path) -> None:
    era.write_bytes(era.read_bytes().replace(b"*7~", b"*8~", 1)[:-40])
    result = carethread("remit", "post", era, HERE, alder.center.npi)
    assert result.exit_code == 1
    assert "is quarantined: " in result.stderr
    assert bytes(EdiFile.objects.get().raw) == era.read_bytes()
    assert not Remittance.objects.exists()


def test_nothing_to_post_exits_2(cast: Cast) -> None:
    assert carethread("remit", "post", "nowhere.835").exit_code == 2
    empty = carethread("remit", "post", "-")
    assert empty.exit_code == 2
    assert "standard input is empty" in empty.stderr


def test_one_round_of_work_makes_the_claim_of_a_signed_note(alder: Cast) -> None:
    signed_session(alder)
    first = carethread("work", "--once")
    assert first.exit_code == 0
    assert "1 claims made" in first.stdout
    assert Claim.objects.count() == 1
    assert "0 claims made" in carethread("work", "--once").stdout


def test_an_administrator_gives_a_new_password(cast: Cast) -> None:
    result = carethread("password", cast.bill.email.upper())
    assert result.exit_code == 0
    fresh = result.stdout.split()[-1]
    cast.bill.refresh_from_db()
    assert cast.bill.check_password(fresh)
    assert carethread("password", "nobody@alder.example").exit_code == 1


def test_a_fee_schedule_is_looked_at_and_then_loaded(alder: Cast, tmp_path: Path) -> None:
    contract = make_contract(alder)
    asked = ("--payer", alder.payer.payer_id, "--from", "2026-01-01", HERE, alder.center.npi)
    sheet = tmp_path / "rates.csv"
    sheet.write_text("code,rate\n90837,120\n90837,130\n")
    refused = carethread("contracts", "load", sheet, *asked, "--yes")
    assert refused.exit_code == 1
    assert "rows 2 and 3: both hold for 90837" in refused.stdout
    sheet.write_text("code,rate\n90837,120\n")
    assert "row 2: 90837 $120.00 a unit" in carethread("contracts", "load", sheet, *asked).stdout
    assert not contract.terms.exists()
    assert carethread("contracts", "load", sheet, *asked, "--yes").exit_code == 0
    assert contract.terms.get().amount_cents == 12_000
    assert "nothing to do" in carethread("contracts", "load", sheet, *asked, "--yes").stdout
