"""270 eligibility inquiry and 271 response, both 005010X279A1.

The segments are described in `eligibility_layout`; here is how they become two trees and back.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from carethread.x12 import values as wire
from carethread.x12.binding import Get, Place, Take, Values
from carethread.x12.bindings import BINDINGS, MANY
from carethread.x12.common import Envelope, Kept, Party
from carethread.x12.delimiters import Delimiters
from carethread.x12.eligibility import (
    Benefit,
    Condition,
    ContactInfo,
    ContactPoint,
    Delivery,
    EligibilityInquiry,
    EligibilityResponse,
    Entity,
    Identifier,
    Member,
    Period,
    ProviderRole,
    Receiver,
    Rejection,
    Related,
    Relation,
    ServiceInquiry,
    Source,
    Trace,
)
from carethread.x12.guide import Guide, Loop, Segment, parse_loop
from carethread.x12.guides.assembly import Assembler, Levels
from carethread.x12.guides.eligibility_layout import INQUIRY_LAYOUT, RESPONSE_LAYOUT
from carethread.x12.rendering import NOBODY, Item, render


@dataclass(frozen=True, slots=True)
class Header:
    """BHT."""

    purpose: str = ""
    reference: str = ""
    created_on: date = wire.NO_DATE
    created_time: str = ""
    kind: str = ""
    extra: tuple[Kept, ...] = ()


class Demographics:
    """DMG: a birth date, a sex, or both. `target` names both fields."""

    def reader(self, at: Place) -> Take:
        birth, sex = (at.index(name) for name in at.segment.target.split(","))

        def take(values: Values, e: list[str]) -> bool | None:
            e = e + [""] * (4 - len(e))
            if values[birth] is not None or values[sex]:
                return False
            values[birth] = wire.days[e[2]] if e[2] else None
            values[sex] = e[3]
            return (bool(e[2]) and e[1] != "D8") or any(e[4:]) or None

        return take

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        birth, sex = (get(name) for name in segment.target.split(","))
        if birth or sex:
            yield [segment.tag, *(("D8", wire.format_day(birth)) if birth else ("", "")), sex]


class Periods:
    """DTP: a qualifier, and one day or a first and a last, one item of a tuple a segment."""

    def reader(self, at: Place) -> Take:
        slot = at.slot

        def take(values: Values, e: list[str]) -> bool | None:
            if len(e) != 4 or not e[3] or len(values[slot]) >= MANY:
                return False
            period = Period(e[1], *wire.spans[e[3]])
            if _period(e[0], period) != e:
                return False
            values[slot] += (period,)
            return None

        return take

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        for period in get(segment.target):
            yield _period(segment.tag, period)


def _period(tag: str, period: Period) -> list[str]:
    first, last = wire.format_day(period.first), wire.format_day(period.last)
    span = ["D8", first] if first == last else ["RD8", f"{first}-{last}"]
    return [tag, period.qualifier, *span]


class Contacts:
    """PER: a name and up to three numbers, one item of a tuple a segment."""

    def reader(self, at: Place) -> Take:
        slot = at.slot

        def take(values: Values, e: list[str]) -> bool | None:
            points = zip(e[3:9:2], e[4:9:2], strict=False)
            contact = ContactInfo(
                e[2] if len(e) > 2 else "",
                tuple(ContactPoint(kind, value) for kind, value in points if kind or value),
            )
            if len(values[slot]) >= MANY or _contact(e[0], contact) != e:
                return False
            values[slot] += (contact,)
            return None

        return take

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        for contact in get(segment.target):
            if len(contact.points) > 3:
                raise ValueError(
                    f"PER ({segment.target}): there are {len(contact.points)} numbers"
                    " for one contact, and room for 3"
                )
            yield _contact(segment.tag, contact)


def _contact(tag: str, contact: ContactInfo) -> list[str]:
    elements = [tag, "IC", contact.name]
    for point in contact.points:
        elements += [point.kind, point.value]
    return elements if contact.name or contact.points else elements[:2]


class Messages:
    """MSG: its text, one item of a tuple a segment."""

    def reader(self, at: Place) -> Take:
        slot = at.slot

        def take(values: Values, e: list[str]) -> bool | None:
            if len(e) != 2 or len(values[slot]) >= MANY:
                return False
            values[slot] += (e[1],)
            return None

        return take

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        for text in get(segment.target):
            yield [segment.tag, text]


BINDINGS["demographics"] = Demographics()
BINDINGS["periods"] = Periods()
BINDINGS["contacts"] = Contacts()
BINDINGS["messages"] = Messages()

_SHAPES = {
    kind.__name__: kind
    for kind in (
        *(Header, Party, Source, Receiver, Member, Entity, Trace, Identifier, ProviderRole),
        *(Relation, Rejection, Condition, ServiceInquiry, Benefit, Delivery, Related),
    )
}
INQUIRY, RESPONSE = (
    Guide(kind, kind, "005010X279A1", group, parse_loop(text, _SHAPES), also=("005010X279",))
    for kind, group, text in (("270", "HS", INQUIRY_LAYOUT), ("271", "HB", RESPONSE_LAYOUT))
)
_LEVELS = ("HL*20", "HL*21", "HL*22", "HL*23")
_BELOW = ("receivers", "subscribers", "dependents")
"""The field of each level that holds the levels below it."""
_UNKNOWN = Entity("", "", "")
_EMPTY: tuple[Any, ...] = (Source(_UNKNOWN), Receiver(_UNKNOWN), Member(NOBODY))
"""What stands for a level that a set leaves out."""


def _loops(guide: Guide) -> dict[str, Loop]:
    names = ("HEADER", "2000A", "2000B", "2000C", "2000D")
    tags = ("BHT", *_LEVELS)
    return {tag: guide.root.find(name) for tag, name in zip(tags, names, strict=True)}


class EligibilityAssembler(Assembler):
    """Gathers the levels of a set and, at its end, puts each under the one before it."""

    made: ClassVar[type[Any]]

    def __init__(self, envelope: Envelope, marks: Delimiters) -> None:
        super().__init__(envelope, marks)
        self.header: Header | None = None
        self.levels: list[tuple[int, Any]] = []

    def take(self, tag: str, value: Any) -> tuple[Any, ...]:
        if tag in _LEVELS:
            self.levels.append((_LEVELS.index(tag), _complete(value)))
        elif self.header is None:
            self.header = value
        return ()

    def finish(self, items: tuple[Any, ...]) -> Any:
        del items
        head = self.header or Header()
        return self.made(
            self.envelope,
            nest(self.levels),
            head.reference,
            head.created_on,
            head.created_time,
            head.purpose,
            head.kind,
            head.extra,
        )


class InquiryAssembler(EligibilityAssembler):
    loops: ClassVar = _loops(INQUIRY)
    made = EligibilityInquiry


class ResponseAssembler(EligibilityAssembler):
    loops: ClassVar = _loops(RESPONSE)
    made = EligibilityResponse


def _complete(value: Any) -> Any:
    """A level whose name is missing gets an empty one."""
    if isinstance(value, Member):
        return value if value.party is not None else replace(value, party=NOBODY)
    return value if value.entity is not None else replace(value, entity=_UNKNOWN)


def nest(levels: list[tuple[int, Any]]) -> tuple[Source, ...]:
    """The tree of levels that stand one after the other, each with its depth (0 a source). Where
    a depth is left out, an empty level stands for it."""
    waiting: list[list[Any]] = [[], [], [], []]

    def close(depth: int) -> None:
        """Hands what waits deeper than `depth` + 1 up to it."""
        for deep in range(3, depth + 1, -1):
            if waiting[deep]:
                above = replace(_EMPTY[deep - 1], **{_BELOW[deep - 1]: tuple(waiting[deep])})
                waiting[deep - 1].insert(0, above)
                waiting[deep] = []

    for depth, value in reversed(levels):
        close(depth)
        if depth < 3:
            value = replace(value, **{_BELOW[depth]: tuple(waiting[depth + 1])})
            waiting[depth + 1] = []
        waiting[depth].insert(0, value)
    close(-1)
    return tuple(waiting[0])


def compose_inquiry(inquiry: EligibilityInquiry) -> Iterator[Item]:
    """The segments of a 270 between ST and SE. Raises ValueError where it holds answers."""
    yield from _compose(inquiry, _loops(INQUIRY), ("benefits", "rejections"))


def compose_response(response: EligibilityResponse) -> Iterator[Item]:
    """The segments of a 271 between ST and SE. Raises ValueError where it holds questions."""
    yield from _compose(response, _loops(RESPONSE), ("inquiries",))


def _compose(whole: Any, loops: dict[str, Loop], foreign: tuple[str, ...]) -> Iterator[Item]:
    head = Header(
        whole.purpose,
        whole.reference,
        whole.created_on,
        whole.created_time,
        whole.kind,
        whole.extra,
    )
    yield from render(loops["BHT"], head)
    levels = Levels()
    for source in whole.sources:
        yield from _level(source, 0, levels, loops, foreign)


def _level(
    value: Any, depth: int, levels: Levels, loops: dict[str, Loop], foreign: tuple[str, ...]
) -> Iterator[Item]:
    """One level and those below it."""
    below = getattr(value, _BELOW[depth]) if depth < 3 else ()
    strange = [*foreign, *(("dependents",) if depth == 3 else ())]
    for name in strange:
        if getattr(value, name, ()):
            raise ValueError(
                f"level {_LEVELS[depth][3:]}: this transaction has no place for {name}"
            )
    tag = _LEVELS[depth]
    yield from levels.under(depth + 1, tag[3:], bool(below), render(loops[tag], value))
    for child in below:
        yield from _level(child, depth + 1, levels, loops, foreign)
