"""A real OpenSSH server on loopback: unprivileged port, throwaway keys, gone after the test.

It runs as whoever runs the tests and lets exactly that account in, by key, for SFTP only.
"""

import getpass
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

# StrictModes and PAM are off because the files live in a world-writable /tmp and no password is
# ever asked. `-d` is where a relative path starts, as a clearinghouse's login folder would be.
_CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {place}/host_key
PidFile none
AuthorizedKeysFile {place}/client_key.pub
StrictModes no
UsePAM {pam}
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
AllowTcpForwarding no
X11Forwarding no
PermitTTY no
Subsystem sftp internal-sftp -d {files}
ForceCommand internal-sftp -d {files}
LogLevel VERBOSE
"""
_START_SECONDS = 10.0


@dataclass
class SshServer:
    """A running server. `files` is what its user sees, with to_payer/ and from_payer/ in it."""

    program: Path
    place: Path
    port: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    host = "127.0.0.1"

    @property
    def files(self) -> Path:
        return self.place / "files"

    @property
    def key_file(self) -> Path:
        return self.place / "client_key"

    @property
    def host_key(self) -> str:
        """The line to pin: type and key, without the comment."""
        return " ".join((self.place / "host_key.pub").read_text().split()[:2])

    @property
    def log(self) -> str:
        return (self.place / "log").read_text()

    def settings(self) -> dict[str, object]:
        """Connection settings, as an administrator would have typed them."""
        return {
            "kind": "sftp",
            "host": self.host,
            "port": self.port,
            "username": getpass.getuser(),
            "private_key": f"file:{self.key_file}",
            "host_key": self.host_key,
            "timeout": 5.0,
        }

    @classmethod
    @contextmanager
    def running(cls, program: Path, place: Path) -> Iterator["SshServer"]:
        """A server with fresh keys and empty folders under `place`, stopped on leaving."""
        server = cls(program, place)
        for folder in ("to_payer", "from_payer"):
            (server.files / folder).mkdir(parents=True)
        for name in ("host_key", "client_key"):
            make_key(place / name)
        try:
            server.start()
            yield server
        finally:
            server.stop()

    def start(self) -> None:
        """Start, or start again on the same port with the same keys."""
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # privilege separation wants it
        self.port = self.port or _free_port()
        config = self.place / "config"
        config.write_text(
            _CONFIG.format(
                port=self.port,
                place=self.place,
                files=self.files,
                pam="yes" if _account_is_locked() else "no",
            )
        )
        self._process = subprocess.Popen(
            [self.program, "-D", "-f", config, "-E", self.place / "log"],
            stdin=subprocess.DEVNULL,
        )
        self._wait_until_it_answers(self._process)

    def stop(self) -> None:
        """Nobody listens any more and every open connection is cut."""
        if self._process is None:
            return
        self.drop_connections()
        self._process.kill()
        self._process.wait()
        self._process = None

    def drop_connections(self) -> None:
        """Cut what is open, as a failing line would; new connections are welcome."""
        if self._process is not None:
            for pid in _descendants(self._process.pid):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            with (
                suppress(OSError),
                socket.create_connection((self.host, self.port), timeout=1) as probe,
            ):
                if probe.recv(4) == b"SSH-":
                    return
            time.sleep(0.02)
        process.kill()
        raise RuntimeError(f"sshd did not start: {self.log}")


def make_key(path: Path) -> None:
    """An Ed25519 key pair at `path` and `path`.pub, without a passphrase."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _account_is_locked() -> bool:
    """Without PAM, sshd lets nobody in whose password field starts with "!". Only root can read
    that field, but a plain user may be told about its own."""
    asked = ["getent", "shadow", getpass.getuser()]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return answer.partition(":")[2].startswith("!")


def _descendants(pid: int) -> list[int]:
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name, in parentheses, may hold blanks; the parent is the second word after it.
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for ancestor in found:
        found.extend(child for child, parent in parents.items() if parent == ancestor)
    return found[1:]
