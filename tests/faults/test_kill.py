"""A worker that is killed at any instant loses and doubles nothing.

Signing, billing, sending, receiving and posting go on in one process, or in two at once on the
same record, which are killed (SIGKILL) at random instants, a hundred times on both engines
together; a clearinghouse takes and answers files meanwhile. Then the work is finished undisturbed,
and every cent and every file is counted.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast import NOW
from tests.faults.clearinghouse import Clearinghouse
from tests.support import migrated, parts, postgres

KILLS = int(os.environ.get("CARETHREAD_KILLS", "50"))  # on each engine
NOTES = 60
LONGEST = 250  # milliseconds that a round is taken for, however slow the machine


class Worker:
    """The process of `tests.faults.worker`, one command and one answer at a time."""

    def __init__(self, folder: Path, url: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.worker", str(folder)],
            env=os.environ | {"DATABASE_URL": url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, command: str) -> dict:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of its own, because it outlives the processes that die in it."""
    if request.param == "sqlite":
        migrated.file(tmp_path / "kill.sqlite3")
        yield f"sqlite:///{tmp_path}/kill.sqlite3"
    else:
        parts.requires("postgres")
        with migrated.database(postgres.SERVER, f"ct_kill_{os.getpid()}") as address:
            yield address


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("to_payer", "from_payer"):
        (tmp_path / "wire" / name).mkdir(parents=True)
    return tmp_path / "wire"


def test_a_worker_killed_again_and_again_loses_and_doubles_nothing(url: str, folder: Path) -> None:
    worker, payer = Worker(folder, url), Clearinghouse(folder)
    chance = random.Random(20260302)
    a_round = min(worker.ask(f"setup {NOTES}")["round"], LONGEST)
    now = NOW
    for _ in range(KILLS):
        workers = chance.choice([1, 2])
        died = worker.ask(f"live {chance.uniform(0, 3) * a_round:.0f} {workers}")
        assert died == {"signals": [9] * workers}, "a worker must not fall over by itself"
        now += timedelta(hours=1)
        payer.work(now)
    died_at = worker.ask("verify")
    assert died_at["notes signed"] > 0, "they died before they came to their work"
    assert payer.interchanges, "they died before anything could leave"
    for _ in range(4):
        worker.ask("finish")
        payer.work(now + timedelta(days=1))
    worker.ask("finish")
    record = worker.ask("verify")
    worker.process.kill()

    assert record["wrong balances"] == []
    assert record["notes signed"] == record["charges"] == record["claims"] == NOTES
    assert record["charges without a claim"] == record["claims with two charges"] == 0
    assert record["claims versions over one"] == 0
    assert record["files under way"] == record["open deposits"] == 0
    assert len(payer.interchanges) == len(set(payer.interchanges)), "a file was sent twice"
    assert len(payer.claim_numbers) == len(set(payer.claim_numbers)) == NOTES
    assert record["claims paid"] == NOTES
    assert record["paid"] == record["cash"] == payer.paid
    assert record["billed"] == payer.paid + NOTES * 5_000
