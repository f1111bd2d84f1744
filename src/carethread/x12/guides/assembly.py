"""From units of segments to the items of one transaction set.

The reader cuts a set into units: the header, then one piece for each claim (CLP, CLM), each
hierarchical level (HL) and each PLB or AK2. An assembler reads what stands in a unit, loop by
loop, and remembers what later items need (whose claim this is).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import lru_cache
from typing import Any, ClassVar

from carethread.x12.common import Envelope, Kept
from carethread.x12.delimiters import Delimiters
from carethread.x12.guide import Loop
from carethread.x12.reading import LoopReader, Segments
from carethread.x12.rendering import Item

Unit = Segments


@lru_cache(maxsize=256)
def _reader(
    loop: Loop, marks: Delimiters, beside: tuple[str, ...], context: tuple[str, ...]
) -> LoopReader:
    return LoopReader(loop, marks, dict.fromkeys(beside), context=context)


class Assembler:
    """Reads one set. Subclasses say which loops may begin in a unit, by first tag (or by "HL*"
    and the level), what to do with each, and which fields get what stands above it."""

    loops: ClassVar[dict[str, Loop]] = {}
    context: ClassVar[dict[str, tuple[str, ...]]] = {}

    def __init__(self, envelope: Envelope, marks: Delimiters) -> None:
        self.envelope, self.marks = envelope, marks
        tags = tuple(self.loops)
        self.readers = {
            tag: _reader(loop, marks, tags, self.context.get(tag, ()))
            for tag, loop in self.loops.items()
        }
        self.strays: list[tuple[int, list[str]]] = []

    def whole(self, text: str) -> list[Any] | None:
        """The streamed items that are complete after this unit, where all of it is one loop with
        nothing odd in it. None: `feed` has to look at it."""
        element = self.marks.element
        tag = _loop_of(text.split(element, 4)) if text[:2] == "HL" else text.partition(element)[0]
        reader = self.readers.get(tag)
        if reader is None:
            return None
        value = reader.whole(text, self.above(tag))
        return None if value is None else list(self.take(tag, value))

    def feed(self, segs: Unit, position: int) -> list[Any]:
        """The streamed items that are complete after this unit. `position` is its first
        segment's place in the file, for what has no place in the guide. Raises BadValue."""
        i, n = 0, len(segs)
        items: list[Any] = []
        while i < n:
            tag = _loop_of(segs[i])
            reader = self.readers.get(tag)
            if reader is None:
                self.strays.append((position + i, segs[i]))
                i += 1
                continue
            values, i = reader.read(segs, i, n)
            items += self.take(tag, reader.build(values, self.above(tag)))
        return items

    def above(self, _tag: str, /) -> tuple[Any, ...]:
        """What stands above a loop, in the order of `context`."""
        return ()

    def take(self, tag: str, value: Any, /) -> Iterable[Any]:
        """Remembers what a loop said; the items that are complete with it."""
        raise NotImplementedError

    def finish(self, items: tuple[Any, ...], /) -> Any:
        """The transaction, with these items."""
        raise NotImplementedError


def _loop_of(e: Sequence[str]) -> str:
    """Which loop a segment begins: its tag, or "HL*" and its level."""
    return "HL*" + (e[3] if len(e) > 3 else "") if e[0] == "HL" else e[0]


class Levels:
    """Numbers hierarchical levels (HL) while a set is written."""

    def __init__(self) -> None:
        self.count = 0
        self.open: dict[int, int] = {}

    def under(
        self, depth: int, code: str, child: bool | None, items: Iterable[Item]
    ) -> Iterator[Item]:
        """An HL at this depth (1 outermost), then the items of its loop. `child` says whether a
        level stands below it (None: the guide does not ask)."""
        self.count += 1
        self.open[depth] = self.count
        parent = str(self.open[depth - 1]) if depth > 1 else ""
        announced = "" if child is None else "1" if child else "0"
        yield Item(["HL", str(self.count), parent, code, announced], None, 0)
        yield from items


_UP = "^"


def up(extra: tuple[Kept, ...]) -> tuple[Kept, ...]:
    """Kept segments of the level above, marked so that they can ride on an object below it."""
    return tuple(replace(k, after=_UP + k.after) for k in extra)


def down(extra: tuple[Kept, ...]) -> tuple[Kept, ...]:
    """Those that came from the level above, as they were there."""
    return tuple(replace(k, after=k.after[1:]) for k in extra if k.after.startswith(_UP))


def not_up(extra: tuple[Kept, ...]) -> tuple[Kept, ...]:
    return tuple(k for k in extra if not k.after.startswith(_UP))


def gather(parts: Mapping[str, Any], blanks: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the levels that stand once in a set, for the object of the whole set. Kept
    segments remember their level. `blanks` are the levels' objects when nothing has been read."""
    known: dict[str, Any] = {"extra": ()}
    for tag, blank in blanks.items():
        part = parts.get(tag, blank)
        own = {f.name: getattr(part, f.name) for f in fields(part)}
        kept = tuple(replace(k, after=f"{tag} {k.after}") for k in own.pop("extra"))
        known |= own | {"extra": known["extra"] + kept}
    return known


def scatter(whole: Any, tag: str, blank: Any) -> Any:
    """One level's object again, with the kept segments that belong there."""
    own = {f.name: getattr(whole, f.name) for f in fields(blank) if f.name != "extra"}
    mark = tag + " "
    kept = (replace(k, after=k.after[len(mark) :]) for k in whole.extra if k.after.startswith(mark))
    return replace(blank, **own, extra=tuple(kept))


def families(claims: Iterable[Any], policy: Callable[[Any], Any]) -> Iterator[list[Any]]:
    """Neighbouring claims under one subscriber or policy. The subscriber's own claims stand before
    those of dependents, so one that follows a dependent's opens the level again."""
    run: list[Any] = []
    for claim in claims:
        same = run and policy(run[0]) == policy(claim)
        if run and (not same or (run[-1].patient and not claim.patient)):
            yield run
            run = []
        run.append(claim)
    if run:
        yield run
