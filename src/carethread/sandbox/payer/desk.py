"""One look at the clock: take the files that came, do what is due, put the answers out.

Every step is one transaction and is done once, so that a kill at any instant loses nothing and
repeats nothing: do the same look again and it goes on where it stopped.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from carethread.connect.naming import is_temporary
from carethread.sandbox.payer.books import Books, Payer
from carethread.sandbox.payer.front_door import FrontDoor
from carethread.sandbox.payer.pace import Pace
from carethread.sandbox.payer.run import CheckRun
from carethread.sandbox.payer.store import Store
from carethread.x12.writer import write


@dataclass(frozen=True, slots=True)
class Attended:
    """What one look did: names of files taken and of answers put out, claims decided."""

    taken: list[str]
    written: list[str]
    claims: int


class Desk:
    """The payer at work on FOLDER: to_payer, from_payer, archive and payer.sqlite3 in it."""

    def __init__(self, folder: Path, books: Books, pace: Pace) -> None:
        self.books, self.pace = books, pace
        self.inbox, self.outbox = folder / "to_payer", folder / "from_payer"
        self.archive = folder / "archive"
        for each in (self.inbox, self.outbox, self.archive):
            each.mkdir(parents=True, exist_ok=True)
        self.store = Store(folder / "payer.sqlite3")

    def attend(self, now: datetime) -> Attended:
        """Everything that is due by `now` (a moment without a zone is UTC)."""
        now = now.astimezone(UTC) if now.tzinfo else now.replace(tzinfo=UTC)
        taken = self._take(now)
        claims = self._run(now)
        return Attended(taken, self.store.hand_out(self.outbox, now), claims)

    # ------------------------------------------------------------------ files

    def _take(self, now: datetime) -> list[str]:
        """Take what came. The move into the archive is what takes a file; a file in the archive
        that the store does not know was moved and not yet read when the payer was killed."""
        for path in sorted(self.inbox.iterdir()):
            if path.is_file() and not is_temporary(path.name):
                path.rename(self._free_name(path.name))
        known = self.store.taken_names()
        new = [path for path in sorted(self.archive.iterdir()) if path.name not in known]
        for path in new:
            with self.store.transaction():
                FrontDoor(self.store, self.books, self.pace, now).open(path.read_bytes())
                self.store.take(path.name)
        return [path.name for path in new]

    def _free_name(self, name: str) -> Path:
        """Where a file goes in the archive: a name that was used before gets a number."""
        path, number = self.archive / name, 1
        while path.exists():
            number += 1
            path = self.archive / f"{name}.{number}"
        return path

    # ------------------------------------------------------------------ check runs

    def _run(self, now: datetime) -> int:
        """Every check run that is due, in order of time."""
        decided = 0
        while due := min(self._due(now), default=None):
            at, payer = due[0], self.books.by_id[due[1]]
            with self.store.transaction():
                decided += self._pay(payer, at)
                self.store.set_next_run(payer.id, self.pace.next_run(payer, at))
        return decided

    def _due(self, now: datetime) -> list[tuple[datetime, str]]:
        runs = ((self._next_run(payer, now), payer.id) for payer in self.books.payers)
        return [run for run in runs if run[0] <= now]

    def _next_run(self, payer: Payer, now: datetime) -> datetime:
        """The run that was planned; sooner where the pace has quickened since."""
        planned, next_by_now = self.store.next_run(payer.id), self.pace.next_run(payer, now)
        if planned is None or planned > next_by_now:
            self.store.set_next_run(payer.id, next_by_now)
            return next_by_now
        return planned

    def _pay(self, payer: Payer, at: datetime) -> int:
        run = CheckRun(self.store, self.books, payer, at)
        for remittance in run.pay():
            number = int(remittance.envelope.interchange)
            content = write(
                [remittance],
                sender=remittance.envelope.sender,
                receiver=remittance.envelope.receiver,
                interchange_control=number,
                group_control=number,
                created=at,
            )
            self.store.put_answer(f"835_{payer.id}_{number:09d}.edi", content, at)
        return run.decided
