"""A way to a clearinghouse is set up and corrected at the screens. No secret is ever in the record,
and its history tells what was changed, not what it says."""

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django_scopes import scope

from carethread.record.models import Connection, ConnectionEvent
from tests.cast import NOW, Cast
from tests.web.world import signed_in

WAY = {"name": "Clearinghouse", "receiver_name": "Clearing House", "receiver_id": "CLEARING",
       "sender_id": "ALDERROW", "outbound_folder": "in", "inbound_folder": "out"}  # fmt: skip
BY_SFTP = {**WAY, "setting_host": "sftp.example", "setting_username": "alder",
           "setting_host_key": "ssh-ed25519 AAAA", "setting_password": "env:PASSWORD",
           "takes_276": "on"}  # fmt: skip


@pytest.fixture
def ada(cast: Cast) -> Browser:
    return signed_in(cast.ada)


def connect(ada: Browser, kind: str, typed: dict[str, str]):
    return ada.post(f"{reverse('connection_new')}?kind={kind}", typed)


def test_a_connection_is_set_up_with_the_settings_of_its_kind(cast: Cast, ada: Browser) -> None:
    assert connect(ada, "sftp", BY_SFTP).status_code == 302
    with scope(organization=cast.center):
        row = Connection.objects.get()
        assert (row.kind, row.is_active, row.takes_276) == ("sftp", True, True)
        assert row.settings == {
            "host": "sftp.example", "username": "alder", "password": "env:PASSWORD",
            "host_key": "ssh-ed25519 AAAA",
        }  # fmt: skip
        event = ConnectionEvent.objects.get()
        assert (event.words, event.user) == ("Set up.", cast.ada)
    page = ada.get(reverse("connections")).content.decode()
    assert "Not tried yet" in page, "it does not pretend to work"


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        ("sftp", {**BY_SFTP, "setting_password": "hunter2"}, "the place of a secret"),
        ("sftp", {**BY_SFTP, "setting_port": "many"}, "a whole number above zero"),
        ("sftp", {**BY_SFTP, "setting_host": ""}, "This field is required"),
        ("sftp", {**BY_SFTP, "inbound_folder": ""}, "Name the folder"),
        ("core", {**WAY, "setting_url": "http://payer.example", "setting_sender_id": "A",
                  "setting_receiver_id": "B"}, "is not an https address"),
    ],
)  # fmt: skip
def test_what_could_never_work_is_refused_at_its_field(
    cast: Cast, ada: Browser, kind: str, typed: dict[str, str], words: str
) -> None:
    answer = connect(ada, kind, typed)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    with scope(organization=cast.center):
        assert not Connection.objects.exists()


def test_a_second_one_that_carries_files_is_refused(cast: Cast, ada: Browser) -> None:
    connect(ada, "folder", {**WAY, "setting_root": "/srv/edi"})
    assert "one connection is active at a time" in connect(ada, "sftp", BY_SFTP).content.decode()


def test_a_wrong_host_is_corrected_and_tried_at_once(cast: Cast, ada: Browser) -> None:
    connect(ada, "sftp", BY_SFTP)
    with scope(organization=cast.center):
        row = Connection.objects.get()
        Connection.objects.update(
            failures=3, last_error="nobody answers", next_attempt_at=NOW,
            settings={**row.settings, "timeout": 5},
        )  # fmt: skip
    edit = reverse("connection_edit", args=[row.pk])
    assert 'value="sftp.example"' in ada.get(edit).content.decode()
    assert ada.post(edit, {**BY_SFTP, "setting_host": "edi.example"}).status_code == 302
    row.refresh_from_db()
    assert (row.settings["host"], row.settings["timeout"]) == ("edi.example", 5)
    assert (row.failures, row.last_error, row.next_attempt_at) == (0, "", None)
    assert row.takes_276, "what goes by it is set elsewhere"
    history = ada.get(reverse("connection", args=[row.pk])).content.decode()
    assert "Corrected: host." in history
    assert "edi.example" not in history.partition("Corrected")[2]
    ada.post(edit, {**BY_SFTP, "setting_host": "edi.example"})
    with scope(organization=cast.center):
        assert row.history.count() == 2, "the same again changes nothing"
