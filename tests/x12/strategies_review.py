"""Any 278 that the typed values can hold, for round trips."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from carethread.x12.common import Party
from carethread.x12.eligibility import Delivery, Identifier, Rejection, Relation, Trace
from carethread.x12.review import (
    CodedItem,
    Decision,
    DentalService,
    InstitutionalService,
    PatientCondition,
    PatientEvent,
    ProfessionalService,
    Requested,
    Review,
    ReviewAttachment,
    ReviewMember,
    ReviewService,
)
from tests.x12.make import envelope
from tests.x12.strategies import addresses, day, maybe, modifiers, some, text, units, word
from tests.x12.strategies_eligibility import contacts, entities, identifiers, periods, roles

number = word(20) | st.just("")
charges = st.integers(0, 10**9)
NONE, NOTHING, EMPTY = st.none(), st.just(()), st.just("")


def only_if(answers: bool, strategy: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return strategy if answers else NOTHING


rejections = some(
    st.builds(
        Rejection, st.sampled_from("YN"), st.sampled_from(["75", "15"]), st.sampled_from("CNPRSY")
    ),
    2,
)
requested = st.builds(
    Requested,
    st.sampled_from(["AR", "HS", "SC"]),
    st.sampled_from(["I", "R", "4"]),
    st.sampled_from(["", "A4", "MH"]),
    st.sampled_from(["", "11"]),
    EMPTY,
    st.sampled_from([(), ("AP",), ("AA", "EM")]),
    st.sampled_from(["", "CT"]),
    EMPTY,
    st.sampled_from(["", "03", "U"]),
    st.sampled_from(["", "1"]),
    st.sampled_from(["", "2"]),
    st.sampled_from(["", "Y"]),
    st.sampled_from(["", "7"]),
).map(lambda r: replace(r, facility_qualifier="B" if r.facility_code else ""))
decisions = st.builds(
    Decision,
    st.sampled_from(["A1", "A2", "A3", "A4", "A6", "C", "CT", "NA"]),
    number,
    st.sampled_from(["", "0F"]),
    st.sampled_from(["", "Y"]),
)
deliveries = st.builds(
    Delivery,
    st.sampled_from(["DY", "VS"]),
    units,
    st.sampled_from(["", "WK"]),
    maybe(units),
    st.sampled_from(["", "35"]),
    st.integers(0, 99),
    st.sampled_from(["", "1"]),
    st.sampled_from(["", "A"]),
)
attachments = some(
    st.builds(
        ReviewAttachment,
        st.just("77"),
        st.sampled_from(["EL", "FX"]),
        st.just("AC"),
        word(20),
        text(20),
    ),
    2,
)
codes = some(st.builds(CodedItem, st.sampled_from(["ABK", "ABF"]), word(7), maybe(day)), 12)
conditions = some(
    st.builds(
        PatientCondition,
        st.sampled_from(["75", "77"]),
        st.sampled_from("YN"),
        st.lists(word(2).filter(lambda w: len(w) == 2), min_size=1, max_size=5).map(tuple),
    ),
    2,
)
procedures: dict[str, SearchStrategy[Any]] = {
    "procedure": word(7),
    "modifiers": modifiers,
    "charge": charges,
    "units": maybe(units),
}
professional = st.builds(
    ProfessionalService,
    **procedures,
    description=text(20),
    range_to=st.just("") | word(7),
    unit=st.sampled_from(["UN", "MJ"]),
    pointers=some(st.integers(1, 12), 4),
)
institutional = st.builds(
    InstitutionalService,
    revenue_code=st.just("0912"),
    procedure_qualifier=st.just("HC"),
    **procedures,
    unit=st.sampled_from(["DA", "UN"]),
    rate=maybe(units),
)
dental = st.builds(DentalService, **procedures)


LINES = {"professional": professional, "institutional": institutional, "dental": dental}


def traces(*kinds: str) -> SearchStrategy[tuple[Trace, ...]]:
    return some(st.builds(Trace, st.sampled_from(kinds), word(20), word(10), text(10)), 2)


def people(role: str, answers: bool, **more: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """Somebody of that role; what only a response says of him is left out of a request."""
    return entities(
        st.sampled_from(role.split()),
        references=identifiers("EI", "G5"),
        address=maybe(addresses),
        contacts=contacts.map(lambda c: c[:1]),
        provider=roles,
        rejections=only_if(answers, rejections),
        **more,
    ).map(_with_npi)


def _with_npi(entity: Any) -> Any:
    return replace(entity, id_qualifier="XX")


def reachable(answers: bool, roles: str, most: int = 1) -> SearchStrategy[Any]:
    """Whom a payer names as somebody to turn to."""
    named = entities(
        st.sampled_from(roles.split()),
        address=maybe(addresses),
        contacts=contacts,
    )
    return some(named, most) if answers else NOTHING


def common(answers: bool) -> dict[str, SearchStrategy[Any]]:
    return {
        "traces": traces("1", "2") if answers else traces("1"),
        "rejections": only_if(answers, rejections),
        "decision": maybe(decisions) if answers else NONE,
        "previous_authorization": number,
        "administrative_reference": number,
        "delivery": maybe(deliveries),
        "attachments": attachments,
        "message": text(40),
    }


def services(answers: bool) -> SearchStrategy[ReviewService]:
    qualifiers = ("472", "102", "036", "007") if answers else ("472",)
    lines = st.sampled_from(["professional", "institutional", "dental"]).flatmap(
        lambda name: st.fixed_dictionaries({name: LINES[name]})
    )
    return st.tuples(
        st.fixed_dictionaries(
            {
                **common(answers),
                "requested": maybe(requested),
                "dates": periods(*qualifiers, most=1),
                "providers": some(people("SJ 72", answers), 1),
                "contacts": reachable(answers, "1P L5"),
            }
        ),
        st.just({}) | lines,
    ).map(lambda pair: ReviewService(**pair[0], **pair[1]))


def events(answers: bool) -> SearchStrategy[PatientEvent]:
    qualifiers = ("AAH", "435", "431") + (("102", "036", "007") if answers else ())
    return st.builds(
        PatientEvent,
        **common(answers),
        requested=requested,
        dates=periods(*qualifiers, most=3),
        diagnoses=codes,
        conditions=NOTHING if answers else conditions,
        admission_type=st.sampled_from(["", "3"]),
        admission_source=st.sampled_from(["", "1"]),
        patient_status=st.sampled_from(["", "30"]),
        providers=some(people("FA 71 SJ", answers), 2),
        contacts=reachable(answers, "1P PR"),
        other_reviewers=some(entities(st.sampled_from(["00", "CA"])), 1),
        transports=some(
            entities(st.sampled_from(["PW", "45"]), address=maybe(addresses)).map(_nameless_id), 1
        ),
    )


def _nameless_id(entity: Any) -> Any:
    return replace(entity, id_qualifier="", id="")


def members(answers: bool, id_qualifier: str) -> SearchStrategy[ReviewMember]:
    party = st.builds(
        Party,
        st.just("1"),
        text(20, 1),
        text(10),
        text(10),
        text(5),
        st.just(id_qualifier),
        word(12) if id_qualifier else EMPTY,
        address=maybe(addresses),
    )
    return st.builds(
        ReviewMember,
        party,
        maybe(day),
        st.sampled_from(["", "F", "M"]),
        some(st.builds(Identifier, st.sampled_from(["SY", "EJ"]), word(15)), 2),
        maybe(st.builds(Relation, st.sampled_from("YN"), st.sampled_from(["18", "19"]))),
        only_if(answers, rejections),
    )


def reviews(answers: bool) -> SearchStrategy[Review]:
    reviewer = entities(
        st.just("X3"),
        contacts=contacts.map(lambda c: c[:1]) if answers else NOTHING,
        rejections=only_if(answers, rejections),
    )
    return st.builds(
        Review,
        envelope=st.just(envelope("005010X217")),
        reviewer=reviewer,
        requester=people("1P FA", answers),
        reference=word(30),
        created_on=day,
        created_time=st.sampled_from(["0930", "235959"]),
        purpose=st.just("11") if answers else st.sampled_from(["13", "01", "36"]),
        kind=st.sampled_from(["18", "19"]) if answers else EMPTY,
        rejections=only_if(answers, rejections),
        subscriber=members(answers, "MI"),
        dependent=maybe(members(answers, "")),
        event=events(answers),
        services=some(services(answers), 2),
    )
