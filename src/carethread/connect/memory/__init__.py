"""The double that tests drive: folders in memory that fail on demand, and fail like real ones."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar, TypeVar

from carethread.connect.contract import (
    Closing,
    Connection,
    Listing,
    Missing,
    Refused,
    RemoteFile,
    Taken,
    Unreachable,
)

T = TypeVar("T")


@dataclass
class Faults:
    """What goes wrong from now on. All off: all is well."""

    down: bool = False
    """Nobody answers, neither who dials now nor who is connected."""
    refused: bool = False
    """Credentials are no longer taken."""
    late: bool = False
    """Every request is carried out, but its answer comes too late to be heard."""
    cut_after: int | None = None
    """The line breaks in the next file after so many bytes, which stay where they are; the
    connection is dead then, a new one is not."""
    loses: int = 0
    """Bytes that the server drops from the end of each file while saying that all is well."""
    vanishes: bool = False
    """What is listed has been taken by somebody else when it is read."""
    twice: bool = False
    """Every file is listed twice."""


@dataclass
class Store:
    """The far side: what several connections to the same name meet. `now` stamps the files."""

    now: datetime = datetime(2026, 1, 5, 12, tzinfo=UTC)
    folders: set[str] = field(default_factory=lambda: {"to_payer", "from_payer"})
    files: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)

    def put(self, path: str, data: bytes) -> None:
        """The other side lays a file down."""
        self.now += timedelta(seconds=1)
        self.files[path] = (data, self.now)


_stores: dict[str, Store] = {}


def store(name: str) -> Store:
    """The far side called `name`, made when first asked for; one per test by its name."""
    return _stores.setdefault(name, Store())


def forget(name: str) -> None:
    """Empty the far side and mend its faults."""
    _stores.pop(name, None)


@dataclass(frozen=True, slots=True)
class Settings:
    kind: ClassVar[str] = "memory"

    store: str

    def open(self) -> Connection:
        return MemoryConnection(store(self.store))


class MemoryConnection(Closing):
    """See `contract.Connection`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open = True
        self._ask()

    def list(self, folder: str) -> Listing:
        self._ask()
        if folder not in self._store.folders:
            raise Missing(f"there is no folder {folder}")
        found = [
            RemoteFile(path.removeprefix(f"{folder}/"), len(data), modified)
            for path, (data, modified) in sorted(self._store.files.items())
            if path.rpartition("/")[0] == folder
        ]
        return self._answer(sorted(found * 2, key=_name) if self._store.faults.twice else found)

    def read(self, path: str) -> bytes:
        self._ask()
        if self._store.faults.vanishes:
            self._store.files.pop(path, None)
        if path not in self._store.files:
            raise Missing(f"there is no file {path}")
        data = self._store.files[path][0]
        self._cut(path, data)
        return self._answer(data)

    def write(self, path: str, data: bytes) -> None:
        self._ask()
        if path.rpartition("/")[0] not in self._store.folders:
            raise Missing(f"there is no folder for {path}")
        cut, loses = self._store.faults.cut_after, self._store.faults.loses
        self._store.put(path, data[: len(data) - loses] if cut is None else data[:cut])
        self._cut(path, data)
        stored = self._answer(len(self._store.files[path][0]))
        if stored != len(data):
            raise Unreachable(f"{path}: {len(data)} bytes were sent and {stored} arrived")

    def rename(self, old: str, new: str) -> None:
        self._ask()
        if old not in self._store.files:
            raise Missing(f"there is no file {old}")
        if new in self._store.files:
            raise Taken(f"{new} exists already; {old} keeps its name")
        if new.rpartition("/")[0] not in self._store.folders:
            raise Missing(f"there is no folder for {new}")
        self._store.files[new] = self._store.files.pop(old)
        self._answer(None)

    def size(self, path: str) -> int | None:
        self._ask()
        found = self._store.files.get(path)
        return self._answer(None if found is None else len(found[0]))

    def close(self) -> None:
        self._open = False

    def _ask(self) -> None:
        if not self._open:
            raise Unreachable("the connection is closed")
        if self._store.faults.down:
            raise Unreachable("nobody answers")
        if self._store.faults.refused:
            raise Refused("the credentials are not accepted")

    def _answer(self, answer: T) -> T:
        if self._store.faults.late:
            raise Unreachable("no answer in time")
        return answer

    def _cut(self, path: str, data: bytes) -> None:
        cut = self._store.faults.cut_after
        if cut is not None and cut < len(data):
            self._store.faults.cut_after = None
            self.close()
            raise Unreachable(f"{path}: the line broke after {cut} bytes")


def _name(file: RemoteFile) -> str:
    return file.name
