"""Everything that is wrong with a file, in plain words, segment by segment.

`check` reads the file (envelopes, counts, values), walks each set along its guide (structure),
looks at each element (type, length, codes) and at what the elements mean together (sums,
pointers, check digits, hierarchy). docs/x12.md lists the ids.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from typing import Any

from carethread.x12.acknowledgment import InterchangeAck
from carethread.x12.elements import element_faults
from carethread.x12.finding import Finding, Severity
from carethread.x12.guide import UNIT_STARTS
from carethread.x12.guides import CODECS
from carethread.x12.hierarchy import hierarchy_faults
from carethread.x12.raw import RawSet, raw_sets
from carethread.x12.reader import Document, read
from carethread.x12.semantics import ANYWHERE, RULES, At
from carethread.x12.semantics.answers import interchange_answer
from carethread.x12.structure import Walk


def check(data: bytes) -> list[Finding]:
    """The findings of a file, in the order of its segments. Raises Unreadable where no
    interchange begins anywhere."""
    return check_document(read(data))


def check_document(document: Document) -> list[Finding]:
    """The same, for a file that has been read."""
    found = list(document.findings)
    found += envelope_faults(document)
    for raw in raw_sets(document):
        found += set_faults(raw)
    unique = {(f.id, f.segment, f.element, f.message): f for f in found}
    return sorted(unique.values(), key=lambda f: f.segment)


def envelope_faults(document: Document) -> Iterator[Finding]:
    """Control numbers used twice, and headers with values that no receiver takes."""
    seen: set[tuple[str, str, str]] = set()
    for t in document.transactions:
        key = (t.envelope.interchange, t.envelope.group, t.envelope.set)
        if t.envelope.set and key in seen:
            message = f"set number {t.envelope.set} is used twice in its group"
            yield Finding("SET_DUPLICATE", Severity.ERROR, t.envelope.position, message, "ST", 2)
        seen.add(key)
        if isinstance(t, InterchangeAck):
            yield from interchange_answer(t)
    yield from _doubled(document)
    for isa in document.envelopes:
        for id_, element, wrong, message in (
            ("ISA_VERSION", 12, isa.version != "00501", f"version {isa.version} is not 00501"),
            (
                "ISA_USAGE",
                15,
                isa.usage not in ("P", "T"),
                f"usage {isa.usage!r} is neither P nor T",
            ),
            (
                "ISA_CONTROL",
                13,
                not _is_control(isa.control),
                f"{isa.control!r} is not nine digits",
            ),
            ("ISA_TIME", 10, not _is_time(isa.created_time), f"{isa.created_time!r} is no time"),
        ):
            if wrong:
                yield Finding(id_, Severity.ERROR, isa.position, message, "ISA", element)


def _doubled(document: Document) -> Iterator[Finding]:
    """Interchanges and groups of one file that have one number; groups that hold another kind of
    set than they say."""
    numbers = Counter(isa.control for isa in document.envelopes)
    for isa in document.envelopes:
        if numbers[isa.control] > 1:
            message = f"interchange number {isa.control} is used {numbers[isa.control]} times"
            yield Finding("ISA_DUPLICATE", Severity.ERROR, isa.position, message, "ISA", 13)
    for n, group in enumerate(document.groups):
        key = (group.interchange, group.control)
        if key in {(g.interchange, g.control) for g in document.groups[:n]}:
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
