"""Each root cause: planted, denied by the payer, explained, with whom it belongs, cured on screen,
paid. All of them through the pages; five once more in a real browser."""

from pathlib import Path

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django_scopes import scope

from carethread.codes import adjustments
from carethread.codes.roles import Role
from carethread.insight import cases as worklist
from carethread.insight.cases import Asked
from carethread.record.ledger import wrong_balances
from carethread.record.models import Authorization, Case, ClaimState, Coverage
from carethread.web import http
from tests.cast import PASSWORD, Cast
from tests.support.page_form import submit
from tests.web.world import signed_in
from tests.whole_path.causes import CAUSES, Cause, Center

# What a plan does not cover has no cure but a decision: the patient, or nobody.
UNCURABLE = {"non_covered"}


def test_every_root_cause_is_planted() -> None:
    reasons = adjustments.reasons().values()
    refused = {reason.category for reason in reasons if reason.denial and not reason.contractual}
    assert refused - {one.category for one in CAUSES} == UNCURABLE


@pytest.fixture
def center(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Center:
    center = Center(cast, tmp_path, CAUSES)
    monkeypatch.setattr(http, "now", lambda: center.now)
    return center


def test_every_refusal_is_explained_reaches_its_owner_is_cured_on_screen_and_paid(
    center: Center,
) -> None:
    center.days(5)
    browsers = {role: signed_in(user) for role, user in center.people.items()}
    for one in CAUSES:
        is_explained_to_its_owner(center, one, browsers[one.owner])
    for one in CAUSES:
        CURES[one.cure](center, one, browsers)
    center.mend()
    center.days(7)
    unpaid = [one.category for one in CAUSES if center.claim(one).state != ClaimState.PAID]
    assert unpaid == []
    with scope(organization=center.cast.center):
        assert wrong_balances() == []
        left = Case.objects.filter(kind__in=("denial", "rejection")).exclude(state="closed")
        assert [case.title for case in left] == []


def is_explained_to_its_owner(center: Center, one: Cause, browser: Browser) -> None:
    case = center.case(one)
    assert (case.category, case.owner_role) == (one.category, one.owner.value), one.category
    assert one.says in case.explanation, (one.category, case.explanation)
    user = center.people[one.owner]
    if one.owner is Role.CLINICIAN:
        page, mine = reverse("inbox_item", args=[case.pk]), reverse("inbox")
        assert page in browser.get(mine).content.decode(), one.category
    else:
        page = reverse("case", args=[case.pk])
        with scope(organization=center.cast.center):
            assert case in worklist.cases(Asked(mine=user, today=center.now.date()))
    shown = browser.get(page)
    assert shown.status_code == 200
    assert one.says.replace("'", "&#x27;") in shown.content.decode(), one.category


# ------------------------------------------------------------------------------- cured on screen

Browsers = dict[Role, Browser]


def again(center: Center, one: Cause, browsers: Browsers) -> None:
    """The claim was right: it is sent again once the payer has put its own files right."""
    case = center.case(one)
    url = reverse("case_again", args=[case.pk])
    answer = browsers[one.owner].post(url, {"mended": "They put it right."})
    assert answer.status_code == 302, one.category


def packet(center: Center, one: Cause, browsers: Browsers) -> None:
    case = center.case(one)
    browser, page = browsers[Role.BILLER], reverse("case_papers", args=[case.pk])
    made = reverse("case_packet", args=[case.pk])
    assert submit(browser, page, made, parts=["note", "plan", "acknowledgment"]) == 302
    again(center, one, browsers)


def addendum(center: Center, one: Cause, browsers: Browsers) -> None:
    """The author, from the note beside the returned item."""
    case = center.case(one)
    nora = browsers[Role.CLINICIAN]
    with scope(organization=center.cast.center):
        attendance = center.claim(one).charges.get().attendance
        note = attendance.note
    if one.owner is Role.CLINICIAN:
        begin = reverse("note_addendum", args=[note.pk])
        assert begin in nora.get(reverse("inbox_item", args=[case.pk])).content.decode()
    nora.post(reverse("note_addendum", args=[note.pk]))
    said = {"reason": "As it was in the session.", "password": PASSWORD, **one.right}
    sign, page = reverse("note_sign", args=[note.pk]), reverse("note", args=[note.pk])
    assert submit(nora, page, sign, **said) == 302, one.category


def question(center: Center, one: Cause, browsers: Browsers) -> None:
    """Billing asks the author, who amends the note."""
    case = center.case(one)
    url = reverse("case_ask", args=[case.pk])
    assert browsers[Role.BILLER].post(url, {"question": "Where was it?"}).status_code == 302
    addendum(center, one, browsers)


def coverage(center: Center, one: Cause, browsers: Browsers) -> None:
    with scope(organization=center.cast.center):
        row = Coverage.objects.get(client=center.clients[one.category])
    page = reverse("coverage", args=[row.pk])
    assert submit(browsers[Role.INTAKE], page, member_id="HH00000200") == 302


def authorization(center: Center, one: Cause, browsers: Browsers) -> None:
    """The payer's page says so from now on; utilization review asks for it from the case, and
    writes down what the payer grants."""
    case = center.case(one)
    payer = reverse("payer", args=[center.cast.payer.pk])
    assert submit(browsers[Role.ADMINISTRATOR], payer, authorization_codes="90834, 90847") == 302
    una = browsers[Role.UTILIZATION]
    url = reverse("case_authorize", args=[case.pk])
    assert una.post(url, {"asked": "The client came in crisis."}).status_code == 302
    with scope(organization=center.cast.center):
        row = Authorization.objects.get(client=center.clients[one.category])
        assert row.state == "retro_requested"
        number = Coverage.objects.get(client=row.client_id).member_id
    page = reverse("authorization", args=[row.pk])
    granted = {"state": "approved", "number": f"A{number}", "approved_units": "1",
               "channel": "phone", "contact": "Pat"}  # fmt: skip
    assert submit(una, page, **granted) == 302


CURES = {
    "again": again,
    "packet": packet,
    "addendum": addendum,
    "question": question,
    "coverage": coverage,
    "authorization": authorization,
}
