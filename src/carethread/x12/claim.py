"""The 837 health care claim as plain values (837P 005010X222A1; 837I 005010X223A2).

A `Claim` is both what `rules.assemble` computes from the record and what the reader makes
of anybody's file, so that one scrubber serves both. Money is integer cents; codes carry no
decimal point, exactly as on the wire.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from carethread.x12.common import (
    Address,
    Adjustment,
    Amount,
    Attachment,
    Dated,
    Envelope,
    Inpatient,
    Kept,
    Note,
    Outpatient,
    Party,
    Reference,
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One diagnosis of HI. `qualifier` is ABK (principal) or ABF (other); on the 837I also ABJ
    (admitting), APR (reason for the visit) and ABN (external cause), and there
    `present_on_admission` is Y, N, U or W."""

    qualifier: str
    code: str
    present_on_admission: str = ""


@dataclass(frozen=True, slots=True)
class ClaimCode:
    """One code of HI that is no diagnosis: BBR and BBQ procedures (with their day), BH occurrences
    (with theirs), BI occurrence spans (`first` to `last`), BE values (`amount`, cents), BG
    conditions, TC treatments, DR the DRG, BP and BO anesthesia-related procedures."""

    qualifier: str
    code: str
    first: date | None = None
    last: date | None = None
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Loop 2000B: whose policy it is.

    `payer_sequence` is SBR01 (P S T), `relationship` SBR02 (18 = the patient is the
    subscriber), `filing_indicator` SBR09 (CI commercial, MC Medicaid, MB Medicare B, BL Blues),
    `insurance_type` SBR05 (why Medicare pays second).
    """

    party: Party
    payer_sequence: str = "P"
    relationship: str = "18"
    group_number: str = ""
    group_name: str = ""
    filing_indicator: str = "CI"
    birth_date: date | None = None
    sex: str = "U"
    insurance_type: str = ""
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Patient:
    """Loop 2000C: the patient where he or she is not the subscriber (PAT01 = `relationship`)."""

    party: Party
    relationship: str
    birth_date: date | None = None
    sex: str = "U"
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class LineAdjudication:
    """Loop 2430: what another payer did with this line (SVD, CAS, DTP*573).

    `bundled_line` is the number of the line that this one was paid with (0 for none); `amounts`
    hold what the patient still owes (EAF).
    """

    payer_id: str
    paid: int
    procedure: str
    modifiers: tuple[str, ...] = ()
    revenue_code: str = ""
    units: Decimal = Decimal(1)
    adjustments: tuple[Adjustment, ...] = ()
    paid_on: date | None = None
    procedure_qualifier: str = "HC"
    description: str = ""
    bundled_line: int = 0
    amounts: tuple[Amount, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherPayerProvider:
    """Loops 2330C to 2330I: the numbers by which another payer knows a provider of the claim.
    `role` is NM101 (DN referring, P3 primary care, 82 rendering, 77 facility, DQ supervising, 85
    billing, 71 attending, 72 and ZZ operating)."""

    role: str
    entity_type: str
    references: tuple[Reference, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherPayer:
    """Loops 2320 and 2330: another policy of the patient and what that payer paid (`amounts`: D
    paid, A8 not covered, EAF what the patient still owes)."""

    subscriber: Subscriber
    payer: Party
    adjustments: tuple[Adjustment, ...] = ()
    amounts: tuple[Amount, ...] = ()
    claim_control_number: str = ""
    paid_on: date | None = None
    benefits_assigned: str = "Y"
    release_of_information: str = "Y"
    inpatient: Inpatient | None = None
    outpatient: Outpatient | None = None
    providers: tuple[OtherPayerProvider, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Drug:
    """Loop 2410: a drug (`qualifier` N4: `code` is its NDC) and how much of it was given
    (`unit` F2 ME ML UN GR). `references` hold the prescription's number (XZ)."""

    qualifier: str
    code: str
    quantity: Decimal
    unit: str
    references: tuple[Reference, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """Loop 2400: one service.

    `charge` in cents; `unit` UN (units), MJ (minutes) or DA (days); `pointers` are 1-based
    positions in the claim's diagnoses; `control_number` is REF*6R (≤ 30 characters);
    `authorization` and the providers only where they differ from the claim's; `purchased_service`
    (2420B) is who sold the service to the billing provider. `amounts` hold taxes (T, GT, N8);
    `non_covered` is SV207 of an 837I in cents.
    """

    number: int
    procedure: str
    charge: int
    units: Decimal
    service_from: date
    service_to: date
    modifiers: tuple[str, ...] = ()
    unit: str = "UN"
    revenue_code: str = ""
    place_of_service: str = ""
    pointers: tuple[int, ...] = ()
    control_number: str = ""
    rendering: Party | None = None
    supervising: Party | None = None
    authorization: str = ""
    notes: tuple[Note, ...] = ()
    references: tuple[Reference, ...] = ()
    adjudications: tuple[LineAdjudication, ...] = ()
    procedure_qualifier: str = "HC"
    description: str = ""
    emergency: str = ""
    epsdt: str = ""
    family_planning: str = ""
    copay_exempt: str = ""
    non_covered: int = 0
    dates: tuple[Dated, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    amounts: tuple[Amount, ...] = ()
    drug: Drug | None = None
    referring: Party | None = None
    ordering: Party | None = None
    service_facility: Party | None = None
    operating: Party | None = None
    other_operating: Party | None = None
    primary_care: Party | None = None
    purchased_service: Party | None = None
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """Loop 2300 with the parties above it: one CLM.

    `claim_id` is CLM01 (≤ 20 characters); `charge` CLM02 in cents; `frequency` CLM05-3
    (1 original, 7 replacement, 8 void), which with 7 and 8 needs `original_reference`
    (REF*F8, the payer's own number). `facility_code` is the place of service on an 837P and
    the first two digits of the type of bill on an 837I. `kind` is "837P" or "837I".
    `related_causes` (AA auto, EM employment, OA other accident), `special_program` and
    `delay_reason` are CLM11, CLM12 and CLM20; `dates` those that have no field of their own
    (439 accident, 431 onset); `codes` what HI says besides diagnoses. Of an 837I alone:
    `statement_from` and `statement_to` (DTP*434), `discharge_time` (DTP*096, HHMM), the codes of
    CL1, `attending`, `operating` and `other_operating`. Segments that have no field are in
    `extra`.
    """

    kind: str
    claim_id: str
    charge: int
    facility_code: str
    frequency: str
    billing: Party
    subscriber: Subscriber
    payer: Party
    diagnoses: tuple[Diagnosis, ...]
    lines: tuple[ClaimLine, ...]
    patient: Patient | None = None
    pay_to: Address | None = None
    rendering: Party | None = None
    supervising: Party | None = None
    referring: Party | None = None
    service_facility: Party | None = None
    other_payers: tuple[OtherPayer, ...] = ()
    authorization: str = ""
    referral: str = ""
    original_reference: str = ""
    accepts_assignment: str = "A"
    benefits_assigned: str = "Y"
    signature_on_file: str = "Y"
    release_of_information: str = "Y"
    patient_paid: int = 0
    notes: tuple[Note, ...] = ()
    admission_date: date | None = None
    references: tuple[Reference, ...] = ()
    statement_from: date | None = None
    statement_to: date | None = None
    admission_type: str = ""
    admission_source: str = ""
    patient_status: str = ""
    attending: Party | None = None
    operating: Party | None = None
    other_operating: Party | None = None
    primary_care: Party | None = None
    pay_to_plan: Party | None = None
    discharge_time: str = ""
    codes: tuple[ClaimCode, ...] = ()
    dates: tuple[Dated, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    patient_signature: str = ""
    related_causes: tuple[str, ...] = ()
    accident_state: str = ""
    special_program: str = ""
    delay_reason: str = ""
    extra: tuple[Kept, ...] = ()

    @property
    def type_of_bill(self) -> str:
        """The three digits of an 837I's type of bill, without the leading zero; "" on an 837P."""
        return self.facility_code + self.frequency if self.kind == "837I" else ""

    def coded(self, *qualifiers: str) -> tuple[ClaimCode, ...]:
        """The codes of HI under these qualifiers."""
        return tuple(code for code in self.codes if code.qualifier in qualifiers)

    def dated(self, qualifier: str) -> Dated | None:
        """The date under this qualifier, or None."""
        return next((d for d in self.dates if d.qualifier == qualifier), None)


@dataclass(frozen=True, slots=True)
class ClaimFile:
    """One 837 transaction set: who submits (1000A), who receives (1000B), when, and its claims."""

    envelope: Envelope
    submitter: Party
    receiver: Party
    created_on: date
    created_time: str
    reference: str
    claims: tuple[Claim, ...]
    purpose: str = "00"
    kind: str = "CH"
    extra: tuple[Kept, ...] = ()
