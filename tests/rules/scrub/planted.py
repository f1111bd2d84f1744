"""One fault for every rule, to be planted in clean claims of every kind that it can befall.

A `Plant` takes a clean claim with its context and gives both with one thing wrong. `NEAR` are
the nearest things that are no fault.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from carethread.codes.catalogue import Entry, overridden
from carethread.codes.contracts import TermKind
from carethread.codes.edits import Edit
from carethread.rules.expect import Term
from carethread.rules.facts import (
    BilledLine,
    Cap,
    DatedFacts,
    EarlierPayer,
    EnrollmentFacts,
    EpisodeFacts,
    LicenseFacts,
    OtherPolicy,
    OtherService,
    PlanFacts,
    ProgramFacts,
    UnitEdit,
)
from carethread.rules.scrub import ScrubContext
from carethread.x12.claim import (
    Claim,
    ClaimCode,
    Diagnosis,
    LineAdjudication,
    OtherPayer,
    Subscriber,
)
from carethread.x12.common import Adjustment, Amount, Party, Reference
from tests.rules.people import NORA, SAM
from tests.rules.scrub.kinds import (
    DETOX,
    GROUP,
    INPATIENT,
    INSTITUTIONAL,
    IOP,
    KINDS,
    OTP,
    OUTPATIENT,
    PHP,
    PROFESSIONAL,
    RESIDENTIAL,
    Kind,
)

Both = tuple[Claim, ScrubContext]
Change = Callable[[Claim, ScrubContext], Both]


@dataclass(frozen=True, slots=True)
class Plant:
    rule: str
    sentence: str
    kinds: tuple[Kind, ...]
    plant: Change


def claim(**changes: Any) -> Change:
    return lambda c, x: (replace(c, **changes), x)


def context(**changes: Any) -> Change:
    return lambda c, x: (c, replace(x, **changes))


def line(**changes: Any) -> Change:
    """The claim's first line changed, its total kept right."""

    def change(c: Claim, x: ScrubContext) -> Both:
        first = replace(c.lines[0], **changes)
        made = (first, *c.lines[1:])
        return replace(c, lines=made, charge=sum(n.charge for n in made)), x

    return change


def beside(**changes: Any) -> Change:
    """A further line like the last, of which no note is known."""

    def change(c: Claim, x: ScrubContext) -> Both:
        more = replace(c.lines[-1], number=len(c.lines) + 1, control_number="MORE", **changes)
        return replace(c, lines=(*c.lines, more), charge=c.charge + more.charge), x

    return change


def chart(**changes: Any) -> Change:
    def change(c: Claim, x: ScrubContext) -> Both:
        number = c.lines[0].control_number
        return c, replace(x, lines={**x.lines, number: replace(x.lines[number], **changes)})

    return change


def person(**changes: Any) -> Change:
    def change(c: Claim, x: ScrubContext) -> Both:
        known = x.lines[c.lines[0].control_number].rendering
        return chart(rendering=replace(known, **changes))(c, x)

    return change


def nested(name: str, **changes: Any) -> Change:
    """A part of the context (its authorization, coverage ...) changed."""
    return lambda c, x: (c, replace(x, **{name: replace(getattr(x, name), **changes)}))


def billing(**changes: Any) -> Change:
    return lambda c, x: (replace(c, billing=replace(c.billing, **changes)), x)


def street(**changes: Any) -> Change:
    return lambda c, x: billing(address=replace(c.billing.address, **changes))(c, x)


def subscriber(**changes: Any) -> Change:
    return lambda c, x: (replace(c, subscriber=replace(c.subscriber, **changes)), x)


def member(number: str) -> Change:
    return lambda c, x: subscriber(party=replace(c.subscriber.party, id=number))(c, x)


def diagnoses(*codes: str) -> Change:
    def change(c: Claim, x: ScrubContext) -> Both:
        made = tuple(Diagnosis("ABF" if i else "ABK", code) for i, code in enumerate(codes))
        kept = tuple(d for d in c.diagnoses if d.qualifier == "ABJ")
        return replace(c, diagnoses=(*made, *kept)), replace(x, lines={})

    return change


def both(*changes: Change) -> Change:
    def change(c: Claim, x: ScrubContext) -> Both:
        for one in changes:
            c, x = one(c, x)
        return c, x

    return change


def billed(code: str, day: date | None = None, **changes: Any) -> Change:
    """A line on another claim, of the claim's first day unless told."""

    def change(c: Claim, x: ScrubContext) -> Both:
        served = day or c.lines[0].service_from
        told = BilledLine("OLD", code, (), served, NORA.npi, **changes)
        return c, replace(x, billed=(*(x.billed or ()), told))

    return change


def again(**changes: Any) -> Change:
    """The claim's first line, on another claim too."""

    def change(c: Claim, x: ScrubContext) -> Both:
        n = c.lines[0]
        who = (n.rendering or c.rendering or c.billing).npi
        facts = {"claim_id": "OLD", "code": n.procedure, "modifiers": n.modifiers,
                 "service_date": n.service_from, "rendering_npi": who, **changes}  # fmt: skip
        return c, replace(x, billed=(*(x.billed or ()), BilledLine(**facts)))

    return change


def _late(c: Claim, x: ScrubContext) -> Both:
    return c, replace(x, today=c.lines[0].service_from + timedelta(days=91))


def _pair(c: Claim, x: ScrubContext) -> Both:
    """A pair that a loaded CMS file keeps apart."""
    edit = Edit(True, date(2026, 1, 1), None, "CMS pair of codes")
    pairs = {frozenset({c.lines[0].procedure, "T9999"}): (edit,)}
    who = (c.rendering or c.billing).npi
    told = BilledLine("OLD", "T9999", (), c.lines[0].service_from, who)
    return c, replace(x, billed=(told,), pair_edits=pairs)


def _adjudicated(paid: int, took: int) -> Change:
    """A secondary claim whose first payer paid and adjusted so much of each line."""

    def change(c: Claim, x: ScrubContext) -> Both:
        told = LineAdjudication("OTHER", paid, "H0015", adjustments=(Adjustment("CO", "45", took),))
        other = OtherPayer(
            Subscriber(c.subscriber.party, "P"),
            Party("2", "Other", id_qualifier="PI", id="OTHER"),
            amounts=(Amount("D", paid * len(c.lines)),),
        )
        lines = tuple(replace(n, adjudications=(told,)) for n in c.lines)
        second = replace(c.subscriber, payer_sequence="S")
        return replace(c, lines=lines, subscriber=second, other_payers=(other,)), x

    return change


_OTHER_FIRST = OtherPayer(
    Subscriber(Party("1", "Cole"), "S", filing_indicator="CI"),
    Party("2", "Blue", id_qualifier="PI", id="B"),
)
_FORWARDED = EarlierPayer("Medicare", date(2026, 3, 13), forwarded=True)
LAST_YEAR = (date(2025, 1, 1), date(2025, 12, 31))
SAM_PARTY = Party("1", SAM.last_name, SAM.first_name, id_qualifier="XX", id=SAM.npi)
CLIA = (Reference("X4", "33D1234567"),)
STAY = EpisodeFacts(date(2026, 3, 1), id=5)
CHARTED_P = (OUTPATIENT, GROUP)
THERAPY = (OUTPATIENT,)
ANY_MINUTE = overridden(
    (
        Entry(
            "services",
            "individual",
            """
label: individual therapy
timed: true
codings:
  - {starts: 2020-01-01, reference: our own, lines: [{code: "90837"}]}
""",
        ),
    )
)


def _half(c: Claim, x: ScrubContext) -> Both:
    return line(units=Decimal("0.5"))(c, replace(x, lines={}))


PLANTS = (
    # ---- identity
    Plant("NPI_LUHN", "a swapped digit in the billing NPI", KINDS, billing(id="1234567839")),
    Plant("NPI_TYPE", "the renderer under the center's NPI", PROFESSIONAL, both(
        lambda c, x: (replace(c, rendering=replace(c.rendering, id=c.billing.id)), x),
        context(lines={}))),
    Plant("NPI_TYPE", "the attending under the center's NPI", INSTITUTIONAL,
          lambda c, x: (replace(c, attending=replace(c.attending, id=c.billing.id)), x)),
    Plant("TAXONOMY_PRESENT", "no taxonomy", KINDS, billing(taxonomy="")),
    Plant("TAX_ID_PRESENT", "a tax id of eight digits", KINDS,
          billing(references=(Reference("EI", "12345678"),))),
    Plant("TIN_NPI_ENROLLED", "an enrollment that ended", KINDS,
          context(billing_enrollments=(EnrollmentFacts(*LAST_YEAR, payer_id="HRBR1"),))),
    Plant("BILL_ADDR_STREET_ZIP9", "a post box", KINDS, street(line1="PO Box 7")),
    Plant("MEMBER_ID_REGEX", "a member id one digit short", KINDS, member("HH123456")),
    Plant("PATIENT_LOOP", "no birth date", KINDS, subscriber(birth_date=None)),
    Plant("COVERAGE_ACTIVE_DOS", "coverage that ended last year", KINDS,
          nested("coverage", starts=LAST_YEAR[0], ends=LAST_YEAR[1])),
    # ---- coverage
    Plant("ELIG_ACTIVE", "the payer says inactive", KINDS,
          nested("eligibility", is_active=False)),
    Plant("ELIG_STALE", "asked two months before", KINDS,
          nested("eligibility", checked_on=date(2026, 1, 5))),
    Plant("NAME_DOB_EQ_271", "the payer has another birth date", KINDS,
          nested("eligibility", birth_date=date(1990, 5, 18))),
    Plant("NAME_DOB_EQ_271", "the payer has another first name", KINDS,
          nested("eligibility", first_name="Clare")),
    Plant("PAYER_ROUTE_CARVEOUT", "another payer handles behavioral health", KINDS,
          nested("eligibility", carve_out_id="MAGE", carve_out_name="Magnet")),
    Plant("COB_ORDER", "a second payer without the first", KINDS, subscriber(payer_sequence="S")),
    Plant("CROSSOVER_AWAITED", "forwarded a week ago", KINDS, context(earlier=_FORWARDED)),
    Plant("MEDICAID_LAST", "Medicaid before a commercial policy", KINDS, both(
        subscriber(filing_indicator="MC"),
        context(other_policies=(OtherPolicy(payer_name="Blue", kind="commercial"),)))),
    Plant("MEDICAID_LAST", "Medicaid first on the claim itself", KINDS, both(
        subscriber(filing_indicator="MC"), claim(other_payers=(_OTHER_FIRST,)))),
    Plant("COB_BALANCED", "a cent unaccounted for", KINDS, _adjudicated(1000, 1)),
    # ---- diagnosis
    Plant("DX_VALID_DOS", "a code that never was", KINDS, diagnoses("F1020", "F3399")),
    Plant("DX_SPECIFIC", "a heading", KINDS, diagnoses("F1020", "F33")),
    Plant("DX_EXCLUDES1", "single and recurrent depression", KINDS,
          diagnoses("F1020", "F321", "F331")),
    Plant("DX_SUD_HIERARCHY", "abuse and dependence", KINDS, diagnoses("F1020", "F1010")),
    Plant("DX_EQ_NOTE", "another diagnosis than the note's", KINDS, chart(diagnoses=("F332",))),
    Plant("DX_TWICE", "one diagnosis twice", KINDS, diagnoses("F1020", "F411", "F411")),
    Plant("DX_POINTER_RANGE", "a pointer beyond", PROFESSIONAL, line(pointers=(1, 2, 3))),
    Plant("DX_POINTER_RANGE", "more diagnoses than a claim has room for", KINDS,
          both(diagnoses("F1020", *(f"Z{n}" for n in range(560, 585))), context(lines={}))),
    Plant("DX_PRIMARY_ALLOWED", "homelessness first", KINDS, diagnoses("Z5900", "F1020")),
    Plant("DX_FITS_PROGRAM", "depression alone in a substance use program", INSTITUTIONAL,
          diagnoses("F331")),
    # ---- procedure
    Plant("PROC_VALID_DOS", "a code that ended in 2012", KINDS,
          both(line(procedure="90806"), context(lines={}))),
    Plant("MOD_VALID", "one modifier twice", KINDS, line(modifiers=("HE", "HE"))),
    Plant("MOD_VALID", "two levels of education", KINDS, line(modifiers=("HN", "HO"))),
    Plant("MOD_REQUIRED", "peer support in a group without HQ", (GROUP,), both(
        line(procedure="H0038"), chart(code="H0038", minutes=None),
        person(credential="CPS"))),
    Plant("MOD_AGE", "a child's modifier for a grown client", KINDS, line(modifiers=("HA",))),
    Plant("PLACE_VALID", "a place that is none", PROFESSIONAL, both(
        claim(facility_code="88"), context(lines={}, program=None))),
    Plant("OTP_SETTING", "the program's week at an office", (OTP,), both(
        claim(facility_code="11"), context(lines={}, program=None))),
    Plant("OTP_SETTING", "the office month in a program", (OTP,), both(
        line(procedure="G2086"), context(lines={}))),
    # ---- units and limits
    Plant("CODE_EQ_NOTE", "another code than was charged", KINDS, chart(code="90834")),
    Plant("CODE_EQ_NOTE", "a code of another service", THERAPY, both(
        line(procedure="H2011"), chart(code="H2011"))),
    Plant("UNITS_EQ_NOTE", "eight units for four", KINDS, chart(units=4)),
    Plant("UNITS_WHOLE", "half a unit", KINDS, _half),
    Plant("DATE_EQ_NOTE", "another day than the note's", KINDS,
          chart(service_date=date(2026, 2, 28))),
    Plant("TIME_BAND", "an hour for 52 minutes", THERAPY, chart(minutes=52)),
    Plant("TIME_PUBLISHED", "an hour for a minute by a table of one's own", THERAPY, both(
        chart(minutes=1), context(tables=ANY_MINUTE))),
    Plant("TIME_PUBLISHED", "a unit that was only begun", THERAPY, both(
        line(procedure="H0004"), chart(code="H0004", minutes=7))),
    Plant("UNIT_ROUNDING", "eight units of an hour", THERAPY, both(
        line(procedure="H0004", units=Decimal(8)), chart(code="H0004", units=8))),
    Plant("CLIENT_OVERLAP", "the client with two clinicians at once", KINDS, lambda c, x: chart(
        client_services=(OtherService(x.lines["L1"].started, x.lines["L1"].ended),))(c, x)),
    Plant("CLINICIAN_OVERLAP", "the clinician with two clients at once", KINDS,
          lambda c, x: chart(clinician_services=(
              OtherService(x.lines["L1"].started, x.lines["L1"].ended),))(c, x)),
    Plant("MUE_EXCEEDED", "more units than CMS takes as possible", KINDS, lambda c, x: (
        c, replace(x, unit_edits={c.lines[0].procedure: UnitEdit(c.lines[0].procedure, 0)}))),
    Plant("FREQ_LIMIT", "a second drug test of the day", KINDS, both(
        beside(procedure="80305", references=CLIA, revenue_code="0300"),
        billed("80306"),
        lambda c, x: (c, replace(x, billed=tuple(
            replace(b, service_date=c.lines[-1].service_from) for b in x.billed))))),
    Plant("OTP_WEEK_ONCE", "two weeks six days apart", (OTP,), both(
        billed("G2068", date(2026, 3, 8)))),
    Plant("OTP_EXCLUSIVE", "an office month beside", (OTP,), billed("G2086", date(2026, 3, 20))),
    Plant("IOP_WEEK_MIN", "eight hours in the week", (IOP,),
          context(program_minutes={date(2026, 3, 2): 480})),
    Plant("PHP_WEEK_MIN", "nineteen hours in the week", (PHP,),
          context(program_minutes={date(2026, 3, 2): 1140})),
    Plant("ATTENDANCE_PRESENT", "a no-show", KINDS, chart(attended=False)),
    Plant("GROUP_SIZE", "thirteen in the group", (GROUP,), chart(group_size=13)),
    Plant("GROUP_NOTE_INDIVIDUAL", "nothing of the client alone", (GROUP,),
          chart(individual_part=False)),
    # ---- bundling
    Plant("NCCI_PTP", "a pair that CMS keeps apart", KINDS, _pair),
    Plant("ADDON_HAS_BASE", "complexity alone", PROFESSIONAL, beside(
        procedure="90785", service_from=date(2026, 3, 19), service_to=date(2026, 3, 19))),
    Plant("PERDIEM_ONE_PER_DAY", "a day billed on another claim", INSTITUTIONAL,
          again(modifiers=("HF",))),
    Plant("PERDIEM_ONE_PER_DAY", "two units on one day", INSTITUTIONAL,
          both(line(units=Decimal(2)), chart(units=2))),
    Plant("PERDIEM_EXCLUSIVE", "another level of care on the day", (IOP, PHP),
          billed("H0018")),
    Plant("PERDIEM_EXCLUSIVE", "another level of care on the day", INPATIENT, billed("H0015")),
    Plant("PERDIEM_INCLUDES", "a group beside the day", INSTITUTIONAL, billed("90853")),
    # ---- people
    Plant("POS_MOD_TELEHEALTH", "video in the note only", CHARTED_P, chart(telehealth="video")),
    Plant("TELEHEALTH_PAIR", "a telehealth modifier at the office", CHARTED_P, both(
        line(modifiers=("95",)), chart(telehealth="video"))),
    Plant("POS_FITS_PROGRAM", "outpatient care in a residence", CHARTED_P, both(
        claim(facility_code="55"), context(lines={}))),
    Plant("CRED_FITS_CODE", "therapy by a peer", CHARTED_P, person(credential="CPS")),
    Plant("LICENSE_ACTIVE_DOS", "last year's license", KINDS,
          person(licenses=(LicenseFacts(*LAST_YEAR),))),
    Plant("PAYER_CREDENTIALED_DOS", "last year's enrollment", KINDS,
          person(enrollments=(EnrollmentFacts(*LAST_YEAR, payer_id="HRBR1"),))),
    Plant("SUPERVISOR_SIGNED", "nobody supervises", PROFESSIONAL, claim(supervising=None)),
    Plant("INCIDENT_TO_MET", "billed under somebody else's number", PROFESSIONAL,
          claim(rendering=SAM_PARTY)),
    Plant("LEIE_EXCLUDED", "an excluded renderer", KINDS, person(excluded=True)),
    # ---- authorization
    Plant("AUTH_PRESENT", "no number", KINDS, claim(authorization="")),
    Plant("AUTH_DATES", "ended last year", KINDS,
          nested("authorization", starts=LAST_YEAR[0], ends=LAST_YEAR[1])),
    Plant("AUTH_SCOPE", "for another code", KINDS, nested("authorization", codes=("T1016",))),
    Plant("AUTH_UNITS", "no unit left", KINDS, nested("authorization", remaining=0)),
    Plant("AUTH_UNITS", "more than a week allows", KINDS,
          nested("authorization", caps=(Cap("week", 0),))),
    Plant("AUTH_PROVIDER", "for another clinician", PROFESSIONAL,
          nested("authorization", rendering=SAM)),
    Plant("AUTH_PLACEMENT", "repeated at the line", PROFESSIONAL, line(authorization="A100")),
    Plant("AUTH_PLACEMENT", "at an institutional line", INSTITUTIONAL,
          line(authorization="B200")),
    # ---- chart
    Plant("NOTE_SIGNED", "an unsigned note", KINDS, chart(signed=False)),
    Plant("NOTE_COSIGNED", "no co-signature", KINDS, chart(cosigned=False)),
    Plant("START_STOP_TIME", "no times", CHARTED_P, chart(times_written=False)),
    Plant("PLAN_ACTIVE_COVERS_SERVICE", "no plan", CHARTED_P, context(plans=())),
    Plant("PLAN_SIGNED", "a plan that nobody signed", CHARTED_P,
          context(plans=(PlanFacts(date(2026, 1, 1), None, signed=False),))),
    Plant("CERT_CURRENT", "a certification that ran out", (IOP, PHP),
          context(certifications=(DatedFacts(*LAST_YEAR),))),
    Plant("LAB_ORDER", "a test that nobody ordered", PROFESSIONAL, both(
        line(procedure="80305", references=CLIA), chart(code="80305", ordered=False))),
    Plant("CLIA", "a test without the laboratory's number", PROFESSIONAL,
          both(line(procedure="80305"), chart(code="80305"))),
    Plant("PART2_CONSENT", "no consent", KINDS, context(consents=())),
    Plant("SERVICE_IN_EPISODE", "served before the admission", KINDS,
          context(episode=EpisodeFacts(date(2026, 3, 4), id=5))),
    Plant("DISCHARGE_DONE", "a discharge whose summary nobody signed", KINDS, lambda c, x: (
        c, replace(x, episode=EpisodeFacts(
            date(2026, 3, 1), c.lines[-1].service_to, c.patient_status, summary=False)))),
    Plant("DISCHARGE_DONE", "the last service of a stay that ended days later", KINDS,
          lambda c, x: (c, replace(x, episode=EpisodeFacts(
              date(2026, 3, 1), date(2026, 3, 31), c.patient_status, summary=False,
              last_service=c.statement_to or c.lines[-1].service_to)))),
    # ---- institutional
    Plant("TOB_VALID", "a type of bill that is none", INSTITUTIONAL, claim(facility_code="99")),
    Plant("TOB_VALID", "a hospital's bill for intensive outpatient", (IOP,),
          claim(facility_code="14")),
    Plant("TOB_FREQ_STATUS", "a final bill of somebody who is still there", INPATIENT,
          claim(frequency="1", patient_status="30")),
    Plant("TOB_FREQ_STATUS", "an interim bill of somebody who went home", INSTITUTIONAL,
          claim(frequency="3", patient_status="01")),
    Plant("TOB_FREQ_STATUS", "another status than the discharge's", (DETOX,),
          claim(patient_status="07")),
    Plant("PATIENT_STATUS", "no patient status", INSTITUTIONAL, claim(patient_status="")),
    Plant("ADMIT_DATE_TYPE", "no admission", INPATIENT, claim(admission_date=None)),
    Plant("ADMIT_DATE_TYPE", "a type of admission that is none", INSTITUTIONAL,
          claim(admission_type="8")),
    Plant("DISCHARGE_HOUR", "no hour of discharge", (DETOX,), claim(discharge_time="")),
    Plant("ATTENDING_PRESENT", "nobody attends", INSTITUTIONAL, claim(attending=None)),
    Plant("ADMITTING_DX", "no admitting diagnosis", (DETOX,), lambda c, x: (
        replace(c, diagnoses=tuple(d for d in c.diagnoses if d.qualifier != "ABJ")), x)),
    Plant("ADMITTING_DX", "two principal diagnoses", INSTITUTIONAL, lambda c, x: (
        replace(c, diagnoses=(*c.diagnoses, Diagnosis("ABK", "F1120"))), replace(x, lines={}))),
    Plant("REV_HCPCS_PAIR", "a group's revenue code", INSTITUTIONAL, line(revenue_code="0915")),
    Plant("DATES_IN_STATEMENT", "a line outside of the statement", INSTITUTIONAL, lambda c, x: (
        replace(c, statement_from=c.statement_from + timedelta(days=1)), x)),
    Plant("MONTH_SPAN", "into April", (IOP, PHP, RESIDENTIAL), claim(
        statement_to=date(2026, 4, 1))),
    Plant("COND_CODE", "Medicare without 92", (IOP,), subscriber(filing_indicator="MA")),
    Plant("COND_CODE", "Medicare without 41", (PHP,), subscriber(filing_indicator="MA")),
    Plant("COND_CODE", "41 with 92", INSTITUTIONAL, lambda c, x: (
        replace(c, codes=(ClaimCode("BG", "41"), ClaimCode("BG", "92"))), x)),
    # ---- claim
    Plant("CLAIM_ID", "twenty-one characters", KINDS, claim(claim_id="C" * 21)),
    Plant("CHARGE_SUM", "a cent off", KINDS, claim(charge=1)),
    Plant("LINE_COUNT", "no line", KINDS, claim(lines=(), charge=0)),
    Plant("FUTURE_DOS", "a service tomorrow", KINDS, context(today=date(2026, 2, 27))),
    Plant("DUP_EXACT", "billed before", KINDS, again()),
    Plant("DUP_SUSPECT", "billed before with a modifier", (OUTPATIENT, GROUP),
          again(modifiers=("HE",))),
    Plant("SERVICE_SPAN", "ends before it begins", KINDS, lambda c, x: line(
        service_to=c.lines[0].service_from - timedelta(days=1))(c, x)),
    Plant("TIMELY_FILING", "ninety-one days later", KINDS, _late),
    Plant("FREQ78_NEEDS_F8", "a replacement of nothing", KINDS, claim(frequency="7")),
    Plant("CONTRACT_RATE_ON_FILE", "no rate for the code", KINDS,
          context(rates=(Term(TermKind.FEE, 1, starts=date(2026, 1, 1), code="T9999"),))),
)  # fmt: skip

NEAR = (
    Plant("TIME_PUBLISHED", "an hour for 53 minutes by a table of one's own", THERAPY, both(
        chart(minutes=53), context(tables=ANY_MINUTE))),
    Plant("NPI_TYPE", "the center's own NPI at the center", KINDS, billing(id="1234567893")),
    Plant("TAX_ID_PRESENT", "a social security number", KINDS,
          billing(references=(Reference("SY", "123456789"),))),
    Plant("TIN_NPI_ENROLLED", "an enrollment for any payer", KINDS,
          context(billing_enrollments=(EnrollmentFacts(),))),
    Plant("ELIG_ACTIVE", "a payer that did not say", KINDS, nested("eligibility", is_active=None)),
    Plant("ELIG_STALE", "asked a month before", KINDS, lambda c, x: nested(
        "eligibility", checked_on=c.lines[0].service_from - timedelta(days=30))(c, x)),
    Plant("NAME_DOB_EQ_271", "a name in capitals", KINDS,
          nested("eligibility", last_name="COLE", first_name="CLARA")),
    Plant("PAYER_ROUTE_CARVEOUT", "the carve-out payer itself", KINDS,
          nested("eligibility", carve_out_id="HRBR1")),
    Plant("COB_ORDER", "a first payer alone", KINDS, subscriber(payer_sequence="P")),
    Plant("CROSSOVER_AWAITED", "answered and not forwarded", KINDS,
          context(earlier=replace(_FORWARDED, forwarded=False))),
    Plant("CROSSOVER_AWAITED", "forwarded a month and a day ago", KINDS,
          lambda c, x: context(earlier=replace(
              _FORWARDED, answered_on=x.today - timedelta(days=31)))(c, x)),
    Plant("TIMELY_FILING", "late by its services, and not by the earlier payer's answer", KINDS,
          both(_late, context(earlier=EarlierPayer("Blue", date(2026, 5, 30))))),
    Plant("MEDICAID_LAST", "Medicaid alone", KINDS, subscriber(filing_indicator="MC")),
    Plant("COB_BALANCED", "every cent accounted for", PROFESSIONAL, _adjudicated(10_000, 8_000)),
    Plant("COB_BALANCED", "every cent accounted for", INSTITUTIONAL, _adjudicated(10_000, 40_000)),
    Plant("DX_TWICE", "two of one family", (OUTPATIENT,), diagnoses("F331", "F4310", "F411")),
    Plant("DX_PRIMARY_ALLOWED", "homelessness second", KINDS, diagnoses("F1020", "Z5900")),
    Plant("DX_FITS_PROGRAM", "depression first, alcohol second", INSTITUTIONAL,
          diagnoses("F331", "F1020")),
    Plant("PROC_VALID_DOS", "a code of which nobody knows the days", (OUTPATIENT,), both(
        line(procedure="T9999"), context(lines={}, rates=None))),
    Plant("MOD_VALID", "four that go together", KINDS, line(modifiers=("HF", "HO", "U1", "GO"))),
    Plant("MOD_REQUIRED", "peer support in a group with HQ", (GROUP,), both(
        line(procedure="H0038", modifiers=("HQ",)),
        chart(code="H0038", minutes=None, service="peer_support"),
        person(credential="CPS"), context(rates=None))),
    Plant("MOD_AGE", "a grown client's modifier", KINDS, line(modifiers=("HB",))),
    Plant("PLACE_VALID", "a school", (OUTPATIENT,), both(
        claim(facility_code="03"), chart(place_of_service="03"),
        lambda c, x: (replace(c, lines=c.lines[:1], charge=c.lines[0].charge), x))),
    Plant("OTP_SETTING", "the office month at an office", (OUTPATIENT,), both(
        line(procedure="G2086"), context(lines={}, rates=None))),
    Plant("UNIT_ROUNDING", "four units of an hour", THERAPY, both(
        line(procedure="H0004", units=Decimal(4)),
        chart(code="H0004", units=4, service="sud_individual"),
        context(rates=None))),
    Plant("UNITS_WHOLE", "one unit written 1.0", KINDS, line(units=Decimal("1.0"))),
    Plant("MUE_EXCEEDED", "as many as CMS takes as possible", KINDS, lambda c, x: (
        c, replace(x, unit_edits={c.lines[0].procedure: UnitEdit(c.lines[0].procedure, 1)}))),
    Plant("FREQ_LIMIT", "a drug test the day after another", PROFESSIONAL, both(
        beside(procedure="80305", references=CLIA), context(rates=None),
        lambda c, x: billed("80306", c.lines[-1].service_from - timedelta(days=1))(c, x))),
    Plant("OTP_WEEK_ONCE", "a week right before", (OTP,), billed("G2068", date(2026, 2, 23))),
    Plant("OTP_EXCLUSIVE", "an office month the month before", (OTP,),
          billed("G2086", date(2026, 2, 20))),
    Plant("IOP_WEEK_MIN", "nine hours in the week", (IOP,),
          context(program_minutes={date(2026, 3, 2): 540})),
    Plant("IOP_WEEK_MIN", "a week that is not over", (IOP,),
          context(program_minutes={}, today=date(2026, 3, 6))),
    Plant("PHP_WEEK_MIN", "a payer that asks for less", (PHP,), context(
        program_minutes={date(2026, 3, 2): 960}, policies={"php_week_minutes": 960})),
    Plant("ATTENDANCE_PRESENT", "an attendance that is not known", KINDS, chart(attended=None)),
    Plant("GROUP_SIZE", "twelve in the group", (GROUP,), chart(group_size=12)),
    Plant("GROUP_SIZE", "fifteen where the payer takes them", (GROUP,), both(
        chart(group_size=15), context(policies={"group_most": 15}))),
    Plant("GROUP_NOTE_INDIVIDUAL", "individual therapy has no such part", (OUTPATIENT,),
          chart(individual_part=False)),
    Plant("PERDIEM_ONE_PER_DAY", "the day before", INSTITUTIONAL,
          lambda c, x: again(service_date=c.lines[0].service_from - timedelta(days=1))(c, x)),
    Plant("PERDIEM_EXCLUSIVE", "another level of care the day before", INPATIENT,
          billed("H0015", date(2026, 2, 28))),
    Plant("PERDIEM_INCLUDES", "a medical visit beside the day", INSTITUTIONAL, billed("99213")),
    Plant("POS_FITS_PROGRAM", "telehealth", (OUTPATIENT,), both(
        claim(facility_code="10"), line(modifiers=("95",)), context(lines={}),
        lambda c, x: (replace(c, lines=c.lines[:1], charge=c.lines[0].charge), x))),
    Plant("INCIDENT_TO_MET", "documented conditions", PROFESSIONAL, both(
        claim(rendering=SAM_PARTY),
        lambda c, x: (c, replace(x, lines={
            k: replace(v, incident_to=True) for k, v in x.lines.items()})))),
    Plant("LEIE_EXCLUDED", "a renderer whom nobody looked up", KINDS, person(excluded=None)),
    Plant("PLAN_SIGNED", "one of two plans is signed", CHARTED_P, context(
        plans=(PlanFacts(signed=False), PlanFacts(signed=True)))),
    Plant("CERT_CURRENT", "certifications that are not known", (IOP, PHP),
          context(certifications=None)),
    Plant("LAB_ORDER", "a test that was ordered", PROFESSIONAL, both(
        line(procedure="80305", references=CLIA), chart(code="80305", service=None),
        context(rates=None))),
    Plant("CLIA", "the laboratory's number on the claim", PROFESSIONAL, both(
        line(procedure="80305"), claim(references=CLIA), chart(code="80305", service=None),
        context(rates=None))),
    Plant("SERVICE_IN_EPISODE", "served on the day of admission", (OUTPATIENT,),
          context(episode=EpisodeFacts(date(2026, 3, 2)))),
    Plant("DISCHARGE_DONE", "a bill before the discharge", (IOP, PHP, RESIDENTIAL),
          context(episode=EpisodeFacts(date(2026, 3, 1), date(2026, 3, 15), "01", summary=False,
                                       last_service=date(2026, 3, 14)))),
    Plant("TOB_VALID", "a level of care of which nobody knows the bills", INSTITUTIONAL,
          context(program=ProgramFacts("XYZ"))),
    Plant("TOB_FREQ_STATUS", "outpatients who come again", (IOP, PHP), claim(patient_status="30")),
    Plant("PATIENT_STATUS", "left against advice", (DETOX,), both(
        claim(patient_status="07"), nested("episode", status="07"))),
    Plant("ADMIT_DATE_TYPE", "admitted on the first day", INPATIENT, lambda c, x: (
        replace(c, admission_date=c.statement_from),
        replace(x, episode=replace(x.episode, admitted_on=c.statement_from)))),
    Plant("DISCHARGE_HOUR", "an interim bill", (RESIDENTIAL,), claim(frequency="3")),
    Plant("ATTENDING_PRESENT", "a professional claim", PROFESSIONAL, claim(attending=None)),
    Plant("ADMITTING_DX", "outpatients have none", (IOP, PHP), claim(frequency="1")),
    Plant("REV_HCPCS_PAIR", "the other revenue code of the code", (IOP,),
          line(revenue_code="0905")),
    Plant("DATES_IN_STATEMENT", "a statement longer than its lines", (IOP, PHP),
          claim(statement_to=date(2026, 3, 31))),
    Plant("MONTH_SPAN", "the whole month", (IOP, PHP),
          claim(statement_from=date(2026, 3, 1), statement_to=date(2026, 3, 31))),
    Plant("COND_CODE", "Medicare with 92", (IOP,), both(
        subscriber(filing_indicator="MA"), claim(codes=(ClaimCode("BG", "92"),)))),
    Plant("DUP_SUSPECT", "the same code on another day", KINDS,
          lambda c, x: again(service_date=c.lines[0].service_from - timedelta(days=9))(c, x)),
    Plant("SERVICE_SPAN", "three days of a stay on one line", (RESIDENTIAL,), lambda c, x: (
        replace(c, lines=(replace(c.lines[0], service_to=date(2026, 3, 4), units=Decimal(3),
                                  charge=c.charge),)),
        replace(x, lines={}))),
    Plant("CONTRACT_RATE_ON_FILE", "a payer without a contract", KINDS, context(rates=None)),
)  # fmt: skip
