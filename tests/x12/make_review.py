"""Clean 278s: a child's admission asked for, its answers, and a referral."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from carethread.x12.common import Party
from carethread.x12.eligibility import (
    ContactInfo,
    ContactPoint,
    Delivery,
    Entity,
    Identifier,
    Period,
    ProviderRole,
    Rejection,
    Relation,
    Trace,
)
from carethread.x12.review import (
    CodedItem,
    Decision,
    InstitutionalService,
    PatientCondition,
    PatientEvent,
    ProfessionalService,
    Requested,
    Review,
    ReviewAttachment,
    ReviewMember,
    ReviewService,
)
from tests.x12.make import BILLING_NPI, DAY, NOW, RENDERING_NPI, address, envelope

PAYER = Entity("X3", "2", "BLUE RIVER HEALTH", id_qualifier="PI", id="BR001")
CENTER = Entity(
    "1P",
    "2",
    "HARBOR CENTER",
    id_qualifier="XX",
    id=BILLING_NPI,
    references=(Identifier("EI", "061234567"),),
    address=address(),
    contacts=(ContactInfo("UTILIZATION", (ContactPoint("TE", "8605550100"),)),),
    provider=ProviderRole("PE", "PXC", "261QM0801X"),
)
STAY = Period("435", DAY, DAY)


def request() -> Review:
    """Partial hospitalization for a child, with a service line and a session by a clinician."""
    subscriber = ReviewMember(Party("1", "RIVERS", "ANNA", id_qualifier="MI", id="W1234"))
    child = ReviewMember(
        Party("1", "RIVERS", "BEN"), date(2014, 8, 2), "M", relation=Relation("N", "19")
    )
    event = PatientEvent(
        traces=(Trace("1", "EV0001", "9CENTER001"),),
        requested=Requested("AR", "I", "A4", "52", "B", release_of_information="Y"),
        dates=(STAY,),
        diagnoses=(CodedItem("ABK", "F332", date(2026, 2, 1)), CodedItem("ABF", "F411")),
        delivery=Delivery("DY", Decimal(10), "WK", Decimal(5), "35", 2),
        conditions=(PatientCondition("77", "Y", ("07", "08")),),
        admission_type="3",
        admission_source="1",
        patient_status="30",
        attachments=(ReviewAttachment("77", "EL", "AC", "ATT1", "TREATMENT PLAN"),),
        message="STEP DOWN FROM INPATIENT",
        providers=(
            Entity(
                "FA", "2", "HARBOR CENTER", id_qualifier="XX", id=BILLING_NPI, address=address()
            ),
            Entity("71", "1", "STONE", "RUTH", id_qualifier="XX", id=RENDERING_NPI),
        ),
    )
    days = ReviewService(
        traces=(Trace("1", "SV0001", "9CENTER001"),),
        requested=Requested("HS", "I", "A4"),
        dates=(Period("472", DAY, date(2026, 2, 24)),),
        institutional=InstitutionalService(
            "0912", "H0035", "HC", charge=400_000, unit="DA", units=Decimal(10)
        ),
    )
    session = ReviewService(
        requested=Requested("HS", "I"),
        professional=ProfessionalService("90837", modifiers=("95",), unit="UN", units=Decimal(4)),
        delivery=Delivery("VS", Decimal(1), "WK"),
        providers=(
            Entity("SJ", "1", "STONE", "RUTH", id_qualifier="XX", id=RENDERING_NPI,
                   provider=ProviderRole("PE", "PXC", "1041C0700X")),
        ),
    )  # fmt: skip
    return Review(
        envelope("005010X217"), PAYER, CENTER, "ASK7", NOW.date(), "0930",
        subscriber=subscriber, dependent=child, event=event, services=(days, session),
    )  # fmt: skip


def response() -> Review:
    """Changed to five days, one service approved and one refused."""
    asked = request()
    assert asked.event is not None
    days, session = asked.services
    event = replace(
        asked.event,
        traces=(Trace("2", "EV0001", "9CENTER001"),),
        decision=Decision("A6", "AUTH0002"),
        administrative_reference="ADM77",
        dates=(STAY, Period("102", NOW.date(), NOW.date()), Period("007", DAY, DAY),
               Period("036", date(2026, 3, 31), date(2026, 3, 31))),
        delivery=Delivery("DY", Decimal(5)),
        conditions=(),
        attachments=(),
    )  # fmt: skip
    return replace(
        asked,
        purpose="11",
        kind="18",
        reviewer=replace(
            PAYER, contacts=(ContactInfo("REVIEW", (ContactPoint("TE", "8005550100"),)),)
        ),
        requester=replace(CENTER, address=None, contacts=()),
        event=event,
        services=(
            replace(days, decision=Decision("A1", "AUTH0002")),
            replace(session, decision=Decision("A3", "", "0F")),
        ),
    )


def refusal() -> Review:
    """The member is not known to the payer: nothing is decided."""
    asked = request()
    assert asked.subscriber is not None
    unknown = replace(asked.subscriber, rejections=(Rejection("Y", "75", "C"),))
    return replace(
        asked, purpose="11", kind="18", requester=replace(CENTER, address=None, contacts=()),
        subscriber=unknown, dependent=None, event=None, services=(),
    )  # fmt: skip
