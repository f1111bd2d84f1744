"""Straight-line readers for the shapes that a file repeats.

The shape of a piece of text (a claim's head, a service line, a level) is its tags, how many
elements each segment has, and the qualifiers that tell segments apart. A file has few of them.
A shape that has come by often enough is followed once through the tables of `reading`, and what
they do to it is written down as one function without look-ups, loops or calls into them. The
function reads what fits into fields entirely; anything else it leaves to the tables, whose
answer counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from operator import itemgetter
from types import FunctionType
from typing import TYPE_CHECKING, Any

from carethread.x12.binding import Given, Take
from carethread.x12.bindings import BINDINGS
from carethread.x12.quick import Space, built

if TYPE_CHECKING:
    from carethread.x12.reading import Child, LoopReader

Segments = list[list[str]]
Straight = Callable[[Segments, Sequence[Any], tuple[Any, ...]], Any]
"""The object that a piece of text is, or None where it holds what this function does not expect."""

OFTEN = 24
"""How often a shape comes by before a function is made for it: making one costs as much as
reading a few hundred pieces."""
_MOST_SHAPES, _MOST_MADE, _LONGEST = 4_000, 400, 60

_tag = itemgetter(0)


class Unfit(Exception):
    """The piece holds something that only the tables can read."""


class Shapes:
    """The straight-line readers of one loop."""

    def __init__(self, reader: "LoopReader") -> None:
        self.reader = reader
        self.known: dict[tuple[Any, ...], tuple[Callable[[Segments], Any], dict[Any, Any]]] = {}
        self.made = 0

    def read(self, segs: Segments, rows: Sequence[Any], above: tuple[Any, ...]) -> Any:
        """The object that `segs` are, with its rows and its context's values; None where the
        tables have to read them. Raises NotAValue like these."""
        if len(segs) > _LONGEST:
            return None
        shape = (*map(_tag, segs), *map(len, segs))
        entry = self.known.get(shape)
        if entry is None:
            entry = self._met(shape, segs)
        pick, by_qualifiers = entry
        qualifiers = pick(segs)
        straight = by_qualifiers.get(qualifiers, 0)
        if straight.__class__ is FunctionType:
            return straight(segs, rows, above)
        if straight is not None:
            often = straight >= OFTEN
            by_qualifiers[qualifiers] = self._make(segs) if often else straight + 1
            if len(by_qualifiers) > _MOST_SHAPES:
                by_qualifiers.clear()
        return None

    def _met(self, shape: tuple[Any, ...], segs: Segments) -> Any:
        """A shape's first time: where its qualifiers stand."""
        if len(self.known) >= _MOST_SHAPES:
            self.known.clear()
        keyed = self.keyed()
        at = [n for n, e in enumerate(segs) if len(e) > 1 and e[0] in keyed]
        code = "".join(f"s[{n}][1], " for n in at)
        pick = Space().run([f"def pick(s): return ({code})"], "pick")
        self.known[shape] = (pick, {})
        return self.known[shape]

    def keyed(self) -> set[str]:
        """Tags whose segments are told apart by their first value, here or in a loop below."""
        readers, tags = [self.reader], set[str]()
        while readers:
            reader = readers.pop()
            tags |= {tag for tag, step in reader.table.items() if isinstance(step, dict)}
            readers += [child.reader for child in reader.children()]
        return tags

    def _make(self, segs: Segments) -> Straight | None:
        """The function for pieces of this shape; None where there can be none."""
        self.made += 1
        if self.made > _MOST_MADE:
            return None
        try:
            return _Followed(segs).function(self.reader)
        except Unfit:
            return None


class _Followed:
    """What the tables do to one piece, as lines of code. A loop's slots are followed as code
    for the value that stands in them; bindings that are written by hand fill a list `w`."""

    def __init__(self, segs: Segments) -> None:
        self.segs, self.space, self.lines = segs, Space(), list[str]()
        self.lists, self.count = set[str](), 0

    def function(self, reader: "LoopReader") -> Straight:
        slots, end = self.loop(reader, 0)
        if end < len(self.segs):
            raise Unfit
        for n, slot in enumerate(reader.context):
            slots[slot] = f"above[{n}]"
        if reader.rows is not None:
            slots.setdefault(reader.rows.slot, "tuple(rows)")
        result = self.build(reader, slots)
        variables = "".join(f"s{n}, " for n in range(len(self.segs)))
        code = [f"{variables}= segs", *self.lines, f"return {result}"]
        made: Straight = self.space.run(
            ["def straight(segs, rows, above):", *(f"    {line}" for line in code)], "straight"
        )
        return made

    def fresh(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def loop(self, reader: "LoopReader", at: int) -> tuple[dict[int, str], int]:
        """Code for the slots that the loop at `at` fills, and where the next thing begins."""
        slots: dict[int, str] = {}
        own, begin = self.fresh("w"), len(self.lines)
        self.segment(reader, reader.first, at, slots, own)
        at += 1
        while at < len(self.segs):
            step = reader.step(self.segs[at])
            if step is None:
                if reader.belongs_outside(self.segs[at]):
                    break
                raise Unfit
            if isinstance(step, FunctionType):
                self.segment(reader, step, at, slots, own)
                at += 1
            else:
                at = self.child(reader, step, at, slots)
        if own in self.lists:
            self.lines.insert(begin, f"{own} = {self.space.name(reader.blank)}.copy()")
        return slots, at

    def segment(
        self, reader: "LoopReader", take: Take, at: int, slots: dict[int, str], own: str
    ) -> None:
        place, e = reader.places.get(take), f"s{at}"
        binding = BINDINGS[place.segment.binding] if place is not None else None
        plan = getattr(binding, "plan", None)
        found = plan(place, self.segs[at], e, self.space) if plan else None
        if found is not None:
            given, more = found
            if more:  # before values are made of it, which may be refused
                self.lines.append(f"if {' or '.join(more)}: return None")
            for each in given:
                self.give(reader, each, slots)
        elif take in reader.bound:
            self.lists.add(own)
            self.lines.append(f"if {self.space.name(take)}({own}, {e}) is not None: return None")
            for slot in reader.bound[take]:
                if slots.setdefault(slot, f"{own}[{slot}]") != f"{own}[{slot}]":
                    raise Unfit
        else:
            raise Unfit

    def give(self, reader: "LoopReader", given: Given, slots: dict[int, str]) -> None:
        """Lines that put what a segment gives into variables of their own."""
        if given.adds:
            (slot,) = given.slots
            before = slots.get(slot, "()")
            if "[" in before:
                raise Unfit
            start = before.removesuffix(")") if before != "()" else "("
            slots[slot] = f"{start}{self.kept(given.code)}, )"
            return
        if not slots.keys().isdisjoint(given.slots):
            raise Unfit
        names = [self.fresh("v") for _ in given.slots]
        slots |= dict(zip(given.slots, names, strict=True))
        nothing = [self.space.name(reader.blank[slot]) for slot in given.slots]
        if given.more:
            names, nothing = [*names, "more"], [*nothing, "False"]
        otherwise = f" if {given.test} else ({', '.join(nothing)})" if given.test else ""
        self.lines.append(f"{', '.join(names)} = {given.code}{otherwise}")
        if given.more:
            self.lines.append("if more: return None")

    def child(self, reader: "LoopReader", child: "Child", at: int, slots: dict[int, str]) -> int:
        below = child.reader
        found, end = self.loop(below, at)
        if child.slot in slots and not child.many:
            raise Unfit
        for source, target in child.lifts:
            if source in found:
                self.lift(found[source], below.blank[source], reader.blank[target], target, slots)
        if child.slot >= 0:
            value = self.build(below, found)
            if child.many:
                before = f"*{slots[child.slot]}, " if child.slot in slots else ""
                slots[child.slot] = self.kept(f"({before}{value},)")
            else:
                slots[child.slot] = value
        return end

    def lift(self, code: str, nothing: Any, blank: Any, target: int, slots: dict[int, str]) -> None:
        """A value that goes to the object above, as `LoopReader._lift` has it."""
        before = slots.get(target, self.space.name(blank))
        if "[" in before:
            raise Unfit
        if isinstance(nothing, tuple):
            slots[target] = self.kept(f"(*{before}, *{code})")
        else:
            slots[target] = self.kept(
                f"{code} if {code} != {self.space.name(nothing)} else {before}"
            )

    def kept(self, code: str) -> str:
        name = self.fresh("x")
        self.lines.append(f"{name} = {code}")
        return name

    def build(self, reader: "LoopReader", slots: dict[int, str]) -> str:
        """Code for the loop's object."""
        if reader.loop.shape is None:
            raise Unfit
        name = self.fresh("o")
        flat = reader.loop.shape.flat
        values = [
            slots.get(n) or self.space.name(reader.blank[n]) for n in range(len(fields(flat)))
        ]
        self.lines += built(flat, values, name, self.space)
        if reader.finish is not None:
            self.lines.append(f"{name} = {self.space.name(reader.finish)}({name})")
        return name
