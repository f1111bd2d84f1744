"""Walks a set along its guide: what is missing, doubled, out of order or unknown.

The walk keeps the open loops, outermost first. A segment belongs to the innermost loop that has
a place for it at or behind the place last filled; inner loops close. Where only an earlier place
fits, the segment is out of order, unless all between the two places are of its own kind.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from carethread.x12.dictionary import segments as dictionary
from carethread.x12.finding import Finding, Severity
from carethread.x12.guide import Loop, Segment, begins

Found = tuple[int, list[str], Segment]
"""A segment's position and elements, and what the guide says about it."""


@dataclass(slots=True)
class _Open:
    """An open loop: how often each of its parts has been seen, and the last one filled."""

    loop: Loop
    position: int
    counts: dict[int, int] = field(default_factory=dict)
    at: int = 0


class Walk:
    """Walks one set whose ST has the position `first`. `findings` are what is wrong, for somebody
    to take away."""

    def __init__(self, root: Loop, first: int, component: str) -> None:
        self.findings: list[Finding] = []
        self._component = component
        self._open = [_Open(root, first)]

    def take(self, position: int, segments: Iterable[list[str]]) -> Iterator[Found]:
        """The next segments of the set: those of them that have a place."""
        for n, elements in enumerate(segments, position):
            found = self._segment(n, elements)
            if found is not None:
                yield found

    def end(self) -> None:
        """The set ends: every loop that is open does."""
        while self._open:
            self._close()

    def _note(self, id_: str, position: int, message: str, tag: str) -> None:
        self.findings.append(Finding(id_, Severity.ERROR, position, message, tag))

    def _segment(self, position: int, elements: list[str]) -> Found | None:
        place = (
            self._place(elements, behind=True)
            or self._place(elements, behind=False)
            or self._headless(elements)
        )
        if place is None:
            self._unplaced(position, elements)
            return None
        depth, index = place
        while len(self._open) > depth + 1:
            self._close()
        here = self._open[-1]
        loop = here.loop
        if index > here.at:
            here.at = index
        elif index < here.at and not self._is_beside(loop, index, here.at):
            message = f"{elements[0]} stands too late in loop {loop.name}"
            self._note("SEGMENT_ORDER", position, message, elements[0])
        count = here.counts[index] = here.counts.get(index, 0) + 1
        part = loop.parts[index]
        if part.most and count == part.most + 1:
            self._too_many(part, position, elements[0])
        if isinstance(part, Loop):
            self._open.append(_Open(part, position, {0: 1}))
        return position, elements, loop.firsts[index]

    @staticmethod
    def _is_beside(loop: Loop, index: int, at: int) -> bool:
        """Segments of one tag that the guide has side by side (REF, DTP, HI) share one place, and
        may come in any order."""
        return len({first.tag for first in loop.firsts[index : at + 1]}) == 1

    def _headless(self, elements: list[str]) -> tuple[int, int] | None:
        """The place in a required loop that has not begun: its own first segment is missing. The
        loop is opened, so that one missing segment makes one finding."""
        for depth in range(len(self._open) - 1, -1, -1):
            here = self._open[depth]
            for index, part in enumerate(here.loop.parts):
                if not isinstance(part, Loop) or part.usage != "R" or here.counts.get(index):
                    continue
                for inner in part.places.get(elements[0], ()):
                    if begins(part.parts[inner]).matches(elements, self._component):
                        self._open_headless(depth, index, part)
                        return depth + 1, inner
        return None

    def _open_headless(self, depth: int, index: int, part: Loop) -> None:
        while len(self._open) > depth + 1:
            self._close()
        here = self._open[-1]
        here.counts[index] = 1
        here.at = max(here.at, index)
        self._open.append(_Open(part, here.position))

    def _place(self, elements: list[str], behind: bool) -> tuple[int, int] | None:
        """Depth and index of the innermost place for a segment: at or `behind` the one that was
        filled last, or else before it."""
        for depth in range(len(self._open) - 1, -1, -1):
            here = self._open[depth]
            for index in here.loop.places.get(elements[0], ()):
                if (index >= here.at) is behind and self._fits(here, index, elements):
                    return depth, index
        return None

    def _fits(self, here: _Open, index: int, elements: list[str]) -> bool:
        """Whether a segment is this part. A loop begins once; a full place gives way to a later
        one of its kind."""
        loop = here.loop
        if not loop.firsts[index].matches(elements, self._component):
            return False
        count = here.counts.get(index, 0)
        if not count:
            return True
        part = loop.parts[index]
        if index == 0 and isinstance(part, Segment):
            return False
        if not part.most or count < part.most:
            return True
        later = (loop.firsts[n] for n in loop.places[elements[0]] if n > index)
        return not any(first.matches(elements, self._component) for first in later)

    def _too_many(self, part: Segment | Loop, position: int, tag: str) -> None:
        if isinstance(part, Loop) and len(part.parts) > 1:
            message = f"loop {part.name} may stand here {part.most} times"
            self._note("LOOP_REPEAT", position, message, tag)
        else:
            message = f"{begins(part).name} may stand here {part.most} times"
            self._note("SEGMENT_REPEAT", position, message, tag)

    def _unplaced(self, position: int, elements: list[str]) -> None:
        tag = elements[0]
        if tag not in dictionary():
            self._note("SEGMENT_UNKNOWN", position, f"{tag[:10]!r} is no segment we know", tag[:3])
            return
        value = elements[1][:20] if len(elements) > 1 else ""
        message = f"{tag}*{value} has no place in loop {self._open[-1].loop.name}"
        self._note("SEGMENT_UNEXPECTED", position, message, tag)

    def _close(self) -> None:
        """Leaves a loop, noting what it should have held."""
        here = self._open.pop()
        for index in here.loop.required:
            if not here.counts.get(index):
                self._missing(here.loop.parts[index], here)

    def _missing(self, part: Segment | Loop, here: _Open) -> None:
        if isinstance(part, Segment):
            message = f"loop {here.loop.name} lacks its {part.name}"
            self._note("SEGMENT_MISSING", here.position, message, part.tag)
        else:
            message = f"loop {here.loop.name} lacks loop {part.name} ({part.first.name})"
            self._note("LOOP_MISSING", here.position, message, part.first.tag)
