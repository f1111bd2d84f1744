"""Any 837P and 837I that the typed values can hold, for round trips."""

from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from carethread.x12.claim import (
    Claim,
    ClaimCode,
    ClaimFile,
    ClaimLine,
    Diagnosis,
    Drug,
    LineAdjudication,
    OtherPayer,
    OtherPayerProvider,
    Patient,
    Subscriber,
)
from carethread.x12.common import Attachment, Dated, Kept, Note, Party
from tests.x12.make import envelope
from tests.x12.strategies import (
    EMPTY,
    NONE,
    NOTHING,
    addresses,
    adjustments,
    amounts,
    cents,
    contacts,
    day,
    inpatients,
    maybe,
    modifiers,
    outpatients,
    parties,
    references,
    sex,
    some,
    text,
    units,
    word,
)

number = EMPTY | word(20)
provider_numbers = references("0B", "1G", "G2")
clinicians = parties("person", refs=provider_numbers)
specialists = parties(refs=provider_numbers, taxonomy=EMPTY | word(10))
facilities = parties("organization", address=addresses, refs=references("G2", "LU"))
plans = parties("organization", ("PI", "XV"), address=maybe(addresses))
attachments = some(
    st.builds(Attachment, st.just("OZ"), st.sampled_from(["AA", "EL"]), EMPTY | word(20)), 2
)


def notes(*codes: str, most: int = 2) -> SearchStrategy[tuple[Note, ...]]:
    return some(st.builds(Note, st.sampled_from(codes), text(40, 1)), most)


@st.composite
def spans(draw: st.DrawFn) -> tuple[date, date]:
    """One day, or a first and a last."""
    begin = draw(day)
    return begin, draw(st.sampled_from([begin, draw(day)]))


def dates(*qualifiers: str) -> SearchStrategy[tuple[Dated, ...]]:
    return some(st.tuples(st.sampled_from(qualifiers), spans()).map(lambda d: Dated(d[0], *d[1])))


def in_order(*runs: SearchStrategy[tuple[Any, ...]]) -> SearchStrategy[tuple[Any, ...]]:
    """Codes of HI in the order in which the guide has their qualifiers, which is how they come."""
    return st.tuples(*runs).map(lambda found: tuple(code for run in found for code in run))


@st.composite
def days_of(draw: st.DrawFn, qualifier: str) -> ClaimCode:
    first, last = draw(spans()) if qualifier == "BI" else (draw(day),) * 2
    return ClaimCode(qualifier, draw(word(7)), first, last)


def bare(qualifier: str) -> SearchStrategy[ClaimCode]:
    return st.builds(ClaimCode, st.just(qualifier), word(7))


values_of = st.builds(ClaimCode, st.just("BE"), word(2), NONE, NONE, cents)
codes = {
    "837P": in_order(some(bare("BP"), 1), some(bare("BG"), 14)),
    "837I": in_order(
        some(bare("DR"), 1),
        some(days_of("BBR"), 1),
        some(days_of("BBQ"), 13),
        some(days_of("BI")),
        some(days_of("BH")),
        some(values_of),
        some(bare("BG")),
        some(bare("TC")),
    ),
}


def diagnosed(qualifier: str, most: int, present: bool = False) -> SearchStrategy[Any]:
    on_admission = st.sampled_from(["", *"YNUW"]) if present else EMPTY
    return some(st.builds(Diagnosis, st.just(qualifier), word(7), on_admission), most)


principal = st.builds(Diagnosis, st.just("ABK"), word(7)).map(lambda diagnosis: (diagnosis,))
diagnoses = {
    "837P": NOTHING | in_order(principal, diagnosed("ABF", 11)),
    "837I": in_order(
        diagnosed("ABK", 1, True),
        diagnosed("ABJ", 1),
        diagnosed("APR", 3),
        diagnosed("ABN", 3, True),
        diagnosed("ABF", 14, True),
    ),
}
drugs = st.builds(
    Drug,
    st.just("N4"),
    word(11),
    units,
    st.sampled_from(["UN", "ML"]),
    references("VY", "XZ").map(lambda numbers: numbers[:1]),
)


def adjudications(kind: str) -> SearchStrategy[LineAdjudication]:
    return st.builds(
        LineAdjudication,
        payer_id=word(10),
        paid=cents,
        procedure=word(5),
        modifiers=modifiers,
        revenue_code=word(4) if kind == "837I" else EMPTY | word(4),
        units=units,
        adjustments=adjustments,
        paid_on=maybe(day),
        procedure_qualifier=st.sampled_from(["HC", "ER"]),
        description=text(20),
        bundled_line=st.integers(0, 99),
        amounts=amounts("EAF"),
    )


sellers = st.builds(
    Party,
    st.sampled_from(["1", "2"]),
    st.just(""),
    id_qualifier=st.just("XX"),
    id=word(15),
    references=references("0B", "G2"),
)
ONLY_ON_A_LINE: dict[str, dict[str, SearchStrategy[Any]]] = {
    "837P": {
        "unit": st.sampled_from(["UN", "MJ"]),
        "place_of_service": st.sampled_from(["", "11", "10"]),
        "pointers": some(st.integers(1, 12), 4),
        "rendering": maybe(specialists),
        "supervising": maybe(clinicians),
        "primary_care": maybe(clinicians),
        "purchased_service": maybe(sellers),
        "ordering": maybe(parties("person", address=maybe(addresses), contact=maybe(contacts))),
        "service_facility": maybe(facilities),
        "authorization": number,
        "notes": notes("ADD", "DCP"),
        "references": references("9B", "X4"),
        "amounts": amounts("T", "F4"),
        "dates": dates("471", "607", "738"),
        **dict.fromkeys(["emergency", "epsdt", "family_planning"], st.sampled_from(["", "Y"])),
        "copay_exempt": st.sampled_from(["", "0"]),
    },
    "837I": {
        "unit": st.sampled_from(["UN", "DA"]),
        "revenue_code": word(4),
        "rendering": maybe(parties(refs=provider_numbers)),
        "operating": maybe(clinicians),
        "other_operating": maybe(clinicians),
        "non_covered": cents,
        "notes": notes("TPO", most=1),
        "references": references("9B", "9D"),
        "amounts": amounts("GT", "N8"),
    },
}


def together(cls: type[Any], *parts: SearchStrategy[dict[str, Any]]) -> SearchStrategy[Any]:
    """A `cls` of fields that are drawn in groups."""
    return st.tuples(*parts).map(lambda drawn: cls(**{k: v for d in drawn for k, v in d.items()}))


def from_to(first: str, last: str) -> SearchStrategy[dict[str, date]]:
    return spans().map(lambda span: {first: span[0], last: span[1]})


def lines(kind: str) -> SearchStrategy[ClaimLine]:
    fields: dict[str, SearchStrategy[Any]] = {
        "number": st.integers(1, 999),
        "procedure": word(5),
        "charge": cents,
        "units": units,
        "modifiers": modifiers,
        "procedure_qualifier": st.sampled_from(["HC", "HP"]),
        "description": text(20),
        "control_number": EMPTY | word(30),
        "attachments": attachments,
        "drug": maybe(drugs),
        "referring": maybe(clinicians),
        "adjudications": some(adjudications(kind), 2),
    }
    days = from_to("service_from", "service_to")
    return together(ClaimLine, days, st.fixed_dictionaries(fields | ONLY_ON_A_LINE[kind]))


policy: dict[str, SearchStrategy[Any]] = {
    "payer_sequence": st.sampled_from(["P", "S", "T"]),
    "group_number": number,
    "group_name": text(20),
    "filing_indicator": st.sampled_from(["", "CI", "MC"]),
    "insurance_type": st.sampled_from(["", "12"]),
}
subscribers = st.builds(
    Subscriber,
    party=parties(ids=("MI", "II"), address=maybe(addresses)),
    relationship=st.sampled_from(["", "18"]),
    birth_date=day,
    sex=sex,
    **policy,
)
patients = st.builds(
    Patient,
    parties("person", (), address=addresses),
    st.sampled_from(["19", "01"]),
    day,
    sex,
)
other_payers = st.builds(
    OtherPayer,
    subscriber=st.builds(
        Subscriber,
        party=parties(ids=("MI",), address=maybe(addresses)),
        relationship=st.sampled_from(["18", "01"]),
        **policy,
    ),
    payer=parties("organization", ("PI",), address=maybe(addresses), refs=references("2U")),
    adjustments=adjustments,
    amounts=amounts("D", "A8", "EAF"),
    claim_control_number=number,
    paid_on=maybe(day),
    benefits_assigned=st.sampled_from(["Y", "N"]),
    release_of_information=st.sampled_from(["Y", "I"]),
    inpatient=maybe(inpatients),
    outpatient=maybe(outpatients),
    providers=some(
        st.builds(
            OtherPayerProvider,
            st.sampled_from(["DN", "82", "77", "85"]),
            st.sampled_from(["1", "2"]),
            references("G2", "LU"),
        ),
        2,
    ),
)


ONLY_ON: dict[str, dict[str, SearchStrategy[Any]]] = {
    "837P": {
        "facility_code": st.sampled_from(["11", "02", "53"]),
        "rendering": maybe(specialists),
        "supervising": maybe(clinicians),
        "primary_care": maybe(clinicians),
        "signature_on_file": st.sampled_from(["Y", "N"]),
        "patient_signature": st.sampled_from(["", "P"]),
        "related_causes": st.sampled_from([(), ("AA",), ("AA", "EM")]),
        "accident_state": st.sampled_from(["", "CT"]),
        "special_program": st.sampled_from(["", "02"]),
        "notes": notes("ADD", "DGN", most=1),
        "references": references("EA", "D9"),
        "dates": dates("431", "439", "304"),
    },
    "837I": {
        "facility_code": st.sampled_from(["11", "13", "86"]),
        "rendering": maybe(clinicians),
        "attending": maybe(parties("person", refs=provider_numbers, taxonomy=number)),
        "operating": maybe(clinicians),
        "other_operating": maybe(clinicians),
        "discharge_time": st.sampled_from(["", "1130"]),
        "admission_type": st.sampled_from(["", "1"]),
        "admission_source": st.sampled_from(["", "2"]),
        "patient_status": st.sampled_from(["30", "01"]),
        "notes": notes("ADD", "MED", "DGN"),
        "references": references("D9", "EA"),
        "dates": dates("050"),
    },
}
billing = parties(
    address=addresses,
    contact=maybe(contacts),
    refs=references("EI", "SY"),
    taxonomy=EMPTY | word(10),
)
pay_to_plans = parties("organization", ("PI",), address=addresses, refs=references("2U", "EI"))


def claims(kind: str) -> SearchStrategy[Claim]:
    statement = from_to("statement_from", "statement_to") if kind == "837I" else st.just({})
    fields: dict[str, SearchStrategy[Any]] = {
        "kind": st.just(kind),
        "claim_id": word(20),
        "charge": cents,
        "frequency": st.sampled_from(["1", "7", "8"]),
        "billing": billing,
        "subscriber": subscribers,
        "payer": plans,
        "diagnoses": diagnoses[kind],
        "codes": codes[kind],
        "lines": some(lines(kind), 2),
        "patient": maybe(patients),
        "pay_to": maybe(addresses),
        "pay_to_plan": maybe(pay_to_plans),
        "referring": maybe(clinicians),
        "service_facility": maybe(facilities),
        "other_payers": some(other_payers, 2),
        "authorization": number,
        "referral": number,
        "original_reference": number,
        "accepts_assignment": st.sampled_from(["A", "B", "C"]),
        "benefits_assigned": st.sampled_from(["Y", "N"]),
        "release_of_information": st.sampled_from(["Y", "I"]),
        "patient_paid": cents,
        "admission_date": maybe(day),
        "attachments": attachments,
        "delay_reason": st.sampled_from(["", "7"]),
        "extra": some(st.just(Kept(("K3", "STATE DATA"))), 1),
    }
    return together(Claim, statement, st.fixed_dictionaries(fields | ONLY_ON[kind]))


def files(kind: str, guide: str) -> SearchStrategy[ClaimFile]:
    return st.builds(
        ClaimFile,
        envelope=st.just(envelope(guide)),
        submitter=parties("submitter", ("46",), contact=maybe(contacts)),
        receiver=parties("organization", ("46",)),
        created_on=day,
        created_time=st.sampled_from(["0930", "235959"]),
        reference=word(30),
        claims=st.lists(claims(kind), min_size=1, max_size=3).map(tuple),
        purpose=st.sampled_from(["00", "18"]),
        kind=st.sampled_from(["CH", "RP"]),
    )


professional = files("837P", "005010X222A1")
institutional = files("837I", "005010X223A2")
