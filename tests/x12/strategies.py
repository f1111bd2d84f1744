"""Any transaction that the typed values can hold, for round trips."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from carethread.x12.acknowledgment import (
    AcknowledgedClaim,
    ClaimAck,
    ClaimStatus,
    FunctionalAck,
    InterchangeAck,
    SegmentError,
    SetAck,
)
from carethread.x12.claim import (
    Claim,
    ClaimFile,
    ClaimLine,
    Diagnosis,
    LineAdjudication,
    OtherPayer,
    Patient,
    Subscriber,
)
from carethread.x12.common import (
    Address,
    Adjustment,
    Amount,
    Contact,
    Envelope,
    Inpatient,
    Note,
    Outpatient,
    Party,
    Reference,
)
from carethread.x12.remittance import ProviderAdjustment, Remittance, RemittedClaim, RemittedLine
from tests.x12.make import envelope

LETTERS = "ABCXYZabcxyz0189#&()+,-./;=?@_' "


def text(longest: int = 12, shortest: int = 0) -> SearchStrategy[str]:
    """Text that needs no folding: no delimiters, no blanks at either end."""
    return st.text(LETTERS, max_size=longest).map(str.strip).filter(lambda t: len(t) >= shortest)


def word(longest: int = 12) -> SearchStrategy[str]:
    return st.text("ABCDEFGHKLMNPQRSTUVWXYZ0123456789", min_size=1, max_size=longest)


def maybe(strategy: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return st.none() | strategy


def some(strategy: SearchStrategy[Any], most: int = 3) -> SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=most).map(tuple)


cents = st.integers(-(10**9), 10**9)
day = st.dates(date(1900, 1, 1), date(2099, 12, 31))
units = st.decimals(0, 999, places=2, allow_nan=False) | st.integers(0, 999).map(Decimal)
modifiers = some(st.text("ABC0189", min_size=2, max_size=2), 4)
sex = st.sampled_from(["F", "M", "U"])
addresses = st.builds(
    Address,
    text(20, 1),
    text(10),
    text(10, 1),
    st.just("CT"),
    st.sampled_from(["06355", "063550001"]),
)
contacts = st.builds(Contact, text(20, 1), word(10), text(20), st.just("IC"))


def references(*qualifiers: str) -> SearchStrategy[tuple[Reference, ...]]:
    """Numbers in the order in which the guide has their qualifiers, which is how they are read."""
    found = some(st.builds(Reference, st.sampled_from(qualifiers), word(20)), 2)
    return found.map(lambda refs: tuple(sorted(refs, key=lambda r: qualifiers.index(r.qualifier))))


NONE, NOTHING, EMPTY = st.none(), st.just(()), st.just("")


def parties(
    kind: str = "anyone",
    ids: tuple[str, ...] = ("XX",),
    address: SearchStrategy[Any] = NONE,
    contact: SearchStrategy[Any] = NONE,
    refs: SearchStrategy[Any] = NOTHING,
    taxonomy: SearchStrategy[str] = EMPTY,
) -> SearchStrategy[Party]:
    """Somebody: "anyone", a "person" or an "organization", with an id of one of these kinds."""
    id_ = st.tuples(st.sampled_from(ids), word(15)) if ids else st.just(("", ""))
    if ids == ("XX",):
        id_ = id_ | st.just(("", ""))
    entity = {"person": ["1"], "organization": ["2"]}.get(kind, ["1", "2"])
    given_name = EMPTY if kind == "organization" else text(10)
    suffix = EMPTY if kind in ("organization", "submitter") else text(5)
    return st.tuples(
        st.sampled_from(entity),
        text(20, 1),
        given_name,
        given_name,
        suffix,
        id_,
        taxonomy,
        address,
        refs,
        contact,
    ).map(lambda p: Party(*p[:5], *p[5], *p[6:]))


adjustments = some(
    st.builds(
        Adjustment,
        st.sampled_from(["CO", "PR", "OA", "PI"]),
        st.sampled_from(["45", "1", "197", "A2"]),
        cents,
        st.sampled_from(["", "1", "2.5"]),
    ),
    8,
)


def amounts(*qualifiers: str) -> SearchStrategy[tuple[Amount, ...]]:
    return some(st.builds(Amount, st.sampled_from(qualifiers), cents), 2)


provider_numbers = references("0B", "1G", "G2")
providers = parties("person", refs=provider_numbers)
specialists = parties(refs=provider_numbers, taxonomy=st.just("") | word(10))

adjudications = st.builds(
    LineAdjudication,
    payer_id=word(10),
    paid=cents,
    procedure=word(5),
    modifiers=modifiers,
    revenue_code=st.just("") | word(4),
    units=units,
    adjustments=adjustments,
    paid_on=maybe(day),
)


@st.composite
def claim_lines(draw: st.DrawFn) -> ClaimLine:
    begin, end = draw(day), draw(day)
    return ClaimLine(
        number=draw(st.integers(1, 999)),
        procedure=draw(word(5)),
        charge=draw(cents),
        units=draw(units),
        service_from=begin,
        service_to=draw(st.sampled_from([begin, end])),
        modifiers=draw(modifiers),
        unit=draw(st.sampled_from(["UN", "MJ"])),
        place_of_service=draw(st.sampled_from(["", "11", "10"])),
        pointers=draw(some(st.integers(1, 12), 4)),
        control_number=draw(word(30) | st.just("")),
        rendering=draw(maybe(specialists)),
        supervising=draw(maybe(providers)),
        authorization=draw(word(20) | st.just("")),
        notes=draw(some(st.builds(Note, st.sampled_from(["ADD", "DCP"]), text(40, 1)), 2)),
        references=draw(references("9B", "X4")),
        adjudications=draw(some(adjudications, 2)),
    )


plans = parties("organization", ("PI", "XV"), address=maybe(addresses))
subscribers = st.builds(
    Subscriber,
    party=parties(ids=("MI", "II"), address=maybe(addresses)),
    payer_sequence=st.sampled_from(["P", "S", "T"]),
    relationship=st.sampled_from(["", "18"]),
    group_number=word(20) | st.just(""),
    group_name=text(20),
    filing_indicator=st.sampled_from(["", "CI", "MC"]),
    birth_date=day,
    sex=sex,
)
other_payers = st.builds(
    OtherPayer,
    subscriber=st.builds(
        Subscriber,
        party=parties(ids=("MI",), address=maybe(addresses)),
        payer_sequence=st.sampled_from(["P", "S"]),
        relationship=st.sampled_from(["18", "01"]),
        group_number=word(20) | st.just(""),
        group_name=text(20),
        filing_indicator=st.sampled_from(["", "CI"]),
    ),
    payer=parties("organization", ("PI",), address=maybe(addresses), refs=references("2U")),
    adjustments=adjustments,
    amounts=amounts("D", "A8", "EAF"),
    claim_control_number=word(20) | st.just(""),
    paid_on=maybe(day),
    benefits_assigned=st.sampled_from(["Y", "N"]),
    release_of_information=st.sampled_from(["Y", "I"]),
)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    codes = draw(st.lists(word(7), max_size=12))
    return Claim(
        kind="837P",
        claim_id=draw(word(20)),
        charge=draw(cents),
        facility_code=draw(st.sampled_from(["11", "02", "53"])),
        frequency=draw(st.sampled_from(["1", "7", "8"])),
        billing=draw(
            parties(
                address=addresses,
                contact=maybe(contacts),
                refs=references("EI", "SY"),
                taxonomy=st.just("") | word(10),
            )
        ),
        subscriber=draw(subscribers),
        payer=draw(plans),
        diagnoses=tuple(Diagnosis("ABF" if n else "ABK", c) for n, c in enumerate(codes)),
        lines=draw(some(claim_lines(), 3)),
        patient=draw(
            maybe(
                st.builds(
                    Patient,
                    parties("person", (), address=addresses),
                    st.sampled_from(["19", "01"]),
                    day,
                    sex,
                )
            )
        ),
        pay_to=draw(maybe(addresses)),
        rendering=draw(maybe(specialists)),
        supervising=draw(maybe(providers)),
        referring=draw(maybe(providers)),
        service_facility=draw(
            maybe(parties("organization", address=addresses, refs=references("0B", "G2")))
        ),
        other_payers=draw(some(other_payers, 2)),
        authorization=draw(word(20) | st.just("")),
        referral=draw(word(20) | st.just("")),
        original_reference=draw(word(20) | st.just("")),
        accepts_assignment=draw(st.sampled_from(["A", "B", "C"])),
        benefits_assigned=draw(st.sampled_from(["Y", "N"])),
        signature_on_file=draw(st.sampled_from(["Y", "N"])),
        release_of_information=draw(st.sampled_from(["Y", "I"])),
        patient_paid=draw(cents),
        notes=draw(some(st.builds(Note, st.sampled_from(["ADD", "DGN"]), text(40, 1)), 1)),
        admission_date=draw(maybe(day)),
        references=draw(references("EA", "D9")),
    )


claim_files = st.builds(
    ClaimFile,
    envelope=st.just(envelope("005010X222A1")),
    submitter=parties("submitter", ("46",), contact=maybe(contacts)),
    receiver=parties("organization", ("46",)),
    created_on=day,
    created_time=st.sampled_from(["0930", "235959"]),
    reference=word(30),
    claims=st.lists(claims(), min_size=1, max_size=4).map(tuple),
    purpose=st.sampled_from(["00", "18"]),
    kind=st.sampled_from(["CH", "RP"]),
)

remitted_lines = st.builds(
    RemittedLine,
    procedure=word(5),
    charge=cents,
    paid=cents,
    units=units,
    modifiers=modifiers,
    revenue_code=st.just("") | word(4),
    service_from=maybe(day),
    service_to=maybe(day),
    control_number=word(30) | st.just(""),
    original_procedure=st.just(""),
    adjustments=adjustments,
    amounts=amounts("B6", "T"),
    remarks=some(st.sampled_from(["N54", "M15"]), 3),
    references=references("LU", "0B", "0K"),
) | st.builds(
    RemittedLine,
    procedure=word(5),
    charge=cents,
    paid=cents,
    original_procedure=word(5),
    original_modifiers=modifiers,
    original_units=maybe(units),
)
inpatients = st.builds(
    Inpatient,
    covered_days=st.integers(0, 99).map(Decimal),
    drg=maybe(cents),
    remarks=some(st.sampled_from(["MA01", "MA07"]), 5),
    capital_exception=maybe(cents),
)
outpatients = st.builds(
    Outpatient, payable=cents, remarks=some(st.sampled_from(["MA01", "MA07"]), 5), esrd=maybe(cents)
)
remitted_claims = st.builds(
    RemittedClaim,
    claim_id=word(38),
    status=st.sampled_from(["1", "4", "22"]),
    charge=cents,
    paid=cents,
    patient_responsibility=cents,
    filing_indicator=st.sampled_from(["12", "MC"]),
    payer_control_number=word(30),
    facility_code=st.sampled_from(["", "11"]),
    frequency=st.sampled_from(["", "1"]),
    patient=maybe(parties("person", ("MI",))),
    subscriber=maybe(parties(ids=("MI",))),
    corrected_patient=maybe(parties(ids=("C",))),
    rendering=maybe(parties()),
    crossover_payer=maybe(
        st.builds(Party, st.just("2"), text(20, 1), id_qualifier=st.just("PI"), id=word(10))
    ),
    service_from=maybe(day),
    service_to=maybe(day),
    received_on=maybe(day),
    adjustments=adjustments,
    amounts=amounts("AU", "I"),
    inpatient=maybe(inpatients),
    outpatient=maybe(outpatients),
    references=references("EA", "0B"),
    lines=some(remitted_lines, 3),
    batch=st.integers(1, 3),
)
remittances = st.builds(
    Remittance,
    envelope=st.just(envelope("005010X221A1")),
    method=st.sampled_from(["ACH", "CHK", "NON"]),
    amount=cents,
    credit_or_debit=st.sampled_from(["C", "D"]),
    paid_on=day,
    trace=word(30),
    payer_identifier=word(10),
    payer=st.builds(
        Party,
        st.just("2"),
        text(20, 1),
        id_qualifier=st.just("XV"),
        id=word(10),
        address=maybe(addresses),
        references=references("2U", "EO"),
        contact=maybe(st.builds(Contact, text(20), word(10), text(20), st.just("BL"))),
    ),
    payee=st.builds(
        Party,
        st.just("2"),
        text(20, 1),
        id_qualifier=st.sampled_from(["XX", "FI"]),
        id=word(10),
        address=maybe(addresses),
        references=references("TJ", "PQ"),
    ),
    claims=some(remitted_claims, 3),
    provider_adjustments=some(
        st.builds(
            ProviderAdjustment, word(10), day, st.sampled_from(["WO", "FB"]), text(20), cents
        ),
        8,
    ),
    production_date=maybe(day),
    handling=st.sampled_from(["I", "H"]),
    references=references("EV", "F2"),
)


@st.composite
def set_acks(draw: st.DrawFn) -> SetAck:
    errors: list[SegmentError] = []
    for position in draw(st.lists(st.integers(2, 999), unique=True, max_size=3)):
        tag, code = draw(st.sampled_from(["NM1", "CLM"])), draw(st.sampled_from(["3", "8"]))
        loop = draw(st.sampled_from(["", "2010"]))
        elements = draw(st.lists(st.integers(1, 20), max_size=3))
        errors += [SegmentError(tag, position, code, loop)] if not elements else []
        errors += [
            SegmentError(
                tag,
                position,
                code,
                loop,
                n,
                draw(st.sampled_from(["1", "I10"])),
                draw(text(20)),
                draw(st.integers(0, 9)),
                draw(st.sampled_from(["", "782"])),
            )
            for n in elements
        ]
    return SetAck(
        "837",
        draw(word(9)),
        draw(st.sampled_from(["A", "R"])),
        draw(st.sampled_from(["", "005010X222A1"])),
        draw(some(st.sampled_from(["5", "I6"]), 5)),
        tuple(errors),
    )


functional_acks = st.builds(
    FunctionalAck,
    envelope=st.just(envelope("005010X231A1")),
    functional_id=st.sampled_from(["HC", "HP"]),
    group=st.integers(0, 10**9 - 1).map(str),
    code=st.sampled_from(["A", "P", "R"]),
    included=st.integers(0, 999),
    received=st.integers(0, 999),
    accepted=st.integers(0, 999),
    guide=st.sampled_from(["", "005010X222A1"]),
    sets=some(set_acks(), 3),
    syntax_errors=some(st.sampled_from(["1", "5"]), 5),
)
statuses = st.builds(
    ClaimStatus,
    category=st.sampled_from(["A1", "A7"]),
    code=st.sampled_from(["20", "562"]),
    entity=st.sampled_from(["", "85"]),
    action=st.sampled_from(["WQ", "U"]),
    amount=cents,
    effective=maybe(day),
    message=text(30),
    extra=some(st.just(("A7", "500", "")) | st.just(("A3", "21", "IL")), 2),
)


@st.composite
def claim_acks(draw: st.DrawFn) -> ClaimAck:
    claims = []
    for _ in range(draw(st.integers(0, 3))):
        begin, end = draw(day), draw(day)
        dates = draw(st.sampled_from([(None, None), (begin, begin), (begin, end)]))
        claims.append(
            AcknowledgedClaim(
                draw(word(20)),
                draw(parties("person", ("MI", "II"))),
                draw(some(statuses, 2)),
                draw(word(20) | st.just("")),
                draw(word(20) | st.just("")),
                *dates,
                draw(st.sampled_from(["", "731"])),
            )
        )
    return ClaimAck(
        envelope=envelope("005010X214"),
        source=draw(parties("organization", ("PI", "XV"))),
        receiver=draw(parties(ids=("46",))),
        provider=draw(parties()) if claims else Party("2", ""),
        reference=draw(word(20)),
        created_on=draw(day),
        batch_trace=draw(word(20)),
        claims=tuple(claims),
        received_on=draw(maybe(day)),
        processed_on=draw(maybe(day)),
        accepted_count=draw(st.integers(0, 999)),
        accepted_amount=draw(cents),
        rejected_count=draw(st.integers(0, 999)),
        rejected_amount=draw(cents),
        created_time="0930",
        source_trace=draw(word(20)),
        provider_trace=draw(word(20)) if claims else "",
        statuses=draw(some(statuses, 2)),
        provider_statuses=draw(some(statuses, 2)) if claims else (),
    )


interchange_acks = st.builds(
    InterchangeAck,
    interchange=st.integers(0, 10**9 - 1).map("{:09d}".format),
    code=st.sampled_from(["A", "E", "R"]),
    note=st.sampled_from(["000", "025"]),
    envelope=st.just(Envelope("CENTER", "HOUSE", "000000007", "", "", "", position=2)),
    interchange_date=maybe(st.dates(date(1970, 1, 1), date(2069, 12, 31))),
    interchange_time=st.sampled_from(["", "0930"]),
)
