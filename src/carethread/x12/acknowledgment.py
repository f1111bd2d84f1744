"""TA1, 999 (005010X231A1) and 277CA (005010X214) as plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from carethread.x12.common import Envelope, Kept, Party


@dataclass(frozen=True, slots=True)
class InterchangeAck:
    """TA1: the receiver's word on one envelope. `code` A accepted, E with errors, R rejected;
    `note` is the three-digit TA105 (025 = duplicate control number)."""

    interchange: str
    code: str
    note: str
    envelope: Envelope
    interchange_date: date | None = None
    interchange_time: str = ""


@dataclass(frozen=True, slots=True)
class SegmentError:
    """IK3 (and IK4 where an element is named): `position` counts segments inside the set from 1."""

    tag: str
    position: int
    code: str
    loop: str = ""
    element: int = 0
    element_code: str = ""
    value: str = ""
    component: int = 0
    element_reference: str = ""
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class SetAck:
    """AK2/IK5: the word on one transaction set. `code` A E P R M W X."""

    kind: str
    control_number: str
    code: str
    guide: str = ""
    syntax_errors: tuple[str, ...] = ()
    errors: tuple[SegmentError, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionalAck:
    """999: the word on one functional group (AK1, AK9) and each of its sets."""

    envelope: Envelope
    functional_id: str
    group: str
    code: str
    included: int
    received: int
    accepted: int
    guide: str = ""
    sets: tuple[SetAck, ...] = ()
    syntax_errors: tuple[str, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimStatus:
    """One STC: `category` A1 A2 accepted, A3 A6 A7 A8 rejected; `code` the status code;
    `entity` whom it speaks of; `action` WQ accept or U reject; `amount` in cents, the charge.
    `extra` are the second and third status of the segment (STC10, STC11), as category, code and
    entity (and code list). The 277 adds what was `paid` in cents (None: not said), when it was
    decided (`finalized_on`) and remitted (`remitted_on`, by `remittance_trace`), and in
    `code_list` RX where `code` is the pharmacies' own."""

    category: str
    code: str
    entity: str = ""
    action: str = ""
    amount: int = 0
    effective: date | None = None
    message: str = ""
    extra: tuple[tuple[str, ...], ...] = ()
    paid: int | None = None
    finalized_on: date | None = None
    remitted_on: date | None = None
    remittance_trace: str = ""
    code_list: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """A level (HL) of a 276, 277 or 277CA of which there is more to say than its claims do: what is
    said of whomever it names (`trace` TRN02 and `statuses` of loop 2200B or 2200C), segments that
    have no field, or that it has no claim.

    `level` is payer, receiver, provider, subscriber or dependent; in a 277CA source, receiver,
    provider or patient. It stands behind the set's first `before` claims, and above those that
    follow until the next level of its kind or a higher one. `birth_date` and `sex` are a patient's
    in a 276.
    """

    level: str
    party: Party
    before: int = 0
    trace: str = ""
    statuses: tuple[ClaimStatus, ...] = ()
    birth_date: date | None = None
    sex: str = ""
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class AcknowledgedLine:
    """Loop 2220D of the 277CA: a line (SVC) that a status speaks of. `charge` in cents,
    `control_number` REF*FJ (the line's REF*6R on the claim), `prescription_number` REF*XZ."""

    procedure: str
    charge: int
    statuses: tuple[ClaimStatus, ...]
    modifiers: tuple[str, ...] = ()
    revenue_code: str = ""
    units: Decimal | None = None
    control_number: str = ""
    prescription_number: str = ""
    service_from: date | None = None
    service_to: date | None = None
    procedure_qualifier: str = "HC"
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class AcknowledgedClaim:
    """Loop 2200D of the 277CA: one claim's fate before adjudication. `claim_id` is TRN02 = CLM01;
    `provider` is given where it is not the first billing provider of the set."""

    claim_id: str
    patient: Party
    statuses: tuple[ClaimStatus, ...]
    payer_control_number: str = ""
    clearinghouse_number: str = ""
    service_from: date | None = None
    service_to: date | None = None
    bill_type: str = ""
    provider: Party | None = None
    lines: tuple[AcknowledgedLine, ...] = ()
    extra: tuple[Kept, ...] = ()

    @property
    def is_accepted(self) -> bool:
        """No status puts it in a rejecting category."""
        return not rejects(self.statuses)


def rejects(statuses: Iterable[ClaimStatus]) -> bool:
    """Whether any of these is of a category that rejects before adjudication (A3, A6, A7, A8)."""
    return any(
        category in {"A3", "A6", "A7", "A8"}
        for status in statuses
        for category in (status.category, *(more[0] for more in status.extra))
    )


@dataclass(frozen=True, slots=True)
class ClaimAck:
    """277CA: one set. `source` sent it (payer or clearinghouse), `provider` is the first billing
    provider in it; `batch_trace` is the 837's BHT03; totals in cents; `statuses` speak of the
    whole batch (loop 2200B), `provider_statuses` of the billing provider's claims (2200C). What is
    said of other providers is in `levels`."""

    envelope: Envelope
    source: Party
    receiver: Party
    provider: Party
    reference: str
    created_on: date
    batch_trace: str
    claims: tuple[AcknowledgedClaim, ...]
    received_on: date | None = None
    processed_on: date | None = None
    accepted_count: int = 0
    accepted_amount: int = 0
    rejected_count: int = 0
    rejected_amount: int = 0
    created_time: str = ""
    source_trace: str = ""
    provider_trace: str = ""
    statuses: tuple[ClaimStatus, ...] = ()
    provider_statuses: tuple[ClaimStatus, ...] = ()
    levels: tuple[Level, ...] = ()
    extra: tuple[Kept, ...] = ()

    @property
    def said_of_all(self) -> tuple[ClaimStatus, ...]:
        """What is said of claims without naming them: of the batch, of each billing provider."""
        others = (status for level in self.levels for status in level.statuses)
        return (*self.statuses, *self.provider_statuses, *others)
