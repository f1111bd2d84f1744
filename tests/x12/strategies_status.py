"""Any 276 and 277 that the typed values can hold, for round trips."""

from typing import Any

from hypothesis import strategies as st

from carethread.x12.acknowledgment import ClaimStatus, Level
from carethread.x12.common import Party
from carethread.x12.status import (
    Member,
    StatusClaim,
    StatusLine,
    StatusRequest,
    StatusResponse,
)
from tests.x12.make import envelope
from tests.x12.strategies import cents, day, maybe, modifiers, parties, some, text, units, word

number = word(20) | st.just("")
payers = parties("organization", ("PI", "XV"))
receivers = st.builds(
    Party,
    st.sampled_from(["1", "2"]),
    text(20),
    text(10),
    text(10),
    id_qualifier=st.just("46"),
    id=word(10),
)
providers = parties(ids=("FI", "SV", "XX")).filter(lambda p: p.id)
subscribers = parties(ids=("MI", "II"))
dependents = parties("person", ())
more = st.sampled_from([("F2", "88", ""), ("P1", "20", "QC"), ("R4", "317", "", "RX")])


def statuses(level: str) -> st.SearchStrategy[tuple[ClaimStatus, ...]]:
    """What may be said of a "claim", of a "line", or of whoever stands above them."""
    claim = level == "claim"
    return st.lists(
        st.builds(
            ClaimStatus,
            st.sampled_from(["F1", "F2", "P3", "E0"]),
            st.sampled_from(["20", "317"]),
            st.sampled_from(["", "QC"]),
            st.just(""),
            cents if claim else st.just(0),
            day,
            st.just(""),
            some(more if level != "above" else st.just(("E0", "24", "")), 2),
            maybe(cents) if claim else st.none(),
            maybe(day) if claim else st.none(),
            maybe(day) if claim else st.none(),
            st.just("") | word(16) if claim else st.just(""),
            st.sampled_from(["", "RX"]) if level != "above" else st.just(""),
        ),
        min_size=1,
        max_size=2,
    ).map(tuple)


@st.composite
def lines(draw: st.DrawFn, answered: bool) -> StatusLine:
    begin, end = draw(day), draw(day)
    answer: dict[str, Any] = {"paid": draw(cents), "statuses": draw(statuses("line"))}
    return StatusLine(
        procedure=draw(word(10)),
        charge=draw(cents),
        service_from=begin,
        service_to=draw(st.sampled_from([begin, end])),
        units=draw(units if answered else maybe(units)),
        modifiers=draw(modifiers),
        revenue_code=draw(st.sampled_from(["", "0912"])),
        control_number=draw(number),
        **answer if answered else {},
    )


@st.composite
def claims(draw: st.DrawFn, answered: bool) -> StatusClaim:
    """Members have a birth date where they are asked after; a 277 says none."""
    begin, end = draw(day), draw(day)
    dates = draw(st.sampled_from([(None, None), (begin, begin), (begin, end)]))

    def member(party: st.SearchStrategy[Party]) -> Member:
        if answered:
            return Member(draw(party))
        return Member(draw(party), draw(day), draw(st.sampled_from(["F", "M"])))

    only: dict[str, Any] = {"charge": draw(cents), "group_number": draw(number)}
    if answered:
        only = {"statuses": draw(statuses("claim")), "voucher": draw(number)}
    return StatusClaim(
        trace=draw(word(30)),
        provider=draw(providers),
        subscriber=member(subscribers),
        patient=member(dependents) if draw(st.booleans()) else None,
        payer_control_number=draw(number),
        patient_control_number=draw(number),
        bill_type=draw(st.sampled_from(["", "131"])),
        clearinghouse_number=draw(number),
        prescription_number=draw(number),
        service_from=dates[0],
        service_to=dates[1],
        lines=draw(some(lines(answered), 2)),
        **only,
    )


def _common(version: str) -> dict[str, Any]:
    return {
        "envelope": st.just(envelope(version)),
        "payer": payers,
        "receiver": receivers,
        "reference": word(30),
        "created_on": day,
        "created_time": st.sampled_from(["0930", "235959"]),
    }


requests = st.builds(
    StatusRequest,
    **_common("005010X212"),
    claims=st.lists(claims(False), min_size=1, max_size=3).map(tuple),
)


@st.composite
def _responses(draw: st.DrawFn) -> StatusResponse:
    """Behind the claims, providers of whom more is said than that they have none."""
    answered = draw(st.lists(claims(True), max_size=3).map(tuple))
    refused = draw(some(st.tuples(providers, word(20), statuses("above")), 2))
    return StatusResponse(
        **{name: draw(value) for name, value in _common("005010X212").items()},
        claims=answered,
        receiver_trace=draw(word(20)),
        receiver_statuses=draw(statuses("above")),
        levels=tuple(Level("provider", who, len(answered), *said) for who, *said in refused),
    )


responses = _responses()
