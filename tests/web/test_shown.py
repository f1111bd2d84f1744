"""Whose data a page shows stands in the access log, be it a page of one client or a long list."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_scopes import scope

from carethread.codes.roles import Role
from carethread.record.models import AccessEvent, Claim, Client, User
from carethread.web import http
from carethread.web.permissions import DOORS, may
from tests.cast import make_client
from tests.web.world import LATER, Shown, signed_in

UNKNOWN = "unmatched"
"""It shows names as payers tell them, of whom nobody has said yet who they are."""
FIRST = (Role.BILLER, Role.INTAKE, Role.CLINICIAN, Role.SUPERVISOR)  # who see most


def _pages(shown: Shown) -> Iterator[tuple[User, Browser, str, str]]:
    """Every page, as each of these roles that may open it, else as the first that may."""
    people = sorted(shown.people.items(), key=lambda one: (one[0] not in FIRST, one[0].value))
    browsers = {role: signed_in(user) for role, user in people}
    for address, door in DOORS.items():
        if door.open or address == UNKNOWN:
            continue
        able = [(role, user) for role, user in people if may(user, address)]
        chosen = [one for one in able if one[0] in FIRST] or able[:1]
        for role, user in chosen:
            yield user, browsers[role], address, reverse(address, args=shown.args(address))


def _told_of(text: str, clients: list[Client]) -> set[int]:
    return {one.pk for one in clients if one.name in text or one.mrn in text}


def test_every_client_that_a_page_names_is_in_the_access_log(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "now", lambda: LATER)
    with scope(organization=shown.cast.center):
        clients = list(Client.objects.all())
    missing, named = set(), 0
    for user, browser, address, url in _pages(shown):
        with scope(organization=shown.cast.center):
            before = AccessEvent.objects.order_by("pk").last()
        answer = browser.get(url, follow=True)
        if answer.status_code != 200 or "html" not in answer["Content-Type"]:
            continue
        with scope(organization=shown.cast.center):
            events = AccessEvent.objects.filter(user=user, pk__gt=before.pk if before else 0)
            written = set(events.values_list("client", flat=True))
        told = _told_of(answer.content.decode(), clients)
        named += len(told)
        missing |= {(address, pk) for pk in told - written}
    assert " ".join(sorted({address for address, _ in missing})) == ""
    assert named > 100, "the walk has to meet clients"


def test_a_list_is_written_in_one_statement_however_long_it_is(shown: Shown) -> None:
    cast = shown.cast
    with scope(organization=cast.center):
        for number in range(20):
            make_client(
                cast.center, cast.program, cast.payer, "Zoe", f"Zed{number}", f"HH1000{number:04}"
            )
        everybody = set(Client.objects.values_list("pk", flat=True))
    with CaptureQueriesContext(connection) as asked:
        signed_in(cast.bill).get(reverse("clients"))
    inserts = [q for q in asked if q["sql"].startswith('INSERT INTO "record_accessevent"')]
    assert len(inserts) == 1
    with scope(organization=cast.center):
        seen = AccessEvent.objects.filter(action="clients").values_list("client", flat=True)
        assert set(seen) == everybody


def test_a_file_tells_of_everybody_in_it(shown: Shown) -> None:
    signed_in(shown.cast.bill).get(reverse("file_raw", args=[shown.file.pk]))
    with scope(organization=shown.cast.center):
        inside = set(Claim.objects.filter(versions__file=shown.file).values_list("client"))
        seen = AccessEvent.objects.filter(action="file_raw").values_list("client")
        assert inside
        assert set(seen) == inside
