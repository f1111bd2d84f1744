"""What a well-formed file can still get wrong: sums, pointers, numbers with check digits.

Each rule takes an item (a claim, a remitted claim, a whole set) and says what is wrong with it;
`At` knows where in the file its segments stand. To add a rule: write it in the module of its
transaction, list it here, and its id in `catalogue.py` and docs/x12.md.
"""

from collections.abc import Callable
from typing import Any

from carethread.x12.acknowledgment import ClaimAck, FunctionalAck
from carethread.x12.claim import Claim, ClaimFile
from carethread.x12.eligibility import EligibilityInquiry, EligibilityResponse
from carethread.x12.remittance import Remittance, RemittedClaim
from carethread.x12.review import Review
from carethread.x12.semantics import (
    answers,
    anywhere,
    claim_codes,
    claim_rules,
    claims,
    eligibility,
    remittances,
    review,
    status,
)
from carethread.x12.semantics.at import At, Rule, Tally
from carethread.x12.status import StatusRequest, StatusResponse

ANYWHERE: tuple[Rule, ...] = (anywhere.npi, answers.status_codes)
"""The rules for every set."""

RULES: dict[type[Any], tuple[Rule, ...]] = {
    RemittedClaim: (
        remittances.line_balance,
        remittances.claim_balance,
        remittances.levels,
        remittances.patient_share,
        remittances.reversal,
        remittances.revenue_codes,
    ),
    Remittance: (
        remittances.routing_number,
        remittances.payment,
        anywhere.adjustment_codes,
        remittances.future_services,
    ),
    ClaimFile: (
        claim_codes.postal_codes,
        claim_codes.taxonomies,
        anywhere.adjustment_codes,
        claim_rules.future_services,
    ),
    Claim: (
        claims.charge_sum,
        claims.pointers,
        claims.original_reference,
        claims.line_numbers,
        claims.service_dates,
        claims.other_payers,
        claims.other_policies,
        claim_codes.diagnosis_codes,
        claim_codes.places,
        claim_codes.services,
        claim_codes.stay_codes,
        claim_rules.people,
        claim_rules.accident,
        claim_rules.stay,
        claim_rules.discharge,
        claim_rules.statement,
        claim_rules.amounts,
        claim_rules.authorization,
        claim_rules.unlisted,
        claim_rules.line_control_numbers,
    ),
    FunctionalAck: (answers.answer_counts, answers.verdicts),
    EligibilityInquiry: (
        eligibility.services_asked,
        eligibility.traces,
        eligibility.spans,
        eligibility.people_asked,
    ),
    EligibilityResponse: (
        eligibility.benefit_lines,
        eligibility.traces,
        eligibility.spans,
        eligibility.people_answered,
    ),
    Review: (
        review.decisions,
        review.rejection_reasons,
        review.requests,
        review.services,
        review.validity,
        review.diagnosis_codes,
        status.dates_in_order,
    ),
    StatusRequest: (status.questions, status.dates_in_order),
    StatusResponse: (status.amounts, status.dates_in_order),
}
"""The rules for each kind of item, in the order in which their findings are told. Those for a set
whose claims are streamed are asked of its header and then of each claim's or level's segments."""

TALLIES: dict[type[Any], tuple[Callable[[], Tally], ...]] = {
    Remittance: (remittances.CheckBalance,),
    ClaimFile: (claim_rules.ClaimNumbers,),
    ClaimAck: (answers.ClaimTotals,),
    StatusRequest: (status.Traces,),
    StatusResponse: (status.Unanswered,),
}
"""The rules about all claims of a set together."""

__all__ = ["ANYWHERE", "RULES", "TALLIES", "At", "Tally"]
