"""The writer: counts and numbers right, and no value ever breaks the file."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from carethread.x12.acknowledgment import InterchangeAck
from carethread.x12.check import check
from carethread.x12.claim import Diagnosis
from carethread.x12.common import Envelope, Note, Party
from carethread.x12.delimiters import Delimiters
from carethread.x12.reader import read
from carethread.x12.writer import fold
from tests.x12 import make


def test_an_isa_has_106_characters_and_its_own_delimiters() -> None:
    marks = Delimiters("|", ">", "!", "'", "\r\n")
    data = make.written(make.remittance(), delimiters=marks)
    assert data[105:108] == b"'\r\n"
    assert (data[3:4], data[104:105], data[82:83]) == (b"|", b">", b"!")
    assert check(data) == []


def test_sets_are_counted_and_numbered() -> None:
    data = make.written(make.remittance(), make.remittance(), make.remittance())
    assert b"GE*3*7~IEA*1*000000007~" in data
    assert [t.envelope.set for t in read(data).transactions] == ["0001", "0002", "0003"]
    assert read(data).findings == ()


def test_given_set_numbers_are_used() -> None:
    data = make.written(make.remittance(), set_controls=["900000001"])
    assert b"ST*835*900000001~" in data
    assert b"*900000001~GE" in data


def test_application_codes_stand_in_the_group() -> None:
    data = make.written(make.remittance(), application_sender="APP1", application_receiver="APP2")
    assert b"GS*HP*APP1*APP2*" in data


def test_an_acknowledgment_is_asked_for_in_isa14() -> None:
    assert b"*000000007*1*P*" in make.written(make.claim_file(), ack_requested=True)
    assert b"*000000007*0*T*" in make.written(make.claim_file(), usage="T")


def test_a_ta1_needs_no_group() -> None:
    ack = InterchangeAck(
        "000000042", "R", "025", Envelope("", "", "", "", "", ""), make.DAY, "0930"
    )
    data = make.written(ack)
    assert b"~TA1*000000042*260210*0930*R*025~IEA*0*000000007~" in data
    assert check(data) == []


def test_one_group_does_not_mix_kinds() -> None:
    with pytest.raises(ValueError, match="one kind"):
        make.written(make.remittance(), make.claim_file())
    institutional = replace(make.claim(), kind="837I")
    with pytest.raises(ValueError, match="not both"):
        make.written(make.claim_file(make.claim(), institutional))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"claim_id": "C" * 21}, r"CLM01 \(claim_id\).*longer than 20"),
        ({"claim_id": "A*B"}, r"CLM01 \(claim_id\).*cannot carry"),
        ({"claim_id": "A~B"}, r"CLM01 \(claim_id\).*cannot carry"),
        ({"claim_id": "A:B"}, r"CLM01 \(claim_id\).*cannot carry"),
        ({"claim_id": "A^B"}, r"CLM01 \(claim_id\).*cannot carry"),
        ({"claim_id": "A\nB"}, r"CLM01 \(claim_id\).*cannot carry"),
        ({"claim_id": "ÄB"}, r"CLM01 \(claim_id\).*cannot carry"),
        ({"authorization": "A" * 51}, r"REF02 \(authorization\).*longer than 50"),
        ({"diagnoses": (Diagnosis("ABK", "F" * 31),)}, r"HI01-2 \(diagnoses\).*longer than 30"),
        ({"charge": 10**20}, r"CLM02 \(charge\).*longer than 18"),
        ({"lines": (make.line(procedure="9*"),)}, r"SV101-2 \(procedure\).*cannot carry"),
        ({"lines": (make.line(control_number="L" * 31),)}, r"REF02 \(control_number\)"),
        ({"lines": (make.line(units=Decimal(10**16)),)}, r"SV104 \(units\)"),
        (
            {"lines": (make.line(modifiers=("95", "HF", "HQ", "U1", "U2")),)},
            r"SV1 \(modifiers\).*room",
        ),
        ({"lines": (make.line(pointers=(1, 2, 1, 2, 1)),)}, r"SV1 \(pointers\).*room for 4"),
        ({"notes": (Note("ADD", "N" * 81),)}, r"NTE02 \(notes\).*longer than 80"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make.written(make.claim_file(make.claim(**changes)))


def test_free_text_is_folded_and_never_breaks_the_file() -> None:
    note = "Stressed—job ~ “lost”; 10:30 * until\n11:15 ^ café"
    patient = Party("1", "O’Brien-Núñez", "Zoë", id_qualifier="MI", id="W1", address=make.address())
    claim = make.claim(notes=(Note("ADD", note),), subscriber=make.subscriber(party=patient))
    data = make.written(make.claim_file(claim))
    assert check(data) == []
    [back] = make.only(data).claims
    assert back.subscriber.party.name == "O'Brien-Nunez"
    assert back.subscriber.party.first_name == "Zoe"
    assert back.notes[0].text == 'Stressed-job   "lost"; 10 30   until 11 15   cafe'


def test_folding_leaves_plain_text_alone() -> None:
    assert fold("PLAIN text, (with) signs #1") == "PLAIN text, (with) signs #1"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sender": "S" * 16}, "sender"),
        ({"receiver": ""}, "receiver"),
        ({"sender": "A*B"}, "sender"),
        ({"interchange_control": 10**9}, "interchange_control"),
        ({"receiver_qualifier": "ZZZ"}, "receiver_qualifier"),
        ({"delimiters": Delimiters("*", "*")}, "distinct"),
        ({"delimiters": Delimiters("A", "B", "C", "D")}, "letters"),
    ],
)
def test_an_envelope_that_cannot_be_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make.written(make.remittance(), **options)


def test_amounts_are_written_without_needless_zeros() -> None:
    lines = (make.line(charge=15_050), make.line(2, charge=5), make.line(3, charge=-100))
    data = make.written(make.claim_file(make.claim(charge=14_955, lines=lines)))
    assert [s.split("*")[2] for s in data.decode().split("~") if s.startswith("SV1")] == [
        "150.5",
        "0.05",
        "-1",
    ]
    assert b"CLM*CT0000000001*149.55*" in data


def test_neighbouring_claims_of_one_policy_share_their_levels() -> None:
    one, two = make.claim(), make.claim(claim_id="CT0000000009")
    data = make.written(make.claim_file(one, two))
    assert data.count(b"~HL*") == 2
    assert data.count(b"~CLM*") == 2


def test_the_subscribers_claim_never_falls_under_a_dependent() -> None:
    child = make.replacement()
    own = make.claim(subscriber=child.subscriber, pay_to=child.pay_to)
    data = make.written(make.claim_file(child, own))
    assert make.only(data).claims == (child, own)
