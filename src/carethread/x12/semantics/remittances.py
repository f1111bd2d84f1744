"""The 835: lines, claims and the check balance; banks and codes are what they say they are."""

from collections.abc import Iterator
from datetime import date

from stdnum.us import rtn

from carethread.x12.finding import Finding
from carethread.x12.remittance import REVERSAL, Remittance, RemittedClaim
from carethread.x12.semantics.at import At, dollars, error, part, warning
from carethread.x12.semantics.claim_codes import is_revenue_code
from carethread.x12.values import NotAValue, days


def line_balance(claim: RemittedClaim, at: At) -> Iterator[Finding]:
    """BALANCE_LINE: a line's charge less its adjustments is what was paid for it."""
    for n, line in enumerate(claim.lines):
        if not line.is_balanced:
            taken = sum(a.amount for a in line.adjustments)
            message = (
                f"line {n + 1} of claim {claim.claim_id}: charge {dollars(line.charge)} less"
                f" adjustments {dollars(taken)} is {dollars(line.charge - taken)},"
                f" not {dollars(line.paid)}"
            )
            yield error("BALANCE_LINE", at.find("SVC", n), message, "SVC", 3)


def claim_balance(claim: RemittedClaim, at: At) -> Iterator[Finding]:
    """BALANCE_CLAIM: a claim's charge less all its adjustments is what was paid for it; and its
    lines, where it has any, add up to it."""
    taken = sum(a.amount for a in claim.adjustments)
    taken += sum(a.amount for line in claim.lines for a in line.adjustments)
    if claim.charge - taken != claim.paid:
        message = (
            f"claim {claim.claim_id}: charge {dollars(claim.charge)} less adjustments"
            f" {dollars(taken)} is {dollars(claim.charge - taken)}, not {dollars(claim.paid)}"
        )
        yield error("BALANCE_CLAIM", at.first, message, "CLP", 4)
    charged = sum(line.charge for line in claim.lines)
    if claim.lines and charged != claim.charge:
        message = (
            f"claim {claim.claim_id}: its lines charge {dollars(charged)},"
            f" the claim {dollars(claim.charge)}"
        )
        yield error("CHARGE_SUM", at.first, message, "CLP", 3)


class CheckBalance:
    """BALANCE_CHECK: the claims' payments less provider adjustments are the check."""

    def __init__(self) -> None:
        self.paid = 0

    def add(self, claim: RemittedClaim, _at: At) -> Iterator[Finding]:
        self.paid += claim.paid
        return iter(())

    def end(self, remittance: Remittance, at: At) -> Iterator[Finding]:
        taken = sum(p.amount for p in remittance.provider_adjustments)
        left = self.paid - taken
        if left != remittance.signed_amount:
            message = (
                f"claims pay {dollars(self.paid)}, provider adjustments take {dollars(taken)}:"
                f" {dollars(left)}, but the check is {dollars(remittance.signed_amount)}"
            )
            yield error("BALANCE_CHECK", at.find("BPR"), message, "BPR", 2)


def routing_number(remittance: Remittance, at: At) -> Iterator[Finding]:
    """ABA_NUMBER: a bank's routing number (qualifier 01) has nine digits and a check digit."""
    del remittance
    for position, e in at.all("BPR"):
        for element in (7, 13):
            if len(e) > element and e[element - 1] == "01" and not rtn.is_valid(e[element]):
                message = f"{e[element]!r} is not a bank routing number"
                yield error("ABA_NUMBER", position, message, "BPR", element)


def levels(claim: RemittedClaim, at: At) -> Iterator[Finding]:
    """ADJUSTED_TWICE: what a line's adjustments say, the claim's do not say again."""
    by_line = {(a.group, a.reason) for line in claim.lines for a in line.adjustments}
    for a in claim.adjustments:
        if (a.group, a.reason) in by_line:
            message = (
                f"claim {claim.claim_id}: {a.group}-{a.reason} stands at the claim and at a line"
            )
            yield warning("ADJUSTED_TWICE", at.first, message, "CAS", 2)
            return


def patient_share(claim: RemittedClaim, at: At) -> Iterator[Finding]:
    """PATIENT_SHARE: what the patient owes is the sum of the adjustments under PR."""
    adjustments = [*claim.adjustments, *(a for line in claim.lines for a in line.adjustments)]
    share = sum(a.amount for a in adjustments if a.group == "PR")
    if share != claim.patient_responsibility:
        message = (
            f"claim {claim.claim_id}: the patient owes {dollars(claim.patient_responsibility)},"
            f" the adjustments under PR come to {dollars(share)}"
        )
        yield warning("PATIENT_SHARE", at.first, message, "CLP", 5)


def reversal(claim: RemittedClaim, at: At) -> Iterator[Finding]:
    """REVERSAL_SIGN: a claim taken back (22) has its signs turned round."""
    if claim.status == REVERSAL and (claim.charge > 0 or claim.paid > 0):
        message = f"claim {claim.claim_id} is taken back, but its amounts are not negative"
        yield warning("REVERSAL_SIGN", at.first, message, "CLP", 3)


def revenue_codes(claim: RemittedClaim, at: At) -> Iterator[Finding]:
    """REVENUE_CODE: a line's revenue code is one."""
    for n, line in enumerate(claim.lines):
        if line.revenue_code and not is_revenue_code(line.revenue_code):
            message = f"{line.revenue_code!r} is no revenue code of four digits"
            yield error("REVENUE_CODE", at.find("SVC", n), message, "SVC", 4)


def payment(remittance: Remittance, at: At) -> Iterator[Finding]:
    """PAYMENT_METHOD: an advice without payment (NON) pays nothing."""
    for position, _ in at.all("BPR"):
        if remittance.method == "NON" and remittance.amount:
            message = f"no payment is made (NON), and it comes to {dollars(remittance.amount)}"
            yield error("PAYMENT_METHOD", position, message, "BPR", 4)


def future_services(remittance: Remittance, at: At) -> Iterator[Finding]:
    """FUTURE_SERVICE: nothing is paid before it took place."""
    paid_on = remittance.paid_on
    for position, e in at.all("DTM"):
        day = _day(part(e, 2)) if part(e, 1) in ("472", "150", "151", "232", "233") else None
        if day and paid_on and day > paid_on:
            message = f"a service on {day} is in the future of its payment ({paid_on})"
            yield warning("FUTURE_SERVICE", position, message, "DTM", 2)


def _day(text: str) -> date | None:
    try:
        return days[text] if text else None
    except NotAValue:
        return None
