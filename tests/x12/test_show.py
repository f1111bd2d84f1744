"""The JSON of a file."""

import json

from carethread.x12.acknowledgment import InterchangeAck
from carethread.x12.common import Envelope
from carethread.x12.show import show
from tests.x12 import make


def test_what_every_set_says_of_itself() -> None:
    [shown] = show(make.written(make.remittance()))
    assert {
        k: shown[k] for k in ("type", "guide", "control", "sender", "receiver", "findings")
    } == {
        "type": "835",
        "guide": "005010X221A1",
        "control": {"interchange": "000000007", "group": "7", "set": "0001"},
        "sender": "CENTER",
        "receiver": "HOUSE",
        "findings": [],
    }


def test_an_835() -> None:
    [shown] = show(make.written(make.remittance()))
    assert shown["payment"] == {
        "method": "ACH",
        "amount": "105.00",
        "date": "2026-03-01",
        "trace": "EFT0001",
    }
    payee = shown["payee"]
    assert (payee["name"], payee["npi"]) == ("HARBOR CENTER", make.BILLING_NPI)
    assert shown["provider_adjustments"] == [
        {
            "provider": make.BILLING_NPI,
            "reason": "WO",
            "reference": "RECOUP7",
            "amount": "5.00",
            "fiscal_period_end": "2026-12-31",
        }
    ]
    assert shown["balanced"] is True
    paid, denied = shown["claims"]
    assert (paid["claim_id"], paid["status"], paid["charge"], paid["paid"]) == (
        "CT0000000001",
        "1",
        "150.00",
        "110.00",
    )
    [line] = denied["lines"]
    assert line["adjustments"] == [
        {"group": "CO", "reason": "197", "amount": "150.00", "quantity": ""}
    ]
    assert line["remarks"] == ["N54"]
    assert (line["code"], line["modifiers"], line["date_from"]) == ("90837", ["95"], "2026-02-10")


def test_an_837() -> None:
    [shown] = show(make.written(make.claim_file()))
    assert shown["type"] == "837P"
    _, child, secondary = shown["claims"]
    assert child["patient"]["name"] == "BEN RIVERS"
    assert (child["frequency"], child["payer_claim_control_number"]) == ("7", "ICN000123")
    assert child["authorization"] == "AUTH55"
    assert child["billing_provider"]["npi"] == make.BILLING_NPI
    principal = child["diagnoses"][0]
    assert (principal["qualifier"], principal["code"]) == ("ABK", "F331")
    assert child["lines"][0]["pointers"] == [1, 2]
    [adjudication] = secondary["lines"][0]["adjudications"]
    assert (adjudication["payer_id"], adjudication["paid"]) == ("FP001", "90.00")
    assert secondary["other_payers"][0]["amounts"] == [{"qualifier": "D", "amount": "90.00"}]


def test_a_999_a_277ca_and_a_ta1() -> None:
    [ack] = show(make.written(make.functional_ack()))
    assert (ack["type"], ack["code"], ack["sets"][1]["errors"][0]["tag"]) == ("999", "P", "NM1")
    [fates] = show(make.written(make.claim_ack()))
    assert fates["type"] == "277CA"
    assert [c["accepted"] for c in fates["claims"]] == [True, False]
    [line] = fates["claims"][1]["lines"]
    assert (line["code"], line["charge"], line["control_number"]) == ("90834", "120.00", "L1")
    assert [(s["category"], s["code"], s["action"]) for s in line["statuses"]] == [
        ("A7", "454", "U")
    ]
    [word] = show(
        make.written(InterchangeAck("000000042", "R", "025", Envelope("", "", "", "", "", "")))
    )
    assert (word["type"], word["interchange"], word["note"]) == ("TA1", "000000042", "025")


def test_findings_stand_with_their_own_set() -> None:
    data = make.written(make.remittance(), make.remittance())
    at = data.rindex(b"BPR*I*105*")
    first, second = show(data[:at] + b"BPR*I*106*" + data[at + 10 :])
    assert first["findings"] == []
    assert [f["id"] for f in second["findings"]] == ["BALANCE_CHECK"]


def test_everything_shown_is_plain_json() -> None:
    for transaction in (
        make.claim_file(),
        make.remittance(),
        make.functional_ack(),
        make.claim_ack(),
    ):
        shown = show(make.written(transaction))
        assert json.loads(json.dumps(shown)) == shown
