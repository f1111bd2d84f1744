"""A clean 270 and a clean 271 to start from."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from carethread.x12.claim import Diagnosis
from carethread.x12.common import Address, Amount, Party
from carethread.x12.eligibility import (
    Benefit,
    Condition,
    ContactInfo,
    ContactPoint,
    Delivery,
    EligibilityInquiry,
    EligibilityResponse,
    Entity,
    Identifier,
    Member,
    Period,
    ProviderRole,
    Receiver,
    Rejection,
    Related,
    Relation,
    ServiceInquiry,
    Source,
    Trace,
)
from tests.x12 import make

GUIDE = "005010X279A1"
TODAY = make.NOW.date()
PLAN_YEAR = Period("291", date(2026, 1, 1), date(2026, 12, 31))


def payer(**changes: Any) -> Entity:
    return replace(Entity("PR", "2", "BLUE RIVER HEALTH", id_qualifier="PI", id="BR001"), **changes)


def provider(**changes: Any) -> Entity:
    entity = Entity("1P", "2", "HARBOR CENTER", id_qualifier="XX", id=make.BILLING_NPI)
    return replace(entity, **changes)


def subscriber(**changes: Any) -> Member:
    party = Party("1", "RIVERS", "ANNA", "M", id_qualifier="MI", id="W1234", address=make.address())
    return replace(Member(party, birth_date=date(1990, 5, 17), sex="F"), **changes)


def dependent(**changes: Any) -> Member:
    party = Party("1", "RIVERS", "BEN", address=make.address())
    child = Member(party, birth_date=date(2012, 3, 4), sex="M", relation=Relation("N", "19"))
    return replace(child, **changes)


def trace(kind: str, number: str = "CT-0001") -> Trace:
    return Trace(kind, number, "9CENTER001")


def inquiry(*subscribers: Member, **changes: Any) -> EligibilityInquiry:
    """Who asks about a subscriber's mental health benefits, and about a child's procedure."""
    asked = subscribers or (
        subscriber(
            traces=(trace("1"),),
            references=(Identifier("6P", "G77"),),
            dates=(Period("291", TODAY, TODAY),),
            inquiries=(
                ServiceInquiry(
                    ("30", "MH", "UC"),
                    amounts=(Amount("R", 3_750),),
                    conditions=(Condition("ZZ", "11"),),
                    references=(Identifier("G1", "AUTH55"),),
                ),
            ),
        ),
        subscriber(
            dependents=(
                dependent(
                    traces=(trace("1", "CT-0002"),),
                    diagnoses=(Diagnosis("ABK", "F331"), Diagnosis("ABF", "F411")),
                    dates=(PLAN_YEAR,),
                    inquiries=(
                        ServiceInquiry(
                            procedure_qualifier="HC",
                            procedure="90837",
                            modifiers=("95",),
                            pointers=(1, 2),
                        ),
                    ),
                ),
            )
        ),
    )
    receiver = Receiver(
        provider(
            references=(Identifier("TJ", "061234567"),),
            address=make.address(),
            provider=ProviderRole("BI", "PXC", "261QM0801X"),
        ),
        asked,
    )
    whole = EligibilityInquiry(
        make.envelope(GUIDE), (Source(payer(), (receiver,)),), "Q000007", TODAY, "0930"
    )
    return replace(whole, **changes)


def behavioral_administrator() -> Related:
    entity = Entity(
        "VN",
        "2",
        "QUIET MIND BEHAVIORAL",
        id_qualifier="PI",
        id="QM001",
        address=Address("PO BOX 9", "", "HARTFORD", "CT", "06101"),
        contacts=(
            ContactInfo(
                "PROVIDER LINE",
                (ContactPoint("TE", "8005550199"), ContactPoint("UR", "QUIETMIND.EXAMPLE")),
            ),
        ),
    )
    return Related((entity,))


def cost_sharing() -> tuple[Benefit, ...]:
    """What a psychotherapy visit costs, with and without the network."""
    return (
        Benefit("C", "IND", ("30",), period="23", amount=150_000, network="Y"),
        Benefit("C", "IND", ("30",), period="29", amount=42_050, network="Y"),
        Benefit("C", "FAM", ("30",), period="23", amount=300_000, network="Y"),
        Benefit("C", "IND", ("30",), period="23", amount=500_000, network="N"),
        Benefit("G", "IND", ("30",), period="23", amount=600_000, network="Y"),
        Benefit("G", "IND", ("30",), period="29", amount=512_345, network="Y"),
        Benefit(
            "B", "IND", ("MH", "98"), period="27", amount=2_500, authorization="N", network="Y"
        ),
        Benefit("B", "IND", ("UC",), period="27", amount=0, network="Y"),
        Benefit("A", "IND", ("MH",), percent=Decimal("0.4"), network="N"),
        Benefit("A", "IND", ("A7",), percent=Decimal("0.2"), authorization="Y", network="Y"),
    )


def benefits() -> tuple[Benefit, ...]:
    return (
        Benefit(
            "1",
            "FAM",
            ("30",),
            "PR",
            "GOLD 123 PLAN",
            references=(Identifier("6P", "G77", "HARBOR WORKS"),),
            dates=(PLAN_YEAR,),
        ),
        *cost_sharing(),
        Benefit(
            "F",
            "IND",
            ("MH",),
            deliveries=(
                Delivery("VS", Decimal(30), period="22"),
                Delivery("VS", Decimal(12), period="29"),
            ),
            messages=("VISITS ARE COUNTED WITH OUTPATIENT SUBSTANCE USE",),
        ),
        Benefit(
            "CB",
            "IND",
            authorization="U",
            procedure_qualifier="HC",
            procedure="90837",
            modifiers=("95",),
            pointers=(1,),
            conditions=(Condition("ZZ", "11"),),
        ),
        Benefit("U", service_types=("MH", "AI"), related=(behavioral_administrator(),)),
        Benefit(
            "R",
            service_types=("30",),
            references=(Identifier("1L", "P55"),),
            dates=(Period("290", date(2026, 1, 1), date(2026, 1, 1)),),
            related=(Related((Entity("PRP", "2", "FIRST PAYER", id_qualifier="PI", id="FP001"),)),),
        ),
    )


def response(*subscribers: Member, **changes: Any) -> EligibilityResponse:
    """A full answer for the subscriber, and for a child who cannot be found."""
    answered = subscribers or (
        subscriber(
            traces=(trace("2"), Trace("1", "BR-77", "1512345678")),
            references=(Identifier("6P", "G77", "HARBOR WORKS"), Identifier("18", "GOLD")),
            provider=ProviderRole("PC", "PXC", "207Q00000X"),
            relation=Relation("Y", "18"),
            dates=(PLAN_YEAR, Period("346", date(2024, 1, 1), date(2024, 1, 1))),
            benefits=benefits(),
        ),
        subscriber(
            dependents=(
                dependent(
                    traces=(trace("2", "CT-0002"),),
                    rejections=(Rejection("Y", "58", "C"), Rejection("Y", "71", "C")),
                ),
            )
        ),
    )
    source = Source(
        payer(contacts=(ContactInfo("", (ContactPoint("TE", "8005550100"),)),)),
        (Receiver(provider(), answered),),
    )
    whole = EligibilityResponse(make.envelope(GUIDE), (source,), "Q000007", TODAY, "0931", "11")
    return replace(whole, **changes)
