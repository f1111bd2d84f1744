"""A directory on a disk that the other side reads too, as where a clearinghouse's own client
runs on this machine. The same promise as over the wire; a mount that is gone is Unreachable."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

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

_REFUSALS = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG, errno.ELOOP)
_NO_HARD_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.ENOSYS)


@dataclass(frozen=True, slots=True)
class Settings:
    """`root`: the directory that holds the folders."""

    kind: ClassVar[str] = "folder"

    root: str

    def open(self) -> Connection:
        return FolderConnection(Path(self.root))


class FolderConnection(Closing):
    """See `contract.Connection`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._present()

    def list(self, folder: str) -> Listing:
        with _explained(folder):
            place = self._at(folder)
            entries = [entry for entry in os.scandir(place) if entry.is_file(follow_symlinks=False)]
            found = [
                RemoteFile(
                    os.fsencode(entry.name).decode(errors="backslashreplace"),
                    entry.stat().st_size,
                    datetime.fromtimestamp(entry.stat().st_mtime, UTC),
                )
                for entry in entries
            ]
        return sorted(found, key=lambda file: file.name)

    def read(self, path: str) -> bytes:
        with _explained(path), self._at(path).open("rb") as file:
            before = os.fstat(file.fileno())
            data = file.read()
            after = os.fstat(file.fileno())
        if not len(data) == before.st_size == after.st_size:
            raise Unreachable(f"{path} was being written while it was read")
        return data

    def write(self, path: str, data: bytes) -> None:
        with _explained(path):
            with self._at(path).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            stored = self.size(path)
        if stored != len(data):
            raise Unreachable(f"{path}: {len(data)} bytes were written and {stored} arrived")

    def rename(self, old: str, new: str) -> None:
        source, target = self._at(old), self._at(new)
        with _explained(old):
            try:
                # rename() would replace an existing file; a second name cannot.
                os.link(source, target, follow_symlinks=False)
            except FileExistsError:
                # Two names of one file: the power failed between the two halves of a rename.
                if not source.samefile(target):
                    raise Taken(f"{new} exists already; {old} keeps its name") from None
                source.unlink()
            except OSError as error:
                if error.errno not in _NO_HARD_LINKS:
                    raise
                _rename_without_links(source, target)
            else:
                source.unlink()
            _sync_folder(target.parent)

    def size(self, path: str) -> int | None:
        try:
            with _explained(path):
                return self._at(path).stat().st_size
        except Missing:
            return None

    def _at(self, path: str) -> Path:
        """Where `path` is: inside the root, whatever dots and links it goes through."""
        root = self._present()
        place = Path(os.path.normpath(root / path))
        if "\0" in path or not place.parent.resolve().is_relative_to(root) or place.is_symlink():
            raise Refused(f"{path!r} leads out of {self._root}")
        return place

    def _present(self) -> Path:
        if not self._root.is_dir():
            raise Unreachable(f"there is no folder {self._root} (is the disk mounted?)")
        return self._root.resolve()


def _rename_without_links(source: Path, target: Path) -> None:
    """For disks such as CIFS and FAT: look, then rename. Only a second writer could come between,
    and this folder has one."""
    if target.exists():
        raise Taken(f"{target.name} exists already; {source.name} keeps its name")
    source.rename(target)


def _sync_folder(folder: Path) -> None:
    """Until its folder is on the disk, a new name can be lost in a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _explained(path: str) -> Iterator[None]:
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise Missing(f"there is no {path}") from None
    except OSError as error:
        problem = Refused if error.errno in _REFUSALS else Unreachable
        raise problem(f"{path}: {error.strerror}") from error
