"""Any 270 and 271 that the typed values can hold, for round trips."""

from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from carethread.x12.claim import Diagnosis
from carethread.x12.common import Amount, Party
from carethread.x12.eligibility import (
    Benefit,
    Condition,
    ContactInfo,
    ContactPoint,
    Delivery,
    EligibilityInquiry,
    EligibilityResponse,
    Entity,
    Identifier,
    Member,
    Period,
    ProviderRole,
    Receiver,
    Rejection,
    Related,
    Relation,
    ServiceInquiry,
    Source,
    Trace,
)
from tests.x12 import make_eligibility as make
from tests.x12.make import envelope
from tests.x12.strategies import (
    EMPTY,
    NOTHING,
    addresses,
    cents,
    day,
    maybe,
    modifiers,
    some,
    text,
    units,
    word,
)

blank_or_word = EMPTY | word(10)
quantities = maybe(units)
service_types = some(st.sampled_from(["30", "MH", "A6", "98", "ZZ"]), 4)
pointers = some(st.integers(1, 8), 4)
procedures: SearchStrategy[dict[str, Any]] = st.just({}) | st.fixed_dictionaries(
    {
        "procedure_qualifier": st.sampled_from(["HC", "CJ"]),
        "procedure": word(5),
        "modifiers": modifiers,
    }
)
conditions = some(
    st.builds(Condition, st.sampled_from(["ZZ", "GR"]), word(4), st.just("44"), text(10)), 2
)
asked_conditions = some(st.builds(Condition, st.just("ZZ"), word(4)), 2)  # III01, III02 and no more
rejections = some(
    st.builds(Rejection, st.sampled_from("YN"), word(2), st.sampled_from("CNRSWXY")), 2
)
contacts = some(
    st.builds(
        ContactInfo,
        text(15),
        st.lists(
            st.builds(ContactPoint, st.sampled_from(["TE", "FX", "UR", "EX"]), word(12)),
            min_size=1,
            max_size=3,
        ).map(tuple),
    ),
    2,
)
relations = st.builds(
    Relation,
    st.sampled_from("YN"),
    st.sampled_from(["18", "19"]),
    EMPTY | st.just("001"),
    EMPTY | st.just("25"),
    st.integers(0, 5),
)
diagnoses = some(st.builds(Diagnosis, st.sampled_from(["ABK", "ABF"]), word(7)), 8)
roles = maybe(
    st.builds(ProviderRole, st.sampled_from(["PE", "PC"]), EMPTY | st.just("PXC"), blank_or_word)
)


@st.composite
def periods(draw: st.DrawFn, *qualifiers: str, most: int = 2) -> tuple[Period, ...]:
    found = []
    for _ in range(draw(st.integers(0, most))):
        first, last = draw(day), draw(day)
        last = draw(st.sampled_from([first, last]))
        found.append(Period(draw(st.sampled_from(qualifiers)), first, last))
    return tuple(found)


def identifiers(*qualifiers: str, most: int = 2) -> SearchStrategy[tuple[Identifier, ...]]:
    return some(st.builds(Identifier, st.sampled_from(qualifiers), word(15), text(15)), most)


def entities(role: SearchStrategy[str], **more: SearchStrategy[Any]) -> SearchStrategy[Entity]:
    return st.builds(
        Entity,
        role,
        st.sampled_from("12"),
        text(20, 1),
        text(10),
        text(10),
        text(5),
        st.just("PI"),
        word(12),
        **more,
    )


related = st.builds(
    Related,
    st.lists(
        entities(
            st.sampled_from(["VN", "PR", "P3", "QQ"]),
            relationship=EMPTY | st.just("01"),
            address=maybe(addresses),
            contacts=contacts,
            provider=roles,
        ),
        min_size=1,
        max_size=2,
    ).map(tuple),
)
deliveries = st.builds(
    Delivery,
    EMPTY | st.sampled_from(["VS", "DY"]),
    quantities,
    EMPTY | st.just("WK"),
    quantities,
    EMPTY | st.sampled_from(["22", "29"]),
    st.integers(0, 99),
    blank_or_word.map(lambda t: t[:2]),
    EMPTY | st.just("A"),
)
share = maybe(st.decimals(0, 1, places=2, allow_nan=False))


@st.composite
def benefits(draw: st.DrawFn) -> Benefit:
    return Benefit(
        code=draw(st.sampled_from(["1", "B", "C", "F", "CB", "QQ"])),
        coverage_level=draw(EMPTY | st.sampled_from(["IND", "FAM"])),
        service_types=draw(service_types),
        insurance_type=draw(EMPTY | st.just("HM")),
        plan=draw(text(30)),
        period=draw(EMPTY | st.sampled_from(["23", "29"])),
        amount=draw(maybe(cents)),
        percent=draw(share),
        quantity_qualifier=draw(EMPTY | st.just("VS")),
        quantity=draw(quantities),
        authorization=draw(EMPTY | st.sampled_from("YNU")),
        network=draw(EMPTY | st.sampled_from("YNWU")),
        pointers=draw(pointers),
        deliveries=draw(some(deliveries, 2)),
        references=draw(identifiers("18", "6P", "1L")),
        dates=draw(periods("291", "348")),
        rejections=draw(rejections),
        messages=draw(some(text(40, 1), 2)),
        conditions=draw(conditions),
        related=draw(some(related, 1)),
        **draw(procedures),
    )


@st.composite
def inquiries_about(draw: st.DrawFn) -> ServiceInquiry:
    return ServiceInquiry(
        service_types=draw(service_types),
        coverage_level=draw(EMPTY | st.just("FAM")),
        pointers=draw(pointers),
        amounts=tuple(
            Amount(q, draw(cents)) for q in draw(st.sampled_from([(), ("R",), ("R", "PB")]))
        ),
        conditions=draw(asked_conditions),
        references=draw(some(st.builds(Identifier, st.sampled_from(["9F", "G1"]), word(15)), 1)),
        dates=draw(periods("291", most=1)),
        **draw(procedures),
    )


@st.composite
def members(draw: st.DrawFn, answered: bool, depth: int = 0) -> Member:
    ids = st.just(("", ""))
    if answered or depth == 0:  # a 270 has no number for a dependent
        ids = ids | st.tuples(st.just("MI"), word(15))
    party = Party(
        "1",
        draw(text(20, 1)),
        draw(text(10)),
        draw(text(10)),
        draw(text(5)),
        *draw(ids),
        address=draw(maybe(addresses)),
    )
    asked = {"inquiries": draw(some(inquiries_about(), 2))}
    said = {"benefits": draw(some(benefits(), 3)), "rejections": draw(rejections)}
    below = draw(some(members(answered, 1), 2)) if depth == 0 else ()
    named = draw(identifiers("18", "6P"))
    return Member(
        party,
        traces=draw(some(st.builds(Trace, st.sampled_from("12"), word(20), word(10), text(10)), 2)),
        birth_date=draw(maybe(day)),
        sex=draw(EMPTY | st.sampled_from("FM")),
        references=named if answered else tuple(Identifier(r.qualifier, r.value) for r in named),
        provider=draw(roles),
        relation=draw(maybe(relations)),
        diagnoses=draw(diagnoses),
        dates=draw(periods("291", "102")),
        dependents=below,
        **(said if answered else asked),
    )


def sources(answered: bool) -> SearchStrategy[tuple[Source, ...]]:
    receivers = st.builds(
        Receiver,
        entities(
            st.sampled_from(["1P", "FA"]),
            references=identifiers("TJ", "EO"),
            address=maybe(addresses),
            provider=maybe(st.builds(ProviderRole, st.just("BI"), st.just("PXC"), word(10))),
            rejections=rejections if answered else NOTHING,
        ),
        some(members(answered), 2),
    )
    source = st.builds(
        Source,
        entities(
            st.sampled_from(["PR", "2B"]),
            contacts=contacts if answered else NOTHING,
            rejections=rejections if answered else NOTHING,
        ),
        some(receivers, 2),
        rejections if answered else NOTHING,
    )
    return st.lists(source, min_size=1, max_size=2).map(tuple)


def wholes(kind: type[Any], answered: bool, purpose: str) -> SearchStrategy[Any]:
    return st.builds(
        kind,
        envelope=st.just(envelope(make.GUIDE)),
        sources=sources(answered),
        reference=blank_or_word,
        created_on=st.dates(date(1900, 1, 1), date(2099, 12, 31)),
        created_time=st.sampled_from(["0930", "235959"]),
        purpose=st.just(purpose),
        kind=EMPTY | st.just("RT"),
    )


inquiries = wholes(EligibilityInquiry, False, "13")
responses = wholes(EligibilityResponse, True, "11")
