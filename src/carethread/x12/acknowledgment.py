"""TA1, 999 (005010X231A1) and 277CA (005010X214) as plain values."""

from dataclasses import dataclass
from datetime import date

from carethread.x12.common import Envelope, Party


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


@dataclass(frozen=True, slots=True)
class SetAck:
    """AK2/IK5: the word on one transaction set. `code` A E P R M W X."""

    kind: str
    control_number: str
    code: str
    guide: str = ""
    syntax_errors: tuple[str, ...] = ()
    errors: tuple[SegmentError, ...] = ()


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


@dataclass(frozen=True, slots=True)
class ClaimStatus:
    """One STC: `category` A1 A2 accepted, A3 A6 A7 A8 rejected; `code` the status code;
    `entity` whom it speaks of; `action` WQ accept or U reject; `amount` in cents."""

    category: str
    code: str
    entity: str = ""
    action: str = ""
    amount: int = 0
    effective: date | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class AcknowledgedClaim:
    """Loop 2200D of the 277CA: one claim's fate before adjudication. `claim_id` is TRN02 = CLM01."""

    claim_id: str
    patient: Party
    statuses: tuple[ClaimStatus, ...]
    payer_control_number: str = ""
    clearinghouse_number: str = ""
    service_from: date | None = None
    service_to: date | None = None

    @property
    def is_accepted(self) -> bool:
        """No status puts it in a rejecting category (A3, A6, A7, A8)."""
        return not any(s.category in {"A3", "A6", "A7", "A8"} for s in self.statuses)


@dataclass(frozen=True, slots=True)
class ClaimAck:
    """277CA: one set. `source` sent it (payer or clearinghouse); totals in cents."""

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
