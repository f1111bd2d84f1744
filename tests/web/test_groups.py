"""Groups on screen: opened from the day, checked in by tap, written, signed once, corrected."""

from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_scopes import scope

from carethread.record.models import (
    AccessEvent,
    Attendance,
    Charge,
    Episode,
    Group,
    NoteVersion,
    Session,
)
from carethread.web import http
from carethread.workflow.common.stale import stamp
from tests.cast import PASSWORD, TODAY, Cast, make_client
from tests.groups import TOPIC, Circle, at, circle, fees, make_group, people
from tests.support.guards import lifted
from tests.web.world import signed_in

HTMX = {"HX-Request": "true"}


@pytest.fixture
def three(cast: Cast) -> Circle:
    """Abel, Bree and Carl, from ten to half past eleven; nothing is said of them yet."""
    with scope(organization=cast.center):
        fees(cast)
        return circle(cast, people(cast, 3), name="Coping skills")


@pytest.fixture
def nora(cast: Cast) -> Browser:
    return signed_in(cast.nora.user)


def pk(one: Circle, name: str) -> int:
    with scope(organization=one.cast.center):
        return one.of(name).pk


def fresh(one: Circle, name: str) -> Attendance:
    with scope(organization=one.cast.center):
        return Attendance.objects.select_related("note__current").get(pk=pk(one, name))


def page(browser: Browser, one: Circle) -> str:
    return browser.get(reverse("group_session", args=[one.session.pk])).content.decode()


def preview(browser: Browser, one: Circle) -> str:
    answer = browser.get(reverse("group_preview", args=[one.session.pk]))
    return unescape(answer.content.decode())


def tap(browser: Browser, one: Circle, name: str, kind: str) -> Any:
    url = reverse("attendance_mark", args=[pk(one, name)])
    return browser.post(url, {"kind": kind}, headers=HTMX)


def typed(one: Circle, *names: str, **more: object) -> dict[str, object]:
    """What stands on the page once everything is written, and the password."""
    own = {}
    for name in names:
        key = pk(one, name)
        own |= {
            f"own_{key}_response": f"{name[0]} spoke.", f"own_{key}_dx": ["F331"],
            f"own_{key}_participation": "Listened", f"seen_{key}": stamp({}),
        }  # fmt: skip
    shared = {f"shared_{key}": words for key, words in TOPIC.items()}
    return {"seen_shared": stamp({}), "password": PASSWORD, **shared, **own, **more}


def sign(browser: Browser, one: Circle, *names: str, **more: object) -> Any:
    for name in names:
        tap(browser, one, name, "present")
    return browser.post(reverse("group_sign", args=[one.session.pk]), typed(one, *names, **more))


def charged(one: Circle) -> dict[str, tuple[str, int, int]]:
    with scope(organization=one.cast.center):
        rows = Charge.objects.filter(state="live").select_related("current", "client")
        return {
            row.client.first_name: (row.current.code, row.current.units, row.current.amount_cents)
            for row in rows
        }


# ------------------------------------------------------------------------------ my day


def test_a_group_of_the_day_is_opened_from_my_day_once(cast: Cast, nora: Browser) -> None:
    with scope(organization=cast.center):
        group = make_group(cast, people(cast, 2), name="Coping skills")
    page = nora.get(reverse("day")).content.decode()
    assert "Coping skills" in page
    assert "2 on the roster" in page
    url = reverse("group_open", args=[group.pk])
    first, again = (nora.post(url, {"on": str(TODAY)}) for _ in range(2))
    assert first.url == again.url
    assert "2 to check in" in nora.get(reverse("day")).content.decode()
    with scope(organization=cast.center):
        assert Session.objects.count() == 1


def test_a_meeting_that_nobody_opened_is_asked_for_with_its_age(cast: Cast, nora: Browser) -> None:
    with scope(organization=cast.center):
        make_group(cast, people(cast, 2), name="Coping skills")
    page = nora.get(reverse("day")).content.decode()
    before = page[page.index("Groups not signed yet") :]
    assert "Feb 23" in before
    assert "7 days" in before


# ------------------------------------------------------------------------------ checking in


def test_a_tap_is_kept_and_shows_what_to_write(three: Circle, nora: Browser) -> None:
    answer = tap(nora, three, "Abel", "present")
    assert answer.status_code == 200
    assert f'id="own_{pk(three, "Abel")}_response"' in answer.content.decode()
    assert answer["HX-Trigger"] == "group-changed"
    assert fresh(three, "Abel").status == "present"
    again = tap(nora, three, "Abel", "present").content.decode()
    assert "_response" not in again, "what is being typed is left alone"


def test_late_is_the_clocks_time_while_the_group_meets(
    three: Circle, nora: Browser, monkeypatch
) -> None:
    monkeypatch.setattr(http, "now", lambda: at(10, 20))
    tap(nora, three, "Abel", "late")
    assert fresh(three, "Abel").arrived_at == at(10, 20)
    assert "10:20 AM to 11:30 AM" in page(nora, three)


def test_afterwards_the_time_is_asked_for_at_that_client(three: Circle, nora: Browser) -> None:
    answer = tap(nora, three, "Abel", "late")
    assert answer.status_code == 422
    assert "Type when Abel Nr0 came." in answer.content.decode()
    url = reverse("attendance_times", args=[pk(three, "Abel")])
    said = {"arrived": "10:25", "left": "11:30", "telehealth": "video"}
    nora.post(url, said, headers=HTMX)
    abel = fresh(three, "Abel")
    assert (abel.status, abel.arrived_at, abel.left_at) == ("present", at(10, 25), None)
    assert abel.telehealth == "video"
    wrong = nora.post(url, {**said, "arrived": "09:00"}, headers=HTMX)
    assert "The group met from 10:00 to 11:30." in wrong.content.decode()


def test_without_scripts_a_tap_leads_back_to_the_client(three: Circle, nora: Browser) -> None:
    abel = pk(three, "Abel")
    answer = nora.post(reverse("attendance_mark", args=[abel]), {"kind": "no_show"})
    assert answer.url.endswith(f"#client-{abel}")
    assert fresh(three, "Abel").status == "no_show"


def test_one_tap_says_that_all_others_came(three: Circle, nora: Browser) -> None:
    tap(nora, three, "Bree", "no_show")
    nora.post(reverse("group_all_here", args=[three.session.pk]))
    said = [fresh(three, name).status for name in ("Abel", "Bree", "Carl")]
    assert said == ["present", "no_show", "present"]


def test_a_walk_in_is_found_by_name_and_added(three: Circle, nora: Browser) -> None:
    find = reverse("walk_in_search", args=[three.session.pk])
    assert "Abel" not in nora.get(find, {"find": "abel"}).content.decode(), "is here already"
    found = nora.get(find, {"find": "clara cl"}).content.decode()
    assert "Clara Client" in found
    nora.post(reverse("walk_in", args=[three.session.pk]), {"episode": three.cast.episode.pk})
    assert "walk-in" in page(nora, three)
    assert fresh(three, "Clara").status == "present"
    nora.post(reverse("attendance_remove", args=[pk(three, "Clara")]))
    assert "Clara Client" not in page(nora, three)


def test_only_the_facilitators_open_a_session(three: Circle, nora: Browser) -> None:
    url = reverse("group_session", args=[three.session.pk])
    assert nora.get(url).status_code == 200
    sam, vera = signed_in(three.cast.sam.user), signed_in(three.cast.vera.user)
    assert "Nora Notes signs." in sam.get(url).content.decode()
    assert vera.get(url).status_code == 403
    sam.post(reverse("group_lead", args=[three.session.pk]))
    assert "Sign for all who came" in sam.get(url).content.decode()


# ------------------------------------------------------------------------------ writing


def test_what_is_typed_is_kept_for_all_and_for_each(three: Circle, nora: Browser) -> None:
    tap(nora, three, "Abel", "present")
    said = typed(three, "Abel")
    for url in (
        reverse("group_shared", args=[three.session.pk]),
        reverse("attendance_part", args=[pk(three, "Abel")]),
    ):
        kept = nora.post(url, said, headers=HTMX)
        assert "Saved" in kept.content.decode()
        assert "hx-swap-oob" in kept.content.decode(), "the stamp of what is kept now"
    shown = unescape(page(nora, three))
    assert "Role play of a refusal." in shown
    assert "A spoke." in shown
    note = fresh(three, "Abel").note
    assert (note.diagnoses, note.content["participation"]) == (["F331"], "Listened")


def test_what_another_window_wrote_is_not_overwritten_unasked(three: Circle, nora: Browser) -> None:
    url = reverse("group_shared", args=[three.session.pk])
    nora.post(url, typed(three), headers=HTMX)
    second = typed(three, shared_topic="From the second window")
    refused = nora.post(url, second, headers=HTMX).content.decode()
    assert "changed in another window" in refused
    assert "Keep what is here" in refused
    nora.post(url, {**second, "keep_mine": "yes"}, headers=HTMX)
    assert "From the second window" in page(nora, three)


# ------------------------------------------------------------------------------ signing


def test_the_preview_says_for_each_what_is_billed_to_whom_and_what_stands_against_it(
    three: Circle, nora: Browser
) -> None:
    for name in ("Abel", "Bree"):
        tap(nora, three, name, "present")
    said = preview(nora, three)
    assert "Say whether they came: Carl Nr2." in said
    assert "Say something of Abel Nr0 alone." in said
    assert said.count("90853") == 2
    assert "1 unit, Harbor Health" in said
    assert "$120.00" in said
    with scope(organization=three.cast.center), lifted(connection):
        Episode.objects.get(client__first_name="Bree").plans.all().delete()
    assert "PLAN_ACTIVE" in preview(nora, three)
    with scope(organization=three.cast.center):
        assert not NoteVersion.objects.exists()


def test_one_signature_signs_for_all_who_came_with_what_stands_on_the_page(
    three: Circle, nora: Browser
) -> None:
    tap(nora, three, "Carl", "no_show")
    answer = sign(nora, three, "Abel", "Bree")
    assert answer.status_code == 302, answer.content.decode()
    assert charged(three) == dict.fromkeys(("Abel", "Bree"), ("90853", 1, 6000))
    shown = page(nora, three)
    for name in ("Abel", "Bree"):
        assert reverse("note_signed", args=[fresh(three, name).note.pk]) in shown
    assert "What the signature created" in shown
    assert preview(nora, three).count("90853") == 2
    assert sign(nora, three).status_code == 302, "a second click"
    with scope(organization=three.cast.center):
        assert NoteVersion.objects.count() == 2


def test_what_keeps_the_group_from_being_signed_stands_at_its_client_and_no_text_is_lost(
    three: Circle, nora: Browser
) -> None:
    bree = pk(three, "Bree")
    said = {f"own_{bree}_response": "Gave Abel an honest answer.", f"own_{bree}_dx": []}
    answer = sign(nora, three, "Abel", "Bree", **said)
    assert answer.status_code == 422
    shown = unescape(answer.content.decode())
    at_bree = shown[shown.index(f'id="client-{bree}"') :].partition('id="part-')[0]
    assert "“Abel” is in the group as well" in at_bree
    assert "Choose at least one diagnosis" in at_bree
    assert "Say whether they came: Carl Nr2." in shown
    assert "Gave Abel an honest answer." in shown
    with scope(organization=three.cast.center):
        assert not NoteVersion.objects.exists()


def test_a_wrong_password_signs_nothing_and_keeps_what_was_typed(
    three: Circle, nora: Browser
) -> None:
    tap(nora, three, "Carl", "no_show")
    answer = sign(nora, three, "Abel", "Bree", password="guess")
    assert "not your password" in unescape(answer.content.decode())
    assert fresh(three, "Abel").note.content["response"] == "A spoke."
    assert fresh(three, "Abel").note.current is None


def test_a_correction_after_the_signature_touches_one_client(three: Circle, nora: Browser) -> None:
    tap(nora, three, "Carl", "no_show")
    sign(nora, three, "Abel", "Bree")
    url = reverse("attendance_correct", args=[pk(three, "Bree")])
    assert 'value="10:00"' in nora.get(url).content.decode()
    said = {"attended": "yes", "arrived": "10:00", "left": "10:40", "password": PASSWORD}
    refused = nora.post(url, said)
    assert refused.status_code == 422
    assert "Say why this addendum is needed." in refused.content.decode()
    assert nora.post(url, {**said, "reason": "Left early."}).status_code == 302
    bree, abel = fresh(three, "Bree").note.current, fresh(three, "Abel").note.current
    assert (bree.number, bree.minutes, bree.reason) == (2, 40, "Left early.")
    assert abel.number == 1
    assert nora.post(url, {**said, "attended": "no", "reason": "A mistake."}).status_code == 302
    assert set(charged(three)) == {"Abel"}


def test_fifty_clients_are_opened_with_as_many_questions_as_three(
    cast: Cast, nora: Browser
) -> None:
    def asked(one: Circle) -> int:
        url = reverse("group_session", args=[one.session.pk])
        nora.get(url)
        with CaptureQueriesContext(connection) as found:
            assert nora.get(url).status_code == 200
        return len(found)

    with scope(organization=cast.center):
        few = circle(cast, people(cast, 3))
        many = [
            make_client(cast.center, cast.program, cast.payer, f"N{n}", "Fifty", f"HH7{n:07d}")[0]
            for n in range(50)
        ]
        full = circle(cast, many, hour=14)
        looks = AccessEvent.objects.filter(client__in=many)
    assert asked(full) == asked(few) < 25
    with scope(organization=cast.center):
        assert looks.values("client").distinct().count() == 50, "and each look is written down"


# ------------------------------------------------------------------------------ the group itself


def test_a_group_is_set_up_with_its_days_and_its_roster(cast: Cast, nora: Browser) -> None:
    said = {
        "name": "Mornings", "program": cast.program.pk, "service": "group", "telehealth": "",
        "facilitator": cast.nora.pk, "co_facilitator": cast.nora.pk, "weekdays": [0, 3],
        "starts_at": "09:30", "minutes": 60, "capacity": 10, "is_active": "on",
    }  # fmt: skip
    assert nora.post(reverse("group_new"), said).status_code == 422, "two are two people"
    answer = nora.post(reverse("group_new"), {**said, "co_facilitator": ""})
    with scope(organization=cast.center):
        group = Group.objects.get()
    assert answer.url == reverse("group", args=[group.pk]), "where its roster is filled"
    assert group.weekdays == [0, 3]
    nora.post(reverse("group_join", args=[group.pk]), {"episode": cast.episode.pk})
    shown = nora.get(reverse("group", args=[group.pk])).content.decode()
    assert "Clara Client" in shown
    assert "Mon, Thu" in nora.get(reverse("groups")).content.decode()
    with scope(organization=cast.center):
        member = group.members.get()
    nora.post(reverse("group_leave", args=[member.pk]))
    assert "Has left" in nora.get(reverse("group", args=[group.pk])).content.decode()


def test_a_number_that_no_database_holds_is_nobody(three: Circle, nora: Browser) -> None:
    for number in ("9" * 30, "9" * 5_000):
        answer = nora.post(
            reverse("walk_in", args=[three.session.pk]), {"episode": number}, follow=True
        )
        assert "Choose somebody from the list." in unescape(answer.content.decode())
        assert nora.get(f"/clients/?page={number}").status_code == 200
