"""The answer to a received file."""

from typing import Any

import pytest

from carethread.x12.acknowledgment import FunctionalAck, InterchangeAck
from carethread.x12.check import check
from carethread.x12.reader import read
from carethread.x12.respond import acknowledge
from tests.judges import pyx12_errors
from tests.x12 import make
from tests.x12.test_breakages import BREAKAGES, FILES

CLEAN = make.written(make.claim_file())


def answer(data: bytes, **options: Any) -> list[Any]:
    answered = acknowledge(data, created=make.NOW, interchange_control=9, **options)
    assert check(answered) == []
    transactions = list(read(answered).transactions)
    if not any(isinstance(t, InterchangeAck) for t in transactions):
        # pyx12 looks for a TA1 behind the groups; X12.5 puts it right behind the ISA.
        assert pyx12_errors(answered) == []
    return transactions


def test_a_clean_file_is_accepted_and_sent_back_the_way_it_came() -> None:
    [ack] = answer(CLEAN)
    assert isinstance(ack, FunctionalAck)
    assert (ack.functional_id, ack.group, ack.guide) == ("HC", "7", "005010X222A1")
    assert (ack.code, ack.included, ack.received, ack.accepted) == ("A", 1, 1, 1)
    assert [(s.kind, s.control_number, s.code) for s in ack.sets] == [("837", "0001", "A")]
    assert (ack.envelope.sender, ack.envelope.receiver) == ("HOUSE", "CENTER")


def test_a_missing_segment_rejects_its_set_and_is_named() -> None:
    [ack] = answer(CLEAN.replace(b"HI*ABK:F331*ABF:F411~", b"", 1).replace(b"SE*108", b"SE*107"))
    assert (ack.code, ack.accepted) == ("R", 0)
    [error] = ack.sets[0].errors
    assert (error.tag, error.code, error.element) == ("HI", "3", 0)
    assert ack.sets[0].syntax_errors == ("5",)


def test_a_bad_element_is_named_with_its_position_and_value() -> None:
    [ack] = answer(CLEAN.replace(b"*UN*1***", b"*QQ*1***", 1))
    [error] = ack.sets[0].errors
    assert (error.tag, error.code, error.element, error.element_code) == ("SV1", "8", 3, "7")
    assert error.value == "QQ"
    segments = CLEAN.decode().split("~")
    assert segments[2 + error.position - 1].startswith("SV1")


def test_one_bad_set_of_two_is_a_partial_acceptance() -> None:
    good, bad = make.claim_file(), make.claim_file(make.claim())
    data = make.written(good, bad)
    at = data.rindex(b"HI*ABK:F331*ABF:F411~")
    data = data[:at] + data[at + 21 :]
    [ack] = answer(data)
    assert (ack.code, ack.received, ack.accepted) == ("P", 2, 1)
    assert [s.code for s in ack.sets] == ["A", "R"]


def test_a_wrong_set_count_is_the_sets_own_fault() -> None:
    [ack] = answer(CLEAN.replace(b"SE*108*", b"SE*99*"))
    assert ack.sets[0].syntax_errors == ("4",)


def test_a_wrong_sum_is_no_business_of_a_999() -> None:
    [ack] = answer(CLEAN.replace(b"CLM*CT0000000001*150*", b"CLM*CT0000000001*151*"))
    assert ack.code == "A"


def test_an_envelope_fault_is_answered_by_a_ta1_alone() -> None:
    [ack] = answer(CLEAN.replace(b"IEA*1*000000007", b"IEA*1*000000008"))
    assert isinstance(ack, InterchangeAck)
    assert (ack.interchange, ack.code, ack.note) == ("000000007", "R", "001")
    assert (ack.interchange_date, ack.interchange_time) == (make.NOW.date(), "0930")


def test_every_envelope_fault_has_its_own_note() -> None:
    faults = {
        b"IEA*1*000000007~": (b"", "023"),
        b"IEA*1*": (b"IEA*2*", "021"),
        b"*00501*": (b"*00401*", "017"),
        b"*260302*0930*^": (b"*261302*0930*^", "014"),
        b"*0*P*:~": (b"*0*X*:~", "020"),
        b"GE*1*7~": (b"", "022"),
    }
    for old, (new, note) in faults.items():
        [ack] = answer(CLEAN.replace(old, new, 1))
        assert (ack.code, ack.note) == ("R", note)


def test_a_repeated_control_number_is_refused_as_a_duplicate() -> None:
    [ack] = answer(CLEAN, seen={"000000007"})
    assert (ack.code, ack.note) == ("R", "025")
    [ack] = answer(CLEAN, seen={"000000006"})
    assert isinstance(ack, FunctionalAck)


def test_a_ta1_that_was_asked_for_comes_with_the_999() -> None:
    first, second = answer(make.written(make.claim_file(), ack_requested=True))
    assert (first.code, first.note) == ("A", "000")
    assert second.code == "A"


def test_acknowledgments_are_not_acknowledged() -> None:
    data = make.written(make.functional_ack())
    assert acknowledge(data, created=make.NOW, interchange_control=9) == b""


def test_a_guide_that_we_do_not_speak_is_rejected_as_such() -> None:
    [ack] = answer(CLEAN.replace(b"005010X222A1", b"005010X999A9"))
    assert (ack.code, ack.sets[0].syntax_errors) == ("R", ("1",))


@pytest.mark.parametrize(
    "name", [n for n, row in BREAKAGES.items() if row[0] in ("837I", "crash", "835")]
)
def test_the_answer_to_any_breakage_is_itself_clean(name: str) -> None:
    kind, old, new, _ = BREAKAGES[name]
    answer(FILES[kind].decode().replace(old, new, 1).encode())


@pytest.mark.parametrize(("trailer", "code"), [(b"GE*2*7~", "5"), (b"GE*1*8~", "4")])
def test_a_groups_own_fault_refuses_all_its_sets(trailer: bytes, code: str) -> None:
    [ack] = answer(CLEAN.replace(b"GE*1*7~", trailer))
    assert (ack.code, ack.accepted, ack.syntax_errors) == ("R", 0, (code,))


def test_a_sender_whose_header_cannot_be_repeated_is_answered_all_the_same() -> None:
    unnamed = CLEAN.replace(b"*ZZ*CENTER  ", b"*\x01\x02*\x01\x01\x01\x01\x01\x01  ")
    [ack] = answer(unnamed.replace(b"HI*ABK", b"H\x1f*ABK"))
    assert (ack.envelope.receiver, ack.code) == ("UNKNOWN", "R")
