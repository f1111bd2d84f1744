"""Typed transactions -> bytes, with correct counts and control numbers.

A value that does not fit is never written: free text (names, addresses, notes) is folded into
the X12 character set, everything else is refused with the segment, the element and the field.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from carethread.x12.acknowledgment import InterchangeAck
from carethread.x12.delimiters import COMPONENT, DEFAULT, REPETITION, Delimiters
from carethread.x12.guide import Element
from carethread.x12.guides import codec_of
from carethread.x12.guides.acknowledgment import interchange_ack
from carethread.x12.raw import marks_at
from carethread.x12.reader import Document, Transaction, UnknownSet
from carethread.x12.rendering import Item

FREE_TEXT = {
    *("name", "first_name", "middle_name", "suffix", "line1", "line2", "city", "address"),
    *("pay_to", "contact", "note", "message", "group_name"),
}
"""Fields whose text is folded where it does not fit the character set; all others are refused."""

_LIKE = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."})


def write(
    transactions: Sequence[Transaction],
    *,
    sender: str,
    receiver: str,
    interchange_control: int,
    group_control: int,
    created: datetime,
    sender_qualifier: str = "ZZ",
    receiver_qualifier: str = "ZZ",
    usage: str = "P",
    delimiters: Delimiters = DEFAULT,
    ack_requested: bool = False,
    application_sender: str = "",
    application_receiver: str = "",
    set_controls: Sequence[str] = (),
) -> bytes:
    """One interchange with one group of sets of one kind; TA1s (`InterchangeAck`) come first and
    need no group.

    `sender` and `receiver` are ISA06 and ISA08 (15 characters at most), and GS02 and GS03 where
    no application code is given. `created` is the envelope's day and time. Sets are numbered
    0001, 0002, ... unless `set_controls` names them. Raises ValueError for a value that does not
    fit, for mixed kinds, and for delimiters that are not distinct.
    """
    _check_delimiters(delimiters)
    acks = [t for t in transactions if isinstance(t, InterchangeAck)]
    sets = [t for t in transactions if not isinstance(t, InterchangeAck)]
    control = f"{interchange_control:09d}"
    isa = _isa(
        (sender_qualifier, sender, receiver_qualifier, receiver),
        created,
        delimiters,
        control,
        ("1" if ack_requested else "0", usage),
    )
    body = [isa, *(_line(interchange_ack(ack), delimiters) for ack in acks)]
    if sets:
        who = (application_sender or sender, application_receiver or receiver)
        body += _group(sets, who, group_control, created, delimiters, set_controls)
    body.append(_line(["IEA", "1" if sets else "0", control], delimiters))
    end = delimiters.segment + delimiters.line_break
    return (end.join(body) + end).encode("utf-8")


def _group(
    sets: Sequence[Transaction],
    who: tuple[str, str],
    control: int,
    created: datetime,
    marks: Delimiters,
    set_controls: Sequence[str],
) -> Iterator[str]:
    kinds = {_kind(t) for t in sets}
    if len(kinds) > 1:
        names = ", ".join(sorted(version for _, version in kinds))
        raise ValueError(f"one group holds sets of one kind, not {names}")
    functional_id, version = kinds.pop()
    when = [f"{created:%Y%m%d}", f"{created:%H%M}"]
    number = str(control)
    yield _line(["GS", functional_id, *who, *when, number, "X", version], marks)
    for n, transaction in enumerate(sets, 1):
        set_control = set_controls[n - 1] if set_controls else f"{n:04d}"
        yield from set_lines(transaction, set_control, marks)
    yield _line(["GE", str(len(sets)), number], marks)


_UNKNOWN_GROUPS = {"270": "HS", "271": "HB", "276": "HR", "277": "HN", "278": "HI"}


def _kind(transaction: Transaction) -> tuple[str, str]:
    """GS01 and GS08."""
    if isinstance(transaction, UnknownSet):
        return _UNKNOWN_GROUPS.get(transaction.kind, ""), transaction.envelope.guide
    guide = codec_of(transaction).guide
    return guide.functional_id, guide.version


def set_lines(
    transaction: Transaction, control: str, marks: Delimiters, version: str = ""
) -> list[str]:
    """The segments of one set, ST to SE, without terminators, in the adopted version of its guide
    or in `version`. Raises ValueError."""
    if isinstance(transaction, UnknownSet):
        head = ["ST", transaction.kind, control, transaction.envelope.guide]
        body = list(transaction.segments)
    else:
        codec = codec_of(transaction)
        guide = codec.guide
        head = ["ST", guide.set_id, control]
        head += [] if guide.kind == "835" else [version or guide.version]
        body = [_line(_fitting(item, marks), marks) for item in codec.compose(transaction)]
    end = ["SE", str(len(body) + 2), control]
    return [_line(head, marks), *body, _line(end, marks)]


def rewrite(document: Document, transactions: Sequence[Transaction] | None = None) -> bytes:
    """The document's file, with the transactions of `transactions` in place of its own.

    A transaction that is still the document's own is written with the bytes it came with; one
    that was replaced is written anew, with its control number and its file's delimiters, and SE
    counts what it now holds. Envelopes stay as they are, since no set is added or taken away.
    Raises ValueError where the number of transactions differs.
    """
    new = document.transactions if transactions is None else tuple(transactions)
    if len(new) != len(document.transactions):
        raise ValueError("a rewritten file has as many transactions as the one that was read")
    pieces, at = [], 0
    for old, now, (begin, end) in zip(document.transactions, new, document.spans, strict=True):
        if now is old or now == old:
            continue
        marks = marks_at(document, begin)
        ends = marks.segment + marks.line_break
        lines = (
            [_line(interchange_ack(now), marks)]
            if isinstance(now, InterchangeAck)
            else set_lines(now, old.envelope.set, marks, old.envelope.guide)
        )
        pieces += [document.source[at:begin], ends.join(lines).encode() + marks.segment.encode()]
        at = end
    return b"".join([*pieces, document.source[at:]])


def _check_delimiters(marks: Delimiters) -> None:
    if len(set(marks.all)) != len(marks.all) or marks.all.isalnum():
        raise ValueError(f"delimiters must be distinct and not letters or digits: {marks.all!r}")


def _isa(
    parties: tuple[str, str, str, str],
    created: datetime,
    marks: Delimiters,
    control: str,
    flags: tuple[str, str],
) -> str:
    sender_qualifier, sender, receiver_qualifier, receiver = parties
    for name, value, longest in (
        ("sender_qualifier", sender_qualifier, 2),
        ("sender", sender, 15),
        ("receiver_qualifier", receiver_qualifier, 2),
        ("receiver", receiver, 15),
        ("interchange_control", control, 9),
    ):
        if not value or len(value) > longest or any(c in marks.all for c in value):
            raise ValueError(f"ISA {name}: {value!r} must be 1 to {longest} plain characters")
    elements = [
        *("ISA", "00", " " * 10, "00", " " * 10),
        *(sender_qualifier.ljust(2), sender.ljust(15)),
        *(receiver_qualifier.ljust(2), receiver.ljust(15)),
        *(f"{created:%y%m%d}", f"{created:%H%M}", marks.repetition or "U", "00501"),
        *(control, *flags, marks.component),
    ]
    return marks.element.join(elements)


def _line(elements: Iterable[str], marks: Delimiters) -> str:
    text = marks.element.join(elements).rstrip(marks.element)
    return text.replace(COMPONENT, marks.component).replace(REPETITION, marks.repetition)


def _fitting(item: Item, marks: Delimiters) -> list[str]:
    """The elements, each proved to fit (folded where it is free text). Raises ValueError."""
    if item.segment is None or item.verbatim:
        return [fold(text, marks) for text in item.elements]
    declared: tuple[Element | None, ...] = (None, *item.segment.elements)
    fitted = []
    for at, text in enumerate(item.elements):
        element = declared[at] if at < len(declared) else None
        fitted.append(
            _fit(text, element, f"{item.elements[0]}{at:02d}", item, marks) if text else ""
        )
    return fitted


def _fit(text: str, element: Element | None, where: str, item: Item, marks: Delimiters) -> str:
    if element is not None and element.parts:
        parts = text.split(COMPONENT)
        pairs = zip(parts, (*element.parts, *[None] * len(parts)), strict=False)
        return COMPONENT.join(
            _fit(part, e, f"{where}-{n}", item, marks) for n, (part, e) in enumerate(pairs, 1)
        )
    field = (element.field if element else "") or (item.segment.target if item.segment else "")
    free = field.removeprefix("^") in FREE_TEXT or not field
    fitted = fold(text, marks) if free else text
    if not free and (not text.isascii() or not text.isprintable() or _collides(text, marks)):
        raise ValueError(
            f"{where} ({field}): {text!r} holds a character that X12 cannot carry here"
        )
    longest = (element.longest or element.type.longest) if element is not None else 0
    if longest and _length(fitted, element) > longest:
        raise ValueError(f"{where} ({field}): {text!r} is longer than {longest} characters")
    return fitted


def _length(text: str, element: Element | None) -> int:
    """Signs and decimal points do not count in a number."""
    if element is not None and element.type.name in ("R", "N"):
        return len(text.replace(".", "").replace("-", ""))
    return len(text)


def _collides(text: str, marks: Delimiters) -> bool:
    return any(c in text for c in marks.all) or COMPONENT in text or REPETITION in text


def fold(text: str, marks: Delimiters = DEFAULT) -> str:
    """Free text as X12 can carry it: accents dropped, typographic quotes and dashes made plain,
    delimiters, line breaks and anything else unprintable turned into blanks."""
    if text.isascii() and text.isprintable() and not any(c in text for c in marks.all):
        return text
    kept = {COMPONENT, REPETITION}
    plain = unicodedata.normalize("NFKD", text.translate(_LIKE))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return "".join(
        c if c in kept or (c.isascii() and c.isprintable() and c not in marks.all) else " "
        for c in plain
    ).strip()


__all__ = ["fold", "rewrite", "set_lines", "write"]
