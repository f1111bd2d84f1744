"""`python -m carethread.sandbox.payer FOLDER [--seed N] [--live]`

Driven (the default): each line on stdin is a moment in ISO form and means "do all that is due
by then"; each is answered by one line of JSON: now, taken, written, claims. Live: the wall clock
drives, and answers take seconds. Either way it ends when its stdin closes.
"""

import argparse
import fcntl
import json
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from carethread.sandbox.payer import books
from carethread.sandbox.payer.desk import Desk
from carethread.sandbox.payer.pace import Calendar, Live

_LOOK_EVERY = 1.0


def main() -> int:
    options = _options()
    try:
        known = books.load(options.books or options.folder / "books.json")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    pace = Live() if options.live else Calendar(seed=options.seed)
    try:
        with _alone(options.folder):
            _serve(Desk(options.folder, known, pace), live=options.live)
    except BlockingIOError:
        print(f"another payer works on {options.folder} already", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m carethread.sandbox.payer")
    parser.add_argument("folder", type=Path, help="holds to_payer, from_payer and books.json")
    parser.add_argument("--books", type=Path, help="the payer's books, if not FOLDER/books.json")
    parser.add_argument("--seed", type=int, default=1, help="which claims take longer")
    parser.add_argument("--live", action="store_true", help="by the wall clock, within seconds")
    return parser.parse_args()


def _serve(desk: Desk, *, live: bool) -> None:
    for now in _wall_clock() if live else _told():
        if isinstance(now, datetime):
            answer: dict[str, object] = {"now": now.isoformat(), **asdict(desk.attend(now))}
        else:
            answer = {"error": f"{now!r} is not a moment like 2026-03-02T18:00:00+00:00"}
        if not live or answer.get("taken") or answer.get("written"):
            print(json.dumps(answer), flush=True)


def _told() -> Iterator[datetime | str]:
    """Moments from stdin; a line that is none comes back as it is."""
    for line in sys.stdin:
        try:
            yield datetime.fromisoformat(line.strip())
        except ValueError:
            yield line.strip()


def _wall_clock() -> Iterator[datetime]:
    """The time, every second, until stdin closes."""
    while True:
        yield datetime.now(UTC)
        spoken_to, _, _ = select.select([sys.stdin], [], [], _LOOK_EVERY)
        if spoken_to and not sys.stdin.readline():
            return


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One payer a folder; the lock goes with the process, however it ends."""
    with (folder / ".payer-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


if __name__ == "__main__":
    sys.exit(main())
