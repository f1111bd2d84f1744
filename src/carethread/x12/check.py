"""Everything that is wrong with a file, in plain words, segment by segment.

`judge` reads a file set by set (envelopes, counts, values), walks each along its guide (structure),
looks at each element (type, length, codes) and at what the elements mean together (sums,
pointers, check digits, hierarchy). docs/x12.md lists the ids.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

from carethread.x12.acknowledgment import InterchangeAck
from carethread.x12.delimiters import DEFAULT
from carethread.x12.elements import element_faults
from carethread.x12.finding import Finding, Severity
from carethread.x12.guide import UNIT_STARTS
from carethread.x12.guides import CODECS
from carethread.x12.hierarchy import hierarchy_faults
from carethread.x12.raw import RawSet, raw_set
from carethread.x12.reader import Group, Head, Interchange, Tail, Transaction, stream, with_items
from carethread.x12.semantics import ANYWHERE, RULES, At
from carethread.x12.semantics.answers import interchange_answer
from carethread.x12.structure import Walk


@dataclass(frozen=True, slots=True)
class Judged:
    """A set, the envelopes that it stands under, and what is wrong from its ST to the next one (of
    the first set, from the beginning). A file without any set is judged as one that is None."""

    transaction: Transaction | None
    interchange: Interchange | None
    group: Group | None
    findings: list[Finding]


def check(data: bytes) -> list[Finding]:
    """The findings of a file, in the order of its segments. Raises Unreadable where no
    interchange begins anywhere."""
    found = (finding for judged in judge(BytesIO(data)) for finding in judged.findings)
    return sorted(found, key=lambda f: f.segment)


def judge(file: BinaryIO) -> Iterator[Judged]:
    """The sets of a file, one at a time: no more than a set and its neighbour is held in memory.
    Raises Unreadable, at the first step, where no interchange begins anywhere."""
    events = stream(file, keep_unknown=True, keep_segments=True)
    envelopes = _Envelopes()
    items: list[Any] = []
    held = Judged(None, None, None, [])
    found: list[Finding] = []
    for event in events:
        if isinstance(event, Tail):
            whole = with_items(event.transaction, items)
            items = []
            isa, group = events.interchange, events.group
            found += [*events.findings, *envelopes.group(group), *envelopes.set_(whole)]
            events.findings.clear()
            begin = whole.envelope.position
            held.findings.extend(f for f in found if f.segment < begin)
            if held.transaction is not None:
                yield _sorted(held)
                held = Judged(None, None, None, [])
            mine = [f for f in found if f.segment >= begin]
            found = []
            raw = raw_set(whole, event.segments, isa.delimiters if isa else DEFAULT)
            if raw is not None:
                mine += set_faults(raw)
            held = Judged(whole, isa, group, held.findings + mine)
            del whole, raw, event
        elif isinstance(event, Interchange):
            found += envelopes.interchange(event)
        elif isinstance(event, Group):
            found += envelopes.group(event)
        elif not isinstance(event, Head):
            items.append(event)
    held.findings.extend([*found, *events.findings])
    yield _sorted(held)


def _sorted(judged: Judged) -> Judged:
    """Each finding once, in the order of the segments."""
    unique = {(f.id, f.segment, f.element, f.message): f for f in judged.findings}
    judged.findings[:] = sorted(unique.values(), key=lambda f: f.segment)
    return judged


class _Envelopes:
    """Control numbers used twice, and headers with values that no receiver takes."""

    def __init__(self) -> None:
        self.seen = set[tuple[str, ...]]()

    def is_new(self, *key: str) -> bool:
        is_new = key not in self.seen
        self.seen.add(key)
        return is_new

    def set_(self, transaction: Transaction) -> Iterator[Finding]:
        e = transaction.envelope
        if e.set and not self.is_new("ST", e.interchange, e.group, e.set):
            message = f"set number {e.set} is used twice in its group"
            yield Finding("SET_DUPLICATE", Severity.ERROR, e.position, message, "ST", 2)
        if isinstance(transaction, InterchangeAck):
            yield from interchange_answer(transaction)

    def interchange(self, isa: Interchange) -> Iterator[Finding]:
        twice, usage = not self.is_new("ISA", isa.control), isa.usage
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
        if group is None or not self.is_new("at", str(group.position)):
            return
        if not self.is_new("GS", group.interchange, group.control):
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


def set_faults(raw: RawSet) -> Iterator[Finding]:
    """The findings of one set."""
    walk = Walk(raw)
    yield from walk.findings
    for found in walk.found:
        yield from element_faults(found, raw.marks)
    yield from hierarchy_faults(raw)
    whole = At(raw.first, raw.segments, raw.marks.component, raw.marks.repetition)
    for rule in (*ANYWHERE, *RULES.get(type(raw.transaction), ())):
        yield from rule(raw.transaction, whole)
    for item, at in _items(raw):
        for rule in RULES.get(type(item), ()):
            yield from rule(item, at)


def _items(raw: RawSet) -> Iterator[tuple[Any, At]]:
    """Each claim of a set with its own segments: from its CLM or CLP to the next unit."""
    items = list(getattr(raw.transaction, "claims", ()))
    starts = [n for n, e in enumerate(raw.segments) if e[0] in ("CLM", "CLP")]
    stops = [n for n, e in enumerate(raw.segments) if e[0] in (*UNIT_STARTS, "SE")]
    for item, start in zip(items, starts, strict=False):
        at = bisect_right(stops, start)
        end = stops[at] if at < len(stops) else len(raw.segments)
        yield item, At(raw.first + start, raw.segments[start:end], raw.marks.component)
