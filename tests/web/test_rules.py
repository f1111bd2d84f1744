"""A biller writes a payer's rule, tries it, keeps it; switches one off; lets a claim skip one."""

from django.test import Client as Browser
from django_scopes import scope

from carethread.codes.roles import Role
from carethread.record.models import ClaimState, RuleSkip, ScrubRule
from carethread.workflow import bill
from carethread.workflow.center import payer_rules
from tests.cast import NOW
from tests.web.world import Shown, signed_in

ROWS = {
    "join": "all",
    "field_0": "line.code", "op_0": "is", "value_0": "90837",
    "field_1": "line.minutes", "op_1": "is at least", "value_1": "53",
}  # fmt: skip
FACTS = {
    "title": "Call first", "message": "{line.code} needs a call first.", "severity": "stops",
    "owner": "biller", "is_on": "on",
}  # fmt: skip


def _biller(shown: Shown) -> Browser:
    return signed_in(shown.people[Role.BILLER])


def test_rows_become_a_condition_that_is_tried_and_kept(shown: Shown) -> None:
    biller = _biller(shown)
    tried = biller.post("/rules/new/", {**ROWS, **FACTS, "try": "1"})
    assert tried.status_code == 200
    page = tried.content.decode()
    assert "it would have stopped" in page
    assert "line.code == &quot;90837&quot; &amp;&amp; line.minutes &gt;= 53" in page
    assert biller.post("/rules/new/", {**ROWS, **FACTS}).status_code == 302
    with scope(organization=shown.cast.center):
        rule = ScrubRule.objects.get(title="Call first", number=1, is_on=True)
        assert rule.condition == 'line.code == "90837" && line.minutes >= 53'
        assert rule.user == shown.people[Role.BILLER]
    assert "Call first" in biller.get("/rules/").content.decode()


def test_a_wrong_value_is_told_and_what_was_typed_survives(shown: Shown) -> None:
    wrong = {**ROWS, **FACTS, "value_1": "many"}
    answer = _biller(shown).post("/rules/new/", wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "line.minutes is a number" in page
    assert 'value="many"' in page
    assert 'value="Call first"' in page


def test_a_hostile_condition_is_refused_in_words(shown: Shown) -> None:
    typed = "(" * 900
    answer = _biller(shown).post("/rules/new/", {**FACTS, "typed": typed})
    assert answer.status_code == 422
    assert "cannot be read" in answer.content.decode()


def test_a_built_in_rule_is_switched_off_with_a_reason(shown: Shown) -> None:
    biller, address = _biller(shown), "/rules/built-in/?rule=TIMELY_FILING"
    assert biller.post(address, {"to": "off", "reason": ""}).status_code == 422
    assert biller.post(address, {"to": "off", "reason": "New contract."}).status_code == 302
    assert "New contract." in biller.get("/rules/").content.decode()
    assert "law of the house" in biller.get("/rules/built-in/?rule=DX_EQ_NOTE").content.decode()
    assert biller.get("/rules/built-in/?rule=NOTHING").status_code == 404


def test_a_claim_skips_a_rule_when_a_second_person_agrees(shown: Shown) -> None:
    with scope(organization=shown.cast.center):
        rule = payer_rules.save_rule(
            ScrubRule(organization=shown.cast.center, is_on=True, title="Never",
                      condition="line.units > 0.0", message="Never."),
            user=shown.cast.bill, now=NOW,
        )  # fmt: skip
        bill.look(shown.held, now=NOW)
    address = f"/claims/{shown.held.pk}/skip/"
    biller, owner = _biller(shown), signed_in(shown.people[Role.OWNER])
    biller.post(address, {"rule": rule.key, "reason": "They agreed.", "act": "ask"})
    page = owner.get(f"/claims/{shown.held.pk}/").content.decode()
    assert "waits for a second person" in page
    owner.post(address, {"rule": rule.key, "act": "approve"})
    with scope(organization=shown.cast.center):
        assert [s.kind for s in RuleSkip.objects.order_by("pk")] == ["ask", "approve"]
        shown.held.refresh_from_db()
        found = set(shown.held.findings.values_list("rule", flat=True))
        assert rule.key not in found
        assert shown.held.state in (ClaimState.HELD, ClaimState.READY)
