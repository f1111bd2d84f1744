"""What must survive a kill: one SQLite file, changed one transaction a step.

A file is taken once (its name in the archive is its key), an interchange number is good once,
a claim is decided once, and an answer goes out once (see `Store.hand_out`).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pydantic import TypeAdapter

from carethread.sandbox.payer.adjudicate import Decision
from carethread.sandbox.payer.books import Authorization
from carethread.x12.claim import Claim

_SCHEMA = """
CREATE TABLE IF NOT EXISTS taken (name TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS interchange (
    sender TEXT, number TEXT, PRIMARY KEY (sender, number));
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS happened (what TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS run (payer TEXT PRIMARY KEY, next_run TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS forward (
    payer TEXT, payee TEXT, cents INTEGER NOT NULL, PRIMARY KEY (payer, payee));
CREATE TABLE IF NOT EXISTS claim (
    id INTEGER PRIMARY KEY,
    payer TEXT NOT NULL, member TEXT NOT NULL, icn TEXT NOT NULL UNIQUE,
    content TEXT NOT NULL, receiver TEXT NOT NULL, received_at TEXT NOT NULL,
    ready_at TEXT NOT NULL, replaces INTEGER REFERENCES claim, mishap INTEGER,
    state TEXT NOT NULL DEFAULT 'waiting',
    decision TEXT, correct_on TEXT);
CREATE INDEX IF NOT EXISTS claim_by_member ON claim (payer, member);
CREATE INDEX IF NOT EXISTS claim_by_state ON claim (payer, state);
CREATE TABLE IF NOT EXISTS granted (
    payer TEXT NOT NULL, content TEXT NOT NULL, known_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS answer (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, content BLOB NOT NULL,
    due_at TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'due');
CREATE INDEX IF NOT EXISTS answer_under_way ON answer (state, due_at) WHERE state != 'out';
"""

_CLAIM = TypeAdapter(Claim)
_DECISION = TypeAdapter(Decision)
_AUTHORIZATION = TypeAdapter(Authorization)


@dataclass(frozen=True, slots=True)
class StoredClaim:
    """A claim that was taken in. `icn` is the payer's own number for it, `member` the member's
    key, `receiver` whom to answer (ISA06 of its file), `replaces` the claim that a frequency 7 or
    8 speaks of, `mishap` an index into the books.

    `state`: waiting, decided, corrected (decided twice), reversed, or dropped (replaced before
    it was decided).
    """

    id: int
    payer: str
    member: str
    icn: str
    claim: Claim
    receiver: str
    received_at: datetime
    ready_at: datetime
    replaces: int | None
    mishap: int | None
    state: str
    decision: Decision | None


class Store:
    """The payer's memory. Times go in as UTC and sort as text."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        # NORMAL loses nothing to a kill, only to a power cut.
        self._connection.executescript(
            f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {_SCHEMA}"
        )

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of a step or nothing of it."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    # ---------------------------------------------------------------- once only

    def taken_names(self) -> set[str]:
        return {row["name"] for row in self._run("SELECT name FROM taken").fetchall()}

    def take(self, name: str) -> None:
        self._run("INSERT INTO taken VALUES (?)", name)

    def interchanges_of(self, sender: str) -> set[str]:
        """The interchange numbers that this sender has used."""
        rows = self._run("SELECT number FROM interchange WHERE sender = ?", sender).fetchall()
        return {row["number"] for row in rows}

    def remember_interchange(self, sender: str, number: str) -> None:
        self._run("INSERT INTO interchange VALUES (?, ?)", sender, number)

    def has_happened(self, what: str) -> bool:
        return self._one("SELECT 1 FROM happened WHERE what = ?", what) is not None

    def happens(self, what: str) -> None:
        self._run("INSERT INTO happened VALUES (?)", what)

    def next_number(self, name: str) -> int:
        """1, 2, 3 ... of that counter, without a gap."""
        row = self._one(
            "INSERT INTO counter VALUES (?, 1) "
            "ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
            name,
        )
        assert row is not None
        return int(row["value"])

    # ---------------------------------------------------------------- check runs

    def next_run(self, payer: str) -> datetime | None:
        row = self._one("SELECT next_run FROM run WHERE payer = ?", payer)
        return datetime.fromisoformat(row["next_run"]) if row else None

    def set_next_run(self, payer: str, at: datetime) -> None:
        self._run(
            "INSERT OR REPLACE INTO run VALUES (?, ?)",
            payer,
            at.isoformat(),
        )

    def forwarded(self, payer: str, payee: str) -> int:
        """Cents that an earlier check was short of, to be held back from the next one."""
        row = self._one("SELECT cents FROM forward WHERE payer = ? AND payee = ?", payer, payee)
        return int(row["cents"]) if row else 0

    def forward(self, payer: str, payee: str, cents: int) -> None:
        self._run("INSERT OR REPLACE INTO forward VALUES (?, ?, ?)", payer, payee, cents)

    # ---------------------------------------------------------------- claims

    def add_claim(
        self,
        claim: Claim,
        *,
        payer: str,
        member: str,
        icn: str,
        receiver: str,
        received_at: datetime,
        ready_at: datetime,
        replaces: int | None,
        mishap: int | None,
    ) -> None:
        self._run(
            "INSERT INTO claim (payer, member, icn, content, receiver, received_at, ready_at, "
            "replaces, mishap) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            payer,
            member,
            icn,
            _CLAIM.dump_json(claim).decode(),
            receiver,
            received_at.isoformat(),
            ready_at.isoformat(),
            replaces,
            mishap,
        )

    def claim(self, id: int) -> StoredClaim:
        return next(self._claims("id = ?", id))

    def claim_by_number(self, payer: str, icn: str) -> StoredClaim | None:
        return next(self._claims("payer = ? AND icn = ?", payer, icn), None)

    def find_claim(self, payer: str, icn: str, claim_id: str) -> StoredClaim | None:
        """By our own number, else by the sender's (CLM01); the one that came last."""
        if icn and (found := self.claim_by_number(payer, icn)):
            return found
        where = "payer = ? AND json_extract(content, '$.claim_id') = ?"
        return next(iter(list(self._claims(where, payer, claim_id))[::-1]), None)

    def waiting(self, payer: str, until: datetime) -> list[StoredClaim]:
        """Claims whose time to be decided has come, in the order in which they arrived."""
        return list(
            self._claims(
                "payer = ? AND state = 'waiting' AND ready_at <= ?", payer, until.isoformat()
            )
        )

    def to_correct(self, payer: str, on: date) -> list[StoredClaim]:
        """Paid claims whose day to be taken back and paid anew has come."""
        return list(
            self._claims(
                "payer = ? AND state = 'decided' AND correct_on <= ?", payer, on.isoformat()
            )
        )

    def standing(self, payer: str, member: str) -> list[StoredClaim]:
        """The member's claims that were decided and not taken back."""
        return list(
            self._claims(
                "payer = ? AND member = ? AND state IN ('decided', 'corrected')", payer, member
            )
        )

    def decide(self, claim: StoredClaim, decision: Decision, correct_on: date | None) -> None:
        state = "corrected" if claim.state == "decided" else "decided"
        self._run(
            "UPDATE claim SET state = ?, decision = ?, correct_on = ? WHERE id = ?",
            state,
            _DECISION.dump_json(decision).decode(),
            correct_on.isoformat() if correct_on else None,
            claim.id,
        )

    def close_claim(self, claim: StoredClaim, state: str) -> None:
        """It no longer stands: "reversed" or "dropped"."""
        self._run("UPDATE claim SET state = ? WHERE id = ?", state, claim.id)

    def _claims(self, where: str, *values: object) -> Iterator[StoredClaim]:
        rows = self._run(f"SELECT * FROM claim WHERE {where} ORDER BY id", *values)  # noqa: S608
        return map(_stored, rows.fetchall())

    # ---------------------------------------------------------------- authorizations

    def grant(self, payer: str, row: Authorization, known_at: datetime) -> None:
        """A request was granted; claims that are decided from then on find it."""
        content = _AUTHORIZATION.dump_json(row).decode()
        self._run("INSERT INTO granted VALUES (?, ?, ?)", payer, content, known_at.isoformat())

    def granted(self, payer: str, until: datetime) -> tuple[Authorization, ...]:
        rows = self._run(
            "SELECT content FROM granted WHERE payer = ? AND known_at <= ? ORDER BY rowid",
            payer,
            until.isoformat(),
        ).fetchall()
        return tuple(_AUTHORIZATION.validate_json(row["content"]) for row in rows)

    # ---------------------------------------------------------------- answers

    def put_answer(self, name: str, content: bytes, due_at: datetime) -> None:
        self._run(
            "INSERT INTO answer (name, content, due_at) VALUES (?, ?, ?)",
            name,
            content,
            due_at.isoformat(),
        )

    def has_answer(self, beginning: str) -> bool:
        """Whether an answer was ever made whose name begins so."""
        found = self._run("SELECT 1 FROM answer WHERE name GLOB ? LIMIT 1", f"{beginning}*")
        return found.fetchone() is not None

    def hand_out(self, folder: Path, until: datetime) -> list[str]:
        """Put every answer that is due into `folder`, each exactly once. Names, in order.

        The bytes are staged beside the folder, then the fact is committed, then the file is
        renamed into place. After a kill, a staged answer whose file is still there has not gone
        out yet; one whose file is gone has.
        """
        staging = folder.parent / ".leaving"
        staging.mkdir(exist_ok=True)
        for row in self._answers("state = 'due' AND due_at <= ?", until.isoformat()):
            (staging / row["name"]).write_bytes(row["content"])
            self._mark(row, "staged")
        out = []
        for row in self._answers("state = 'staged'"):
            if (staged := staging / row["name"]).exists():
                staged.replace(folder / row["name"])
                out.append(row["name"])
            self._mark(row, "out")
        return out

    def _answers(self, where: str, *values: object) -> list[sqlite3.Row]:
        query = f"SELECT * FROM answer WHERE {where} ORDER BY due_at, id"  # noqa: S608
        return self._run(query, *values).fetchall()

    def _mark(self, row: sqlite3.Row, state: str) -> None:
        self._run("UPDATE answer SET state = ? WHERE id = ?", state, row["id"])

    # ---------------------------------------------------------------- below

    def _run(self, statement: str, *values: object) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)

    def _one(self, statement: str, *values: object) -> sqlite3.Row | None:
        rows = self._run(statement, *values).fetchall()
        return rows[0] if rows else None


def _stored(row: sqlite3.Row) -> StoredClaim:
    return StoredClaim(
        id=row["id"],
        payer=row["payer"],
        member=row["member"],
        icn=row["icn"],
        claim=_CLAIM.validate_json(row["content"]),
        receiver=row["receiver"],
        received_at=datetime.fromisoformat(row["received_at"]),
        ready_at=datetime.fromisoformat(row["ready_at"]),
        replaces=row["replaces"],
        mishap=row["mishap"],
        state=row["state"],
        decision=_DECISION.validate_json(row["decision"]) if row["decision"] else None,
    )
