"""Compiles a guide's loops into readers: split segments in, typed objects out.

A loop's reader holds one table from tag (and first value) to what to do with such a segment:
a binding's function, or the reader of a child loop. A segment that no table on the way up knows
is kept where it stood.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from decimal import Decimal
from functools import cached_property
from typing import Any

from carethread.x12.binding import Place, Take, Values
from carethread.x12.bindings import BINDINGS
from carethread.x12.common import Kept
from carethread.x12.delimiters import Delimiters, split
from carethread.x12.guide import Loop, Segment, begins
from carethread.x12.quick import quick
from carethread.x12.shapes import Shapes
from carethread.x12.values import NO_DATE, NotAValue

Segments = list[list[str]]


class BadValue(ValueError):
    """A segment holds a value that its field cannot take: `at` counts segments from 0."""

    def __init__(self, at: int, fault: NotAValue) -> None:
        super().__init__(str(fault))
        self.at, self.text = at, fault.text


Outer = dict[str, set[str] | None]
"""Tag -> the first values under which the loops above know it (None: any)."""


class LoopReader:
    """Reads one loop, its first segment included."""

    def __init__(
        self,
        loop: Loop,
        marks: Delimiters,
        outer: Outer | None = None,
        above: "LoopReader | None" = None,
        context: tuple[str, ...] = (),
    ) -> None:
        self.loop, self.marks, self.outer, self.above = loop, marks, outer or {}, above
        flat = fields(loop.shape.flat) if loop.shape else ()
        self.width = len(flat)
        self.blank = [blank(f) for f in flat]
        self.slots = {f.name: i for i, f in enumerate(flat)}
        self.make: Callable[..., Any] = quick(loop.shape.flat) if loop.shape else tuple
        self.finish = loop.shape.read if loop.shape else None
        self.extra = self._slot("extra")
        self.lists: list[int] = []
        self.places: dict[Take, Place] = {}
        self.bound: dict[Take, frozenset[int]] = {}
        self.apart: dict[str, dict[str, Take]] = {}
        self.first = self._take(loop.first) if loop.is_mapped else keep_whole
        self.table = self._table()
        self.context = tuple(self._slot(name) for name in context)
        self.rows = self._rows()
        self.shapes = Shapes(self)

    def _slot(self, name: str) -> int:
        """Where a field's value stands; fields of the object above (`^x`) come last. A loop that
        makes no object lifts all its fields."""
        if name in self.slots:
            return self.slots[name]
        if not name.startswith("^"):
            if self.loop.shape and name != "extra":
                raise ValueError(f"loop {self.loop.name}: no field {name!r}")
            return self._slot("^" + name)
        nothing: Any = ()
        if self.above is not None:
            nothing = self.above.blank[self.above._slot(name[1:])]
        self.slots[name] = len(self.blank)
        self.blank.append(nothing)
        return self.slots[name]

    def _take(self, segment: Segment) -> Take:
        is_first = segment is self.loop.first
        place = Place(segment, self._slot, self.marks, self.blank, is_first)
        take = BINDINGS[segment.binding].reader(place)
        names = filter(None, segment.target.split(","))
        self.bound[take] = frozenset(self._slot(name) for name in names)
        self.places[take] = place
        return take

    def _table(self) -> dict[str, Any]:
        """Tag -> step, or tag -> (first value -> step) where several segments share a tag."""
        table: dict[str, Any] = {}
        known = self._known()
        for part in self._parts():
            segment = begins(part)
            step = self._step(part, known)
            if not segment.keys:
                table[segment.tag] = step
            elif segment.elements[0].parts:
                kinds = self.apart.setdefault(segment.tag, {})
                kinds.update(dict.fromkeys(segment.keys, step))
                table[segment.tag] = _by_component(kinds, self.marks.component)
            else:
                table.setdefault(segment.tag, {}).update(dict.fromkeys(segment.keys, step))
        return table

    def _step(self, part: Segment | Loop, known: Outer) -> Any:
        """A take function, or a Child."""
        if isinstance(part, Loop):
            return self._child(part, known)
        return self._take(part) if part.is_mapped or part.is_constant else keep_whole

    def _parts(self) -> list[Segment | Loop]:
        """What may follow the first segment within the unit."""
        return [p for p in self.loop.parts[1:] if isinstance(p, Segment) or not p.is_unit]

    def _child(self, loop: Loop, known: Outer) -> "Child":
        reader = LoopReader(loop, self.marks, known, self)
        slot = self._slot(loop.field) if loop.field else -1
        lifts = tuple((at, self._slot(f[1:])) for f, at in reader.slots.items() if f[0] == "^")
        if loop.many:
            self.lists.append(slot)
        return Child(reader, slot, loop.many, lifts, loop.first.tag)

    def _rows(self) -> "Child | None":
        """The child at the end that a unit may have many of (service lines), where its tag is
        found nowhere else: a unit can be cut in front of each and read piece by piece."""
        last = self._parts()[-1:]
        child = self.table.get(begins(last[0]).tag) if last else None
        if not isinstance(child, Child) or not child.many or child.lifts or child.slot < 0:
            return None
        beside = {tag for step in self.children() for tag in step.reader.tags()}
        if child.tag in beside:
            return None
        return child

    def children(self) -> Iterator["Child"]:
        for step in self.table.values():
            for each in step.values() if isinstance(step, dict) else (step,):
                if isinstance(each, Child):
                    yield each

    @cached_property
    def keyed(self) -> frozenset[str]:
        """Tags whose segments are told apart by their first value, here or in a loop below."""
        mine = {tag for tag, step in self.table.items() if isinstance(step, dict)}
        return frozenset(mine).union(*(child.reader.keyed for child in self.children()))

    @cached_property
    def parted(self) -> frozenset[str]:
        """Tags whose segments are told apart by the first component of their first value."""
        return frozenset(self.apart).union(*(child.reader.parted for child in self.children()))

    def kind_of(self, take: Take, e: list[str]) -> Take:
        """The function itself for a segment whose first component tells which."""
        if e[0] not in self.apart or take is self.first:
            return take
        kind = e[1].partition(self.marks.component)[0] if len(e) > 1 else ""
        return self.apart[e[0]].get(kind, keep_whole)

    def tags(self) -> set[str]:
        """The tags of the segments behind the first, here and below."""
        below = (child.reader.tags() for child in self.children())
        return set(self.table).union(*below)

    def _known(self) -> Outer:
        """What this loop and those above it know, so that a child can tell when to stop."""
        known = {tag: set(keys) if keys else None for tag, keys in self.outer.items()}
        for part in self._parts():
            segment = begins(part)
            keys = known.get(segment.tag, set())
            known[segment.tag] = (
                keys | set(segment.keys) if segment.keys and keys is not None else None
            )
        return known

    def whole(self, text: str, above: tuple[Any, ...] = ()) -> Any:
        """The object that a unit is, if it is one such loop from end to end: read piece by piece,
        in straight lines where a piece's shape is known. `above` are the values of `context`.
        None: `read` has to look at it."""
        try:
            if self.rows is None:
                return self.shapes.read(text, (), above)
            begin, piece = self.rows.tag + self.marks.element, self.rows.reader.piece
            head, *rows = text.split(self.marks.segment + begin)
            found = [piece(begin + row) for row in rows]
            return None if None in found else self.piece(head, found, above)
        except (NotAValue, BadValue):
            return None

    def piece(self, text: str, rows: Sequence[Any] = (), above: tuple[Any, ...] = ()) -> Any:
        """The object that a piece is, given its rows; None where something belongs elsewhere."""
        found = self.shapes.read(text, rows, above)
        if found is None:
            segs = split(text, self.marks)
            values, end = self.read(segs, 0, len(segs))
            if end == len(segs):
                if rows and self.rows:
                    values[self.rows.slot] = [*values[self.rows.slot], *rows]
                return self.build(values, above)
        return found

    def step(self, e: list[str]) -> Any:
        """What the table has for a segment: a take function, a Child, or None."""
        step = self.table.get(e[0])
        if step.__class__ is dict:
            return step.get(e[1]) if len(e) > 1 else None
        return step

    def read(self, segs: Segments, i: int, n: int) -> tuple[Values, int]:
        """The values of the loop that begins at `segs[i]`, and where the next thing begins.

        Raises BadValue with the segment that holds a value its field cannot take.
        """
        values = self.blank.copy()
        table = self.table
        try:
            partial = self.first(values, segs[i])
            if partial is not None:
                self._keep(values, segs[i], None, partial)
            i += 1
            while i < n:
                e = segs[i]
                step = table.get(e[0])
                if step.__class__ is dict:
                    step = step.get(e[1]) if len(e) > 1 else None
                if step.__class__ is Child:
                    i = self._read_child(step, values, segs, i, n)
                    continue
                if step is not None:
                    partial = step(values, e)
                    if partial is not None:
                        self._keep(values, e, None if self.width else segs[i - 1], partial)
                elif self.belongs_outside(e):
                    break
                else:
                    self._keep(values, e, segs[i - 1])
                i += 1
        except NotAValue as fault:
            raise BadValue(i, fault) from None
        if values[self.extra].__class__ is list:
            values[self.extra] = tuple(values[self.extra])
        return values, i

    def build(self, values: Values, above: tuple[Any, ...] = ()) -> Any:
        """The loop's object out of its values, and of those that its context gives it."""
        for slot, value in zip(self.context, above, strict=True):
            values[slot] = value
        for slot in self.lists:
            values[slot] = tuple(values[slot])
        del values[self.width :]
        return self.finish(self.make(*values)) if self.finish else self.make(*values)

    def _read_child(self, child: "Child", values: Values, segs: Segments, i: int, n: int) -> int:
        reader, slot = child.reader, child.slot
        found, end = reader.read(segs, i, n)
        if slot >= 0 and not child.many and values[slot] is not None:
            for k in range(i, end):
                self._keep(values, segs[k], segs[k - 1])
            return end
        for source, target in child.lifts:
            self._lift(values, target, found[source], reader.blank[source])
        if child.many:
            if values[slot]:
                values[slot].append(reader.build(found))
            else:
                values[slot] = [reader.build(found)]
        elif slot >= 0:
            values[slot] = reader.build(found)
        return end

    @staticmethod
    def _lift(values: Values, target: int, value: Any, nothing: Any) -> None:
        """Gives a value to the object above: tuples add up, anything else that was said stands."""
        if value.__class__ in (tuple, list):
            values[target] = (*values[target], *value)
        elif value != nothing:
            values[target] = value

    def belongs_outside(self, e: list[str]) -> bool:
        if e[0] not in self.outer:
            return False
        keys = self.outer[e[0]]
        return keys is None or (len(e) > 1 and e[1].partition(self.marks.component)[0] in keys)

    def _keep(
        self, values: Values, e: list[str], after: list[str] | None, partial: bool = False
    ) -> None:
        """Keeps a segment: in the guide's own place, or behind the segment `after`."""
        name = name_of(canonical(after, self.marks)) if after and not partial else ""
        kept = Kept(canonical(e, self.marks), name, partial)
        if values[self.extra].__class__ is list:
            values[self.extra].append(kept)
        else:
            values[self.extra] = [*values[self.extra], kept]


@dataclass(slots=True)
class Child:
    """A loop inside a loop: its reader, the slot above for its value (-1 for none), which of
    its values go into which slots above, and the tag that it begins with."""

    reader: LoopReader
    slot: int
    many: bool
    lifts: tuple[tuple[int, int], ...]
    tag: str


def keep_whole(_values: Values, _e: list[str]) -> bool:
    """The guide knows this segment and no field holds it."""
    return False


def _by_component(kinds: dict[str, Take], component: str) -> Take:
    """A step for segments that the first component of their first element tells apart (HI)."""

    def take(values: Values, e: list[str]) -> bool | None:
        kind = kinds.get(e[1].partition(component)[0]) if len(e) > 1 else None
        return kind(values, e) if kind is not None else False

    return take


def blank(field: "Field[Any]") -> Any:
    """What a field holds before its segment comes by."""
    if field.default is not MISSING:
        return field.default
    text = str(field.type)
    if text.startswith("tuple") or "tuple[" in text:
        return ()
    for kind, value in (("None", None), ("'str'", ""), ("'int'", 0), ("Decimal", Decimal(0))):
        if kind in text:
            return value
    return NO_DATE if "date" in text else None


def name_of(e: Sequence[str]) -> str:
    """How a segment is called where another must stand behind it."""
    return f"{e[0]}*{e[1]}" if len(e) > 1 else e[0]


def canonical(e: list[str], marks: Delimiters) -> tuple[str, ...]:
    """The segment with components and repetitions parted in this package's own way."""
    return tuple("\n".join(e).translate(marks.canonical).split("\n"))
