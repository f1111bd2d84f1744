"""Claim status inquiry as plain values: 276 request and 277 response (005010X212).

One `StatusClaim` serves both: the request names a claim, the response says how it stands. A
277 that acknowledges a batch of claims (277CA, 005010X214) is in `acknowledgment`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from carethread.x12.acknowledgment import ClaimStatus, Level
from carethread.x12.common import Envelope, Kept, Party


@dataclass(frozen=True, slots=True)
class Member:
    """Loop 2000D or 2000E: the subscriber, or the dependent whose claim it is. A 277 gives
    neither `birth_date` nor `sex`."""

    party: Party
    birth_date: date | None = None
    sex: str = ""
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusLine:
    """Loop 2210 (276) or 2220 (277): one SVC. `charge` and `paid` in cents, `control_number` is
    REF*FJ, the line's REF*6R on the claim. Only a 277 has `paid` and `statuses`."""

    procedure: str
    charge: int
    service_from: date
    service_to: date
    units: Decimal | None = None
    modifiers: tuple[str, ...] = ()
    revenue_code: str = ""
    control_number: str = ""
    paid: int = 0
    statuses: tuple[ClaimStatus, ...] = ()
    procedure_qualifier: str = "HC"
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusClaim:
    """Loop 2200D or 2200E with the parties above it: one TRN, that is one claim.

    `trace` is the asker's number for this question (TRN02), which the answer repeats. Of the
    claim: `payer_control_number` REF*1K, `patient_control_number` REF*EJ (CLM01), `bill_type`
    REF*BLT, `clearinghouse_number` REF*D9, `prescription_number` REF*XZ, `voucher` REF*VV;
    `charge` in cents (AMT*T3, 0 where it is not given). `patient` is the dependent, if it is one.
    `payer` and `receiver` are given where they are not the first of the set.
    """

    trace: str
    provider: Party
    subscriber: Member
    patient: Member | None = None
    statuses: tuple[ClaimStatus, ...] = ()
    payer_control_number: str = ""
    patient_control_number: str = ""
    bill_type: str = ""
    location: str = ""
    group_number: str = ""
    clearinghouse_number: str = ""
    prescription_number: str = ""
    voucher: str = ""
    charge: int = 0
    service_from: date | None = None
    service_to: date | None = None
    lines: tuple[StatusLine, ...] = ()
    payer: Party | None = None
    receiver: Party | None = None
    extra: tuple[Kept, ...] = ()

    @property
    def all_statuses(self) -> Iterator[ClaimStatus]:
        """Those of the claim, then those of its lines."""
        yield from self.statuses
        for line in self.lines:
            yield from line.statuses

    @property
    def who(self) -> Member:
        """The patient: the dependent, or the subscriber."""
        return self.patient or self.subscriber


@dataclass(frozen=True, slots=True)
class StatusRequest:
    """276: one set of questions. `payer` is asked (loop 2100A), `receiver` will get the answer
    (2100B); `reference` is BHT03, which a 277 may repeat as `receiver_trace`. A claim that is for
    another payer or receiver says so."""

    envelope: Envelope
    payer: Party
    receiver: Party
    reference: str
    created_on: date
    created_time: str
    claims: tuple[StatusClaim, ...]
    levels: tuple[Level, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusResponse:
    """277: one set of answers. Where nothing could be answered there are no claims, and
    `receiver_statuses` (loop 2200B) or those of a provider among the `levels` (2200C) say why."""

    envelope: Envelope
    payer: Party
    receiver: Party
    reference: str
    created_on: date
    created_time: str
    claims: tuple[StatusClaim, ...]
    receiver_trace: str = ""
    receiver_statuses: tuple[ClaimStatus, ...] = ()
    levels: tuple[Level, ...] = ()
    extra: tuple[Kept, ...] = ()

    @property
    def said_of_all(self) -> tuple[ClaimStatus, ...]:
        """What is said of claims without naming them: of each receiver, of each provider."""
        others = (status for level in self.levels for status in level.statuses)
        return (*self.receiver_statuses, *others)

    @property
    def all_statuses(self) -> Iterator[ClaimStatus]:
        """Every status of every level, in no particular order."""
        yield from self.said_of_all
        for claim in self.claims:
            yield from claim.all_statuses
