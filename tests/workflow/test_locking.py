"""Every transaction of the path takes its rows in the order that docs/locking.md gives.

Two transactions that take the same kinds of rows in opposite orders can wait for each other for
ever. Here each transaction writes down which kind of row it locked (SELECT … FOR UPDATE) or
changed (UPDATE locks as well) first, while the whole path runs.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db.models.sql.compiler import SQLCompiler, SQLUpdateCompiler
from django.db.transaction import Atomic
from django_scopes import scope

from carethread.record import ledger, statements
from carethread.record.compiled import Statement
from carethread.record.models import Authorization, ClaimState, Coverage, Match, Payer
from carethread.workflow import admit, bill, follow_up, submit
from carethread.workflow.claims import holding
from carethread.workflow.remittances import matching
from tests.cast import Cast, amend
from tests.web.world import LATER, everything

PAGE = Path(__file__).resolve().parents[2] / "docs/locking.md"


def documented() -> list[str]:
    """The kinds of rows, in the order of the table."""
    return re.findall(r"^\| \d+ \| `(\w+)`", PAGE.read_text(), re.MULTILINE)


class Recorder:
    """The kinds of rows that each transaction took, in the order in which it took them first."""

    def __init__(self) -> None:
        self.transactions: list[list[str]] = []
        self.depth = 0

    def step(self, by: int) -> None:
        """Into a (nested) transaction, or out of it."""
        self.depth += by
        if (self.depth, by) == (1, 1):
            self.transactions.append([])

    def take(self, model: Any) -> None:
        if self.depth and model.__name__ not in self.transactions[-1]:
            self.transactions[-1].append(model.__name__)

    def take_selected(self, query: Any) -> None:
        if query.select_for_update:
            self.take(query.model)
            for path in set(query.select_for_update_of) - {"self"}:
                self.take(query.model._meta.get_field(path).related_model)


@pytest.fixture
def transactions(monkeypatch: pytest.MonkeyPatch, cast: Cast) -> list[list[str]]:
    """What is recorded from here on."""
    recorder = Recorder()

    def before(kind: Any, name: str, tell: Callable[..., None]) -> None:
        original = getattr(kind, name)

        def told(self: Any, *args: Any, **named: Any) -> Any:
            tell(self, *args)
            return original(self, *args, **named)

        monkeypatch.setattr(kind, name, told)

    before(Atomic, "__enter__", lambda *_: recorder.step(1))
    before(Atomic, "__exit__", lambda *_: recorder.step(-1))
    before(SQLCompiler, "execute_sql", lambda one, *_: recorder.take_selected(one.query))
    before(Statement, "ask", lambda one, *_: recorder.take_selected(one.query))
    before(SQLUpdateCompiler, "execute_sql", lambda one, *_: recorder.take(one.query.model))
    before(statements, "_carry_out", lambda _, __, row: recorder.take(type(row)))
    before(ledger, "_move_balances", lambda model, moved: moved and recorder.take(model))
    return recorder.transactions


def walk(cast: Cast) -> None:
    """Everything that locks: sign, bill, send, post, ask, answer, cure, match, authorize."""
    shown = everything(cast)
    with scope(organization=cast.center):
        follow_up.answer(shown.returned, words="It was.", user=cast.nora.user, now=LATER)
        note = shown.denied.charges.get().current.note_version.note
        amend(note, reason="Another diagnosis.", diagnoses=("F411",), now=LATER)
        matching.match_by_hand(
            Match.objects.get(state="waiting"), shown.stray.current, user=cast.bill, now=LATER
        )
        holding.release(shown.held, user=cast.bill, now=LATER)
        Payer.objects.update(authorization_codes=["90837"])
        authorization = Authorization.objects.get()
        admit.save_authorization(replace_units(authorization, 12), now=LATER)
        coverage = Coverage.objects.get(client=cast.clara)
        coverage.group_number = "G-200"
        admit.save_coverage(coverage, now=LATER)
        amend(note, reason="The place as well.", place_of_service="02", telehealth="video",
              now=LATER)  # fmt: skip
        bill.run(cast.center, now=LATER)
        submit.freeze(shown.denied.current.file.connection, now=LATER + timedelta(days=1))
        follow_up.run(cast.center, now=LATER + timedelta(days=2))
        shown.denied.refresh_from_db()
        assert shown.denied.state == ClaimState.QUEUED, "the correction has left"


def replace_units(row: Authorization, units: int) -> Authorization:
    row.approved_units, row.effective_to = units, date(2027, 1, 1)
    return row


def in_table(transaction: list[str]) -> list[str]:
    """Its kinds as far as the table orders them: who holds the client first may go to and fro
    between that client's charges and authorizations."""
    kinds = [kind for kind in transaction if kind in documented()]
    if "Client" in kinds and "Charge" in kinds and kinds.index("Client") < kinds.index("Charge"):
        kinds = [kind for kind in kinds if kind != "Authorization"]
    return kinds


def rank(kind: str) -> int:
    return documented().index(kind)


def test_every_transaction_locks_in_the_documented_order(
    cast: Cast, transactions: list[list[str]]
) -> None:
    walk(cast)
    wrong = [kinds for kinds in map(in_table, transactions) if kinds != sorted(kinds, key=rank)]
    assert wrong == []
    together = {frozenset(one) for one in transactions}
    for kinds in ({"Note", "Case", "Claim", "Client", "Charge"},
                  {"Note", "Client", "Charge", "Authorization"},
                  {"Match", "Claim", "Charge"}, {"Claim", "Charge", "Counter"}):  # fmt: skip
        assert any(kinds <= one for one in together), f"the walk has to take {kinds} in one go"


def test_what_is_locked_is_in_the_table(cast: Cast, transactions: list[list[str]]) -> None:
    walk(cast)
    leaves = {
        "ClaimFinding",
        "Coverage",
        "Remittance",
        "Payer",
        "CaseDuty",
    }  # taken, then nothing waited for
    assert {kind for one in transactions for kind in one} - leaves <= set(documented())
