"""Anybody's 837 file under the same rules, with the context that it can have."""

from dataclasses import replace
from datetime import date

import pytest

from carethread.rules.scrub.file import WrongContext, scrub_file
from carethread.x12.claim import Claim, ClaimFile
from carethread.x12.common import Envelope, Party
from tests.rules.scrub.clean import CLAIM, claim
from tests.x12.make import written

SIX = {"id_qualifier": "46"}


def _file(*claims: Claim) -> bytes:
    envelope = Envelope("US", "THEM", "000000001", "1", "0001", "005010X222A1")
    made = ClaimFile(
        envelope, Party("2", "Center", **SIX, id="US"), Party("2", "House", **SIX, id="THEM"),
        date(2026, 3, 5), "1200", "1", claims,
    )  # fmt: skip
    return written(made)


def _rules(data: bytes, told: dict | None = None) -> list[set[str]]:
    return [{f.rule for f in one.findings} for one in scrub_file(data, told)]


def test_a_clean_file_has_no_finding() -> None:
    assert _rules(_file(CLAIM)) == [set()]


def test_each_claims_own_fault_is_found() -> None:
    other = replace(CLAIM, claim_id="B2", charge=1)
    service = {"service_from": date(2026, 3, 1), "service_to": date(2026, 3, 1)}
    other = replace(other, lines=(replace(CLAIM.lines[0], **service),))
    assert _rules(_file(CLAIM, other)) == [set(), {"CHARGE_SUM"}]


def test_a_service_that_two_claims_of_the_file_bill_is_a_duplicate() -> None:
    assert _rules(_file(CLAIM, claim(claim_id="B2"))) == [{"DUP_EXACT"}, {"DUP_EXACT"}]


def test_what_somebody_knows_is_asked_too() -> None:
    told = {
        "*": {"member_id_pattern": r"ZZ\d+"},
        CLAIM.claim_id: {"authorization": {"number": "A100", "ends": "2026-03-01"}},
    }
    assert _rules(_file(CLAIM), told) == [{"MEMBER_ID_REGEX", "AUTH_DATES"}]


def test_a_context_that_makes_no_sense_names_its_place() -> None:
    with pytest.raises(WrongContext, match="today"):
        scrub_file(_file(CLAIM), {"*": {"today": "soon"}})
