"""Typing a command, in this process or in one of its own."""

import os
import subprocess
import sys
from pathlib import Path

from typer.testing import CliRunner, Result

from carethread.cli import app


def carethread(*arguments: object, stdin: bytes = b"") -> Result:
    """Run a command here. `exit_code`, `stdout` and `stderr` are what a shell would see."""
    return CliRunner().invoke(app, [str(each) for each in arguments], input=stdin)


def environment(var: Path, **more: str) -> dict[str, str]:
    """A machine whose only record is in `var`."""
    kept = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "CARETHREAD_DEMO")}
    return kept | {"CARETHREAD_VAR": str(var)} | more


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "carethread", *(str(each) for each in arguments)]


def elsewhere(var: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run a command in a process of its own, with its own record."""
    return subprocess.run(
        command(*arguments),
        env=environment(var),
        capture_output=True,
        text=True,
        timeout=300,  # a hang, not a slow machine
        check=False,
    )
