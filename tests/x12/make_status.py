"""A clean 276 and the 277 that answers it."""

from datetime import date
from decimal import Decimal

from carethread.x12.acknowledgment import ClaimStatus, Level
from carethread.x12.common import Contact, Party
from carethread.x12.status import (
    Member,
    StatusClaim,
    StatusLine,
    StatusRequest,
    StatusResponse,
)
from tests.x12.make import BILLING_NPI, DAY, NOW, RENDERING_NPI, envelope

PAYER = Party("2", "BLUE RIVER HEALTH", id_qualifier="PI", id="BR001")
CENTER = Party("2", "HARBOR CENTER", id_qualifier="46", id="CENTER")
PROVIDER = Party("2", "HARBOR CENTER", id_qualifier="XX", id=BILLING_NPI)
ANNA = Party("1", "RIVERS", "ANNA", id_qualifier="MI", id="W1234")
BEN = Party("1", "RIVERS", "BEN")


def request() -> StatusRequest:
    """One claim of the subscriber's, one of a dependent's with its line."""
    anna = Member(ANNA, date(1990, 5, 17), "F")
    own = StatusClaim(
        "Q1",
        PROVIDER,
        anna,
        payer_control_number="ICN1",
        patient_control_number="CT0000000001",
        bill_type="131",
        charge=15_000,
        service_from=DAY,
        service_to=DAY,
    )
    line = StatusLine("90834", 12_000, DAY, DAY, Decimal(1), ("95",), control_number="L1")
    childs = StatusClaim(
        "Q2",
        PROVIDER,
        anna,
        Member(BEN, date(2014, 8, 2), "M"),
        patient_control_number="CT0000000002",
        lines=(line,),
    )
    return StatusRequest(
        envelope("005010X212"), PAYER, CENTER, "ASK1", NOW.date(), "0930", (own, childs)
    )


def response() -> StatusResponse:
    """One claim paid, one denied at its line, and a provider whom the payer does not know."""
    paid = ClaimStatus(
        "F1", "65", "", "", 15_000, NOW.date(), paid=11_000, finalized_on=DAY,
        remitted_on=date(2026, 3, 1), remittance_trace="EFT0001",
    )  # fmt: skip
    denied = ClaimStatus(
        "F2", "84", "QC", "", 12_000, NOW.date(), extra=(("F2", "88", "QC"),), paid=0
    )
    line = StatusLine(
        "90834", 12_000, DAY, DAY, Decimal(1), ("95",), control_number="L1",
        statuses=(ClaimStatus("F2", "84", "QC", effective=NOW.date()),),
    )  # fmt: skip
    unknown = Party("1", "OAK", "LEE", id_qualifier="XX", id=RENDERING_NPI)
    refused = ClaimStatus("E0", "24", "1P", effective=NOW.date())
    return StatusResponse(
        envelope("005010X212"),
        Party(**{f: getattr(PAYER, f) for f in ("entity_type", "name", "id_qualifier", "id")},
              contact=Contact("PROVIDER LINE", "8005550100")),
        CENTER,
        "ANSWER1",
        NOW.date(),
        "0931",
        (
            StatusClaim(
                "Q1", PROVIDER, Member(ANNA), None, (paid,), "ICN1", "CT0000000001", "131",
                service_from=DAY, service_to=DAY,
            ),
            StatusClaim(
                "Q2", PROVIDER, Member(ANNA), Member(BEN), (denied,), "ICN2", "CT0000000002",
                lines=(line,),
            ),
        ),
        levels=(Level("provider", unknown, 2, "0", (refused,)),),
    )  # fmt: skip


def refusal() -> StatusResponse:
    """Nothing could be answered: the receiver is told why."""
    status = ClaimStatus("E1", "0", "PR", effective=NOW.date())
    return StatusResponse(
        envelope("005010X212"), PAYER, CENTER, "ANSWER2", NOW.date(), "0931", (),
        receiver_trace="ASK1", receiver_statuses=(status,),
    )  # fmt: skip
