"""276 and 277: files of others, a judge that is not ours, and what an answer says."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from carethread.codes.claim_status import Stage, categories
from carethread.x12.acknowledgment import ClaimStatus, Level
from carethread.x12.check import check
from carethread.x12.common import Party
from carethread.x12.delimiters import DEFAULT, Delimiters
from carethread.x12.reader import Transaction, read
from carethread.x12.show import show
from carethread.x12.status import StatusRequest, StatusResponse
from carethread.x12.unshow import write_shown
from carethread.x12.writer import rewrite, set_lines
from tests.judges import pyx12_errors, x12sdk_errors
from tests.x12 import make, make_status, strategies_status
from tests.x12.test_samples import SAMPLES

samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"{SAMPLES} is not on this machine")
CLEAN = {
    "request": make_status.request(),
    "response": make_status.response(),
    "refusal": make_status.refusal(),
}

# file: TRN02s, AMT*T3 in cents, REF*EJs, last DTP*472 of each TRN, count of SVC. With grep and tr.
REQUESTS: dict[str, tuple[list[str], int, list[str], list[str], int]] = {
    "claim-level-status-ncpdp": (["ABCXYZ1"], 8500, [""], ["20060301"], 0),
    "claim-level-status": (
        ["ABCXYZ1", "ABCXYZ2", "ABCXYZ3"],
        1611288,
        ["SM123456", "J0234567", "MA345678"],
        ["20050906", "20050809", ""],
        1,
    ),
    "information-receiver-level-status": (["ABCXYZ1"], 851388, ["SM123456"], ["20050906"], 0),
    "provider-level-status": (
        ["ABCXYZ1", "ABCXYZ3"],
        851388,
        ["SM123456", "MA345678"],
        ["20050906", ""],
        1,
    ),
}
# file: TRN*2s below HL*22, STC01s, sum of STC04, of STC05, REF*1Ks. With grep, tr and cut.
RESPONSES: dict[str, tuple[list[str], list[str], int, int, list[str]]] = {
    "claim-level-status-ncpdp": (["ABCXYZ1"], ["F2:80::RX"], 8500, 0, ["05347006051"]),
    "claim-level-status": (
        ["ABCXYZ1", "ABCXYZ2", "ABCXYC3"],
        ["P3:317", "F0:3", "F2:88:QC", "F2:88:QC"],
        1626288,
        759900,
        ["05347006051", "0529675341", "051681010827"],
    ),
    "information-receiver-level-status": ([], ["E0:0"], 0, 0, []),
    "provider-level-status": (["ABCXYZ1"], ["E0:24:85", "P3:317"], 851388, 0, ["05347006051"]),
}


def sample(kind: str, name: str) -> bytes:
    return (SAMPLES / f"{kind}/linuxforhealth--{name}.edi").read_bytes()


@samples
@pytest.mark.samples
@pytest.mark.parametrize("name", REQUESTS)
def test_a_276_asks_what_grep_finds(name: str) -> None:
    traces, charge, patients, days, lines = REQUESTS[name]
    [request] = read(sample("276", name)).transactions
    assert isinstance(request, StatusRequest)
    assert (request.payer.id, request.receiver.id) == ("12345", "X67E")
    assert [c.trace for c in request.claims] == traces
    assert sum(c.charge for c in request.claims) == charge
    assert [c.patient_control_number for c in request.claims] == patients
    assert [f"{c.service_to:%Y%m%d}" if c.service_to else "" for c in request.claims] == days
    assert sum(len(c.lines) for c in request.claims) == lines


@samples
@pytest.mark.samples
@pytest.mark.parametrize("name", RESPONSES)
def test_a_277_answers_what_grep_finds(name: str) -> None:
    traces, codes, charge, paid, numbers = RESPONSES[name]
    [response] = read(sample("277", name)).transactions
    assert isinstance(response, StatusResponse)
    statuses = list(response.all_statuses)
    said = [":".join((s.category, s.code, s.entity, s.code_list)).rstrip(":") for s in statuses]
    assert [c.trace for c in response.claims] == traces
    assert sorted(said) == sorted(codes)
    assert sum(s.amount for s in statuses) == charge
    assert sum(s.paid or 0 for s in statuses) == paid
    assert [c.payer_control_number for c in response.claims] == numbers


@samples
@pytest.mark.samples
@pytest.mark.parametrize("kind", ["276", "277"])
def test_the_samples_have_no_fault_but_their_invented_npis(kind: str) -> None:
    for path in (SAMPLES / kind).glob("*.edi"):
        assert {f.id for f in check(path.read_bytes())} <= {"NPI_LUHN"}


@samples
@pytest.mark.samples
def test_a_dependents_answer_names_him_and_his_subscriber() -> None:
    [response] = read(sample("277", "claim-level-status")).transactions
    assert isinstance(response, StatusResponse)
    claim = response.claims[2]
    assert (claim.who.party.full_name, claim.subscriber.party.id) == ("JOSEPH MANN", "345678901")
    assert claim.lines[0].procedure == "99203"
    assert claim.provider.name == "HOME HOSPITAL PHYSICIANS"


@samples
@pytest.mark.samples
@pytest.mark.parametrize("kind", ["276", "277"])
def test_a_sample_written_from_its_values_differs_in_needless_zeros_only(kind: str) -> None:
    for path in (SAMPLES / kind).glob("*.edi"):
        text = path.read_text().replace("\n", "")
        begin, end = text.index("ST*"), text.index("SE*")
        lines = set_lines(read(path.read_bytes()).transactions[0], "0001", DEFAULT)
        plain = text[begin:end].replace(".00", "").split("~")[:-1]
        assert lines[:-1] == [s.rstrip("*") for s in plain]


def judged() -> dict[str, Transaction]:
    """Each claim of the clean sets by itself (see the test below them), and the refusals."""
    request, response = make_status.request(), make_status.response()
    found: dict[str, Transaction] = {"a refusal": make_status.refusal()}
    for n, claim in enumerate(request.claims):
        found[f"question {n}"] = replace(request, claims=(claim,))
    for n, answer in enumerate(response.claims):
        found[f"answer {n}"] = replace(response, claims=(answer,))
    [refused] = response.levels
    found["a refused provider"] = replace(response, claims=(), levels=(replace(refused, before=0),))
    return found


@pytest.mark.parametrize("name", judged())
def test_x12sdk_accepts_what_we_write(name: str) -> None:
    assert x12sdk_errors(make.written(judged()[name])) == []


@pytest.mark.parametrize("name", CLEAN)
def test_our_own_check_finds_nothing_in_them(name: str) -> None:
    assert check(make.written(CLEAN[name])) == []


@pytest.mark.parametrize("name", ["request", "response"])
def test_x12sdk_trips_over_a_subscriber_with_claims_of_his_own_and_a_dependent(name: str) -> None:
    """The guide has loop 2200D at a subscriber whatever stands below; x12sdk takes HL04 = 1 to mean
    that the subscriber is no patient, and stops with an error of its own."""
    with pytest.raises(AttributeError):
        x12sdk_errors(make.written(CLEAN[name]))


def test_x12sdk_does_refuse_what_is_wrong() -> None:
    data = make.written(judged()["question 0"]).replace(b"TRN*1*Q1", b"TRN*9*Q1")
    assert x12sdk_errors(data)


def test_pyx12s_map_of_the_277_is_for_another_group() -> None:
    """It wants GS08 005010X218 in front of an ST03 005010X212, so no 277 can please it."""
    assert any("005010X212" in e for e in pyx12_errors(make.written(make_status.response())))


@pytest.mark.parametrize("name", CLEAN)
def test_the_clean_ones_come_back_as_they_were_from_x12_and_from_json(name: str) -> None:
    data = make.written(CLEAN[name])
    assert make.only(data) == CLEAN[name]
    assert write_shown(show(data), make.NOW) == data


MARKS = [DEFAULT, Delimiters("|", ">", "!", "\x1c", "")]
BOUNDED = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def same(transaction: Transaction) -> None:
    for marks in MARKS:
        data = make.written(transaction, delimiters=marks)
        document = read(data)
        assert document.transactions == (transaction,)
        assert rewrite(document) == data


@BOUNDED
@given(strategies_status.requests)
def test_a_276_comes_back_as_it_was(request_: StatusRequest) -> None:
    same(request_)


@BOUNDED
@given(strategies_status.responses)
def test_a_277_comes_back_as_it_was(response: StatusResponse) -> None:
    same(response)


def test_a_provider_may_have_a_status_and_claims() -> None:
    response = make_status.response()
    status = ClaimStatus("E0", "24", "1P", effective=make.DAY)
    said = Level("provider", make_status.PROVIDER, 0, "0", (status,))
    same(replace(response, levels=(said, *response.levels)))


def test_a_claim_of_another_payer_keeps_it() -> None:
    other = Party("2", "SECOND PLAN", id_qualifier="PI", id="SP1")
    request = make_status.request()
    first, second = request.claims
    elsewhere = replace(second, payer=other)
    same(replace(request, claims=(first, elsewhere)))


def test_an_edited_277_keeps_what_has_no_field_in_its_place() -> None:
    data = make.written(make_status.response())
    rich = data.replace(b"REF*1K*ICN1~", b"REF*1K*ICN1~REF*F8*OLD~").replace(
        b"HL*3*2*19*1~NM1*1P*2*HARBOR CENTER*****XX*1245319599~",
        b"HL*3*2*19*1~NM1*1P*2*HARBOR CENTER*****XX*1245319599~NM1*1P*2*HARBOR CENTER*****FI*06~",
    )
    document = read(rich)
    [response] = document.transactions
    assert isinstance(response, StatusResponse)
    changed = replace(response, reference="NEW")
    again = rewrite(document, [changed]).replace(b"*NEW*", b"*ANSWER1*")
    assert again == rich.replace(b"SE*32*", b"SE*34*")


def test_every_category_has_words_and_a_stage_and_no_paid_one_is_pending() -> None:
    assert all(c.words for c in categories().values())
    paying = {code for code, c in categories().items() if c.can_pay}
    assert paying == {"F0", "F1", "F3", "F3F", "F3N"}
    assert categories()["A4"].stage is Stage.UNKNOWN


def test_a_status_says_more_than_there_is_room_for() -> None:
    status = ClaimStatus("F1", "1", effective=make.DAY, extra=(("F2", "2", ""),) * 3)
    response = replace(make_status.refusal(), receiver_statuses=(status,))
    with pytest.raises(ValueError, match="room for three"):
        make.written(response)


def test_what_the_json_says() -> None:
    [shown] = show(make.written(make_status.response()))
    paid, denied = shown["claims"]
    assert shown["type"] == "277"
    assert (paid["trace"], paid["payer_control_number"]) == ("Q1", "ICN1")
    status: dict[str, Any] = paid["statuses"][0]
    assert (status["category"], status["paid"], status["remittance_trace"]) == (
        "F1",
        "110.00",
        "EFT0001",
    )
    assert denied["name"] == "BEN RIVERS"
    assert denied["lines"][0]["statuses"][0]["category"] == "F2"
    assert shown["levels"][0]["statuses"][0]["code"] == "24"


def test_a_provider_of_a_276_may_be_named_by_two_numbers() -> None:
    """Loop 2100C may stand twice: the NPI, and the number by which the payer knows him."""
    first = b"NM1*1P*2*HARBOR CENTER*****XX*1245319599~"
    data = make.written(make_status.request())
    rich = data.replace(first, first + b"NM1*1P*2*HARBOR CENTER*****SV*22~")
    [request_] = read(rich).transactions
    written = set_lines(request_, "0001", DEFAULT)
    assert written[1:-1] == rich.decode().split("~")[3:-4]
