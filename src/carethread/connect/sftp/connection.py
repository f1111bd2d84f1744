"""Files over a signed-in transport."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from stat import S_ISREG

import paramiko
from paramiko.message import Message
from paramiko.sftp import CMD_READDIR, SFTPError

from carethread.connect.contract import (
    Closing,
    Listing,
    Missing,
    Refused,
    RemoteFile,
    Taken,
    Unreachable,
)
from carethread.connect.sftp import Settings
from carethread.connect.sftp.dial import deadline, dial

_REQUESTS_AHEAD = 64
"""Reads under way at once: enough for a distant server, few enough for a small one."""
_BROKEN = (OSError, EOFError, paramiko.SSHException, SFTPError, UnicodeError)


class SftpConnection(Closing):
    """See `contract.Connection`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._transport = dial(settings)
        try:
            with _explained("the SFTP service"), deadline(self._transport, settings.timeout):
                channel = self._transport.open_session()
                channel.settimeout(settings.timeout)
                channel.invoke_subsystem("sftp")
                self._sftp = _TolerantClient(channel)
        except BaseException:
            self._transport.close()
            raise

    def list(self, folder: str) -> Listing:
        with _explained(folder):
            entries = self._sftp.listdir_attr(folder)
            found = [
                RemoteFile(
                    entry.filename, _size(entry), datetime.fromtimestamp(entry.st_mtime or 0, UTC)
                )
                for entry in entries
                if S_ISREG(entry.st_mode or 0)
            ]
        return sorted(found, key=lambda file: file.name)

    def read(self, path: str) -> bytes:
        with _explained(path), self._sftp.open(path, "rb") as file:
            size = _size(file.stat())
            if size > self._settings.largest_file:
                raise Refused(f"{path} has {size} bytes, more than largest_file allows")
            file.prefetch(size, _REQUESTS_AHEAD)
            data = file.read(size)
            after = _size(file.stat())
        if not len(data) == size == after:
            raise Unreachable(f"{path} was being written while it was read")
        return data

    def write(self, path: str, data: bytes) -> None:
        with _explained(path):
            with self._sftp.open(path, "wb") as file:
                file.set_pipelined(True)
                file.write(data)
            stored = _size(self._sftp.stat(path))
        if stored != len(data):
            raise Unreachable(f"{path}: {len(data)} bytes were sent and {stored} arrived")

    def rename(self, old: str, new: str) -> None:
        self._require_free(old, new)
        try:
            # The standard's rename refuses an existing name; posix-rename replaces it, so it is
            # only for servers that cannot do the other.
            with _explained(old):
                self._sftp.rename(old, new)
        except Unreachable:
            # "Failure" is all that a server says, whether the name was taken a moment ago, ...
            self._require_free(old, new)
            # ... or it cannot do this kind of rename.
            with _explained(old):
                self._sftp.posix_rename(old, new)

    def size(self, path: str) -> int | None:
        try:
            with _explained(path):
                return _size(self._sftp.stat(path))
        except Missing:
            return None

    def close(self) -> None:
        with suppress(*_BROKEN):
            self._transport.close()

    def _require_free(self, old: str, new: str) -> None:
        if self.size(old) is None:
            raise Missing(f"there is no {old}")
        if self.size(new) is not None:
            raise Taken(f"{new} exists already; {old} keeps its name")


class _TolerantClient(paramiko.SFTPClient):
    """A folder with one name that is not UTF-8 is still listed, that name in escapes."""

    def _request(self, kind: int, *arguments: object) -> tuple[int, Message]:
        reply, message = super()._request(kind, *arguments)  # type: ignore[misc]
        if kind == CMD_READDIR:
            message.get_text = lambda: message.get_string().decode(errors="backslashreplace")
        return reply, message


def _size(attributes: paramiko.SFTPAttributes) -> int:
    if attributes.st_size is None:
        raise Refused("the server does not tell the size of files, so nothing can be verified")
    return attributes.st_size


@contextmanager
def _explained(path: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise Missing(f"there is no {path}") from None
    except PermissionError:
        raise Refused(f"{path}: the server does not permit it") from None
    except _BROKEN as error:
        raise Unreachable(f"{path}: {error or type(error).__name__}") from error
