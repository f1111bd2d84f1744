"""Signing in as clearinghouses want it, against a server in this process that takes passwords."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
import pytest
from paramiko.common import (
    AUTH_FAILED,
    AUTH_PARTIALLY_SUCCESSFUL,
    AUTH_SUCCESSFUL,
    OPEN_SUCCEEDED,
)

from carethread.connect import Refused, Unreachable, open_connection, settings_from
from tests.support.sshd import make_key

PASSWORD = "correct horse"


@dataclass
class Clearinghouse(paramiko.ServerInterface):
    """Lets `center` in by the `wanted` ways, in that order."""

    wanted: list[str] = field(default_factory=lambda: ["password"])
    mute: bool = False

    def get_allowed_auths(self, username: str) -> str:
        return ",".join(self.wanted)

    def check_auth_password(self, username: str, password: str) -> int:
        return self._passed("password", username == "center" and password == PASSWORD)

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return self._passed("publickey", username == "center")

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        if self.mute:
            threading.Event().wait(30)
        return super().check_channel_subsystem_request(channel, name)

    def _passed(self, way: str, right: bool) -> int:
        if not right or self.wanted[:1] != [way]:
            return AUTH_FAILED
        self.wanted.pop(0)
        return AUTH_PARTIALLY_SUCCESSFUL if self.wanted else AUTH_SUCCESSFUL


@dataclass
class Server:
    """What answers at `settings`; a test changes `house` before it dials."""

    house: Clearinghouse
    settings: dict[str, object]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("host", "client"):
        make_key(tmp_path / name)
    monkeypatch.setenv("PAYER_PASSWORD", PASSWORD)
    listener = socket.create_server(("127.0.0.1", 0))
    house = Clearinghouse()

    def serve() -> None:
        with suppress(OSError, EOFError, paramiko.SSHException):
            transport = paramiko.Transport(listener.accept()[0])
            transport.add_server_key(paramiko.Ed25519Key.from_private_key_file(tmp_path / "host"))
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer)
            transport.start_server(server=house)

    threading.Thread(target=serve, daemon=True).start()
    yield Server(
        house,
        {
            "kind": "sftp",
            "host": "127.0.0.1",
            "port": listener.getsockname()[1],
            "username": "center",
            "host_key": (tmp_path / "host.pub").read_text(),
            "timeout": 2.0,
        },
    )
    listener.close()


def dial(server: Server, **secrets: str) -> None:
    open_connection(settings_from(server.settings | secrets)).close()


def test_the_right_password_opens(server: Server) -> None:
    dial(server, password="env:PAYER_PASSWORD")
    assert server.house.wanted == []


def test_a_key_and_then_a_password_open_where_both_are_wanted(
    server: Server, tmp_path: Path
) -> None:
    server.house.wanted = ["publickey", "password"]
    dial(server, private_key=f"file:{tmp_path / 'client'}", password="env:PAYER_PASSWORD")
    assert server.house.wanted == []


def test_a_key_alone_is_refused_where_a_password_is_wanted_too(
    server: Server, tmp_path: Path
) -> None:
    server.house.wanted = ["publickey", "password"]
    with pytest.raises(Refused, match="wants password from center"):
        dial(server, private_key=f"file:{tmp_path / 'client'}")


def test_a_password_whose_place_is_empty_is_refused(server: Server) -> None:
    with pytest.raises(Refused, match="env:NOT_SET names cannot be read"):
        dial(server, password="env:NOT_SET")


def test_a_server_that_never_starts_its_sftp_service_is_unreachable_in_time(
    server: Server,
) -> None:
    server.house.mute = True
    with pytest.raises(Unreachable):
        dial(server, password="env:PAYER_PASSWORD")
