"""One look at the clock: take the files that came, do what is due, put the answers out.

Every step is one transaction and is done once, so that a kill at any instant loses nothing and
repeats nothing: do the same look again and it goes on where it stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from carethread.connect.naming import is_temporary
from carethread.sandbox.payer.bank import Received, books_on, pays_rent, statement
from carethread.sandbox.payer.books import Books, Payer, Surprise
from carethread.sandbox.payer.front_door import FrontDoor
from carethread.sandbox.payer.pace import Pace
from carethread.sandbox.payer.run import CheckRun
from carethread.sandbox.payer.store import Store
from carethread.x12.remittance import Remittance
from carethread.x12.writer import write

_A_DAY = timedelta(days=1)


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
        while due := sorted(self._due(now)):
            at = due[0][0]
            payers = [self.books.by_id[name] for when, name in due if when == at]
            with self.store.transaction():
                decided += self._pay(payers, at)
                for payer in payers:
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

    def _pay(self, payers: list[Payer], at: datetime) -> int:
        """The runs of one moment: their checks' files, and what the bank tells of the money."""
        decided, bundled, paid = 0, [], []
        for payer in payers:
            run = CheckRun(self.store, self.books, payer, at)
            made = run.pay()
            decided += run.decided
            paid += [_received(check, payer) for check in made if check.amount > 0]
            if payer.habits.bundled and not run.of_files:
                bundled += made
                continue
            for place, check in enumerate(made):
                self._put(f"835_{payer.id}", [check], at, run.of_files if place == 0 else ())
        if bundled:
            self._put("835_ALL", bundled, at)
        if paid:
            self._tell_of_money(paid, books_on(at))
        return decided

    def _tell_of_money(self, paid: Sequence[Received], day: datetime) -> None:
        """The bank's file of a day."""
        is_first = not self.store.has_answer(f"bank_{day:%Y%m}")
        told = statement(paid, day, with_rent=pays_rent(day, is_first))
        self.store.put_answer(f"bank_{day:%Y%m%d%H%M%S}.bai", told, day)

    def _put(
        self,
        name: str,
        made: Sequence[Remittance],
        at: datetime,
        surprises: Sequence[Surprise] = (),
    ) -> None:
        """One file of checks, and whatever happens to it on the way."""
        number = int(made[0].envelope.interchange)
        kinds = {one.kind: one.amount for one in surprises}
        due = at + timedelta(days=kinds.get("late", 0))
        if "wrong" in kinds:
            off = [replace(made[0], amount=made[0].amount + kinds["wrong"]), *made[1:]]
            self._write(f"{name}_{number:09d}.edi", off, number, at, due)
            self._again(name, made, at)
            return
        content = self._write(f"{name}_{number:09d}.edi", made, number, at, due)
        if "copy" in kinds:
            self.store.put_answer(f"{name}_{number:09d}_copy.edi", content, due + _A_DAY)
        if "again" in kinds:
            self._again(name, made, at)

    def _again(self, name: str, made: Sequence[Remittance], at: datetime) -> None:
        number = self.store.next_number("interchange")
        self._write(f"{name}_{number:09d}.edi", made, number, at, at + _A_DAY)

    def _write(
        self, name: str, made: Sequence[Remittance], number: int, at: datetime, due: datetime
    ) -> bytes:
        content = write(
            list(made),
            sender=made[0].envelope.sender,
            receiver=made[0].envelope.receiver,
            interchange_control=number,
            group_control=number,
            created=at,
        )
        self.store.put_answer(name, content, due)
        return content


def _received(check: Remittance, payer: Payer) -> Received:
    return Received(
        check.amount, payer.name, check.trace, check.payer_identifier, check.method,
        payer.habits.addenda,
    )  # fmt: skip
