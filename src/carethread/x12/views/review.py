"""The JSON of a 278, request or response."""

from carethread.x12.eligibility import Delivery
from carethread.x12.review import (
    Decision,
    DentalService,
    InstitutionalService,
    PatientEvent,
    ProfessionalService,
    Review,
    ReviewMember,
    ReviewService,
)
from carethread.x12.views.eligibility import ENTITY, RELATION
from carethread.x12.views.kinds import INTEGER
from carethread.x12.views.mapping import view

_DECISION = view(Decision, "action words<words number reason second_opinion")
_DELIVERY = view(Delivery, "quantity_qualifier quantity period_count:integer")
_CODE = "code=procedure code_qualifier=procedure_qualifier modifiers"
_MEMBER = view(ReviewMember, "name<party.full_name party birth_date sex", relation=RELATION)
_SERVICE = view(
    ReviewService,
    "code<code requested decision previous_authorization administrative_reference dates",
    decision=_DECISION,
    delivery=_DELIVERY,
    professional=view(ProfessionalService, _CODE, pointers=INTEGER),
    institutional=view(InstitutionalService, f"revenue_code {_CODE}"),
    dental=view(DentalService, _CODE),
    providers=ENTITY,
    contacts=ENTITY,
)
_EVENT = view(
    PatientEvent,
    "requested decision previous_authorization administrative_reference dates diagnoses",
    decision=_DECISION,
    delivery=_DELIVERY,
    providers=ENTITY,
    contacts=ENTITY,
    transports=ENTITY,
    other_reviewers=ENTITY,
)
VIEW = view(
    Review,
    """
    direction<direction decided< reference created_on created_time purpose kind
    reviewer requester rejections subscriber dependent event services
    """,
    given=("envelope",),
    decided=lambda review: list(review.decided),
    reviewer=ENTITY,
    requester=ENTITY,
    subscriber=_MEMBER,
    dependent=_MEMBER,
    event=_EVENT,
    services=_SERVICE,
)
