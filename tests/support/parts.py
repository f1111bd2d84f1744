"""Parts of the machine that a test needs: skipped where missing, demanded where required.

`CARETHREAD_REQUIRE=postgres,browser,sshd` (as in .ci/run) makes a missing part a failure.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import postgres

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(os.environ.get("CARETHREAD_SAMPLES", ROOT.parent / "shared/samples/x12"))


def chromium() -> Path | None:
    """Debian's chromium, or the one that CARETHREAD_CHROMIUM names. Where there is the one that is
    built without a screen it is taken: the walks take a quarter less of the processor."""
    found = (
        os.environ.get("CARETHREAD_CHROMIUM")
        or shutil.which("chromium-headless-shell")
        or shutil.which("chromium")
    )
    return Path(found) if found else None


def sshd() -> Path | None:
    """OpenSSH's server; a plain user's PATH seldom has /usr/sbin."""
    found = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


def samples() -> Path | None:
    """Other people's X12 files, read in place and never copied."""
    return SAMPLES if SAMPLES.is_dir() else None


def postgres_server() -> Path | None:
    """PostgreSQL, if it answers. It has no path of its own; its address stands for it."""
    return None if postgres.complaint(postgres.SERVER) else Path(postgres.SERVER)


_PARTS: dict[str, tuple[Callable[[], Path | None], str]] = {
    "postgres": (postgres_server, f"PostgreSQL does not answer at {postgres.SERVER}"),
    "browser": (chromium, "chromium is not installed (Debian: apt-get install chromium)"),
    "sshd": (sshd, "sshd is not installed (Debian: apt-get install openssh-server)"),
    "samples": (samples, f"there are no sample files in {SAMPLES}"),
}


def required() -> frozenset[str]:
    return frozenset(filter(None, os.environ.get("CARETHREAD_REQUIRE", "").split(",")))


def requires(part: str) -> Path:
    """Where the part ("browser", "sshd", "postgres", "samples") is; otherwise skip, or fail where
    it is required."""
    find, complaint = _PARTS[part]
    if (path := find()) is not None:
        return path
    if part in required():
        pytest.fail(f"{part} is required: {complaint}", pytrace=False)
    pytest.skip(complaint)
