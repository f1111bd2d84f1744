"""A clean file is broken in one way, and `check` finds that very fault.

Each row: which clean file, what is replaced by what, and the id under which it must be found.
The clean files themselves have no findings (test_judges).
"""

from dataclasses import replace
from functools import cache

import pytest

from carethread.x12.check import check
from carethread.x12.finding import Finding, Severity
from tests.x12 import make, make_eligibility, make_review, make_status
from tests.x12.breakages_eligibility import ELIGIBILITY
from tests.x12.breakages_review import REVIEW
from tests.x12.breakages_status import STATUS

FILES = {
    "837": make.written(make.claim_file()),
    "835": make.written(make.remittance()),
    "999": make.written(make.functional_ack()),
    "277": make.written(make.claim_ack()),
    "276": make.written(make_status.request()),
    "277S": make.written(make_status.response()),
    "277R": make.written(make_status.refusal()),
    "278": make.written(make_review.request()),
    "278D": make.written(make_review.response()),
    "278N": make.written(make_review.refusal()),
    "837I": make.written(make.claim_file(make.institutional(), make.stay())),
    "crash": make.written(make.claim_file(make.crash())),
    "TA1": make.written(make.interchange_ack()),
    "270": make.written(make_eligibility.inquiry()),
    "271": make.written(make_eligibility.response()),
}

BREAKAGES = (
    ELIGIBILITY
    | STATUS
    | REVIEW
    | {
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
        "the billing provider's REF is missing": (
            "837",
            "REF*EI*061234567~",
            "",
            "SEGMENT_MISSING",
        ),
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
        "the payer is missing": (
            "837",
            "NM1*PR*2*BLUE RIVER HEALTH*****PI*BR001~",
            "",
            "LOOP_MISSING",
        ),
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
        "an HL names a parent that is not there": (
            "837",
            "HL*2*1*22*0~",
            "HL*2*8*22*0~",
            "HL_PARENT",
        ),
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
        "a charge in words": (
            "837",
            "CLM*CT0000000001*150*",
            "CLM*CT0000000001*FREE*",
            "BAD_VALUE",
        ),
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
        "a time of day that is none": (
            "837",
            "20260302*0930*CH",
            "20260302*2561*CH",
            "DATE_INVALID",
        ),
        # meaning
        "an NPI with a wrong check digit": ("837", "1245319599", "1245319598", "NPI_LUHN"),
        "an NPI of nine digits": ("837", "XX*1003814971", "XX*100381497", "NPI_LUHN"),
        "a claim that is not the sum of its lines": (
            "837",
            "CLM*CT0000000001*150*",
            "CLM*CT0000000001*151*",
            "CHARGE_SUM",
        ),
        "a line that changes the sum": (
            "837",
            "HC:90834:95*120*",
            "HC:90834:95*121*",
            "CHARGE_SUM",
        ),
        "a pointer to a diagnosis that is not there": ("837", "***1:2~", "***1:3~", "DX_POINTER"),
        "a pointer to diagnosis zero": ("837", "***1:2~", "***0:2~", "DX_POINTER"),
        "a diagnosis with its decimal point": ("837", "ABK:F331", "ABK:F33.1", "DX_DECIMAL"),
        "a diagnosis twice": ("837", "ABF:F411", "ABF:F331", "DX_DUPLICATE"),
        "a replacement without the payer's number": (
            "837",
            "REF*F8*ICN000123~",
            "",
            "FREQ78_NEEDS_F8",
        ),
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
        "a patient without a name": (
            "277",
            "NM1*QC*1*RIVERS*ANNA****MI*W1234~",
            "",
            "LOOP_MISSING",
        ),
        "a batch that counts a claim too many": ("277", "QTY*90*1~", "QTY*90*2~", "ACK_COUNT"),
        "a status without its code": ("277", "STC*A2:20*", "STC*A2*", "ELEMENT_MISSING"),
        "a patient under the wrong level": ("277", "HL*4*3*PT~", "HL*4*2*PT~", "HL_PARENT"),
        "the receiver's trace is missing": ("277", "TRN*2*B000007~", "", "SEGMENT_MISSING"),
        "a line's category that is none": ("277", "STC*A7:454*", "STC*Z7:454*", "STATUS_CATEGORY"),
        "a line's status that is none": ("277", "STC*A7:454*", "STC*A7:9999*", "STATUS_CODE"),
        "a refused line without its reason": (
            "277",
            "STC*A7:454*20260302*U~",
            "",
            "SEGMENT_MISSING",
        ),
        "a line that is acknowledged as accepted": (
            "277",
            "STC*A7:454*20260302*U~",
            "STC*A7:454*20260302*WQ~",
            "ELEMENT_CODE",
        ),
        "an acknowledged line's charge in words": (
            "277",
            "SVC*HC:90834:95*120*",
            "SVC*HC:90834:95*MUCH*",
            "BAD_VALUE",
        ),
        # what codes say (837P)
        "a diagnosis that is none": ("837", "ABF:F411", "ABF:F999", "DX_UNKNOWN"),
        "a diagnosis that began later than the service": (
            "crash",
            "HI*ABK:F331*ABF:F411~NM1*82*1*STONE*RUTH****XX*1003814971~PRV*PE*PXC*1041C0700X~LX*1~"
            "SV1*HC:90899:95::::EXPOSURE IN THE CAR*150*UN*1***1:2~DTP*472*D8*20260210~",
            "HI*ABK:F331*ABF:F4381~NM1*82*1*STONE*RUTH****XX*1003814971~PRV*PE*PXC*1041C0700X~LX*1~"
            "SV1*HC:90899:95::::EXPOSURE IN THE CAR*150*UN*1***1:2~DTP*472*D8*20220210~",
            "DX_UNKNOWN",
        ),
        "a diagnosis that is only a heading": ("837", "ABK:F331", "ABK:F33", "DX_HEADING"),
        "a diagnosis of the ninth revision": ("837", "ABK:F331*ABF:F411", "BK:29630", "DX_VERSION"),
        "a place of service that is none": (
            "837",
            "*150***11:B:1*",
            "*150***28:B:1*",
            "PLACE_OF_SERVICE",
        ),
        "a line's place of service that is none": (
            "837",
            "*UN*1***1:2~",
            "*UN*1*00**1:2~",
            "PLACE_OF_SERVICE",
        ),
        "a procedure of four characters": ("837", "HC:90837:95*", "HC:9083:95*", "PROCEDURE"),
        "a procedure with a letter in the middle": (
            "837",
            "HC:90837:95*",
            "HC:90A37:95*",
            "PROCEDURE",
        ),
        "a modifier with a hyphen": ("837", "HC:90837:95*", "HC:90837:9-*", "MODIFIER"),
        "a modifier twice": ("837", "HC:90837:95*", "HC:90837:95:95*", "MODIFIER_DUPLICATE"),
        "an unlisted procedure without words": (
            "837",
            "HC:90837:95*",
            "HC:90899:95*",
            "DESCRIPTION_MISSING",
        ),
        "a taxonomy that does not end in X": (
            "837",
            "PXC*1041C0700X",
            "PXC*1041C07000",
            "TAXONOMY",
        ),
        # people and other payers (837P)
        "a subscriber who is nobody's patient": (
            "837",
            "SBR*P*18*G77",
            "SBR*P**G77",
            "PATIENT_MISSING",
        ),
        "a patient below a subscriber who is the patient": (
            "837",
            "SBR*P**G77",
            "SBR*P*18*G77",
            "PATIENT_IS_SELF",
        ),
        "a subscriber without a birthday": ("837", "DMG*D8*19900517*F~", "", "SUBSCRIBER_DETAIL"),
        "a subscriber without an address": (
            "837",
            "N3*12 HARBOR ST~N4*MYSTIC*CT*063550001~DMG*D8*19900517",
            "DMG*D8*19900517",
            "SUBSCRIBER_DETAIL",
        ),
        "a patient's loop without its HL": ("837", "HL*5*4*23*0~", "", "SEGMENT_UNEXPECTED"),
        "a line that an unknown payer decided": (
            "837",
            "SVD*FP001*90*",
            "SVD*FP009*90*",
            "COB_PAYER",
        ),
        "two policies of the same rank": ("837", "SBR*P*01*", "SBR*S*01*", "COB_SEQUENCE"),
        "an earlier payer that does not say what it paid": ("837", "AMT*D*90~", "", "COB_PAID"),
        "another payer's adjustment that is a cent too large": (
            "837",
            "CAS*CO*45*40~",
            "CAS*CO*45*40.01~",
            "BALANCE_COB",
        ),
        "another payer's claim adjustment that nobody took": (
            "837",
            "AMT*D*90~",
            "CAS*CO*45*10~AMT*D*90~",
            "BALANCE_COB",
        ),
        "an adjustment group that is none (837)": (
            "837",
            "CAS*PR*3*20~",
            "CAS*QQ*3*20~",
            "ELEMENT_CODE",
        ),
        # numbers and days (837P)
        "two lines of one control number": ("837", "REF*6R*L2~", "REF*6R*L1~", "LINE_DUPLICATE"),
        "two claims of one number": (
            "837",
            "CLM*CT0000000003*",
            "CLM*CT0000000001*",
            "CLAIM_DUPLICATE",
        ),
        "an authorization said again at a line": (
            "837",
            "REF*6R*L2~",
            "REF*6R*L2~REF*G1*AUTH55~",
            "AUTH_REPEATED",
        ),
        "a service in the future": (
            "837",
            "DTP*472*D8*20260210",
            "DTP*472*D8*20270210",
            "FUTURE_SERVICE",
        ),
        "a negative charge": ("837", "HC:90834:95*120*", "HC:90834:95*-120*", "CHARGE_NEGATIVE"),
        "no unit of a service": ("837", "*UN*1*", "*UN*0*", "UNITS_ZERO"),
        "a group of another kind": ("837", "GS*HC*", "GS*HP*", "GS_KIND"),
        "a discharge before the admission": (
            "837",
            "DTP*435*D8*20260209~",
            "DTP*096*D8*20260201~DTP*435*D8*20260209~",
            "ADMISSION_ORDER",
        ),
        # after an accident
        "an accident without its day": ("crash", "DTP*439*D8*20260130~", "", "ACCIDENT_DATE"),
        "a car accident without its state": ("crash", "AA:EM::CT~", "AA:EM~", "ACCIDENT_STATE"),
        "a cause that is none": ("crash", "AA:EM::CT~", "QQ:EM::CT~", "ELEMENT_CODE"),
        "a drug without how much": ("crash", "CTP****2*UN~", "", "SEGMENT_MISSING"),
        "a drug's qualifier that is none": ("crash", "LIN**N4*", "LIN**QQ*", "ELEMENT_CODE"),
        "an attachment without its way": ("crash", "PWK*OZ*BM*", "PWK*OZ**", "ELEMENT_MISSING"),
        "an onset on no day": (
            "crash",
            "DTP*431*D8*20260210",
            "DTP*431*D8*20260231",
            "DATE_INVALID",
        ),
        # 837I
        "a type of bill that is none": ("837I", "***13:A:1*", "***99:A:1*", "BILL_TYPE"),
        "a frequency of bill that is none": ("837I", "***13:A:1*", "***13:A:R*", "BILL_TYPE"),
        "a place of service where a bill has a type": (
            "837I",
            "***13:A:1*",
            "***13:B:1*",
            "ELEMENT_CODE",
        ),
        "a revenue code of three digits": ("837I", "SV2*0912*", "SV2*912*", "REVENUE_CODE"),
        "a revenue code of no family": ("837I", "SV2*0912*", "SV2*1912*", "REVENUE_CODE"),
        "a line without its revenue code": ("837I", "SV2*0912*", "SV2**", "ELEMENT_MISSING"),
        "CL1 is missing": ("837I", "CL1*3*1*30~", "", "SEGMENT_MISSING"),
        "a claim without its patient's status": (
            "837I",
            "CL1*3*1*30~",
            "CL1*3*1~",
            "ELEMENT_MISSING",
        ),
        "a patient's status that is none": ("837I", "CL1*3*1*30~", "CL1*3*1*99~", "PATIENT_STATUS"),
        "an admission type that is none": ("837I", "CL1*1*1*01~", "CL1*8*1*01~", "ADMISSION_TYPE"),
        "the statement's period is missing": (
            "837I",
            "DTP*434*RD8*20260210-20260211~",
            "",
            "SEGMENT_MISSING",
        ),
        "a statement that ends before it begins": (
            "837I",
            "DTP*434*RD8*20260210-20260211~",
            "DTP*434*RD8*20260212-20260211~",
            "DATE_ORDER",
        ),
        "a line outside its statement": (
            "837I",
            "DTP*434*RD8*20260210-20260211~",
            "DTP*434*RD8*20260211-20260211~",
            "STATEMENT_SPAN",
        ),
        "a stay that ends in the future": (
            "837I",
            "DTP*434*RD8*20260210-20260216~",
            "DTP*434*RD8*20260210-20260416~",
            "FUTURE_SERVICE",
        ),
        "a stay without its admission": ("837I", "DTP*435*D8*20260210~", "", "ADMISSION_MISSING"),
        "an admission behind the stay's end": (
            "837I",
            "DTP*435*D8*20260210~",
            "DTP*435*D8*20260217~",
            "ADMISSION_ORDER",
        ),
        "a discharge at no time": ("837I", "DTP*096*TM*1130~", "DTP*096*TM*2530~", "DATE_INVALID"),
        "nobody attends": (
            "837I",
            "NM1*71*1*STONE*RUTH****XX*1003814971~",
            "",
            "ATTENDING_MISSING",
        ),
        "two attend": (
            "837I",
            "NM1*71*1*STONE*RUTH****XX*1003814971~",
            "NM1*71*1*STONE*RUTH****XX*1003814971~NM1*71*1*OAK*LEE****XX*1003814971~",
            "LOOP_REPEAT",
        ),
        "the principal diagnosis twice": ("837I", "HI*ABJ:F329~", "HI*ABK:F329~", "SEGMENT_REPEAT"),
        "no principal diagnosis": ("837I", "HI*ABK:F331~", "", "SEGMENT_MISSING"),
        "a diagnosis that is none (837I)": ("837I", "HI*ABJ:F329~", "HI*ABJ:Q0Q~", "DX_UNKNOWN"),
        "a procedure without its day": (
            "837I",
            "HI*BBR:GZ2ZZZZ:D8:20260210~",
            "HI*BBR:GZ2ZZZZ~",
            "ELEMENT_MISSING",
        ),
        "an occurrence span of one day": (
            "837I",
            "HI*BI:71:RD8:20260101-20260104~",
            "HI*BI:71:RD8:20260101~",
            "DATE_INVALID",
        ),
        "a value in words": ("837I", "HI*BE:80:::6~", "HI*BE:80:::SIX~", "ELEMENT_TYPE"),
        "a kind of code that is none": ("837I", "HI*BG:C1~", "HI*QQ:C1~", "SEGMENT_UNEXPECTED"),
        "a unit that is for professionals": ("837I", "*DA*6*", "*MJ*6*", "ELEMENT_CODE"),
        "a stay that is not the sum of its lines": (
            "837I",
            "**9000*DA*",
            "**9001*DA*",
            "CHARGE_SUM",
        ),
        # more of the 835
        "an adjustment reason that is none": ("835", "CAS*CO*197*", "CAS*CO*997*", "CARC_UNKNOWN"),
        "another payer's reason that is none": ("837", "CAS*CO*45*", "CAS*CO*945*", "CARC_UNKNOWN"),
        "another payer's remark that is none": (
            "837",
            "OI***Y***Y~",
            "OI***Y***Y~MOA***ZZ9~",
            "RARC_UNKNOWN",
        ),
        "a remark that is none": ("835", "LQ*HE*N54~", "LQ*HE*Q54~", "RARC_UNKNOWN"),
        "a claim's remark that is none": (
            "835",
            "DTM*050*20260212~",
            "MOA***ZZ9~DTM*050*20260212~",
            "RARC_UNKNOWN",
        ),
        "a provider adjustment's reason that is none": (
            "835",
            "WO:RECOUP7*",
            "Q9:RECOUP7*",
            "PLB_UNKNOWN",
        ),
        "a patient's share that nobody took off": (
            "835",
            "*150*110*10*12*",
            "*150*110*15*12*",
            "PATIENT_SHARE",
        ),
        "an adjustment at the claim and at its line": (
            "835",
            "NM1*QC*1*RIVERS",
            "CAS*CO*45*30~NM1*QC*1*RIVERS",
            "ADJUSTED_TWICE",
        ),
        "a reversal with positive amounts": (
            "835",
            "CLP*CT0000000001*1*",
            "CLP*CT0000000001*22*",
            "REVERSAL_SIGN",
        ),
        "a line's revenue code that is none": (
            "835",
            "*150*110**1~",
            "*150*110*9999*1~",
            "REVENUE_CODE",
        ),
        "an advice without payment that pays": ("835", "*C*ACH*", "*C*NON*", "PAYMENT_METHOD"),
        "a payment before the service": (
            "835",
            "DTM*472*20260210~",
            "DTM*472*20260310~",
            "FUTURE_SERVICE",
        ),
        "a payer without an address": ("835", "N3*1 MAIN ST~", "", "SEGMENT_MISSING"),
        "a check that is debited": ("835", "*105*C*", "*105*D*", "BALANCE_CHECK"),
        "a provider adjustment without its amount": (
            "835",
            "WO:RECOUP7*5~",
            "WO:RECOUP7~",
            "ELEMENT_MISSING",
        ),
        "a claim without its batch": ("835", "LX*1~", "", "SEGMENT_UNEXPECTED"),
        "a payee twice": (
            "835",
            "N1*PE*HARBOR CENTER*XX*1245319599~",
            "N1*PE*HARBOR CENTER*XX*1245319599~N1*PE*HARBOR CENTER*XX*1245319599~",
            "LOOP_REPEAT",
        ),
        # more of the answers
        "a group accepted with a set rejected": (
            "999",
            "AK9*P*2*2*1~",
            "AK9*A*2*2*1~",
            "ACK_VERDICT",
        ),
        "a set accepted without errors that has some": ("999", "IK5*R*5~", "IK5*A~", "ACK_VERDICT"),
        "a set of the 999 without its number": (
            "999",
            "AK2*837*0002*",
            "AK2*837**",
            "ELEMENT_MISSING",
        ),
        "an element error without its code": ("999", "IK4*9**1~", "IK4*9~", "ELEMENT_MISSING"),
        "a category that is none": ("277", "STC*A2:20*", "STC*Z2:20*", "STATUS_CATEGORY"),
        "a status that is none": ("277", "STC*A2:20*", "STC*A2:9999*", "STATUS_CODE"),
        "a batch amount that is not its claims'": (
            "277",
            "AMT*YU*150~",
            "AMT*YU*151~",
            "ACK_AMOUNT",
        ),
        "a claim's status on no day": (
            "277",
            "STC*A2:20*20260302*",
            "STC*A2:20*20260231*",
            "DATE_INVALID",
        ),
        "an answer to no interchange": ("TA1", "TA1*000000042*", "TA1*42*", "TA1_CONTROL"),
        "a verdict of a TA1 that is none": ("TA1", "*A*000~", "*X*000~", "TA1_CODE"),
        "a note of a TA1 that is none": ("TA1", "*A*000~", "*R*999~", "TA1_NOTE"),
        "an acceptance with a reason to reject": ("TA1", "*A*000~", "*A*025~", "TA1_NOTE"),
        "a TA1 on no day": ("TA1", "TA1*000000042*260302*", "TA1*000000042*261302*", "BAD_VALUE"),
    }
)


@cache
def _broken() -> dict[str, tuple[str, list[Finding]]]:
    """The name of each breakage -> the broken file and what is found in it."""
    found = {}
    for name, (kind, old, new, _) in BREAKAGES.items():
        clean = FILES[kind].decode()
        assert old in clean, name
        broken = clean.replace(old, new, 1)
        found[name] = (broken, check(broken.encode()))
    return found


def test_a_breakage_is_found_under_its_id() -> None:
    ids = {name: {f.id for f in findings} for name, (_, findings) in _broken().items()}
    wanted = {name: id_ for name, (*_, id_) in BREAKAGES.items()}
    assert {name: ids[name] for name, id_ in wanted.items() if id_ not in ids[name]} == {}


def test_a_finding_says_where_and_what() -> None:
    silent = [
        (name, finding)
        for name, (broken, findings) in _broken().items()
        for finding in findings
        if not (0 <= finding.segment <= broken.count("~") + 2)
        or len(finding.message) <= 10
        or finding.severity not in Severity
    ]
    assert silent == []


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


@pytest.mark.parametrize("kind", FILES)
def test_the_files_that_are_broken_are_clean_before(kind: str) -> None:
    assert check(FILES[kind]) == []


def test_the_breakages_are_many() -> None:
    assert len(BREAKAGES) >= 180


def test_a_doubled_interchange_and_a_doubled_group_are_found() -> None:
    one = FILES["835"]
    assert {f.id for f in check(one + one)} == {"ISA_DUPLICATE", "SET_DUPLICATE", "GS_DUPLICATE"}
    group = one[one.index(b"GS*") : one.index(b"IEA*")]
    twice = one.replace(group, group + group).replace(b"IEA*1*", b"IEA*2*")
    assert "GS_DUPLICATE" in {f.id for f in check(twice)}


def test_a_thousand_lines_of_a_stay_are_one_too_many() -> None:
    [day, _] = make.institutional().lines
    lines = tuple(replace(day, number=n, control_number=f"D{n}") for n in range(1, 1001))
    data = make.written(
        make.claim_file(replace(make.institutional(), charge=40_000_000, lines=lines))
    )
    assert [f.id for f in check(data)] == ["LOOP_REPEAT"]


def test_a_thirteenth_diagnosis_is_one_too_many() -> None:
    clean = FILES["837"].decode()
    codes = "*".join(f"ABF:F43{n}" for n in (0, 9, 21, 22, 23, 24, 25, 29, 81, 89, 10, 11))
    broken = clean.replace("*ABF:F411~", f"*{codes}~", 1)
    assert "ELEMENT_EXTRA" in {f.id for f in check(broken.encode())}
