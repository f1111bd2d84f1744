"""278: files of others, request and response told apart, and what was decided in plain words."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

from carethread.codes.reviews import Outcome, actions
from carethread.x12.check import check
from carethread.x12.delimiters import DEFAULT, Delimiters
from carethread.x12.eligibility import Period, Rejection
from carethread.x12.reader import Transaction, UnknownSet, read
from carethread.x12.review import CodedItem, Decision, Review, rejection_words
from carethread.x12.show import show
from carethread.x12.unshow import write_shown
from carethread.x12.writer import rewrite, set_lines
from tests.x12 import make, make_review, strategies_review
from tests.x12.test_samples import SAMPLES

samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"{SAMPLES} is not on this machine")
CLEAN = {
    "request": make_review.request(),
    "response": make_review.response(),
    "refusal": make_review.refusal(),
}

# file: BHT02, BHT03, UM01s, UM03 of the event, TRN02, HI01-2, HSD01 and 02, NM1 roles below HL*EV,
# SV procedures. Taken with tr, grep and cut.
FILES = {
    "admission-request-for-review": (
        "13", "B56789", ["AR", "HS"], "2", "97021001", "41090", ("DY", 7), ["FA", "SJ"], ["33510"],
    ),
    "admission-response-to-request-for-review": (
        "11", "B56789", ["AR", "HS"], "2", "97021001", "41090", ("DY", 5), ["FA", "SJ"], ["33510"],
    ),
    "emergency-admission-request-for-review": (
        "13", "YZZ345", ["AR"], "A4", "YZZ099", "29603", ("DY", 3), ["FA", "71", "SJ"], [],
    ),
    "referral-request-for-review": (
        "13", "A12345", ["SC"], "3", "111099", "41090", ("VS", 1), ["SJ"], [],
    ),
}  # fmt: skip


def sample(name: str) -> bytes:
    return (SAMPLES / f"278/kputnam--{name}.edi").read_bytes()


def only(data: bytes) -> Review:
    [review] = read(data).transactions
    assert isinstance(review, Review)
    return review


@samples
@pytest.mark.samples
@pytest.mark.parametrize("name", FILES)
def test_a_278_says_what_grep_finds(name: str) -> None:
    purpose, reference, categories, type_, trace, diagnosis, amount, roles, codes = FILES[name]
    review = only(sample(name))
    event = review.event
    assert event is not None
    assert event.requested is not None
    assert event.delivery is not None
    asked = [event.requested, *(s.requested for s in review.services if s.requested)]
    providers = [*event.providers, *(p for s in review.services for p in s.providers)]
    assert (review.purpose, review.reference) == (purpose, reference)
    assert review.direction == ("response" if purpose == "11" else "request")
    assert [r.category for r in asked] == categories
    assert event.requested.service_type == type_
    assert [t.number for t in event.traces] == [trace]
    assert [d.code for d in event.diagnoses] == [diagnosis]
    delivery = event.delivery
    assert (delivery.quantity_qualifier, delivery.quantity) == (amount[0], Decimal(amount[1]))
    assert [p.role for p in providers] == roles
    assert [s.code for s in review.services] == codes


@samples
@pytest.mark.samples
@pytest.mark.parametrize("name", FILES)
def test_a_sample_written_from_its_values_is_the_sample(name: str) -> None:
    data = sample(name)
    text = data.decode().replace("\n", "").replace("\r", "")
    begin, end = text.index("ST*"), text.index("SE*")
    marks = read(data).envelopes[0].delimiters
    assert set_lines(only(data), "0001", marks)[:-1] == text[begin:end].split("~")[:-1]


@samples
@pytest.mark.samples
@pytest.mark.parametrize("name", FILES)
def test_the_samples_have_no_fault_but_one_count(name: str) -> None:
    ids = ["SE_COUNT"] if name == "admission-request-for-review" else []
    assert [f.id for f in check(sample(name))] == ids


@samples
@pytest.mark.samples
def test_the_samples_decision_in_plain_words() -> None:
    review = only(sample("admission-response-to-request-for-review"))
    assert review.decided == (
        "approved with changes, number AUTH0002",
        "33510: approved as requested, number AUTH0002",
    )


@pytest.mark.parametrize("name", CLEAN)
def test_the_clean_ones_are_clean_and_come_back_from_x12_and_from_json(name: str) -> None:
    data = make.written(CLEAN[name])
    assert check(data) == []
    assert only(data) == CLEAN[name]
    assert write_shown(show(data), make.NOW) == data


@pytest.mark.parametrize("action", actions())
def test_every_decision_has_words_and_its_number(action: str) -> None:
    decision = Decision(action, "N1")
    assert decision.words == f"{actions()[action].words}, number N1"
    assert decision.outcome is actions()[action].outcome


def test_an_approval_and_a_refusal_are_told_apart() -> None:
    outcomes = {action: Decision(action).outcome for action in actions()}
    assert outcomes["A1"] is Outcome.APPROVED
    assert outcomes["A6"] is Outcome.CHANGED
    assert outcomes["A3"] is Outcome.REFUSED
    assert outcomes["A4"] is Outcome.PENDING
    assert Decision("ZZ").outcome is None
    assert Decision("ZZ").words == "decision 'ZZ', for which we have no words"


def test_a_service_without_a_decision_of_its_own_has_the_events() -> None:
    review = make_review.response()
    first, second = review.services
    assert review.decision_on(first) == Decision("A1", "AUTH0002")
    assert review.decision_on(replace(second, decision=None)) == Decision("A6", "AUTH0002")
    assert make_review.request().decision_on(first) == Decision("A1", "AUTH0002")
    assert make_review.request().decision_on(replace(first, decision=None)) is None


def test_a_refusal_says_why_and_what_to_do() -> None:
    review = make_review.refusal()
    assert review.decided == ("the member is not known; correct it and send again",)
    assert rejection_words(Rejection("N", "QQ", "")) == "not processed for reason 'QQ'"


def test_when_an_authorization_holds() -> None:
    event = make_review.response().event
    assert event is not None
    assert event.period("036") == Period("036", date(2026, 3, 31), date(2026, 3, 31))
    assert event.period("096") is None


def test_request_and_response_are_told_apart_by_bht02_alone() -> None:
    """Both are 278s of one guide; a purpose that is neither is read as a request, and told."""
    data = make.written(make_review.request())
    assert only(data).direction == "request"
    odd = data.replace(b"BHT*0007*13*", b"BHT*0007*99*")
    assert only(odd).direction == "request"
    assert [f.id for f in check(odd)] == ["ELEMENT_CODE"]
    assert [s["direction"] for s in show(make.written(make_review.response()))] == ["response"]


def test_both_stand_in_one_group() -> None:
    data = make.written(make_review.request(), make_review.response())
    first, second = read(data).transactions
    assert isinstance(first, Review)
    assert isinstance(second, Review)
    assert (first.direction, second.direction) == ("request", "response")
    assert check(data) == []


def test_a_notification_of_another_guide_is_kept_and_not_guessed_at() -> None:
    data = make.written(make_review.request()).replace(b"005010X217", b"005010X216")
    assert isinstance(read(data).transactions[0], UnknownSet)


def test_a_request_does_not_answer_itself() -> None:
    response = make_review.response()
    with pytest.raises(ValueError, match="no place for decisions"):
        make.written(replace(response, purpose="13", kind=""))


def test_a_level_is_not_left_out_from_between() -> None:
    with pytest.raises(ValueError, match="level EV is left out"):
        make.written(replace(make_review.request(), event=None))
    with pytest.raises(ValueError, match="level 22 is left out"):
        make.written(replace(make_review.request(), subscriber=None))


def test_a_thirteenth_diagnosis_has_no_room() -> None:
    review = make_review.request()
    assert review.event is not None
    codes = tuple(CodedItem("ABF", f"F{n}") for n in range(200, 213))
    with pytest.raises(ValueError, match="room for 12"):
        make.written(replace(review, event=replace(review.event, diagnoses=codes)))


def test_a_second_event_is_told_and_the_file_is_kept() -> None:
    data = make.written(make_review.request()).replace(
        b"HL*6*5*SS*0~TRN*1*SV0001*9CENTER001~UM*HS*I*A4~", b"HL*6*4*EV*0~UM*HS*I*A4~"
    )
    document = read(data)
    assert {f.id for f in document.findings} >= {"SEGMENT_UNEXPECTED"}
    assert rewrite(document) == data
    assert "LOOP_REPEAT" in {f.id for f in check(data)}


def test_services_of_a_second_event_are_not_the_firsts() -> None:
    """A payer's refusal of something else must not stand as the answer to what was asked."""
    data = make.written(make_review.response()).replace(
        b"HL*7*5*SS*0~UM*HS*I~HCR*A3**0F~",
        b"HL*7*4*EV*1~UM*HS*I~HCR*A1*OTHER~HL*8*7*SS*0~UM*HS*I~HCR*A3**0F~"
        b"HL*9*5*SS*0~UM*HS*I~HCR*A4**0F~",
    )
    [review] = read(data).transactions
    assert isinstance(review, Review)
    assert review.event is not None
    assert review.event.decision == make_review.response().event.decision  # type: ignore[union-attr]
    said = [service.decision and service.decision.action for service in review.services]
    assert said == ["A1", "A4"]
    assert rewrite(read(data)) == data


def test_the_event_of_a_second_subscriber_is_not_the_firsts() -> None:
    data = make.written(make_review.response()).replace(
        b"HL*4*3*23*1~", b"HL*4*2*22*1~NM1*IL*1*OTHER*PAT****MI*W99~HL*5*4*23*1~"
    )
    data = data.replace(b"HL*5*4*EV*1~", b"HL*6*5*EV*1~")
    [review] = read(data).transactions
    assert isinstance(review, Review)
    assert (review.dependent, review.event, review.services) == (None, None, ())


def test_an_edited_278_keeps_what_has_no_field_in_its_place() -> None:
    data = make.written(make_review.request())
    rich = data.replace(b"CL1*3*1*30~", b"CL1*3*1*30*2~CR1***I**DH*5~").replace(
        b"SV1*HC:90837:95**UN*4~", b"SV1*HC:90837:95**UN*4*******Y~TOO*JP*8~"
    )
    rich = rich.replace(b"SE*43*", b"SE*45*")
    document = read(rich)
    assert document.findings == ()
    [review] = document.transactions
    assert isinstance(review, Review)
    changed = rewrite(document, [replace(review, reference="NEW1")])
    assert changed == rich.replace(b"*ASK7*", b"*NEW1*")


MARKS = [DEFAULT, Delimiters("|", ">", "!", "\x1c", "")]
BOUNDED = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def same(transaction: Transaction) -> None:
    for marks in MARKS:
        data = make.written(transaction, delimiters=marks)
        assert read(data).transactions == (transaction,)


@BOUNDED
@given(strategies_review.reviews(answers=False))
def test_a_request_comes_back_as_it_was(review: Review) -> None:
    same(review)


@BOUNDED
@given(strategies_review.reviews(answers=True))
def test_a_response_comes_back_as_it_was(review: Review) -> None:
    same(review)


def test_the_surfaces_of_a_tooth_are_one_letter_each() -> None:
    data = make.written(make_review.request())
    line = b"SV1*HC:90837:95**UN*4~"

    def faults(tooth: bytes) -> list[str]:
        return [f.id for f in check(data.replace(line, line + tooth)) if f.tag == "TOO"]

    assert faults(b"TOO*JP*8*M:O~") == []
    assert faults(b"TOO*JP*8*MOD~") == ["ELEMENT_TOO_LONG"]
