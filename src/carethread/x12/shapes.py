"""Straight-line readers for the shapes that a file repeats.

The shape of a piece of text (a claim's head, a service line, a level) is its tags, how many
elements each segment has, and the qualifiers that tell segments apart. A file has few of them.
A shape that has come by often enough is followed once through the tables of `reading`, and what
they do to it is written down as one function without look-ups, loops or calls into them. The
function reads what fits into fields entirely; anything else it leaves to the tables, whose
answer counts.

A piece is split once, into elements, and not into segments before: each segment's tag keeps the
mark that ended the one before it (`~DTP`). The function unpacks the elements into variables and
compares those that make its shape, so that whoever has pieces of one size need only try the
functions for that size.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from types import FunctionType
from typing import TYPE_CHECKING, Any

from carethread.x12.binding import Elements, Given, Take
from carethread.x12.bindings import BINDINGS
from carethread.x12.delimiters import split
from carethread.x12.quick import Space, built

if TYPE_CHECKING:
    from carethread.x12.reading import Child, LoopReader

Segments = list[list[str]]
Straight = Callable[[list[str], Sequence[Any], tuple[Any, ...]], Any]
"""The object that a piece's elements are: None where it holds what this function does not expect,
OTHER where it is of another shape."""

OTHER = object()
OFTEN = 24
"""How often a shape comes by before a function is made for it: making one costs as much as
reading a few hundred pieces."""
_MOST_SHAPES, _MOST_MADE, _MOST_ALIKE = 4_000, 400, 16
_LONGEST = 4_000
"""Characters of a piece; a longer one is left to the tables."""


class Unfit(Exception):
    """The piece holds something that only the tables can read."""


class Shapes:
    """The straight-line readers of one loop, by the size of their pieces: how many segments and
    how many elements."""

    def __init__(self, reader: "LoopReader") -> None:
        self.reader = reader
        self.element, self.end = reader.marks.element, reader.marks.segment
        self.begin = self.element + self.end
        self.straight: dict[tuple[int, int], list[Straight]] = {}
        self.met: dict[tuple[Any, ...], int] = {}
        self.made = 0

    def read(self, text: str, rows: Sequence[Any], above: tuple[Any, ...]) -> Any:
        """The object that a piece is, with its rows and its context's values; None where the
        tables have to read it. Raises NotAValue like these."""
        if len(text) > _LONGEST:
            return None
        elements = text.replace(self.end, self.begin).split(self.element)
        size = (text.count(self.end), len(elements))
        for straight in self.straight.get(size, ()):
            found = straight(elements, rows, above)
            if found is not OTHER:
                return found
        self._met(text, size)
        return None

    def _met(self, text: str, size: tuple[int, int]) -> None:
        """Counts the shape of a piece, and makes a function for it once it has come by often."""
        segs = split(text, self.reader.marks)
        shape = (*map(len, segs), *(value for _, value in telling(self.reader, segs)))
        if len(self.met) >= _MOST_SHAPES:
            self.met.clear()
        self.met[shape] = self.met.get(shape, 0) + 1
        if self.met[shape] == OFTEN and self.made < _MOST_MADE:
            self.made += 1
            alike = self.straight.setdefault(size, [])
            if len(alike) < _MOST_ALIKE and (made := self._make(segs)) is not None:
                alike.append(made)

    def _make(self, segs: Segments) -> Straight | None:
        """The function for pieces of this shape; None where there can be none."""
        try:
            return _Followed(segs).function(self.reader)
        except Unfit:
            return None


def telling(reader: "LoopReader", segs: Segments) -> Iterator[tuple[str, str]]:
    """What tells kinds of segments apart: code for it, and what it is here. It is their tags, and
    where tables look at it their first value, or the component that this begins with."""
    keyed, parted = reader.keyed, reader.parted
    for n, e in enumerate(segs):
        yield f"s{n}_0", e[0] if n == 0 else reader.marks.segment + e[0]
        if len(e) > 1 and e[0] in keyed:
            yield f"s{n}_1", e[1]
        elif len(e) > 1 and e[0] in parted:
            component = reader.marks.component
            yield f"s{n}_1.partition({component!r})[0]", e[1].partition(component)[0]


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
        variables = "".join(f"{code}, " for n in range(len(self.segs)) for code in self.codes(n))
        unlike = " or ".join(f"{code} != {is_!r}" for code, is_ in telling(reader, self.segs))
        other = f"if {unlike}: return {self.space.name(OTHER)}"
        code = [f"{variables}= elements", other, *self.lines, f"return {result}"]
        made: Straight = self.space.run(
            ["def straight(elements, rows, above):", *(f"    {line}" for line in code)], "straight"
        )
        return made

    def codes(self, at: int) -> tuple[str, ...]:
        """The variables of a segment's elements."""
        return tuple(f"s{at}_{n}" for n in range(len(self.segs[at])))

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
            if step is None and reader.belongs_outside(self.segs[at]):
                break
            if step is None or step is reader.rows:
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
        take = reader.kind_of(take, self.segs[at])
        place, e = reader.places.get(take), Elements(self.codes(at))
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
            call = f"{self.space.name(take)}({own}, [{', '.join(e.codes)}])"
            self.lines.append(f"if {call} is not None: return None")
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
        if given.over:
            (slot,) = given.slots
            before = slots.get(slot) or self.space.name(reader.blank[slot])
            slots[slot] = self.kept(given.code.format(before=before))
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
