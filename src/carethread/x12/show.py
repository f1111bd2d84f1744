"""A file as plain JSON values: what `carethread x12 show --json` prints and `unshow` takes back
(docs/x12.md).

Amounts are strings in dollars with two decimals, dates ISO, absent values empty strings or null.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from carethread.x12 import reader
from carethread.x12.acknowledgment import InterchangeAck
from carethread.x12.check import Judged, judge
from carethread.x12.finding import Finding
from carethread.x12.guides import codec_of
from carethread.x12.reader import Event, Group, Interchange, Tail, Transaction, UnknownSet, stream
from carethread.x12.remittance import Remittance, RemittedClaim
from carethread.x12.views import VIEWS
from carethread.x12.views import envelope as heads
from carethread.x12.views.envelope import Head
from carethread.x12.views.mapping import Json


def show(data: bytes) -> list[Json]:
    """One object a transaction set, findings with the set they belong to. Raises Unreadable."""
    return list(shown(BytesIO(data)))


def shown(file: BinaryIO) -> Iterator[Json]:
    """The same, one at a time. Raises Unreadable at the first step."""
    for told in tell(file):
        yield {key: list(value) if isinstance(value, Iterator) else value for key, value in told}


Told = Iterator[tuple[str, Any]]
"""The keys and values of one object; an iterator is a list that is made while it is taken."""


def tell(file: BinaryIO) -> Iterator[Told]:
    """The same in flat memory, whatever the size of a set: take all that one holds, in order,
    before asking for the next. What is wrong with a set stands before its claims and is known only
    behind them, so the file is read by two, one of them a set ahead."""
    with _seekable(file) as source:
        ahead, behind = (cast(BinaryIO, _Turn(source)) for _ in range(2))
        events = stream(behind)
        for judged in judge(ahead):
            if judged.transaction is not None:
                claims = _Claims(events, judged.transaction)
                yield _told(judged, judged.transaction, claims)
                for _ in claims:
                    pass


def _told(judged: Judged, transaction: Transaction, claims: "_Claims") -> Told:
    head = heads.head_of(transaction.envelope, judged.interchange, judged.group)
    for key, value in _transaction(transaction, head, judged.findings).items():
        if key == "claims":
            yield key, claims
        elif key == "balanced":
            yield key, claims.are_balanced
        else:
            yield key, value


class _Claims:
    """The claims of a set as JSON, one at a time; then whether an 835 balances."""

    def __init__(self, events: Iterator[Event], transaction: Transaction) -> None:
        self.events, self.transaction = events, transaction
        self.kind = VIEWS[type(transaction)].kind_of("claims")
        self.paid, self.each_balances, self.is_done = 0, True, False

    def __iter__(self) -> Iterator[Json]:
        return self

    def __next__(self) -> Json:
        while not self.is_done:
            event = next(self.events)
            self.is_done = isinstance(event, Tail)
            if not isinstance(event, Interchange | Group | reader.Head | Tail):
                if isinstance(event, RemittedClaim):
                    self.paid += event.paid
                    self.each_balances = self.each_balances and event.is_balanced
                shown: list[Json] = self.kind.show((event,))
                return shown[0]
        raise StopIteration

    @property
    def are_balanced(self) -> bool:
        """Of the claims that have been taken, and of an 835."""
        whole = self.transaction
        return isinstance(whole, Remittance) and self.each_balances and whole.balances(self.paid)


class _Turn:
    """One of several who read a file, each from where he stopped."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.at = file, file.tell()

    def read(self, size: int = -1) -> bytes:
        self.file.seek(self.at)
        block = self.file.read(size)
        self.at += len(block)
        return block


@contextmanager
def _seekable(file: BinaryIO) -> Iterator[BinaryIO]:
    """The file, or what comes from a pipe in a file that can be read twice."""
    if file.seekable():
        yield file
        return
    with TemporaryFile() as stored:
        copyfileobj(file, stored)
        stored.seek(0)
        yield stored


def show_finding(finding: Finding) -> Json:
    return {
        "id": finding.id,
        "severity": str(finding.severity),
        "segment": finding.segment,
        "element": finding.element,
        "message": finding.message,
    }


def _transaction(transaction: Transaction, head: Head, findings: list[Finding]) -> Json:
    said = heads.VIEW.show(head)
    envelope = said.pop("envelope")
    told = [show_finding(finding) for finding in findings]
    said = {"type": kind_of(transaction), **said, "findings": told, "envelope": envelope}
    return said | VIEWS[type(transaction)].show(transaction)


def kind_of(transaction: Transaction) -> str:
    """ "837P", "835", "999", "277CA", "TA1"; ST01 for a set that we do not speak."""
    if isinstance(transaction, InterchangeAck):
        return "TA1"
    if isinstance(transaction, UnknownSet):
        return transaction.kind
    return codec_of(transaction).guide.kind
