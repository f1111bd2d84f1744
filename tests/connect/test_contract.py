"""What every kind of connection promises, asked of each: memory, folder, a real OpenSSH server."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from carethread.connect import Connection, Missing, RemoteFile, Taken
from tests.connect.conftest import FarSide

BIG = bytes(range(256)) * 4096 * 20  # 20 MiB, far beyond any window or buffer
ODD_NAMES = [
    "ERA 2026-01-05 (2).835",
    "-rf.edi",
    "Zahlung_für_März.835",
    "claims$HOME;reboot.edi",
    "%n%s%x.999",
    'o\'neill "quoted".277',
]


def test_a_written_file_is_there_byte_for_byte(connection: Connection, far: FarSide) -> None:
    connection.write("to_payer/claims.edi", b"ISA*00*\r\n\x00\xff~")
    assert far.get("to_payer/claims.edi") == b"ISA*00*\r\n\x00\xff~"


def test_a_read_file_is_theirs_byte_for_byte(connection: Connection, far: FarSide) -> None:
    far.put("from_payer/era.835", b"ISA*00*\r\n\x00\xff~")
    assert connection.read("from_payer/era.835") == b"ISA*00*\r\n\x00\xff~"


def test_a_big_file_goes_and_comes_whole(connection: Connection, far: FarSide) -> None:
    connection.write("to_payer/big.edi", BIG)
    assert far.get("to_payer/big.edi") == BIG
    assert connection.read("to_payer/big.edi") == BIG


def test_an_empty_file_goes_and_comes(connection: Connection) -> None:
    connection.write("to_payer/empty.edi", b"")
    assert connection.size("to_payer/empty.edi") == 0
    assert connection.read("to_payer/empty.edi") == b""


def test_writing_again_replaces_what_was_half_written(connection: Connection, far: FarSide) -> None:
    far.put("to_payer/claims.edi.tmp", b"a longer first half that was left lying")
    connection.write("to_payer/claims.edi.tmp", b"whole")
    assert far.get("to_payer/claims.edi.tmp") == b"whole"


def test_a_listing_tells_name_size_and_time_in_utc(connection: Connection, far: FarSide) -> None:
    far.put("from_payer/b.835", b"12345")
    far.put("from_payer/a.999", b"1")
    listed = connection.list("from_payer")
    assert [(file.name, file.size) for file in listed] == [("a.999", 1), ("b.835", 5)]
    assert all(isinstance(file, RemoteFile) and file.modified.tzinfo is UTC for file in listed)
    if far.settings["kind"] != "memory":
        assert abs(listed[0].modified - datetime.now(UTC)) < timedelta(minutes=1)


def test_an_empty_folder_lists_nothing(connection: Connection) -> None:
    assert connection.list("from_payer") == []


def test_files_of_other_folders_are_not_listed(connection: Connection, far: FarSide) -> None:
    far.put("to_payer/ours.edi", b"1")
    assert connection.list("from_payer") == []


def test_a_renamed_file_has_only_its_new_name(connection: Connection, far: FarSide) -> None:
    connection.write("to_payer/claims.edi.tmp", b"ISA")
    connection.rename("to_payer/claims.edi.tmp", "to_payer/claims.edi")
    assert far.get("to_payer/claims.edi") == b"ISA"
    assert far.get("to_payer/claims.edi.tmp") is None


def test_a_rename_never_replaces_another_file(connection: Connection, far: FarSide) -> None:
    far.put("to_payer/claims.edi", b"sent yesterday")
    connection.write("to_payer/claims.edi.tmp", b"today's")
    with pytest.raises(Taken, match=r"claims\.edi exists already"):
        connection.rename("to_payer/claims.edi.tmp", "to_payer/claims.edi")
    assert far.get("to_payer/claims.edi") == b"sent yesterday"
    assert far.get("to_payer/claims.edi.tmp") == b"today's"


def test_a_rename_that_was_done_already_finds_the_old_name_missing(connection: Connection) -> None:
    connection.write("to_payer/claims.edi.tmp", b"ISA")
    connection.rename("to_payer/claims.edi.tmp", "to_payer/claims.edi")
    with pytest.raises(Missing):
        connection.rename("to_payer/claims.edi.tmp", "to_payer/claims.edi")
    assert connection.size("to_payer/claims.edi") == 3


def test_the_size_of_nothing_is_none(connection: Connection) -> None:
    assert connection.size("to_payer/nothing.edi") is None


@pytest.mark.parametrize(
    "ask",
    [
        lambda it: it.read("from_payer/gone.835"),
        lambda it: it.list("nowhere"),
        lambda it: it.write("nowhere/claims.edi", b"ISA"),
        lambda it: it.rename("to_payer/gone.tmp", "to_payer/gone.edi"),
    ],
    ids=["read", "list", "write", "rename"],
)
def test_what_is_not_there_is_missing(
    connection: Connection, ask: Callable[[Connection], object]
) -> None:
    with pytest.raises(Missing):
        ask(connection)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_goes_there_and_back(connection: Connection, far: FarSide, name: str) -> None:
    connection.write(f"to_payer/{name}.tmp", b"ISA")
    connection.rename(f"to_payer/{name}.tmp", f"to_payer/{name}")
    assert far.get(f"to_payer/{name}") == b"ISA"
    assert [file.name for file in connection.list("to_payer")] == [name]
    assert connection.read(f"to_payer/{name}") == b"ISA"


def test_after_a_missing_file_the_connection_still_works(connection: Connection) -> None:
    with pytest.raises(Missing):
        connection.read("from_payer/gone.835")
    connection.write("to_payer/claims.edi", b"ISA")
    assert connection.size("to_payer/claims.edi") == 3


def test_closing_twice_is_no_problem(connection: Connection) -> None:
    connection.close()
    connection.close()
