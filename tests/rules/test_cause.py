"""Why a payer did not pay, who can cure it, and what counts as a denial."""

import re

import pytest

from carethread.codes.adjustments import reasons, remarks
from carethread.codes.roles import Role
from carethread.rules.cause import cause

# CARC, category, owner: the map of root causes that the worklists and dashboards rest on.
ROOT_CAUSES = """
1 patient biller, 2 patient biller, 3 patient intake, 4 coding biller, 5 coding biller,
8 credential administrator, 11 dx_mismatch clinician, 15 auth_invalid utilization,
16 data biller, 18 duplicate biller, 22 cob intake, 23 cob biller, 24 routing biller,
26 eligibility intake, 27 eligibility intake, 29 timely biller, 31 eligibility intake,
39 auth_denied utilization, 45 contractual administrator, 50 med_nec utilization,
59 bundling biller, 96 non_covered intake, 97 bundling biller, 109 routing intake,
119 benefit intake, 146 dx_invalid clinician, 147 contract administrator,
150 documentation clinician, 151 med_nec utilization, 163 documentation biller,
167 dx_noncovered clinician, 181 coding biller, 185 credential administrator,
186 auth_scope utilization, 193 appeal utilization, 197 auth_missing utilization,
198 auth_exceeded utilization, 199 coding biller, 204 non_covered intake,
208 credential administrator, 210 auth_late utilization, 222 auth_exceeded utilization,
226 documentation biller, 227 cob intake, 231 bundling biller, 236 bundling biller,
242 network intake, 252 documentation biller, 253 contractual biller, 267 coding biller,
272 med_nec utilization, 284 auth_scope utilization, 296 auth_scope utilization,
300 routing biller, 301 routing intake, 302 auth_expired utilization,
B7 credential administrator, B12 documentation clinician, B15 bundling biller
"""
ROWS = [row.split() for row in ROOT_CAUSES.replace("\n", " ").strip().split(",")]
NO_DENIALS = {"1", "2", "3", "23", "45", "253", "300"}


@pytest.mark.parametrize(("reason", "category", "owner"), ROWS)
def test_a_reason_has_category_owner_words_and_cure(reason: str, category: str, owner: str) -> None:
    found = cause("CO", reason)
    assert (found.category, found.owner.value) == (category, owner)
    assert found.words
    assert found.cure.endswith(".")


@pytest.mark.parametrize("reason", [row[0] for row in ROWS])
def test_contract_patient_and_forwarding_are_no_denials_and_all_else_is(reason: str) -> None:
    assert cause("CO", reason).counts_as_denial == (reason not in NO_DENIALS)


@pytest.mark.parametrize("reason", ["11", "146", "150", "167", "B12"])
def test_what_the_author_can_cure_is_said_in_clinical_words(reason: str) -> None:
    words = cause("CO", reason).clinician_words
    assert words
    assert not any(jargon in words for jargon in ("CARC", "RARC", "CO-", "freq"))


_ADVICE = re.compile(
    r"choose|cover|stand(s)? first|pays? for|if another|specific as", re.IGNORECASE
)


def test_an_author_is_asked_what_took_place_and_never_told_what_would_be_paid() -> None:
    about_diagnosis = [
        one
        for one in (*reasons().values(), *remarks().values())
        if one.clinician and one.category.startswith("dx_")
    ]
    assert len(about_diagnosis) >= 5
    for one in about_diagnosis:
        assert not _ADVICE.search(one.clinician), one.clinician
        assert re.search(r"What did you (mainly )?treat", one.clinician), one.clinician


def test_a_code_that_nobody_knows_goes_to_the_biller_as_itself() -> None:
    found = cause("CO", "9999", ["N999"])
    assert found.owner is Role.BILLER
    assert found.category == "unknown"
    assert found.words == "a reason that we have no words for (CO-9999); remark N999"
    assert found.counts_as_denial


def test_a_remark_sharpens_cause_owner_and_cure() -> None:
    plain, sharp = cause("CO", "16"), cause("CO", "16", ["MA130", "M76"])
    assert (plain.category, plain.owner) == ("data", Role.BILLER)
    assert (sharp.category, sharp.owner) == ("dx_invalid", Role.CLINICIAN)
    assert sharp.words == (
        "something is missing or invalid; so incomplete that the payer did not process it: "
        "no appeal, send it anew; diagnosis missing or wrong"
    )
    assert sharp.clinician_words


@pytest.mark.parametrize(
    ("reason", "remark", "owner"),
    [
        ("16", "N290", Role.ADMINISTRATOR),
        ("16", "M62", Role.UTILIZATION),
        ("16", "MA61", Role.INTAKE),
        ("16", "N479", Role.BILLER),
        ("252", "M127", Role.BILLER),
        ("197", "N54", Role.UTILIZATION),
        ("151", "N362", Role.UTILIZATION),
        ("97", "N20", Role.BILLER),
    ],
)
def test_who_cures_a_reason_with_its_remark(reason: str, remark: str, owner: Role) -> None:
    assert cause("CO", reason, [remark]).owner is owner


def test_a_remark_does_not_speak_where_it_stands_beside_another_reason() -> None:
    assert cause("CO", "197", ["M76"]) == cause("CO", "197")


def test_every_remark_sharpens_some_reason() -> None:
    for code, remark in remarks().items():
        beside = remark.beside[0] if remark.beside else "16"
        assert remark.words in cause("CO", beside, [code]).words


def test_the_patients_share_is_no_denial_but_a_curable_refusal_under_pr_is() -> None:
    assert not cause("PR", "96").counts_as_denial
    assert cause("PR", "31").counts_as_denial


def test_above_the_rate_without_a_contract_is_a_billers_to_decide() -> None:
    assert "contract takes this" in cause("OA", "45").cure
    assert "Given up by contract" in cause("CO", "45").cure
