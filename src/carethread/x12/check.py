"""Everything that is wrong with a file, in plain words, segment by segment.

`judge` reads a file set by set (envelopes, counts, values) and each set piece by piece, walks it
along its guide (structure), looks at each element (type, length, codes) and at what the elements
mean together (sums, pointers, check digits, hierarchy). docs/x12.md lists the ids.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, BinaryIO

from carethread.x12.acknowledgment import InterchangeAck
from carethread.x12.delimiters import DEFAULT, Delimiters
from carethread.x12.elements import element_faults, judges
from carethread.x12.finding import Finding, Severity
from carethread.x12.guides import CODECS, Codec
from carethread.x12.hierarchy import Hierarchy
from carethread.x12.reader import (
    Group,
    Head,
    Interchange,
    Opened,
    Piece,
    Tail,
    Transaction,
    stream,
)
from carethread.x12.semantics import ANYWHERE, RULES, TALLIES, At
from carethread.x12.semantics.answers import interchange_answer
from carethread.x12.semantics.at import Seen
from carethread.x12.structure import Walk

MOST_FINDINGS, MOST_OF_EACH = 5_000, 100
"""Errors, and as many warnings, that are told of one set, and so many of each id in any case; of
more only their number is."""


@dataclass(slots=True)
class Findings:
    """What is wrong with one set, each thing once."""

    told: dict[tuple[Any, ...], Finding] = field(default_factory=dict)
    count: Counter[str] = field(default_factory=Counter)
    untold: Counter[Severity] = field(default_factory=Counter)

    def add(self, findings: Iterable[Finding]) -> None:
        for f in findings:
            key = (f.id, f.segment, f.element, f.message)
            if key not in self.told:
                self.count.update((f.severity, f.id))
                if self.count[f.severity] <= MOST_FINDINGS or self.count[f.id] <= MOST_OF_EACH:
                    self.told[key] = f
                else:
                    self.untold[f.severity] += 1

    def sorted(self) -> list[Finding]:
        """In the order of the segments."""
        found = sorted(self.told.values(), key=lambda f: f.segment)
        for severity, count in self.untold.items():
            message = f"{count} more of severity {severity} are not told"
            found.append(Finding("MORE_FINDINGS", severity, found[-1].segment, message))
        return found


@dataclass(frozen=True, slots=True)
class Judged:
    """A set without its claims, the envelopes that it stands under, the interchanges that began and
    the groups that ended since the set before, and what is wrong from its ST to the next one (of
    the first set, from the beginning). A file without any set is judged as one that is None."""

    transaction: Transaction | None
    interchange: Interchange | None
    group: Group | None
    findings: list[Finding]
    began: tuple[Interchange, ...] = ()
    ended: tuple[Group, ...] = ()


def check(data: bytes) -> list[Finding]:
    """The findings of a file, in the order of its segments. Raises Unreadable where no
    interchange begins anywhere."""
    found = (finding for judged in judge(BytesIO(data)) for finding in judged.findings)
    return sorted(found, key=lambda f: f.segment)


def judge(file: BinaryIO) -> Iterator[Judged]:
    """The sets of a file, one at a time and without their claims, of which no more than one is
    held in memory. Raises Unreadable, at the first step, where no interchange begins anywhere."""
    events = stream(file, keep_unknown=True, segments=True)
    envelopes, now, inside = _Envelopes(), _Now(), _Inside(None, DEFAULT, 0, [])
    for event in events:
        noted, events.findings[:] = events.findings[:], []
        if isinstance(event, Opened):
            begin = event.envelope.position
            noted += envelopes.group(events.group)
            now.findings.add(f for f in noted if f.segment < begin)
            if now.transaction is not None:
                yield now.judged()
                now = _Now()
            now.findings.add(f for f in noted if f.segment >= begin)
            marks = events.interchange.delimiters if events.interchange else DEFAULT
            inside = _Inside(event.codec, marks, begin, event.st)
            continue
        now.findings.add(noted)
        if isinstance(event, Tail):
            now.transaction = event.transaction
            now.interchange, now.group = events.interchange, events.group
            now.findings.add(inside.end(event.transaction))
            now.findings.add(envelopes.set_(event.transaction))
        elif isinstance(event, Interchange):
            now.began.append(event)
            now.findings.add(envelopes.interchange(event))
        elif isinstance(event, Group):
            now.ended.append(event)
            now.findings.add(envelopes.group(event))
        elif isinstance(event, Head):
            now.findings.add(inside.head(event.transaction))
        elif isinstance(event, Piece):
            now.findings.add(inside.piece(event))
        else:
            now.findings.add(inside.item(event))
    now.findings.add(events.findings)
    yield now.judged()


@dataclass(slots=True)
class _Now:
    """The set that is being judged."""

    transaction: Transaction | None = None
    interchange: Interchange | None = None
    group: Group | None = None
    findings: Findings = field(default_factory=Findings)
    began: list[Interchange] = field(default_factory=list)
    ended: list[Group] = field(default_factory=list)

    def judged(self) -> Judged:
        return Judged(
            self.transaction,
            self.interchange,
            self.group,
            self.findings.sorted(),
            tuple(self.began),
            tuple(self.ended),
        )


class _Inside:
    """What is wrong inside one set, found while its pieces come by. Rules about the set are asked
    of its segments up to the first claim, and then of each piece; where there are no claims to
    stream, of all of them at its end."""

    def __init__(self, codec: Codec | None, marks: Delimiters, first: int, st: list[str]) -> None:
        self.marks, self.codec = marks, codec
        self.opening = self._at(first, [st])
        self.now = self.opening
        self.transaction: Transaction | None = None
        self.items = 0
        if codec is not None:
            self.walk = Walk(codec.guide.root, first, marks.component)
            self.judges = judges(marks)
            self.levels = Hierarchy(codec.guide.root)
            self.tallies = [tally() for tally in TALLIES.get(codec.value, ())]

    def _at(self, first: int, segments: list[list[str]]) -> At:
        return At(first, segments, self.marks.component, self.marks.repetition)

    def head(self, transaction: Transaction) -> Iterator[Finding]:
        """The set's header is complete: what it and all before it say."""
        self.transaction = transaction
        yield from self._rules(self.opening)

    def piece(self, piece: Piece) -> Iterator[Finding]:
        if self.codec is None:
            return
        for found in self.walk.take(piece.position, piece.segments):
            yield from element_faults(found, self.judges)
        for position, e in enumerate(piece.segments, piece.position):
            if e[0] == "HL":
                yield from self.levels.take(position, e)
        yield from self._walked()
        if self.transaction is None:
            self.opening.segments.extend(piece.segments)
        else:
            self.now, self.items = self._at(piece.position, piece.segments), 0
            yield from self._rules(self.now)

    def item(self, item: Any) -> Iterator[Finding]:
        """A claim, which stands in the last piece: from its CLM, CLP or TRN to the next."""
        at, bounds = self.now, [*self.now.starts, len(self.now.segments)]
        begin, end = bounds[self.items : self.items + 2]
        self.items += 1
        mine = self._at(at.first + begin, at.segments[begin:end])
        for rule in RULES.get(type(item), ()):
            yield from rule(item, mine)
        for tally in self.tallies:
            yield from tally.add(item, mine)

    def end(self, transaction: Transaction) -> Iterator[Finding]:
        """The set is complete."""
        if self.codec is None:
            return
        self.walk.end()
        yield from self._walked()
        yield from self.levels.end()
        if self.transaction is None:
            yield from self.head(transaction)
        for tally in self.tallies:
            yield from tally.end(transaction, self.opening)

    def _rules(self, at: At) -> Iterator[Finding]:
        for rule in (*ANYWHERE, *RULES.get(type(self.transaction), ())):
            yield from rule(self.transaction, at)

    def _walked(self) -> Iterator[Finding]:
        yield from self.walk.findings
        self.walk.findings.clear()


class _Envelopes:
    """Control numbers used twice, and headers with values that no receiver takes."""

    def __init__(self) -> None:
        self.seen = Seen()

    def set_(self, transaction: Transaction) -> Iterator[Finding]:
        e = transaction.envelope
        if e.set and not self.seen.is_new("ST", e.interchange, e.group, e.set):
            message = f"set number {e.set} is used twice in its group"
            yield Finding("SET_DUPLICATE", Severity.ERROR, e.position, message, "ST", 2)
        if isinstance(transaction, InterchangeAck):
            yield from interchange_answer(transaction)

    def interchange(self, isa: Interchange) -> Iterator[Finding]:
        twice, usage = not self.seen.is_new("ISA", isa.control), isa.usage
        for id_, element, is_wrong, message in (
            ("ISA_DUPLICATE", 13, twice, f"interchange number {isa.control} is used before"),
            ("ISA_VERSION", 12, isa.version != "00501", f"version {isa.version} is not 00501"),
            ("ISA_USAGE", 15, usage not in ("P", "T"), f"usage {usage!r} is neither P nor T"),
            (
                "ISA_CONTROL",
                13,
                not _is_control(isa.control),
                f"{isa.control!r} is not nine digits",
            ),
            ("ISA_TIME", 10, not _is_time(isa.created_time), f"{isa.created_time!r} is no time"),
        ):
            if is_wrong:
                yield Finding(id_, Severity.ERROR, isa.position, message, "ISA", element)

    def group(self, group: Group | None) -> Iterator[Finding]:
        """Also a group that holds another kind of set than it says; it is asked about once."""
        if group is None or not self.seen.is_new("at", str(group.position)):
            return
        if not self.seen.is_new("GS", group.interchange, group.control):
            message = f"group number {group.control} is used twice in its interchange"
            yield Finding("GS_DUPLICATE", Severity.ERROR, group.position, message, "GS", 6)
        kinds = {c.guide.functional_id for c in CODECS if group.guide.startswith(c.guide.versions)}
        if kinds and group.functional_id not in kinds:
            message = (
                f"a group of guide {group.guide} is {kinds.pop()}, not {group.functional_id!r}"
            )
            yield Finding("GS_KIND", Severity.ERROR, group.position, message, "GS", 1)


def _is_control(text: str) -> bool:
    return len(text) == 9 and text.isascii() and text.isdigit()


def _is_time(text: str) -> bool:
    return len(text) == 4 and text.isascii() and text.isdigit() and text < "2400" and text[2] < "6"
