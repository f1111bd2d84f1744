"""The JSON of every transaction, one module each; what is shared is in `mapping` and `kinds`.

To add a transaction: describe its JSON in a module (see `mapping` for the notation) and list its
view here.
"""

from typing import Any

from carethread.x12.reader import UnknownSet
from carethread.x12.views import (
    acknowledgment,
    claim,
    claim_status,
    eligibility,
    remittance,
    review,
    status,
)
from carethread.x12.views.mapping import View, view

UNKNOWN = view(UnknownSet, "segments:segments", given=("envelope", "kind"))
VIEWS: dict[type[Any], View] = {
    v.cls: v
    for v in (
        claim.VIEW,
        remittance.VIEW,
        acknowledgment.FUNCTIONAL,
        acknowledgment.INTERCHANGE,
        claim_status.VIEW,
        eligibility.INQUIRIES,
        eligibility.RESPONSES,
        status.REQUEST,
        status.RESPONSE,
        review.VIEW,
        UNKNOWN,
    )
}
