"""The 837: what a claim says must fit together."""

from collections.abc import Iterator

from carethread.x12.claim import Claim, ClaimLine, OtherPayer
from carethread.x12.finding import Finding
from carethread.x12.semantics.at import At, dollars, error, warning


def charge_sum(claim: Claim, at: At) -> Iterator[Finding]:
    """CHARGE_SUM: a claim's charge is the sum of its lines."""
    total = sum(line.charge for line in claim.lines)
    if total != claim.charge:
        message = (
            f"claim {claim.claim_id} charges {dollars(claim.charge)},"
            f" its lines add up to {dollars(total)}"
        )
        yield error("CHARGE_SUM", at.first, message, "CLM", 2)


def pointers(claim: Claim, at: At) -> Iterator[Finding]:
    """DX_POINTER: a line points at diagnoses that the claim has."""
    known = len(claim.diagnoses)
    for n, line in enumerate(claim.lines):
        wrong = [p for p in line.pointers if not 1 <= p <= known]
        if wrong:
            message = (
                f"line {n + 1} of claim {claim.claim_id} points at diagnosis {wrong[0]},"
                f" the claim has {known}"
            )
            yield error("DX_POINTER", at.find("SV1", n), message, "SV1", 7)


def original_reference(claim: Claim, at: At) -> Iterator[Finding]:
    """FREQ78_NEEDS_F8: a replacement or void names the payer's number of what it replaces."""
    if claim.frequency in ("7", "8") and not claim.original_reference:
        message = (
            f"claim {claim.claim_id} has frequency {claim.frequency} and needs the payer's"
            " number of the original claim (REF*F8)"
        )
        yield error("FREQ78_NEEDS_F8", at.first, message, "CLM", 5)


def line_numbers(claim: Claim, at: At) -> Iterator[Finding]:
    """LX_NUMBER: lines are numbered 1, 2, 3."""
    for n, line in enumerate(claim.lines, 1):
        if line.number != n:
            message = f"line {n} of claim {claim.claim_id} is numbered {line.number}"
            yield error("LX_NUMBER", at.find("LX", n - 1), message, "LX", 1)
            return


def service_dates(claim: Claim, at: At) -> Iterator[Finding]:
    """DATE_ORDER: a line's last day does not stand before its first."""
    for n, line in enumerate(claim.lines):
        if line.service_to < line.service_from:
            message = f"line {n + 1} of claim {claim.claim_id} ends before it begins"
            yield error("DATE_ORDER", at.find("LX", n), message, "DTP", 3)


def other_payers(claim: Claim, at: At) -> Iterator[Finding]:
    """BALANCE_COB: what another payer paid for a line plus what it took off is the line's charge;
    its line payments less its claim adjustments are what it paid (AMT*D)."""
    for n, line in enumerate(claim.lines):
        yield from _cob_line(claim, line, at.find("LX", n))
    for n, other in enumerate(claim.other_payers):
        yield from _cob_claim(claim, other, at.find("SBR", n))


def _cob_line(claim: Claim, line: ClaimLine, position: int) -> Iterator[Finding]:
    for adjudication in line.adjudications:
        taken = sum(a.amount for a in adjudication.adjustments)
        if adjudication.paid + taken != line.charge:
            message = (
                f"line {line.number} of claim {claim.claim_id} charges {dollars(line.charge)};"
                f" payer {adjudication.payer_id} paid {dollars(adjudication.paid)} and took"
                f" {dollars(taken)} off"
            )
            yield error("BALANCE_COB", position, message, "SVD", 2)


def _cob_claim(claim: Claim, other: OtherPayer, position: int) -> Iterator[Finding]:
    """Payments by line less adjustments of the claim are what was paid; where the payer decided
    no lines, the claim's charge is."""
    paid = [a.amount for a in other.amounts if a.qualifier == "D"]
    by_line = [
        a.paid for line in claim.lines for a in line.adjudications if a.payer_id == other.payer.id
    ]
    if not paid or not (by_line or other.adjustments):
        return
    due = sum(by_line) if by_line else claim.charge
    due -= sum(a.amount for a in other.adjustments)
    if due != paid[0]:
        message = (
            f"payer {other.payer.id} paid {dollars(paid[0])} on claim {claim.claim_id},"
            f" its lines and adjustments come to {dollars(due)}"
        )
        yield error("BALANCE_COB", position, message, "AMT", 2)


def other_policies(claim: Claim, at: At) -> Iterator[Finding]:
    """COB_PAYER, COB_SEQUENCE, COB_PAID: a line is decided by a payer that the claim names, every
    policy has a rank of its own, and a payer that decided says what it paid."""
    known = {other.payer.id for other in claim.other_payers}
    decided = set[str]()
    for n, line in enumerate(claim.lines):
        for adjudication in line.adjudications:
            decided.add(adjudication.payer_id)
            if adjudication.payer_id not in known:
                message = (
                    f"line {n + 1} was decided by {adjudication.payer_id}, which is no payer here"
                )
                yield error("COB_PAYER", at.find("LX", n), message, "SVD", 1)
    ranks = [claim.subscriber.payer_sequence]
    for n, other in enumerate(claim.other_payers):
        rank = other.subscriber.payer_sequence
        if rank in ranks and rank != "U":
            message = f"two policies of claim {claim.claim_id} have rank {rank}"
            yield error("COB_SEQUENCE", at.find("SBR", n), message, "SBR", 1)
        ranks.append(rank)
        said = any(a.qualifier in ("D", "A8") for a in other.amounts)
        if other.payer.id in decided and not said:
            message = f"payer {other.payer.id} decided lines, but what it paid (AMT*D) is not told"
            yield warning("COB_PAID", at.find("SBR", n), message, "AMT", 2)
