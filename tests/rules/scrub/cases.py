"""Every rule's fault planted in a clean claim, and beside it the nearest thing that is no fault.

`FAULTY` rows must raise their rule and no other; `CLEAN` rows must
raise nothing at all. The sentence is the test's name.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from carethread.rules.facts import (
    BilledLine,
    Cap,
    ConsentFacts,
    EnrollmentFacts,
    LicenseFacts,
    OtherService,
    PlanFacts,
    TakenUnits,
)
from carethread.rules.scrub import NOTHING_KNOWN, ScrubContext
from carethread.x12.claim import Claim, Patient
from carethread.x12.common import Party
from tests.rules.people import HARBOR, NORA, SERVED, VERA
from tests.rules.scrub.clean import (
    CHART,
    CLAIM,
    CONTEXT,
    SAM_PARTY,
    YEAR,
    address,
    at,
    authorization,
    authorized,
    billing,
    chart,
    claim,
    context,
    diagnosed,
    line,
    lines,
    member,
    person,
)

LAST_YEAR = (date(2025, 1, 1), date(2025, 12, 31))
DAUGHTER = Patient(Party("1", "Cole", "Cleo"), "19", date(2015, 2, 3), "F")


@dataclass(frozen=True, slots=True)
class Case:
    rule: str
    sentence: str
    claim: Claim = CLAIM
    context: ScrubContext = CONTEXT


def is_sentence(message: str) -> bool:
    """Whether a finding speaks in a sentence and has filled in its values."""
    begins_well = message[0].isupper() or message[0].isdigit()
    return begins_well and message.endswith(".") and "None" not in message and "{" not in message


def _parents_policy(patient: Patient | None) -> Claim:
    """The clean claim on somebody else's policy, with the client named apart or not."""
    subscriber = replace(CLAIM.subscriber, relationship="", birth_date=None)
    return claim(subscriber=subscriber, patient=patient)


FAULTY = (
    # ---- identity
    Case("NPI_LUHN", "a swapped digit in the billing NPI", billing(id="1234567839")),
    Case("NPI_LUHN", "a renderer without an NPI", claim(rendering=Party("1", "Nolan", "Nora"))),
    Case("NPI_LUHN", "a mistyped supervisor on the line",
         line(supervising=replace(SAM_PARTY, id="1003000127"))),
    Case("TAXONOMY_PRESENT", "no taxonomy for the center", billing(taxonomy="")),
    Case("TAXONOMY_PRESENT", "a taxonomy of nine characters", billing(taxonomy="261QM080X")),
    Case("BILL_ADDR_STREET_ZIP9", "a post box", address(line1="P.O. Box 12")),
    Case("BILL_ADDR_STREET_ZIP9", "a ZIP of five digits", address(postal_code="12207")),
    Case("BILL_ADDR_STREET_ZIP9", "no address at all", billing(address=None)),
    Case("MEMBER_ID_REGEX", "a member id one digit short", member("HH123456")),
    Case("MEMBER_ID_REGEX", "no member id", member("")),
    Case("MEMBER_ID_REGEX", "a pattern that is none", CLAIM, context(member_id_pattern="HH[")),
    Case("PATIENT_LOOP", "a subscriber who is somebody else, and no client", _parents_policy(None)),
    Case("PATIENT_LOOP", "a client named apart who is the subscriber", claim(patient=DAUGHTER)),
    Case("PATIENT_LOOP", "no birth date",
         claim(subscriber=replace(CLAIM.subscriber, birth_date=None))),
    Case("PATIENT_LOOP", "a birth after the service",
         claim(subscriber=replace(CLAIM.subscriber, birth_date=date(2026, 3, 3)))),
    Case("COVERAGE_ACTIVE_DOS", "coverage that ended the day before", CLAIM,
         context(coverage=replace(HARBOR, ends=date(2026, 3, 1)))),
    Case("COVERAGE_ACTIVE_DOS", "coverage that begins the day after", CLAIM,
         context(coverage=replace(HARBOR, starts=date(2026, 3, 3)))),
    # ---- diagnosis
    Case("DX_VALID_DOS", "a code that never was", diagnosed("F3399"), chart(diagnoses=None)),
    Case("DX_VALID_DOS", "depression unspecified a year before its code began",
         replace(diagnosed("F32A"), lines=(replace(
             diagnosed("F32A").lines[0], service_from=date(2021, 9, 30),
             service_to=date(2021, 9, 30)),)), NOTHING_KNOWN),
    Case("DX_SPECIFIC", "a heading", diagnosed("F33"), chart(diagnoses=None)),
    Case("DX_SPECIFIC", "a code that was divided in 2022", diagnosed("F438"),
         chart(diagnoses=None)),
    Case("DX_EXCLUDES1", "single and recurrent depression at once",
         diagnosed("F321", "F331"), chart(diagnoses=None)),
    Case("DX_SUD_HIERARCHY", "abuse and dependence of alcohol",
         diagnosed("F1020", "F1010"), chart(diagnoses=None)),
    Case("DX_POINTER_RANGE", "a pointer beyond the diagnoses", line(pointers=(1, 2, 3))),
    Case("DX_POINTER_RANGE", "no pointer", line(pointers=()), chart(diagnoses=None)),
    Case("DX_POINTER_RANGE", "five pointers", line(pointers=(1, 2, 1, 2, 1)),
         chart(diagnoses=None)),
    Case("DX_POINTER_RANGE", "no diagnosis", claim(diagnoses=()), chart(diagnoses=None)),
    Case("DX_EQ_NOTE", "another diagnosis than the note's", CLAIM,
         chart(diagnoses=("F332", "F411"))),
    Case("DX_EQ_NOTE", "the note's diagnoses in another order", CLAIM,
         chart(diagnoses=("F411", "F331"))),
    Case("DX_EQ_NOTE", "a diagnosis of the note left out", line(pointers=(1,))),
    # ---- units
    Case("CODE_EQ_NOTE", "another code than was charged", CLAIM, chart(code="90834")),
    Case("UNITS_EQ_NOTE", "eight units for four", CLAIM, chart(units=4)),
    Case("UNITS_EQ_NOTE", "no unit", line(units=Decimal(0)), chart(units=None)),
    Case("DATE_EQ_NOTE", "another day than the note's", CLAIM,
         chart(service_date=date(2026, 3, 1))),
    Case("TIME_BAND", "an hour billed for 52 minutes", CLAIM, chart(minutes=52)),
    Case("CLIENT_OVERLAP", "the client with two clinicians at once", CLAIM,
         chart(client_services=(OtherService(at(9, 59), at(10, 30)),))),
    Case("CLINICIAN_OVERLAP", "the clinician with two clients at once", CLAIM,
         chart(clinician_services=(OtherService(at(8, 30), at(9, 1)),))),
    Case("CLINICIAN_OVERLAP", "the clinician leading a group meanwhile", CLAIM,
         chart(clinician_services=(OtherService(at(9), at(10), is_group=True),))),
    # ---- people
    Case("POS_MOD_TELEHEALTH", "another place than the note's", CLAIM,
         chart(place_of_service="53")),
    Case("POS_MOD_TELEHEALTH", "video in the note only", CLAIM, chart(telehealth="video")),
    Case("POS_MOD_TELEHEALTH", "telehealth in the claim only",
         line(place_of_service="10", modifiers=("95",)), chart(place_of_service="10")),
    Case("POS_MOD_TELEHEALTH", "a video modifier for a telephone call",
         line(place_of_service="10", modifiers=("95",)),
         chart(place_of_service="10", telehealth="audio")),
    Case("TELEHEALTH_PAIR", "a place at home by telehealth without a modifier",
         line(place_of_service="10"), chart(place_of_service="10", telehealth="video")),
    Case("TELEHEALTH_PAIR", "a telehealth modifier at the office", line(modifiers=("95",)),
         chart(telehealth="video")),
    Case("CRED_FITS_CODE", "an hour of therapy by a peer", CLAIM, person(credential="CPS")),
    Case("LICENSE_ACTIVE_DOS", "a license that ended last year", CLAIM,
         person(licenses=(LicenseFacts(*LAST_YEAR),))),
    Case("LICENSE_ACTIVE_DOS", "no license at all", CLAIM, person(licenses=())),
    Case("PAYER_CREDENTIALED_DOS", "enrollment two weeks later", CLAIM,
         person(enrollments=(EnrollmentFacts(date(2026, 3, 16), payer_id="HRBR1"),))),
    Case("PAYER_CREDENTIALED_DOS", "enrollment with another payer", CLAIM,
         person(enrollments=(EnrollmentFacts(payer_id="OTHER"),))),
    Case("SUPERVISOR_SIGNED", "supervised work without a supervisor", claim(supervising=None)),
    # ---- authorization
    Case("AUTH_PRESENT", "no number though the payer wants one", claim(authorization="")),
    Case("AUTH_PRESENT", "an authorization that was refused", CLAIM,
         authorization(approved=False)),
    Case("AUTH_DATES", "an authorization that ended yesterday", CLAIM,
         authorization(ends=date(2026, 3, 1))),
    Case("AUTH_DATES", "an authorization that begins tomorrow", CLAIM,
         authorization(starts=date(2026, 3, 3), ends=None)),
    Case("AUTH_SCOPE", "an authorization for groups", CLAIM, authorization(codes=("90853",))),
    Case("AUTH_UNITS", "no unit left", CLAIM, authorization(remaining=0)),
    Case("AUTH_PRESENT", "a request that is pended", CLAIM,
         authorization(state="pended", approved=False)),
    Case("AUTH_SCOPE", "an authorization for another level of care", CLAIM,
         authorized(level_of_care="IOP")),
    Case("AUTH_PROVIDER", "an authorization for somebody else", CLAIM,
         authorization(rendering=VERA)),
    Case("AUTH_PROVIDER", "an authorization for another house", CLAIM,
         authorized(facility="Birch House")),
    Case("AUTH_UNITS", "a second session where one a week is allowed", CLAIM,
         authorization(caps=(Cap("week", 1),), taken=(TakenUnits(date(2026, 3, 4), 1),))),
    Case("AUTH_UNITS", "a fifth session where four a month are allowed", CLAIM,
         authorization(caps=(Cap("month", 4),), taken=(TakenUnits(date(2026, 3, 30), 4),))),
    Case("AUTH_PLACEMENT", "the claim's number repeated at the line",
         line(authorization="A100")),
    # ---- chart
    Case("NOTE_SIGNED", "an unsigned note", CLAIM, chart(signed=False)),
    Case("NOTE_COSIGNED", "a note that waits for its co-signature", CLAIM,
         chart(cosigned=False)),
    Case("START_STOP_TIME", "no times written", CLAIM, chart(times_written=False)),
    Case("START_STOP_TIME", "a stop before the start", CLAIM,
         chart(started=at(10), ended=at(9))),
    Case("START_STOP_TIME", "sixty minutes between 9:00 and 9:55", CLAIM,
         chart(ended=at(9, 55))),
    Case("PLAN_ACTIVE_COVERS_SERVICE", "no plan", CLAIM, context(plans=())),
    Case("PLAN_ACTIVE_COVERS_SERVICE", "last year's plan", CLAIM,
         context(plans=(PlanFacts(*LAST_YEAR, signed=True),))),
    Case("PLAN_SIGNED", "a plan that nobody signed", CLAIM,
         context(plans=(PlanFacts(*YEAR),))),
    Case("PLAN_ACTIVE_COVERS_SERVICE", "a plan for groups alone", CLAIM,
         context(plans=(PlanFacts(*YEAR, signed=True, services=("group",)),))),
    Case("PART2_CONSENT", "no consent", CLAIM, context(consents=())),
    Case("PART2_CONSENT", "a consent for another payer", CLAIM,
         context(consents=(ConsentFacts(*YEAR, payer_id="OTHER"),))),
    Case("PART2_CONSENT", "a consent revoked yesterday", CLAIM,
         context(consents=(ConsentFacts(ends=date(2026, 3, 4)),))),
    # ---- claim
    Case("CLAIM_ID", "twenty-one characters", claim(claim_id="C" * 21)),
    Case("CLAIM_ID", "no number", claim(claim_id="")),
    Case("CHARGE_SUM", "a total that is a cent off", claim(charge=18001)),
    Case("CHARGE_SUM", "a line below zero", line(charge=-18000)),
    Case("LINE_COUNT", "no line", claim(lines=(), charge=0)),
    Case("FUTURE_DOS", "a service tomorrow", CLAIM, context(today=date(2026, 3, 1))),
    Case("DUP_EXACT", "billed before on another claim", CLAIM,
         context(billed=(BilledLine("OLD", "90837", (), SERVED, NORA.npi),))),
    Case("DUP_EXACT", "twice on one claim", lines("H0038", "H0038"), context(
        lines={}, authorization=None)),
    Case("TIMELY_FILING", "ninety-one days later", CLAIM, context(today=date(2026, 6, 1))),
    Case("FREQ78_NEEDS_F8", "a replacement of nothing", claim(frequency="7")),
    Case("FREQ78_NEEDS_F8", "a replacement of another number",
         claim(frequency="7", original_reference="PCN78")),
    Case("FREQ78_NEEDS_F8", "a first claim that replaces", claim(original_reference="PCN77")),
    # ---- bundling
    Case("NCCI_PTP", "an hour and three quarters of an hour on one day", lines("90837", "90834"),
         context(lines={}, authorization=None)),
    Case("NCCI_PTP", "an evaluation beside another claim's crisis therapy", lines("90791"),
         context(lines={}, authorization=None,
                 billed=(BilledLine("OLD", "90839", ("59",), SERVED, NORA.npi),))),
    Case("NCCI_PTP", "individual and group without 59", lines("90837", "90853"),
         context(lines={}, authorization=None)),
    Case("ADDON_HAS_BASE", "complexity alone", lines("90785"),
         context(lines={}, authorization=None)),
)  # fmt: skip

CLEAN = (
    Case("NPI_LUHN", "a facility without an NPI",
         claim(service_facility=Party("2", "Annex", address=CLAIM.billing.address))),
    Case("TAXONOMY_PRESENT", "a renderer without a taxonomy",
         claim(rendering=Party("1", "Nolan", "Nora", id_qualifier="XX", id=NORA.npi))),
    Case("BILL_ADDR_STREET_ZIP9", "a street called Boxwood", address(line1="4 Po Boxwood Lane")),
    Case("MEMBER_ID_REGEX", "any member id where the pattern is not known", member("X"),
         context(member_id_pattern=None)),
    Case("PATIENT_LOOP", "a child on a parent's policy", _parents_policy(DAUGHTER)),
    Case("COVERAGE_ACTIVE_DOS", "coverage that ends on the day", CLAIM,
         context(coverage=replace(HARBOR, ends=SERVED))),
    Case("DX_VALID_DOS", "depression unspecified once its code began", diagnosed("F32A"),
         chart(diagnoses=("F32A",))),
    Case("DX_SPECIFIC", "a category without anything below it", diagnosed("F99"),
         chart(diagnoses=("F99",))),
    Case("DX_EXCLUDES1", "depression and anxiety", diagnosed("F331", "F411")),
    Case("DX_SUD_HIERARCHY", "alcohol dependence and cannabis abuse",
         diagnosed("F1020", "F1210"), chart(diagnoses=("F1020", "F1210"))),
    Case("DX_POINTER_RANGE", "four pointers of five diagnoses",
         diagnosed("F331", "F411", "F4310", "F1020", "Z5900"), chart(diagnoses=None)),
    Case("DX_EQ_NOTE", "the first four of a note's five",
         diagnosed("F331", "F411", "F4310", "F1020"),
         chart(diagnoses=("F331", "F411", "F4310", "F1020", "F5101"))),
    Case("CODE_EQ_NOTE", "a line whose note is not known", line(control_number="OTHER")),
    Case("UNITS_EQ_NOTE", "a note whose units are not known", CLAIM, chart(units=None)),
    Case("DATE_EQ_NOTE", "a note whose day is not known", CLAIM, chart(service_date=None)),
    Case("TIME_BAND", "53 minutes for an hour", CLAIM, chart(minutes=53)),
    Case("CLIENT_OVERLAP", "one service right after the other", CLAIM,
         chart(client_services=(OtherService(at(10), at(11)), OtherService(at(8), at(9))))),
    Case("CLINICIAN_OVERLAP", "another member of the same group",
         lines("90853"), context(authorization=None, lines={"X1": replace(
             CHART, service="group", code="90853",
             clinician_services=(OtherService(at(9), at(10), is_group=True),))})),
    Case("POS_MOD_TELEHEALTH", "a video session at home",
         line(place_of_service="10", modifiers=("95",)),
         chart(place_of_service="10", telehealth="video")),
    Case("TELEHEALTH_PAIR", "a telephone session elsewhere",
         line(place_of_service="02", modifiers=("93",)),
         chart(place_of_service="02", telehealth="audio")),
    Case("CRED_FITS_CODE", "an hour of therapy by an associate", CLAIM, person(credential="AMFT")),
    Case("LICENSE_ACTIVE_DOS", "the second of two licenses", CLAIM,
         person(licenses=(LicenseFacts(*LAST_YEAR), LicenseFacts(starts=SERVED)))),
    Case("PAYER_CREDENTIALED_DOS", "enrollment that is not known", CLAIM, person(enrollments=None)),
    Case("SUPERVISOR_SIGNED", "a supervisor at the line",
         replace(line(supervising=SAM_PARTY), supervising=None)),
    Case("AUTH_PRESENT", "a payer that wants none", claim(authorization=""),
         context(authorization_required=False)),
    Case("AUTH_DATES", "the last day of an authorization", CLAIM, authorization(ends=SERVED)),
    Case("AUTH_SCOPE", "an authorization for any code", CLAIM, authorization(codes=())),
    Case("AUTH_UNITS", "the last unit", CLAIM, authorization(remaining=1)),
    Case("AUTH_UNITS", "units without limit", CLAIM, authorization(remaining=None)),
    Case("AUTH_PRESENT", "a payer that said it wants none", claim(authorization=""),
         authorization(state="not_required", number="")),
    Case("AUTH_SCOPE", "an authorization for the level of care", CLAIM,
         authorized(level_of_care="OP")),
    Case("AUTH_PROVIDER", "an authorization for the renderer at the house", CLAIM,
         authorized(rendering=NORA, facility="Alder House")),
    Case("AUTH_UNITS", "one session a week, the last one on Sunday", CLAIM,
         authorization(caps=(Cap("week", 1),), taken=(TakenUnits(date(2026, 3, 1), 1),))),
    Case("AUTH_UNITS", "four a month, three of them last month", CLAIM,
         authorization(caps=(Cap("month", 4),), taken=(TakenUnits(date(2026, 2, 27), 3),))),
    Case("AUTH_PLACEMENT", "another number at the line", line(authorization="B200")),
    Case("NOTE_SIGNED", "a note whose signature is not known", CLAIM, chart(signed=None)),
    Case("NOTE_COSIGNED", "a note that needs no co-signature", CLAIM,
         chart(needs_cosignature=False, cosigned=False)),
    Case("START_STOP_TIME", "an untimed evaluation without times",
         lines("90791"), context(authorization=None, lines={"X1": replace(
             CHART, service="evaluation", code="90791", times_written=False, started=None,
             ended=None, minutes=0)})),
    Case("PLAN_ACTIVE_COVERS_SERVICE", "an evaluation before there is a plan",
         lines("90791"), context(authorization=None, plans=(), lines={"X1": replace(
             CHART, service="evaluation", code="90791")})),
    Case("PLAN_ACTIVE_COVERS_SERVICE", "a plan for everything", CLAIM,
         context(plans=(PlanFacts(signed=True),))),
    Case("PART2_CONSENT", "a consent for any payer", CLAIM, context(consents=(ConsentFacts(),))),
    Case("PART2_CONSENT", "a program without Part 2", CLAIM, context(is_part2=False, consents=())),
    Case("CLAIM_ID", "twenty characters", claim(claim_id="C" * 20)),
    Case("CHARGE_SUM", "a line for nothing", line(charge=0)),
    Case("LINE_COUNT", "fifty lines", replace(CLAIM, charge=50 * 18000, lines=tuple(
        replace(CLAIM.lines[0], number=n, control_number=f"X{n}", procedure=f"T10{n:02d}")
        for n in range(50))), context(lines={}, authorization=None)),
    Case("FUTURE_DOS", "a service of today", CLAIM, context(today=SERVED)),
    Case("DUP_EXACT", "the same code for another amount", replace(CLAIM, charge=35000, lines=(
        CLAIM.lines[0], replace(CLAIM.lines[0], number=2, control_number="X2", charge=17000))),
         context(lines={}, authorization=None)),
    Case("DUP_EXACT", "billed before on another day", CLAIM,
         context(billed=(BilledLine("OLD", "90837", (), date(2026, 3, 1), NORA.npi),))),
    Case("DUP_EXACT", "a replacement of what was billed",
         claim(frequency="7", original_reference="PCN77"),
         context(billed=(BilledLine("OLD", "90837", (), SERVED, NORA.npi),))),
    Case("TIMELY_FILING", "the ninetieth day", CLAIM, context(today=date(2026, 5, 31))),
    Case("FREQ78_NEEDS_F8", "a void of the payer's own number",
         claim(frequency="8", original_reference="PCN77")),
    Case("NCCI_PTP", "individual and group as separate services",
         lines("90837", "90853", modifiers=("59",)), context(lines={}, authorization=None)),
    Case("NCCI_PTP", "two clinicians", lines("90837"), context(
        lines={}, authorization=None,
        billed=(BilledLine("OLD", "90834", (), SERVED, "1003000126"),))),
    Case("ADDON_HAS_BASE", "complexity beside therapy", lines("90837", "90785"),
         context(lines={}, authorization=None)),
)  # fmt: skip
