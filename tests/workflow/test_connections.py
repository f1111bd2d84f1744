"""Claims leave by one connection: a second one that would carry nothing is refused. What is set on
one stays in its history; the screen shows how each stands."""

import pytest
from django.urls import reverse

from carethread.insight.connections import standing
from carethread.record.models import Connection
from carethread.workflow import follow_up, receive
from carethread.workflow.center import connections, staff
from carethread.workflow.center.connections import REAL_TIME, Wanted
from carethread.workflow.common.errors import Refused
from tests.cast import NOW, Cast
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
    page = ada.get(url).content.decode()
    assert "Questions about coverage (270) go this way: yes. They opened it." in page
    assert "Ada Admin" in page
