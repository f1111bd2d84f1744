"""What a claim or a remittance says beyond the usual is in fields, and comes back as it was."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from carethread.x12.acknowledgment import ClaimAck
from carethread.x12.check import check
from carethread.x12.claim import Claim, ClaimCode, Diagnosis, Drug
from carethread.x12.common import Amount, Attachment, Dated, Note, Quantity, Reference
from carethread.x12.delimiters import DEFAULT
from carethread.x12.reader import read
from carethread.x12.remittance import Remittance
from carethread.x12.show import show
from carethread.x12.unshow import write_shown
from carethread.x12.writer import set_lines
from tests.x12 import make

CLAIM = make.written(make.claim_file(make.claim()))
STAY = make.written(make.claim_file(make.stay()))
CHECK = make.written(make.remittance(make.remitted_claim()))


def with_segments(data: bytes, *changes: tuple[str, str]) -> bytes:
    """The file with segments put in, or changed, and its count set right."""
    text = data.decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    body = text[text.index("~ST*") + 1 : text.index("~SE*") + 1]
    end = f"SE*{body.count('~') + 1}*0001~GE*1*7~IEA*1*000000007~"
    return (text[: text.index("~SE*") + 1] + end).encode()


def claim_of(data: bytes) -> Claim:
    document = read(data)
    assert document.findings == ()
    [transaction] = document.transactions
    body = data.decode().split("~")[2:-4]
    assert set_lines(transaction, "0001", DEFAULT)[:-1] == body
    claim: Claim = transaction.claims[0]  # type: ignore[union-attr]
    return claim


def test_a_stay_has_every_kind_of_code() -> None:
    claim = claim_of(STAY)
    assert claim.type_of_bill == "111"
    assert (claim.admission_type, claim.admission_source, claim.patient_status) == ("1", "1", "01")
    assert claim.discharge_time == "1130"
    assert claim.diagnoses[0] == Diagnosis("ABK", "F332", "Y")
    [principal] = claim.coded("BBR")
    assert (principal.code, principal.first) == ("GZ2ZZZZ", date(2026, 2, 10))
    [span] = claim.coded("BI")
    assert (span.code, span.first, span.last) == ("71", date(2026, 1, 1), date(2026, 1, 4))
    assert claim.coded("BH") == (ClaimCode("BH", "11", date(2026, 2, 1), date(2026, 2, 1)),)
    assert claim.coded("BE") == (ClaimCode("BE", "80", amount=600),)
    assert [c.code for c in claim.coded("BG", "TC")] == ["C1", "A01"]
    assert claim.notes == (Note("ADD", "INVOLUNTARY"), Note("MED", "SEE LIST"))
    assert claim.operating is not None
    assert claim.operating.full_name == "OMAR FIELD"
    assert claim.lines[0].non_covered == 50_000
    assert claim.extra == ()


def test_a_crash_has_its_day_its_state_its_drug_and_its_papers() -> None:
    claim = claim_of(make.written(make.claim_file(make.crash())))
    assert (claim.related_causes, claim.accident_state) == (("AA", "EM"), "CT")
    assert claim.dated("439") == Dated("439", date(2026, 1, 30), date(2026, 1, 30))
    assert claim.attachments == (Attachment("OZ", "BM", "DMN12"),)
    [line] = claim.lines
    references = (Reference("XZ", "RX77"),)
    assert line.drug == Drug("N4", "00904123461", Decimal(2), "UN", references)
    assert line.description == "EXPOSURE IN THE CAR"
    assert line.amounts == (Amount("T", 125),)
    assert line.ordering is not None
    assert line.referring is not None
    assert line.dates == (Dated("738", make.DAY, make.DAY),)


@pytest.mark.parametrize(
    ("loop", "field", "name"),
    [
        ("NM1*P3*1*GRAY*PAT****XX*1003814971~", "primary_care", "PAT GRAY"),
        ("NM1*DN*1*FIELD*OMAR****XX*1922164458~", "referring", "OMAR FIELD"),
    ],
)
def test_a_claims_other_providers(loop: str, field: str, name: str) -> None:
    claim = claim_of(with_segments(CLAIM, ("NM1*82*", loop + "NM1*82*")))
    assert getattr(claim, field).full_name == name


@pytest.mark.parametrize(
    ("loop", "field"),
    [
        ("NM1*DQ*1*ELDER*MARY****XX*1922164458~", "supervising"),
        ("NM1*DK*1*FIELD*OMAR****XX*1922164458~N3*1 ST~N4*MYSTIC*CT*06355~", "ordering"),
        ("NM1*77*2*ANNEX*****XX*1245319599~N3*1 ST~N4*MYSTIC*CT*063550001~", "service_facility"),
    ],
)
def test_a_lines_own_providers(loop: str, field: str) -> None:
    claim = claim_of(with_segments(CLAIM, ("REF*6R*L1~", "REF*6R*L1~" + loop)))
    assert getattr(claim.lines[0], field).npi in (make.SUPERVISOR_NPI, make.BILLING_NPI)


@pytest.mark.parametrize(
    ("numbers", "own"),
    [
        (["REF*G1*OWN", "REF*G1*SECOND"], "OWN"),
        (["REF*G1*OWN", "REF*G1*THEIRS**2U:P2"], "OWN"),
        (["REF*G1*THEIRS**2U:P2", "REF*G1*OTHERS**2U:P3"], ""),
        (["REF*G1*THEIRS**2U:P2", "REF*G1*OWN"], "OWN"),
    ],
)
def test_a_lines_authorization_is_not_another_payers(numbers: list[str], own: str) -> None:
    """REF04 names the payer of loop 2330B that gave the number. None of them is lost."""
    data = with_segments(CLAIM, ("REF*6R*L1~", "~".join(["REF*6R*L1", *numbers, ""])))
    file = make.only(data)
    line = file.claims[0].lines[0]
    assert line.authorization == own
    written = set_lines(file, "0001", DEFAULT)
    assert sorted(s for s in written if s.startswith("REF*G1")) == sorted(numbers)
    assert [f for f in check(data) if f.tag == "REF"] == []


@pytest.mark.parametrize(("code", "field"), [("72", "operating"), ("ZZ", "other_operating")])
def test_a_stays_operating_providers(code: str, field: str) -> None:
    nm1 = f"NM1*{code}*1*CUTTER*ANN****XX*1003814971~"
    claim = claim_of(with_segments(STAY, ("NM1*72*1*FIELD*OMAR****XX*1922164458~", nm1)))
    assert getattr(claim, field).name == "CUTTER"
    dated = "DTP*472*RD8*20260210-20260216~"
    claim = claim_of(with_segments(STAY, (dated, dated + nm1)))
    assert getattr(claim.lines[0], field).name == "CUTTER"


def test_a_plan_that_is_paid_instead_of_the_provider() -> None:
    plan = "NM1*PE*2*PLAN*****PI*77~N3*1 AV~N4*MYSTIC*CT*06355~REF*EI*061112222~"
    claim = claim_of(with_segments(CLAIM, ("HL*2*1*22", plan + "HL*2*1*22")))
    assert claim.pay_to_plan is not None
    assert (claim.pay_to_plan.name, claim.pay_to_plan.id) == ("PLAN", "77")
    assert claim.pay_to_plan.references == (Reference("EI", "061112222"),)


def test_what_an_earlier_payer_decided() -> None:
    data = with_segments(
        make.written(make.claim_file(make.secondary())),
        ("SBR*P*01*******CI~", "SBR*P*01***12****CI~CAS*OA*23*5**45*10*1~"),
        ("OI***Y***Y~", "OI***Y***Y~MIA*3***1234.5*MA01**********2~MOA*0.8*9*N1*N2****0~"),
        ("DTP*573*D8*20260225~", "DTP*573*D8*20260225~AMT*EAF*20~"),
        ("HC:90837:95**1~", "HC:90837:95**1*2~"),
    )
    [other] = claim_of(data).other_payers
    assert other.subscriber.insurance_type == "12"
    assert other.inpatient is not None
    assert other.inpatient.covered_days == 3
    assert other.inpatient.drg == 123_450
    assert other.inpatient.remarks == ("MA01",)
    assert other.inpatient.cost_report_days == 2
    assert other.outpatient is not None
    assert (other.outpatient.rate, other.outpatient.payable) == (Decimal("0.8"), 900)
    assert (other.outpatient.remarks, other.outpatient.esrd) == (("N1", "N2"), 0)
    [adjudication] = claim_of(data).lines[0].adjudications
    assert adjudication.amounts == (Amount("EAF", 2_000),)
    assert adjudication.bundled_line == 2


def test_what_a_payer_says_about_banks_batches_and_stays() -> None:
    data = with_segments(
        CHECK,
        (
            "*C*ACH************2026",
            "*C*ACH*CTX*01*011000015*DA*123*1512345678*X*01*011000015*SG*456*2026",
        ),
        ("TRN*1*EFT0001*1512345678~", "TRN*1*EFT0001*1512345678*SUB1~"),
        ("LX*1~", "LX*1~TS3*1245319599*11*20261231*2*150.5********7~TS2*2178.45******3~"),
        ("*11*1~NM1*QC", "*11*1**885*1.25*.5~NM1*QC"),
        ("NM1*82*", "NM1*74*1*RIVERS*ANNE****C*W99~NM1*82*"),
        (
            "DTM*232*",
            "NM1*TT*2*NEXT PLAN*****PI*77~NM1*PR*2*FIRST PLAN*****PI*88~NM1*GB*1*RIVERS*JO~"
            "MIA*6**2*100~MOA***MA01*MA07~DTM*232*",
        ),
        (
            "DTM*050*20260212~",
            "DTM*036*20260131~DTM*050*20260212~PER*CX*CLAIMS*TE*8605550199~AMT*AU*150~QTY*CA*6~",
        ),
        ("AMT*B6*120~", "AMT*B6*120~QTY*ZK*3~LQ*HE*N54~LQ*RX*75~"),
    )
    document = read(data)
    [remittance] = document.transactions
    assert document.findings == ()
    assert isinstance(remittance, Remittance)
    assert (remittance.payment_format, remittance.payer_bank) == ("CTX", "011000015")
    assert (remittance.payer_account, remittance.payee_account) == ("123", "456")
    assert (remittance.originator, remittance.trace_code) == ("1512345678", "SUB1")
    [claim] = remittance.claims
    assert claim.totals is not None
    assert (claim.totals.claim_count, claim.totals.charge) == (2, 15_050)
    assert claim.totals.msp_primary_payer == 700
    assert claim.inpatient_totals is not None
    assert (claim.inpatient_totals.drg, claim.inpatient_totals.outlier_days) == (217_845, 3)
    assert (claim.drg, claim.drg_weight, claim.discharge_fraction) == (
        "885",
        Decimal("1.25"),
        Decimal("0.5"),
    )
    parties = [claim.corrected_patient, claim.crossover_payer, claim.priority_payer]
    assert [p.name for p in parties if p] == ["RIVERS", "NEXT PLAN", "FIRST PLAN"]
    assert claim.other_subscriber is not None
    assert claim.inpatient is not None
    assert (claim.inpatient.covered_days, claim.inpatient.drg) == (6, 10_000)
    assert claim.remarks == ("MA01", "MA07")
    assert claim.coverage_ended_on == date(2026, 1, 31)
    assert claim.contact is not None
    assert claim.contact.phone == "8605550199"
    assert claim.quantities == (Quantity("CA", Decimal(6)),)
    [line] = claim.lines
    assert line.quantities == (Quantity("ZK", Decimal(3)),)
    assert (line.remarks, line.drug_rejections) == (("N54",), ("75",))
    assert claim.extra == line.extra == remittance.extra == ()


def test_what_a_payer_says_comes_back_with_every_figure() -> None:
    totals = make.provider_totals()
    claim = replace(make.remitted_claim(), totals=totals)
    back: Any = make.only(make.written(make.remittance(claim)))
    assert back.claims[0].totals == totals


def test_half_an_adjustment_is_kept() -> None:
    half = with_segments(CHECK, ("CAS*PR*3*10~", "CAS*PR*3*10**2~"))
    [transaction] = read(half).transactions
    lines = set_lines(transaction, "0001", DEFAULT)
    assert [s for s in lines if s.startswith("CAS")] == ["CAS*CO*45*30", "CAS*PR*3*10**2"]


def test_references_and_dates_of_one_kind_may_come_in_any_order() -> None:
    swapped = with_segments(
        make.written(make.claim_file(make.crash())),
        ("DTP*431*D8*20260210~DTP*439*D8*20260130~", "DTP*439*D8*20260130~DTP*431*D8*20260210~"),
        ("DTP*472*D8*20260210~DTP*738*D8*20260210~", "DTP*738*D8*20260210~DTP*472*D8*20260210~"),
    )
    assert check(swapped) == []


def test_every_provider_of_a_line_and_of_another_payer_has_a_field() -> None:
    line = "NM1*QB*2******XX*1003814971~REF*G2*S77~NM1*P3*1*WOODS*IDA****XX*1922164458~"
    other = "NM1*82*1~REF*G2*R5~REF*LU*L8~NM1*DN*1~REF*1G*U00001~LX*1~"
    data = with_segments(
        make.written(make.claim_file(make.secondary())), ("LX*1~", other), ("SVD*", f"{line}SVD*")
    )
    claim = claim_of(data)
    [payer] = claim.other_payers
    assert [(p.role, [(r.qualifier, r.value) for r in p.references]) for p in payer.providers] == [
        ("82", [("G2", "R5"), ("LU", "L8")]),
        ("DN", [("1G", "U00001")]),
    ]
    seller, doctor = claim.lines[0].purchased_service, claim.lines[0].primary_care
    assert seller is not None
    assert doctor is not None
    assert (seller.npi, seller.references) == ("1003814971", (Reference("G2", "S77"),))
    assert (doctor.full_name, doctor.npi) == ("IDA WOODS", "1922164458")
    assert [f.id for f in check(data)] == []


def test_a_277ca_says_of_every_billing_provider_what_it_says_of_the_first() -> None:
    """One of the others has a claim; of another's batch only the refusal is told."""
    refused = "STC*A3:153:85*20260302*U*270"
    others = (
        "HL*6*2*19*0~NM1*85*2*HARBOR EAST*****XX*1003814971~TRN*1*T3~" + refused + "~QTY*QC*4~"
        "HL*7*2*19*1~NM1*85*2*HARBOR WEST*****XX*1922164458~"
        "TRN*1*T4~STC*A1:19:PR**WQ*0~REF*TJ*5512~"
        "HL*8*7*PT~NM1*QC*1*RIVERS*BEN****MI*W99~TRN*2*CT0000000009~STC*A2:20*20260302*WQ*90~"
        "DTP*472*D8*20260210~"
    )
    data = with_segments(make.written(make.claim_ack()), ("~SE*", f"~{others}SE*"))
    [ack] = read(data).transactions
    assert isinstance(ack, ClaimAck)
    east, west = ack.levels
    assert (east.party.name, east.trace, east.statuses[0].category) == ("HARBOR EAST", "T3", "A3")
    assert (west.trace, west.statuses[0].code) == ("T4", "19")
    assert [claim.provider for claim in ack.claims] == [None, None, west.party]
    assert set_lines(ack, "0001", DEFAULT)[:-1] == data.decode().split("~")[2:-4]
    [shown] = show(data)
    assert [each["trace"] for each in shown["levels"]] == ["T3", "T4"]
    assert write_shown([shown], make.NOW) == data
