"""Clients' money on screen: a copay and its receipt, a statement run, a credit given back."""

import re
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django_scopes import scope

from carethread.insight import account as accounts
from carethread.record.ledger import wrong_balances
from carethread.record.models import Case, Charge, Claim, PatientPayment, Refund, Statement
from carethread.web import http
from carethread.web.patients import statements
from carethread.workflow import follow_up
from carethread.workflow.remittances import next_payer
from tests.cast import NOW, Cast, amend
from tests.paper.reading import words
from tests.payers import answer
from tests.web.world import Shown, signed_in
from tests.workflow.test_next_payer import LATER, from_payer, leave, second_policy
from tests.workflow.test_patient_money import left_to_clara
from tests.workflow.test_post import PAID, post_check


def _text(browser: Browser, address: str, *args: int) -> str:
    answer = browser.get(reverse(address, args=args))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_copay_is_taken_at_check_in_and_its_receipt_printed(
    alder: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "now", lambda: NOW)
    desk, clara = signed_in(alder.ines), alder.clara
    url = reverse("payment_new", args=[clara.pk])
    refused = desk.post(url, {"amount": "-3", "method": "check", "received_on": "2026-03-02"})
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "A check has a number." in page
    assert 'value="-3"' in page
    sent = {"amount": "$25.00", "method": "card", "reference": "4242",
            "received_on": "2026-03-02", "visit_on": "2026-03-02"}  # fmt: skip
    assert desk.post(url, sent).status_code == 302
    with scope(organization=alder.center):
        payment = PatientPayment.objects.get()
    assert (payment.amount_cents, payment.taken_by) == (2_500, alder.ines)
    printed = desk.get(reverse("receipt", args=[payment.pk]))
    assert printed.headers["Content-Type"] == "application/pdf"
    assert "Clara Client" in words(printed.content)
    assert "$25.00 free" in _text(desk, "client_account", clara.pk)
    assert "owes for the visit of Mar 2, 2026 first" in _text(desk, "payment", payment.pk)
    biller = signed_in(alder.bill)
    void = reverse("payment_void", args=[payment.pk])
    assert biller.post(void, {"reason": ""}).status_code == 422
    biller.post(void, {"reason": "Wrong client"})
    assert "Wrong client" in _text(desk, "payment", payment.pk)


def _form_of(browser: Browser, url: str) -> str:
    """What tells the form on that page from every other."""
    page = browser.get(url).content.decode()
    found = re.search(r'<input type="hidden" name="form" value="([^"]+)"', page)
    assert found, "the page has a form that is sent once"
    return found[1]


def test_a_second_click_gives_no_second_receipt_and_no_second_refund(
    alder: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "now", lambda: PAID)
    biller = signed_in(alder.bill)
    url = reverse("payment_new", args=[alder.clara.pk])
    sent = {"amount": "60", "method": "card", "received_on": "2026-03-16"}
    typed = {**sent, "form": _form_of(biller, url)}
    pages = [biller.post(url, typed).url for _ in range(2)]
    assert pages[0] == pages[1]
    back = {**sent, "amount": "10", "reason": "Too much", "form": _form_of(biller, pages[0])}
    with scope(organization=alder.center):
        payment = PatientPayment.objects.get()
    for _ in range(2):
        biller.post(reverse("payment_refund", args=[payment.pk]), back)
    with scope(organization=alder.center):
        assert Refund.objects.get().amount_cents == 1_000
    assert _form_of(biller, url) != typed["form"]


def test_a_large_amount_is_asked_about_and_what_was_typed_stays(
    alder: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "now", lambda: PAID)
    desk, url = signed_in(alder.ines), reverse("payment_new", args=[alder.clara.pk])
    assert "Yes, it is" not in _text(desk, "payment_new", alder.clara.pk)
    sent = {"amount": "25000", "method": "card", "received_on": "2026-03-16", "form": "F"}
    asked = desk.post(url, sent)
    page = " ".join(asked.content.decode().split())
    assert asked.status_code == 422
    assert "Is $25,000.00 right?" in page
    assert "Yes, it is $25,000.00" in page
    assert 'value="25000"' in page
    assert 'name="form" value="F"' in page
    mended = {**sent, "amount": "2500", "sure": "2500000"}
    assert "Is $2,500.00 right?" in desk.post(url, mended).content.decode()
    assert desk.post(url, {**sent, "sure": "2500000"}).status_code == 302


def test_the_account_says_who_owes_what_and_statements_are_run_once(
    alder: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "now", lambda: PAID)
    with scope(organization=alder.center):
        claim = left_to_clara(alder)
    biller, clara = signed_in(alder.bill), alder.clara
    account = _text(biller, "client_account", clara.pk)
    assert "$50.00" in account
    assert reverse("claim", args=[claim.pk]) in account
    assert clara.name in _text(biller, "statements")
    preview = biller.get(reverse("statement_preview", args=[clara.pk]))
    assert "$50.00" in words(preview.content)
    run = reverse("statements_run")
    biller.post(run, {"client": [clara.pk]})
    biller.post(run, {"client": [clara.pk]})
    with scope(organization=alder.center):
        statement = Statement.objects.get()
    assert "Nobody is due a statement" in _text(biller, "statements")
    together = biller.get(reverse("statements_print") + f"?on={statement.made_on}")
    assert "Clara Client" in words(together.content)

    agree = reverse("plan_agree", args=[clara.pk])
    assert biller.post(agree, {"monthly": "0", "first_due": "2026-04-01"}).status_code == 422
    biller.post(agree, {"monthly": "20", "first_due": "2026-04-01"})
    assert "$20.00 a month" in _text(biller, "client_account", clara.pk)
    with scope(organization=alder.center):
        plan = clara.plans_to_pay.get()
    biller.post(reverse("plan_end", args=[plan.pk]), {"reason": "Moved away"})
    assert "$20.00 a month" not in _text(biller, "client_account", clara.pk)


def test_a_long_run_of_statements_says_how_far_it_is_and_goes_on(
    alder: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "now", lambda: PAID)
    monkeypatch.setattr(statements, "AT_ONCE", 1)
    with scope(organization=alder.center):
        left_to_clara(alder)
    biller, run, nobody = signed_in(alder.bill), reverse("statements_run"), 999_999
    between = biller.post(run, {"client": [alder.clara.pk, nobody]}).content.decode()
    assert "1 of 2" in between
    assert "1 statement made." in between
    assert f'name="client" value="{nobody}"' in between
    assert f'name="client" value="{alder.clara.pk}"' not in between
    sent = {"client": [nobody], "made": "1", "total": "2"}
    end = biller.post(run, sent, headers={"HX-Request": "true"})
    assert "?made=" in end.headers["HX-Redirect"]
    assert "1 statement made, ready to be printed." in _text(biller, "statements")
    with scope(organization=alder.center):
        assert Statement.objects.count() == 1


def test_the_biller_chooses_what_a_payment_pays_and_gives_back_the_rest(
    alder: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "now", lambda: PAID)
    with scope(organization=alder.center):
        charge = Charge.objects.get(claim=left_to_clara(alder))
    biller = signed_in(alder.bill)
    sent = {"amount": "60", "method": "check", "reference": "9", "received_on": "2026-03-16"}
    biller.post(reverse("payment_new", args=[alder.clara.pk]), sent)
    with scope(organization=alder.center):
        payment = PatientPayment.objects.get()
    assert payment.open_cents == 1_000
    choose = reverse("payment_apply", args=[payment.pk])
    assert biller.post(choose, {f"charge_{charge.pk}": "51"}).status_code == 422
    biller.post(choose, {f"charge_{charge.pk}": "45.50"})
    assert "$14.50 free" in _text(biller, "payment", payment.pk)
    biller.post(choose, {f"charge_{charge.pk}": "50"})
    assert "receipt 1" in _text(biller, "credits")
    back = {"amount": "10", "method": "check", "reference": "7", "received_on": "2026-03-16"}
    refund = reverse("payment_refund", args=[payment.pk])
    assert biller.post(refund, back).status_code == 422
    biller.post(refund, {**back, "reason": "Paid too much"})
    page = _text(biller, "credits")
    assert "Paid too much" in page
    assert "receipt 1" not in page
    biller.post(choose, {f"charge_{charge.pk}": "0"})
    page = _text(biller, "payment", payment.pk)
    assert "Nothing yet. It goes to what the client owes next." in page
    receipt = words(biller.get(reverse("receipt", args=[payment.pk])).content)
    assert "$10.00 was given back." in receipt
    assert "$50.00 is not used yet. It goes to what you owe next." in receipt


def test_each_payer_is_given_back_what_it_paid_itself(
    alder: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "now", lambda: LATER)
    with scope(organization=alder.center):
        second_policy(alder)
        first = left_to_clara(alder)
        next_payer.run(alder.center, now=LATER)
        second = leave(alder, Claim.objects.get(after=first))
        said = answer(second, paid=4_000, status="2", OA_23=13_000, PR_3=1_000)
        post_check(alder, from_payer(alder, second.payer, said, trace="S1"), now=LATER)
        charge = Charge.objects.get(claim=first)
        note = charge.current.note_version.note
        amend(note, reason="Left at once", now=LATER,
              ends_at=note.starts_at + timedelta(minutes=5))  # fmt: skip
        follow_up.run(alder.center, now=LATER)
        title = "Harbor Health or Summit paid $120.00 too much for Mar 2, 2026"
        assert Case.objects.get(kind="credit").title == title
    biller, give = signed_in(alder.bill), reverse("refund_payer", args=[charge.pk])
    assert "To which payer" in _text(biller, "credits")
    back = {"amount": "40", "method": "check", "reference": "7", "received_on": "2026-03-16",
            "reason": "Not attended"}  # fmt: skip
    summit = {**back, "payer": second.payer_id}
    for wrong in (back, {**summit, "amount": "40.01"}, {**summit, "payer": "x"}):
        assert biller.post(give, wrong).status_code == 422
    assert biller.post(give, summit).status_code == 302
    assert "To which payer" not in _text(biller, "credits"), "Harbor's money alone is left"
    assert biller.post(give, {**back, "amount": "80"}).status_code == 302
    with scope(organization=alder.center):
        given = Refund.objects.order_by("pk").values_list("payer__name", "amount_cents")
        assert list(given) == [("Summit", 4_000), ("Harbor Health", 8_000)]
        assert wrong_balances() == []


def test_a_claim_shows_whose_turn_it_is_and_may_be_left_to_the_client(
    alder: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "now", lambda: LATER)
    with scope(organization=alder.center):
        first = left_to_clara(alder)
        second_policy(alder, 2, name="State Medicaid", payer_id="MCAID", kind="medicaid",
                      filing_indicator="MC")  # fmt: skip
        next_payer.run(alder.center, now=LATER)
        second = Claim.objects.get(after=first)
    biller = signed_in(alder.bill)
    assert "State Medicaid" in _text(biller, "claim", first.pk)
    assert "which answered first" in _text(biller, "claim", second.pk)
    leave = reverse("claim_leave", args=[second.pk])
    biller.post(leave, {"reason": ""})
    with scope(organization=alder.center):
        assert accounts.account(alder.clara).due == 0
    biller.post(leave, {"reason": "Not a benefit"})
    with scope(organization=alder.center):
        assert accounts.account(alder.clara).due == 5_000
        alder.coverage.rank = 3
        alder.coverage.save()
    page = _text(signed_in(alder.ines), "client", alder.clara.pk)
    assert "42 CFR 433.139" in page


def test_the_account_says_that_a_payer_refused_and_with_whom_its_case_is(shown: Shown) -> None:
    page = _text(signed_in(shown.cast.bill), "client_account", shown.denied.client_id)
    with scope(organization=shown.cast.center):
        case = Case.objects.get(kind="denial")
    assert "Harbor Health refused it; its case: " in page
    assert f'<a href="{reverse("case", args=[case.pk])}">Nora Notes</a>' in page


def test_the_account_tells_a_claim_that_waits_here_from_one_that_is_not_answered(
    shown: Shown,
) -> None:
    told = {
        "held": "Its claim to Harbor Health is held",
        "rejected": "Harbor Health did not take the claim in",
        "accepted": "Harbor Health has not answered",
    }
    with scope(organization=shown.cast.center):
        own = Claim.objects.filter(pk=shown.held.pk)
        for state, words_ in told.items():
            own.update(state=state)
            line = next(
                line
                for line in accounts.account(shown.held.client).lines
                if shown.held in line.claims
            )
            assert line.owing == words_
