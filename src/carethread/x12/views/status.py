"""The JSON of a 276 and of a 277."""

from carethread.x12.acknowledgment import Level
from carethread.x12.status import Member, StatusClaim, StatusLine, StatusRequest, StatusResponse
from carethread.x12.views.claim_status import LEVEL, STATUS
from carethread.x12.views.mapping import View, view

_MEMBER = view(Member, "name<party.full_name party birth_date sex")


def _claims(answers: bool) -> View:
    """A claim that is asked after, or one that is answered: what only the other says is left
    out."""
    line = view(
        StatusLine,
        """
        code=procedure code_qualifier=procedure_qualifier modifiers revenue_code charge units
        date_from=service_from date_to=service_to control_number
        """,
        given=() if answers else ("paid", "statuses"),
        **({"statuses": STATUS} if answers else {}),
    )
    left_out = ("charge", "location", "group_number") if answers else ("statuses", "voucher")
    return view(
        StatusClaim,
        """
        trace name<who.party.full_name payer_control_number patient_control_number
        date_from=service_from date_to=service_to provider subscriber patient
        """,
        given=left_out,
        subscriber=_MEMBER,
        patient=_MEMBER,
        lines=line,
        **({"statuses": STATUS} if answers else {}),
    )


_HEAD = "reference created_on created_time payer destination=receiver"
REQUEST = view(
    StatusRequest,
    f"{_HEAD} claims levels",
    given=("envelope",),
    claims=_claims(False),
    levels=view(Level, "level before:integer party", given=("trace", "statuses")),
)
RESPONSE = view(
    StatusResponse,
    f"{_HEAD} receiver_trace receiver_statuses claims levels",
    given=("envelope",),
    claims=_claims(True),
    receiver_statuses=STATUS,
    levels=LEVEL,
)
