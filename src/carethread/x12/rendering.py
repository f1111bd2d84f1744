"""Typed objects back into segments, in the order of their guide, kept segments in their place."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from carethread.x12.binding import Get, Place
from carethread.x12.bindings import BINDINGS
from carethread.x12.common import Kept, Party
from carethread.x12.delimiters import COMPONENT, REPETITION, Delimiters
from carethread.x12.guide import Loop, Segment, begins
from carethread.x12.reading import blank, name_of

NOBODY = Party("2", "")
"""Stands for a party that the guide requires and the file does not name."""

CANONICAL = Delimiters("", COMPONENT, REPETITION, "")


@dataclass(slots=True)
class Item:
    """A segment to be written: its elements (components parted by U+001F), its declaration (None
    where the guide does not know it) and the place of that in its loop. `own`: it belongs to the
    loop's own object; `verbatim`: it is written as it was kept."""

    elements: list[str]
    segment: Segment | None
    order: int
    own: bool = True
    verbatim: bool = False


def render(loop: Loop, value: Any, above: Get | None = None) -> Iterator[Item]:
    """The segments of `loop` that say what `value` holds. `above` gives the fields of the object
    above, for those that stand in this loop (`^x`). `value` None: a loop without an object."""
    flat = loop.shape.write(value) if loop.shape and loop.shape.write else value
    get = _getter(flat, above)
    items = [item for order, part in enumerate(loop.parts) for item in _part(part, get, order)]
    if not items or (not loop.shape and not _speaks(loop, items)):
        return
    if loop.shape and items[0].order and _opens(loop.first):
        items.insert(0, Item([loop.first.tag], loop.first, 0))
    for kept in getattr(flat, "extra", ()):
        _place(kept, items, loop)
    yield from items


def _opens(first: Segment) -> bool:
    """A loop's first segment that is written though it says nothing, for what stands behind it."""
    return first.is_mapped and not first.keys and first.binding != "level"


def _getter(flat: Any, above: Get | None) -> Get:
    def get(name: str) -> Any:
        if not name.startswith("^") and flat is not None:
            return getattr(flat, name)
        assert above is not None
        return above(name.removeprefix("^"))

    return get


def _part(part: Segment | Loop, get: Get, order: int) -> Iterator[Item]:
    if isinstance(part, Segment):
        if part.is_mapped or part.is_constant:
            for elements in BINDINGS[part.binding].write(part, get):
                yield Item(elements, part, order)
        return
    for value in _values(part, get):
        for item in render(part, value, get):
            own = part.shape is None and item.own
            yield Item(item.elements, item.segment, order, own, item.verbatim)


def _values(loop: Loop, get: Get) -> tuple[Any, ...]:
    """What a child loop is to be written for, once each."""
    if loop.is_unit or not loop.is_mapped:
        return ()
    if not loop.field:
        return (None,)
    value = get(loop.field)
    if loop.many:
        return tuple(value)
    return () if value is None or value == NOBODY else (value,)


def _speaks(loop: Loop, items: list[Item]) -> bool:
    """A loop without an object of its own is written where more than its first segment speaks,
    or where that first segment itself says what a field holds; one that is required, always."""
    if len(items) > 1 or (loop.usage == "R" and loop.first.is_mapped):
        return True
    declared = zip(loop.first.elements, items[0].elements[1:], strict=False)
    return any(text and element.field for element, text in declared)


def _place(kept: Kept, items: list[Item], loop: Loop) -> None:
    """Puts a kept segment among those written from fields."""
    if kept.partial and _merge(kept, items, _blanks(loop)):
        return
    segment: Segment | None = None
    if kept.after:
        at = _behind(items, lambda item: item.own and name_of(item.elements) == kept.after)
        at = at or _beside(kept, items, loop)
        at = at or _behind(items, lambda item: item.own)
        at = at or _behind(items, lambda item: name_of(item.elements) == kept.after)
        order = items[at - 1].order if at else 0
    else:
        order, segment = _order(kept, loop)
        at = _behind(items, lambda item: item.order <= order)
    items.insert(at, Item(list(kept.elements), segment, order, verbatim=True))


def _behind(items: list[Item], fits: Callable[[Item], bool]) -> int:
    """The place behind the last item that fits; 0 where none does. Looked for from the end, since
    kept segments come in their order: a loop may hold thousands of them."""
    return next((at for at in range(len(items), 0, -1) if fits(items[at - 1])), 0)


def _beside(kept: Kept, items: list[Item], loop: Loop) -> int:
    """The place behind the loop of which this segment begins one too many; 0 if it begins none."""
    order, segment = _order(kept, loop)
    return _behind(items, lambda item: item.order == order) if segment else 0


def _order(kept: Kept, loop: Loop) -> tuple[int, Segment | None]:
    """Where in the loop the guide has a segment like this one."""
    for order, part in enumerate(loop.parts):
        segment = begins(part)
        if segment.matches(kept.elements):
            return order, segment
    return len(loop.parts), None


def _merge(kept: Kept, items: list[Item], blanks: dict[str, Any]) -> bool:
    """Lays what was kept of a segment under what the fields say of it now."""
    elements = list(kept.elements)
    alike = [i for i in items if i.segment and i.own and i.segment.matches(kept.elements)]
    if not alike:
        return False
    same = (i for i in alike if i.segment and _says(i, _said(i.segment, elements, blanks)))
    item = next(same, alike[0])
    assert item.segment is not None
    item.elements = _three_way(item.segment, elements, item.elements, blanks)
    item.verbatim = item.elements == elements
    return True


def _says(item: Item, elements: list[str]) -> bool:
    return _trim(item.elements) == _trim(elements)


def _three_way(
    segment: Segment, kept: list[str], now: list[str], blanks: dict[str, Any]
) -> list[str]:
    """The kept elements, save those that the fields say otherwise than the kept segment did."""
    before = _said(segment, kept, blanks)
    if _trim(before) == _trim(now):
        return kept
    width = max(len(kept), len(now), len(before))
    kept, now, before = (x + [""] * (width - len(x)) for x in (kept, now, before))
    return [k if n == b else n for k, n, b in zip(kept, now, before, strict=True)]


def _said(segment: Segment, elements: list[str], blanks: dict[str, Any]) -> list[str]:
    """What would be written from the fields if only this segment had been read."""
    slots: dict[str, int] = {}
    values: list[Any] = []

    def slot(name: str) -> int:
        if name not in slots:
            slots[name] = len(values)
            values.append(blanks.get(name.removeprefix("^"), ()))
        return slots[name]

    binding = BINDINGS[segment.binding]
    binding.reader(Place(segment, slot, CANONICAL, values, begins=True))(values, elements)
    written = list(binding.write(segment, lambda name: values[slot(name)]))
    return written[0] if written else []


def _blanks(loop: Loop) -> dict[str, Any]:
    """What the fields of a loop's object hold when nothing has been read."""
    flat = fields(loop.shape.flat) if loop.shape else ()
    return {f.name: blank(f) for f in flat}


def _trim(elements: list[str]) -> list[str]:
    while elements and not elements[-1]:
        elements = elements[:-1]
    return elements
