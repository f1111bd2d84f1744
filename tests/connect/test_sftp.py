"""SFTP against a real OpenSSH server: what goes wrong on the way there, and who must act."""

import base64
import hashlib
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import paramiko
import pytest

from carethread.connect import (
    Connection,
    Missing,
    Refused,
    SettingsError,
    Taken,
    Unreachable,
    open_connection,
    settings_from,
)
from carethread.connect.naming import refusal
from tests.support.line import Line
from tests.support.sshd import SshServer, make_key

pytestmark = pytest.mark.sshd

MEGABYTE = bytes(2**20)


def dialed(server: SshServer, **changes: object) -> Connection:
    return open_connection(settings_from(server.settings() | changes))


def test_a_pinned_fingerprint_is_as_good_as_the_key(sshd: SshServer) -> None:
    kind, key = sshd.host_key.split()
    digest = base64.b64encode(hashlib.sha256(base64.b64decode(key)).digest()).decode()
    with dialed(sshd, host_key=f"{kind} SHA256:{digest.rstrip('=')}") as connection:
        assert connection.list("to_payer") == []


def test_another_host_key_than_the_pinned_one_is_refused(sshd: SshServer, tmp_path: Path) -> None:
    make_key(tmp_path / "impostor")
    pinned = (tmp_path / "impostor.pub").read_text()
    with pytest.raises(Refused, match="another host key than the pinned one: ssh-ed25519 SHA256:"):
        dialed(sshd, host_key=pinned)


def test_a_host_key_of_another_type_is_refused(sshd: SshServer) -> None:
    with pytest.raises(Refused, match="no host key or cipher that we accept"):
        dialed(sshd, host_key="ssh-rsa SHA256:abc")


@pytest.mark.parametrize("pin", ["ssh-ed25519", "md5 AAAA", "nonsense"])
def test_a_pin_that_says_nothing_is_refused_and_not_trusted(sshd: SshServer, pin: str) -> None:
    with pytest.raises(Refused, match="host key"):
        dialed(sshd, host_key=pin)


def test_a_connection_without_a_pinned_host_key_cannot_be_set_up(sshd: SshServer) -> None:
    with pytest.raises(SettingsError, match="host_key is missing"):
        settings_from(sshd.settings() | {"host_key": ""})


def test_a_key_that_the_server_does_not_know_is_refused(sshd: SshServer, tmp_path: Path) -> None:
    make_key(tmp_path / "stranger")
    with pytest.raises(Refused, match="does not let"):
        dialed(sshd, private_key=f"file:{tmp_path / 'stranger'}")


def test_an_unknown_user_is_refused(sshd: SshServer) -> None:
    with pytest.raises(Refused, match="does not let nobody-here in"):
        dialed(sshd, username="nobody-here")


def test_a_wrong_password_is_refused(sshd: SshServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYER_PASSWORD", "hunter2hunter2")
    with pytest.raises(Refused) as caught:
        dialed(sshd, private_key=None, password="env:PAYER_PASSWORD")
    assert "hunter2" not in str(caught.value)


def test_no_credentials_at_all_are_refused(sshd: SshServer) -> None:
    with pytest.raises(Refused, match="wants publickey and password"):
        dialed(sshd, private_key=None)


def test_a_key_file_that_holds_no_key_is_refused_without_its_content(
    sshd: SshServer, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("my cat's name is the passphrase")
    with pytest.raises(Refused, match="holds no private key") as caught:
        dialed(sshd, private_key=f"file:{tmp_path / 'key'}")
    assert "cat" not in str(caught.value)


def test_a_server_that_is_down_is_unreachable_until_it_is_up_again(sshd: SshServer) -> None:
    sshd.stop()
    with pytest.raises(Unreachable, match="does not answer"):
        dialed(sshd)
    sshd.start()
    with dialed(sshd) as connection:
        assert connection.list("from_payer") == []


def test_a_host_that_does_not_exist_is_unreachable(sshd: SshServer) -> None:
    with pytest.raises(Unreachable):
        dialed(sshd, host="clearinghouse.invalid")


def test_a_server_that_accepts_and_says_nothing_is_unreachable_in_time(sshd: SshServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(Unreachable):
        dialed(sshd, port=mute.getsockname()[1], timeout=0.5)


def test_a_server_that_does_not_speak_ssh_is_unreachable(sshd: SshServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(Unreachable):
        _dial_while(other, b"220 ftp.example.com ready\r\n", sshd)


def _dial_while(listener: socket.socket, greeting: bytes, server: SshServer) -> None:
    def greet() -> None:
        caller, _ = listener.accept()
        caller.sendall(greeting)
        caller.close()

    threading.Thread(target=greet, daemon=True).start()
    dialed(server, port=listener.getsockname()[1], timeout=2.0)


@pytest.mark.parametrize("at", [10, 1_000, 2_500, 4_000])
def test_a_line_that_breaks_while_signing_in_is_unreachable(
    sshd: SshServer, line: Line, at: int
) -> None:
    line.cut_after = at
    with pytest.raises(Unreachable):
        dialed(sshd, port=line.port)


def test_a_line_that_breaks_half_way_leaves_no_final_name(sshd: SshServer, line: Line) -> None:
    with dialed(sshd, port=line.port) as connection:
        line.cut_after = 200_000
        with pytest.raises(Unreachable):
            connection.write("to_payer/claims.edi.tmp", MEGABYTE)
    assert not (sshd.files / "to_payer/claims.edi").exists()
    assert (sshd.files / "to_payer/claims.edi.tmp").stat().st_size < len(MEGABYTE)


def test_what_was_cut_off_can_be_sent_again_over_a_new_connection(
    sshd: SshServer, line: Line
) -> None:
    with dialed(sshd, port=line.port) as connection:
        line.cut_after = 200_000
        with pytest.raises(Unreachable):
            connection.write("to_payer/claims.edi.tmp", MEGABYTE)
    with dialed(sshd, port=line.port) as connection:
        connection.write("to_payer/claims.edi.tmp", MEGABYTE)
        connection.rename("to_payer/claims.edi.tmp", "to_payer/claims.edi")
    assert (sshd.files / "to_payer/claims.edi").read_bytes() == MEGABYTE


def test_a_line_that_breaks_while_reading_gives_no_half_file(sshd: SshServer, line: Line) -> None:
    (sshd.files / "from_payer/era.835").write_bytes(MEGABYTE)
    with dialed(sshd, port=line.port) as connection:
        line.cut_after = 200_000
        with pytest.raises(Unreachable):
            connection.read("from_payer/era.835")


@pytest.mark.parametrize(
    "ask",
    [
        lambda it: it.list("from_payer"),
        lambda it: it.size("to_payer/a"),
        lambda it: it.read("to_payer/a"),
        lambda it: it.write("to_payer/a", b"ISA"),
        lambda it: it.rename("to_payer/a", "to_payer/b"),
    ],
    ids=["list", "size", "read", "write", "rename"],
)
def test_every_request_on_a_dropped_connection_is_unreachable(
    sshd: SshServer, ask: Callable[[Connection], object]
) -> None:
    with dialed(sshd) as connection:
        sshd.drop_connections()
        with pytest.raises(Unreachable):
            ask(connection)


def test_a_file_that_grows_while_it_is_read_is_left_for_later(
    sshd: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = sshd.files / "from_payer/era.835"
    path.write_bytes(b"ISA")
    whole_read = paramiko.SFTPFile.read

    def read_while_they_write(self: paramiko.SFTPFile, size: int | None = None) -> bytes:
        data = whole_read(self, size)
        path.write_bytes(b"ISA*00*")
        return data

    monkeypatch.setattr(paramiko.SFTPFile, "read", read_while_they_write)
    with dialed(sshd) as connection, pytest.raises(Unreachable, match="being written"):
        connection.read("from_payer/era.835")


def test_a_file_that_arrived_short_is_noticed(
    sshd: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_write = paramiko.SFTPFile.write
    monkeypatch.setattr(
        paramiko.SFTPFile, "write", lambda self, data: whole_write(self, data[: len(data) // 2])
    )
    with dialed(sshd) as connection, pytest.raises(Unreachable, match="100 bytes were sent and 50"):
        connection.write("to_payer/claims.edi.tmp", bytes(100))


def test_a_file_beyond_the_limit_is_refused_unread(sshd: SshServer) -> None:
    (sshd.files / "from_payer/bomb.835").write_bytes(bytes(2000))
    with (
        dialed(sshd, largest_file=1000) as connection,
        pytest.raises(Refused, match="2000 bytes"),
    ):
        connection.read("from_payer/bomb.835")


def test_a_name_that_is_not_text_hides_no_other_file(sshd: SshServer) -> None:
    Path(os.fsdecode(bytes(sshd.files / "from_payer") + b"/caf\xe9.835")).write_bytes(b"1")
    (sshd.files / "from_payer/era.835").write_bytes(b"ISA")
    with dialed(sshd) as connection:
        names = [file.name for file in connection.list("from_payer")]
    assert names == [r"caf\xe9.835", "era.835"]
    assert refusal(names[0]) == "the name holds a path"


def test_folders_and_links_are_not_files(sshd: SshServer) -> None:
    (sshd.files / "from_payer/archive").mkdir()
    (sshd.files / "from_payer/link.835").symlink_to("/etc/hostname")
    with dialed(sshd) as connection:
        assert connection.list("from_payer") == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_we_may_not_write_to_is_refused(sshd: SshServer) -> None:
    (sshd.files / "to_payer").chmod(0o500)
    with dialed(sshd) as connection, pytest.raises(Refused, match="does not permit"):
        connection.write("to_payer/claims.edi", b"ISA")


def test_a_server_without_the_plain_rename_is_asked_for_the_other(
    sshd: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(self: paramiko.SFTPClient, old: str, new: str) -> None:
        raise OSError("Operation unsupported")

    monkeypatch.setattr(paramiko.SFTPClient, "rename", unsupported)
    with dialed(sshd) as connection:
        connection.write("to_payer/claims.edi.tmp", b"ISA")
        connection.rename("to_payer/claims.edi.tmp", "to_payer/claims.edi")
        with pytest.raises(Missing):
            connection.rename("to_payer/claims.edi.tmp", "to_payer/claims.edi")
    assert (sshd.files / "to_payer/claims.edi").read_bytes() == b"ISA"


def test_a_name_that_is_taken_in_the_last_moment_is_not_replaced(
    sshd: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    final = sshd.files / "to_payer/claims.edi"
    plain_rename = paramiko.SFTPClient.rename

    def rename_too_late(self: paramiko.SFTPClient, old: str, new: str) -> None:
        final.write_bytes(b"another worker's")
        plain_rename(self, old, new)

    monkeypatch.setattr(paramiko.SFTPClient, "rename", rename_too_late)
    with dialed(sshd) as connection:
        connection.write("to_payer/claims.edi.tmp", b"ISA")
        with pytest.raises(Taken):
            connection.rename("to_payer/claims.edi.tmp", "to_payer/claims.edi")
    assert final.read_bytes() == b"another worker's"


def test_a_server_whose_rename_replaces_files_gets_no_chance_to(
    sshd: SshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paramiko.SFTPClient, "rename", paramiko.SFTPClient.posix_rename)
    with dialed(sshd) as connection:
        connection.write("to_payer/claims.edi", b"sent yesterday")
        connection.write("to_payer/claims.edi.tmp", b"today's")
        with pytest.raises(Taken):
            connection.rename("to_payer/claims.edi.tmp", "to_payer/claims.edi")
        assert connection.read("to_payer/claims.edi") == b"sent yesterday"
