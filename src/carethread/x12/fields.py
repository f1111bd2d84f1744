"""Element by element: the binding of every segment whose line in the guide names its fields."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

from carethread.x12 import values as wire
from carethread.x12.binding import KINDS, Elements, Get, Given, Place, Plan, Take, Values
from carethread.x12.delimiters import COMPONENT, REPETITION
from carethread.x12.guide import Element, Segment
from carethread.x12.quick import Space


class Fields:
    """Element by element, as the guide's own line says."""

    def reader(self, at: Place) -> Take:
        """A function for each number of elements that such a segment comes with, made when the
        first one does: straight-line code takes half the time of a loop over the same plan."""
        most, ready = _need(at.segment) + 1, dict[int, Take]()
        for element in at.segment.elements:
            for field in filter(None, (element.field, *(part.field for part in element.parts))):
                at.index(field)  # the object above has a slot for it before anything is read

        def take(values: Values, e: list[str]) -> bool | None:
            n = len(e) if len(e) < most else most
            step = ready.get(n)
            if step is None:
                step = ready[n] = _compiled(at, n)
            return step(values, e)

        return take

    def plan(self, at: Place, example: list[str], e: Elements, space: Space) -> Plan:
        del example
        return _plan(at, e, space)

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


def _plan(at: Place, e: Elements, space: Space) -> Plan:
    """What is done with a segment of these elements: what fields get, and tests that tell whether
    it says more than they hold."""
    given: list[Given] = []
    more: list[str] = []
    names = [element.field for element in at.segment.elements]
    need = _need(at.segment)
    for position, element in enumerate(at.segment.elements[: need - 1], 1):
        text = e[position] if position < len(e) else ""
        if element.field:
            given += _given(at, position, names, text, e, space)
        elif element.fixed:
            more += _unlike(element, text)
        elif text and any(part.field for part in element.parts):
            slots, read = _parts(element, at)
            given.append(Given(slots, f"{space.name(read)}[{text}]", text, more=True))
        elif text:
            more.append(text)
    return given, more + e.rest(need)


def _unlike(element: Element, text: str) -> list[str]:
    """A code that would not be written again as it is."""
    if not text:
        return ["True"]
    return [] if element.is_key and len(element.codes) == 1 else [f"{text} != {element.codes[0]!r}"]


def _given(
    at: Place, position: int, names: list[str], text: str, e: Elements, space: Space
) -> Iterator[Given]:
    """The field of an element that is no composite. A field named at several elements is a tuple
    of them; text that is not there is empty, whatever the field's default."""
    element = at.segment.elements[position - 1]
    slot, memo = at.index(element.field), KINDS[element.kind].memo
    if names.count(element.field) > 1:
        if names.index(element.field) == position - 1:
            places = (p for p, name in enumerate(names, 1) if name == element.field)
            run = "".join(f"{e[p]}, " for p in places if p < len(e))
            yield Given((slot,), f"tuple(filter(None, ({run})))")
    elif element.repeats:
        if text:
            parted = space.name(_parted(at.marks.repetition))
            yield Given((slot,), f"{parted}({text})", text)
    elif memo is None:
        yield Given((slot,), text or "''")
    elif text:
        yield Given((slot,), f"{space.name(memo)}[{text}]", text)


def _compiled(at: Place, n: int) -> Take:
    """The function that takes a segment of `n` elements."""
    space, need = Space(), _need(at.segment)
    codes = tuple(f"e[{p}]" for p in range(min(n, need)))
    given, more = _plan(at, Elements(codes, f"e[{need}:]" if n > need else ""), space)
    lines = ["def take(values, e):", *_guard(at, space)]
    if more and at.segment.most != 1 and not at.begins:  # one of several, which is about another
        lines.append(f"    if {' or '.join(more)}: return False")
        more = []
    lines.append("    more = None")
    for each in given:
        targets = ", ".join([*(f"values[{slot}]" for slot in each.slots), *["rest"] * each.more])
        lines.append(f"    {f'if {each.test}: ' if each.test else ''}{targets} = {each.code}")
        if each.more:
            lines.append(f"    if {each.test} and rest: more = True")
    if more:
        lines.append(f"    if {' or '.join(more)}: more = True")
    lines.append("    return more")
    made: Take = space.run(lines, "take")
    return made


def _guard(at: Place, space: Space) -> list[str]:
    """A second segment of a kind, whose fields have one place, changes nothing: it is kept
    whole."""
    fields = [e for e in at.segment.elements if e.field and not e.codes]
    if not fields or at.begins:
        return []
    telling = [e for e in fields if e.usage == "R"] or fields
    slot = at.index(telling[-1].field)
    return [f"    if values[{slot}] != {space.name(at.blank[slot])}: return False"]


def _parts(element: Element, at: Place) -> tuple[tuple[int, ...], wire.Memo[tuple[Any, ...]]]:
    """The slots that a composite fills, and what its text says to them: files repeat the same
    procedure, place or pointers. A field named at several components is a tuple of them."""
    parts, mark = element.parts, at.marks.component
    names = [part.field for part in parts]
    fields = [n for n, part in enumerate(parts) if part.field and names.index(part.field) == n]
    slots = tuple(at.index(names[n]) for n in fields)
    nothing = [at.blank[slot] for slot in slots]
    last = max(fields) + names.count(names[max(fields)])
    fixed = [(n, p.codes[0]) for n, p in enumerate(parts) if p.fixed and not p.is_key]
    gaps = [n for n, part in enumerate(parts[:last]) if not (part.field or part.fixed)]

    def read(text: str) -> tuple[Any, ...]:
        c = text.split(mark)
        values = [
            _component(c, n, names.count(names[n]), parts[n].kind, blank)
            for n, blank in zip(fields, nothing, strict=True)
        ]
        more = any(c[last:]) or any(c[n] for n in gaps if n < len(c))
        return *values, more or any(n < len(c) and c[n] != code for n, code in fixed)

    return slots, wire.Memo(read, 2_000)


def _component(c: list[str], n: int, times: int, kind: str, blank: Any) -> Any:
    """The value of the component at `n`, or of `times` components that begin there."""
    memo = KINDS[kind].memo
    if times > 1:
        said = filter(None, c[n : n + times])
        return tuple(said) if memo is None else tuple(memo[text] for text in said)
    text = c[n] if n < len(c) else ""
    if memo is None:
        return text
    return memo[text] if text else blank


def _need(segment: Segment) -> int:
    """One more than the last position that reading has to look at."""
    return max((p for p, e in enumerate(segment.elements, 1) if _speaks(e)), default=0) + 1


def _speaks(element: Element) -> bool:
    """Whether a field takes the element, or its code is fixed."""
    return bool(element.field or element.fixed or any(p.field for p in element.parts))


_SPEAKING = ("number", "money")
"""Kinds whose zero says something; their nothing is None."""


@lru_cache(maxsize=16)
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
