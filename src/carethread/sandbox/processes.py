"""The sandbox's other processes, each ended with its block."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

_PATIENCE = 10.0


class PayerProcess:
    """A driven payer: told the time, it does what is due and says what it did."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process, self.is_busy = process, False

    def tick(self, now: datetime) -> dict[str, Any]:
        """Let it be `now` at the payer's, and wait until it has done what is due."""
        self.tell(now)
        return self.wait()

    def tell(self, now: datetime) -> None:
        """Let it be `now` at the payer's, who does what is due meanwhile (`wait`)."""
        self.wait()
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # `wait` tells that it died
            self.process.stdin.write(f"{now.isoformat()}\n")
            self.process.stdin.flush()
        self.is_busy = True

    def wait(self) -> dict[str, Any]:
        """Until the payer has done what it was told last; what it did. Raises RuntimeError where it
        has died."""
        if not self.is_busy:
            return {}
        assert self.process.stdout is not None
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the payer's process ended with code {self.process.wait()}")
        self.is_busy = False
        did: dict[str, Any] = json.loads(answer)
        return did


@contextmanager
def payer(folder: Path, *, seed: int = 1) -> Iterator[PayerProcess]:
    """The driven payer on FOLDER, which must hold its books."""
    arguments = [_module("payer"), str(folder), "--seed", str(seed)]
    with _running(*arguments) as process:
        yield PayerProcess(process)


@contextmanager
def live_payer(folder: Path, *, seed: int = 1) -> "Iterator[subprocess.Popen[str]]":
    """The payer by the wall clock, which answers within seconds. It talks to nobody."""
    arguments = [_module("payer"), str(folder), "--seed", str(seed), "--live"]
    with _running(*arguments, stdout=subprocess.DEVNULL) as process:
        yield process


Settings = Callable[[], dict[str, Any]]
"""What a server that is starting says of itself, waited for when asked."""


@contextmanager
def sftp_server(folder: Path) -> Iterator[Settings]:
    """The SFTP server on FOLDER; the settings of a connection to it."""
    with _running(_module("sftp"), str(folder)) as process:
        yield _greeting(process)


@contextmanager
def endpoint(folder: Path) -> Iterator[Settings]:
    """The payers of FOLDER's books, in real time; the settings of a connection to them."""
    with _running(_module("payer.endpoint"), str(folder)) as process:
        yield _greeting(process)


def _greeting(process: "subprocess.Popen[str]") -> Settings:
    @cache
    def said() -> dict[str, Any]:
        assert process.stdout is not None
        settings: dict[str, Any] = json.loads(process.stdout.readline())
        return settings

    return said


def _module(name: str) -> str:
    return f"carethread.sandbox.{name}"


@contextmanager
def _running(
    module: str, *arguments: str, stdout: int = subprocess.PIPE
) -> "Iterator[subprocess.Popen[str]]":
    process = subprocess.Popen(  # noqa: S603 - our own modules
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=stdout,
        text=True,
        # Ctrl-C is for the program that started us; it closes stdin, and that ends the process.
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.stdin is not None:
            with suppress(BrokenPipeError):  # what it was told last and died without reading
                process.stdin.close()
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
