"""Each reason not to pay a line: what causes it, and that its cure is paid."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest

from carethread.sandbox.payer.books import Member, Payer, Rate, Span
from carethread.sandbox.payer.refuse import RULES, Denial, PastLine, Service, refusal
from carethread.x12.claim import Claim, ClaimCode, Diagnosis
from tests.sandbox import office
from tests.sandbox.office import ADA, DAY, HARBOR, NORA, SAM

ROSTER = HARBOR.roster


@dataclass
class Case:
    """What the payer believes, what is sent, and what it answers to that."""

    name: str
    denial: str
    payer: Payer = HARBOR
    member: Member = ADA
    claim: Claim = field(default_factory=office.claim)
    past: tuple[PastLine, ...] = ()
    received: date = DAY


def past(**changes: Any) -> PastLine:
    return replace(PastLine(DAY, "90834", NORA, 1, 0), **changes)


def with_(**changes: Any) -> Payer:
    return replace(HARBOR, **changes)


def benefit(**changes: Any) -> Payer:
    return with_(benefit=replace(HARBOR.benefit, **changes))


def policy(**changes: Any) -> Payer:
    return with_(policy=replace(HARBOR.policy, **changes))


def member(**changes: Any) -> Member:
    return replace(ADA, **changes)


AWAY = (ClaimCode("BI", "74", DAY - timedelta(days=4), DAY),)
KEEPS_BEDS = replace(
    office.facility(),
    rates=(*office.facility().rates, Rate("H0018", 25_000, revenue_code="0183")),
    policy=replace(HARBOR.policy, kept_beds=("0183",)),
)

CASES = [
    Case("coverage begins after the service", "CO-26",
         member=member(coverage=Span(DAY + timedelta(days=1)))),
    Case("coverage ended before the service", "CO-27",
         member=member(coverage=Span(None, DAY - timedelta(days=1)))),
    Case("behavioral care is carved out", "CO-109", member=member(carved_out_to="QWBH5")),
    Case("another payer comes first", "CO-22", member=member(first_payer="Larchfield")),
    Case("the filing limit has passed", "CO-29", received=DAY + timedelta(days=91)),
    Case("the same service was paid before", "OA-18", past=(past(),)),
    Case("the renderer is on no roster", "CO-208", payer=with_(roster=ROSTER[1:])),
    Case("the renderer was enrolled later", "CO-B7",
         payer=with_(roster=(replace(ROSTER[0], days=Span(DAY + timedelta(days=1))),))),
    Case("the renderer may not render this", "CO-185",
         payer=with_(roster=(replace(ROSTER[0], codes=("90791",)),))),
    Case("the renderer's taxonomy is another", "CO-8",
         claim=office.claim(rendering=office.renderer(NORA, "103TC0700X"))),
    Case("the renderer has no taxonomy", "CO-16",
         claim=office.claim(rendering=office.renderer(NORA, ""))),
    Case("the center is outside of the member's network", "CO-242",
         member=member(excluded_npis=(NORA,))),
    Case("telehealth at home without its modifier", "CO-4",
         claim=office.claim(line={"place_of_service": "10"})),
    Case("a telehealth modifier in the office", "CO-5",
         claim=office.claim(line={"modifiers": ("95",)})),
    Case("a modifier that this payer wants of social workers", "CO-4",
         payer=policy(modifiers={"LCSW": "AJ"})),
    Case("a second individual session on the day", "CO-236", past=(past(code="90837"),)),
    Case("a diagnosis that the payer's table lacks", "CO-146",
         payer=policy(unknown_diagnoses=("F411",))),
    Case("a diagnosis that the plan excludes", "CO-167",
         payer=benefit(excluded_diagnoses=("F41",))),
    Case("a diagnosis that does not support therapy", "CO-11",
         claim=office.claim(diagnoses=(Diagnosis("ABK", "F419"),))),
    Case("a code that the plan excludes", "CO-204", payer=benefit(excluded_codes=("90834",))),
    Case("a code without a rate", "CO-147", payer=with_(rates=HARBOR.rates[1:])),
    Case("no authorization", "CO-197", payer=office.authorized(member_id="somebody else")),
    Case("an authorization number that is not the payer's", "CO-15",
         payer=office.authorized(), claim=office.claim(authorization="1A")),
    Case("an authorization that was refused", "CO-39",
         payer=office.authorized(refused=True), claim=office.claim(authorization="A1")),
    Case("an authorization for another service", "CO-284",
         payer=office.authorized(codes=("90837",)), claim=office.claim(authorization="A1")),
    Case("an authorization for another clinician", "CO-296",
         payer=office.authorized(npi=SAM), claim=office.claim(authorization="A1")),
    Case("an authorization asked for too late", "CO-210",
         payer=office.authorized(requested_on=DAY + timedelta(days=3)),
         claim=office.claim(authorization="A1")),
    Case("an authorization that has run out of time", "CO-302",
         payer=office.authorized(days=Span(None, DAY - timedelta(days=1))),
         claim=office.claim(authorization="A1")),
    Case("an authorization without units left", "CO-198",
         payer=office.authorized(units=1), claim=office.claim(authorization="A1"),
         past=(past(service_date=DAY - timedelta(days=7), authorization="A1"),)),
    Case("a facility's claim whose attending the payer does not know", "CO-16",
         payer=office.facility(), claim=office.days(attending=office.renderer("1999900990", "X"))),
    Case("a facility's claim without an attending", "CO-16",
         payer=office.facility(), claim=office.days(attending=None)),
    Case("an interim bill of somebody who has left", "CO-16",
         payer=office.facility(), claim=office.nights(patient_status="01")),
    Case("a final bill of somebody who is still there", "CO-16",
         payer=office.facility(), claim=office.nights(frequency="4")),
    Case("a stay without a patient status", "CO-16",
         payer=office.facility(), claim=office.nights(patient_status="")),
    Case("a day's code under another revenue code", "CO-199",
         payer=replace(office.facility(), rates=office.facility().rates[:-2]),
         claim=office.days(line={"revenue_code": "0905"})),
    Case("a night on leave as one in the house", "CO-78",
         payer=office.facility(), claim=office.nights(codes=AWAY)),
    Case("a bed that the payer does not keep", "CO-78",
         payer=replace(KEEPS_BEDS, policy=HARBOR.policy),
         claim=office.nights(codes=AWAY, line={"revenue_code": "0183"})),
    Case("a bed kept during no leave that the claim tells", "CO-16", payer=KEEPS_BEDS,
         claim=office.nights(line={"revenue_code": "0183"})),
    Case("a plan whose behavioral care is another payer's", "CO-109",
         payer=replace(office.facility(), policy=replace(HARBOR.policy, carved_out_to="QRBH7")),
         claim=office.days()),
    Case("a second weekly bundle in seven days", "CO-119",
         payer=policy(weekly_codes=("90834",)), past=(past(service_date=DAY - timedelta(days=6)),)),
    Case("the year's visits are used up", "CO-119", payer=benefit(visits_a_year=20),
         member=member(visits_used=20)),
    Case("a second session in the week", "CO-151", payer=benefit(visits_a_week=1),
         past=(past(service_date=DAY - timedelta(days=2)),)),
]  # fmt: skip


def asked(case: Case) -> Denial | None:
    line = case.claim.lines[0]
    return refusal(Service(case.payer, case.member, case.claim, line, case.received, case.past))


def test_a_weekly_bundle_is_paid_again_after_seven_days():
    week = policy(weekly_codes=("90834",))
    before = past(service_date=DAY - timedelta(days=7))

    assert asked(Case("week", "", payer=week, past=(before,))) is None


def test_a_bed_that_the_payer_keeps_is_paid_for_the_nights_that_the_claim_tells():
    kept = office.nights(codes=AWAY, line={"revenue_code": "0183"})

    assert asked(Case("kept", "", payer=KEEPS_BEDS, claim=kept)) is None


FACILITY_CLAIMS = [
    office.days(),
    office.nights(),
    office.nights(frequency="1", patient_status="01"),
    office.nights(frequency="7", original_reference="X"),
]


@pytest.mark.parametrize("sent", FACILITY_CLAIMS)
def test_a_clean_facility_claim_is_refused_for_no_reason(sent: Claim):
    assert asked(Case("clean", "", payer=office.facility(), claim=sent)) is None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_service_is_refused_for_its_reason(case: Case):
    denial = asked(case)

    assert denial is not None
    assert f"{denial.group}-{denial.reason}" == case.denial


def test_a_clean_service_is_refused_for_no_reason():
    assert asked(Case("clean", "")) is None


def test_every_rule_has_a_case_that_it_alone_refuses():
    """With the rule taken out, each of its cases is paid: no other rule stands in for it."""
    spoken = {case.name: [rule for rule in RULES if rule(_service(case))] for case in CASES}

    assert {
        name: [r.__name__ for r in rules] for name, rules in spoken.items() if len(rules) != 1
    } == {}
    assert {rule for rules in spoken.values() for rule in rules} == set(RULES)


def _service(case: Case) -> Service:
    return Service(
        case.payer, case.member, case.claim, case.claim.lines[0], case.received, case.past
    )


CURES = [
    ("the specific diagnosis", "CO-11", office.claim()),
    ("the right number", "CO-15", office.claim(authorization="A1")),
    ("the modifier", "CO-4", office.claim(line={"place_of_service": "10", "modifiers": ("95",)})),
    ("no modifier in the office", "CO-5", office.claim()),
    ("the taxonomy on file", "CO-8", office.claim()),
]


@pytest.mark.parametrize(("name", "denial", "cured"), CURES)
def test_what_is_cured_on_our_side_is_paid(name: str, denial: str, cured: Claim):
    case = next(case for case in CASES if case.denial == denial)

    assert asked(case) is not None
    assert asked(replace(case, claim=cured)) is None


def test_a_late_correction_is_in_time_where_its_original_was():
    late = office.claim(frequency="7", original_reference="X")

    assert asked(Case("late", "", claim=late, received=DAY + timedelta(days=200))) is None


def test_a_refused_service_may_be_sent_again():
    assert asked(Case("again", "", past=(past(refused=True),))) is None


def test_the_payer_finds_the_authorization_by_itself_where_the_claim_names_none():
    assert asked(Case("unnamed", "", payer=office.authorized())) is None
