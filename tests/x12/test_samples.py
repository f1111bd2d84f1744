"""Files that others published, read without a crash, with their totals.

The figures were taken from the files with tr and awk (segments counted, amounts summed), not
with our reader. The files themselves are not part of this project.
"""

from pathlib import Path
from typing import Any

import pytest

from carethread.x12.acknowledgment import ClaimAck, FunctionalAck
from carethread.x12.check import check
from carethread.x12.claim import ClaimFile
from carethread.x12.reader import Document, read
from carethread.x12.remittance import Remittance
from carethread.x12.show import show

SAMPLES = Path(__file__).parents[3] / "shared/samples/x12"
pytestmark = [
    pytest.mark.samples,
    pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"{SAMPLES} is not on this machine"),
]

# file: checks (BPR02), traces (TRN02), CLP count, sum of CLP03, sum of CLP04, SVC count, sum of PLB
REMITTANCES = {
    "azoner--835_mult_loops": ([0], ["000000000"], 1, 91539, 0, 3, 0),
    "keironstoddart--emedny_sample": ([4575], ["10100000000"], 3, 10250, 4575, 10, 0),
    "keironstoddart--united_healthcare_legacy_sample": (
        [34999],
        ["1234567890"],
        2,
        115752,
        34999,
        5,
        0,
    ),
    "linuxforhealth--cob-contractural-adjustment": (
        [3400],
        ["0063158ABC"],
        1,
        54100,
        3400,
        1,
        0,
    ),
    "linuxforhealth--managed-care": ([94500], ["7170066655"], 2, 200000, 94500, 2, 0),
    "linuxforhealth--medicare-part-a": ([15000000], ["12345"], 2, 22636697, 14999873, 0, -127),
    "linuxforhealth--secondary-payment": ([122200], ["0012524965"], 2, 1107514, 122200, 2, 0),
    "linuxforhealth--tertiary-payment": ([18750], ["0012524879"], 1, 176650, 18750, 1, 0),
    "moov-io--sample1": (
        [-617350, -617340],
        ["0000010305", "0000010305"],
        2,
        77041,
        0,
        2,
        1234690,
    ),
    "moov-io--sample2": ([400000], ["822070000341871"], 1, 419968, 400000, 1, 0),
}

# file: ISA13s, ST02s, CLM count, sum of CLM02, count of SV1 or SV2, sum of their charges
CLAIMS = {
    "837p/imsweb--x12_complex": (["000000905"], ["987654", "987655"], 6, 300000, 10, 12476),
    "837p/imsweb--x12_many_claims": (["000000905"], ["987654"], 820, 41000000, 820, 1004500),
    "837p/imsweb--x12_multiple_isa": (
        ["000000905", "000000906"],
        ["987654", "987654"],
        4,
        200000,
        4,
        4900,
    ),
    "837p/imsweb--x12_multiple_st": (["000000905"], ["987654", "987654"], 4, 200000, 4, 4900),
    "837p/imsweb--x12_valid_different_separators": (
        ["000000905"],
        ["987654"],
        2,
        100000,
        2,
        2450,
    ),
    "837p/linuxforhealth--demo.ambulance.example5": (
        ["000000907"],
        ["000017712"],
        1,
        76650,
        4,
        76650,
    ),
    "837p/linuxforhealth--demo.autoaccident": (["000000907"], ["0021"], 1, 18500, 2, 18500),
    "837p/linuxforhealth--demo.cob.2ndary.example4": (["000000907"], ["3701"], 1, 14550, 1, 14550),
    "837p/linuxforhealth--demo.cob.example3.A": (["000000907"], ["0021"], 1, 7904, 3, 7904),
    "837p/linuxforhealth--demo.cob.example3.B": (["000000907"], ["1234"], 1, 7904, 3, 7904),
    "837p/linuxforhealth--demo.cob.example3.C": (["000000907"], ["0024"], 1, 7904, 3, 7904),
    "837p/linuxforhealth--demo.cob.example4": (["000000907"], ["0002"], 1, 12000, 1, 12000),
    "837p/linuxforhealth--demo.drug.example10.1": (["000000907"], ["0711"], 1, 10337, 2, 10337),
    "837p/linuxforhealth--demo.drug.example10.2": (["000000907"], ["0711"], 1, 223293, 6, 223293),
    "837p/linuxforhealth--demo.drug.example10.3": (["000000907"], ["0711"], 1, 223293, 6, 223293),
    "837p/linuxforhealth--demo.example1": (["000000907"], ["0021"], 1, 10000, 4, 10000),
    "837p/linuxforhealth--demo.example11": (["000000907"], ["1002"], 1, 2875, 2, 2875),
    "837p/linuxforhealth--demo.example12": (["000000907"], ["1024"], 1, 25271, 1, 25271),
    "837p/linuxforhealth--demo.example2": (["000000907"], ["0021"], 1, 10000, 4, 10000),
    "837p/linuxforhealth--demo.example6": (["000000907"], ["3701"], 1, 14550, 1, 14550),
    "837p/linuxforhealth--demo.example7": (["000000907"], ["0001"], 1, 52024, 2, 52024),
    "837p/linuxforhealth--demo.example8": (["000000907"], ["112233"], 1, 7500, 1, 7500),
    "837p/linuxforhealth--demo.example9": (["000000907"], ["0001"], 1, 82700, 1, 82700),
    "837p/moov-io--sample": (["000002120"], ["000000533"], 8, 177196, 11, 177196),
    "837i/imsweb--x223-test": (["000000905"], ["987654"], 1, 50000, 1, 7342),
    "837i/linuxforhealth--institutional-claim": (["000000907"], ["987654"], 1, 8993, 2, 8993),
    "837i/linuxforhealth--out-of-network-repriced-claim": (
        ["000000907"],
        ["1024"],
        1,
        1484,
        1,
        1484,
    ),
    "837i/linuxforhealth--ppo-repriced-claim": (["000000907"], ["1002"], 1, 23750, 2, 23750),
    "837i/linuxforhealth--two-claims-single-provider": (
        ["000000907"],
        ["987654"],
        2,
        13995,
        3,
        13995,
    ),
}

ALL = sorted(str(p.relative_to(SAMPLES).with_suffix("")) for p in SAMPLES.glob("*/*.edi"))


def load(name: str) -> Document:
    return read((SAMPLES / f"{name}.edi").read_bytes())


def sets(document: Document, kind: type) -> list[Any]:
    found = [t for t in document.transactions if isinstance(t, kind)]
    assert len(found) == len(document.transactions)
    return found


def test_every_835_and_837_of_the_collection_has_figures_here() -> None:
    named = {f"835/{name}" for name in REMITTANCES} | set(CLAIMS)
    assert {name for name in ALL if name.startswith("83")} == named


@pytest.mark.parametrize("name", REMITTANCES)
def test_an_835_has_the_totals_that_awk_finds(name: str) -> None:
    checks, traces, count, charge, paid, lines, taken = REMITTANCES[name]
    remittances = sets(load(f"835/{name}"), Remittance)
    claims = [c for r in remittances for c in r.claims]
    assert [r.amount for r in remittances] == checks
    assert [r.trace for r in remittances] == traces
    assert len(claims) == count
    assert sum(c.charge for c in claims) == charge
    assert sum(c.paid for c in claims) == paid
    assert sum(len(c.lines) for c in claims) == lines
    assert sum(p.amount for r in remittances for p in r.provider_adjustments) == taken


@pytest.mark.parametrize("name", CLAIMS)
def test_an_837_has_the_totals_that_awk_finds(name: str) -> None:
    interchanges, numbers, count, charge, lines, line_charge = CLAIMS[name]
    document = load(name)
    files = sets(document, ClaimFile)
    claims = [c for f in files for c in f.claims]
    assert [e.control for e in document.envelopes] == interchanges
    assert [f.envelope.set for f in files] == numbers
    assert len(claims) == count
    assert sum(c.charge for c in claims) == charge
    assert sum(len(c.lines) for c in claims) == lines
    assert sum(x.charge for c in claims for x in c.lines) == line_charge
    assert {c.kind for c in claims} == {name[:4].upper()}


def test_the_balanced_835s_balance_and_the_others_do_not() -> None:
    balanced = {
        name
        for name in REMITTANCES
        if all(r.is_balanced for r in sets(load(f"835/{name}"), Remittance))
    }
    assert set(REMITTANCES) - balanced == {
        "linuxforhealth--tertiary-payment",  # a component separator is missing in its SVC
        "moov-io--sample1",  # one line is paid a cent that its claim is not
        "moov-io--sample2",  # the line and its claim are paid different amounts
    }


def test_a_999_gives_its_word_on_each_set() -> None:
    [accepted] = sets(load("999/imsweb--x12_999_accepted"), FunctionalAck)
    assert (accepted.code, accepted.group, accepted.received) == ("A", "17456", 1)
    assert [(s.control_number, s.code) for s in accepted.sets] == [("0001", "A")]
    [rejected] = sets(load("999/imsweb--x12_999_rejected"), FunctionalAck)
    assert (rejected.code, rejected.accepted) == ("R", 0)
    [error] = rejected.sets[0].errors
    assert (error.tag, error.position, error.code) == ("NM", 17, "1")
    [three] = sets(
        load("999/kputnam--response-to-functional-group-containing-3-837s"), FunctionalAck
    )
    assert (three.code, three.included, three.received, three.accepted) == ("P", 3, 3, 1)
    assert [s.code for s in three.sets] == ["A", "R", "R"]
    [error] = three.sets[1].errors
    assert (error.tag, error.position, error.element, error.element_code) == ("CLM", 22, 2, "1")


def test_a_277ca_gives_each_claims_fate() -> None:
    [accepted] = sets(load("277ca/imsweb--x12_277CA_accepted"), ClaimAck)
    [claim] = accepted.claims
    assert (claim.claim_id, claim.payer_control_number) == ("5781", "1107000000014420")
    assert claim.is_accepted
    assert (accepted.batch_trace, accepted.accepted_count) == ("000000674", 1)
    assert accepted.accepted_amount == 12500
    [rejected] = sets(load("277ca/imsweb--x12_277CA_rejected"), ClaimAck)
    [claim] = rejected.claims
    assert not claim.is_accepted
    [status] = claim.statuses
    assert (status.category, status.code, status.entity) == ("A7", "562", "85")
    assert status.amount == 19914
    assert (claim.claim_id, claim.bill_type) == ("3920394930203", "731")


# What the collection's own README says is wrong with some of them.
FAULTS = {
    "835/linuxforhealth--managed-care": "SEGMENT_MISSING",
    "835/moov-io--sample1": "BALANCE_CLAIM",
    "837p/imsweb--x12_multiple_st": "SET_DUPLICATE",
    "837p/imsweb--x12_many_claims": "SE_COUNT",
    "999/imsweb--x12_999_accepted": "IEA_CONTROL",
    "278/kputnam--admission-request-for-review": "SE_COUNT",
    "837p/moov-io--sample": "DX_POINTER",
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_with_a_sample_is_in_its_findings(name: str) -> None:
    assert FAULTS[name] in {f.id for f in check((SAMPLES / f"{name}.edi").read_bytes())}


@pytest.mark.parametrize("name", ALL)
def test_every_sample_can_be_shown(name: str) -> None:
    document = load(name)
    shown = show(document.source)
    assert len(shown) == len(document.transactions) > 0
    assert all(s["type"] in {"837P", "837I", "835", "999", "277CA", s["type"]} for s in shown)
