"""Settings are checked when they are typed, and give no secret away."""

from pathlib import Path

import pytest

from carethread.connect import Refused, SettingsError, settings_from
from carethread.connect.settings import Secret
from carethread.connect.sftp import Settings

SFTP: dict[str, object] = {
    "kind": "sftp",
    "host": "sftp.claim.example",
    "username": "center",
    "host_key": "ssh-ed25519 AAAA",
}


def test_what_is_not_said_has_a_sensible_value() -> None:
    assert settings_from(SFTP) == Settings(
        host="sftp.claim.example", username="center", host_key="ssh-ed25519 AAAA", port=22
    )


def test_numbers_may_come_from_a_form_as_text() -> None:
    settings = settings_from(SFTP | {"port": "2222", "timeout": "7.5"})
    assert isinstance(settings, Settings)
    assert (settings.port, settings.timeout) == (2222, 7.5)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"kind": "carrier pigeon"}, "no kind of connection 'carrier pigeon'; there are sftp"),
        ({"kind": None}, "no kind of connection"),
        ({"host": ""}, "setting host is missing"),
        ({"host": None}, "setting host is missing"),
        ({"host": 7}, "setting host is not text"),
        ({"hots": "x"}, "no setting hots; did you mean host?"),
        ({"port": "ssh"}, "setting port is not a whole number above zero"),
        ({"port": 0}, "setting port is not a whole number above zero"),
        ({"port": True}, "setting port is not a whole number above zero"),
        ({"timeout": float("nan")}, "setting timeout is not a number of seconds"),
        ({"timeout": []}, "setting timeout is not a number of seconds"),
        ({"password": "hunter2"}, "password is not the place of a secret"),
        ({"private_key": "-----BEGIN hunter2"}, "private_key is not the place of a secret"),
        ({"password": "env:"}, "password is not the place of a secret"),
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings_from(SFTP | wrong)
    assert message in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_settings_show_where_a_secret_is_and_not_what_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PAYER_PASSWORD", "hunter2")
    settings = settings_from(SFTP | {"password": "env:PAYER_PASSWORD"})
    assert isinstance(settings, Settings)
    assert settings.password is not None
    assert settings.password.read() == "hunter2"
    assert "env:PAYER_PASSWORD" in repr(settings)
    assert "hunter2" not in f"{settings!r} {settings} {vars(type(settings))}"


def test_a_secret_from_a_file_loses_the_editors_line_break(tmp_path: Path) -> None:
    (tmp_path / "password").write_text(" hunter2 \r\n")
    assert Secret(f"file:{tmp_path / 'password'}").read() == " hunter2 "


@pytest.mark.parametrize("place", ["file:/nowhere/password", "env:NOT_SET", "file:/root/../root"])
def test_a_secret_that_is_not_where_it_should_be_is_refused(place: str) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        Secret(place).read()
