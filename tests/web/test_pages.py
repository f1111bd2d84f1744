"""What holds on every page: nothing inline, every icon there, few queries, headings in order."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from django.conf import settings
from django.db import connection
from django.http.response import ResponseHeaders
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from carethread.record.models import User
from carethread.web.permissions import DOORS, may
from carethread.web.states import CASE_STATES, CLAIM_STATES, DELIVERY_STATES
from tests.web.world import Shown, signed_in

pytestmark = pytest.mark.xdist_group("pages")  # walked once, by one worker

MOST_QUERIES = 30
FRAGMENTS = {
    "access_log_csv", "case_lines_csv", "case_paper", "contract_csv",
    "diagnosis_search", "diagnosis_options", "eligibility_panel",
    "eob_scan", "file_raw", "group_preview", "note_benefits", "receipt", "statement",
    "statement_preview", "statements_print", "walk_in_search",
}  # fmt: skip
OPEN_PAGES = ["account_login", "account_reset_password", "account_reset_password_done"]


CONTROLS = ("input", "select", "textarea", "button")


class Looks(HTMLParser):
    """Collects what a strict Content-Security-Policy forbids, and what makes a page hard to use."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.controls: list[dict[str, str | None]] = []
        self.headings: list[int] = []
        self.links: set[str] = set()
        self.offered: set[str] = set()  # where a form that can be filled in or sent would go
        self._sends_to: str | None = None
        self._in_script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.faults += [
            f"<{tag} {name}>" for name in given if name == "style" or re.match(r"on[a-z]+$", name)
        ]
        self.faults += [f"<{tag} {n}>" for n in given if n.startswith(("hx-on", "hx-vars"))]
        if tag == "style" or str(given.get("href", "")).startswith("javascript:"):
            self.faults.append(f"<{tag}>")
        self._in_script = tag == "script"
        if tag == "a" and str(given.get("href", "")).startswith("/"):
            self.links.add(str(given["href"]).partition("#")[0])
        if "id" in given:
            self.ids.append(str(given["id"]))
        if tag == "label" and given.get("for"):
            self.labelled.add(str(given["for"]))
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            self.controls.append(given)
        if tag == "form":
            self._sends_to = str(given.get("action") or "") if given["method"] == "post" else None
        if tag in CONTROLS and given.get("type") != "hidden" and "disabled" not in given:
            self.offered |= set() if self._sends_to is None else {self._sends_to}
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False
        if tag == "form":
            self._sends_to = None

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.faults.append("a script with a body")

    def unlabelled(self) -> list[str]:
        return [
            str(control.get("name"))
            for control in self.controls
            if control.get("id") not in self.labelled and not control.get("aria-label")
        ]


def pages(shown: Shown) -> Iterator[tuple[str, str, Browser, User]]:
    """Every page, as everybody who may open it."""
    for user in shown.people.values():
        browser = signed_in(user)
        for address, door in DOORS.items():
            if address not in FRAGMENTS and not door.open and may(user, address):
                yield address, reverse(address, args=shown.args(address)), browser, user


@dataclass
class Seen:
    """A page that somebody opened."""

    address: str
    url: str
    looks: Looks
    headers: ResponseHeaders
    asked: int  # of the database, for the first answer
    browser: Browser
    user: User
    stands_at: str

    @classmethod
    def by(cls, address: str, url: str, browser: Browser, user: User) -> "Seen | None":
        with CaptureQueriesContext(connection) as asked:
            answer = browser.get(url)
        if answer.status_code == 302:
            answer = browser.get(answer.url, follow=True)
        if answer.status_code != 200:
            return None
        looks = Looks(answer.content.decode())
        return cls(
            address, url, looks, answer.headers, len(asked), browser, user,
            stands_at=answer.request["PATH_INFO"],
        )  # fmt: skip


_SEEN: list[Seen] = []


@pytest.fixture
def seen(request: pytest.FixtureRequest) -> list[Seen]:
    """Every page that opens, looked at; once for all tests of this file."""
    if not _SEEN:
        walk = pages(request.getfixturevalue("shown"))
        _SEEN.extend(filter(None, (Seen.by(*page) for page in walk)))
    assert len(_SEEN) > 100
    return _SEEN


def test_no_page_carries_style_or_script_inline(seen: list[Seen]) -> None:
    assert [(page.address, page.looks.faults) for page in seen if page.looks.faults] == []


def test_every_page_forbids_what_is_inline(seen: list[Seen]) -> None:
    for page in seen:
        policy = page.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy


def test_every_control_has_its_label(seen: list[Seen]) -> None:
    found = [(page.address, page.looks.unlabelled()) for page in seen]
    assert [(address, names) for address, names in found if names] == []


def test_no_page_uses_an_id_twice(seen: list[Seen]) -> None:
    counted = {page.address: Counter(page.looks.ids) for page in seen}
    twice = {address: [i for i, n in ids.items() if n > 1] for address, ids in counted.items()}
    assert {address: ids for address, ids in twice.items() if ids} == {}


def test_every_page_has_one_title_and_no_heading_skips_a_level(seen: list[Seen]) -> None:
    for page in seen:
        headings = page.looks.headings
        assert headings.count(1) == 1, page.address
        steps = [after - before for before, after in pairwise(headings)]
        assert max(steps, default=0) <= 1, (page.address, headings)


def test_no_page_asks_the_database_more_than_thirty_times(seen: list[Seen]) -> None:
    assert {page.address: page.asked for page in seen if page.asked > MOST_QUERIES} == {}


def test_no_page_shows_a_link_that_its_reader_may_not_open(seen: list[Seen], shown: Shown) -> None:
    assert shown
    opened = {(page.url, page.browser) for page in seen}
    found = {
        (_place(link), page.browser): (page.address, link)
        for page in seen
        for link in page.looks.links
        if (link, page.browser) not in opened
    }
    assert len(found) > 150
    closed = {
        (address, link, answer.status_code)
        for (_, browser), (address, link) in found.items()
        if (answer := browser.get(link)).status_code not in (200, 302)
    }
    assert closed == set()


def test_no_page_shows_a_form_to_fill_in_that_its_reader_may_not_send(seen: list[Seen]) -> None:
    closed = {
        (page.address, where)
        for page in seen
        for action in page.looks.offered
        if not may(page.user, where := resolve(action or page.stands_at).view_name, "POST")
    }
    assert closed == set()


def _place(link: str) -> tuple[str, tuple[str, ...]]:
    """Where a link leads: what it asks there differs, and who may ask does not."""
    path, _, asked = link.partition("?")
    return path, tuple(sorted(parse_qs(asked)))


@pytest.mark.parametrize("address", OPEN_PAGES)
def test_pages_before_sign_in_carry_nothing_inline_either(address: str, db, client) -> None:
    looks = Looks(client.get(reverse(address)).content.decode())
    assert (looks.faults, looks.unlabelled()) == ([], [])


@pytest.mark.parametrize(("user", "url", "status"), [("bill", "/notes/1/signed/", 403),
                                                    ("bill", "/claims/999/", 404)])  # fmt: skip
def test_a_refusal_wears_our_look_and_says_what_to_do(cast, user, url, status) -> None:
    from tests.cast import draft_of

    if status == 403:
        from django_scopes import scope

        with scope(organization=cast.center):
            url = reverse("note_signed", args=[draft_of(cast).pk])
    answer = signed_in(getattr(cast, user)).get(url)
    assert answer.status_code == status
    assert "To my start page" in answer.content.decode()
    assert Looks(answer.content.decode()).faults == []


# ------------------------------------------------------------------------------ icons


def _icons_named() -> set[str]:
    """Every icon that a template or a state names."""
    named: set[str] = set()
    for template in (Path(settings.WEB) / "templates").rglob("*.html"):
        text = template.read_text()
        named |= set(re.findall(r'{% icon "([a-z0-9-]+)"', text))
        named |= set(re.findall(r'sign="([a-z0-9-]+)"', text))
        named |= set(re.findall(r'{% chip [^%]*?"[a-z]+" "([a-z0-9-]+)" %}', text))
    for states in (CLAIM_STATES, CASE_STATES, DELIVERY_STATES):
        named |= {words.icon for words in states.values() if words.icon}
    return named


def test_every_icon_that_is_named_exists() -> None:
    named = _icons_named()
    assert len(named) > 40
    assert {name for name in named if not (settings.ICONS / f"{name}.svg").exists()} == set()
