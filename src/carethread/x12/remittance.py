"""The 835 remittance advice as plain values (005010X221A1).

Signs are the wire's own: an adjustment's positive amount lowers the payment, a positive
provider-level adjustment (PLB) lowers the check.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from carethread.x12.common import (
    Adjustment,
    Amount,
    Contact,
    Envelope,
    Inpatient,
    Kept,
    Outpatient,
    Party,
    Quantity,
    Reference,
)

REVERSAL = "22"  # a claim's status: an earlier payment is taken back


@dataclass(frozen=True, slots=True)
class RemittedLine:
    """Loop 2110: one SVC. `original_procedure` is SVC06 where the payer changed the code;
    `remarks` are remark codes (LQ*HE), `drug_rejections` a pharmacy's reject codes (LQ*RX)."""

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
    original_description: str = ""
    quantities: tuple[Quantity, ...] = ()
    drug_rejections: tuple[str, ...] = ()
    extra: tuple[Kept, ...] = ()

    @property
    def is_balanced(self) -> bool:
        """Charge less adjustments is what was paid."""
        due = self.charge
        for adjustment in self.adjustments:
            due -= adjustment.amount
        return due == self.paid


@dataclass(frozen=True, slots=True)
class ProviderTotals:
    """TS3: what one provider's claims of one kind of facility come to. Amounts are cents, None
    where none is given; of `professional_component` to `msp_amount` only Medicare tells."""

    provider: str
    facility_code: str
    fiscal_period_end: date | None
    claim_count: Decimal
    charge: int
    msp_primary_payer: int | None = None
    non_lab_charge: int | None = None
    payable: int | None = None
    hcpcs_charge: int | None = None
    professional_component: int | None = None
    msp_patient_liability: int | None = None
    patient_reimbursement: int | None = None
    pip_claim_count: Decimal | None = None
    pip_adjustment: int | None = None
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class InpatientTotals:
    """TS2: the sums of MIA over a provider's inpatient claims. Amounts are cents, None where none
    is given."""

    drg: int | None = None
    federal_specific: int | None = None
    hospital_specific: int | None = None
    disproportionate_share: int | None = None
    capital: int | None = None
    indirect_teaching: int | None = None
    outlier_days: Decimal | None = None
    day_outlier: int | None = None
    cost_outlier: int | None = None
    average_length_of_stay: Decimal | None = None
    discharges: Decimal | None = None
    cost_report_days: Decimal | None = None
    covered_days: Decimal | None = None
    non_covered_days: Decimal | None = None
    msp_pass_through: int | None = None
    average_weight: Decimal | None = None
    capital_fsp_drg: int | None = None
    capital_hsp_drg: int | None = None
    capital_dsh_drg: int | None = None
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class RemittedClaim:
    """Loop 2100: one CLP.

    `status` is CLP02 (1/2/3 processed as primary/secondary/tertiary, 4 denied, 19/20/21 the
    same and forwarded, 22 reversal, 23 not ours, 25 predetermination). "Processed" does not
    mean paid: denials live in the lines' adjustments. `batch` is the LX it stands under; the
    first claim of a batch carries its `totals` (TS3, TS2). `inpatient` is MIA, `outpatient` MOA;
    `drg_weight` and `discharge_fraction` stand in CLP12 and CLP13.
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
    priority_payer: Party | None = None
    other_subscriber: Party | None = None
    service_from: date | None = None
    service_to: date | None = None
    received_on: date | None = None
    coverage_ended_on: date | None = None
    contact: Contact | None = None
    inpatient: Inpatient | None = None
    outpatient: Outpatient | None = None
    adjustments: tuple[Adjustment, ...] = ()
    amounts: tuple[Amount, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    references: tuple[Reference, ...] = ()
    lines: tuple[RemittedLine, ...] = ()
    drg: str = ""
    drg_weight: Decimal | None = None
    discharge_fraction: Decimal | None = None
    batch: int = 1
    totals: ProviderTotals | None = None
    inpatient_totals: InpatientTotals | None = None
    extra: tuple[Kept, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """The claim's remark codes, in MIA or MOA."""
        said = [part.remarks for part in (self.inpatient, self.outpatient) if part is not None]
        return tuple(remark for remarks in said for remark in remarks)

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
    """One 835 transaction set, that is one check, EFT or non-payment advice (BPR, TRN).

    Banks: `payer_bank` and `payee_bank` are routing numbers (qualifier 01 is an ABA number), the
    accounts their account numbers (DA demand deposit, SG savings). `payer_identifier` is TRN03,
    `originator` BPR10: the payer's own number, a 1 before its tax number.
    """

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
    payment_format: str = ""
    payer_bank_qualifier: str = ""
    payer_bank: str = ""
    payer_account_qualifier: str = ""
    payer_account: str = ""
    originator: str = ""
    originator_code: str = ""
    payee_bank_qualifier: str = ""
    payee_bank: str = ""
    payee_account_qualifier: str = ""
    payee_account: str = ""
    trace_code: str = ""
    extra: tuple[Kept, ...] = ()

    @property
    def signed_amount(self) -> int:
        """The check in cents as money to the payee: negative where BPR03 says debit ("D")."""
        return -self.amount if self.credit_or_debit == "D" else self.amount

    @property
    def is_balanced(self) -> bool:
        """Claims less provider adjustments are the signed check, and every claim balances."""
        paid = sum(claim.paid for claim in self.claims)
        return self.balances(paid) and all(claim.is_balanced for claim in self.claims)

    def balances(self, paid: int) -> bool:
        """Whether claims that pay so much (cents), less provider adjustments, are the check."""
        taken = sum(p.amount for p in self.provider_adjustments)
        return paid - taken == self.signed_amount
