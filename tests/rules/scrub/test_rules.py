"""Each rule finds its fault and is silent beside it; the page that lists the rules is fresh."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from carethread.codes.roles import Role
from carethread.rules.finding import Severity
from carethread.rules.scrub import ALL, NOTHING_KNOWN, scrub
from carethread.rules.scrub.catalogue import page
from carethread.rules.scrub.registry import rule
from tests.rules.scrub.cases import CLEAN, FAULTY, Case, is_sentence
from tests.rules.scrub.clean import CLAIM, CONTEXT, authorization, claim
from tests.rules.scrub.test_planted import NEAR, PLANTS

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"


def _name(case: Case) -> str:
    return f"{case.rule}: {case.sentence}"


def test_a_clean_claim_of_which_everything_is_known_has_no_finding() -> None:
    assert scrub(CLAIM, CONTEXT) == ()


def test_the_fault_is_found_under_its_rule_and_no_other() -> None:
    found = [(case, {f.rule for f in scrub(case.claim, case.context)}) for case in FAULTY]
    assert [(_name(case), rules) for case, rules in found if rules != {case.rule}] == []


def test_what_is_no_fault_raises_nothing() -> None:
    found = [(_name(case), f) for case in CLEAN for f in scrub(case.claim, case.context)]
    assert found == []


def test_every_rule_has_a_case_that_triggers_it_and_one_that_does_not() -> None:
    rules = {rule.id for rule in ALL}
    assert rules - {case.rule for case in (*FAULTY, *PLANTS)} == set()
    assert rules - {case.rule for case in (*CLEAN, *NEAR)} == set()


def test_a_finding_speaks_in_a_sentence_and_fills_in_its_values() -> None:
    found = [(_name(case), f) for case in FAULTY for f in scrub(case.claim, case.context)]
    assert len(found) >= len(FAULTY)
    assert [(name, f.message) for name, f in found if not is_sentence(f.message)] == []


def test_of_an_unknown_record_only_what_the_file_itself_shows_is_found() -> None:
    assert scrub(CLAIM, NOTHING_KNOWN) == ()
    assert [f.rule for f in scrub(claim(charge=1), NOTHING_KNOWN)] == ["CHARGE_SUM"]


def test_all_faults_are_told_at_once_and_those_that_stop_come_first() -> None:
    wrong = replace(
        claim(charge=1, claim_id=""), lines=(replace(CLAIM.lines[0], modifiers=("95",)),)
    )
    found = scrub(wrong, NOTHING_KNOWN)
    assert [f.rule for f in found] == ["CLAIM_ID", "CHARGE_SUM", "TELEHEALTH_PAIR"]
    assert [f.stops for f in found] == [True, True, False]


def test_a_finding_names_owner_line_and_the_screen_that_cures_it() -> None:
    (found,) = scrub(CLAIM, authorization(ends=date(2026, 3, 1)))
    assert found.owner is Role.UTILIZATION
    assert found.severity is Severity.STOPS
    assert found.line == CLAIM.lines[0].control_number
    assert found.fix is not None
    assert (found.fix.kind, found.fix.id) == ("authorization", 21)
    assert found.message == (
        "Authorization A100 is valid from Jan 1, 2026 to Mar 1, 2026, not on Mar 2, 2026."
    )


def test_a_rule_is_silent_before_it_holds() -> None:
    (late,) = (r for r in ALL if r.id == "CHARGE_SUM")
    later = replace(late, starts=date(2026, 3, 3))
    assert scrub(claim(charge=1), NOTHING_KNOWN, [late]) != ()
    assert scrub(claim(charge=1), NOTHING_KNOWN, [later]) == ()


def test_two_rules_cannot_share_a_name() -> None:
    with pytest.raises(ValueError, match="CHARGE_SUM"):
        rule("CHARGE_SUM", Severity.STOPS, Role.BILLER, "again", source="nowhere")(
            lambda claim, context: iter(())
        )


def test_the_page_of_rules_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(ALL), (
        "run: uv run python -m carethread.rules.scrub > docs/rules.md"
    )
