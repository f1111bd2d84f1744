"""A clean file is broken in one way, and `check` finds that very fault.

Each row: which clean file, what is replaced by what, and the id under which it must be found.
The clean files themselves have no findings (test_judges).
"""

import pytest

from carethread.x12.check import check
from carethread.x12.finding import Severity
from tests.x12 import make

FILES = {
    "837": make.written(make.claim_file()),
    "835": make.written(make.remittance()),
    "999": make.written(make.functional_ack()),
    "277": make.written(make.claim_ack()),
}

BREAKAGES = {
    # envelope
    "ISA12 names another version": ("837", "*00501*", "*00401*", "ISA_VERSION"),
    "ISA13 has a letter": ("837", "*00501*000000007*", "*00501*00000000A*", "ISA_CONTROL"),
    "ISA15 is neither P nor T": ("837", "*0*P*:~", "*0*Q*:~", "ISA_USAGE"),
    "ISA09 is no day": ("837", "*260302*0930*^", "*261302*0930*^", "BAD_VALUE"),
    "ISA10 is no time": ("837", "*260302*0930*^", "*260302*2530*^", "ISA_TIME"),
    "IEA counts two groups": ("837", "IEA*1*", "IEA*2*", "IEA_COUNT"),
    "IEA has another number": ("837", "IEA*1*000000007", "IEA*1*000000008", "IEA_CONTROL"),
    "IEA is missing": ("837", "IEA*1*000000007~", "", "MISSING_IEA"),
    "GE counts two sets": ("837", "GE*1*7", "GE*2*7", "GE_COUNT"),
    "GE has another number": ("837", "GE*1*7", "GE*1*8", "GE_CONTROL"),
    "GE is missing": ("837", "GE*1*7~", "", "MISSING_GE"),
    "SE counts one segment less": ("837", "SE*108*", "SE*107*", "SE_COUNT"),
    "SE has another number": ("837", "SE*108*0001", "SE*108*0002", "SE_CONTROL"),
    "SE is missing": ("837", "SE*108*0001~", "", "MISSING_SE"),
    "SE counts in letters": ("837", "SE*108*", "SE*ABC*", "SE_COUNT"),
    "GS is missing": (
        "837",
        "GS*HC*CENTER*HOUSE*20260302*0930*7*X*005010X222A1~",
        "",
        "OUTSIDE_GROUP",
    ),
    "ST is missing": ("837", "ST*837*0001*005010X222A1~", "", "OUTSIDE_SET"),
    "the file ends in the middle of a segment": (
        "837",
        "IEA*1*000000007~",
        "IEA*1*0000",
        "TRUNCATED",
    ),
    "text stands in front of the ISA": ("837", "ISA*00*", "HELLO ISA*00*", "STRAY_TEXT"),
    "ST names another guide than GS": (
        "837",
        "X*005010X222A1~ST",
        "X*004010X098A1~ST",
        "GUIDE_MISMATCH",
    ),
    # structure
    "BHT is missing": ("837", "BHT*0019*00*B000007*20260302*0930*CH~", "", "SEGMENT_MISSING"),
    "the submitter's PER is missing": (
        "837",
        "PER*IC*BILLING OFFICE*TE*8605550100~",
        "",
        "SEGMENT_MISSING",
    ),
    "the receiver loop is missing": (
        "837",
        "NM1*40*2*CLEARING HOUSE*****46*HOUSE~",
        "",
        "LOOP_MISSING",
    ),
    "the billing provider's REF is missing": ("837", "REF*EI*061234567~", "", "SEGMENT_MISSING"),
    "the billing provider's N4 is missing": (
        "837",
        "N4*MYSTIC*CT*063550001~REF*EI",
        "REF*EI",
        "SEGMENT_MISSING",
    ),
    "the subscriber is missing": (
        "837",
        "NM1*IL*1*RIVERS*ANNA*M***MI*W1234~",
        "",
        "SEGMENT_MISSING",
    ),
    "the payer is missing": ("837", "NM1*PR*2*BLUE RIVER HEALTH*****PI*BR001~", "", "LOOP_MISSING"),
    "the diagnoses are missing": ("837", "HI*ABK:F331*ABF:F411~", "", "SEGMENT_MISSING"),
    "the service line is missing": ("837", "LX*1~", "", "SEGMENT_MISSING"),
    "SV1 is missing": ("837", "SV1*HC:90837:95*150*UN*1***1:2~", "", "SEGMENT_MISSING"),
    "the service date is missing": ("837", "DTP*472*D8*20260210~", "", "SEGMENT_MISSING"),
    "SBR is missing": ("837", "SBR*P*18*G77******CI~", "", "SEGMENT_MISSING"),
    "the patient's PAT is missing": ("837", "PAT*19~", "", "SEGMENT_MISSING"),
    "the other payer's OI is missing": ("837", "OI***Y***Y~", "", "SEGMENT_MISSING"),
    "the adjudication date is missing": ("837", "DTP*573*D8*20260225~", "", "SEGMENT_MISSING"),
    "the note stands twice": (
        "837",
        "NTE*ADD*LATE NOTE CORRECTED~",
        "NTE*ADD*A~NTE*ADD*B~",
        "SEGMENT_REPEAT",
    ),
    "the rendering provider stands twice": (
        "837",
        "PRV*PE*PXC*1041C0700X~LX",
        "PRV*PE*PXC*1041C0700X~NM1*82*1*OAK*LEE****XX*1003814971~LX",
        "LOOP_REPEAT",
    ),
    "the authorization stands twice": (
        "837",
        "REF*G1*AUTH55~",
        "REF*G1*A~REF*G1*B~",
        "SEGMENT_REPEAT",
    ),
    "HI stands in front of its CLM's dates": (
        "837",
        "NTE*ADD*LATE NOTE CORRECTED~HI*ABK:F331*ABF:F411~",
        "HI*ABK:F331*ABF:F411~NTE*ADD*LATE NOTE CORRECTED~",
        "SEGMENT_ORDER",
    ),
    "N4 stands in front of N3": (
        "837",
        "N3*12 HARBOR ST~N4*MYSTIC*CT*063550001~REF*EI",
        "N4*MYSTIC*CT*063550001~N3*12 HARBOR ST~REF*EI",
        "SEGMENT_ORDER",
    ),
    "an unknown segment": ("837", "LX*1~", "ZZZ*1~LX*1~", "SEGMENT_UNKNOWN"),
    "a segment from another guide": (
        "837",
        "LX*1~",
        "TS3*1*11*20261231*1*150~LX*1~",
        "SEGMENT_UNEXPECTED",
    ),
    "a qualifier that the loop does not have": (
        "837",
        "REF*G1*AUTH55~",
        "REF*QQ*AUTH55~",
        "SEGMENT_UNEXPECTED",
    ),
    "an HL number is skipped": ("837", "HL*2*1*22*0~", "HL*9*1*22*0~", "HL_NUMBER"),
    "an HL names a parent that is not there": ("837", "HL*2*1*22*0~", "HL*2*8*22*0~", "HL_PARENT"),
    "a patient stands under a billing provider": (
        "837",
        "HL*5*4*23*0~",
        "HL*5*3*23*0~",
        "HL_PARENT",
    ),
    "an HL announces no child but has one": ("837", "HL*4*3*22*1~", "HL*4*3*22*0~", "HL_CHILD"),
    "an HL announces a child but has none": ("837", "HL*2*1*22*0~", "HL*2*1*22*1~", "HL_CHILD"),
    "lines are numbered from two": ("837", "LX*1~", "LX*2~", "LX_NUMBER"),
    # elements
    "a claim without its number": ("837", "CLM*CT0000000001*", "CLM**", "ELEMENT_MISSING"),
    "a claim number of 21 characters": (
        "837",
        "CLM*CT0000000001*",
        f"CLM*{'X' * 21}*",
        "ELEMENT_TOO_LONG",
    ),
    "a modifier of one character": ("837", "HC:90837:95*", "HC:90837:9*", "ELEMENT_TOO_SHORT"),
    "a state of one letter": ("837", "MYSTIC*CT*", "MYSTIC*C*", "ELEMENT_TOO_SHORT"),
    "a unit that is none": ("837", "*UN*1*", "*QQ*1*", "ELEMENT_CODE"),
    "a sex that is none": ("837", "DMG*D8*19900517*F~", "DMG*D8*19900517*Z~", "ELEMENT_CODE"),
    "a frequency that is none": ("837", "11:B:1*", "11:B:X*", "ELEMENT_CODE"),
    "an assignment code that is none": ("837", "*Y*A*Y*Y~", "*Y*Q*Y*Y~", "ELEMENT_CODE"),
    "units in words": ("837", "*UN*1*", "*UN*ONE*", "ELEMENT_TYPE"),
    "a charge in words": ("837", "CLM*CT0000000001*150*", "CLM*CT0000000001*FREE*", "BAD_VALUE"),
    "a charge with a comma": (
        "837",
        "CLM*CT0000000001*150*",
        "CLM*CT0000000001*1,50*",
        "ELEMENT_TYPE",
    ),
    "a charge with tenths of a cent": ("837", "*150*UN*", "*150.001*UN*", "BAD_VALUE"),
    "a birthday in the thirteenth month": ("837", "19900517", "19901317", "DATE_INVALID"),
    "a service on the 30th of February": ("837", "D8*20260210", "D8*20260230", "DATE_INVALID"),
    "one day where two are announced": (
        "837",
        "DTP*472*D8*20260210",
        "DTP*472*RD8*20260210",
        "DATE_INVALID",
    ),
    "a last day in front of the first": (
        "837",
        "DTP*472*D8*20260210",
        "DTP*472*RD8*20260210-20260209",
        "DATE_ORDER",
    ),
    "an identifier without its qualifier": (
        "837",
        "*****46*CENTER~",
        "******CENTER~",
        "ELEMENT_PAIR",
    ),
    "a telephone without its qualifier": (
        "837",
        "*TE*8605550100~",
        "**8605550100~",
        "ELEMENT_PAIR",
    ),
    "more elements than the segment has": ("837", "LX*1~", "LX*1*2*3~", "ELEMENT_EXTRA"),
    "an element that the guide does not use": (
        "837",
        "NM1*40*2*CLEARING HOUSE*",
        "NM1*40*2*CLEARING HOUSE**X*DR",
        "ELEMENT_NOT_USED",
    ),
    "a letter outside the character set": (
        "837",
        "CLEARING HOUSE",
        "CLEARING HÖUSE",
        "ELEMENT_TYPE",
    ),
    "a time of day that is none": ("837", "20260302*0930*CH", "20260302*2561*CH", "DATE_INVALID"),
    # meaning
    "an NPI with a wrong check digit": ("837", "1245319599", "1245319598", "NPI_LUHN"),
    "an NPI of nine digits": ("837", "XX*1003814971", "XX*100381497", "NPI_LUHN"),
    "a claim that is not the sum of its lines": (
        "837",
        "CLM*CT0000000001*150*",
        "CLM*CT0000000001*151*",
        "CHARGE_SUM",
    ),
    "a line that changes the sum": ("837", "HC:90834:95*120*", "HC:90834:95*121*", "CHARGE_SUM"),
    "a pointer to a diagnosis that is not there": ("837", "***1:2~", "***1:3~", "DX_POINTER"),
    "a pointer to diagnosis zero": ("837", "***1:2~", "***0:2~", "DX_POINTER"),
    "a diagnosis with its decimal point": ("837", "ABK:F331", "ABK:F33.1", "DX_DECIMAL"),
    "a diagnosis twice": ("837", "ABF:F411", "ABF:F331", "DX_DUPLICATE"),
    "a replacement without the payer's number": ("837", "REF*F8*ICN000123~", "", "FREQ78_NEEDS_F8"),
    "a void without the payer's number": ("837", "11:B:1*", "11:B:8*", "FREQ78_NEEDS_F8"),
    "a five-digit postal code of the billing provider": (
        "837",
        "N4*MYSTIC*CT*063550001~REF*EI",
        "N4*MYSTIC*CT*06355~REF*EI",
        "ZIP9",
    ),
    "a taxonomy that is too short": ("837", "PXC*1041C0700X", "PXC*1041C", "TAXONOMY"),
    "another payer's line payment that does not add up": (
        "837",
        "SVD*FP001*90*",
        "SVD*FP001*91*",
        "BALANCE_COB",
    ),
    "another payer's payment that is not its lines'": (
        "837",
        "AMT*D*90~",
        "AMT*D*95~",
        "BALANCE_COB",
    ),
    # 835
    "a line that does not balance": (
        "835",
        "SVC*HC:90837:95*150*110*",
        "SVC*HC:90837:95*150*111*",
        "BALANCE_LINE",
    ),
    "a claim that does not balance": (
        "835",
        "CLP*CT0000000001*1*150*110*",
        "CLP*CT0000000001*1*150*111*",
        "BALANCE_CLAIM",
    ),
    "an adjustment that is a cent too large": (
        "835",
        "CAS*CO*45*30~",
        "CAS*CO*45*30.01~",
        "BALANCE_LINE",
    ),
    "a check that is not its claims": ("835", "BPR*I*105*", "BPR*I*106*", "BALANCE_CHECK"),
    "a provider adjustment with the wrong sign": (
        "835",
        "WO:RECOUP7*5~",
        "WO:RECOUP7*-5~",
        "BALANCE_CHECK",
    ),
    "a claim whose lines charge something else": (
        "835",
        "CLP*CT0000000002*1*150*0*",
        "CLP*CT0000000002*1*160*0*",
        "CHARGE_SUM",
    ),
    "a claim that is missing": (
        "835",
        "CLP*CT0000000001*1*150*110*10*12*ICN000123*11*1~",
        "",
        "BALANCE_CHECK",
    ),
    "BPR is missing": ("835", "BPR*I*105*C*ACH************20260301~", "", "SEGMENT_MISSING"),
    "TRN is missing": ("835", "TRN*1*EFT0001*1512345678~", "", "SEGMENT_MISSING"),
    "the payee is missing": ("835", "N1*PE*HARBOR CENTER*XX*1245319599~", "", "LOOP_MISSING"),
    "the payer's PER is missing": (
        "835",
        "PER*BL*PROVIDER LINE*TE*8005550100~",
        "",
        "SEGMENT_MISSING",
    ),
    "the patient's name is missing": (
        "835",
        "NM1*QC*1*RIVERS*ANNA****MI*W1234~",
        "",
        "LOOP_MISSING",
    ),
    "a claim status that is none": (
        "835",
        "CLP*CT0000000001*1*",
        "CLP*CT0000000001*7*",
        "ELEMENT_CODE",
    ),
    "an adjustment group that is none": ("835", "CAS*CO*45*", "CAS*XX*45*", "ELEMENT_CODE"),
    "an adjustment of another guide": ("835", "CAS*CO*45*", "CAS*CR*45*", "ELEMENT_CODE"),
    "a payment method that is none": ("835", "*C*ACH*", "*C*XXX*", "ELEMENT_CODE"),
    "a payment without its date": ("835", "************20260301~", "~", "ELEMENT_MISSING"),
    "a payment on no day": ("835", "20260301~TRN", "20260231~TRN", "BAD_VALUE"),
    "a bank that is none": (
        "835",
        "*C*ACH********",
        "*C*ACH*CCP*01*123456789*DA*1***",
        "ABA_NUMBER",
    ),
    "an adjustment amount in words": ("835", "CAS*CO*45*30~", "CAS*CO*45*THIRTY~", "BAD_VALUE"),
    "an adjustment reason without its amount": (
        "835",
        "CAS*CO*45*30~",
        "CAS*CO*45~",
        "ELEMENT_MISSING",
    ),
    "a payee's NPI that is none": ("835", "XX*1245319599~LX", "XX*1245319590~LX", "NPI_LUHN"),
    "a second claim-received date": (
        "835",
        "DTM*050*20260212~",
        "DTM*050*20260212~DTM*050*20260212~",
        "SEGMENT_REPEAT",
    ),
    # 999
    "an answer without its verdict": ("999", "IK5*A~", "", "SEGMENT_MISSING"),
    "a verdict that is none": ("999", "IK5*A~", "IK5*Q~", "ELEMENT_CODE"),
    "AK9 is missing": ("999", "AK9*P*2*2*1~", "", "SEGMENT_MISSING"),
    "AK9 counts an acceptance too many": ("999", "AK9*P*2*2*1~", "AK9*P*2*2*2~", "ACK_COUNT"),
    "AK1 without its group": ("999", "AK1*HC*7*", "AK1*HC**", "ELEMENT_MISSING"),
    "an error without its position": ("999", "IK3*CLM*30*", "IK3*CLM**", "ELEMENT_MISSING"),
    "an error's position in words": ("999", "IK3*CLM*30*", "IK3*CLM*XX*", "ELEMENT_TYPE"),
    # 277CA
    "a claim without a status": ("277", "STC*A2:20*20260302*WQ*150~", "", "SEGMENT_MISSING"),
    "a claim without its dates": ("277", "DTP*472*D8*20260210~", "", "SEGMENT_MISSING"),
    "a patient without a name": ("277", "NM1*QC*1*RIVERS*ANNA****MI*W1234~", "", "LOOP_MISSING"),
    "a batch that counts a claim too many": ("277", "QTY*90*1~", "QTY*90*2~", "ACK_COUNT"),
    "a status without its code": ("277", "STC*A2:20*", "STC*A2*", "ELEMENT_MISSING"),
    "a patient under the wrong level": ("277", "HL*4*3*PT~", "HL*4*2*PT~", "HL_PARENT"),
    "the receiver's trace is missing": ("277", "TRN*2*B000007~", "", "SEGMENT_MISSING"),
}


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_breakage_is_found_under_its_id(name: str) -> None:
    kind, old, new, id_ = BREAKAGES[name]
    clean = FILES[kind].decode()
    assert old in clean
    findings = check(clean.replace(old, new, 1).encode())
    assert id_ in {f.id for f in findings}, [(f.id, f.message) for f in findings]


@pytest.mark.parametrize("name", BREAKAGES)
def test_a_finding_says_where_and_what(name: str) -> None:
    kind, old, new, _ = BREAKAGES[name]
    clean = FILES[kind].decode()
    count = clean.count("~") + 2
    for finding in check(clean.replace(old, new, 1).encode()):
        assert 0 <= finding.segment <= count
        assert len(finding.message) > 10
        assert finding.severity in Severity


def test_a_finding_names_the_segment_and_element_at_fault() -> None:
    data = FILES["837"].decode().replace("HC:90834:95*120*UN", "HC:90834:95*120*QQ")
    [finding] = check(data.encode())
    segments = data.split("~")
    assert segments[finding.segment - 1] == "SV1*HC:90834:95*120*QQ*1***1:2"
    assert (finding.tag, finding.element) == ("SV1", 3)


def test_a_doubled_set_number_is_found() -> None:
    data = make.written(make.remittance(), make.remittance(), set_controls=["0001", "0001"])
    assert [f.id for f in check(data)] == ["SET_DUPLICATE"]


def test_fifty_one_lines_are_one_too_many() -> None:
    lines = tuple(make.line(n) for n in range(1, 52))
    data = make.written(make.claim_file(make.claim(charge=51 * 15_000, lines=lines)))
    assert [f.id for f in check(data)] == ["LOOP_REPEAT"]
