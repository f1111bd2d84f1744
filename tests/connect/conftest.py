"""Each kind of connection with its far side within reach of the test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from carethread.connect import Connection, memory, open_connection, settings_from
from tests.support import parts
from tests.support.line import Line
from tests.support.sshd import SshServer


class FarSide(Protocol):
    """The clearinghouse's end of the line."""

    settings: dict[str, object]

    def put(self, path: str, data: bytes) -> None: ...
    def get(self, path: str) -> bytes | None: ...


@dataclass
class Disk:
    """The folder's far side, and an SFTP server's: both are directories here."""

    root: Path
    settings: dict[str, object]

    def put(self, path: str, data: bytes) -> None:
        (self.root / path).write_bytes(data)

    def get(self, path: str) -> bytes | None:
        place = self.root / path
        return place.read_bytes() if place.exists() else None


@dataclass
class Memory:
    store: memory.Store
    settings: dict[str, object]

    def put(self, path: str, data: bytes) -> None:
        self.store.put(path, data)

    def get(self, path: str) -> bytes | None:
        found = self.store.files.get(path)
        return None if found is None else found[0]


@contextmanager
def memory_far_side(place: Path) -> Iterator[FarSide]:
    name = str(place)
    yield Memory(memory.store(name), {"kind": "memory", "store": name})
    memory.forget(name)


@contextmanager
def folder_far_side(place: Path) -> Iterator[FarSide]:
    for folder in ("to_payer", "from_payer"):
        (place / folder).mkdir(parents=True)
    yield Disk(place, {"kind": "folder", "root": str(place)})


@contextmanager
def sftp_far_side(place: Path) -> Iterator[FarSide]:
    with SshServer.running(parts.requires("sshd"), place) as server:
        yield Disk(server.files, server.settings())


FAR_SIDES = {"memory": memory_far_side, "folder": folder_far_side, "sftp": sftp_far_side}


@pytest.fixture(params=FAR_SIDES)
def far(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FarSide]:
    """The far side of every kind in turn."""
    with FAR_SIDES[request.param](tmp_path / "far") as side:
        yield side


@pytest.fixture
def connection(far: FarSide) -> Iterator[Connection]:
    """An open connection to `far`."""
    with open_connection(settings_from(far.settings)) as opened:
        yield opened


@pytest.fixture
def line(sshd: SshServer) -> Iterator[Line]:
    """A line to `sshd` that can be cut."""
    relay = Line(sshd.port)
    yield relay
    relay.close()
