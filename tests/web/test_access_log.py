"""Who looked at whom is on a screen, narrows, goes into a spreadsheet, and is a look itself."""

import csv
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django_scopes import scope

from carethread.codes.roles import Role
from carethread.record.models import AccessEvent
from carethread.web.center.access_log import COLUMNS
from carethread.workflow.center.access import log_access
from tests.cast import TODAY
from tests.web.world import LATER, Shown, signed_in


@pytest.fixture
def kay(shown: Shown) -> Browser:
    """The compliance officer, after Bill and Nora have looked at two clients."""
    bill, nora = signed_in(shown.cast.bill), signed_in(shown.cast.nora.user)
    bill.get(reverse("claim", args=[shown.held.pk]))
    nora.get(reverse("client", args=[shown.dana.pk]))
    nora.get(reverse("claim", args=[shown.held.pk]))
    return signed_in(shown.people[Role.COMPLIANCE])


def rows(browser: Browser, **asked: object) -> list[list[str]]:
    answer = browser.get(reverse("access_log_csv"), asked)
    assert answer["Content-Type"].startswith("text/csv")
    head, *found = csv.reader(answer.content.decode().splitlines())
    assert head == COLUMNS
    return found


def test_it_narrows_to_a_client_a_person_and_days(shown: Shown, kay: Browser) -> None:
    def names(column: int, **asked: object) -> set[str]:
        return {row[column] for row in rows(kay, **asked)}

    clara = rows(kay, client="cli clara")
    assert ("Bill Bodkin", "Clara Client", "Shown") in {(r[1], r[2], r[5]) for r in clara}
    assert names(2, client="cli clara") == {"Clara Client"}
    assert names(2, client=shown.dana.mrn) == {"Dana Dole"}
    assert names(1, user=shown.cast.nora.user_id) == {"Nora Notes"}
    assert rows(kay, until=TODAY - timedelta(days=1)) == []
    assert rows(kay, since=TODAY, until=TODAY, user=shown.cast.bill.pk)


def test_refusals_are_told_apart(kay: Browser) -> None:
    page = kay.get(reverse("access_log")).content.decode()
    assert "Refused" in page
    assert "Nora Notes" in page


def test_looking_at_the_log_is_a_look_at_that_client(shown: Shown, kay: Browser) -> None:
    for address in ("access_log", "access_log_csv"):
        kay.get(reverse(address), {"client": "Clara"})
        with scope(organization=shown.cast.center):
            event = AccessEvent.objects.latest("pk")
        assert (event.action, event.client) == (address, shown.cast.clara)
        assert event.user == shown.people[Role.COMPLIANCE]


def test_long_logs_come_in_pages(shown: Shown, kay: Browser) -> None:
    with scope(organization=shown.cast.center):
        for _ in range(60):
            log_access(shown.cast.bill, action="claims", path="/claims/", method="GET",
                       status=200, client_ids=[None], address="", now=LATER)  # fmt: skip
    page = kay.get(reverse("access_log"), {"user": shown.cast.bill.pk}).content.decode()
    assert f"user={shown.cast.bill.pk}&amp;page=2" in page


@pytest.mark.parametrize("asked", [{"since": "x"}, {"user": "9" * 30}, {"client": "%'"}])
def test_nonsense_breaks_nothing(kay: Browser, asked: dict[str, str]) -> None:
    assert kay.get(reverse("access_log"), asked).status_code == 200


def test_a_name_is_no_formula(shown: Shown, kay: Browser) -> None:
    shown.cast.bill.first_name = "=1+1"
    shown.cast.bill.save()
    assert "'=1+1 Bodkin" in {row[1] for row in rows(kay, user=shown.cast.bill.pk)}
