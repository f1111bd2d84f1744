"""Every test database begins as a copy of one that was migrated once.

Migrating takes a dozen seconds, and would be done by each worker and each process that is killed.
The migrated file lies in .pytest_cache, the migrated database on the PostgreSQL server, until the
record or a package changes. (`carethread migrate` itself is walked in tests/cli/test_center.py.)
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

from tests.support import postgres
from tests.support.parts import ROOT

KEPT = ROOT / ".pytest_cache/migrated"
_OURS = f"carethread_migrated_{crc32(bytes(ROOT)):08x}_"  # two checkouts do not meet


def file(target: Path) -> None:
    """Write an empty, migrated SQLite database to `target`."""
    with _alone():
        kept = KEPT / f"{_state()}.sqlite3"
        if not kept.exists():
            for old in KEPT.glob("*.sqlite3*"):
                old.unlink()
            _migrate(f"sqlite:///{KEPT}/unfinished.sqlite3")
            (KEPT / "unfinished.sqlite3").rename(kept)
        shutil.copy(kept, target)


@contextmanager
def database(server: str, name: str) -> Iterator[str]:
    """The address of an empty, migrated database of that name on the PostgreSQL server, dropped at
    the end."""
    with _alone():
        kept = f"{_OURS}{_state()}"
        existing = postgres.names(server, _OURS)
        if kept not in existing:
            for old in existing:
                postgres.drop(server, old)
            unfinished = postgres.create(server, f"{_OURS}unfinished")
            _migrate(unfinished)
            postgres.rename(server, f"{_OURS}unfinished", kept)
        address = postgres.create(server, name, template=kept)
    try:
        yield address
    finally:
        postgres.drop(server, name)


@contextmanager
def _alone() -> Iterator[None]:
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _state() -> str:
    """Another one for whatever could migrate differently."""
    sources = sorted((ROOT / "src/carethread/record").rglob("*.py"))
    digest = hashlib.sha256()
    for path in [ROOT / "uv.lock", *sources]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _migrate(url: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--verbosity=0"],
        env=os.environ
        | {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "carethread.config.settings",
            "PYTHONPATH": str(ROOT / "src"),
        },
        check=True,
    )
