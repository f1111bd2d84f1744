"""An explanation of benefits on paper, as somebody types it, made into the remittance that it is.

Amounts are typed without signs, as paper shows them; a reversal's are turned round here. What does
not balance yet says how much is left, line by line, so that it can be shown while one types.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from carethread.rules.match import SubmittedClaim, payers_agree
from carethread.rules.match_lines import SubmittedLine
from carethread.x12.common import Adjustment, Envelope, Outpatient, Party, Reference
from carethread.x12.remittance import (
    REVERSAL,
    ProviderAdjustment,
    Remittance,
    RemittedClaim,
    RemittedLine,
)

STATUSES: Mapping[str, str] = {
    "1": "Processed as primary",
    "2": "Processed as secondary",
    "3": "Processed as tertiary",
    "4": "Denied",
    "19": "Processed as primary, forwarded",
    REVERSAL: "Earlier payment taken back",
    "23": "Not its claim, forwarded",
}
NO_PAYMENT = "NON"
METHODS: Mapping[str, str] = {
    "CHK": "Paper check", "ACH": "Electronic (ACH)", NO_PAYMENT: "No payment",
}  # fmt: skip
_ON_PAPER = Envelope("PAPER", "", "", "", "", "005010X221A1")


@dataclass(frozen=True, slots=True)
class TypedLine:
    """What is typed of one line of ours: `paid` cents and what was taken off."""

    line: SubmittedLine
    paid: int = 0
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def left(self) -> int:
        """Cents of the charge that neither the payment nor an adjustment explains."""
        return self.line.charge - self.paid - sum(a.amount for a in self.adjustments)


@dataclass(frozen=True, slots=True)
class TypedClaim:
    """One claim of ours, as the paper answers it. Lines that it says nothing of are left out.
    `sure` repeats the payer's name where somebody says that it answers this claim of another's."""

    claim: SubmittedClaim
    lines: tuple[TypedLine, ...]
    status: str = "1"
    payer_control_number: str = ""
    sure: str = ""

    @property
    def sign(self) -> int:
        return -1 if self.status == REVERSAL else 1

    @property
    def paid(self) -> int:
        """Cents that the check pays for it; below zero where they are taken back."""
        return self.sign * sum(line.paid for line in self.lines)


@dataclass(frozen=True, slots=True)
class TypedCheck:
    """A whole check. `amount` is what it is made out over, in cents."""

    payer_name: str
    payer_id: str
    trace: str
    method: str
    paid_on: date | None
    amount: int
    claims: tuple[TypedClaim, ...]
    changes: tuple[tuple[str, str, int], ...] = ()  # reason, reference, cents that lower it

    @property
    def left(self) -> int:
        """Cents of the check that its claims and changes do not explain."""
        return self.amount - sum(c.paid for c in self.claims) + sum(x for _, _, x in self.changes)

    def is_anothers(self, one: TypedClaim) -> bool:
        """Whether a claim went to another payer than the one that pays."""
        return payers_agree((self.payer_id, self.payer_name), one.claim) is False

    def is_sure(self, one: TypedClaim) -> bool:
        """Whether this very payer is said to answer it nevertheless."""
        return one.sure == self.payer_name


def remittance(typed: TypedCheck, payee: Party) -> Remittance:
    """The same as an 835 would have told it."""
    return Remittance(
        envelope=_ON_PAPER,
        method=typed.method,
        amount=typed.amount,
        credit_or_debit="C",
        paid_on=typed.paid_on,
        trace=typed.trace,
        payer_identifier=typed.payer_id,
        payer=Party("2", typed.payer_name, references=(Reference("2U", typed.payer_id),)),
        payee=payee,
        claims=tuple(_claim(one) for one in typed.claims),
        provider_adjustments=tuple(
            ProviderAdjustment(payee.id, None, reason, reference, cents)
            for reason, reference, cents in typed.changes
        ),
        production_date=typed.paid_on,
    )


def _claim(typed: TypedClaim) -> RemittedClaim:
    sent, sign = typed.claim, typed.sign
    lines = tuple(_line(line, sign) for line in typed.lines)
    remarks = tuple(dict.fromkeys(r for line in typed.lines for r in line.remarks))
    return RemittedClaim(
        claim_id=sent.claim_number,
        status=typed.status,
        charge=sign * sum(line.line.charge for line in typed.lines),
        paid=typed.paid,
        patient_responsibility=_patient(typed.lines) if sign > 0 else 0,
        payer_control_number=typed.payer_control_number or sent.payer_control_number,
        patient=Party("1", sent.last_name, sent.first_name, id_qualifier="MI", id=sent.member_id),
        service_from=sent.service_from,
        service_to=sent.service_to,
        outpatient=Outpatient(remarks=remarks[:5]) if remarks and not lines else None,
        lines=lines,
    )


def _line(typed: TypedLine, sign: int) -> RemittedLine:
    sent = typed.line
    return RemittedLine(
        procedure=sent.code,
        charge=sign * sent.charge,
        paid=sign * typed.paid,
        modifiers=sent.modifiers,
        service_from=sent.service_date,
        control_number=sent.control_number,
        adjustments=tuple(
            Adjustment(a.group, a.reason, sign * a.amount, a.quantity) for a in typed.adjustments
        ),
        remarks=typed.remarks,
    )


def _patient(lines: Sequence[TypedLine]) -> int:
    return sum(a.amount for line in lines for a in line.adjustments if a.group == "PR")
