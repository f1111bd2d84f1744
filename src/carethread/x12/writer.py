"""Typed transactions -> bytes, with correct counts and control numbers.

A value that does not fit is never written: free text (names, addresses, notes) is folded into
the X12 character set, everything else is refused with the segment, the element and the field.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from carethread.x12.acknowledgment import InterchangeAck
from carethread.x12.delimiters import COMPONENT, DEFAULT, REPETITION, Delimiters
from carethread.x12.dictionary import segments
from carethread.x12.guide import Element
from carethread.x12.guides import codec_of
from carethread.x12.guides.acknowledgment import interchange_ack
from carethread.x12.reader import Document, Group, Interchange, Transaction, UnknownSet
from carethread.x12.rendering import Item
from carethread.x12.values import format_day

FREE_TEXT = {
    *("name", "first_name", "middle_name", "suffix", "line1", "line2", "city", "address"),
    *("pay_to", "contact", "notes", "message", "messages", "description", "group_name", "plan"),
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
    acks = [t for t in transactions if isinstance(t, InterchangeAck)]
    sets = [t for t in transactions if not isinstance(t, InterchangeAck)]
    numbers = set_controls or [f"{n:04d}" for n in range(1, len(sets) + 1)]
    isa = Interchange(
        sender,
        receiver,
        f"{interchange_control:09d}",
        usage,
        created.date(),
        f"{created:%H%M}",
        sender_qualifier,
        receiver_qualifier,
        ack_requested="1" if ack_requested else "0",
        delimiters=delimiters,
    )
    functional_id, version = _kind_of_all(sets) if sets else ("", "")
    group = Group(
        isa.control,
        str(group_control),
        functional_id,
        version,
        0,
        0,
        0,
        application_sender or sender,
        application_receiver or receiver,
    )
    numbered = tuple(zip(numbers, sets, strict=False))
    return write_interchange(isa, acks, [(group, numbered)] if sets else [])


Numbered = Sequence[tuple[str, Transaction]]
"""Transaction sets, each with its control number (ST02)."""


def write_interchange(
    isa: Interchange, acks: Iterable[InterchangeAck], groups: Sequence[tuple[Group, Numbered]]
) -> bytes:
    """An interchange as it is described: TA1s, then its groups, in the guide versions that the
    groups name. `isa` needs a day and a time. Raises ValueError for a value that does not fit."""
    inside = (line for group, sets in groups for line in group_lines(isa, group, sets))
    end = isa.delimiters.segment + isa.delimiters.line_break
    lines = (*opening(isa, acks), *inside, *closing(isa, len(groups)))
    return (end.join(lines) + end).encode("utf-8")


def opening(isa: Interchange, acks: Iterable[InterchangeAck]) -> Iterator[str]:
    """The segments of an interchange before its groups, without terminators. Raises ValueError."""
    marks = isa.delimiters
    _check_delimiters(marks)
    yield _envelope(_isa(isa), marks)
    for ack in acks:
        yield _envelope(interchange_ack(ack), marks)


def group_lines(
    isa: Interchange, group: Group, sets: Iterable[tuple[str, Transaction]]
) -> Iterator[str]:
    """The segments of a group of numbered sets. Raises ValueError."""
    marks, count = isa.delimiters, 0
    gs = ["GS", group.functional_id, group.sender, group.receiver]
    gs += [_day(isa), isa.created_time, group.control, "X", group.guide]
    yield _envelope(gs, marks)
    for number, transaction in sets:
        count += 1
        yield from set_lines(transaction, number, marks, group.guide)
    yield _envelope(["GE", str(count), group.control], marks)


def closing(isa: Interchange, groups: int) -> Iterator[str]:
    """The end of an interchange with so many groups."""
    yield _envelope(["IEA", str(groups), isa.control], isa.delimiters)


def _isa(isa: Interchange) -> list[str]:
    return [
        *("ISA", "00", " " * 10, "00", " " * 10),
        *(isa.sender_qualifier, isa.sender.ljust(15)),
        *(isa.receiver_qualifier, isa.receiver.ljust(15)),
        *(_day(isa)[2:], isa.created_time, isa.delimiters.repetition or "U", isa.version),
        *(isa.control, isa.ack_requested, isa.usage, isa.delimiters.component),
    ]


def _day(isa: Interchange) -> str:
    return format_day(isa.created_on) if isa.created_on else ""


def _kind_of_all(sets: Sequence[Transaction]) -> tuple[str, str]:
    """GS01 and GS08. Raises ValueError where the sets are not of one kind."""
    kinds = {_kind(t) for t in sets}
    if len(kinds) > 1:
        names = ", ".join(sorted(version for _, version in kinds))
        raise ValueError(f"one group holds sets of one kind, not {names}")
    return kinds.pop()


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
        body = [_line([_fold_parts(t, marks) for t in e], marks) for e in transaction.segments]
    else:
        codec = codec_of(transaction)
        guide = codec.guide
        head = ["ST", guide.set_id, control]
        head += [] if guide.kind == "835" else [version or guide.version]  # its ST has no ST03
        body = [_line(_fitting(item, marks), marks) for item in codec.compose(transaction)]
    end = ["SE", str(len(body) + 2), control]
    return [_envelope(head, marks), *body, _envelope(end, marks)]


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
        marks = _marks_at(document, begin)
        ends = marks.segment + marks.line_break
        lines = (
            [_envelope(interchange_ack(now), marks)]
            if isinstance(now, InterchangeAck)
            else set_lines(now, old.envelope.set, marks, old.envelope.guide)
        )
        pieces += [document.source[at:begin], ends.join(lines).encode() + marks.segment.encode()]
        at = end
    return b"".join([*pieces, document.source[at:]])


def _marks_at(document: Document, byte: int) -> Delimiters:
    """The delimiters of the interchange that this byte belongs to."""
    before = [i.delimiters for i in document.envelopes if i.begin <= byte]
    return before[-1] if before else DEFAULT


def _check_delimiters(marks: Delimiters) -> None:
    if len(set(marks.all)) != len(marks.all) or any(c.isalnum() for c in marks.all):
        raise ValueError(f"delimiters must be distinct and not letters or digits: {marks.all!r}")


_NAMES = {
    "ISA05": "sender_qualifier",
    "ISA06": "sender",
    "ISA07": "receiver_qualifier",
    "ISA08": "receiver",
    "ISA13": "interchange_control",
    "ISA15": "usage",
    "GS02": "application_sender",
    "GS03": "application_receiver",
    "GS06": "group_control",
    "ST02": "set_controls",
}
"""What people call the elements that they give for an envelope."""


def _envelope(elements: list[str], marks: Delimiters) -> str:
    """An envelope segment, each element proved to fit. Raises ValueError."""
    for at, (text, type_) in enumerate(zip(elements[1:], segments()[elements[0]], strict=False), 1):
        where = f"{elements[0]}{at:02d}"
        if where in ("ISA11", "ISA16"):
            continue
        name, longest = _NAMES.get(where, ""), type_.longest
        is_absent = bool(name) and not text.strip(" ")
        if is_absent or len(text) > longest or not _is_plain(text, marks):
            what = f"{where} ({name or 'envelope'})"
            raise ValueError(f"{what}: {text!r} must be 1 to {longest} plain characters")
    return marks.element.join(elements).rstrip(marks.element)


def _line(elements: Iterable[str], marks: Delimiters) -> str:
    """A segment's text. Raises ValueError where it repeats an element and the file cannot."""
    text = "\n".join(elements).rstrip("\n")
    if REPETITION in text and not marks.repetition:
        raise ValueError(f"{text[:3]}: a repeated element needs a repetition separator")
    return text.translate(marks.own)


def _fitting(item: Item, marks: Delimiters) -> list[str]:
    """The elements, each proved to fit (folded where it is free text). Raises ValueError."""
    if item.segment is None or item.verbatim:
        return [_fold_parts(text, marks) for text in item.elements]
    tag, *texts = item.elements
    declared, target = item.segment.elements, item.segment.target
    fitted = [
        _fit(text, element, f"{tag}{at:02d}", target, marks)
        for at, (text, element) in enumerate(zip(texts, declared, strict=False), 1)
    ]
    beyond = [_fold_parts(text, marks) for text in texts[len(declared) :]]
    return [tag, *fitted, *beyond]


def _fit(text: str, element: Element, where: str, target: str, marks: Delimiters) -> str:
    """One element or component. `target` is the field behind its segment's binding, if any."""
    if not text:
        return text
    if element.parts:
        pairs = zip(text.split(COMPONENT), element.parts, strict=False)
        parts = (_fit(p, e, f"{where}-{n}", target, marks) for n, (p, e) in enumerate(pairs, 1))
        return COMPONENT.join(parts)
    if element.repeats:
        repeats = (
            _fit(r, replace(element, repeats=False), where, target, marks)
            for r in text.split(REPETITION)
        )
        return REPETITION.join(repeats)
    field = (element.field or target).removeprefix("^")
    fitted = fold(text, marks) if field in FREE_TEXT else text
    if not _is_plain(fitted, marks):
        raise ValueError(f"{where} ({field}): {text!r} holds a character that X12 cannot carry")
    longest = element.longest or element.type.longest
    if _length(fitted, element) > longest:
        raise ValueError(f"{where} ({field}): {text!r} is longer than {longest} characters")
    return fitted


def _length(text: str, element: Element) -> int:
    """Signs and decimal points do not count in a number."""
    is_number = element.type.name in ("R", "N")
    return len(text.replace(".", "").replace("-", "")) if is_number else len(text)


def _is_plain(text: str, marks: Delimiters) -> bool:
    """Printable ASCII without a delimiter."""
    return text.isascii() and text.isprintable() and not any(c in text for c in marks.all)


def fold(text: str, marks: Delimiters = DEFAULT) -> str:
    """Free text as X12 can carry it: accents dropped, typographic quotes and dashes made plain,
    delimiters, line breaks and anything else unprintable turned into blanks."""
    if _is_plain(text, marks):
        return text
    plain = unicodedata.normalize("NFKD", text.translate(_LIKE))
    return "".join(
        c if _is_plain(c, marks) else " " for c in plain if not unicodedata.combining(c)
    ).strip()


def _fold_parts(text: str, marks: Delimiters) -> str:
    """The same for a kept element, with its components and repetitions left apart."""
    return REPETITION.join(
        COMPONENT.join(fold(part, marks) for part in repeat.split(COMPONENT))
        for repeat in text.split(REPETITION)
    )


__all__ = ["fold", "rewrite", "set_lines", "write", "write_interchange"]
