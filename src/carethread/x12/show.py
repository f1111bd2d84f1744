"""A file as plain JSON values, and back: what `carethread x12 show --json` prints and
`carethread x12 write` takes (docs/x12.md).

Amounts are strings in dollars with two decimals, dates ISO, absent values empty strings or null.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from itertools import groupby
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import Any, BinaryIO, cast

from carethread.x12 import reader
from carethread.x12.acknowledgment import InterchangeAck
from carethread.x12.check import Judged, judge
from carethread.x12.finding import Finding
from carethread.x12.guides import CODECS, codec_of
from carethread.x12.reader import Event, Group, Interchange, Tail, Transaction, UnknownSet, stream
from carethread.x12.remittance import Remittance, RemittedClaim
from carethread.x12.views import VIEWS
from carethread.x12.views import envelope as heads
from carethread.x12.views.envelope import Head
from carethread.x12.views.kinds import Fault, Invalid, refuse
from carethread.x12.views.mapping import Json, below
from carethread.x12.writer import write_interchange


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


# -- and back -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """What one object says: a transaction and its envelopes."""

    transaction: Transaction
    head: Head


_TYPES: dict[str, type[Any]] = {c.guide.kind: c.value for c in CODECS} | {"TA1": InterchangeAck}


def unshow(shown: Any) -> list[Said]:
    """The transactions of an array as `show` makes it, or of one of its objects.

    `findings` and verdicts (`balanced`) are not read. Raises Invalid with the path of every key
    that is wrong; where there are several sets a path begins with the set's number, from 0.
    """
    sets = shown if isinstance(shown, list) else [shown]
    if not sets:
        raise Invalid(Fault("", "the array is empty: there is no transaction set to write"))
    said: list[Said] = []
    faults: list[Fault] = []
    for n, each in enumerate(sets):
        try:
            said.append(_said(each, f"[{n}]" if len(sets) > 1 else ""))
        except Invalid as invalid:
            faults += invalid.faults
    if faults:
        raise Invalid(*faults)
    return said


def _said(shown: Any, path: str) -> Said:
    if not isinstance(shown, dict):
        raise refuse(path, shown, "an object, one transaction set as `x12 show --json` prints it")
    kind, is_unknown = shown.get("type"), "segments" in shown
    if not isinstance(kind, str) or not (is_unknown or kind in _TYPES):
        raise Invalid(Fault(below(path, "type"), f"{kind!r} is not one of {', '.join(_TYPES)}"))
    outside = {*heads.VIEW.keys, "type", "findings"}
    head = heads.VIEW.read({k: v for k, v in shown.items() if k in heads.VIEW.keys}, path)
    body = {k: v for k, v in shown.items() if k not in outside}
    cls = UnknownSet if is_unknown else _TYPES[kind]
    given = {"kind": kind} if is_unknown else {}
    envelope = heads.envelope_of(head)
    return Said(VIEWS[cls].read(body, path, envelope=envelope, **given), head)


def write_shown(shown: Any, now: datetime) -> bytes:
    """The X12 file that the JSON shows: its interchanges and groups with their own numbers and
    delimiters. `now` is the day and time of an envelope that names none.

    Raises Invalid (see `unshow`), also for what no segment can carry.
    """
    return b"".join(_interchanges(unshow(shown), now))


def _interchanges(said: list[Said], now: datetime) -> Iterator[bytes]:
    for isa, sets in groupby(said, lambda s: heads.interchange_of(s.head)):
        inside = list(sets)
        created = (isa.created_on or now.date(), isa.created_time or f"{now:%H%M}")
        dated = replace(isa, created_on=created[0], created_time=created[1])
        acks = [s.transaction for s in inside if isinstance(s.transaction, InterchangeAck)]
        grouped = groupby(
            (s for s in inside if not isinstance(s.transaction, InterchangeAck)),
            lambda s: heads.group_of(s.head),
        )
        groups = [
            (group, [(s.head.set, s.transaction) for s in members]) for group, members in grouped
        ]
        try:
            yield write_interchange(dated, acks, groups)
        except ValueError as error:
            raise Invalid(Fault("", f"interchange {isa.control}: {error}")) from error
