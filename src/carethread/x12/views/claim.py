"""The JSON of an 837P or 837I."""

from carethread.x12.claim import (
    Claim,
    ClaimFile,
    ClaimLine,
    LineAdjudication,
    OtherPayer,
    Patient,
    Subscriber,
)
from carethread.x12.common import Party
from carethread.x12.views.kinds import INTEGER
from carethread.x12.views.mapping import view

_PERSON = "last_name=name first_name middle_name suffix entity_type id_qualifier"
MEMBER = view(Party, f"member_id=id {_PERSON} member_other=extra")
PATIENT = view(Party, f"{_PERSON} id patient_other=extra")
SUBSCRIBER = view(
    Subscriber,
    "name<party.full_name payer_sequence relationship group_number birth_date sex *party",
    party=MEMBER,
)
ADJUDICATION = view(
    LineAdjudication,
    "payer_id paid code=procedure modifiers units paid_on adjustments bundled_line:integer",
)
LINE = view(
    ClaimLine,
    """
    number:integer code=procedure revenue_code modifiers charge units unit pointers
    date_from=service_from date_to=service_to control_number adjudications
    """,
    pointers=INTEGER,
    adjudications=ADJUDICATION,
)


def _place_of_service(claim: Claim) -> str:
    return "" if claim.kind == "837I" else claim.facility_code


CLAIM = view(
    Claim,
    """
    claim_id charge place_of_service< type_of_bill<type_of_bill frequency subscriber patient payer
    billing_provider=billing rendering_provider=rendering diagnoses authorization
    payer_claim_control_number=original_reference other_payers lines
    """,
    place_of_service=_place_of_service,
    subscriber=SUBSCRIBER,
    patient=view(Patient, "name<party.full_name relationship birth_date sex *party", party=PATIENT),
    other_payers=view(
        OtherPayer,
        """
        name<payer.name id<payer.id payer_sequence<subscriber.payer_sequence
        member_id<subscriber.party.id amounts adjustments claim_control_number
        """,
        subscriber=SUBSCRIBER,
    ),
    lines=LINE,
)
VIEW = view(
    ClaimFile,
    "submitter destination=receiver reference created_on claims",
    given=("envelope",),
    claims=CLAIM,
)
