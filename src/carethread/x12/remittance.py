"""The 835 remittance advice as plain values (005010X221A1).

Signs are the wire's own: an adjustment's positive amount lowers the payment, a positive
provider-level adjustment (PLB) lowers the check.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from carethread.x12.common import Adjustment, Amount, Envelope, Kept, Party, Reference


@dataclass(frozen=True, slots=True)
class RemittedLine:
    """Loop 2110: one SVC. `original_procedure` is SVC06 where the payer changed the code."""

    procedure: str
    charge: int
    paid: int
    units: Decimal = Decimal(1)
    modifiers: tuple[str, ...] = ()
    revenue_code: str = ""
    service_from: date | None = None
    service_to: date | None = None
    control_number: str = ""
    original_procedure: str = ""
    original_modifiers: tuple[str, ...] = ()
    original_units: Decimal | None = None
    adjustments: tuple[Adjustment, ...] = ()
    amounts: tuple[Amount, ...] = ()
    remarks: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    procedure_qualifier: str = "HC"
    original_qualifier: str = ""
    extra: tuple[Kept, ...] = ()

    @property
    def is_balanced(self) -> bool:
        """Charge less adjustments is what was paid."""
        due = self.charge
        for adjustment in self.adjustments:
            due -= adjustment.amount
        return due == self.paid


@dataclass(frozen=True, slots=True)
class RemittedClaim:
    """Loop 2100: one CLP.

    `status` is CLP02 (1/2/3 processed as primary/secondary/tertiary, 4 denied, 19/20/21 the
    same and forwarded, 22 reversal, 23 not ours, 25 predetermination). "Processed" does not
    mean paid: denials live in the lines' adjustments. `batch` is the LX it stands under;
    `remark_segment` says where its remark codes came from: MOA, or MIA on inpatient claims.
    """

    claim_id: str
    status: str
    charge: int
    paid: int
    patient_responsibility: int = 0
    filing_indicator: str = ""
    payer_control_number: str = ""
    facility_code: str = ""
    frequency: str = ""
    patient: Party | None = None
    subscriber: Party | None = None
    corrected_patient: Party | None = None
    rendering: Party | None = None
    crossover_payer: Party | None = None
    service_from: date | None = None
    service_to: date | None = None
    received_on: date | None = None
    adjustments: tuple[Adjustment, ...] = ()
    amounts: tuple[Amount, ...] = ()
    remarks: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    lines: tuple[RemittedLine, ...] = ()
    batch: int = 1
    remark_segment: str = "MOA"
    extra: tuple[Kept, ...] = ()

    @property
    def is_balanced(self) -> bool:
        """Charge less claim- and line-level adjustments is what was paid, here and in each line."""
        due = self.charge
        for adjustment in self.adjustments:
            due -= adjustment.amount
        for line in self.lines:
            taken = 0
            for adjustment in line.adjustments:
                taken += adjustment.amount
            if line.charge - taken != line.paid:
                return False
            due -= taken
        return due == self.paid


@dataclass(frozen=True, slots=True)
class ProviderAdjustment:
    """One PLB pair: the payer changes the check, not a claim. Positive `amount` lowers it."""

    provider: str
    fiscal_period_end: date | None
    reason: str
    reference: str
    amount: int


@dataclass(frozen=True, slots=True)
class Remittance:
    """One 835 transaction set, that is one check, EFT or non-payment advice (BPR, TRN)."""

    envelope: Envelope
    method: str
    amount: int
    credit_or_debit: str
    paid_on: date | None
    trace: str
    payer_identifier: str
    payer: Party
    payee: Party
    claims: tuple[RemittedClaim, ...]
    provider_adjustments: tuple[ProviderAdjustment, ...] = ()
    production_date: date | None = None
    handling: str = "I"
    references: tuple[Reference, ...] = ()
    extra: tuple[Kept, ...] = ()

    @property
    def signed_amount(self) -> int:
        """The check in cents as money to the payee: negative where BPR03 says debit ("D")."""
        return -self.amount if self.credit_or_debit == "D" else self.amount

    @property
    def is_balanced(self) -> bool:
        """Claims less provider adjustments are the signed check, and every claim balances."""
        claims = sum(c.paid for c in self.claims)
        provider = sum(p.amount for p in self.provider_adjustments)
        return claims - provider == self.signed_amount and all(c.is_balanced for c in self.claims)
