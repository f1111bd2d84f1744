"""Five root causes once more, by clicks on what the screens offer: each is explained, cured by
whose it is, and paid."""

import re
from pathlib import Path

import pytest
from django_scopes import scope
from playwright.sync_api import Browser, Page, expect

from carethread.codes.roles import Role
from carethread.record.models import Case, ClaimState
from carethread.web import http
from tests.cast import build
from tests.whole_path.causes import CAUSES, Cause, Center
from tests.whole_path.test_in_the_browser import choose_diagnosis, sign_in, sign_note

FIVE = CAUSES[:5]


@pytest.fixture
def center(
    chrome: Browser, transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Center:
    center = Center(build(), tmp_path, FIVE)
    monkeypatch.setattr(http, "now", lambda: center.now)
    return center


@pytest.fixture
def page(chrome: Browser, live_server) -> Page:
    context = chrome.new_context(base_url=live_server.url)
    context.set_default_timeout(30_000)
    return context.new_page()


@pytest.mark.browser
def test_five_refusals_are_explained_cured_and_paid(center: Center, page: Page) -> None:
    center.days(5)
    dx, eligibility, authorization, documentation, credential = FIVE

    # The author finds hers in the inbox, with the note beside it.
    sign_in(page, center.people[Role.CLINICIAN])
    page.get_by_role("link", name=re.compile("Returned to me")).first.click()
    page.get_by_role("region", name="To do").get_by_role("link").first.click()
    explained(page, dx)
    expect(page.get_by_role("region", name="Your note")).to_contain_text("Worked on the sleep")
    page.get_by_role("button", name="Write an addendum").click()
    page.get_by_label("Why this addendum").fill("The kind of anxiety was in the note.")
    for remove in page.get_by_role("button", name=re.compile("Remove")).all()[::-1]:
        remove.click()
    choose_diagnosis(page, "F411", "F41.1")
    sign_note(page)
    expect(page).to_have_url(re.compile(r"/notes/\d+/signed/"))

    # Intake corrects the member id from the case.
    opened(page, center, eligibility)
    page.get_by_role("link", name="Open the coverage").first.click()
    page.get_by_label("Member id", exact=False).first.fill("HH00000200")
    page.get_by_role("button", name=re.compile("Save")).first.click()
    expect(page.get_by_role("main")).to_contain_text("HH00000200")

    # The administrator learns that the payer wants to be asked, and a roster that was wrong there.
    opened(page, center, credential)
    page.get_by_text("Send it again as it is").click()
    page.get_by_label("What was put right").fill("They dated her enrollment back.")
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("main")).to_contain_text("It leaves after its grace period")
    page.get_by_role("link", name="Payers").first.click()
    page.get_by_role("link", name="Harbor Health").first.click()
    page.get_by_label("Codes that need an authorization").fill("90834, 90847")
    page.get_by_role("button", name=re.compile("Save")).first.click()

    # Utilization review asks afterwards, and writes down what the payer grants.
    opened(page, center, authorization)
    page.get_by_text("Ask for the authorization afterwards").click()
    page.get_by_label("Why it is asked for only now").fill("The client came in crisis.")
    page.get_by_role("button", name="Write the request").click()
    page.get_by_role("link", name="Open the authorization").first.click()
    page.get_by_label("State").select_option("approved")
    page.get_by_label("Number", exact=True).fill("AHH00000300")
    page.get_by_label("Approved", exact=False).last.fill("1")
    page.get_by_role("button", name=re.compile("Save")).first.click()
    expect(page.get_by_role("main")).to_contain_text("AHH00000300")

    # Billing sends the records that the payer wants, and the claim with them.
    opened(page, center, documentation)
    page.get_by_role("link", name="Appeal, letters and records").click()
    page.get_by_label("The acknowledgments: proof of timely filing").check()
    page.get_by_role("button", name="Make the packet").click()
    expect(page.get_by_role("region", name="Made so far")).to_contain_text("Records for claim")
    page.get_by_role("main").get_by_role("link", name="Denial", exact=True).click()
    page.get_by_text("Send it again as it is").click()
    page.get_by_label("What was put right").fill("The records are with them.")
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("main")).to_contain_text("It leaves after its grace period")

    center.mend()
    center.days(7)
    unpaid = [one.category for one in FIVE if center.claim(one).state != ClaimState.PAID]
    assert unpaid == []
    with scope(organization=center.cast.center):
        left = Case.objects.filter(kind__in=("denial", "rejection")).exclude(state="closed")
        assert [case.title for case in left] == []


def opened(page: Page, center: Center, one: Cause) -> None:
    """Whose case it is signs in and finds it on the worklist; the case says why first."""
    sign_in(page, center.people[one.owner])
    page.get_by_role("link", name=re.compile("^Cases")).first.click()
    if one.owner is Role.BILLER:
        page.get_by_label("Who cures it").select_option("mine")
        page.get_by_role("button", name="Show").click()
    case = center.case(one)
    page.get_by_role("main").get_by_role("link", name=case.title).first.click()
    explained(page, one)


def explained(page: Page, one: Cause) -> None:
    expect(page.get_by_role("region", name="What our record says")).to_contain_text(one.says)
