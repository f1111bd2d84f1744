"""A 271 gathered into what people ask of it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from carethread.codes import eligibility as codes
from carethread.x12.benefits import Allowance, Answer, CostShare, Coverage, Limit, Scope, gather
from carethread.x12.eligibility import Benefit, Delivery, Entity, Rejection, Related
from carethread.x12.show import show
from tests.x12 import make
from tests.x12 import make_eligibility as eligible
from tests.x12.test_samples import SAMPLES


def about(*benefits: Benefit) -> Coverage:
    [coverage] = gather(eligible.response(eligible.subscriber(benefits=benefits))).coverages
    return coverage


FULL = about(*eligible.benefits())


def test_the_plan_is_in_force_under_its_name() -> None:
    assert FULL.status == "active"
    [plan] = FULL.plans
    assert (plan.name, plan.insurance_type) == ("GOLD 123 PLAN", "PR")
    assert plan.dates == (eligible.PLAN_YEAR,)
    assert plan.references[0].description == "HARBOR WORKS"


def test_a_deductible_has_its_total_and_what_is_left_by_person_and_network() -> None:
    assert FULL.deductibles == (
        Allowance(Scope(("30",), "", "IND", "Y"), "23", 150_000, 42_050),
        Allowance(Scope(("30",), "", "FAM", "Y"), "23", 300_000),
        Allowance(Scope(("30",), "", "IND", "N"), "23", 500_000),
    )
    assert FULL.out_of_pocket == (
        Allowance(Scope(("30",), "", "IND", "Y"), "23", 600_000, 512_345),
    )


def test_what_is_left_comes_to_its_total_though_the_payer_groups_services_otherwise() -> None:
    coverage = about(
        Benefit("C", "IND", ("MH", "AI", "98"), period="23", amount=50_000),
        Benefit("C", "IND", ("MH",), period="29", amount=10_000),
        Benefit("C", "IND", ("98", "AI"), period="29", amount=20_000),
        Benefit("C", "IND", ("98",), period="24", amount=30_000),
    )
    assert coverage.deductibles == (
        Allowance(Scope(("MH",), "", "IND"), "23", 50_000, 10_000),
        Allowance(Scope(("AI",), "", "IND"), "23", 50_000, 20_000),
        Allowance(Scope(("98",), "", "IND"), "23", 50_000, 20_000, 30_000),
    )


def test_a_visit_costs_what_its_service_and_network_say_and_nothing_is_not_unknown() -> None:
    assert FULL.copays == (
        CostShare(Scope(("MH", "98"), "", "IND", "Y"), 2_500, None, "27"),
        CostShare(Scope(("UC",), "", "IND", "Y"), 0, None, "27"),
    )
    assert [(c.scope.services, c.scope.network, c.percent) for c in FULL.coinsurance] == [
        (("MH",), "N", Decimal("0.4")),
        (("A7",), "Y", Decimal("0.2")),
    ]


def test_limits_are_counted_in_visits_days_and_money() -> None:
    assert FULL.limits == (
        Limit(Scope(("MH",), "", "IND"), "visits", "22", Decimal(30), Decimal(12)),
    )
    coverage = about(
        Benefit("F", "IND", ("A7",), period="23", quantity_qualifier="DY", quantity=Decimal(45)),
        Benefit("F", "IND", ("A7",), period="32", quantity_qualifier="DY", quantity=Decimal(190)),
        Benefit("F", "IND", ("A7",), period="33", quantity_qualifier="DY", quantity=Decimal(88)),
        Benefit("F", "IND", ("A7",), period="23", amount=1_000_000),
        Benefit("F", "IND", ("A7",), period="29", amount=400_000),
        Benefit("F", service_types=("MH",), deliveries=(Delivery("VS", Decimal(1), "WK"),)),
    )
    assert coverage.limits == (
        Limit(Scope(("A7",), "", "IND"), "days", "23", Decimal(45)),
        Limit(Scope(("A7",), "", "IND"), "days", "32", Decimal(190), Decimal(88)),
        Limit(Scope(("MH",)), "visits", "WK", Decimal(1)),
    )
    assert coverage.money_limits == (
        Allowance(Scope(("A7",), "", "IND"), "23", 1_000_000, 400_000),
    )


def test_authorization_is_yes_no_unknown_junk_or_unsaid() -> None:
    assert FULL.needs_authorization("98") == "N"
    assert FULL.needs_authorization("A7") == "Y"
    assert FULL.needs_authorization("AI") == ""
    [by_procedure] = [a for a in FULL.authorizations if a.scope.procedure]
    assert (by_procedure.scope.procedure, by_procedure.answer) == ("90837", "U")
    coverage = about(
        Benefit("1", service_types=("MH", "AI"), authorization="N"),
        Benefit("B", service_types=("MH",), amount=0, authorization="Y"),
        Benefit("1", service_types=("A8",), authorization="*", network="?"),
    )
    assert [coverage.needs_authorization(s) for s in ("MH", "AI", "A8")] == ["Y", "N", "*"]
    assert coverage.plans[1].scope.network == "?"


def test_whoever_answers_in_the_payers_place_is_found_with_a_telephone() -> None:
    contact, other = FULL.elsewhere
    assert (contact.kind, contact.entity.name) == ("contact", "QUIET MIND BEHAVIORAL")
    assert contact.scope.services == ("MH", "AI")
    assert contact.entity.contacts[0].first("TE") == "8005550199"
    assert (other.kind, other.entity.role, other.entity.name) == (
        "other_payer", "PRP", "FIRST PAYER",
    )  # fmt: skip
    assert [(r.qualifier, r.value) for r in other.references] == [("1L", "P55")]


def test_a_carved_out_service_is_covered_by_an_administrator_and_a_doctor_is_none() -> None:
    doctor = Related((Entity("P3", "1", "OAK", "LEE"),))
    coverage = about(
        Benefit("1", service_types=("MH",), related=(eligible.behavioral_administrator(),)),
        Benefit("1", service_types=("98",), related=(doctor,)),
    )
    [administrator] = coverage.elsewhere
    assert (administrator.kind, administrator.entity.id) == ("administrator", "QM001")
    assert administrator.scope.services == ("MH",)


def test_a_service_is_covered_by_its_own_line_or_else_by_the_plans() -> None:
    coverage = about(
        Benefit("1", service_types=("30",)),
        Benefit("6", service_types=("AI",)),
        Benefit("I", service_types=("64",)),
    )
    found = [coverage.is_active(s) for s in ("30", "MH", "AI", "64")]
    assert found == [True, True, False, False]
    assert about(Benefit("6", service_types=("30",))).status == "inactive"
    assert about(Benefit("D", plan="WORDS")).is_active() is None


def test_every_refusal_says_in_plain_words_what_to_mend() -> None:
    _, child = gather(eligible.response()).coverages
    assert (child.patient.first_name, child.status) == ("BEN", "rejected")
    assert [(r.level, r.code, r.about, r.again) for r in child.rejections] == [
        ("dependent", "58", "birth_date", "corrected"),
        ("dependent", "71", "birth_date", "corrected"),
    ]
    assert child.rejections[0].cure == "Compare it with the card or an identity paper."


def test_a_whole_request_may_be_refused_at_every_level_above_the_patient() -> None:
    response = eligible.response()
    [source] = response.sources
    receiver = replace(
        source.receivers[0],
        entity=eligible.provider(rejections=(Rejection("Y", "51", "C"),)),
        subscribers=(),
    )
    refused = replace(
        source,
        entity=eligible.payer(rejections=(Rejection("Y", "42", "R"),)),
        receivers=(receiver,),
        rejections=(Rejection("N", "79", "N"),),
    )
    answer: Answer = gather(replace(response, sources=(refused,)))
    assert answer.coverages == ()
    assert [(r.level, r.about, r.again) for r in answer.rejections] == [
        ("request", "request", "never"),
        ("payer", "payer", "unchanged"),
        ("provider", "provider", "corrected"),
    ]


def test_a_code_that_nobody_knows_is_kept_and_never_guessed() -> None:
    line = Benefit(
        "QQ", service_types=("ZZ",), network="?", rejections=(Rejection("Y", "00", "9"),)
    )
    coverage = about(line)
    assert coverage.others == (line,)
    [refusal] = coverage.rejections
    assert (refusal.code, refusal.action, refusal.words) == (
        "00", "9", codes.UNKNOWN_REASON.words,
    )  # fmt: skip


def test_no_line_vanishes() -> None:
    lines = (
        Benefit("C", service_types=("MH",), messages=("SEE THE BOOKLET",)),
        Benefit("F", service_types=("MH",)),
        Benefit("U", service_types=("MH",)),
        Benefit("R"),
    )
    assert about(*lines).others == lines
    assert [r.text for r in about(*lines).remarks] == ["SEE THE BOOKLET"]
    assert [r.text for r in FULL.remarks] == ["VISITS ARE COUNTED WITH OUTPATIENT SUBSTANCE USE"]


PROVIDER, DATES = ("41", "43", "51"), ("56", "57", "60", "61", "62", "63")
MEMBER = ("42", "58", "64", "71", "72", "73", "75", "76")


@pytest.mark.parametrize("code", PROVIDER + DATES + MEMBER)
def test_every_reason_that_matters_has_words_and_a_cure(code: str) -> None:
    reason = codes.reject_reason(code)
    assert reason is not codes.UNKNOWN_REASON
    assert reason.cure.endswith(".")
    expected = {
        "42": "payer", "41": "provider", "43": "provider", "51": "provider", "58": "birth_date",
        "71": "birth_date", "64": "subscriber", "72": "subscriber", "73": "subscriber",
        "75": "subscriber", "76": "duplicate",
    }  # fmt: skip
    assert reason.about == expected.get(code, "dates")


def test_the_list_of_service_types_has_the_behavioral_ones() -> None:
    behavioral = {
        "30",
        "98",
        "MH",
        "AI",
        "A4",
        "A6",
        "A7",
        "A8",
        "UC",
        "CE",
        "CF",
        "CG",
        "CH",
        "CI",
    }
    assert behavioral | {"CJ", "BB", "BC", "RT"} <= set(codes.service_types())
    assert len(codes.service_types()) >= 175


def test_the_json_of_a_271_has_the_answer_beside_its_lines() -> None:
    [shown] = show(make.written(eligible.response()))
    anna, ben = shown["answer"]["coverages"]
    assert (shown["type"], anna["status"], ben["status"]) == ("271", "active", "rejected")
    first = anna["deductibles"][0]
    assert (first["total"], first["remaining"], first["used"]) == ("1500.00", "420.50", None)
    assert first["scope"] == {
        "services": ["30"], "procedure": "", "level": "IND", "network": "Y",
    }  # fmt: skip
    assert anna["limits"][0]["remaining"] == "12"
    assert anna["coinsurance"][0]["percent"] == "0.4"
    line = shown["sources"][0]["receivers"][0]["subscribers"][0]["benefits"][7]
    assert (line["benefit"], line["service_types"], line["amount"]) == (
        "B", ["MH", "98"], "25.00",
    )  # fmt: skip


@pytest.mark.samples
@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"{SAMPLES} is not on this machine")
def test_a_public_answer_says_ten_dollars_in_the_network_and_thirty_out_of_it() -> None:
    name = "271/linuxforhealth--dependent-health-benefit-check.edi"
    [shown] = show((SAMPLES / name).read_bytes())
    [mary] = shown["answer"]["coverages"]
    assert [(c["amount"], c["scope"]["network"]) for c in mary["copays"]] == [
        ("10.00", "Y"),
        ("30.00", "N"),
    ]
    assert mary["patient"]["first_name"] == "MARY"
