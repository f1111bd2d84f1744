"""The screens in headless chromium: accessible, narrow and wide, light and dark, by keyboard."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django_scopes import scope
from playwright.sync_api import Browser, Page, expect

from carethread.record.models import Note, NoteVersion
from carethread.web.permissions import DOORS, may
from tests.cast import PASSWORD, Cast, build, draft_of
from tests.web.test_pages import FRAGMENTS
from tests.web.world import Shown, everything, signed_in

pytestmark = pytest.mark.browser

NO_PAGES = FRAGMENTS | {"home", "mfa_deactivate_totp", "mfa_view_recovery_codes",
                        "mfa_download_recovery_codes"}  # fmt: skip
WIDE = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}
NARROW = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}


@pytest.fixture
def cast(chrome: Browser, transactional_db: None) -> Cast:
    return build()


def window(chrome: Browser, live_server, user, how: dict[str, object] = WIDE) -> Page:
    """A window in which that user is signed in; what the page complains about is kept."""
    context = chrome.new_context(base_url=live_server.url, **how)
    context.set_default_timeout(15_000)
    if user is not None:
        session = signed_in(user).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.complaints = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "console",
        lambda said: (
            page.complaints.append(said.text)
            if said.type == "error" and "status of 4" not in said.text
            else None
        ),
    )
    return page


def everybodys_pages(shown: Shown) -> Iterator[tuple[str, str, object]]:
    """Each address once, with somebody who may open it."""
    for address, door in DOORS.items():
        if address in NO_PAGES:
            continue
        url = reverse(address, args=shown.args(address)) if "from_key" not in address else ""
        if door.open:
            if url and address not in ("account_logout", "mfa_authenticate", "account_inactive"):
                yield address, url, None
            continue
        for user in shown.people.values():
            if may(user, address) and signed_in(user).get(url).status_code == 200:
                yield address, url, user
                break


@pytest.mark.parametrize("how", [WIDE, NARROW], ids=["wide-light", "narrow-dark"])
def test_every_screen_is_accessible_fits_and_keeps_still(
    cast: Cast, chrome: Browser, live_server, how: dict[str, object]
) -> None:
    shown = everything(cast)
    windows: dict[object, Page] = {}
    wrong: list[tuple[str, object]] = []
    seen = 0
    for address, url, user in everybodys_pages(shown):
        page = windows.get(user) or windows.setdefault(user, window(chrome, live_server, user, how))
        page.goto(url)
        page.wait_for_load_state("load")
        wrong += [(address, fault) for fault in _faults(page)]
        seen += 1
    assert wrong == [], "\n".join(map(str, wrong))
    assert seen > 45


def _faults(page: Page) -> Iterator[object]:
    for violation in Axe().run(page).response["violations"]:
        yield violation["id"], [node["target"] for node in violation["nodes"]][:4]
    if (over := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
        yield "wider than the screen", over
    if (jumped := page.evaluate(_JUMPS)) > 0.01:
        yield "jumped while it loaded", jumped
    yield from page.complaints  # type: ignore[attr-defined]
    page.complaints.clear()  # type: ignore[attr-defined]


_JUMPS = """() => new Promise((done) => {
    let sum = 0;
    new PerformanceObserver((list) => { for (const e of list.getEntries()) sum += e.value; })
        .observe({ type: "layout-shift", buffered: true });
    setTimeout(() => done(sum), 60);
})"""


# ------------------------------------------------------------------------------ the editor


@pytest.fixture
def draft(cast: Cast) -> Note:
    with scope(organization=cast.center):
        return draft_of(cast)


def editor(chrome: Browser, live_server, cast: Cast, note: Note) -> Page:
    page = window(chrome, live_server, cast.nora.user)
    page.goto(reverse("note", args=[note.pk]))
    return page


def saved(cast: Cast, note: Note) -> Note:
    with scope(organization=cast.center):
        return Note.objects.get(pk=note.pk)


def ranked(page: Page) -> list[str]:
    return [code.strip() for code in page.locator("#diagnoses .code").all_text_contents()]


def test_a_note_is_written_and_signed_by_keyboard_alone(
    cast: Cast, chrome: Browser, live_server, draft: Note
) -> None:
    page = editor(chrome, live_server, cast, draft)
    assert ranked(page) == ["F33.1", "F41.1"]
    page.get_by_label("Add a diagnosis").focus()
    page.keyboard.type("ptsd")
    expect(page.locator("#dx-list [role=option]").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#diagnoses li")).to_have_count(3)
    assert ranked(page)[2].startswith("F43.1")
    page.get_by_role("button", name="Move F43.10 up").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert ranked(page)[0].startswith("F43.1")
    page.get_by_role("button", name="Remove F41.1").press("Enter")
    # The last of several drafts: all threads of this test share one connection to the database.
    with page.expect_response(lambda answer: "week." in (answer.request.post_data or "")):
        page.get_by_label("Plan").press("End")
        page.keyboard.type(" Next week.")
    page.get_by_label("Your password").focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What your signature created")).to_be_visible()
    with scope(organization=cast.center):
        version = NoteVersion.objects.get()
    assert [code[:4] for code in version.diagnoses] == ["F431", "F331"]
    assert version.content["plan"].endswith("Next week.")
    assert page.complaints == []  # type: ignore[attr-defined]


def test_what_is_typed_is_saved_while_one_types_and_shown_again(
    cast: Cast, chrome: Browser, live_server, draft: Note
) -> None:
    page = editor(chrome, live_server, cast, draft)
    with page.expect_response("**/draft/"):
        page.get_by_label("Presentation").fill("Rested for the first time.")
    with page.expect_response("**/draft/"):
        page.get_by_label("Stop", exact=True).fill("15:10")
    expect(page.locator("#live")).to_contain_text("90834")
    page.reload()
    expect(page.get_by_label("Presentation")).to_have_value("Rested for the first time.")
    expect(page.get_by_label("Stop", exact=True)).to_have_value("15:10")


def test_the_password_is_never_sent_with_a_draft(
    cast: Cast, chrome: Browser, live_server, draft: Note
) -> None:
    page = editor(chrome, live_server, cast, draft)
    page.get_by_label("Your password").fill(PASSWORD)
    with page.expect_response("**/draft/") as answer:
        page.get_by_label("Presentation").fill("Rested.")
    assert "password" not in (answer.value.request.post_data or "")


def test_changing_the_service_changes_the_form_and_loses_no_text(
    cast: Cast, chrome: Browser, live_server, draft: Note
) -> None:
    page = editor(chrome, live_server, cast, draft)
    with page.expect_response("**/draft/"):
        page.get_by_label("Service").select_option("evaluation")
    expect(page.get_by_label("Mental status")).to_be_visible()
    expect(page.get_by_label("Intervention")).to_have_value("Worked on the sleep diary.")


def test_a_field_that_was_pulled_taller_is_swapped_without_a_complaint(
    cast: Cast, chrome: Browser, live_server, draft: Note
) -> None:
    page = editor(chrome, live_server, cast, draft)
    page.get_by_label("Intervention").evaluate("field => { field.style.height = '300px'; }")
    with page.expect_response("**/draft/"):
        page.get_by_label("Service").select_option("evaluation")
    expect(page.get_by_label("Mental status")).to_be_visible()
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_signature_waits_for_the_draft_that_is_on_its_way(
    cast: Cast, chrome: Browser, live_server, draft: Note
) -> None:
    page, on_its_way = editor(chrome, live_server, cast, draft), []
    page.route("**/draft/", lambda route: on_its_way.append((route, route.fetch())))
    with page.expect_request("**/draft/"):
        page.get_by_label("Plan").fill("Typed in the last second.")
    page.get_by_label("Your password").fill(PASSWORD)
    while not on_its_way:
        page.evaluate("1")
    page.get_by_role("button", name="Sign the note").click()
    ((route, saved_already),) = on_its_way
    route.fulfill(response=saved_already)
    expect(page.get_by_role("heading", name="What your signature created")).to_be_visible()
    with scope(organization=cast.center):
        assert NoteVersion.objects.get().content["plan"] == "Typed in the last second."


def test_two_windows_do_not_overwrite_each_other(
    cast: Cast, chrome: Browser, live_server, draft: Note
) -> None:
    first, second = (editor(chrome, live_server, cast, draft) for _ in range(2))
    with first.expect_response("**/draft/"):
        first.get_by_label("Plan").fill("From the first window")
    with second.expect_response("**/draft/"):
        second.get_by_label("Plan").fill("From the second window")
    expect(second.locator("#live")).to_contain_text("changed in another window")
    assert saved(cast, draft).content["plan"] == "From the first window"
    expect(second.get_by_label("Plan")).to_have_value("From the second window")
    with second.expect_response("**/draft/"):
        second.get_by_role("button", name="Keep what is here").click()
    expect(second.locator("#live")).to_contain_text("Saved")
    assert saved(cast, draft).content["plan"] == "From the second window"


def test_being_signed_out_while_typing_loses_nothing(
    cast: Cast, chrome: Browser, live_server, draft: Note
) -> None:
    page = editor(chrome, live_server, cast, draft)
    kept = page.context.cookies()
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("Plan").fill("Typed after the session ended")
    expect(page.get_by_role("alert")).to_contain_text("You have been signed out")
    expect(page.get_by_label("Plan")).to_have_value("Typed after the session ended")
    page.context.add_cookies(kept)  # signed in again in another window
    expect(page.locator("#live")).to_contain_text("Saved", timeout=15_000)
    expect(page.locator("#signed-out")).to_have_count(0, timeout=15_000)
    assert saved(cast, draft).content["plan"] == "Typed after the session ended"


def test_after_signing_in_again_in_another_window_typing_goes_on_being_saved(
    cast: Cast, chrome: Browser, live_server, draft: Note
) -> None:
    page = window(chrome, live_server, None, NARROW)
    sign_in(page, cast)
    page.goto(reverse("note", args=[draft.pk]))
    page.context.clear_cookies(name="sessionid")
    page.get_by_label("Plan").fill("Typed after the session ended")
    expect(page.get_by_role("alert")).to_be_in_viewport()
    expect(page.locator("#live .saved")).to_contain_text("Not saved")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="sign in in a new window").click()
    sign_in(opened.value, cast)
    page.get_by_label("Plan").press("End")
    page.keyboard.type(", and on.")
    expect(page.locator("#live .saved")).to_contain_text("Saved", timeout=15_000)
    expect(page.locator("#signed-out")).to_have_count(0)
    assert saved(cast, draft).content["plan"] == "Typed after the session ended, and on."


def sign_in(page: Page, cast: Cast) -> None:
    page.goto(reverse("account_login"))
    page.get_by_label("Email").fill(cast.nora.user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/day/")


def test_a_diagnosis_that_became_the_first_keeps_the_focus(
    cast: Cast, chrome: Browser, live_server, draft: Note
) -> None:
    page = editor(chrome, live_server, cast, draft)
    page.get_by_role("button", name="Move F41.1 up").press("Enter")
    assert ranked(page)[0] == "F41.1"
    expect(page.get_by_role("button", name="Remove F41.1")).to_be_focused()


def test_a_wrong_password_is_forgotten_as_one_types_the_next(
    cast: Cast, chrome: Browser, live_server, draft: Note
) -> None:
    page = editor(chrome, live_server, cast, draft)
    page.get_by_label("Your password").fill("guess")
    page.get_by_role("button", name="Sign the note").click()
    expect(page.get_by_text("not your password")).to_be_visible()
    page.get_by_label("Your password").fill("g")
    expect(page.get_by_text("not your password")).to_have_count(0)


def test_a_double_click_on_sign_makes_one_charge(
    cast: Cast, chrome: Browser, live_server, draft: Note
) -> None:
    page = editor(chrome, live_server, cast, draft)
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Sign the note").dblclick()
    expect(page.get_by_role("heading", name="What your signature created")).to_be_visible()
    with scope(organization=cast.center):
        assert NoteVersion.objects.count() == 1


# ------------------------------------------------------------------------------ the menu


def test_on_a_narrow_screen_the_menu_opens_by_keyboard(
    cast: Cast, chrome: Browser, live_server
) -> None:
    page = window(chrome, live_server, cast.bill, NARROW)
    page.goto("/")
    expect(page.get_by_role("link", name="Cases")).to_be_hidden()
    page.get_by_role("button", name="Menu").press("Enter")
    expect(page.get_by_role("link", name="Cases")).to_be_visible()
    expect(page.get_by_role("button", name="Menu")).to_have_attribute("aria-expanded", "true")


def test_the_first_stop_of_the_keyboard_leads_past_the_menu(
    cast: Cast, chrome: Browser, live_server
) -> None:
    page = window(chrome, live_server, cast.bill)
    page.goto(reverse("pipeline"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
