"""270 and 271 (005010X279A1) as plain values: what is asked about a person's coverage, and what
the payer answers. Both are one tree: information source (payer), information receiver
(provider), subscriber, dependent. `benefits.py` gathers an answer into what people ask of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from carethread.x12.claim import Diagnosis
from carethread.x12.common import Address, Amount, Envelope, Kept, Party


@dataclass(frozen=True, slots=True)
class Trace:
    """TRN: a number by which an answer finds its question. `kind` 1 is the sender's own, 2 that of
    the inquiry given back; `originator` (ten characters) is whose it is."""

    kind: str
    number: str
    originator: str
    detail: str = ""
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Identifier:
    """REF: a qualifier (6P group, 18 plan, 1L policy), a number, and a name for it (REF03)."""

    qualifier: str
    value: str
    description: str = ""
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """DTP: what begins or ends (291 plan, 346 plan begin, 307 eligibility), and one day, or the
    first and last day of a range."""

    qualifier: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """One way to reach somebody: TE telephone, FX fax, EM mail, UR web, EX extension."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class ContactInfo:
    """PER: whom to reach, and up to three ways."""

    name: str = ""
    points: tuple[ContactPoint, ...] = ()

    def first(self, kind: str) -> str:
        """The first number of that kind, or nothing."""
        return next((p.value for p in self.points if p.kind == kind), "")


@dataclass(frozen=True, slots=True)
class ProviderRole:
    """PRV: what part a provider has (PE performing, PC primary care), and a number or specialty."""

    code: str
    qualifier: str = ""
    value: str = ""
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejection:
    """AAA: why a request was not, or not wholly, answered. `valid` Y means that the request itself
    was in order; `action` (AAA04) what may be done next."""

    valid: str
    reason: str
    action: str
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """NM1 whose `role` (NM101) tells what it is: payer, provider, administrator, other payer."""

    role: str
    entity_type: str
    name: str
    first_name: str = ""
    middle_name: str = ""
    suffix: str = ""
    id_qualifier: str = ""
    id: str = ""
    relationship: str = ""
    address: Address | None = None
    references: tuple[Identifier, ...] = ()
    contacts: tuple[ContactInfo, ...] = ()
    provider: ProviderRole | None = None
    rejections: tuple[Rejection, ...] = ()
    extra: tuple[Kept, ...] = ()

    @property
    def npi(self) -> str:
        """The NPI, or an empty string where the entity is identified in another way."""
        return self.id if self.id_qualifier == "XX" else ""

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Relation:
    """INS: whether this is the subscriber (Y or N), how related to the subscriber (18 self, 01
    spouse, 19 child), and which of several born together."""

    is_subscriber: str
    code: str
    maintenance: str = ""
    reason: str = ""
    birth_sequence: int = 0
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """III: the place of service (qualifier ZZ), or the nature of an injury (GR, NI)."""

    qualifier: str = ""
    code: str = ""
    category: str = ""
    text: str = ""
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceInquiry:
    """Loop 2110 of a 270: service types (EQ01), or one procedure (EQ02); `pointers` are numbers of
    the member's diagnoses, `amounts` spend-down (R) and billed amount (PB) in cents."""

    service_types: tuple[str, ...] = ()
    procedure_qualifier: str = ""
    procedure: str = ""
    modifiers: tuple[str, ...] = ()
    coverage_level: str = ""
    pointers: tuple[int, ...] = ()
    amounts: tuple[Amount, ...] = ()
    conditions: tuple[Condition, ...] = ()
    references: tuple[Identifier, ...] = ()
    dates: tuple[Period, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """HSD: how much of a service and how often: `quantity` of DY days, VS visits, HS hours, MN
    months or FL units, for every `sampling` of `measure`, within `period_count` of `period`."""

    quantity_qualifier: str = ""
    quantity: Decimal | None = None
    measure: str = ""
    sampling: Decimal | None = None
    period: str = ""
    period_count: int = 0
    frequency: str = ""
    time: str = ""
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Related:
    """What stands between LS and LE."""

    entities: tuple[Entity, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Benefit:
    """Loop 2110 of a 271: one EB with what belongs to it. `code` (EB01) says what it is (1 active,
    B copay, C deductible); `amount` is cents, `percent` a share of 1; None is "not said".
    `authorization` (EB11) and `network` (EB12) are Y, N, U, W, or whatever the payer sent."""

    code: str
    coverage_level: str = ""
    service_types: tuple[str, ...] = ()
    insurance_type: str = ""
    plan: str = ""
    period: str = ""
    amount: int | None = None
    percent: Decimal | None = None
    quantity_qualifier: str = ""
    quantity: Decimal | None = None
    authorization: str = ""
    network: str = ""
    procedure_qualifier: str = ""
    procedure: str = ""
    modifiers: tuple[str, ...] = ()
    pointers: tuple[int, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    references: tuple[Identifier, ...] = ()
    dates: tuple[Period, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    messages: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    related: tuple[Related, ...] = ()
    extra: tuple[Kept, ...] = ()

    @property
    def entities(self) -> tuple[Entity, ...]:
        """Everybody named between LS and LE."""
        return tuple(entity for related in self.related for entity in related.entities)


@dataclass(frozen=True, slots=True)
class Member:
    """A subscriber (loops 2000C, 2100C) or a dependent (2000D, 2100D). `inquiries` are what a 270
    asks; `benefits` and `rejections` what a 271 answers; a dependent has no `dependents`."""

    party: Party
    traces: tuple[Trace, ...] = ()
    birth_date: date | None = None
    sex: str = ""
    references: tuple[Identifier, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    provider: ProviderRole | None = None
    relation: Relation | None = None
    diagnoses: tuple[Diagnosis, ...] = ()
    dates: tuple[Period, ...] = ()
    inquiries: tuple[ServiceInquiry, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    dependents: tuple["Member", ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Receiver:
    """Loop 2000B: who asks and is answered."""

    entity: Entity
    subscribers: tuple[Member, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Loop 2000A: who knows, usually the payer. `rejections` speak of the whole request (those of
    its `entity`, loop 2100A, of the source alone)."""

    entity: Entity
    receivers: tuple[Receiver, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """One person of a set: the subscriber, or with the subscriber a dependent."""

    source: Source
    receiver: Receiver
    subscriber: Member
    dependent: Member | None = None

    @property
    def patient(self) -> Member:
        return self.dependent or self.subscriber


def people(sources: tuple[Source, ...]) -> Iterator[Asked]:
    """Everybody whom a set asks or answers about. A subscriber with dependents is meant as well
    only where something is asked or said of the subscriber."""
    for source in sources:
        for receiver in source.receivers:
            for subscriber in receiver.subscribers:
                said = subscriber.inquiries or subscriber.benefits or subscriber.rejections
                if said or not subscriber.dependents:
                    yield Asked(source, receiver, subscriber)
                for dependent in subscriber.dependents:
                    yield Asked(source, receiver, subscriber, dependent)


@dataclass(frozen=True, slots=True)
class EligibilityInquiry:
    """270: one set. `purpose` 13 asks, 01 takes an earlier question back; `kind` RT asks for
    Medicaid's spend-down."""

    envelope: Envelope
    sources: tuple[Source, ...]
    reference: str
    created_on: date
    created_time: str = ""
    purpose: str = "13"
    kind: str = ""
    extra: tuple[Kept, ...] = ()

    @property
    def people(self) -> tuple[Asked, ...]:
        return tuple(people(self.sources))


@dataclass(frozen=True, slots=True)
class EligibilityResponse:
    """271: one set. `purpose` 11 answers, 06 confirms; `reference` is the inquiry's, given back."""

    envelope: Envelope
    sources: tuple[Source, ...]
    reference: str
    created_on: date
    created_time: str = ""
    purpose: str = "11"
    kind: str = ""
    extra: tuple[Kept, ...] = ()

    @property
    def people(self) -> tuple[Asked, ...]:
        return tuple(people(self.sources))
