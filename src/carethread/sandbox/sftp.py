"""A small SFTP server for the sandbox: `python -m carethread.sandbox.sftp FOLDER`.

It listens on loopback only, lets in whoever holds the throwaway key that it made beside its
own (FOLDER/keys), and shows them FOLDER/to_payer and FOLDER/from_payer. Its first line on stdout
is a connection's settings as JSON. It ends when its stdin closes.
"""

import errno
import json
import os
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)
from paramiko.sftp import SFTP_FAILURE, SFTP_OK

USER = "clearinghouse"
FOLDERS = ("to_payer", "from_payer")

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Keys:
    """Both sides' keys, made once and kept in a folder that only this user can read."""

    host: paramiko.ECDSAKey
    client: paramiko.ECDSAKey
    client_file: Path


def keys(folder: Path) -> Keys:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("host", "client"):
        if not (folder / name).exists():
            paramiko.ECDSAKey.generate().write_private_key_file(str(folder / name))
    return Keys(
        paramiko.ECDSAKey.from_private_key_file(str(folder / "host")),
        paramiko.ECDSAKey.from_private_key_file(str(folder / "client")),
        folder / "client",
    )


class Server:
    """One listening socket, one thread a client."""

    def __init__(self, folder: Path) -> None:
        self.root = folder.resolve()
        for name in FOLDERS:
            (self.root / name).mkdir(parents=True, exist_ok=True)
        self.keys = keys(self.root / "keys")
        self._socket = socket.create_server(("127.0.0.1", 0))

    @property
    def settings(self) -> dict[str, Any]:
        """What an administrator would have typed to reach this server."""
        return {
            "kind": "sftp",
            "host": "127.0.0.1",
            "port": self._socket.getsockname()[1],
            "username": USER,
            "private_key": f"file:{self.keys.client_file}",
            "host_key": f"{self.keys.host.get_name()} {self.keys.host.get_base64()}",
            "timeout": 10.0,
        }

    def serve(self) -> None:
        """Answer until the process ends."""
        while True:
            line, _ = self._socket.accept()
            threading.Thread(target=self._answer, args=(line,), daemon=True).start()

    def _answer(self, line: socket.socket) -> None:
        transport = paramiko.Transport(line)
        transport.add_server_key(self.keys.host)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, self.root)
        try:
            transport.start_server(server=_Door(self.keys.client))
            transport.join()
        except (paramiko.SSHException, EOFError, OSError):
            transport.close()


class _Door(paramiko.ServerInterface):
    """Who may come in: the one key, for SFTP."""

    def __init__(self, key: paramiko.PKey) -> None:
        self._key = key

    def get_allowed_auths(self, username: str) -> str:  # noqa: ARG002
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        known = username == USER and key == self._key
        return AUTH_SUCCESSFUL if known else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:  # noqa: ARG002
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


def _explained(method: Callable[P, R]) -> Callable[P, R | int]:
    """What went wrong on the disk, as a status of the protocol."""

    @wraps(method)
    def answered(*args: P.args, **kwargs: P.kwargs) -> R | int:
        try:
            return method(*args, **kwargs)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    return answered


class _Files(paramiko.SFTPServerInterface):
    """The two folders, and nothing outside of them."""

    def __init__(self, server: paramiko.ServerInterface, root: Path) -> None:
        super().__init__(server)
        self._root = root

    def _at(self, path: str) -> Path:
        """Where a client's path is: a folder or a file in one. Anything else is refused."""
        place = self._root / os.path.normpath(path).lstrip("/")
        inside = place.relative_to(self._root).parts
        if ".." in inside or not inside or inside[0] not in FOLDERS or len(inside) > 2:
            raise PermissionError(errno.EACCES, "outside of the two folders")
        return place

    @_explained
    def list_folder(self, path: str) -> list[paramiko.SFTPAttributes]:
        return [_attributes(entry) for entry in sorted(self._at(path).iterdir())]

    @_explained
    def stat(self, path: str) -> paramiko.SFTPAttributes:
        return _attributes(self._at(path))

    lstat = stat

    @_explained
    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> paramiko.SFTPHandle:  # noqa: ARG002
        place = self._at(path)
        descriptor = os.open(place, flags & ~os.O_EXCL, 0o600)
        handle = _Handle(flags)
        mode = "wb" if flags & os.O_WRONLY else "r+b" if flags & os.O_RDWR else "rb"
        handle.readfile = handle.writefile = os.fdopen(descriptor, mode)
        return handle

    @_explained
    def rename(self, oldpath: str, newpath: str) -> int:
        """As the standard has it: an existing file is never replaced."""
        source, target = self._at(oldpath), self._at(newpath)
        if target.exists():
            return SFTP_FAILURE
        source.rename(target)
        return SFTP_OK

    @_explained
    def remove(self, path: str) -> int:
        self._at(path).unlink()
        return SFTP_OK


class _Handle(paramiko.SFTPHandle):
    readfile: Any
    writefile: Any

    def stat(self) -> paramiko.SFTPAttributes:
        self.readfile.flush()
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


def _attributes(path: Path) -> paramiko.SFTPAttributes:
    return paramiko.SFTPAttributes.from_stat(path.stat(), path.name)


def main() -> int:
    server = Server(Path(sys.argv[1]))
    threading.Thread(target=server.serve, daemon=True).start()
    print(json.dumps(server.settings), flush=True)
    sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
