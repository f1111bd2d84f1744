"""The answer to a received file: a 999 for its groups, or a TA1 for its envelope.

The findings of `check` decide. An envelope fault rejects the interchange (TA1, no 999); a fault
of structure or syntax rejects its set (999). What a file says, rather than how it says it (sums,
check digits, pointers), is not a 999's business: the claims' own acknowledgment answers that.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

from carethread.x12.acknowledgment import FunctionalAck, InterchangeAck, SegmentError, SetAck
from carethread.x12.check import Judged, judge
from carethread.x12.common import Envelope
from carethread.x12.finding import Finding, Severity
from carethread.x12.guides import codec_of
from carethread.x12.reader import Group, Interchange, Transaction, UnknownSet
from carethread.x12.writer import fold, write

ENVELOPE_NOTES = {
    "IEA_CONTROL": "001",
    "ISA_VERSION": "017",
    "ISA_CONTROL": "018",
    "ISA_USAGE": "020",
    "IEA_COUNT": "021",
    "MISSING_GE": "022",
    "OUTSIDE_GROUP": "022",
    "OUTSIDE_SET": "022",
    "TRUNCATED": "023",
    "MISSING_IEA": "023",
    "ISA_TIME": "015",
}
"""TA105 for each finding that rejects an interchange."""

SEGMENT_CODES = {
    "SEGMENT_UNKNOWN": "1",
    "SEGMENT_UNEXPECTED": "2",
    "SEGMENT_MISSING": "3",
    "LOOP_MISSING": "3",
    "LOOP_REPEAT": "4",
    "SEGMENT_REPEAT": "5",
    "SEGMENT_ORDER": "7",
}
"""IK304 for each finding about a whole segment."""

ELEMENT_CODES = {
    "ELEMENT_MISSING": "1",
    "ELEMENT_PAIR": "2",
    "ELEMENT_EXTRA": "3",
    "ELEMENT_TOO_SHORT": "4",
    "ELEMENT_TOO_LONG": "5",
    "ELEMENT_TYPE": "6",
    "ELEMENT_CODE": "7",
    "DATE_INVALID": "8",
    "BAD_VALUE": "6",
    "ELEMENT_NOT_USED": "I10",
    "HL_NUMBER": "I12",
    "HL_PARENT": "I12",
    "HL_CHILD": "I12",
}
"""IK403 for each finding about an element."""

SET_CODES = {"MISSING_SE": "2", "SE_CONTROL": "3", "SE_COUNT": "4", "SET_DUPLICATE": "23"}
"""IK502 for each finding about a set's own envelope."""

GROUP_CODES = {"MISSING_GE": "3", "GE_CONTROL": "4", "GE_COUNT": "5"}
"""AK905 for each finding about a group's envelope."""

_MOST_ERRORS = 100
_MOST_SETS = 999_999
_NAMELESS = "UNKNOWN"
"""To whom an answer goes whose file names nobody."""


def acknowledge(
    source: bytes | BinaryIO,
    *,
    created: datetime,
    interchange_control: int,
    group_control: int = 0,
    seen: Collection[str] = (),
) -> bytes:
    """The interchange that answers a file, from its receiver to its sender.

    `seen` are the control numbers (ISA13) already received from this sender: a file that repeats
    one is rejected (TA1, note 025). `group_control` defaults to `interchange_control`. Empty where
    there is nothing to answer: a file of acknowledgments is not acknowledged. Only the first
    interchange of a file is answered. Raises Unreadable where the file has none.
    """
    file = BytesIO(source) if isinstance(source, bytes) else source
    verdicts = _Verdicts()
    for judged in judge(file):
        verdicts.take(judged)
    isa = _sayable(verdicts.began[0])
    note = "025" if verdicts.began[0].control in seen else verdicts.note or "000"
    answers: list[Transaction] = []
    if note != "000" or isa.ack_requested == "1":
        answers.append(_interchange_ack(isa, note))
    if note == "000":
        answers += verdicts.acks()
    if not answers:
        return b""
    return write(
        answers,
        sender=isa.receiver,
        receiver=isa.sender,
        sender_qualifier=isa.receiver_qualifier,
        receiver_qualifier=isa.sender_qualifier,
        interchange_control=interchange_control,
        group_control=group_control or interchange_control,
        created=created,
        usage=isa.usage if isa.usage in ("P", "T") else "P",
    )


def _envelope_note(findings: Iterable[Finding]) -> str:
    """TA105: why these reject an interchange, empty where they do not."""
    for finding in findings:
        if finding.id == "BAD_VALUE" and finding.tag == "ISA":
            return "014"
        if finding.id in ENVELOPE_NOTES:
            return ENVELOPE_NOTES[finding.id]
    return ""


def _sayable(isa: Interchange) -> Interchange:
    """The interchange as far as an answer can name it."""
    return replace(
        isa,
        sender=_said(isa.sender, 15) or _NAMELESS,
        receiver=_said(isa.receiver, 15) or _NAMELESS,
        sender_qualifier=_said(isa.sender_qualifier, 2) or "ZZ",
        receiver_qualifier=_said(isa.receiver_qualifier, 2) or "ZZ",
        control=_said(isa.control, 9),
        created_time=_said(isa.created_time, 4),
    )


def _said(text: str, longest: int) -> str:
    """What a file says, where the answer repeats it: as much as X12 carries there."""
    return fold(text)[:longest].strip()


def _tag(text: str) -> str:
    """A tag as far as IK3 can carry it: two or three characters, ZZ where there are not as many."""
    said = _said(text, 3)
    return said if len(said) > 1 else "ZZ"


def _interchange_ack(isa: Interchange, note: str) -> InterchangeAck:
    return InterchangeAck(
        isa.control,
        "A" if note == "000" else "R",
        note,
        Envelope(isa.receiver, isa.sender, "", "", "", ""),
        isa.created_on,
        isa.created_time,
    )


@dataclass(slots=True)
class _Verdicts:
    """What is to be said of a file's interchanges, the first of which is answered. Of a set nothing
    is remembered but its verdict."""

    began: list[Interchange] = field(default_factory=list)
    note: str = ""
    sets: list[SetAck] = field(default_factory=list)
    groups: list[tuple[Group, FunctionalAck]] = field(default_factory=list)

    def take(self, judged: Judged) -> None:
        """The next set, and the groups that end behind it."""
        self.began += judged.began[:1] if not self.began else ()
        self.note = self.note or _envelope_note(judged.findings)
        errors = [f for f in judged.findings if f.severity == Severity.ERROR]
        transaction = judged.transaction
        if transaction is not None and not isinstance(transaction, InterchangeAck):
            self.sets.append(_set_ack(transaction, errors))
        wrong = tuple(GROUP_CODES[f.id] for f in errors if f.id in GROUP_CODES)[:5]
        for group in judged.ended:
            self.groups.append((group, _functional_ack(group, self.sets, wrong)))
            self.sets = []

    def acks(self) -> Iterator[FunctionalAck]:
        """One for each group of the first interchange that is no acknowledgment itself."""
        for group, ack in self.groups:
            if group.interchange == self.began[0].control and group.functional_id != "FA":
                yield ack


def _functional_ack(group: Group, sets: list[SetAck], wrong: tuple[str, ...]) -> FunctionalAck:
    accepted = sum(1 for ack in sets if ack.code == "A")
    code = "A" if accepted == len(sets) else "P" if accepted else "R"
    return FunctionalAck(
        Envelope("", "", "", "", "", ""),
        _said(group.functional_id, 2),
        _said(group.control, 9),
        "R" if wrong else code,
        min(group.included or group.received, _MOST_SETS),
        min(group.received, _MOST_SETS),
        0 if wrong else min(accepted, _MOST_SETS),
        _said(group.guide, 12),
        tuple(sets),
        wrong,
    )


def _set_ack(transaction: Transaction, findings: list[Finding]) -> SetAck:
    envelope = transaction.envelope
    if isinstance(transaction, UnknownSet):
        kind, reasons = _said(transaction.kind, 3), ["1"]
    else:
        kind, reasons = codec_of(transaction).guide.set_id, []
    reasons += [SET_CODES[f.id] for f in findings if f.id in SET_CODES]
    errors = tuple(_errors(findings, envelope.position))[:_MOST_ERRORS]
    if errors:
        reasons.append("5")
    unique = tuple(dict.fromkeys(reasons))[:5]
    number, guide = _said(envelope.set, 9), _said(envelope.guide, 35)
    return SetAck(kind, number, "R" if unique else "A", guide, unique, errors)


def _errors(findings: list[Finding], start: int) -> Iterator[SegmentError]:
    """What IK3 and IK4 say of each finding; one complaint an element is enough."""
    told: set[tuple[int, int]] = set()
    for f in sorted(findings, key=lambda f: (f.segment, f.id == "BAD_VALUE")):
        position = f.segment - start + 1
        if f.id in SEGMENT_CODES:
            yield SegmentError(_tag(f.tag), position, SEGMENT_CODES[f.id])
        elif f.id in ELEMENT_CODES and (f.segment, f.element) not in told:
            told.add((f.segment, f.element))
            tag, value = _tag(f.tag), _said(_quoted(f.message), 99)
            yield SegmentError(tag, position, "8", "", f.element, ELEMENT_CODES[f.id], value)


def _quoted(message: str) -> str:
    """The value that a finding quotes, where it quotes one."""
    parts = message.split("'")
    return parts[1] if len(parts) > 2 else ""
