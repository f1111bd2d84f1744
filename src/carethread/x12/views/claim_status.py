"""The JSON of a 277CA."""

from carethread.x12.acknowledgment import (
    AcknowledgedClaim,
    AcknowledgedLine,
    ClaimAck,
    ClaimStatus,
    Level,
)
from carethread.x12.views.mapping import view

STATUS = view(ClaimStatus, "category code entity action amount effective message more=extra")
LEVEL = view(
    Level,
    "level before:integer party trace statuses",
    given=("birth_date", "sex"),
    statuses=STATUS,
)
LINE = view(
    AcknowledgedLine,
    """
    code=procedure code_qualifier=procedure_qualifier modifiers revenue_code charge units
    date_from=service_from date_to=service_to control_number statuses
    """,
    statuses=STATUS,
)
CLAIM = view(
    AcknowledgedClaim,
    """
    claim_id patient accepted<is_accepted payer_control_number clearinghouse_number
    date_from=service_from date_to=service_to statuses lines
    """,
    statuses=STATUS,
    lines=LINE,
)
VIEW = view(
    ClaimAck,
    """
    source destination=receiver provider batch_trace received_on processed_on
    accepted(count=accepted_count:integer amount=accepted_amount)
    rejected(count=rejected_count:integer amount=rejected_amount)
    statuses provider_statuses claims levels
    """,
    given=("envelope",),
    statuses=STATUS,
    provider_statuses=STATUS,
    claims=CLAIM,
    levels=LEVEL,
)
