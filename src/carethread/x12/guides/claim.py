"""837 health care claim: professional (005010X222A1) and institutional (005010X223A2).

The segments are described in `claim_layout`; here is how they become claims and back.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any, ClassVar

from carethread.x12 import values as wire
from carethread.x12.binding import Elements, Get, Given, Place, Plan, Take, Values
from carethread.x12.bindings import BINDINGS, MANY, runs
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
from carethread.x12.common import (
    Address,
    Adjustment,
    Amount,
    Envelope,
    Inpatient,
    Kept,
    Outpatient,
    Party,
)
from carethread.x12.delimiters import COMPONENT, Delimiters
from carethread.x12.guide import Guide, Loop, Segment, Shape, parse_loop
from carethread.x12.guides.assembly import Assembler, Levels, down, families, not_up, up
from carethread.x12.guides.claim_layout import INSTITUTIONAL_LAYOUT, PROFESSIONAL_LAYOUT
from carethread.x12.quick import Space, quick
from carethread.x12.rendering import NOBODY, Item, render
from carethread.x12.values import NO_DATE


@dataclass(frozen=True, slots=True)
class Header:
    """BHT, loops 1000A and 1000B."""

    purpose: str
    reference: str
    created_on: date
    created_time: str
    kind: str
    submitter: Party | None = None
    receiver: Party | None = None
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class BillingProvider:
    """Loop 2000A: who bills, under which specialty, and where payment goes."""

    taxonomy: str = ""
    billing: Party | None = None
    pay_to: Address | None = None
    pay_to_plan: Party | None = None
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """Loop 2000B: a policy, its holder and its payer."""

    payer_sequence: str = ""
    relationship: str = ""
    group_number: str = ""
    group_name: str = ""
    insurance_type: str = ""
    filing_indicator: str = ""
    member: Party | None = None
    birth_date: date | None = None
    sex: str = "U"
    payer: Party | None = None
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Dependent:
    """Loop 2000C: the patient who is not the subscriber."""

    relationship: str = ""
    member: Party | None = None
    birth_date: date | None = None
    sex: str = "U"
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherCoverage:
    """Loop 2320 laid flat."""

    payer_sequence: str = ""
    relationship: str = ""
    group_number: str = ""
    group_name: str = ""
    insurance_type: str = ""
    filing_indicator: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    amounts: tuple[Amount, ...] = ()
    benefits_assigned: str = ""
    release_of_information: str = ""
    member: Party | None = None
    payer: Party | None = None
    paid_on: date | None = None
    claim_control_number: str = ""
    inpatient: Inpatient | None = None
    outpatient: Outpatient | None = None
    providers: tuple[OtherPayerProvider, ...] = ()
    extra: tuple[Kept, ...] = ()


def _read_other(flat: OtherCoverage) -> OtherPayer:
    subscriber = Subscriber(
        flat.member or NOBODY,
        flat.payer_sequence,
        flat.relationship,
        flat.group_number,
        flat.group_name,
        flat.filing_indicator,
        insurance_type=flat.insurance_type,
    )
    return OtherPayer(
        subscriber,
        flat.payer or NOBODY,
        flat.adjustments,
        flat.amounts,
        flat.claim_control_number,
        flat.paid_on,
        flat.benefits_assigned,
        flat.release_of_information,
        flat.inpatient,
        flat.outpatient,
        flat.providers,
        flat.extra,
    )


def _write_other(other: OtherPayer) -> OtherCoverage:
    s = other.subscriber
    return OtherCoverage(
        s.payer_sequence,
        s.relationship,
        s.group_number,
        s.group_name,
        s.insurance_type,
        s.filing_indicator,
        other.adjustments,
        other.amounts,
        other.benefits_assigned,
        other.release_of_information,
        s.party,
        other.payer,
        other.paid_on,
        other.claim_control_number,
        other.inpatient,
        other.outpatient,
        other.providers,
        other.extra,
    )


class Diagnoses:
    """HI with diagnosis codes: the principal one first, then the others."""

    def reader(self, at: Place) -> Take:
        slot, component = at.slot, at.marks.component

        def read(text: str) -> tuple[tuple[Diagnosis, ...], bool]:
            """The diagnosis, if there is one, and whether the composite says more."""
            parts = text.split(component)
            present = parts[8] if len(parts) == 9 else ""
            more = len(parts) != 2 and bool(text) and not (present and not any(parts[2:8]))
            return ((Diagnosis(parts[0], parts[1], present),) if len(parts) > 1 else ()), more

        known = wire.Memo(read, 2_000)

        def take(values: Values, e: list[str]) -> bool | None:
            if len(values[slot]) >= MANY:
                return False
            says_more = None
            for text in e[1:]:
                found, more = known[text]
                values[slot] += found
                says_more = says_more or more or None
            return says_more

        return take

    def plan(self, at: Place, example: list[str], e: Elements, space: Space) -> Plan | None:
        """Composites that are a diagnosis and nothing else."""
        if not all(example[1:]):
            return None
        known = space.name(_only_diagnoses(at.marks.component))
        return [Given((at.slot,), f"{known}[{text}]", adds=True) for text in e.codes[1:]], []

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        for run in _hi_runs(segment, get(segment.target)):
            yield [segment.tag, *map(_diagnosis, run)]


@lru_cache(maxsize=16)
def _only_diagnoses(component: str) -> wire.Memo[Diagnosis]:
    """What a composite of two components says. Raises NotAValue for any other."""

    def read(text: str) -> Diagnosis:
        parts = text.split(component)
        if len(parts) != 2:
            raise wire.NotAValue(text, "a qualifier and a diagnosis")
        return Diagnosis(*parts)

    return wire.Memo(read, 2_000)


def _diagnosis(diagnosis: Diagnosis) -> str:
    present = diagnosis.present_on_admission
    parts = [diagnosis.qualifier, diagnosis.code, *([""] * 6 + [present] if present else ())]
    return COMPONENT.join(parts)


def _hi_runs(segment: Segment, items: Iterable[Any]) -> Iterator[list[Any]]:
    """The items whose qualifier stands in this HI, as many together as it has room for."""
    codes = {c for e in segment.elements for p in e.parts[:1] for c in p.codes}
    width = sum(1 for e in segment.elements if e.parts and e.parts[0].codes)
    return runs((i for i in items if i.qualifier in codes), lambda _: 0, width)


class ClaimCodes:
    """HI with anything else: a code, and where its kind has them a day, two days or an amount."""

    def reader(self, at: Place) -> Take:
        slot, component = at.slot, at.marks.component

        def take(values: Values, e: list[str]) -> bool | None:
            found = [_claim_code(text.split(component)) for text in e[1:]]
            again = [_claim_code_parts(code) for code in found]
            if len(values[slot]) >= MANY or again != [text.split(component) for text in e[1:]]:
                return False
            values[slot] += tuple(found)
            return None

        return take

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        for run in _hi_runs(segment, get(segment.target)):
            yield [segment.tag, *(COMPONENT.join(_claim_code_parts(code)) for code in run)]


def _claim_code(parts: list[str]) -> ClaimCode:
    qualifier, code, _, days, amount = (parts + [""] * 5)[:5]
    first, last = wire.spans[days] if days else (None, None)
    return ClaimCode(qualifier, code, first, last, wire.cents[amount] if amount else None)


def _claim_code_parts(code: ClaimCode) -> list[str]:
    parts = [code.qualifier, code.code]
    if code.amount is not None:
        return [*parts, "", "", wire.format_cents(code.amount)]
    if code.first is not None:
        first, last = wire.format_day(code.first), wire.format_day(code.last or code.first)
        is_span = code.qualifier == "BI"
        parts += ["RD8", f"{first}-{last}"] if is_span else ["D8", first]
    return parts


new_subscriber = quick(Subscriber)
BINDINGS["diagnoses"] = Diagnoses()
BINDINGS["codes"] = ClaimCodes()

_SHAPES: dict[str, type[Any] | Shape] = {
    "Header": Header,
    "BillingProvider": BillingProvider,
    "Policy": Policy,
    "Dependent": Dependent,
    "Party": Party,
    "Claim": Claim,
    "ClaimLine": ClaimLine,
    "LineAdjudication": LineAdjudication,
    "Drug": Drug,
    "Inpatient": Inpatient,
    "Outpatient": Outpatient,
    "OtherPayerProvider": OtherPayerProvider,
    "OtherPayer": Shape(OtherCoverage, _read_other, _write_other),
}

PROFESSIONAL = Guide(
    "837P",
    "837",
    "005010X222A1",
    "HC",
    parse_loop(PROFESSIONAL_LAYOUT, _SHAPES),
    also=("005010X222", "005010X222A2"),
)
INSTITUTIONAL = Guide(
    "837I",
    "837",
    "005010X223A2",
    "HC",
    parse_loop(INSTITUTIONAL_LAYOUT, _SHAPES),
    also=("005010X223", "005010X223A1", "005010X223A3"),
)


def _loops(guide: Guide) -> dict[str, Loop]:
    names = {"BHT": "HEADER", "HL*20": "2000A", "HL*22": "2000B", "HL*23": "2000C", "CLM": "2300"}
    return {tag: guide.root.find(name) for tag, name in names.items()}


class ClaimAssembler(Assembler):
    """Hands each claim what stands above it: billing provider, policy, payer, patient."""

    kind = "837P"
    loops: ClassVar = _loops(PROFESSIONAL)
    context: ClassVar = {
        "CLM": ("kind", "billing", "pay_to", "pay_to_plan", "subscriber", "payer", "patient")
    }

    def __init__(self, envelope: Envelope, marks: Delimiters) -> None:
        super().__init__(envelope, marks)
        self.header: Header | None = None
        self.billing = NOBODY
        self.pay_to: Address | None = None
        self.pay_to_plan: Party | None = None
        self.subscriber = Subscriber(NOBODY)
        self.payer = NOBODY
        self.patient: Patient | None = None

    def above(self, tag: str) -> tuple[Any, ...]:
        if tag != "CLM":
            return ()
        return (
            self.kind,
            self.billing,
            self.pay_to,
            self.pay_to_plan,
            self.subscriber,
            self.payer,
            self.patient,
        )

    def take(self, tag: str, value: Any) -> Iterable[Any]:
        if tag == "CLM":
            return (value,)
        if tag == "HL*20":
            party = value.billing or NOBODY
            extra = party.extra + up(value.extra)
            self.billing = replace(party, taxonomy=value.taxonomy, extra=extra)
            self.pay_to, self.pay_to_plan = value.pay_to, value.pay_to_plan
        elif tag == "HL*22":
            self.patient = None
            self.payer = value.payer or NOBODY
            self.subscriber = _subscriber(value)
        elif tag == "HL*23":
            who = value.member or NOBODY
            self.patient = Patient(
                who, value.relationship, value.birth_date, value.sex, value.extra
            )
        elif self.header is None:
            self.header = value
        return ()

    def finish(self, items: tuple[Any, ...]) -> ClaimFile:
        head = self.header or Header("", "", NO_DATE, "", "")
        return ClaimFile(
            self.envelope,
            head.submitter or NOBODY,
            head.receiver or NOBODY,
            head.created_on,
            head.created_time,
            head.reference,
            items,
            head.purpose,
            head.kind,
            head.extra,
        )


class InstitutionalAssembler(ClaimAssembler):
    kind = "837I"
    loops: ClassVar = _loops(INSTITUTIONAL)


def _subscriber(policy: Policy) -> Subscriber:
    return new_subscriber(
        policy.member or NOBODY,
        policy.payer_sequence,
        policy.relationship,
        policy.group_number,
        policy.group_name,
        policy.filing_indicator,
        policy.birth_date,
        policy.sex,
        policy.insurance_type,
        policy.extra,
    )


def compose(file: ClaimFile) -> Iterator[Item]:
    """The segments of an 837 between ST and SE. Neighbouring claims of one billing provider, one
    policy, one patient share their levels. Raises ValueError where 837P and 837I are mixed."""
    kinds = {claim.kind for claim in file.claims} or {"837P"}
    if len(kinds) > 1:
        raise ValueError("one 837 holds professional or institutional claims, not both")
    loops = _loops(INSTITUTIONAL if kinds == {"837I"} else PROFESSIONAL)
    yield from render(loops["BHT"], _header(file))
    levels = Levels()
    for (billing, pay_to, plan), group in groupby(file.claims, _provider):
        provider = BillingProvider(
            billing.taxonomy, _below(billing), pay_to, plan, down(billing.extra)
        )
        yield from levels.under(1, "20", True, render(loops["HL*20"], provider))
        for claims in families(group, lambda c: (c.subscriber, c.payer)):
            policy = _policy(claims[0].subscriber, claims[0].payer)
            has_child = any(claim.patient for claim in claims)
            yield from levels.under(2, "22", has_child, render(loops["HL*22"], policy))
            yield from _claims(claims, levels, loops)


def _provider(claim: Claim) -> tuple[Party, Address | None, Party | None]:
    return claim.billing, claim.pay_to, claim.pay_to_plan


def _claims(claims: list[Claim], levels: Levels, loops: dict[str, Loop]) -> Iterator[Item]:
    for patient, group in groupby(claims, lambda claim: claim.patient):
        if patient is not None:
            dependent = Dependent(
                patient.relationship,
                patient.party,
                patient.birth_date,
                patient.sex,
                patient.extra,
            )
            yield from levels.under(3, "23", False, render(loops["HL*23"], dependent))
        for claim in group:
            yield from render(loops["CLM"], claim)


def _header(file: ClaimFile) -> Header:
    return Header(
        file.purpose,
        file.reference,
        file.created_on,
        file.created_time,
        file.kind,
        file.submitter,
        file.receiver,
        file.extra,
    )


def _below(billing: Party) -> Party:
    """The party of loop 2010AA: its specialty and some kept segments stand a level above."""
    return replace(billing, taxonomy="", extra=not_up(billing.extra))


def _policy(subscriber: Subscriber, payer: Party) -> Policy:
    return Policy(
        subscriber.payer_sequence,
        subscriber.relationship,
        subscriber.group_number,
        subscriber.group_name,
        subscriber.insurance_type,
        subscriber.filing_indicator,
        subscriber.party,
        subscriber.birth_date,
        subscriber.sex,
        payer,
        subscriber.extra,
    )
