"""HL segments: numbered from 1, each under a parent that exists, children announced."""

from collections.abc import Iterator

from carethread.x12.finding import Finding, Severity
from carethread.x12.guide import Loop
from carethread.x12.raw import RawSet


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


def hierarchy_faults(raw: RawSet) -> Iterator[Finding]:
    """HL_NUMBER, HL_PARENT, HL_CHILD."""
    allowed = levels_above(raw.codec.guide.root)
    levels: dict[str, str] = {}
    announced: dict[str, tuple[int, bool]] = {}
    parents: set[str] = set()
    count = 0
    for n, segment in enumerate(raw.segments):
        if segment[0] != "HL":
            continue
        count += 1
        number, parent, level, child = (segment[1:] + [""] * 4)[:4]
        position = raw.first + n
        if number != str(count):
            yield _fault("HL_NUMBER", position, f"level {number} is the set's {count}. HL", 1)
        if why := _parent_fault(parent, levels, level, allowed.get(level)):
            yield _fault("HL_PARENT", position, f"level {number}: {why}", 2)
        levels[number] = level
        parents.add(parent)
        announced[number] = (position, child == "1") if child else (position, number in parents)
    for number, (position, has_child) in announced.items():
        if has_child and number not in parents and not _may_be_empty(levels[number]):
            message = f"level {number} announces a level below it, and none follows"
            yield _fault("HL_CHILD", position, message, 4)
        if not has_child and number in parents and levels[number] != "PT":
            message = f"level {number} announces no level below it, but one follows"
            yield _fault("HL_CHILD", position, message, 4)


def _parent_fault(parent: str, levels: dict[str, str], level: str, allowed: set[str] | None) -> str:
    if allowed is None:
        return ""
    if not allowed:
        return f"it stands under level {parent}, but must be outermost" if parent else ""
    if parent not in levels:
        return f"its parent {parent or '(none)'} does not stand before it"
    if levels[parent] not in allowed:
        return (
            f"a level {level} stands under a level {' or '.join(sorted(allowed))},"
            f" not under a {levels[parent]}"
        )
    return ""


def _may_be_empty(level: str) -> bool:
    """A payer that rejects a whole batch answers with level 21 alone."""
    return level == "PT"


def _fault(id_: str, position: int, message: str, element: int) -> Finding:
    return Finding(id_, Severity.ERROR, position, message, "HL", element)
