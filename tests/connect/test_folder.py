"""A shared directory keeps strangers' names inside it and survives disks that cannot link."""

import errno
import os
from pathlib import Path

import pytest

from carethread.connect import (
    Connection,
    Refused,
    Taken,
    Unreachable,
    open_connection,
    settings_from,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "share/to_payer").mkdir(parents=True)
    (tmp_path / "secret").write_text("not for the clearinghouse")
    return tmp_path / "share"


@pytest.fixture
def connection(root: Path) -> Connection:
    return open_connection(settings_from({"kind": "folder", "root": str(root)}))


def test_a_share_that_is_not_mounted_is_unreachable(root: Path) -> None:
    with pytest.raises(Unreachable, match="mounted"):
        open_connection(settings_from({"kind": "folder", "root": str(root / "gone")}))


@pytest.mark.parametrize(
    "path", ["../secret", "to_payer/../../secret", "/etc/passwd", "to_payer/a\0b", "up/secret"]
)
def test_no_path_leads_out_of_the_share(connection: Connection, root: Path, path: str) -> None:
    (root / "up").symlink_to("..")
    for ask in (connection.read, connection.size, lambda it: connection.write(it, b"")):
        with pytest.raises(Refused, match="leads out of"):
            ask(path)
    assert (root.parent / "secret").read_text() == "not for the clearinghouse"


def test_a_link_is_neither_listed_nor_followed(connection: Connection, root: Path) -> None:
    (root / "to_payer/link").symlink_to(root.parent / "secret")
    assert connection.list("to_payer") == []
    with pytest.raises(Refused):
        connection.read("to_payer/link")


def test_a_half_done_rename_is_finished(connection: Connection, root: Path) -> None:
    (root / "to_payer/a.tmp").write_bytes(b"ISA")
    os.link(root / "to_payer/a.tmp", root / "to_payer/a")
    connection.rename("to_payer/a.tmp", "to_payer/a")
    assert [file.name for file in connection.list("to_payer")] == ["a"]


def test_a_disk_without_links_renames_all_the_same(
    connection: Connection, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    connection.write("to_payer/a.tmp", b"ISA")
    connection.rename("to_payer/a.tmp", "to_payer/a")
    connection.write("to_payer/b.tmp", b"IEA")
    with pytest.raises(Taken):
        connection.rename("to_payer/b.tmp", "to_payer/a")
    assert (root / "to_payer/a").read_bytes() == b"ISA"


@pytest.mark.parametrize(
    ("error", "problem"),
    [(errno.ENOSPC, Unreachable), (errno.EIO, Unreachable), (errno.EROFS, Refused)],
    ids=["disk full", "disk broken", "read-only"],
)
def test_a_disk_that_fails_says_who_must_act(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, error: int, problem: type[Exception]
) -> None:
    def fail(_: int) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(problem, match=os.strerror(error)):
        connection.write("to_payer/a.tmp", b"ISA")
