"""A throw-away database for the measurements that need one, on the engine that DATABASE_URL names.

`on_both_engines` runs a measuring module once per engine, each in a process of its own, because
an engine is chosen when the settings are read.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

POSTGRES = os.environ.get("CARETHREAD_TEST_PG", "postgres://root@127.0.0.1:5432/ct_bench")


def on_both_engines(module: str) -> Iterator[str]:
    """The lines that `python -m module` prints, on SQLite and then on PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        urls = {"SQLite": f"sqlite:///{folder}/bench.sqlite3", "PostgreSQL": POSTGRES}
        for engine, url in urls.items():
            done = subprocess.run(
                [sys.executable, "-m", module],
                env=os.environ | {"DATABASE_URL": url, "BENCH_ENGINE": engine},
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                yield f"-- {module} on {engine}: {done.stderr.strip().splitlines()[-1:]}"
            yield from done.stdout.splitlines()


@contextmanager
def database() -> Iterator[str]:
    """A migrated, empty database for the length of the block; the engine's name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carethread.config.settings")
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["TEST"]["NAME"] = _file_name(connection)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield os.environ.get("BENCH_ENGINE", connection.vendor)
    finally:
        connection.creation.destroy_test_db("unused", verbosity=0)


def _file_name(connection: Any) -> str | None:
    """SQLite is measured on a file, as it runs, and not in memory."""
    settings = connection.settings_dict
    if settings["ENGINE"].endswith("sqlite3"):
        return str(Path(settings["NAME"]).with_suffix(".bench"))
    return None


def best(work: Callable[[], object], times: int = 5) -> float:
    """Seconds of the fastest of several runs: the one the machine disturbed least."""
    runs = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        runs.append(time.perf_counter() - start)
    return min(runs)


def row(number: str, what: str, engine: str, ours: float, floor: float, floor_words: str) -> str:
    """One line of the table: the ratio first, then both figures."""
    return (
        f"{number} {what} on {engine} {ours / floor:.1f}x {floor_words} "
        f"{floor * 1000:.2f} ms (ours {ours * 1000:.2f} ms)"
    )


def sessions(cast: Any, count: int, *, authorized: bool = False) -> Iterator[Any]:
    """So many drafts, ready to be signed, none overlapping another, spread over clinicians; each
    client has an authorization, of which scheduling reserved a unit, if so wanted."""
    from tests.cast import NOW, draft_of, make_client

    for number in range(count):
        client, *_ = make_client(
            cast.center, cast.program, cast.payer, "Cleo", "Client", f"HH1{number:07d}"
        )
        if authorized:
            _authorize(cast, client)
        starts = NOW - timedelta(hours=3 + 2 * (number // 2))
        by = (cast.nora, cast.vera)[number % 2]
        yield draft_of(cast, by=by, client=client, starts=starts)


def _authorize(cast: Any, client: Any) -> None:
    from carethread.record.models import Authorization
    from tests.cast import LONG_AGO, NOW

    Authorization.objects.create(
        organization=cast.center, client=client, payer=cast.payer, number=f"A-{client.pk}",
        effective_from=LONG_AGO, effective_to=NOW.date() + timedelta(days=300), codes=["90837"],
        approved_units=100, recorded_at=NOW,
    )  # fmt: skip


def to_sign(cast: Any, count: int) -> Iterator[tuple[Any, Any]]:
    """So many drafts with their authors, each with a unit of an authorization reserved."""
    cast.payer.authorization_codes = ["90837"]
    cast.payer.save()
    for note in sessions(cast, count, authorized=True):
        yield note, note.author.user


def sent(cast: Any, ready: tuple[Any, Any]) -> Any:
    """The charge of a note that was signed, billed and put into a file."""
    from carethread.record.models import Charge
    from carethread.workflow import bill, document, submit
    from tests.cast import NOW, proof
    from tests.payers import make_connection

    note, user = ready
    document.sign(note, user=user, proof=proof(user), now=NOW)
    bill.run(cast.center, now=NOW)
    assert submit.freeze(make_connection(cast.center), now=NOW + timedelta(days=1)) is not None
    return Charge.objects.get(attendance=note.attendance)
