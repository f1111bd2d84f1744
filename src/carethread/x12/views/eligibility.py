"""The JSON of a 270 and of a 271."""

from typing import Any

from carethread.x12.benefits import Answer, Coverage, Elsewhere, gather
from carethread.x12.eligibility import (
    Benefit,
    Delivery,
    EligibilityInquiry,
    EligibilityResponse,
    Entity,
    Member,
    Receiver,
    Relation,
    ServiceInquiry,
    Source,
)
from carethread.x12.views.kinds import INTEGER
from carethread.x12.views.mapping import View, view

ENTITY = view(Entity, "role name first_name middle_name suffix entity_type id_qualifier id npi<npi")
RELATION = view(Relation, "is_subscriber code maintenance reason birth_sequence:integer")
INQUIRY = view(
    ServiceInquiry,
    "service_types code=procedure code_qualifier=procedure_qualifier",
    pointers=INTEGER,
)
BENEFIT = view(
    Benefit,
    """
    benefit=code coverage_level service_types insurance_type plan period amount percent
    quantity quantity_qualifier authorization network
    code=procedure code_qualifier=procedure_qualifier modifiers
    """,
    pointers=INTEGER,
    deliveries=view(Delivery, "period_count:integer"),
)
ANSWER = view(
    Answer,
    coverages=view(
        Coverage,
        payer=ENTITY,
        elsewhere=view(Elsewhere, entity=ENTITY),
        others=BENEFIT,
    ),
)


def _answer(response: EligibilityResponse) -> dict[str, Any]:
    """What people ask of a 271, beside what it says line by line."""
    return ANSWER.show(gather(response))


def _member(text: str, given: tuple[str, ...] = (), dependents: View | None = None) -> View:
    """What a 270 says of a person, or a 271: what only the other one says is left out."""
    special = {"dependents": dependents} if dependents else {}
    without = given if dependents else (*given, "dependents")
    return view(
        Member,
        f"name<party.full_name party traces birth_date sex relation {text}",
        given=without,
        relation=RELATION,
        inquiries=INQUIRY,
        benefits=BENEFIT,
        **special,
    )


def _sources(member: View) -> View:
    receiver = view(Receiver, "entity subscribers", entity=ENTITY, subscribers=member)
    return view(Source, "entity receivers", entity=ENTITY, receivers=receiver)


_ASKED, _ANSWERED = ("benefits", "rejections"), ("inquiries",)
INQUIRIES = view(
    EligibilityInquiry,
    "reference created_on created_time purpose kind sources",
    given=("envelope",),
    sources=_sources(_member("inquiries", _ASKED, _member("inquiries", _ASKED))),
)
RESPONSES = view(
    EligibilityResponse,
    "reference created_on created_time purpose kind answer< sources",
    given=("envelope",),
    answer=_answer,
    sources=_sources(
        _member("rejections benefits", _ANSWERED, _member("rejections benefits", _ANSWERED))
    ),
)
