"""Any transaction that the typed values can hold, for round trips."""

from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from carethread.x12.acknowledgment import (
    AcknowledgedClaim,
    AcknowledgedLine,
    ClaimAck,
    ClaimStatus,
    FunctionalAck,
    InterchangeAck,
    Level,
    SegmentError,
    SetAck,
)
from carethread.x12.common import (
    Address,
    Adjustment,
    Amount,
    Contact,
    Envelope,
    Inpatient,
    Outpatient,
    Party,
    Quantity,
    Reference,
)
from carethread.x12.remittance import (
    InpatientTotals,
    ProviderAdjustment,
    ProviderTotals,
    Remittance,
    RemittedClaim,
    RemittedLine,
)
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


def every(cls: type[Any], **known: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """A `cls` whose amounts, numbers and days are there or not, each on its own."""
    kinds = {int | None: maybe(cents), Decimal | None: maybe(units), date | None: maybe(day)}
    found = {f.name: kinds[f.type] for f in fields(cls) if f.type in kinds}  # type: ignore[index]
    return st.builds(cls, **found | known)


remark_codes = some(st.sampled_from(["MA01", "MA07", "N130"]), 5)
inpatients = every(Inpatient, covered_days=units, remarks=remark_codes)
outpatients = every(Outpatient, remarks=remark_codes)


def quantities(*qualifiers: str) -> SearchStrategy[tuple[Quantity, ...]]:
    return some(st.builds(Quantity, st.sampled_from(qualifiers), units), 2)


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
    original_procedure=EMPTY,
    adjustments=adjustments,
    amounts=amounts("B6", "T"),
    remarks=some(st.sampled_from(["N54", "M15"]), 3),
    references=references("LU", "0B", "0K"),
    procedure_qualifier=st.sampled_from(["HC", "N4"]),
    quantities=quantities("ZK", "ZL"),
    drug_rejections=some(st.sampled_from(["70", "75"]), 2),
) | st.builds(
    RemittedLine,
    procedure=word(5),
    charge=cents,
    paid=cents,
    original_procedure=word(5),
    original_qualifier=st.sampled_from(["HC", "NU"]),
    original_description=text(20),
    original_modifiers=modifiers,
    original_units=maybe(units),
)
plans = st.builds(Party, st.just("2"), text(20, 1), id_qualifier=st.just("PI"), id=word(10))
totals = every(
    ProviderTotals,
    provider=word(10),
    facility_code=word(2),
    fiscal_period_end=day,
    claim_count=units,
    charge=cents,
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
    crossover_payer=maybe(plans),
    priority_payer=maybe(plans),
    other_subscriber=maybe(parties(ids=("MI",))),
    service_from=maybe(day),
    service_to=maybe(day),
    received_on=maybe(day),
    coverage_ended_on=maybe(day),
    contact=maybe(st.builds(Contact, text(20), word(10), text(20), st.just("CX"))),
    adjustments=adjustments,
    amounts=amounts("AU", "I"),
    quantities=quantities("CA", "CD"),
    drg=EMPTY | word(4),
    drg_weight=maybe(units),
    discharge_fraction=maybe(units),
    totals=maybe(totals),
    inpatient_totals=maybe(every(InpatientTotals)),
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
    payment_format=st.sampled_from(["", "CCP"]),
    payer_bank_qualifier=st.sampled_from(["", "01"]),
    payer_bank=EMPTY | word(9),
    payer_account_qualifier=st.sampled_from(["", "DA"]),
    payer_account=EMPTY | word(17),
    originator=EMPTY | word(10),
    originator_code=EMPTY | word(9),
    payee_bank_qualifier=st.sampled_from(["", "01"]),
    payee_bank=EMPTY | word(9),
    payee_account_qualifier=st.sampled_from(["", "SG"]),
    payee_account=EMPTY | word(17),
    trace_code=EMPTY | word(30),
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


line_statuses = st.builds(
    ClaimStatus,
    st.sampled_from(["A3", "A7"]),
    st.sampled_from(["21", "454"]),
    st.sampled_from(["", "85"]),
    st.just("U"),
    effective=day,
    message=text(30),
    extra=some(st.just(("A7", "500", "")), 2),
)


@st.composite
def acknowledged_lines(draw: st.DrawFn) -> AcknowledgedLine:
    begin, end = draw(day), draw(day)
    dates = draw(st.sampled_from([(None, None), (begin, begin), (begin, end)]))
    return AcknowledgedLine(
        draw(word(10)),
        draw(cents),
        draw(some(line_statuses, 2)),
        draw(modifiers),
        draw(st.sampled_from(["", "0912"])),
        draw(maybe(units)),
        draw(word(20) | st.just("")),
        draw(word(20) | st.just("")),
        *dates,
    )


@st.composite
def acknowledged_claims(draw: st.DrawFn, provider: Party | None) -> AcknowledgedClaim:
    begin, end = draw(day), draw(day)
    dates = draw(st.sampled_from([(None, None), (begin, begin), (begin, end)]))
    return AcknowledgedClaim(
        draw(word(20)),
        draw(parties("person", ("MI", "II"))),
        draw(some(statuses, 2)),
        draw(word(20) | st.just("")),
        draw(word(20) | st.just("")),
        *dates,
        draw(st.sampled_from(["", "731"])),
        provider,
        lines=draw(some(acknowledged_lines(), 2)),
    )


@st.composite
def claim_acks(draw: st.DrawFn) -> ClaimAck:
    first = draw(parties())
    claims: list[AcknowledgedClaim] = []
    levels: list[Level] = []
    for provider in (first, *draw(some(parties().filter(lambda each: each != first), most=2))):
        is_first = provider is first
        if not is_first:
            said = draw(word(20)), draw(some(statuses, 2))
            levels.append(Level("provider", provider, len(claims), *said))
        for _ in range(draw(st.integers(0, 2))):
            claims.append(draw(acknowledged_claims(None if is_first else provider)))
    has_first = bool(levels) or bool(claims)
    return ClaimAck(
        envelope=envelope("005010X214"),
        source=draw(parties("organization", ("PI", "XV"))),
        receiver=draw(parties(ids=("46",))),
        provider=first if has_first else Party("2", ""),
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
        provider_trace=draw(word(20)) if has_first else "",
        statuses=draw(some(statuses, 2)),
        provider_statuses=draw(some(statuses, 2)) if has_first else (),
        levels=tuple(levels),
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
