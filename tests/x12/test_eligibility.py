"""270 and 271: files of others, a judge that is not ours, and what stays when a set is edited."""

from dataclasses import replace
from decimal import Decimal

import pytest

from carethread.x12.check import check
from carethread.x12.delimiters import DEFAULT
from carethread.x12.eligibility import (
    Benefit,
    Condition,
    EligibilityInquiry,
    EligibilityResponse,
    Member,
    Rejection,
    ServiceInquiry,
)
from carethread.x12.finding import Severity
from carethread.x12.reader import read
from carethread.x12.writer import rewrite, set_lines
from tests.judges import x12sdk_errors
from tests.x12 import make
from tests.x12 import make_eligibility as eligible
from tests.x12.test_samples import SAMPLES

samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"{SAMPLES} is not on this machine")

# file: ST02, BHT03, TRN02s, count of HL, member id, EQ01, DTP*291. Taken with grep and tr.
INQUIRIES = {
    "dependent-health-benefit-check": (
        "1234", "10001234", ["93175-012547"], 4, "11122333301", ("30",), "2006-05-01",
    ),
    "subscriber-health-benefit-check": (
        "1234", "10001234", ["93175-012547"], 3, "11122333301", ("30",), "2006-05-01",
    ),
}  # fmt: skip
# file: EB01s, EB07s in cents, count of EB03s in all, plan, member id, DTP*346. With grep and cut.
RESPONSES = {
    "dependent-health-benefit-check": (
        "1L1BB", [1_000, 3_000], 31, "GOLD 123 PLAN", "123456789", "2006-01-01",
    ),
    "subscriber-health-benefit-check": (
        "1L1BB", [1_000, 3_000], 31, "GOLD 123 PLAN", "123456789", "2006-01-01",
    ),
}  # fmt: skip


@samples
@pytest.mark.samples
@pytest.mark.parametrize("name", INQUIRIES)
def test_a_270_asks_what_grep_finds(name: str) -> None:
    data = (SAMPLES / f"270/linuxforhealth--{name}.edi").read_bytes()
    set_, reference, traces, levels, member_id, types, day = INQUIRIES[name]
    [inquiry] = read(data).transactions
    assert isinstance(inquiry, EligibilityInquiry)
    [asked] = inquiry.people
    patient = asked.patient
    assert (inquiry.envelope.set, inquiry.reference) == (set_, reference)
    assert [t.number for t in patient.traces] == traces
    assert 2 + len({id(asked.subscriber), id(patient)}) == levels
    assert asked.subscriber.party.id == member_id
    assert [i.service_types for i in patient.inquiries] == [types]
    assert [(d.qualifier, d.first.isoformat()) for d in patient.dates] == [("291", day)]
    assert check(data) == []


@samples
@pytest.mark.samples
@pytest.mark.parametrize("name", RESPONSES)
def test_a_271_answers_what_grep_finds(name: str) -> None:
    data = (SAMPLES / f"271/linuxforhealth--{name}.edi").read_bytes()
    kinds, amounts, types, plan, member_id, begin = RESPONSES[name]
    [response] = read(data).transactions
    assert isinstance(response, EligibilityResponse)
    [asked] = response.people
    lines = asked.patient.benefits
    assert "".join(b.code for b in lines) == kinds
    assert [b.amount for b in lines if b.amount is not None] == amounts
    assert sum(len(b.service_types) for b in lines) == types
    assert lines[0].plan == plan
    assert asked.subscriber.party.id == member_id
    assert ("346", begin) in [(d.qualifier, d.first.isoformat()) for d in asked.patient.dates]
    assert [e.name for b in lines for e in b.entities] == ["JONES"]
    assert check(data) == []


@samples
@pytest.mark.samples
def test_a_271_that_refuses_says_whom_and_why() -> None:
    name = "271/linuxforhealth--subscriber-health-benefit-check-error.edi"
    data = (SAMPLES / name).read_bytes()
    [response] = read(data).transactions
    assert isinstance(response, EligibilityResponse)
    [receiver] = response.sources[0].receivers
    assert receiver.subscribers == ()
    assert receiver.entity.rejections == (Rejection("Y", "50", "N"),)
    assert [f.id for f in check(data)] == ["SE_CONTROL"]


# -- a judge that is not ours -------------------------------------------------------------------

TWO_CHILDREN = eligible.inquiry(
    eligible.subscriber(
        dependents=tuple(
            eligible.dependent(
                traces=(eligible.trace("1", number),), inquiries=(ServiceInquiry(("30", "MH")),)
            )
            for number in ("A", "B")
        )
    )
)


def without_contact(response: EligibilityResponse) -> EligibilityResponse:
    """The payer's PER left out: see MISTAKEN."""
    [source] = response.sources
    return replace(response, sources=(replace(source, entity=eligible.payer()),))


def answer(*benefits: Benefit) -> EligibilityResponse:
    return without_contact(eligible.response(eligible.subscriber(benefits=benefits)))


def refused_provider() -> EligibilityResponse:
    response = without_contact(eligible.response())
    [source] = response.sources
    receiver = replace(
        source.receivers[0],
        entity=eligible.provider(rejections=(Rejection("Y", "51", "C"),)),
        subscribers=(),
    )
    return replace(response, sources=(replace(source, receivers=(receiver,)),))


ACCEPTED = {
    "an inquiry about a subscriber": eligible.inquiry(eligible.inquiry().people[0].subscriber),
    "an inquiry about two children": TWO_CHILDREN,
    "an answer with cost sharing": answer(*eligible.benefits()[:11]),
    "limits and a carve-out": answer(eligible.benefits()[11], eligible.benefits()[13]),
    "a refused provider": refused_provider(),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_x12sdk_accepts_what_we_write(name: str) -> None:
    data = make.written(ACCEPTED[name])
    assert x12sdk_errors(data) == []
    assert [f for f in check(data) if f.severity is Severity.ERROR] == []


MISTAKEN = {
    # The payer's PER (loop 2100A) is dropped in reading, and SE then seems to count one too many.
    "SE segment count": eligible.response(eligible.subscriber(benefits=eligible.benefits()[:1])),
    # An inquiry names service types (EQ01) or a procedure (EQ02); x12sdk requires the first.
    "service_type_code": eligible.inquiry(eligible.inquiry().people[1].subscriber),
    # A policy number is REF*1L; x12sdk's list has a letter, IL, in place of the figure.
    "reference_identification_qualifier": answer(eligible.benefits()[14]),
    # III stands for itself; LS and LE belong to the loop 2120 behind it, not to III.
    "ls_segment": answer(
        replace(eligible.benefits()[11], conditions=eligible.benefits()[12].conditions)
    ),
    # EB09 is a code (VS visits); x12sdk reads it as a number.
    "quantity_qualifier": answer(
        Benefit("F", service_types=("MH",), quantity_qualifier="VS", quantity=Decimal(20))
    ),
    # A member who is not found is refused with 75; x12sdk knows only a provider's reasons there.
    "reject_reason_code": eligible.response(
        eligible.subscriber(rejections=(Rejection("Y", "75", "C"),))
    ),
}


@pytest.mark.parametrize("where", MISTAKEN)
def test_where_x12sdk_is_wrong_the_guide_is_ours(where: str) -> None:
    data = make.written(MISTAKEN[where])
    assert where in " ".join(x12sdk_errors(data))
    assert [f for f in check(data) if f.severity is Severity.ERROR] == []


def test_x12sdk_does_refuse_an_answer_that_is_wrong() -> None:
    data = make.written(answer(*eligible.cost_sharing()))
    assert x12sdk_errors(data.replace(b"EB*C*IND", b"EB*C*XXX"))


# -- reading, editing, writing ------------------------------------------------------------------


@pytest.mark.parametrize("whole", [eligible.inquiry(), eligible.response()])
def test_our_own_check_finds_nothing_in_the_clean_ones(whole: EligibilityInquiry) -> None:
    assert check(make.written(whole)) == []


RICH = (
    ("DMG*D8*19900517*F~", "DMG*D8*19900517*F**:RET:A~"),
    ("DTP*346*D8*20240101~", "DTP*346*D8*20240101~MPI*C*AE*A**A1*D8*20200101~ZZZ*KEPT~"),
    ("MSG*VISITS", "MSG**LC~MSG*VISITS"),
    ("PER*IC*PROVIDER LINE*", "PER*ZZ*OTHER~PER*IC*PROVIDER LINE*"),
)


def test_an_edit_leaves_what_has_no_field_where_it_was() -> None:
    data = make.written(eligible.response()).decode()
    for old, new in RICH:
        assert old in data
        data = data.replace(old, new, 1)
    data = data.replace("SE*67*", "SE*71*")
    document = read(data.encode())
    [response] = document.transactions
    assert isinstance(response, EligibilityResponse)
    edited = rewrite(document, [replace(response, reference="Q8")]).decode()
    before, after = sorted(data.split("~")), sorted(edited.split("~"))
    assert [s for s in before if s not in after] == ["BHT*0022*11*Q000007*20260302*0931"]
    assert [s for s in after if s not in before] == ["BHT*0022*11*Q8*20260302*0931"]


def test_levels_that_a_file_leaves_out_lose_nobody() -> None:
    lines = [s for s in make.written(eligible.response()).decode().split("~") if "HL*2*1*" not in s]
    [response] = read("~".join(lines).encode()).transactions
    assert isinstance(response, EligibilityResponse)
    assert [p.patient.party.first_name for p in response.people] == ["ANNA", "BEN"]


def test_service_types_repeat_only_where_the_file_can_say_so() -> None:
    data = make.written(eligible.inquiry()).replace(b"*^*00501", b"*U*00501")
    [inquiry] = read(data).transactions
    assert isinstance(inquiry, EligibilityInquiry)
    assert inquiry.people[0].patient.inquiries[0].service_types == ("30^MH^UC",)


def test_a_270_holds_no_answers_and_a_271_no_questions() -> None:
    asked = eligible.inquiry().people[0].subscriber
    with pytest.raises(ValueError, match="no place for benefits"):
        set_lines(eligible.inquiry(replace(asked, benefits=eligible.benefits())), "1", DEFAULT)
    with pytest.raises(ValueError, match="no place for inquiries"):
        set_lines(eligible.response(asked), "1", DEFAULT)
    grandchild: Member = eligible.dependent(dependents=(eligible.dependent(),))
    with pytest.raises(ValueError, match="no place for dependents"):
        set_lines(eligible.response(eligible.subscriber(dependents=(grandchild,))), "1", DEFAULT)


def test_an_inquiry_that_names_no_service_keeps_what_it_says_beside_it() -> None:
    asked = (ServiceInquiry(conditions=(Condition("ZZ", "11"),)),)
    data = make.written(eligible.inquiry(eligible.subscriber(inquiries=asked)))
    assert b"~EQ~III*ZZ*11~" in data
    [source] = make.only(data).sources
    assert source.receivers[0].subscribers[0].inquiries == asked
