"""JSON values -> an X12 file: the way back from `show`, what `carethread x12 write` does.

One set is held at a time. Nothing is written before all of it can be.
"""

from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, groupby
from json import JSONDecodeError, JSONDecoder
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from carethread.x12.acknowledgment import InterchangeAck
from carethread.x12.guides import CODECS
from carethread.x12.reader import Interchange, Transaction, UnknownSet
from carethread.x12.views import VIEWS
from carethread.x12.views import envelope as heads
from carethread.x12.views.envelope import Head
from carethread.x12.views.kinds import Fault, Invalid, refuse
from carethread.x12.views.mapping import below
from carethread.x12.writer import closing, group_lines, opening

_BLOCK = 1 << 16
_IN_MEMORY = 1 << 23
_MOST_FAULTS = 1_000
"""Wrong keys that are told; a large file may have one in every claim."""


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
    return list(_each(shown if isinstance(shown, list) else [shown]))


def _each(sets: Iterable[Any]) -> Iterator[Said]:
    """The same, one at a time; from the first that is wrong only what is wrong is looked for."""
    rest = iter(sets)
    first = list(zip(range(2), rest, strict=False))
    if not first:
        raise Invalid(Fault("", "the array is empty: there is no transaction set to write"))
    faults: list[Fault] = []
    for n, shown in chain(first, enumerate(rest, 2)):
        try:
            said = _said(shown, f"[{n}]" if len(first) > 1 else "")
        except Invalid as invalid:
            faults += invalid.faults[: _MOST_FAULTS - len(faults)]
            continue
        if not faults:
            yield said
    if faults:
        raise Invalid(*faults)


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
    with written(shown if isinstance(shown, list) else [shown], now) as file:
        return file.read()


@contextmanager
def written(sets: Iterable[Any], now: datetime) -> Iterator[BinaryIO]:
    """The same as a file to be read, of sets that come one at a time."""
    with _spool() as file:
        for isa, inside in groupby(_each(sets), lambda said: heads.interchange_of(said.head)):
            created = (isa.created_on or now.date(), isa.created_time or f"{now:%H%M}")
            dated = replace(isa, created_on=created[0], created_time=created[1])
            try:
                _interchange(dated, inside, file)
            except (Invalid, UnicodeDecodeError, JSONDecodeError):
                raise
            except ValueError as error:
                raise Invalid(Fault("", f"interchange {isa.control}: {error}")) from error
        file.seek(0)
        yield file


def _interchange(isa: Interchange, sets: Iterable[Said], file: BinaryIO) -> None:
    """Writes an interchange. Its TA1s stand before its groups, wherever they are among the sets."""
    acks: list[InterchangeAck] = []

    def others() -> Iterator[Said]:
        for said in sets:
            if isinstance(said.transaction, InterchangeAck):
                acks.append(said.transaction)
            else:
                yield said

    end, count = isa.delimiters.segment + isa.delimiters.line_break, 0
    with _spool() as groups:
        for group, members in groupby(others(), lambda said: heads.group_of(said.head)):
            count += 1
            for line in group_lines(isa, group, ((s.head.set, s.transaction) for s in members)):
                groups.write((line + end).encode())
        file.writelines((line + end).encode() for line in opening(isa, acks))
        groups.seek(0)
        copyfileobj(groups, file)
        file.writelines((line + end).encode() for line in closing(isa, count))


def _spool() -> BinaryIO:
    return cast(BinaryIO, SpooledTemporaryFile(_IN_MEMORY))


# -- a JSON array, one item at a time -----------------------------------------------------------


def items(file: BinaryIO) -> Iterator[Any]:
    """The items of the array that a file holds, one at a time, or the one value that it is. Raises
    JSONDecodeError and UnicodeDecodeError, with the line and column in the file."""
    text = _Text(file)
    if not text.begins("["):
        yield text.value()
        text.end()
        return
    text.drop(1)
    if not text.begins("]"):
        yield text.value()
        while text.begins(","):
            text.drop(1)
            yield text.value()
    if not text.begins("]"):
        raise text.wrong("Expecting ',' delimiter", 0)
    text.drop(1)
    text.end()


class _Text:
    """Text of a file that is not all in memory, and where in the file it begins."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.text, self.line, self.column = file, "", 1, 1
        self.decode = getincrementaldecoder("utf-8-sig")().decode
        self.has_more = True

    def more(self, size: int) -> None:
        block = self.file.read(size)
        self.has_more = bool(block)
        self.text += self.decode(block, not block)

    def drop(self, length: int) -> None:
        gone, self.text = self.text[:length], self.text[length:]
        self.line, self.column = self._place(gone)

    def _place(self, text: str) -> tuple[int, int]:
        """Line and column behind so much text."""
        if breaks := text.count("\n"):
            return self.line + breaks, len(text) - text.rfind("\n")
        return self.line, self.column + len(text)

    def begins(self, mark: str) -> bool:
        """Whether that is the next thing but blanks."""
        while True:
            self.drop(len(self.text) - len(self.text.lstrip(" \t\r\n")))
            if self.text or not self.has_more:
                return self.text.startswith(mark)
            self.more(_BLOCK)

    def value(self) -> Any:
        """The next value. Text is looked at again when there is twice as much of it."""
        self.begins("")
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text)
                if end < len(self.text) or not self.has_more:
                    self.drop(end)
                    return value
            except JSONDecodeError as error:
                is_broken = error.pos < len(self.text) - 64 and "Unterminated" not in error.msg
                if is_broken or not self.has_more:
                    raise self.wrong(error.msg, error.pos) from None
            self.more(max(_BLOCK, len(self.text)))

    def end(self) -> None:
        if self.begins("") and self.text:
            raise self.wrong("Extra data", 0)

    def wrong(self, message: str, at: int) -> JSONDecodeError:
        error = JSONDecodeError(message, self.text, at)
        error.lineno, error.colno = self._place(self.text[:at])
        return error


_DECODER = JSONDecoder()
