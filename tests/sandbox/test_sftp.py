"""The sandbox's SFTP server, asked through the connection that the center uses."""

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest

from carethread.connect import Refused, Taken, open_connection, settings_from
from carethread.sandbox import processes


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "sandbox"


@pytest.fixture
def settings(place: Path) -> Iterator[dict[str, Any]]:
    with processes.sftp_server(place) as told:
        yield told()


def test_a_file_is_written_renamed_listed_and_read(place, settings):
    with open_connection(settings_from(settings)) as wire:
        wire.write("to_payer/a.edi.tmp", b"ISA" * 50_000)
        wire.rename("to_payer/a.edi.tmp", "to_payer/a.edi")

        assert [(file.name, file.size) for file in wire.list("to_payer")] == [("a.edi", 150_000)]
        assert wire.read("to_payer/a.edi") == b"ISA" * 50_000
    assert (place / "to_payer/a.edi").exists()


def test_an_existing_file_is_never_replaced_by_a_rename(settings):
    with open_connection(settings_from(settings)) as wire:
        wire.write("to_payer/a.edi", b"first")
        wire.write("to_payer/b.tmp", b"second")

        with pytest.raises(Taken):
            wire.rename("to_payer/b.tmp", "to_payer/a.edi")
        assert wire.read("to_payer/a.edi") == b"first"


@pytest.mark.parametrize(
    "path",
    ["keys/client", "../secret", "to_payer/../keys/host", "/etc/passwd", "to_payer/x/y", "."],
)
def test_nothing_outside_of_the_two_folders_is_shown(settings, path):
    with open_connection(settings_from(settings)) as wire, pytest.raises(Refused):
        wire.read(path)


def test_another_key_is_not_let_in(settings, tmp_path):
    paramiko.ECDSAKey.generate().write_private_key_file(str(tmp_path / "other"))

    with pytest.raises(Refused):
        open_connection(settings_from({**settings, "private_key": f"file:{tmp_path / 'other'}"}))


def test_keys_are_made_once_and_only_their_owner_reads_them(place, settings):
    host_key = settings["host_key"]
    with processes.sftp_server(place) as again:
        assert again()["host_key"] == host_key
    for name in ("host", "client"):
        assert stat.S_IMODE((place / "keys" / name).stat().st_mode) == 0o600
