"""The JSON of an 835."""

from carethread.x12.remittance import ProviderAdjustment, Remittance, RemittedClaim, RemittedLine
from carethread.x12.views.mapping import view

LINE = view(
    RemittedLine,
    """
    code=procedure modifiers revenue_code charge paid units
    date_from=service_from date_to=service_to control_number
    original_code=original_procedure original_modifiers original_units
    adjustments remarks
    """,
)
CLAIM = view(
    RemittedClaim,
    """
    claim_id status charge paid patient_responsibility filing_indicator payer_control_number
    patient date_from=service_from date_to=service_to adjustments remarks< references lines
    balanced<is_balanced batch:integer
    """,
    lines=LINE,
    remarks=lambda claim: list(claim.remarks),
)
VIEW = view(
    Remittance,
    """
    payment(method amount date=paid_on trace) production_date payer payee claims
    provider_adjustments balanced<is_balanced
    """,
    given=("envelope",),
    claims=CLAIM,
    provider_adjustments=view(ProviderAdjustment, "provider reason reference amount"),
)
