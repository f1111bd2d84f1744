"""No case is a dead end: its record opens, it is sent again, asked about, put off or given up."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django_scopes import scope

from carethread.codes import adjustments, rejections
from carethread.codes.roles import Role
from carethread.record.ledger import wrong_balances
from carethread.record.models import Adjustment, Case, Charge, ClaimState
from carethread.rules.explain import Found
from carethread.web import http
from carethread.web.casework.cures import CURES, question, ways
from carethread.workflow import bill as bill_workflow
from carethread.workflow import follow_up
from tests.cast import TODAY
from tests.web.test_settling import opened, read
from tests.web.world import LATER, Shown, signed_in


@pytest.fixture
def bill(shown: Shown) -> Browser:
    return signed_in(shown.cast.bill)


@pytest.fixture
def denial(shown: Shown) -> Case:
    with scope(organization=shown.cast.center):
        return Case.objects.get(kind="denial")


def fresh(shown: Shown, case: Case) -> Case:
    with scope(organization=shown.cast.center):
        return Case.objects.select_related("claim").get(pk=case.pk)


def test_every_root_cause_that_refuses_money_names_where_it_is_cured() -> None:
    causes = [r for r in adjustments.reasons().values() if r.denial and not r.contractual]
    named = {one.category for one in causes}
    named |= {one.category for one in adjustments.remarks().values() if one.category}
    named |= {one.category for one in rejections.REJECTIONS.values()}
    assert named <= set(CURES)


@pytest.mark.parametrize(
    ("category", "addresses"),
    [
        ("credential", ["practitioner", "payer"]), ("eligibility", ["coverage", "client"]),
        ("auth_missing", ["authorization"]), ("contract", ["payer"]), ("data", ["payer", "client"]),
    ],
)  # fmt: skip
def test_a_denial_leads_to_the_record_that_has_to_be_right_and_back(
    shown: Shown, category: str, addresses: list[str]
) -> None:
    for owner in (Role.BILLER, Role.ADMINISTRATOR):
        case = opened(shown, owner, category=category)
        page = read(signed_in(shown.people[owner]), "case", case.pk)
        for address in addresses:
            if owner is Role.ADMINISTRATOR and address not in ("practitioner", "payer"):
                continue
            if address != "authorization":
                assert f"/{address.removesuffix('y')}" in page
        assert "next=/cases/" in page or owner is Role.ADMINISTRATOR


def test_a_refused_claim_is_sent_again_because_the_roster_is_right_now(
    shown: Shown, bill: Browser, denial: Case
) -> None:
    url = reverse("case_again", args=[denial.pk])
    assert "Say what has been put right." in bill.post(url, {"mended": ""}).content.decode()
    bill.post(url, {"mended": "They added her to the roster."})
    case = fresh(shown, denial)
    assert (case.state, case.claim.state) == ("answered", ClaimState.READY)
    page = read(bill, "case", denial.pk)
    assert "They added her to the roster." in page
    again = bill.post(url, {"mended": "Once more."})
    assert "is not refused" in again.content.decode(), "it is on its way"


def test_a_case_that_is_put_off_leaves_the_list_until_its_day(
    shown: Shown, bill: Browser, monkeypatch
) -> None:
    case = opened(shown, Role.BILLER, title="Patience", due_on=TODAY + timedelta(days=9))
    url, list_url = reverse("case_wait", args=[case.pk]), reverse("cases")

    def put_off(days: int, reason: str = "The payer looks into it.") -> str:
        day = TODAY + timedelta(days=days)
        return bill.post(url, {"until": day.isoformat(), "reason": reason}).content.decode()

    assert "still to come" in put_off(0)
    assert "Its deadline is" in put_off(10)
    assert "Say what is waited for." in put_off(5, "")
    put_off(5)
    assert "Patience" not in bill.get(list_url).content.decode()
    assert "Patience" in bill.get(list_url, {"state": "waiting"}).content.decode()
    monkeypatch.setattr(http, "now", lambda: LATER + timedelta(days=5))
    assert "Patience" in bill.get(list_url).content.decode()


def test_a_refusal_is_given_up_by_a_person_with_a_reason_to_the_cent(
    shown: Shown, bill: Browser, denial: Case
) -> None:
    url = reverse("case_give_up", args=[denial.pk])
    assert "Say why it is given up." in bill.post(url, {"why": " "}).content.decode()
    assert bill.post(url, {"why": "Filed too late."}).url == reverse("cases")
    case = fresh(shown, denial)
    assert (case.state, case.claim.state) == ("closed", ClaimState.CLOSED)
    with scope(organization=shown.cast.center):
        charge = Charge.objects.get(claim=case.claim)
        assert (charge.denied_cents, charge.write_off_cents) == (0, 12_000)
        assert charge.payer_receivable_cents == 0
        assert wrong_balances() == []
        follow_up.run(shown.cast.center, now=LATER)
        assert not Case.objects.filter(kind="denial", state="open").exists()


def test_who_does_not_bill_gives_nothing_up(shown: Shown) -> None:
    case = opened(shown, Role.INTAKE)
    browser = signed_in(shown.people[Role.INTAKE])
    assert browser.post(reverse("case_give_up", args=[case.pk])).status_code == 403
    assert "Give it up" not in read(browser, "case", case.pk)


def test_intake_asks_the_author_from_the_case_without_seeing_the_note(shown: Shown) -> None:
    case = opened(shown, Role.INTAKE, claim=shown.held)
    browser = signed_in(shown.people[Role.INTAKE])
    browser.post(reverse("case_ask", args=[case.pk]), {"question": "Was she there?"})
    assert "Was she there?" in read(signed_in(shown.cast.nora.user), "inbox")
    assert "Was she there?" in read(browser, "case", case.pk)


@pytest.fixture
def by_modifier(shown: Shown) -> Case:
    """Harbor refused a service because a modifier is missing."""
    case = opened(shown, Role.BILLER, category="coding", title="CO-4: a modifier is missing")
    return fresh(shown, case)


def test_a_corrected_modifier_rule_is_applied_to_the_refused_service_in_one_click(
    shown: Shown, bill: Browser, by_modifier: Case
) -> None:
    page = unescape(read(bill, "case", by_modifier.pk))
    since = by_modifier.claim.service_from
    table = f"/tables/entry/?of=modifiers/all&payer={shown.cast.payer.pk}&since={since}"
    assert f"{table}&next=/cases/{by_modifier.pk}/" in page
    assert "Charge it anew" not in page
    url = reverse("case_charge", args=[by_modifier.pk])
    assert "correct them first" in bill.post(url, follow=True).content.decode()
    ada = signed_in(shown.cast.ada)
    assert f'value="{since}"' in ada.get(table).content.decode(), "the day of service"
    kept = ada.post(
        f"{table}&next=/cases/{by_modifier.pk}/",
        {"value": "[{modifier: AJ, credentials: [LCSW]}]", "payer": shown.cast.payer.pk,
         "effective_from": since.isoformat(), "reason": "Harbor wants AJ."},
    )  # fmt: skip
    assert kept.url == f"/cases/{by_modifier.pk}/", "back to where it is needed"
    page = read(bill, "case", by_modifier.pk)
    assert "Charge it anew" in page
    assert "90837 AJ" in page
    assert "Charged anew" in bill.post(url, follow=True).content.decode()
    with scope(organization=shown.cast.center):
        charge = by_modifier.claim.charges.get()
        assert charge.current.modifiers == ["AJ"]
        bill_workflow.run(shown.cast.center, now=LATER)
    assert fresh(shown, by_modifier).claim.state in (ClaimState.READY, ClaimState.HELD)
    assert fresh(shown, by_modifier).state == "answered"


def test_a_place_that_contradicts_the_note_is_asked_of_its_author_without_a_hint() -> None:
    found = [
        Found("coded", "The claim billed 90837.", None),
        Found("place", "The note says video."),
    ]
    asked = question(found)
    assert asked.startswith("By what means was this session held")
    assert not re.search(r"pay|cover|\b\d\d\b", asked)
    assert question(found[:1]) == ""


def test_a_refusal_for_the_place_leads_to_the_note_and_the_site_and_no_scrub_rule(
    shown: Shown, bill: Browser, denial: Case
) -> None:
    with scope(organization=shown.cast.center):
        Case.objects.filter(pk=denial.pk).update(
            category="coding", author=None, owner_role="biller"
        )
        line = denial.remitted_line
        Adjustment.objects.create(organization=shown.cast.center, line=line, group="CO", reason="5",
                                  amount_cents=0)  # fmt: skip
        verbs = [way.verb for way in ways(Case.objects.get(pk=denial.pk), shown.cast.bill)]
    assert verbs == ["Open the note's facts", "Open the payer"]
