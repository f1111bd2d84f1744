"""Charges and parties -> the claim that they make, on the form that they are billed on."""

from carethread.rules import assemble, institutional
from carethread.rules.facts import Billable
from carethread.x12.claim import Claim


def compute(
    billable: Billable, *, claim_id: str, frequency: str = "1", original_reference: str = ""
) -> Claim:
    """The 837P or 837I claim of one group of charges. Raises ValueError as the assemblers do."""
    parties = (billable.charges, billable.client, billable.coverage, billable.billing)
    if billable.stay is None:
        return assemble.assemble(
            *parties,
            claim_id=claim_id,
            frequency=frequency,
            original_reference=original_reference,
            other_coverages=billable.other_coverages,
        )
    return institutional.assemble(
        *parties,
        billable.stay,
        claim_id=claim_id,
        cycle=institutional.Cycle(billable.cycle),
        frequency=frequency,
        original_reference=original_reference,
        other_coverages=billable.other_coverages,
    )
