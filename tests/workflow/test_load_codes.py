"""Published tables in the record: previewed, kept with their hash, asked by the scrubber."""

from datetime import date

import pytest

from carethread.codes.sheets import NotSuchAFile
from carethread.record.models import Claim, LoadedRow, LoadedTable
from carethread.workflow import bill
from carethread.workflow.center import load_codes
from carethread.workflow.common.errors import Refused
from tests.cast import NOW, Cast, signed_session
from tests.codes.test_published import MUE, PTP

DAY = date(2026, 1, 1)
NONE = MUE.replace("90837,2", "90837,0").encode()


def _load(cast: Cast, kind: str, data: bytes, **more: object) -> LoadedTable:
    return load_codes.load(cast.center, kind, data, name="file", starts=DAY, now=NOW, **more)


def test_looking_writes_nothing(alder: Cast) -> None:
    seen = load_codes.look("mue", MUE.encode())
    assert [e.code for e in seen.entries] == ["90837"]
    assert not LoadedRow.objects.exists()


def test_a_loaded_mue_stops_a_claim_on_the_real_path(alder: Cast) -> None:
    _load(alder, "mue", NONE)
    signed = signed_session(alder)
    assert "MUE_EXCEEDED" in {f.rule for f in signed.findings}
    bill.run(alder.center, now=NOW)
    assert "MUE_EXCEEDED" in Claim.objects.get().findings.values_list("rule", flat=True)


def test_only_pairs_that_the_center_can_bill_are_kept(alder: Cast) -> None:
    more = PTP + "00100\t00102\t\t20130101\t*\t0\tx\n"
    kept = _load(alder, "ptp", more.encode())
    assert (kept.read, kept.kept) == (8, 2)
    assert set(LoadedRow.objects.values_list("code", "other")) == {
        ("90837", "90834"),
        ("90837", "90853"),
    }


def test_a_newer_file_replaces_the_rows_and_the_same_file_is_refused(alder: Cast) -> None:
    _load(alder, "mue", NONE)
    with pytest.raises(Refused, match="loaded already"):
        _load(alder, "mue", NONE)
    _load(alder, "mue", MUE.encode())
    assert LoadedRow.objects.get().value == 2
    assert LoadedTable.objects.count() == 2


def test_what_is_no_such_table_changes_nothing(alder: Cast) -> None:
    _load(alder, "mue", NONE)
    with pytest.raises(NotSuchAFile):
        _load(alder, "mue", b"a,b\n1,2\n")
    assert LoadedRow.objects.count() == 1


def test_the_owners_wording_stands_beside_a_denial(cast: Cast) -> None:
    from django_scopes import scope

    from carethread.insight import wording
    from carethread.record.models import Case
    from tests.web.world import everything, signed_in

    shown = everything(cast)
    with scope(organization=cast.center):
        case = Case.objects.filter(remitted_line__adjustments__isnull=False).first()
        assert case is not None
        assert case.remitted_line is not None
        code = case.remitted_line.adjustments.first().reason  # type: ignore[union-attr]
        assert wording.of_case(case) == []
        _load(cast, "carc", f"Code,Description\n{code},Words that the owner wrote\n".encode())
        assert [w.words for w in wording.of_case(case)] == ["Words that the owner wrote"]
    page = signed_in(shown.cast.bill).get(f"/cases/{case.pk}/").content.decode()
    assert "Words that the owner wrote" in page
