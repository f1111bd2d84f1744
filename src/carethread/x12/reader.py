"""Bytes -> typed transactions: any number of interchanges, any legal delimiters.

`read` takes a whole file into a `Document`; `stream` yields one claim at a time in flat memory.
What a sender did wrong is a finding with its segment; reading goes on as far as it can.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from typing import Any, BinaryIO

from carethread.x12 import values as wire
from carethread.x12.acknowledgment import ClaimAck, FunctionalAck, InterchangeAck
from carethread.x12.claim import Claim, ClaimFile
from carethread.x12.common import Envelope
from carethread.x12.delimiters import DEFAULT, Delimiters, split
from carethread.x12.eligibility import EligibilityInquiry, EligibilityResponse
from carethread.x12.finding import Finding, Severity, Unreadable
from carethread.x12.guides import Codec, codec_for, purpose_of
from carethread.x12.guides.assembly import Assembler
from carethread.x12.reading import BadValue, Segments, canonical
from carethread.x12.remittance import Remittance, RemittedClaim
from carethread.x12.review import Review
from carethread.x12.status import StatusRequest, StatusResponse
from carethread.x12.units import Units, tidy


@dataclass(frozen=True, slots=True)
class Interchange:
    """One ISA: who sent it to whom, its number (ISA13), its day and time, `usage` P or T
    (ISA15), and the delimiters it declares. `position` is its segment in the file, `begin` its
    first byte."""

    sender: str
    receiver: str
    control: str
    usage: str = "P"
    created_on: date | None = None
    created_time: str = ""
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"
    version: str = "00501"
    ack_requested: str = "0"
    delimiters: Delimiters = DEFAULT
    position: int = 1
    begin: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """One GS: `functional_id` GS01, `guide` GS08; `included` the sets that GE01 counts (0 where
    there is no GE), `received` those that were there."""

    interchange: str
    control: str
    functional_id: str
    guide: str
    included: int
    received: int
    position: int
    sender: str = ""
    receiver: str = ""


@dataclass(frozen=True, slots=True)
class UnknownSet:
    """A transaction set that we do not speak: `kind` is ST01, `segments` what stands between ST
    and SE, each as its elements (components parted by U+001F, as in `Kept`)."""

    envelope: Envelope
    kind: str
    segments: tuple[tuple[str, ...], ...] = ()


Transaction = (
    ClaimFile
    | Remittance
    | FunctionalAck
    | ClaimAck
    | EligibilityInquiry
    | EligibilityResponse
    | StatusRequest
    | StatusResponse
    | Review
    | InterchangeAck
    | UnknownSet
)


@dataclass(frozen=True, slots=True)
class Document:
    """A whole file. `spans` are the bytes of each transaction in `source` (first, one past the
    last), so that what nobody touched can be written back as it came."""

    transactions: tuple[Transaction, ...]
    findings: tuple[Finding, ...]
    envelopes: tuple[Interchange, ...]
    source: bytes = b""
    spans: tuple[tuple[int, int], ...] = ()
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """Streaming: a set begins, this is its header; its claims follow."""

    transaction: Transaction


@dataclass(frozen=True, slots=True)
class Tail:
    """Streaming: a set is complete. `transaction` has everything but its claims, of which there
    were `items`; `span` are its bytes in the file."""

    transaction: Transaction
    items: int
    span: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Opened:
    """Streaming, with segments: a set begins here, of which `codec` is the guide (None where we
    do not speak it, and for a TA1)."""

    envelope: Envelope
    codec: Codec | None
    st: list[str]


@dataclass(frozen=True, slots=True)
class Piece:
    """Streaming, with segments: those of a header, a claim, a level, as they came, before what was
    read in them. `position` is that of the first."""

    position: int
    segments: Segments


Event = Interchange | Group | Head | Tail | Opened | Piece | Claim | RemittedClaim | Any


def read(data: bytes) -> Document:
    """Everything in `data`. Raises Unreadable only where no interchange begins anywhere."""
    events = stream(data, keep_unknown=True)
    transactions: list[Transaction] = []
    spans: list[tuple[int, int]] = []
    envelopes: list[Interchange] = []
    groups: list[Group] = []
    items: list[Any] = []
    for event in events:
        if isinstance(event, Tail):
            transactions.append(with_items(event.transaction, items))
            spans.append(event.span)
            items = []
        elif isinstance(event, Interchange):
            envelopes.append(event)
        elif isinstance(event, Group):
            groups.append(event)
        elif not isinstance(event, Head):
            items.append(event)
    findings = tuple(sorted(events.findings, key=lambda f: f.segment))
    return Document(
        tuple(transactions), findings, tuple(envelopes), data, tuple(spans), tuple(groups)
    )


def with_items(transaction: Any, items: Sequence[Any]) -> Transaction:
    """A Tail's transaction, whole again."""
    whole: Transaction = replace(transaction, claims=tuple(items)) if items else transaction
    return whole


def stream(
    source: bytes | BinaryIO, *, keep_unknown: bool = False, segments: bool = False
) -> "Stream":
    """Events in the order of the file: Interchange, for each set Head, its claims and Tail, and
    Group behind the sets of a group.

    A set without claims (999, TA1) comes as a Tail alone. Memory stays flat whatever the file's
    size; `keep_unknown` keeps the segments of sets that we do not speak. With `segments` there are
    Opened and Piece besides, for whoever looks at a set's segments too. What was wrong is in
    `findings` of what is returned. Raises Unreadable, at the first step, where no interchange
    begins anywhere.
    """
    file = BytesIO(source) if isinstance(source, bytes) else source
    return Stream(file, keep_unknown, segments)


_MOST_FINDINGS = 10_000


@dataclass(slots=True)
class _Set:
    """An open ST."""

    envelope: Envelope
    kind: str
    begin: int
    assembler: Assembler | None
    raw: list[tuple[str, ...]]
    items: int = 0


class Stream:
    """An iterator over the events of a file. `findings` grow while it runs; `interchange` and
    `group` are those that are open."""

    def __init__(self, file: BinaryIO, keep_unknown: bool, segments: bool) -> None:
        self.findings: list[Finding] = []
        self._keep_unknown, self._segments = keep_unknown, segments
        self._units = Units(file, self._note_text)
        self._marks = DEFAULT
        self._at = 0
        self.interchange: Interchange | None = None
        self._groups = 0
        self.group: Group | None = None
        self._set: _Set | None = None
        self._span = (0, 0)
        self._behind = ""
        self._events = self._run()
        self._envelope = {
            "ISA": self._open_interchange,
            "GS": self._open_group,
            "ST": self._open_set,
            "SE": self._close_set,
            "GE": self._close_group,
            "IEA": self._close_interchange,
            "TA1": self._interchange_ack,
        }

    def __iter__(self) -> Iterator[Event]:
        return self._events

    def __next__(self) -> Event:
        return next(self._events)

    def _note(
        self,
        id_: str,
        message: str,
        at: int = 0,
        tag: str = "",
        element: int = 0,
        severity: Severity = Severity.ERROR,
    ) -> None:
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append(Finding(id_, severity, at or self._at, message, tag, element))

    def _note_text(self, id_: str, message: str, severity: Severity) -> None:
        self._note(id_, message, severity=severity)

    def _run(self) -> Iterator[Event]:
        for marks, units in self._units.interchanges():
            self._marks = marks
            for text, begin, end in units:
                self._span = (begin, end)
                if not self._units.is_plain:
                    text = tidy(text, marks)
                step = self._envelope.get(text.partition(marks.element)[0])
                if step is not None:
                    self._at += 1
                    first, _, text = text.partition(marks.segment)
                    self._behind = text
                    yield from step(first.split(marks.element))
                if text:
                    self._at += 1
                    yield from self._read(text)
                    self._at += text.count(marks.segment)
            self._span = (self._span[1], self._span[1])
            yield from self._abandon("IEA", "the interchange is not closed")

    # -- what stands between ST and SE ---------------------------------------------------

    def _read(self, text: str) -> list[Event]:
        """What a unit says: the claims that are complete with it, the set's head before the
        first."""
        set_ = self._set
        if set_ is None or set_.assembler is None:
            self._unread(split(text, self._marks))
            return []
        items: list[Event] | None = set_.assembler.whole(text)
        if items is None:
            items = self._feed(set_.assembler, split(text, self._marks), self._at)
        is_first, set_.items = items and not set_.items, set_.items + len(items)
        if self._segments:
            items = [Piece(self._at, split(text, self._marks)), *items]
        return [Head(set_.assembler.finish(())), *items] if is_first else items

    def _unread(self, segs: Segments) -> None:
        """What stands outside any set, or in one that we do not speak."""
        if self._set is None:
            tag = segs[0][0]
            self._note("OUTSIDE_SET", f"{tag} stands outside any transaction set", tag=tag)
        elif self._keep_unknown:
            self._set.raw += [canonical(e, self._marks) for e in segs]

    def _feed(self, assembler: Assembler, segs: Segments, first: int) -> list[Any]:
        """Reads a unit; a value that its field cannot take is reported, blanked and read again."""
        while True:
            try:
                items = assembler.feed(segs, first)
            except BadValue as fault:
                e = segs[fault.at] = segs[fault.at].copy()
                position, element = first + fault.at, _blank(e, fault.text)
                self._note("BAD_VALUE", f"{e[0]}{element:02d}: {fault}", position, e[0], element)
                continue
            if assembler.strays:
                self._strays(assembler)
            return items

    def _strays(self, assembler: Assembler) -> None:
        for position, e in assembler.strays:
            self._note("SEGMENT_UNEXPECTED", f"{e[0]} has no place here", at=position, tag=e[0])
        assembler.strays.clear()

    # -- envelope ------------------------------------------------------------------------

    def _open_interchange(self, e: list[str]) -> Iterator[Event]:
        e = e + [""] * (17 - len(e))
        try:
            day = wire.parse_day(e[9])
        except ValueError as error:
            day = None
            self._note("BAD_VALUE", f"ISA: {error}", tag="ISA")
        self._groups = 0
        self.interchange = Interchange(
            sender=e[6].strip(),
            receiver=e[8].strip(),
            control=e[13],
            usage=e[15],
            created_on=day,
            created_time=e[10],
            sender_qualifier=e[5],
            receiver_qualifier=e[7],
            version=e[12],
            ack_requested=e[14],
            delimiters=self._marks,
            position=self._at,
            begin=self._span[0],
        )
        yield self.interchange

    def _open_group(self, e: list[str]) -> Iterator[Event]:
        yield from self._abandon("GE", "a new group begins before this one is closed")
        e = e + [""] * (9 - len(e))
        self._groups += 1
        interchange = self.interchange.control if self.interchange else ""
        self.group = Group(interchange, e[6], e[1], e[8], 0, 0, self._at, e[2], e[3])

    def _open_set(self, st: list[str]) -> Iterator[Event]:
        yield from self._abandon("SE", "a new set begins before this one is closed")
        e = st + [""] * (4 - len(st))
        if self.group is None:
            self._note("OUTSIDE_GROUP", "ST stands outside any functional group", tag="ST")
        else:
            self.group = replace(self.group, received=self.group.received + 1)
        group_guide = self.group.guide if self.group else ""
        version = e[3] or group_guide
        if group_guide and version != group_guide:
            message = f"ST03 names guide {version}, its group {group_guide}"
            self._note("GUIDE_MISMATCH", message, tag="ST")
        envelope = self._envelope_of(e[2], version)
        behind = split(self._behind, self._marks)[:1]
        codec = codec_for(version, e[1], purpose_of(behind))
        if codec is None:
            self._note(
                "SET_UNKNOWN",
                f"set {e[1]} of guide {version or '(none)'} is kept as it is, but not understood",
                tag="ST",
                severity=Severity.WARNING,
            )
        assembler = codec.assembler(envelope, self._marks) if codec else None
        self._set = _Set(envelope, e[1], self._span[0], assembler, [])
        if self._segments:
            yield Opened(envelope, codec, st)

    def _envelope_of(self, set_number: str, version: str) -> Envelope:
        isa = self.interchange or Interchange("", "", "")
        return Envelope(
            sender=isa.sender,
            receiver=isa.receiver,
            interchange=isa.control,
            group=self.group.control if self.group else "",
            set=set_number,
            guide=version,
            usage=isa.usage,
            position=self._at,
            sender_qualifier=isa.sender_qualifier,
            receiver_qualifier=isa.receiver_qualifier,
        )

    def _close_set(self, e: list[str]) -> Iterator[Event]:
        set_ = self._set
        if set_ is None:
            self._note("OUTSIDE_SET", "SE closes no transaction set", tag="SE")
            return
        count = self._at - set_.envelope.position + 1
        self._compare("SE_COUNT", e, 1, count, "segments from ST to SE")
        self._compare("SE_CONTROL", e, 2, set_.envelope.set, "the control number in ST02")
        yield self._tail(set_, self._span[1])

    def _close_group(self, e: list[str]) -> Iterator[Event]:
        yield from self._abandon("SE", "the group ends before this set is closed")
        if self.group is None:
            self._note("OUTSIDE_GROUP", "GE closes no functional group", tag="GE")
            return
        self._compare("GE_COUNT", e, 1, self.group.received, "sets in the group")
        self._compare("GE_CONTROL", e, 2, self.group.control, "the control number in GS06")
        yield replace(self.group, included=max(0, _count(e[1] if len(e) > 1 else "")))
        self.group = None

    def _close_interchange(self, e: list[str]) -> Iterator[Event]:
        yield from self._abandon("GE", "the interchange ends before this group is closed")
        self._compare("IEA_COUNT", e, 1, self._groups, "groups in the interchange")
        control = self.interchange.control if self.interchange else ""
        self._compare("IEA_CONTROL", e, 2, control, "the control number in ISA13")
        self.interchange = None

    def _compare(self, id_: str, e: list[str], element: int, truth: int | str, what: str) -> None:
        """Notes a trailer that says otherwise than what it closes."""
        said = e[element] if len(e) > element else ""
        if truth != (_count(said) if isinstance(truth, int) else said):
            message = f"{e[0]}{element:02d} says {said[:40] or 'nothing'}, {what}: {truth}"
            self._note(id_, message, tag=e[0])

    def _abandon(self, through: str, why: str) -> Iterator[Event]:
        """Closes what is still open, inside out, through the level of that trailer."""
        if self._set is not None:
            set_ = self._set
            self._note("MISSING_SE", f"{why}: set {set_.envelope.set} has no SE", tag="ST")
            yield self._tail(set_, self._span[0])
        if through != "SE" and self.group is not None:
            self._note("MISSING_GE", f"{why}: group {self.group.control} has no GE", tag="GS")
            yield self.group
            self.group = None
        if through == "IEA" and self.interchange is not None:
            self._note("MISSING_IEA", f"{why}: {self.interchange.control} has no IEA", tag="ISA")
            self.interchange = None

    def _tail(self, set_: _Set, end: int) -> Tail:
        self._set = None
        if set_.assembler is None:
            raw = UnknownSet(set_.envelope, set_.kind, tuple(set_.raw))
            return Tail(raw, 0, (set_.begin, end))
        return Tail(set_.assembler.finish(()), set_.items, (set_.begin, end))

    def _interchange_ack(self, e: list[str]) -> Iterator[Event]:
        if self._set is not None:
            self._note("SEGMENT_UNEXPECTED", "TA1 stands inside a transaction set", tag="TA1")
            return
        e = e + [""] * (6 - len(e))
        try:
            day = wire.parse_day(e[2]) if e[2] else None
        except ValueError as error:
            day = None
            self._note("BAD_VALUE", f"TA1: {error}", tag="TA1")
        ack = InterchangeAck(e[1], e[4], e[5], self._envelope_of("", ""), day, e[3])
        if self._segments:
            yield Opened(ack.envelope, None, e)
        yield Tail(ack, 0, self._span)


def _count(text: str) -> int:
    """A trailer's count, -1 where the text is none (or has more digits than any count)."""
    return int(text) if text.isdecimal() and len(text) <= 18 else -1


def _blank(e: list[str], text: str) -> int:
    """Empties the element that holds `text`, and says which it was (all of them, should none)."""
    at = next((i for i in range(1, len(e)) if text and text in e[i]), 0)
    for i in [at] if at else range(1, len(e)):
        e[i] = ""
    return at


__all__ = [
    "Document",
    "Event",
    "Head",
    "Interchange",
    "Stream",
    "Tail",
    "Transaction",
    "UnknownSet",
    "Unreadable",
    "read",
    "stream",
]
