"""How a guide is written down: a small notation, and the loops and segments it describes.

A guide is a few dozen lines of text (see `guides/`). Reading, writing and checking all follow
from them, so a segment is added in one place.

    [2110 S999 lines=RemittedLine*]      a loop: situational, at most 999, each becomes a
                                         RemittedLine in the tuple `lines` of the object above
                                         (`^lines`: of the object above that one)
      SVC R1 (procedure! modifiers) ...  a segment: required, once, then its elements in order
      REF S1 #6R control_number!         a segment told from others of its tag by its first value

An element is
    `name`, `name:cents`   the field that it fills, and how (cents number integer day span)
    `^name`                the same, but a field of the object above
    `.`                    kept, in no field          `-`  not used by this guide
    `=A|B`                 one of these codes         `#A|B`  the same, and it tells segments apart
    `(a b c)`              a composite             `name+`  repeats: a tuple, one item each
with `!` where it is required, `{A|B}` for its code list (`{#A|B}` tells segments apart as well),
`<=20` for a shorter limit than the dictionary's, `*11` for eleven of the same. Elements left out
at the end are not used. `@name` or `@name:field` hands the whole segment to a binding
(`bindings.py`).

`let NAME = ...` names a run of elements, which `$NAME` then stands for. The last loop that is
not indented is the guide's; those before it are only described, and `use 2300` puts one in, as
`use 2300 R5` with another usage and number.
"""

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from carethread.x12.delimiters import COMPONENT
from carethread.x12.dictionary import Type, segments

UNIT_STARTS = ("HL", "CLM", "CLP", "PLB")
"""Segments that begin a unit: a piece of a set that is read, and can be streamed, on its own."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element or component. `usage` is R required, S situational, N not used; `codes` are
    the values allowed ("" = any); `fixed` marks a code that no field holds; what `repeats` may hold
    several values."""

    usage: str
    type: Type
    field: str = ""
    kind: str = "text"
    codes: tuple[str, ...] = ()
    longest: int = 0
    repeats: bool = False
    fixed: bool = False
    is_key: bool = False
    parts: tuple["Element", ...] = ()


@dataclass(frozen=True, eq=False)
class Segment:
    """A segment's place in a loop: how often it may stand there (`most`, 0 = any number), the
    codes that tell it from its like (`keys`, in element `key_at`), and what reads it."""

    tag: str
    usage: str
    most: int
    elements: tuple[Element, ...]
    keys: tuple[str, ...] = ()
    key_at: int = 1
    binding: str = ""
    target: str = ""

    @property
    def name(self) -> str:
        """How people call it: its tag, and the first of its keys."""
        return f"{self.tag}*{self.keys[0]}" if self.keys else self.tag

    def matches(self, elements: Sequence[str], component: str = COMPONENT) -> bool:
        """Whether these elements are such a segment."""
        if elements[0] != self.tag:
            return False
        if not self.keys:
            return True
        value = elements[self.key_at] if len(elements) > self.key_at else ""
        return value.partition(component)[0] in self.keys

    @cached_property
    def is_mapped(self) -> bool:
        """Some field, or a binding, takes what this segment says."""
        return bool(self.binding) or any(
            e.field or any(p.field for p in e.parts) for e in self.elements
        )

    @property
    def is_constant(self) -> bool:
        """Required, and it says nothing but what the guide fixes."""
        needed = [e for e in self.elements if e.usage == "R"]
        return self.usage == "R" and bool(needed) and all(e.fixed for e in needed)


@dataclass(frozen=True, slots=True)
class Shape:
    """A loop whose typed value nests: `flat` is the dataclass that its segments fill, `read`
    makes the value out of it and `write` takes it apart again."""

    flat: type[Any]
    read: Callable[[Any], Any] | None = None
    write: Callable[[Any], Any] | None = None


@dataclass(frozen=True, eq=False)
class Loop:
    """A loop; its first segment begins it. `field` is where the object above keeps the value,
    in a tuple where there are `many`; `places` are the parts that begin with each tag."""

    name: str
    usage: str
    most: int
    parts: tuple["Segment | Loop", ...]
    field: str = ""
    many: bool = False
    shape: Shape | None = None
    places: Mapping[str, tuple[int, ...]] = dataclasses.field(default_factory=dict)

    @property
    def first(self) -> Segment:
        part = self.parts[0]
        assert isinstance(part, Segment)
        return part

    @cached_property
    def firsts(self) -> tuple[Segment, ...]:
        """The segment that each part begins with."""
        return tuple(begins(part) for part in self.parts)

    @cached_property
    def required(self) -> tuple[int, ...]:
        """Which of the parts have to be there."""
        return tuple(n for n, part in enumerate(self.parts) if part.usage == "R")

    @property
    def is_unit(self) -> bool:
        """Read and written by itself, not with the loop around it."""
        return self.first.tag in UNIT_STARTS

    @cached_property
    def is_mapped(self) -> bool:
        """Some field of some object takes what this loop says."""
        return self.shape is not None or any(part.is_mapped for part in self.parts)

    def find(self, name: str) -> "Loop":
        """The loop of that name inside this one. Raises KeyError."""
        for part in self.parts:
            if isinstance(part, Loop):
                if part.name == name:
                    return part
                try:
                    return part.find(name)
                except KeyError:
                    pass
        raise KeyError(name)


def begins(part: Segment | Loop) -> Segment:
    """The segment that a part of a loop begins with: itself, or its first."""
    return part if isinstance(part, Segment) else part.first


@dataclass(frozen=True, slots=True)
class Guide:
    """One implementation guide: `kind` is our name for it ("837P"), `set_id` ST01, `version`
    what we write in GS08 and ST03, `also` the versions that are read just the same,
    `functional_id` GS01."""

    kind: str
    set_id: str
    version: str
    functional_id: str
    root: Loop
    also: tuple[str, ...] = ()

    @property
    def versions(self) -> tuple[str, ...]:
        """All versions that are read by it."""
        return (self.version, *self.also)


_Elements = tuple[tuple[Element, ...], str]

_HEADER = re.compile(r"\[(\S+) ([RSN])(\d+|>)(?: (\^?\w+)=(\w+)(\*?))?\]$")
_USE = re.compile(r"use (\S+)(?: ([RSN])(\d+|>))?$")
_SEGMENT = re.compile(r"(\w+) ([RSN])(\d+|>)\s*(.*)$")
_TOKEN = re.compile(r"\(|\)!?(?:\*\d+)?|[^\s()]+")
_ELEMENT = re.compile(
    r"(?P<codes>[=#][^!{<*]+)?(?P<name>\^?[a-z_]+)?(?::(?P<kind>\w+))?(?P<dot>[.-])?"
    r"(?P<repeats>\+)?(?P<required>!)?(?:\{(?P<list>[^}]*)\})?(?:<=(?P<longest>\d+))?(?:\*(?P<times>\d+))?$"
)


def parse_loop(text: str, shapes: Mapping[str, type[Any] | Shape]) -> Loop:
    """The loop that `text` describes; its first line is the outermost loop's header.

    `shapes` gives the dataclass, or the `Shape`, behind each name used in a header.
    Raises ValueError with the line that does not follow the notation.
    """
    lines = _lines(text)
    described: dict[str, Loop] = {}
    loop: Loop | None = None
    while lines:
        loop, lines = _parse_block(lines, shapes, described)
        described[loop.name] = loop
    if loop is None:
        raise ValueError("the text describes no loop")
    return loop


def _lines(text: str) -> list[str]:
    """The lines with `$NAME` written out, and with what runs over a line's end joined to it."""
    named: dict[str, str] = {}
    lines: list[str] = []
    for line in filter(str.strip, text.splitlines()):
        line = re.sub(r"\$(\w+)", lambda m: named[m[1]], line)
        if line.startswith("let "):
            name, _, meaning = line.removeprefix("let ").partition(" = ")
            named[name] = meaning
            continue
        if any(start.match(line.strip()) for start in (_HEADER, _SEGMENT, _USE)):
            lines.append(line)
        else:
            lines[-1] += " " + line.strip()
    return lines


def _parse_block(
    lines: list[str], shapes: Mapping[str, type[Any] | Shape], described: Mapping[str, Loop]
) -> tuple[Loop, list[str]]:
    """The loop that begins at the first line, with all lines indented deeper; and the rest."""
    head = _HEADER.match(lines[0].strip())
    if head is None:
        raise ValueError(f"not a loop header: {lines[0]!r}")
    name, usage, most, target, shape, many = head.groups()
    depth, lines = _indent(lines[0]), lines[1:]
    parts: list[Segment | Loop] = []
    while lines and _indent(lines[0]) > depth:
        line = lines[0].strip()
        if line.startswith("["):
            part, lines = _parse_block(lines, shapes, described)
            parts.append(part)
            continue
        used = _USE.match(line)
        parts.append(_used(used, described) if used else _parse_segment(line))
        lines = lines[1:]
    loop = Loop(
        name,
        usage,
        _most(most),
        tuple(parts),
        target or "",
        bool(many),
        _shape(shapes, shape),
        _places(parts),
    )
    return loop, lines


def _used(match: re.Match[str], described: Mapping[str, Loop]) -> Loop:
    """A described loop, with the usage and number that its place gives it, if any."""
    name, usage, most = match.groups()
    loop = described[name]
    return replace(loop, usage=usage, most=_most(most)) if usage else loop


def _places(parts: list[Segment | Loop]) -> dict[str, tuple[int, ...]]:
    places: dict[str, tuple[int, ...]] = {}
    for index, part in enumerate(parts):
        tag = begins(part).tag
        places[tag] = (*places.get(tag, ()), index)
    return places


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _most(text: str) -> int:
    return 0 if text == ">" else int(text)


def _shape(shapes: Mapping[str, type[Any] | Shape], name: str | None) -> Shape | None:
    if not name:
        return None
    shape = shapes[name]
    return shape if isinstance(shape, Shape) else Shape(shape)


def _parse_segment(line: str) -> Segment:
    match = _SEGMENT.match(line)
    if match is None:
        raise ValueError(f"not a segment: {line!r}")
    tag, usage, most, rest = match.groups()
    tokens = _TOKEN.findall(rest)
    bound = next((t for t in tokens if t.startswith("@")), "@")
    binding, _, target = bound[1:].partition(":")
    tokens = [t for t in tokens if t != bound]
    types = segments()[tag]
    elements, _ = _parse_elements(iter(tokens), types, line)
    unused = tuple(Element("N", t) for t in types[len(elements) :])
    return Segment(tag, usage, _most(most), elements + unused, *_keys(elements), binding, target)


def _keys(elements: tuple[Element, ...]) -> tuple[tuple[str, ...], int]:
    """The codes marked with `#`, and the element (or the composite) that holds them."""
    for position, element in enumerate(elements, 1):
        first = (element.parts or (element,))[0]
        if first.is_key:
            return first.codes, position
    return (), 1


def _parse_elements(tokens: Iterator[str], types: tuple[Type, ...], line: str) -> _Elements:
    """The elements that the tokens describe, up to the end or to a closing parenthesis, which is
    handed back with them (it may say `!` or how often the composite stands there)."""
    found: list[Element] = []
    for token in tokens:
        if token.startswith(")"):
            return tuple(found), token
        if len(found) >= len(types):
            raise ValueError(f"more elements than the dictionary has: {line!r}")
        kind = types[len(found)]
        if token == "(":  # noqa: S105 - a parenthesis, not a password
            parts, closing = _parse_elements(tokens, kind.parts, line)
            usage = "R" if closing.startswith(")!") else "S"
            found += [Element(usage, kind, parts=parts)] * int(closing.partition("*")[2] or 1)
        else:
            found += _parse_element(token, kind, line)
    return tuple(replace(e, type=t) for e, t in zip(found, types, strict=False)), ""


def _parse_element(token: str, type_: Type, line: str) -> list[Element]:
    match = _ELEMENT.match(token)
    if match is None:
        raise ValueError(f"element {token!r} does not follow the notation: {line!r}")
    listed = match["list"] or ""
    codes = (match["codes"] or "")[1:] or listed.removeprefix("#")
    usage = "R" if match["required"] or match["codes"] else "N" if match["dot"] == "-" else "S"
    if token.startswith("!"):
        usage = "R"
    element = Element(
        usage,
        type_,
        match["name"] or "",
        match["kind"] or "text",
        tuple(codes.split("|")) if codes else (),
        int(match["longest"] or 0),
        bool(match["repeats"]),
        fixed=bool(match["codes"]) and not match["name"],
        is_key=token.startswith("#") or listed.startswith("#"),
    )
    return [element] * int(match["times"] or 1)
