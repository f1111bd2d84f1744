"""Rules that users write: what a condition may say, what it finds, and that none can do harm."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from carethread.rules.facts import OwnRule, OwnRules
from carethread.rules.scrub import NOTHING_KNOWN, ScrubContext, fields, scrub
from carethread.rules.scrub.own import Row, WrongCondition, condition, expression
from tests.rules.scrub.clean import CLAIM, CONTEXT, claim, line

PAGE = Path(__file__).parents[3] / "docs" / "payer-rules.md"


def _with(*rules: OwnRule, base: ScrubContext = CONTEXT) -> ScrubContext:
    return replace(base, own=OwnRules(rules))


LONG = OwnRule("OWN_1", 'line.code == "90837" && line.minutes >= 60', "{line.code} of an hour.")


def test_a_condition_that_is_true_is_a_finding_with_the_values_of_its_fields() -> None:
    (found,) = scrub(CLAIM, _with(LONG))
    assert (found.rule, found.message) == ("OWN_1", "90837 of an hour.")
    assert found.stops
    assert found.line == CLAIM.lines[0].control_number


def test_a_condition_that_is_false_is_silent() -> None:
    assert scrub(CLAIM, _with(replace(LONG, condition="line.minutes > 60"))) == ()


def test_a_field_that_is_not_known_makes_the_rule_silent() -> None:
    assert scrub(CLAIM, _with(LONG, base=NOTHING_KNOWN)) == ()


def test_a_rule_holds_between_its_days_of_service() -> None:
    day = CLAIM.lines[0].service_from
    assert scrub(CLAIM, _with(replace(LONG, starts=day, ends=day))) != ()
    later = replace(LONG, starts=day.replace(day=3))
    assert scrub(CLAIM, _with(later)) == ()


def test_a_claims_condition_is_asked_once() -> None:
    rule = OwnRule("OWN_2", "claim.charge > 100.0", "{claim.charge} dollars.", severity="warns")
    (found,) = scrub(CLAIM, _with(rule))
    assert (found.line, found.message, found.stops) == ("", "180 dollars.", False)


def test_what_is_switched_off_or_skipped_is_not_asked() -> None:
    wrong = claim(charge=1, claim_id="")
    off = replace(NOTHING_KNOWN, own=OwnRules(off=frozenset({"CHARGE_SUM"})))
    skipped = replace(NOTHING_KNOWN, own=OwnRules(skipped=frozenset({"CHARGE_SUM"})))
    assert {f.rule for f in scrub(wrong, NOTHING_KNOWN)} == {"CLAIM_ID", "CHARGE_SUM"}
    assert {f.rule for f in scrub(wrong, off)} == {"CLAIM_ID"}
    assert {f.rule for f in scrub(wrong, skipped)} == {"CLAIM_ID"}
    assert scrub(CLAIM, replace(CONTEXT, own=OwnRules((LONG,), off=frozenset({"OWN_1"})))) == ()


WRONG = {
    "": "Say when",
    "1 +": "cannot be read",
    "(" * 900: "cannot be read",
    "x" * 2001: "longer than",
    "line.code": "true or false",
    "line.code > 1": "different kinds",
    "line.units / 0.0 == line.nothing": "no field line.nothing",
    "foo == 1": "foo is no field",
    "true": "no field of the claim",
    'line["code"] == "x"': "no field of the claim",
    "delete(line.code) == 1": "no function delete",
    "line.modifiers.all(a, line.modifiers.all(b, a == b))": "one list only",
    'line.code.matches("[")': "cannot be computed",
    "claim.age / 0 == 1": "does not exist",
    'line.code == "\U0001f4a3': "cannot be read",
    "__import__('os').system('true') == 0": "no function system",
}


@pytest.mark.parametrize("text", WRONG, ids=lambda t: t[:40] or "nothing")
def test_a_wrong_or_hostile_condition_is_refused_in_words(text: str) -> None:
    with pytest.raises(WrongCondition, match=WRONG[text]):
        condition(text)


def test_a_condition_that_fails_on_a_claim_warns_instead_of_crashing() -> None:
    rule = OwnRule("OWN_3", "line.weekday == 1 || 1 / (line.weekday - 2) == 1", "Odd.")
    tuesday = CLAIM.lines[0].service_from.replace(day=3)
    found = scrub(line(service_from=tuesday, service_to=tuesday), _with(rule, base=NOTHING_KNOWN))
    assert [(f.rule, f.stops) for f in found] == [("OWN_3", False)]
    assert "cannot be asked" in found[0].message


def test_no_condition_takes_long_on_the_largest_claim() -> None:
    first = CLAIM.lines[0]
    many = tuple(replace(first, number=n, control_number=f"X{n}") for n in range(999))
    listed = ", ".join(f'"{n}"' for n in range(300))
    slow = f'[{listed}].exists(x, x == line.code) || line.code.matches("(a+)+$")'
    large = replace(CLAIM, kind="837I", lines=many)
    began = time.perf_counter()
    scrub(large, _with(OwnRule("OWN_4", slow, "Slow.")), rules=())
    assert time.perf_counter() - began < 5


def test_rows_of_the_form_make_a_condition() -> None:
    rows = [
        Row("line.code", "is one of", "H0038, H2014"),
        Row("line.modifiers", "does not hold", "HQ"),
        Row("line.group_size", "is more than", "1"),
        Row("line.supervised", "is", "no"),
        Row("claim.payer", "contains", 'the "big" one'),
    ]
    text = expression(rows)
    assert text == (
        'line.code in ["H0038", "H2014"] && !("HQ" in line.modifiers) && line.group_size > 1 && '
        'line.supervised == false && claim.payer.contains("the \\"big\\" one")'
    )
    assert condition(text).of_lines
    assert " || " in expression(rows[:2], all_of=False)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (Row("line.units", "is", "many"), "is a number"),
        (Row("line.units", "begins with", "1"), "cannot be asked"),
        (Row("line.nothing", "is", "1"), "no field"),
        (Row("line.code", "is", " "), "Say what"),
        (Row("line.code", "is", "a\x00b"), "nobody can see"),
        (Row("line.supervised", "is", "maybe"), "yes or no"),
        (Row("line.code", "", "x"), "cannot be asked"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(row: Row, words: str) -> None:
    with pytest.raises(WrongCondition, match=words):
        expression([row])


def test_every_field_can_be_read_of_any_claim() -> None:
    assert set(fields.values(CLAIM, CLAIM.lines[0], CONTEXT)) == set(fields.FIELDS)
    assert fields.values(replace(CLAIM, lines=(), diagnoses=()))["claim.principal"] == ""


def test_the_page_of_fields_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == fields.page(), (
        "run: uv run python -m carethread.rules.scrub fields > docs/payer-rules.md"
    )
