"""A center's own rules, switches and skips: on the real path, with a reason and a history."""

from dataclasses import replace
from datetime import timedelta

import pytest

from carethread.record.models import Claim, ClaimState, PolicySetting, RuleSkip, ScrubRule
from carethread.workflow import bill, submit
from carethread.workflow.center import payer_rules, staff
from carethread.workflow.center.payer_rules import Switch
from carethread.workflow.common.errors import Refused
from tests.cast import NOW, TODAY, Cast, signed_session
from tests.payers import make_connection

LATER = NOW + timedelta(hours=3)


def _rule(cast: Cast, **changes: object) -> ScrubRule:
    facts: dict[str, object] = {
        "organization": cast.center,
        "is_on": True,
        "title": "No long sessions",
        "condition": 'line.code == "90837" && line.minutes >= 53',
        "message": "{line.code} of {line.minutes} minutes needs a call first.",
    }
    return ScrubRule(**{**facts, **changes})


def _save(cast: Cast, **changes: object) -> ScrubRule:
    return payer_rules.save_rule(_rule(cast, **changes), user=cast.bill, now=NOW)


def _claim(cast: Cast) -> Claim:
    signed_session(cast)
    bill.run(cast.center, now=NOW)
    return Claim.objects.get()


def _sent(cast: Cast) -> Claim:
    claim = _claim(cast)
    make_connection(cast.center)
    submit.run(cast.center, now=LATER)
    claim.refresh_from_db()
    assert claim.current is not None
    return claim


def test_a_rule_of_the_centers_own_is_seen_at_signature_and_keeps_the_claim(alder: Cast) -> None:
    rule = _save(alder)
    signed = signed_session(alder)
    assert [(f.rule, f.message) for f in signed.findings] == [
        (rule.key, "90837 of 55 minutes needs a call first.")
    ]
    bill.run(alder.center, now=NOW)
    claim = Claim.objects.get()
    assert claim.state == ClaimState.HELD
    assert list(claim.findings.values_list("rule", flat=True)) == [rule.key]


def test_a_rule_for_another_payer_and_one_that_is_off_are_silent(alder: Cast) -> None:
    other = staff.save_payer(type(alder.payer)(
        organization=alder.center, name="Other", payer_id="OTHR"))  # fmt: skip
    _save(alder, payer=other)
    _save(alder, is_on=False)
    assert _claim(alder).state == ClaimState.READY


def test_a_change_of_a_rule_is_a_new_version_and_the_old_one_stays(alder: Cast) -> None:
    rule = _save(alder)
    again = _rule(alder, key=rule.key, message="Call first.")
    payer_rules.save_rule(again, user=alder.bill, now=LATER)
    assert [r.message for r in ScrubRule.objects.order_by("number")] == [
        "{line.code} of {line.minutes} minutes needs a call first.",
        "Call first.",
    ]
    assert [r.message for r in payer_rules.own()] == ["Call first."]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"condition": "line.code >"}, "condition"),
        ({"condition": "nothing == 1"}, "condition"),
        ({"message": "{line.nothing}"}, "message"),
        ({"message": " "}, "message"),
        ({"title": ""}, "title"),
        ({"effective_from": TODAY, "effective_to": TODAY - timedelta(days=1)}, "effective_to"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_at_its_field(
    alder: Cast, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        _save(alder, **changes)
    assert [p.field for p in refused.value.problems] == [field]


def test_a_clone_for_another_payer_is_off_until_somebody_has_looked_at_it(alder: Cast) -> None:
    rule = _save(alder)
    twin = payer_rules.clone(rule, alder.payer, user=alder.bill, now=NOW)
    assert twin.key != rule.key
    assert (twin.payer, twin.is_on, twin.condition) == (alder.payer, False, rule.condition)


def test_a_rule_is_tried_on_claims_that_left(alder: Cast) -> None:
    claim = _sent(alder)
    past = payer_rules.try_on_past(_rule(alder), now=LATER)
    assert (past.looked_at, past.found, past.denied) == (1, 1, 0)
    bill.move(claim, ClaimState.DENIED, "Refused.", now=LATER)
    past = payer_rules.try_on_past(_rule(alder), now=LATER)
    assert past.words == ("Of the last 1 claims it would have stopped 1, of which 1 were denied.")
    none = payer_rules.try_on_past(_rule(alder, condition="line.units > 5.0"), now=LATER)
    assert (none.looked_at, none.found) == (1, 0)


def test_a_built_in_rule_is_switched_off_with_a_reason_for_one_payer(alder: Cast) -> None:
    alder.payer.member_id_pattern = r"ZZ\d+"
    staff.save_payer(alder.payer)
    claim = _claim(alder)
    assert claim.state == ClaimState.HELD
    with pytest.raises(Refused, match="Say why"):
        payer_rules.switch(
            alder.center, "MEMBER_ID_REGEX", Switch(False, " "), user=alder.bill, now=NOW
        )
    off = Switch(False, "Harbor has new cards.", alder.payer)
    payer_rules.switch(alder.center, "MEMBER_ID_REGEX", off, user=alder.bill, now=NOW)
    bill.run(alder.center, now=NOW)
    claim.refresh_from_db()
    assert claim.state == ClaimState.READY
    on = replace(off, is_on=True)
    payer_rules.switch(alder.center, "MEMBER_ID_REGEX", on, user=alder.bill, now=NOW)
    bill.run(alder.center, now=NOW)
    claim.refresh_from_db()
    assert claim.state == ClaimState.HELD
    assert [r.is_on for r in ScrubRule.objects.order_by("number")] == [False, True]


def test_law_and_the_law_of_the_house_stay_on(alder: Cast) -> None:
    with pytest.raises(Refused, match="law"):
        payer_rules.switch(
            alder.center, "DX_EQ_NOTE", Switch(False, "hurry"), user=alder.bill, now=NOW
        )
    ScrubRule.objects.create(
        organization=alder.center, key="NOTE_COSIGNED", number=1, is_on=False, at=NOW
    )
    signed_session(alder, by=alder.sam)
    bill.run(alder.center, now=NOW)
    assert "NOTE_COSIGNED" in Claim.objects.get().findings.values_list("rule", flat=True)


def test_a_claim_skips_a_rule_once_with_a_second_persons_approval(alder: Cast) -> None:
    rule = _save(alder)
    claim = _claim(alder)
    payer_rules.ask_to_skip(claim, rule.key, reason="They said yes.", user=alder.bill, now=NOW)
    claim.refresh_from_db()
    assert claim.state == ClaimState.HELD, "one person alone does not let it go"
    with pytest.raises(Refused, match="Somebody else"):
        payer_rules.approve_skip(claim, rule.key, user=alder.bill, now=NOW)
    payer_rules.approve_skip(claim, rule.key, user=alder.ada, now=NOW)
    claim.refresh_from_db()
    assert claim.state == ClaimState.READY
    assert any("They said yes." in e.words for e in claim.events.all())
    payer_rules.withdraw_skip(claim, rule.key, user=alder.bill, now=NOW)
    claim.refresh_from_db()
    assert claim.state == ClaimState.HELD


def test_where_the_policy_says_so_one_person_is_enough(alder: Cast) -> None:
    staff.set_policy(
        PolicySetting(organization=alder.center, key="skip_needs_approval", value=0,
                      effective_from=TODAY, user=alder.ada),
        now=NOW,
    )  # fmt: skip
    rule = _save(alder)
    claim = _claim(alder)
    payer_rules.ask_to_skip(claim, rule.key, reason="They said yes.", user=alder.bill, now=NOW)
    claim.refresh_from_db()
    assert claim.state == ClaimState.READY


def test_a_skip_needs_a_reason_and_a_finding_and_never_skips_law(alder: Cast) -> None:
    signed_session(alder, by=alder.sam)
    bill.run(alder.center, now=NOW)
    claim = Claim.objects.get()
    for rule, reason, words in (
        ("NOTE_COSIGNED", "hurry", "law"),
        ("MEMBER_ID_REGEX", "hurry", "finds nothing"),
        ("MEMBER_ID_REGEX", "", "Say why"),
    ):
        with pytest.raises(Refused, match=words):
            payer_rules.ask_to_skip(claim, rule, reason=reason, user=alder.bill, now=NOW)
    assert not RuleSkip.objects.exists()
