"""The payer is asked for authorization by 278: it grants, grants less, refuses, or waits."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from carethread.rules import review as ours
from carethread.rules.facts import BillingProvider, ClientFacts, CoverageFacts
from carethread.sandbox.payer.books import Benefit, Books, Member, Review, Span
from carethread.x12.acknowledgment import FunctionalAck
from carethread.x12.common import Address, Envelope
from carethread.x12.reader import read
from carethread.x12.review import Review as Wire
from carethread.x12.writer import write
from tests.sandbox import office
from tests.sandbox.office import ADA, DAY, Payer

HOME = Address("14 ALDER ROW", "", "MILLBROOK FALLS", "VT", "059990014")
RULES = Review(most_units=10, pends_over=14, pend_days=4, refused_diagnoses=("F17",))
WANTS = replace(office.HARBOR.policy, authorization_codes=("H0015",))


def request(units: int, diagnosis: str = "F1020", member: Member = ADA) -> bytes:
    """What the record would send for so many days of care."""
    asked = ours.Asked(7, DAY - timedelta(days=9), DAY, units, "days", (diagnosis,))
    review = ours.ask(
        asked,
        ClientFacts(member.last_name, member.first_name, member.birth_date, "F", "", HOME),
        CoverageFacts("HARBOR MUTUAL", "HRBR1", member.id),
        BillingProvider(
            "ALDER ROW COUNSELING LLC", office.BILLING, "261QM0801X", "070000161", HOME
        ),
        envelope=Envelope("ALDERROW", "SANDBOXCH", "000000900", "900", "0001", ours.GUIDE),
        created=office.MONDAY,
    )
    return write(
        [review], sender="ALDERROW", receiver="SANDBOXCH", interchange_control=900,
        group_control=900, created=office.MONDAY,
    )  # fmt: skip


def asked(tmp_path: Path, raw: bytes, **books: object) -> Payer:
    known = replace(office.facility(review=RULES, policy=WANTS, benefit=Benefit()), **books)
    payer = Payer(tmp_path, Books((known,), npis=(office.BILLING, office.NORA)))
    payer.drop(raw, "A.edi")
    payer.desk.attend(payer.now)
    payer.wait(8)
    return payer


def decisions(payer: Payer) -> list[ours.Decision]:
    answers: list[Wire] = payer.said("278")
    assert all(ours.request_id(each) == 7 for each in answers)
    return [ours.decided(each) for each in answers]


def read_clean(payer: Payer) -> None:
    for path in payer.folder.glob("from_payer/*"):
        assert [f.message for f in read(path.read_bytes()).findings] == []


def test_a_request_is_acknowledged_and_granted_in_full(tmp_path: Path) -> None:
    payer = asked(tmp_path, request(8))
    (ack,) = payer.groups
    assert isinstance(ack, FunctionalAck)
    assert [one.code for one in ack.sets] == ["A"]
    (said,) = decisions(payer)
    assert (said.state, said.approved_units, said.number) == ("approved", 8, "HRBR1R00001")
    assert (said.starts, said.ends) == (DAY - timedelta(days=9), DAY)
    read_clean(payer)


def test_more_than_it_grants_at_a_time_is_granted_in_part(tmp_path: Path) -> None:
    payer = asked(tmp_path, request(12))
    (said,) = decisions(payer)
    assert (said.state, said.approved_units) == ("partial", 10)
    read_clean(payer)


def test_a_diagnosis_that_does_not_need_it_is_refused(tmp_path: Path) -> None:
    payer = asked(tmp_path, request(8, "F17200"))
    (said,) = decisions(payer)
    assert (said.state, said.number) == ("denied", "")
    assert "NOT NECESSARY" in said.words
    read_clean(payer)


def test_a_long_one_waits_for_a_reviewer_and_is_decided_some_days_later(tmp_path: Path) -> None:
    payer = asked(tmp_path, request(20))
    pended, granted = decisions(payer)
    assert (pended.state, pended.number) == ("pended", "")
    assert (granted.state, granted.approved_units) == ("partial", 10)
    first, second = payer.said("278")
    assert (first.kind, second.kind) == ("19", "18")
    assert (second.created_on - first.created_on).days == RULES.pend_days
    read_clean(payer)


@pytest.mark.parametrize(
    ("raw", "books", "reason"),
    [
        (request(8, member=replace(ADA, id="HM499999999")), {}, "75"),
        (request(8), {"members": (replace(ADA, coverage=Span(DAY)),)}, "95"),
        (request(8), {"id": "OTHER"}, "79"),
    ],
    ids=["an unknown member", "coverage that begins later", "another payer"],
)
def test_what_cannot_be_processed_says_why(
    tmp_path: Path, raw: bytes, books: dict[str, object], reason: str
) -> None:
    payer = asked(tmp_path, raw, **books)
    (answer,) = payer.said("278")
    assert [r.reason for r in answer.all_rejections] == [reason]
    assert ours.decided(answer).state == ""
    assert ours.request_id(answer) == (None if "id" in books else 7)
    read_clean(payer)


def test_a_provider_that_nobody_knows_is_told_so(tmp_path: Path) -> None:
    payer = Payer(tmp_path, Books((office.facility(),), npis=(office.NORA,)))
    payer.drop(request(8), "A.edi")
    payer.desk.attend(payer.now)
    payer.wait(3)
    (answer,) = payer.said("278")
    assert [r.reason for r in answer.all_rejections] == ["51"]
    read_clean(payer)


def test_what_was_granted_counts_for_claims_and_no_further(tmp_path: Path) -> None:
    payer = asked(tmp_path, request(2))
    (said,) = decisions(payer)
    payer.send(office.days(authorization=said.number))
    payer.wait(8)
    (claim,) = payer.paid_claims
    reasons = [a.reason for line in claim.lines for a in line.adjustments]
    assert reasons == ["45", "45", "198"]


def test_the_same_request_gives_the_same_answer_to_the_byte(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        asked(folder, request(20))
    first, second = (
        {path.name: path.read_bytes() for path in folder.glob("from_payer/*")} for folder in folders
    )
    assert first == second
    assert len(first) == 3
