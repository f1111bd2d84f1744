"""Claims leave by one connection: a second one that would carry nothing is refused. What is set on
one stays in its history; the screen shows how each stands."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse
from django_scopes import scope

from carethread.insight.connections import standing
from carethread.record.models import Case, Connection
from carethread.workflow import follow_up, receive
from carethread.workflow.center import connections, staff
from carethread.workflow.center.connections import REAL_TIME, Wanted
from carethread.workflow.common.errors import Refused
from tests.cast import NOW, Cast, build
from tests.payers import make_connection
from tests.web.world import signed_in


def test_a_second_active_connection_is_refused_with_what_to_do(alder: Cast) -> None:
    first = make_connection(alder.center)
    with pytest.raises(Refused, match="Deactivate it first"):
        make_connection(alder.center)
    staff.save_connection(first)  # itself again is no second one
    first.is_active = False
    staff.save_connection(first)
    assert make_connection(alder.center).is_active
    first.is_active = True
    with pytest.raises(Refused):
        staff.save_connection(first)
    assert Connection.objects.filter(is_active=True).count() == 1


def test_what_is_set_stands_in_the_history_with_who_and_why_and_twice_is_once(alder: Cast) -> None:
    row = make_connection(alder.center)

    def put(*wanted: bool) -> bool:
        return connections.set_up(
            row, Wanted(*wanted), reason="They opened it.", user=alder.ada, now=NOW
        )

    assert put(True, True, True)
    assert not put(True, True, True)
    row.refresh_from_db()
    assert (row.is_active, row.takes_270, row.takes_276) == (True, True, True)
    (event,) = row.history.all()
    assert event.user == alder.ada
    assert event.words == (
        "Questions about coverage (270) go this way: yes; "
        "questions about claims (276) go this way: yes. They opened it."
    )


def test_what_answers_at_once_takes_no_files_of_questions_about_claims(alder: Cast) -> None:
    row = make_connection(alder.center, kind=REAL_TIME)
    with pytest.raises(Refused, match="go by a file"):
        connections.set_up(row, Wanted(True, True, True), reason="", user=alder.ada, now=NOW)
    first = make_connection(alder.center)
    first.is_active = False
    staff.save_connection(first)
    make_connection(alder.center)
    with pytest.raises(Refused, match="Deactivate it first"):
        connections.set_up(first, Wanted(True, True, False), reason="", user=alder.ada, now=NOW)


def test_the_screen_tells_when_it_was_heard_that_it_fails_and_who_set_what(alder: Cast) -> None:
    row = make_connection(alder.center)
    file = receive.store(
        b"ISA*00*x", organization=alder.center, name="x.835", now=NOW, connection=row
    )
    for _ in range(3):
        connections.failed(row, ConnectionError("The door is shut."), NOW)
    follow_up.run(alder.center, now=NOW)
    (known,) = standing(NOW)
    assert (known.heard_at, len(known.alarms), known.overdue) == (file.made_at, 1, 0)
    ada, bill = signed_in(alder.ada), signed_in(alder.bill)
    listed = ada.get(reverse("connections")).content.decode()
    assert "Failing" in listed
    assert "The door is shut." in listed
    url = reverse("connection", args=[row.pk])
    sent = {"is_active": "on", "takes_270": "on", "reason": "They opened it."}
    assert bill.post(url, sent).status_code == 403
    assert "You may look at this." in bill.get(url).content.decode()
    assert ada.post(url, sent).status_code == 302
    history = ada.get(url).content.decode().partition('id="hist"')[2]
    assert "Questions about coverage (270) go this way: yes. They opened it." in history
    assert "Ada Admin" in history.partition("</section>")[0]


def test_one_that_failed_and_is_activated_again_is_tried_at_once_and_can_alarm_again(
    alder: Cast,
) -> None:
    row = make_connection(alder.center)

    def alarms(failures: int) -> list[Case]:
        row.refresh_from_db()
        for _ in range(failures):
            connections.failed(row, ConnectionError("The door is shut."), NOW)
        follow_up.run(alder.center, now=NOW)
        return list(Case.objects.filter(kind="connection").exclude(state="closed"))

    def put(active: bool) -> None:
        wanted = Wanted(active, row.takes_270, row.takes_276)
        connections.set_up(row, wanted, reason="Tried.", user=alder.ada, now=NOW)

    (first,) = alarms(3)
    assert alarms(1) == [first], "it is asked about once"
    put(active=False)
    assert alarms(0) == []
    first.refresh_from_db()
    assert first.resolution == "The connection is not in use any more."
    put(active=True)
    row.refresh_from_db()
    assert (row.failures, row.last_error, row.next_attempt_at) == (0, "", None)
    assert alarms(2) == [], "what failed before counts no more"
    (second,) = alarms(1)
    assert second.pk != first.pk


def test_the_alarm_of_one_that_works_again_closes_while_another_fails(alder: Cast) -> None:
    files = make_connection(alder.center)
    at_once = make_connection(alder.center, kind=REAL_TIME)
    for row in (files, at_once):
        for _ in range(3):
            connections.failed(row, ConnectionError("The door is shut."), NOW)
    follow_up.run(alder.center, now=NOW)
    connections.succeeded(files, NOW)
    follow_up.run(alder.center, now=NOW)
    assert {one.row: len(one.alarms) for one in standing(NOW)} == {files: 0, at_once: 1}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_of_two_activated_in_the_same_instant_one_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cast = build()
    look = connections.refuse_second

    def slowly(row: Connection) -> None:
        look(row)
        time.sleep(0.5)

    def activate(row: Connection) -> str:
        try:
            with scope(organization=cast.center):
                wanted = Wanted(True, row.takes_270, row.takes_276)
                connections.set_up(row, wanted, reason="", user=cast.ada, now=NOW)
        except Refused:
            return "refused"
        finally:
            connection.close()
        return "activated"

    with scope(organization=cast.center):
        rows = []
        for _ in range(2):
            rows.append(make_connection(cast.center))
            Connection.objects.update(is_active=False)
    monkeypatch.setattr(connections, "refuse_second", slowly)
    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(activate, rows)) == ["activated", "refused"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_of_two_added_in_the_same_instant_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    cast = build()
    look = staff.refuse_second

    def slowly(row: Connection) -> None:
        look(row)
        time.sleep(0.5)

    def add(_number: int) -> str:
        try:
            with scope(organization=cast.center):
                make_connection(cast.center)
        except Refused:
            return "refused"
        finally:
            connection.close()
        return "added"

    monkeypatch.setattr(staff, "refuse_second", slowly)
    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(add, range(2))) == ["added", "refused"]
    with scope(organization=cast.center):
        assert Connection.objects.filter(is_active=True).count() == 1
