"""276, 277, 277CA: whatever stands at which level, under whom, and in what order, is read into the
typed values and written from them."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carethread.x12.acknowledgment import ClaimStatus, Level
from carethread.x12.check import check
from carethread.x12.common import Party
from carethread.x12.delimiters import DEFAULT
from carethread.x12.show import show
from carethread.x12.status import StatusResponse
from carethread.x12.unshow import write_shown
from carethread.x12.writer import set_lines
from tests.x12 import make, make_status, strategies_levels
from tests.x12.strategies_levels import file_of, paths, segments

BOUNDED = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
KINDS = st.sampled_from(["276", "277", "277CA"])


def anew(data: bytes) -> list[str]:
    """The segments between ST and SE, written from nothing but the typed values."""
    return set_lines(make.only(data), "0001", DEFAULT)[1:-1]


@BOUNDED
@given(KINDS, st.data())
def test_levels_that_differ_come_back_segment_for_segment(kind: str, data: st.DataObject) -> None:
    body = segments(kind, data.draw(strategies_levels.trees(kind, are_unique=True)))
    assert anew(file_of(kind, body)) == body


@BOUNDED
@given(KINDS, st.data())
def test_levels_that_are_alike_are_not_taken_for_one_another(
    kind: str, data: st.DataObject
) -> None:
    """Neighbours of which nothing is said but one name may become one level; what stands above a
    claim, and what stands without one, says the same as before, in the same order."""
    body = segments(kind, data.draw(strategies_levels.trees(kind, are_unique=False)))
    again = anew(file_of(kind, body))
    assert paths(again) == paths(body)
    assert make.only(file_of(kind, again)) == make.only(file_of(kind, body))


@BOUNDED
@given(KINDS, st.data())
def test_their_json_says_the_same(kind: str, data: st.DataObject) -> None:
    body = segments(kind, data.draw(strategies_levels.trees(kind, are_unique=False)))
    file = file_of(kind, body)
    back = write_shown(show(file), make.NOW)
    assert make.only(back) == make.only(file)


def response() -> StatusResponse:
    """The clean 277, and behind it a payer who refuses one receiver and answers another."""
    whole = make_status.response()
    second = Party("2", "SECOND PLAN", id_qualifier="PI", id="SP1")
    other = Party("2", "OTHER OFFICE", id_qualifier="46", id="OFFICE")
    claim = replace(whole.claims[0], trace="Q3", payer=second)
    down = ClaimStatus("E1", "0", "PR", effective=make.DAY)
    refused = Level("receiver", other, 2, "ASK2", (down,))
    return replace(
        whole,
        claims=(*whole.claims, claim),
        levels=(*whole.levels, Level("payer", second, 2), refused),
    )


def test_a_second_payer_may_refuse_a_receiver_of_his() -> None:
    whole = response()
    data = make.written(whole)
    assert make.only(data) == whole
    assert check(data) == []
    body = anew(data)
    at = body.index("NM1*PR*2*SECOND PLAN*****PI*SP1")
    assert body[at - 1 : at + 6] == [
        "HL*7**20*1",
        "NM1*PR*2*SECOND PLAN*****PI*SP1",
        "HL*8*7*21*0",
        "NM1*41*2*OTHER OFFICE*****46*OFFICE",
        "TRN*2*ASK2",
        "STC*E1:0:PR*20260210",
        "HL*9*7*21*1",
    ]


def test_what_is_said_of_all_is_what_no_claim_is_named_in() -> None:
    whole = response()
    assert [status.category for status in whole.said_of_all] == ["E0", "E1"]
    assert {s.category for s in whole.all_statuses} == {"E0", "E1", "F1", "F2"}


def test_the_json_says_who_was_refused_and_whose_claims_are_whose() -> None:
    [shown] = show(make.written(response()))
    assert [(each["level"], each["before"]) for each in shown["levels"]] == [
        ("provider", 2),
        ("payer", 2),
        ("receiver", 2),
    ]
    assert shown["levels"][2]["statuses"][0]["category"] == "E1"
    first, _, last = shown["claims"]
    assert (first["payer"], last["payer"]["name"]) == (None, "SECOND PLAN")
    assert write_shown([shown], make.NOW) == make.written(response())


def test_claims_that_name_another_payer_need_no_level_of_their_own() -> None:
    """And a claim whose neighbours are taken away still stands under its payer."""
    whole = replace(response(), levels=())
    assert make.only(make.written(whole)) == whole
    last = replace(whole, claims=whole.claims[2:])
    assert make.only(make.written(last)).claims[0].payer == whole.claims[2].payer


@pytest.mark.parametrize(
    ("level", "message"),
    [
        (Level("plan", make_status.PAYER), "'plan' is none of payer, receiver, provider"),
        (Level("payer", make_status.PAYER, trace="T1"), "a payer has no place for trace: 'T1'"),
    ],
)
def test_a_level_that_the_guide_does_not_have_is_refused(level: Level, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make.written(replace(make_status.response(), levels=(level,)))
