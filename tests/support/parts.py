"""Parts of the machine that a test needs: skipped where missing, demanded where required.

`CARETHREAD_REQUIRE=postgres,browser,sshd` (as in .ci/run) makes a missing part a failure.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = Path(os.environ.get("CARETHREAD_SAMPLES", ROOT.parent / "shared/samples/x12"))


def chromium() -> Path | None:
    """Debian's chromium, or the one that CARETHREAD_CHROMIUM names."""
    found = os.environ.get("CARETHREAD_CHROMIUM") or shutil.which("chromium")
    return Path(found) if found else None


def sshd() -> Path | None:
    """OpenSSH's server; a plain user's PATH seldom has /usr/sbin."""
    found = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


def samples() -> Path | None:
    """Other people's X12 files, read in place and never copied."""
    return SAMPLES if SAMPLES.is_dir() else None


_PARTS: dict[str, tuple[Callable[[], Path | None], str]] = {
    "browser": (chromium, "chromium is not installed (Debian: apt-get install chromium)"),
    "sshd": (sshd, "sshd is not installed (Debian: apt-get install openssh-server)"),
    "samples": (samples, f"there are no sample files in {SAMPLES}"),
}


def required() -> frozenset[str]:
    return frozenset(filter(None, os.environ.get("CARETHREAD_REQUIRE", "").split(",")))


def requires(part: str) -> Path:
    """Where the part ("browser", "sshd" or "samples") is; otherwise skip, or fail if required."""
    find, complaint = _PARTS[part]
    if (path := find()) is not None:
        return path
    if part in required():
        pytest.fail(f"{part} is required: {complaint}", pytrace=False)
    pytest.skip(complaint)
