"""Element by element: the binding of every segment whose line in the guide names its fields."""

from collections.abc import Callable, Iterator
from typing import Any

from carethread.x12.binding import KINDS, Get, Place, Take
from carethread.x12.delimiters import COMPONENT, REPETITION
from carethread.x12.guide import Element, Segment


class Fields:
    """Element by element, as the guide's own line says."""

    def reader(self, at: Place) -> Take:
        """A function of straight-line code, one line an element: this is what most of the time
        of reading a file goes into, and a loop over the same plan takes twice as long."""
        plan = _Plan(at)
        need = plan.need
        lines = [
            "def take(values, e):",
            *(f"    {line}" for line in plan.code()),
            "    return more",
        ]
        space = plan.names | {"pads": [[""] * (need - n) for n in range(need)]}
        exec("\n".join(lines), space)  # noqa: S102 - made of our own guides' positions
        take: Take = space["take"]
        return take

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        elements = [segment.tag]
        turns: dict[str, int] = {}
        said = segment.usage == "R"
        for element in segment.elements:
            text = (
                _composite(segment.tag, element, get)
                if element.parts
                else _text(element, get, turns)
            )
            elements.append(text)
            said = said or (bool(text) and not _is_silent(element, text))
        _prove_room(segment.tag, turns, get)
        if said:
            yield elements


class _Plan:
    """The lines of code that take a segment apart, and the names they use. `need` is one more
    than the last position that goes into a field. `near` are the lines for the elements up to
    the last required one, `far` those behind it, which most segments end before."""

    def __init__(self, at: Place) -> None:
        self.at = at
        self.names: dict[str, Any] = {"component": at.marks.component}
        elements = at.segment.elements
        self.edge = max((p for p, e in enumerate(elements, 1) if e.usage == "R"), default=0)
        self.need = max((p for p, e in enumerate(elements, 1) if _speaks(e)), default=0) + 1
        self.edge = _whole(elements, min(self.edge, self.need - 1))
        self.near = self._guard() + self._lines(1, self.edge)
        self.far = self._lines(self.edge + 1, self.need - 1)

    def code(self) -> Iterator[str]:
        """The body of the function."""
        need, edge = self.need, self.edge + 1
        yield "n = len(e)"
        yield f"if n < {edge}: e = e + pads[n]"
        yield "more = None"
        yield from self.near
        yield f"if n > {edge}:"
        yield f"    if n < {need}: e = e + pads[n]"
        yield from (f"    {line}" for line in self.far)
        yield f"    if n > {need} and any(e[{need}:]): more = True"
        if absent := [f"    values[{slot}] = ''" for slot in self._defaulted()]:
            yield "else:"
            yield from absent

    def _lines(self, first: int, last: int) -> list[str]:
        """What is done with the elements from first to last."""
        self.lines: list[str] = []
        elements = self.at.segment.elements
        fields = [e.field for e in elements]
        gaps = []
        for position in range(first, last + 1):
            element = elements[position - 1]
            if element.field or any(p.field for p in element.parts):
                self._element(position, element, fields)
            elif element.fixed:
                self._fixed(position, element)
            else:
                gaps.append(f"e[{position}]")
        if gaps:
            self.lines.append(f"if {' or '.join(gaps)}: more = True")
        return self.lines

    def _defaulted(self) -> Iterator[int]:
        """Text fields behind the edge whose value, where nothing is said, is not their default."""
        for element in self.at.segment.elements[self.edge : self.need - 1]:
            if element.field and KINDS[element.kind].memo is None:
                slot = self.at.index(element.field)
                if self.at.blank[slot] not in ("", ()):
                    yield slot

    def _fixed(self, position: int, element: Element) -> None:
        """A code that would not be written again as it is makes the segment partial."""
        if not element.is_key or len(element.codes) > 1:
            self.lines.append(f"if e[{position}] != {element.codes[0]!r}: more = True")

    def _guard(self) -> list[str]:
        """A second segment of a kind that has one place changes nothing: it is kept whole."""
        fields = [e for e in self.at.segment.elements if e.field and not e.codes]
        if not fields or self.at.begins or self.at.segment.most != 1:
            return []
        telling = [e for e in fields if e.usage == "R"] or fields
        slot = self.at.index(telling[-1].field)
        self.names["nothing"] = self.at.blank[slot]
        return [f"if values[{slot}] != nothing: return False"]

    def _element(self, position: int, element: Element, fields: list[str]) -> None:
        if element.parts:
            self.lines.append(f"if e[{position}]:")
            self.lines += [f"    {line}" for line in self._components(position, element)]
            return
        slot = self.at.index(element.field)
        if element.repeats:
            self.names["parted"] = _parted(self.at.marks.repetition)
            self.lines.append(f"if e[{position}]: values[{slot}] = parted(e[{position}])")
            return
        times = fields.count(element.field)
        memo = KINDS[element.kind].memo
        if times > 1:
            if fields.index(element.field) == position - 1:
                places = [n for n, name in enumerate(fields, 1) if name == element.field]
                run = f"({', '.join(f'e[{n}]' for n in places)})"
                self.lines.append(f"values[{slot}] = tuple(filter(None, {run}))")
        elif memo is None:
            self.lines.append(f"values[{slot}] = e[{position}]")
        else:
            self.names[f"memo{position}"] = memo
            self.lines.append(f"if e[{position}]: values[{slot}] = memo{position}[e[{position}]]")

    def _components(self, position: int, element: Element) -> Iterator[str]:
        """A composite taken apart. A field named at several components is a tuple of them."""
        names = [part.field for part in element.parts]
        last = max(n for n, name in enumerate(names) if name) + 1
        gaps = [n for n, p in enumerate(element.parts[:last]) if not (p.field or p.fixed)]
        yield f"c = e[{position}].split(component)"
        yield "m = len(c)"
        for n, part in enumerate(element.parts):
            if part.field and names.index(part.field) == n:
                yield self._component(n, names.count(part.field), part)
        rest = [f"m > {last} and any(c[{last}:])", *(f"m > {n} and c[{n}]" for n in gaps)]
        rest += [
            f"m > {n} and c[{n}] != {part.codes[0]!r}"
            for n, part in enumerate(element.parts)
            if part.fixed and not part.is_key
        ]
        yield f"if {' or '.join(rest)}: more = True"

    def _component(self, n: int, times: int, part: Element) -> str:
        slot, memo = self.at.index(part.field), KINDS[part.kind].memo
        name = f"memo_{part.kind}"
        if memo is not None:
            self.names[name] = memo
        if times > 1:
            run = f"c[{n}:{n + times}]"
            found = (
                f"[{name}[t] for t in {run} if t]" if memo is not None else f"filter(None, {run})"
            )
            return f"if m > {n}: values[{slot}] = tuple({found})"
        if memo is None:
            return f"values[{slot}] = c[{n}] if m > {n} else ''"
        return f"if m > {n} and c[{n}]: values[{slot}] = {name}[c[{n}]]"


def _whole(elements: tuple[Element, ...], edge: int) -> int:
    """The edge, moved in front of a field that stands on both sides of it."""
    while edge and (name := elements[edge - 1].field):
        if not any(e.field == name for e in elements[edge:]):
            break
        edge -= 1
    return edge


def _speaks(element: Element) -> bool:
    """Whether reading has to look at the element: a field takes it, or its code is fixed."""
    return bool(element.field or element.fixed or any(p.field for p in element.parts))


_SPEAKING = ("number", "money")
"""Kinds whose zero says something; their nothing is None."""


def _parted(mark: str) -> Callable[[str], tuple[str, ...]]:
    """Takes the repetitions of an element apart; a file without a mark for them has none."""
    return (lambda text: tuple(text.split(mark))) if mark else (lambda text: (text,))


def _is_silent(element: Element, text: str) -> bool:
    """A value that is no reason to write its segment: a code beside others, a count of nothing."""
    counts = element.kind in ("cents", "integer")
    return element.fixed or bool(element.codes) or (counts and text == "0")


def _text(element: Element, get: Get, turns: dict[str, int]) -> str:
    """What stands in an element. `turns` counts how often each tuple field has been asked."""
    if element.fixed:
        return element.codes[0] if element.usage == "R" else ""
    if not element.field:
        return ""
    value = get(element.field)
    if element.repeats:
        return REPETITION.join(value)
    if isinstance(value, tuple):
        turn = turns.get(element.field, 0)
        turns[element.field] = turn + 1
        value = value[turn] if turn < len(value) else None
    if value is None or (element.usage == "S" and not value and element.kind not in _SPEAKING):
        return ""
    return KINDS[element.kind].format(value)


def _composite(tag: str, element: Element, get: Get) -> str:
    """The components' text, or nothing where only its qualifier would speak."""
    turns: dict[str, int] = {}
    parts = [_text(part, get, turns) for part in element.parts]
    _prove_room(tag, turns, get)
    speaks = any(
        text and not part.fixed and not (part.field.endswith("qualifier") and text in part.codes)
        for text, part in zip(parts, element.parts, strict=True)
    )
    return COMPONENT.join(parts).rstrip(COMPONENT) if speaks else ""


def _prove_room(tag: str, turns: dict[str, int], get: Get) -> None:
    """Raises ValueError where a tuple field holds more than the segment has places for."""
    for name, places in turns.items():
        if len(get(name)) > places:
            raise ValueError(f"{tag} ({name}): there are {len(get(name))}, and room for {places}")
