"""What a payer does whose turn comes after another's, and what is sent on to it. Pure."""

from dataclasses import replace

from carethread.sandbox.payer.books import Member, Payer
from carethread.x12.claim import Claim, ClaimLine, LineAdjudication, OtherPayer
from carethread.x12.common import Adjustment, Amount, Party
from carethread.x12.remittance import RemittedClaim, RemittedLine

TURNS = ("S", "T")
_FORWARDED = {"1": "19", "2": "20", "3": "21"}


def share(line: ClaimLine, worth: int, *, is_medicaid: bool) -> tuple[int, tuple[Adjustment, ...]]:
    """What a later payer pays of a line that is worth so many cents to it, and its adjustments.

    It pays what the payer before left to the patient, as far as the line is worth more to it than
    was paid already. What it does not pay is the patient's, or, at Medicaid, nobody's.
    """
    paid_before = sum(told.paid for told in line.adjudications)
    left = sum(a.amount for a in line.adjudications[-1].adjustments if a.group == "PR")
    paid = max(0, min(left, worth - paid_before))
    adjustments = (
        Adjustment("OA", "23", line.charge - left),
        Adjustment(*(("CO", "45") if is_medicaid else ("PR", "2")), left - paid),
    )
    return paid, tuple(a for a in adjustments if a.amount)


def crosses(member: Member, claim: Claim) -> bool:
    """Whether what is decided of the claim is sent on to the member's next payer."""
    return bool(member.crosses_to) and claim.subscriber.payer_sequence == "P"


def announced(said: RemittedClaim, to: Payer) -> RemittedClaim:
    """The same answer, saying that the claim was forwarded and to whom."""
    party = Party("2", to.name.upper(), id_qualifier="PI", id=to.id)
    return replace(said, status=_FORWARDED.get(said.status, said.status), crossover_payer=party)


def forwarded(claim: Claim, said: RemittedClaim, member: Member, to: Payer) -> Claim:
    """The claim as the next payer gets it: under its number, with what was decided of each line."""
    lines = {line.control_number: line for line in said.lines}
    first = replace(claim.subscriber, payer_sequence="P")
    policy = replace(
        claim.subscriber,
        payer_sequence="S",
        filing_indicator=to.filing_indicator,
        party=replace(claim.subscriber.party, id=member.crosses_as),
    )
    return replace(
        claim,
        subscriber=policy,
        payer=replace(claim.payer, name=to.name, id=to.id),
        other_payers=(OtherPayer(first, claim.payer, amounts=(Amount("D", said.paid),)),),
        lines=tuple(
            replace(line, adjudications=(_told(claim, line, lines[line.control_number]),))
            for line in claim.lines
        ),
    )


def _told(claim: Claim, line: ClaimLine, said: RemittedLine) -> LineAdjudication:
    return LineAdjudication(
        payer_id=claim.payer.id,
        paid=said.paid,
        procedure=line.procedure,
        modifiers=line.modifiers,
        units=line.units,
        adjustments=said.adjustments,
    )
