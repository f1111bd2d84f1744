"""Clean transactions to start from: every judge and our own check accept them as they are."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from carethread.x12.acknowledgment import (
    AcknowledgedClaim,
    AcknowledgedLine,
    ClaimAck,
    ClaimStatus,
    FunctionalAck,
    InterchangeAck,
    SegmentError,
    SetAck,
)
from carethread.x12.claim import (
    Claim,
    ClaimCode,
    ClaimFile,
    ClaimLine,
    Diagnosis,
    Drug,
    LineAdjudication,
    OtherPayer,
    Patient,
    Subscriber,
)
from carethread.x12.common import (
    Address,
    Adjustment,
    Amount,
    Attachment,
    Contact,
    Dated,
    Envelope,
    Note,
    Party,
    Reference,
)
from carethread.x12.reader import Transaction, read
from carethread.x12.remittance import (
    ProviderAdjustment,
    ProviderTotals,
    Remittance,
    RemittedClaim,
    RemittedLine,
)
from carethread.x12.writer import write

NOW = datetime(2026, 3, 2, 9, 30)
BILLING_NPI, RENDERING_NPI, SUPERVISOR_NPI = "1245319599", "1003814971", "1922164458"
DAY = date(2026, 2, 10)


def envelope(guide: str = "", set_: str = "0001", position: int = 3) -> Envelope:
    """The envelope that `written` gives to its first set."""
    return Envelope("CENTER", "HOUSE", "000000007", "7", set_, guide, position=position)


def written(*transactions: Transaction, **changes: Any) -> bytes:
    options: dict[str, Any] = {
        "sender": "CENTER",
        "receiver": "HOUSE",
        "interchange_control": 7,
        "group_control": 7,
        "created": NOW,
    }
    return write(transactions, **options | changes)


def only(data: bytes) -> Any:
    """The one transaction of a file."""
    [transaction] = read(data).transactions
    return transaction


def address(line1: str = "12 HARBOR ST") -> Address:
    return Address(line1, "", "MYSTIC", "CT", "063550001")


def person(name: str, first: str, npi: str, taxonomy: str = "") -> Party:
    return Party("1", name, first, id_qualifier="XX", id=npi, taxonomy=taxonomy)


def billing() -> Party:
    return Party(
        "2",
        "HARBOR CENTER",
        id_qualifier="XX",
        id=BILLING_NPI,
        taxonomy="261QM0801X",
        address=address(),
        references=(Reference("EI", "061234567"),),
        contact=Contact("BILLING OFFICE", "8605550100", "billing@harbor.example"),
    )


def line(number: int = 1, **changes: Any) -> ClaimLine:
    values: dict[str, Any] = {
        "number": number,
        "procedure": "90837",
        "charge": 15_000,
        "units": Decimal(1),
        "service_from": DAY,
        "service_to": DAY,
        "modifiers": ("95",),
        "pointers": (1, 2),
        "control_number": f"L{number}",
    }
    return ClaimLine(**values | changes)


def subscriber(**changes: Any) -> Subscriber:
    member = Party("1", "RIVERS", "ANNA", "M", id_qualifier="MI", id="W1234", address=address())
    values: dict[str, Any] = {
        "party": member,
        "group_number": "G77",
        "birth_date": date(1990, 5, 17),
        "sex": "F",
    }
    return Subscriber(**values | changes)


def payer(name: str = "BLUE RIVER HEALTH", id_: str = "BR001") -> Party:
    return Party("2", name, id_qualifier="PI", id=id_)


def claim(**changes: Any) -> Claim:
    values: dict[str, Any] = {
        "kind": "837P",
        "claim_id": "CT0000000001",
        "charge": 15_000,
        "facility_code": "11",
        "frequency": "1",
        "billing": billing(),
        "subscriber": subscriber(),
        "payer": payer(),
        "diagnoses": (Diagnosis("ABK", "F331"), Diagnosis("ABF", "F411")),
        "lines": (line(),),
        "rendering": person("STONE", "RUTH", RENDERING_NPI, "1041C0700X"),
    }
    return Claim(**values | changes)


def replacement() -> Claim:
    """A corrected claim for a child, with everything around it that this package knows."""
    return claim(
        claim_id="CT0000000002",
        frequency="7",
        original_reference="ICN000123",
        authorization="AUTH55",
        referral="REF66",
        subscriber=subscriber(relationship=""),
        patient=Patient(
            Party("1", "RIVERS", "BEN", address=address()), "19", date(2014, 8, 2), "M"
        ),
        pay_to=address("PO BOX 9"),
        supervising=person("ELDER", "MARY", SUPERVISOR_NPI),
        referring=person("FIELD", "OMAR", SUPERVISOR_NPI),
        service_facility=Party(
            "2", "HARBOR ANNEX", id_qualifier="XX", id=BILLING_NPI, address=address("14 QUAY")
        ),
        patient_paid=2_000,
        notes=(Note("ADD", "LATE NOTE CORRECTED"),),
        references=(Reference("EA", "MRN0042"),),
        admission_date=date(2026, 2, 9),
        charge=27_000,
        lines=(
            line(),
            line(
                2, procedure="90834", charge=12_000, rendering=person("OAK", "LEE", RENDERING_NPI)
            ),
        ),
    )


def secondary() -> Claim:
    """A claim for the second payer: what the first one did stands at the line."""
    other = OtherPayer(
        subscriber=Subscriber(
            Party("1", "RIVERS", "JOHN", id_qualifier="MI", id="P9"),
            "P",
            "01",
            filing_indicator="CI",
        ),
        payer=payer("FIRST PLAN", "FP001"),
        amounts=(Amount("D", 9_000),),
        claim_control_number="FP123",
    )
    adjudication = LineAdjudication(
        "FP001",
        9_000,
        "90837",
        ("95",),
        adjustments=(Adjustment("CO", "45", 4_000), Adjustment("PR", "3", 2_000)),
        paid_on=date(2026, 2, 25),
    )
    return claim(
        claim_id="CT0000000003",
        subscriber=subscriber(payer_sequence="S"),
        other_payers=(other,),
        lines=(line(adjudications=(adjudication,)),),
    )


def institutional() -> Claim:
    """Two days of partial hospitalization on an 837I."""
    day = line(
        procedure="H0035",
        revenue_code="0912",
        charge=40_000,
        modifiers=(),
        pointers=(),
        control_number="D1",
    )
    return claim(
        kind="837I",
        claim_id="CT0000000004",
        charge=80_000,
        facility_code="13",
        diagnoses=(Diagnosis("ABK", "F331"), Diagnosis("ABF", "F411"), Diagnosis("ABF", "F1020")),
        lines=(day, replace(day, number=2, control_number="D2")),
        rendering=None,
        attending=person("STONE", "RUTH", RENDERING_NPI),
        statement_from=DAY,
        statement_to=date(2026, 2, 11),
        admission_type="3",
        admission_source="1",
        patient_status="30",
    )


def stay() -> Claim:
    """A psychiatric stay on an 837I, with a code of every kind that HI has."""
    begins, ends = date(2026, 2, 10), date(2026, 2, 16)
    line = ClaimLine(
        1, "", 900_000, Decimal(6), begins, ends, unit="DA", revenue_code="0124", non_covered=50_000
    )
    codes = (
        ClaimCode("BBR", "GZ2ZZZZ", begins, begins),
        ClaimCode("BBQ", "GZB0ZZZ", ends, ends),
        ClaimCode("BI", "71", date(2026, 1, 1), date(2026, 1, 4)),
        ClaimCode("BH", "11", date(2026, 2, 1), date(2026, 2, 1)),
        ClaimCode("BE", "80", amount=600),
        ClaimCode("BG", "C1"),
        ClaimCode("TC", "A01"),
    )
    return replace(
        institutional(),
        claim_id="CT0000000005",
        charge=900_000,
        facility_code="11",
        diagnoses=(
            Diagnosis("ABK", "F332", "Y"),
            Diagnosis("ABJ", "F329"),
            Diagnosis("ABF", "F1020", "Y"),
        ),
        lines=(line,),
        statement_to=ends,
        admission_date=begins,
        admission_type="1",
        patient_status="01",
        discharge_time="1130",
        codes=codes,
        operating=person("FIELD", "OMAR", SUPERVISOR_NPI),
        attachments=(Attachment("OZ", "EL", "DOC7"),),
        notes=(Note("ADD", "INVOLUNTARY"), Note("MED", "SEE LIST")),
    )


def crash() -> Claim:
    """After a car crash: another day than the service's, a state, a drug, an order."""
    drug = Drug("N4", "00904123461", Decimal(2), "UN", (Reference("XZ", "RX77"),))
    return claim(
        claim_id="CT0000000006",
        related_causes=("AA", "EM"),
        accident_state="CT",
        dates=(Dated("431", DAY, DAY), Dated("439", date(2026, 1, 30), date(2026, 1, 30))),
        attachments=(Attachment("OZ", "BM", "DMN12"),),
        lines=(
            line(
                procedure="90899",
                description="EXPOSURE IN THE CAR",
                drug=drug,
                ordering=person("FIELD", "OMAR", SUPERVISOR_NPI),
                referring=person("FIELD", "OMAR", SUPERVISOR_NPI),
                amounts=(Amount("T", 125),),
                dates=(Dated("738", DAY, DAY),),
            ),
        ),
    )


def claim_file(*claims: Claim) -> ClaimFile:
    return ClaimFile(
        envelope=envelope("005010X222A1"),
        submitter=Party(
            "2",
            "HARBOR CENTER",
            id_qualifier="46",
            id="CENTER",
            contact=Contact("BILLING OFFICE", "8605550100"),
        ),
        receiver=Party("2", "CLEARING HOUSE", id_qualifier="46", id="HOUSE"),
        created_on=NOW.date(),
        created_time="0930",
        reference="B000007",
        claims=claims or (claim(), replacement(), secondary()),
    )


def remitted_line(**changes: Any) -> RemittedLine:
    values: dict[str, Any] = {
        "procedure": "90837",
        "charge": 15_000,
        "paid": 11_000,
        "modifiers": ("95",),
        "service_from": DAY,
        "service_to": DAY,
        "control_number": "L1",
        "adjustments": (Adjustment("CO", "45", 3_000), Adjustment("PR", "3", 1_000)),
        "amounts": (Amount("B6", 12_000),),
    }
    return RemittedLine(**values | changes)


def remitted_claim(**changes: Any) -> RemittedClaim:
    values: dict[str, Any] = {
        "claim_id": "CT0000000001",
        "status": "1",
        "charge": 15_000,
        "paid": 11_000,
        "patient_responsibility": 1_000,
        "filing_indicator": "12",
        "payer_control_number": "ICN000123",
        "facility_code": "11",
        "frequency": "1",
        "patient": Party("1", "RIVERS", "ANNA", id_qualifier="MI", id="W1234"),
        "rendering": person("STONE", "RUTH", RENDERING_NPI),
        "service_from": DAY,
        "service_to": DAY,
        "received_on": date(2026, 2, 12),
        "lines": (remitted_line(),),
    }
    return RemittedClaim(**values | changes)


def denied() -> RemittedClaim:
    """Denied at the line for a missing authorization, with a remark."""
    return remitted_claim(
        claim_id="CT0000000002",
        paid=0,
        patient_responsibility=0,
        payer_control_number="ICN000124",
        lines=(
            remitted_line(
                paid=0, adjustments=(Adjustment("CO", "197", 15_000),), amounts=(), remarks=("N54",)
            ),
        ),
    )


def reversal() -> RemittedClaim:
    """The first claim taken back: every sign turned round."""
    return remitted_claim(
        status="22",
        charge=-15_000,
        paid=-11_000,
        patient_responsibility=-1_000,
        lines=(
            remitted_line(
                charge=-15_000,
                paid=-11_000,
                adjustments=(Adjustment("CO", "45", -3_000), Adjustment("PR", "3", -1_000)),
                amounts=(),
            ),
        ),
    )


def remittance(*claims: RemittedClaim, **changes: Any) -> Remittance:
    claims = claims or (remitted_claim(), denied())
    taken = (ProviderAdjustment(BILLING_NPI, date(2026, 12, 31), "WO", "RECOUP7", 500),)
    values: dict[str, Any] = {
        "envelope": envelope("005010X221A1"),
        "method": "ACH",
        "amount": sum(c.paid for c in claims) - 500,
        "credit_or_debit": "C",
        "paid_on": date(2026, 3, 1),
        "trace": "EFT0001",
        "payer_identifier": "1512345678",
        "payer": Party(
            "2",
            "BLUE RIVER HEALTH",
            address=address("1 MAIN ST"),
            contact=Contact("PROVIDER LINE", "8005550100", function="BL"),
        ),
        "payee": Party("2", "HARBOR CENTER", id_qualifier="XX", id=BILLING_NPI),
        "claims": claims,
        "provider_adjustments": taken,
        "production_date": date(2026, 2, 28),
    }
    return Remittance(**values | changes)


def functional_ack() -> FunctionalAck:
    return FunctionalAck(
        envelope("005010X231A1"),
        "HC",
        "7",
        "P",
        2,
        2,
        1,
        "005010X222A1",
        (
            SetAck("837", "0001", "A", "005010X222A1"),
            SetAck(
                "837",
                "0002",
                "R",
                "005010X222A1",
                ("5",),
                (
                    SegmentError("NM1", 8, "8", "2010", 9, "1"),
                    SegmentError("NM1", 8, "8", "2010", 3, "5", "TOO LONG"),
                    SegmentError("CLM", 30, "3"),
                ),
            ),
        ),
    )


def claim_ack() -> ClaimAck:
    accepted = ClaimStatus("A2", "20", "", "WQ", 15_000, NOW.date())
    rejected = ClaimStatus("A7", "562", "85", "U", 27_000, NOW.date(), "", (("A7", "500", "85"),))
    patient = Party("1", "RIVERS", "ANNA", id_qualifier="MI", id="W1234")
    refused = AcknowledgedLine(
        "90834",
        12_000,
        (ClaimStatus("A7", "454", "", "U", effective=NOW.date()),),
        ("95",),
        units=Decimal(1),
        control_number="L1",
        service_from=DAY,
        service_to=DAY,
    )
    return ClaimAck(
        envelope=envelope("005010X214"),
        source=Party("2", "BLUE RIVER HEALTH", id_qualifier="PI", id="BR001"),
        receiver=Party("2", "HARBOR CENTER", id_qualifier="46", id="CENTER"),
        provider=Party("2", "HARBOR CENTER", id_qualifier="XX", id=BILLING_NPI),
        reference="ANSWER1",
        created_on=NOW.date(),
        batch_trace="B000007",
        claims=(
            AcknowledgedClaim("CT0000000001", patient, (accepted,), "ICN1", "CH1", DAY, DAY),
            AcknowledgedClaim(
                "CT0000000002", patient, (rejected,), "", "CH2", DAY, DAY, lines=(refused,)
            ),
        ),
        received_on=DAY,
        processed_on=NOW.date(),
        accepted_count=1,
        accepted_amount=15_000,
        rejected_count=1,
        rejected_amount=27_000,
        created_time="0930",
        source_trace="T1",
        provider_trace="T2",
        statuses=(ClaimStatus("A1", "19", "PR", "WQ", 42_000, NOW.date()),),
        provider_statuses=(ClaimStatus("A1", "19", "PR", "WQ"),),
    )


def interchange_ack() -> InterchangeAck:
    return InterchangeAck("000000042", "A", "000", envelope(), NOW.date(), "0930")


def provider_totals() -> ProviderTotals:
    return ProviderTotals(
        BILLING_NPI,
        "11",
        date(2026, 12, 31),
        Decimal(2),
        30_000,
        patient_reimbursement=0,
        pip_claim_count=Decimal(1),
    )
