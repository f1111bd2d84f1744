"""The same walk in a real browser: as clinician, as biller, as director.

Nobody types an address: every step is a click on what the screen offers.
"""

import re
from collections.abc import Iterator

import pytest
from django_scopes import scope
from playwright.sync_api import Browser, Page, expect

from carethread.record.models import Claim, ClaimState
from tests.cast import PASSWORD
from tests.support.sshd import SshServer
from tests.whole_path.world import World, living


@pytest.fixture
def world(
    chrome: Browser, transactional_db: None, sshd: SshServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    with living(sshd, monkeypatch) as world:
        yield world


@pytest.fixture
def page(chrome: Browser, live_server) -> Page:
    context = chrome.new_context(base_url=live_server.url)
    context.set_default_timeout(15_000)
    return context.new_page()


def sign_in(page: Page, user) -> None:
    page.context.clear_cookies()
    page.goto("/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def choose_diagnosis(page: Page, words: str, code: str) -> None:
    """Search, and take the one with this code, by keyboard and eye."""
    page.get_by_label("Add a diagnosis").press_sequentially(words)
    page.get_by_role("option").filter(has_text=code).click()


def sign_note(page: Page) -> None:
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("Sign the")).click()


@pytest.mark.browser
@pytest.mark.sshd
def test_a_denial_is_cured_from_the_inbox(world: World, page: Page) -> None:
    cast = world.cast
    world.appointment()

    # The clinician: from the day to the signed note.
    sign_in(page, cast.nora.user)
    page.get_by_role("button", name="Write note for Clara Client").click()
    page.get_by_label("Intervention").fill("Reviewed the sleep diary; stimulus control.")
    page.get_by_label("Response").fill("Engaged.")
    expect(page.locator("#live")).to_contain_text("90837")
    expect(page.locator("#live")).to_contain_text("Harbor Health")
    sign_note(page)
    expect(page.get_by_role("main")).to_contain_text("90837")
    expect(page.get_by_role("main")).to_contain_text("$180.00")

    with scope(organization=cast.center):
        world.days(11)
        claim = Claim.objects.get()
        assert claim.state == ClaimState.DENIED

    # The director sees the denial under the clinician's name.
    sign_in(page, cast.dora)
    page.get_by_role("link", name="Denials").first.click()
    expect(page.get_by_role("main")).to_contain_text("Nora Notes")
    expect(page.get_by_role("main")).to_contain_text("$180.00")

    # The clinician: from the inbox to the addendum.
    sign_in(page, cast.nora.user)
    page.get_by_role("link", name=re.compile("Returned to me")).first.click()
    page.get_by_role("region", name="To do").get_by_role("link").first.click()
    page.get_by_role("button", name="Write an addendum").click()
    page.get_by_label("Why this addendum").fill("The severity was in the note, not in the code.")
    for remove in page.get_by_role("button", name=re.compile("Remove")).all()[::-1]:
        remove.click()
    choose_diagnosis(page, "F332", "F33.2")
    sign_note(page)
    expect(page.get_by_role("main")).to_contain_text("F33.2")

    with scope(organization=cast.center):
        world.days(13)
        claim.refresh_from_db()
        assert claim.state == ClaimState.PAID

    # The biller: from the pipeline to the claim and along its thread.
    sign_in(page, cast.bill)
    page.get_by_role("main").get_by_role("link", name=re.compile("Paid")).first.click()
    page.get_by_role("main").get_by_role("rowheader").get_by_role("link").first.click()
    thread = page.get_by_role("main")
    for words in ("90837", "CO-11", "999", "277CA", "Harbor Health answered", "Signed"):
        expect(thread).to_contain_text(words)
    expect(thread).not_to_contain_text("sleep diary")
