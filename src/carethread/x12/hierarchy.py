"""HL segments: numbered from 1, each under a parent that exists, children announced."""

from collections.abc import Iterator
from dataclasses import dataclass

from carethread.x12.finding import Finding, Severity
from carethread.x12.guide import Loop


def levels_above(loop: Loop, above: str = "") -> dict[str, set[str]]:
    """The levels under which each level (HL03) of a guide stands: none for an outermost one."""
    found: dict[str, set[str]] = {}
    for part in loop.parts:
        if isinstance(part, Loop):
            level = part.first.keys[0] if part.first.tag == "HL" else ""
            if level:
                found.setdefault(level, set()).update({above} - {""})
            for inner, under in levels_above(part, level or above).items():
                found.setdefault(inner, set()).update(under)
    return found


@dataclass(slots=True)
class _Level:
    """An open level: its HL01 and HL03, its segment, and whether it announces a level below it
    (HL04) and has one."""

    number: str
    level: str
    position: int
    announces: bool
    has_child: bool = False


_MOST_OPEN = 100
"""No guide nests as deep; levels under a wrong parent stay open."""


class Hierarchy:
    """HL_NUMBER, HL_PARENT, HL_CHILD of one set, whose levels come one after the other. A level is
    open until one comes that stands beside or above it; no other can be a parent any more."""

    def __init__(self, root: Loop) -> None:
        self.allowed = levels_above(root)
        self.open: list[_Level] = []
        self.count = 0

    def take(self, position: int, e: list[str]) -> Iterator[Finding]:
        """The next HL segment."""
        self.count += 1
        number, parent, level, child = (e[1:] + [""] * 4)[:4]
        if number != str(self.count):
            message = f"level {number} is the set's {self.count}. HL"
            yield _fault("HL_NUMBER", position, message, 1)
        why = self._parent_fault(parent, level)
        if why:
            yield _fault("HL_PARENT", position, f"level {number}: {why}", 2)
        above = self._find(parent)
        if above is not None:
            above.has_child = True
        if not why and level in self.allowed:
            keep = self.open.index(above) + 1 if above is not None else 0
            yield from self._close(keep)
        self.open.append(_Level(number, level, position, child == "1"))
        del self.open[:-_MOST_OPEN]

    def end(self) -> Iterator[Finding]:
        """The set ends, and with it every level."""
        yield from self._close(0)

    def _find(self, number: str) -> _Level | None:
        return next((each for each in reversed(self.open) if each.number == number), None)

    def _close(self, keep: int) -> Iterator[Finding]:
        """Closes levels until so many are open."""
        while len(self.open) > keep:
            each = self.open.pop()
            if each.announces and not each.has_child and not _may_be_empty(each.level):
                message = f"level {each.number} announces a level below it, and none follows"
                yield _fault("HL_CHILD", each.position, message, 4)
            if not each.announces and each.has_child and each.level != "PT":
                message = f"level {each.number} announces no level below it, but one follows"
                yield _fault("HL_CHILD", each.position, message, 4)

    def _parent_fault(self, parent: str, level: str) -> str:
        allowed = self.allowed.get(level)
        if allowed is None:
            return ""
        if not allowed:
            return f"it stands under level {parent}, but must be outermost" if parent else ""
        above = self._find(parent)
        if above is None:
            return f"its parent {parent or '(none)'} does not stand above it"
        if above.level not in allowed:
            return (
                f"a level {level} stands under a level {' or '.join(sorted(allowed))},"
                f" not under a {above.level}"
            )
        return ""


def _may_be_empty(level: str) -> bool:
    """A payer that rejects a whole batch answers with level 21 alone."""
    return level == "PT"


def _fault(id_: str, position: int, message: str, element: int) -> Finding:
    return Finding(id_, Severity.ERROR, position, message, "HL", element)
