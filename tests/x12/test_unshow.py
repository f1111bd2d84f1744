"""JSON -> X12: what `x12 show` prints can be written back, and what is wrong with it is told."""

import json
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from carethread.x12.common import Envelope
from carethread.x12.delimiters import COMPONENT, REPETITION, Delimiters
from carethread.x12.reader import Transaction, UnknownSet, read
from carethread.x12.show import show
from carethread.x12.unshow import items, unshow, write_shown
from carethread.x12.values import NotAValue, parse_cents
from carethread.x12.views import VIEWS
from carethread.x12.views import envelope as heads
from carethread.x12.views.kinds import CENTS, SEGMENT, Invalid
from tests.x12 import (
    make,
    strategies,
    strategies_claim,
    strategies_eligibility,
    strategies_review,
    strategies_status,
)
from tests.x12.test_roundtrip import BOUNDED

SAMPLES = Path(__file__).parents[3] / "shared/samples/x12"
NOW = datetime(2026, 3, 2, 9, 30)
UNKNOWN = UnknownSet(
    Envelope("CENTER", "HOUSE", "7", "7", "0001", "005010X999"),
    "998",
    (("K3", "A*B", f"1{COMPONENT}:{REPETITION}\\2"), ("LX", "")),
)

everything = (
    strategies_claim.professional
    | strategies_claim.institutional
    | strategies.remittances
    | strategies.functional_acks
    | strategies.claim_acks()
    | strategies.interchange_acks
    | strategies_eligibility.inquiries
    | strategies_eligibility.responses
    | strategies_review.reviews(answers=False)
    | strategies_review.reviews(answers=True)
    | strategies_status.requests
    | strategies_status.responses
)


def shown_alone(transaction: Transaction) -> Any:
    """The JSON text of a transaction that stands in no file."""
    view = VIEWS[type(transaction)]
    return json.loads(json.dumps(view.show(transaction)))


@BOUNDED
@given(everything)
def test_what_json_shows_of_a_transaction_is_all_of_it(transaction: Transaction) -> None:
    view = VIEWS[type(transaction)]
    assert view.read(shown_alone(transaction), envelope=transaction.envelope) == transaction


@BOUNDED
@given(everything)
def test_a_file_written_from_its_json_shows_the_same_json(transaction: Transaction) -> None:
    shown = show(make.written(transaction))
    assert show(write_shown(json.loads(json.dumps(shown)), NOW)) == shown


@pytest.mark.parametrize(
    ("text", "cents"),
    [("9999999999999999.99", 10**18 - 1), ("-9999999999999999", -(10**18 - 100)), ("1" * 17, None)],
)
def test_every_amount_that_is_read_can_be_shown_and_read_back(text: str, cents: int | None) -> None:
    if cents is None:
        with pytest.raises(NotAValue):
            parse_cents(text)
    else:
        assert CENTS.read(CENTS.show(parse_cents(text)), "amount") == cents


def test_a_set_that_we_do_not_speak_comes_back_too() -> None:
    view = VIEWS[UnknownSet]
    assert view.read(shown_alone(UNKNOWN), envelope=UNKNOWN.envelope, kind="998") == UNKNOWN


def test_no_key_of_a_set_means_two_things() -> None:
    for view in VIEWS.values():
        keys = [*heads.VIEW.keys, "type", "findings", *view.keys]
        assert len(keys) == len(set(keys)), view.cls


@pytest.mark.parametrize(
    "elements",
    [
        (f"{REPETITION}SE", "1"),
        ("NTE", "ADD", "A*B:C^D\\"),
        ("HI", f"BK{COMPONENT}F331", f"a{REPETITION}b"),
        ("SE1", ""),
    ],
)
def test_a_kept_segment_is_text_that_can_be_read_back(elements: tuple[str, ...]) -> None:
    assert SEGMENT.read(SEGMENT.show(elements), "") == elements


def test_files_keep_their_envelopes_and_delimiters() -> None:
    data = make.written(
        make.remittance(),
        make.remittance(make.denied()),
        delimiters=Delimiters("|", ">", "!", "\x1c", "\r\n"),
        sender_qualifier="30",
        application_sender="APP",
        usage="T",
        set_controls=("0007", "0009"),
    ) + make.written(make.functional_ack(), interchange_control=8)
    assert write_shown(show(data), NOW) == data


def test_a_kept_segment_keeps_its_place() -> None:
    odd = make.written(make.remittance()).replace(b"~NM1*QC", b"~K3*ODD:1~NM1*QC", 1)
    [said] = unshow(show(odd))
    [claim, _] = said.transaction.claims  # type: ignore[union-attr]
    assert [k.elements for k in claim.extra] == [("K3", f"ODD{COMPONENT}1")]
    assert said.transaction == make.only(odd)


def remittance() -> list[dict[str, Any]]:
    return show(make.written(make.remittance()))


def test_an_edited_amount_is_written_with_correct_counts() -> None:
    shown = remittance()
    claim = shown[0]["claims"][0]
    claim["outpatient"] = {"remarks": ["MA01", "MA07"]}
    del claim["remarks"]
    document = read(write_shown(shown, NOW))
    assert document.findings == ()
    assert document.transactions[0].claims[0].remarks == ("MA01", "MA07")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda s: s["claims"][0]["lines"][0].update(charge="12,5"),
            "claims[0].lines[0].charge: '12,5' is not an amount",
        ),
        (
            lambda s: s["claims"][1].update(paid=12.5),
            "claims[1].paid: 12.5 is not text, which an amount is written as",
        ),
        (
            lambda s: s["payment"].update(date="03/01/2026"),
            "payment.date: '03/01/2026' is not a day, as 2026-12-31",
        ),
        (
            lambda s: s["claims"][0].update(chrage="1.00"),
            "claims[0].chrage: no such key; did you mean charge?",
        ),
        (lambda s: s["payment"].pop("trace"), "payment.trace: is missing"),
        (lambda s: s.update(claims={}), "claims: {} is not a list"),
        (
            lambda s: s["payee"].update(npi="1003814971"),
            "payee.npi: follows from other keys, which say '1245319599'; change those, "
            "or leave it out",
        ),
        (lambda s: s.pop("type"), "type: None is not one of 837P, 837I, 835"),
        (lambda s: s["control"].update(set=1), "control.set: 1 is not text"),
        (
            lambda s: s["claims"][0].update(other=[{"segment": "SE*1*1"}]),
            "claims[0].other[0].segment: 'SE*1*1' is not a segment that may stand inside a set",
        ),
        (
            lambda s: s["claims"][0].update(claim_id="X" * 50),
            f"CLP01 (claim_id): '{'X' * 50}' is longer than 38 characters",
        ),
    ],
)
def test_what_cannot_be_written_is_told_with_its_place(change: Any, words: str) -> None:
    shown = remittance()
    change(shown[0])
    with pytest.raises(Invalid) as caught:
        write_shown(shown, NOW)
    assert words in str(caught.value)


def test_all_that_is_wrong_is_told_at_once_and_by_set() -> None:
    shown = remittance() + remittance()
    shown[1]["claims"][0]["charge"] = "much"
    shown[1]["claims"][1]["lines"][0]["units"] = "one"
    with pytest.raises(Invalid) as caught:
        unshow(shown)
    assert [f.path for f in caught.value.faults] == [
        "[1].claims[0].charge",
        "[1].claims[1].lines[0].units",
    ]


@pytest.mark.parametrize("shown", [[], None, 7, "x", [[]], [{}], {"type": 7}, {"type": "835"}])
def test_json_that_is_no_transaction_is_refused_in_words(shown: Any) -> None:
    with pytest.raises(Invalid):
        write_shown(shown, NOW)


@pytest.mark.samples
@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"{SAMPLES} is not on this machine")
@pytest.mark.parametrize("path", sorted(SAMPLES.rglob("*.edi")), ids=lambda p: p.stem)
def test_the_json_of_every_sample_holds_all_that_was_read(path: Path) -> None:
    document = read(path.read_bytes())
    said = unshow(json.loads(json.dumps(show(path.read_bytes()))))
    assert tuple(s.transaction for s in said) == document.transactions


@pytest.mark.parametrize("block", [1, 5, 64])
def test_an_array_is_read_item_by_item(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carethread.x12.unshow._BLOCK", block)
    values = [{"a": 'é]}, " '}, [1, [2]], "text", 12.5, None, {}]
    text = json.dumps(values, ensure_ascii=False, indent=1).encode()
    assert list(items(BytesIO(text))) == values
    assert list(items(BytesIO(b' {"a": 1} '))) == [{"a": 1}]
    assert list(items(BytesIO(b"[ ]"))) == []


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('[{"a": 1},\n {"b": x}]', 2, 8),
        ('[{"a": 1}\n 2]', 2, 2),
        ('[{"a": "b', 1, 8),
        ("[1] 2", 1, 5),
        ("", 1, 1),
        ("[1,\n", 2, 1),
    ],
)
def test_json_that_is_none_is_told_with_its_place(text: str, line: int, column: int) -> None:
    with pytest.raises(json.JSONDecodeError) as wrong:
        list(items(BytesIO(text.encode())))
    assert (wrong.value.lineno, wrong.value.colno) == (line, column)
