"""What a form or an address sends: read in one way, wherever it is read, and told to the log."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse
from django_scopes import scope

import carethread.web
from carethread.codes.roles import Role
from carethread.record.models import AccessEvent, Claim, Client, Match
from carethread.web import http
from tests.cast import TODAY
from tests.web.world import Shown, signed_in

WEB = Path(carethread.web.__path__[0])
READS_OTHERWISE = {"http.py", "entry_fields.py"}  # a table's own entries have rules of their own


def test_numbers_and_days_are_read_in_one_place_and_the_log_is_only_added_to() -> None:
    reads = re.compile(r"isdecimal|isdigit|\bdate\.fromisoformat|request\.shown = ")
    sources = [path for path in WEB.rglob("*.py") if path.name not in READS_OTHERWISE]
    assert [path.name for path in sources if reads.search(path.read_text())] == []


def test_what_no_database_holds_and_no_calendar_reckons_with_is_nothing() -> None:
    assert [http.number(text) for text in ("", "x", "-1", "²", "٣", "9" * 19)] == [None] * 6
    assert (http.number("0"), http.number("12")) == (0, 12)
    assert [http.day(text) for text in ("", "x", "9999-12-31", "0001-01-01")] == [None] * 4
    assert http.day("2026-03-02") == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("match_choose", {"version": "9" * 30}),
        ("rule_clone", {"payer": "9" * 30}),
        ("deposit_match", {"check": ["9" * 30, "x"]}),
        ("group_open", {"on": "9999-12-31"}),
        ("group_leave", {"on": "0001-01-01"}),
    ],
)
def test_nonsense_is_answered_as_nothing(shown: Shown, address: str, sent: dict[str, str]) -> None:
    user = shown.cast.nora.user if address == "group_open" else shown.cast.bill
    user = shown.cast.ines if address == "group_leave" else user
    url = reverse(address, args=shown.args(address))
    assert signed_in(user).post(url, sent).status_code == 302


NUL = "\0"
ASKED = {
    "clients": ("q",),
    "trace": ("q",),
    "claims": ("owner",),
    "cases": ("state", "kind", "category", "owner", "service"),
    "denials": ("category", "owner", "service"),
    "access_log": ("client",),
    "access_log_csv": ("client",),
    "changes": ("client",),
    "unmatched_item": ("claim",),
    "walk_in_search": ("find",),
}


def test_a_nul_in_an_address_is_answered_like_anything_else(shown: Shown) -> None:
    """PostgreSQL holds none."""
    bill, nora = signed_in(shown.cast.bill), signed_in(shown.cast.nora.user)
    kay = signed_in(shown.people[Role.COMPLIANCE])
    who = {"walk_in_search": nora, "access_log": kay, "access_log_csv": kay, "changes": kay}
    for address, names in ASKED.items():
        url = reverse(address, args=shown.args(address))
        browser = who.get(address, bill)
        for name in names:
            for text in (NUL, f"{NUL}{NUL}x", f"Cla{NUL}ra"):
                got = browser.get(url, {name: text}).status_code
                assert got in (200, 404), (address, name)


def test_a_text_is_read_without_its_nul(shown: Shown) -> None:
    ines, clara = signed_in(shown.cast.ines), shown.cast.clara
    page = ines.get(reverse("clients"), {"q": f"Cla{NUL}ra"}).content.decode()
    assert reverse("client", args=[clara.pk]) in page
    assert ines.get(f"{reverse('clients')}%00").status_code == 200
    sent = {"revoked_on": f"{TODAY}{NUL}", f"x{NUL}": NUL}
    url = reverse("consent_revoke", args=[shown.consent.pk])
    assert ines.post(url, sent).status_code == 302
    with scope(organization=shown.cast.center):
        shown.consent.refresh_from_db()
        assert shown.consent.revoked_on == TODAY


def test_a_choice_that_comes_too_late_is_told_to_the_log_all_the_same(shown: Shown) -> None:
    with scope(organization=shown.cast.center):
        other = Client.objects.create(
            organization=shown.cast.center, mrn="M77", first_name="Otto", last_name="Other",
            birth_date=date(1990, 1, 1), sex="M",
        )  # fmt: skip
        Claim.objects.filter(pk=shown.denied.pk).update(client=other)
        Match.objects.update(state="not_ours")
        version = Claim.objects.get(pk=shown.denied.pk).current_id
    url = reverse("match_choose", args=[shown.match.pk])
    assert signed_in(shown.cast.bill).post(url, {"version": version}).status_code == 422
    with scope(organization=shown.cast.center):
        told = AccessEvent.objects.filter(action="match_choose")
        assert other.pk in {event.client_id for event in told}
