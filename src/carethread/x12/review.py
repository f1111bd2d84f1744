"""Services review (prior authorization) as plain values: 278 request and response (005010X217).

Both are one `Review`; `purpose` tells a response from a request. A payer decides about the whole
patient event, or about each of its services, or about both.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from carethread.codes.reviews import Outcome, actions, follow_ups, rejections
from carethread.x12.common import Envelope, Kept, Party
from carethread.x12.eligibility import (
    Delivery,
    Entity,
    Identifier,
    Period,
    Rejection,
    Relation,
    Trace,
)


@dataclass(frozen=True, slots=True)
class Requested:
    """UM: what is asked for.

    `category` UM01 (AR admission, HS health service, SC specialty referral), `certification` UM02
    (I first request, R renewal, S revision, 4 extension, 3 cancellation, 1 and 2 appeals),
    `service_type` UM03 (A4 psychiatric, MH mental health, AI substance use). `facility_code` is a
    place of service (`facility_qualifier` B) or the first two digits of a type of bill (A).
    """

    category: str
    certification: str
    service_type: str = ""
    facility_code: str = ""
    facility_qualifier: str = ""
    related_causes: tuple[str, ...] = ()
    cause_state: str = ""
    cause_country: str = ""
    level_of_service: str = ""
    condition: str = ""
    prognosis: str = ""
    release_of_information: str = ""
    delay_reason: str = ""
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """HCR: what was decided. `action` HCR01 (A1 A2 A3 A4 A6 C CT NA), `number` the authorization
    number, `reason` why not (HCR03), `second_opinion` Y where one is required."""

    action: str
    number: str = ""
    reason: str = ""
    second_opinion: str = ""
    extra: tuple[Kept, ...] = ()

    @property
    def outcome(self) -> Outcome | None:
        """What became of the request, or None for an action that we do not know."""
        known = actions().get(self.action)
        return known.outcome if known else None

    @property
    def words(self) -> str:
        """The decision in plain words: "approved as requested, number AUTH0002"."""
        known = actions().get(self.action)
        said = [known.words if known else f"decision {self.action!r}, for which we have no words"]
        said += [f"number {self.number}"] if self.number else []
        said += [f"reason {self.reason}"] if self.reason else []
        return ", ".join(said)


@dataclass(frozen=True, slots=True)
class CodedItem:
    """One HI code: a diagnosis (`qualifier` ABK, ABF, ABJ; BK, BF, BJ before ICD-10) and the day on
    which it was known."""

    qualifier: str
    code: str
    known_on: date | None = None


@dataclass(frozen=True, slots=True)
class PatientCondition:
    """CRC: a category (07 ambulance, 75 limits, 76 activities, 77 mental status), whether its codes
    apply (Y or N), and the codes."""

    category: str
    applies: str
    codes: tuple[str, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewAttachment:
    """PWK: a document beside the request: what it is (`report`), how it comes (`transmission`: EL
    electronic, FX fax, BM mail), and the number (of kind AC) it is found by."""

    report: str
    transmission: str
    number_qualifier: str = ""
    control_number: str = ""
    description: str = ""
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class ProfessionalService:
    """SV1: a procedure, or the first of a range that ends with `range_to`. `charge` in cents."""

    procedure: str
    procedure_qualifier: str = "HC"
    modifiers: tuple[str, ...] = ()
    description: str = ""
    range_to: str = ""
    charge: int = 0
    unit: str = ""
    units: Decimal | None = None
    pointers: tuple[int, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class InstitutionalService:
    """SV2: a revenue code, a procedure, or both. `charge` in cents; `unit` DA days, UN units."""

    revenue_code: str = ""
    procedure: str = ""
    procedure_qualifier: str = ""
    modifiers: tuple[str, ...] = ()
    description: str = ""
    range_to: str = ""
    charge: int = 0
    unit: str = ""
    units: Decimal | None = None
    rate: Decimal | None = None
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class DentalService:
    """SV3: a dental procedure. `charge` in cents."""

    procedure: str
    procedure_qualifier: str = "AD"
    modifiers: tuple[str, ...] = ()
    charge: int = 0
    units: Decimal | None = None
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewService:
    """Loop 2000F: one service of the event. What it does not say holds as the event has it.

    `previous_authorization` is REF*BB, `administrative_reference` REF*NT. Of a response: `decision`
    and `rejections`.
    """

    traces: tuple[Trace, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    requested: Requested | None = None
    decision: Decision | None = None
    previous_authorization: str = ""
    administrative_reference: str = ""
    dates: tuple[Period, ...] = ()
    professional: ProfessionalService | None = None
    institutional: InstitutionalService | None = None
    dental: DentalService | None = None
    delivery: Delivery | None = None
    attachments: tuple[ReviewAttachment, ...] = ()
    message: str = ""
    providers: tuple[Entity, ...] = ()
    contacts: tuple[Entity, ...] = ()
    extra: tuple[Kept, ...] = ()

    @property
    def code(self) -> str:
        """The procedure, or the revenue code where there is none."""
        line = self.professional or self.institutional or self.dental
        if line is None:
            return ""
        return line.procedure or getattr(line, "revenue_code", "")


@dataclass(frozen=True, slots=True)
class PatientEvent:
    """Loop 2000E: an admission, a referral or a course of treatment.

    `dates` by qualifier: AAH event, 435 admission, 096 discharge, 431 onset, 439 accident; of a
    response also 102 issued, 036 expires, 007 effective. `providers` by role (NM101): FA facility,
    SJ service provider, 71 attending. Of a response: `decision` and `rejections`.
    """

    traces: tuple[Trace, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    requested: Requested | None = None
    decision: Decision | None = None
    previous_authorization: str = ""
    administrative_reference: str = ""
    dates: tuple[Period, ...] = ()
    diagnoses: tuple[CodedItem, ...] = ()
    delivery: Delivery | None = None
    conditions: tuple[PatientCondition, ...] = ()
    admission_type: str = ""
    admission_source: str = ""
    patient_status: str = ""
    attachments: tuple[ReviewAttachment, ...] = ()
    message: str = ""
    providers: tuple[Entity, ...] = ()
    contacts: tuple[Entity, ...] = ()
    transports: tuple[Entity, ...] = ()
    other_reviewers: tuple[Entity, ...] = ()
    extra: tuple[Kept, ...] = ()

    def period(self, qualifier: str) -> Period | None:
        """The event's date of that kind, if it has one."""
        return next((d for d in self.dates if d.qualifier == qualifier), None)


@dataclass(frozen=True, slots=True)
class ReviewMember:
    """Loop 2000C or 2000D: the subscriber, or the dependent who is the patient."""

    party: Party
    birth_date: date | None = None
    sex: str = ""
    references: tuple[Identifier, ...] = ()
    relation: Relation | None = None
    rejections: tuple[Rejection, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """278: one request for review, or its answer.

    `purpose` is BHT02 (13 request, 01 cancellation, 36 authority to deduct; 11 response), `kind`
    BHT06 (of a response: 18 final, 19 more will follow, AT administrative). `reviewer` decides
    (loop 2010A), `requester` asks (2010B). `rejections` (2000A) refuse the request as a whole; then
    there may be no `subscriber` and no `event`.
    """

    envelope: Envelope
    reviewer: Entity
    requester: Entity
    reference: str
    created_on: date
    created_time: str
    purpose: str = "13"
    kind: str = ""
    rejections: tuple[Rejection, ...] = ()
    subscriber: ReviewMember | None = None
    dependent: ReviewMember | None = None
    event: PatientEvent | None = None
    services: tuple[ReviewService, ...] = ()
    extra: tuple[Kept, ...] = ()

    @property
    def is_response(self) -> bool:
        return self.purpose == "11"

    @property
    def direction(self) -> str:
        """ "request" or "response"."""
        return "response" if self.is_response else "request"

    @property
    def patient(self) -> ReviewMember | None:
        return self.dependent or self.subscriber

    @property
    def all_rejections(self) -> Iterator[Rejection]:
        """Every AAA, from the outermost level inwards."""
        yield from self.rejections
        for entity in (self.reviewer, self.requester):
            yield from entity.rejections
        for below in (self.subscriber, self.dependent, self.event, *self.services):
            yield from below.rejections if below else ()
        for place in (self.event, *self.services):
            for provider in place.providers if place else ():
                yield from provider.rejections

    def decision_on(self, service: ReviewService) -> Decision | None:
        """What was decided about a service: its own decision, or else the event's."""
        return service.decision or (self.event.decision if self.event else None)

    @property
    def decided(self) -> tuple[str, ...]:
        """What a response says, in plain words: the event's decision, each service's own, and why
        it was not processed where it was not."""
        said = [self.event.decision.words] if self.event and self.event.decision else []
        said += [
            f"{service.code or f'service {n}'}: {service.decision.words}"
            for n, service in enumerate(self.services, 1)
            if service.decision
        ]
        return (*said, *(rejection_words(r) for r in self.all_rejections))


def rejection_words(rejection: Rejection) -> str:
    """Why a request was not processed, and what may be done next, in plain words."""
    reason, action = rejections().get(rejection.reason), follow_ups().get(rejection.action)
    said = [reason.words if reason else f"not processed for reason {rejection.reason!r}"]
    return "; ".join([*said, *([action.words] if action else [])])
