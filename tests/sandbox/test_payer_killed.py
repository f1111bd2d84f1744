"""Killed at any instant and started again, the payer loses nothing and answers nothing twice."""

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from carethread.sandbox import processes
from carethread.sandbox.payer import books
from carethread.sandbox.payer.desk import Desk
from carethread.sandbox.payer.pace import Calendar
from tests.sandbox import office
from tests.sandbox.office import DAY, MONDAY, claim

TICKS = [MONDAY + timedelta(days=number) for number in (0, 1, 7, 8)]


def fill(folder: Path) -> None:
    """Two files of two claims each, one of them denied, waiting for the payer."""
    (folder / "to_payer").mkdir(parents=True)
    for file in range(2):
        claims = []
        for number in range(2):
            day = DAY - timedelta(days=7 * (2 * file + number))
            line = replace(claim().lines[0], service_from=day, service_to=day)
            code = "F419" if number == 1 else "F411"
            claims.append(
                replace(
                    claim(f"CT00000{file}{number}00V0100"),
                    lines=(line,),
                    diagnoses=(office.Diagnosis("ABK", code),),
                )
            )
        raw = office.sent(claims, control=file + 1)
        (folder / f"to_payer/F{file}.edi").write_bytes(raw)
    books.save(office.BOOKS, folder / "books.json")


def answers(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "from_payer").iterdir()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("undisturbed")
    fill(folder)
    assert lived_through(folder, 10**6)
    found = answers(folder)
    assert len([name for name in found if name.startswith("835")]) >= 1
    return found


# ------------------------------------------------------------------------- at every single step


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the payer catches it."""


@contextmanager
def dying_after(steps: int) -> Iterator[list[int]]:
    """Everything that changes the disk counts as a step; after so many, nothing more happens."""
    from carethread.sandbox.payer.store import Store

    left = [steps]
    run, rename, replace_, write = Store._run, Path.rename, Path.replace, Path.write_bytes

    def counted(do):
        def step(*args, **kwargs):
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return do(*args, **kwargs)

        return step

    Store._run = counted(run)
    Path.rename, Path.replace, Path.write_bytes = map(counted, (rename, replace_, write))
    try:
        yield left
    finally:
        Store._run = run
        Path.rename, Path.replace, Path.write_bytes = rename, replace_, write


def test_cut_off_after_any_step_it_goes_on_where_it_stopped(tmp_path, undisturbed):
    """One run for each step of the work, cut off there and begun again. Before it begins again
    somebody fetches and deletes what lies there, so that an answer given twice is seen."""
    steps, cut = 0, True
    while cut:
        folder, fetched = tmp_path / str(steps), {}
        fill(folder)
        cut = not lived_through(folder, steps)
        fetch(folder, fetched)
        assert lived_through(folder, 10**6)
        fetch(folder, fetched)
        assert fetched == undisturbed, f"cut off after step {steps}"
        steps += 1

    assert steps > 80


def lived_through(folder: Path, steps: int) -> bool:
    """Let a desk live all moments; False where it was cut off after so many steps."""
    with dying_after(steps), suppress(Killed):
        desk = Desk(folder, office.BOOKS, Calendar())
        for now in TICKS:
            desk.attend(now)
        return True
    return False


def fetch(folder: Path, fetched: dict[str, bytes]) -> None:
    """Take what lies in from_payer, as a clearinghouse's client does that deletes after reading."""
    for name, content in answers(folder).items():
        assert name not in fetched, f"{name} was answered twice"
        fetched[name] = content
        (folder / "from_payer" / name).unlink()


# ------------------------------------------------------------------------- for real


def test_a_dead_payer_is_told_of_by_its_code_and_leaves_no_process(tmp_path):
    fill(tmp_path)
    with processes.payer(tmp_path) as payer:
        payer.process.kill()
        payer.process.wait()
        with pytest.raises(RuntimeError, match="ended with code -9"):
            payer.tick(MONDAY)
    assert payer.process.stdin is not None
    assert payer.process.stdin.closed


def test_the_process_killed_at_random_instants_writes_the_same_files(tmp_path, undisturbed):
    fill(tmp_path)
    chance = random.Random(7)
    done, kills = 0, 0
    while done < len(TICKS):
        process = subprocess.Popen(
            [sys.executable, "-m", "carethread.sandbox.payer", tmp_path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("".join(f"{now.isoformat()}\n" for now in TICKS[done:]))
        process.stdin.flush()
        if kills < 6:
            process.stdout.readline()
            time.sleep(chance.random() * 0.02)
            process.send_signal(signal.SIGKILL)
            kills += 1
        else:
            process.stdin.close()
        answered = process.stdout.read()
        process.wait()
        # Whoever lost the answer tells the time again: that changes nothing.
        done += answered.count('"taken"')

    assert answers(tmp_path) == undisturbed


def test_a_driven_process_answers_each_moment_with_one_line(tmp_path):
    fill(tmp_path)
    with processes.payer(tmp_path) as payer:
        first, second = payer.tick(TICKS[0]), payer.tick(TICKS[1])

    assert first["taken"] == ["F0.edi", "F1.edi"]
    assert [name[:3] for name in first["written"]] == ["999"] * 2
    assert [name[:5] for name in second["written"]] == ["277CA"] * 2


def test_what_is_no_moment_is_said_so_and_the_process_lives_on(tmp_path):
    fill(tmp_path)
    with processes.payer(tmp_path) as payer:
        payer.process.stdin.write("noon\n")
        payer.process.stdin.flush()
        complaint = json.loads(payer.process.stdout.readline())
        after = payer.tick(TICKS[0])

    assert "noon" in complaint["error"]
    assert len(after["taken"]) == 2


def test_a_second_payer_on_the_same_folder_is_turned_away(tmp_path):
    fill(tmp_path)
    with processes.payer(tmp_path) as payer:
        payer.tick(TICKS[0])
        second = subprocess.run(
            [sys.executable, "-m", "carethread.sandbox.payer", tmp_path],
            input="",
            capture_output=True,
            text=True,
            check=False,
        )

    assert second.returncode == 1
    assert "another payer" in second.stderr


def test_a_folder_without_books_is_refused_with_the_remedy(tmp_path):
    alone = subprocess.run(
        [sys.executable, "-m", "carethread.sandbox.payer", tmp_path],
        input="",
        capture_output=True,
        text=True,
        check=False,
    )

    assert alone.returncode == 2
    assert "carethread demo" in alone.stderr


PATIENCE = 120.0
"""Seconds. Nobody waits so long: on a machine that is very busy, starting a process alone may take
half a minute, and that is not what is asked here."""


def until_answered(folder: Path, files: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and len(list(folder.glob("from_payer/999*"))) < files:
        time.sleep(0.05)


def test_live_it_answers_by_the_clock_and_ends_with_whoever_started_it(tmp_path):
    fill(tmp_path)
    with processes.live_payer(tmp_path) as process:
        until_answered(tmp_path, 2)
        assert len(list(tmp_path.glob("from_payer/999*"))) == 2
        assert process.poll() is None

        process.stdin.close()

        assert process.wait(PATIENCE) == 0
