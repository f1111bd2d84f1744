"""278 services review, 005010X217: a request and its response, told apart by BHT02.

The segments are described in `review_layout`; here is how they become a `Review` and back.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from carethread.x12 import values as wire
from carethread.x12.binding import Get, Place, Take, Values
from carethread.x12.bindings import BINDINGS, MANY
from carethread.x12.common import Envelope, Kept, Party
from carethread.x12.delimiters import COMPONENT, Delimiters
from carethread.x12.eligibility import (
    Delivery,
    Entity,
    Identifier,
    ProviderRole,
    Rejection,
    Relation,
    Trace,
)
from carethread.x12.guide import Guide, Loop, Segment, parse_loop
from carethread.x12.guides.assembly import Assembler, Levels, gather, scatter
from carethread.x12.guides.review_layout import REQUEST_LAYOUT, RESPONSE_LAYOUT
from carethread.x12.reading import Segments
from carethread.x12.rendering import NOBODY, Item, render
from carethread.x12.review import (
    CodedItem,
    Decision,
    DentalService,
    InstitutionalService,
    PatientCondition,
    PatientEvent,
    ProfessionalService,
    Requested,
    Review,
    ReviewAttachment,
    ReviewMember,
    ReviewService,
)


@dataclass(frozen=True, slots=True)
class Header:
    """BHT."""

    purpose: str = "13"
    reference: str = ""
    created_on: date = wire.NO_DATE
    created_time: str = ""
    kind: str = ""
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Loop 2000A: who decides, and why the request as a whole was refused."""

    reviewer: Entity | None = None
    rejections: tuple[Rejection, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Requester:
    """Loop 2000B: who asks."""

    requester: Entity | None = None
    extra: tuple[Kept, ...] = ()


class Codes:
    """HI: a list, a code and the day it was known, one item of a tuple each."""

    def reader(self, at: Place) -> Take:
        slot, component = at.slot, at.marks.component

        def take(values: Values, e: list[str]) -> bool | None:
            found = tuple(_coded(text, component) for text in e[1:])
            if values[slot] or len(found) > MANY or None in found:
                return False
            values[slot] = found
            return None

        return take

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        items = get(segment.target)
        if len(items) > len(segment.elements):
            raise ValueError(f"HI ({segment.target}): there are {len(items)}, and room for 12")
        if items:
            yield [segment.tag, *map(_code, items)]


def _coded(text: str, component: str) -> CodedItem | None:
    """The item that a composite says; None where it says something else."""
    parts = text.split(component)
    known_on = wire.days[parts[3]] if len(parts) == 4 and parts[2] == "D8" else None
    if len(parts) < 2 or (len(parts) > 2 and known_on is None):
        return None
    return CodedItem(parts[0], parts[1], known_on)


def _code(item: CodedItem) -> str:
    day = ("D8", wire.format_day(item.known_on)) if item.known_on else ()
    return COMPONENT.join((item.qualifier, item.code, *day))


BINDINGS["dated_codes"] = Codes()

_SHAPES = {
    kind.__name__: kind
    for kind in (
        *(Header, Reviewer, Requester, Party, Entity, ReviewMember, PatientEvent, ReviewService),
        *(Identifier, ProviderRole, Rejection, Relation, Trace, Delivery, Requested, Decision),
        *(PatientCondition, ReviewAttachment, ProfessionalService, InstitutionalService),
        DentalService,
    )
}
REQUEST, RESPONSE = (
    Guide("278", "278", "005010X217", "HI", parse_loop(text, _SHAPES))
    for text in (REQUEST_LAYOUT, RESPONSE_LAYOUT)
)
REQUESTS, RESPONSES = ("13", "01", "36"), ("11",)
"""The purposes (BHT02) of either."""

_UNNAMED = Entity("", "", "")
_BLANKS: dict[str, Any] = {"BHT": Header(), "HL*20": Reviewer(), "HL*21": Requester()}


def _loops(guide: Guide) -> dict[str, Loop]:
    names = {"BHT": "HEADER", "HL*20": "2000A", "HL*21": "2000B", "HL*22": "2000C"}
    names |= {"HL*23": "2000D", "HL*EV": "2000E", "HL*SS": "2000F"}
    return {tag: guide.root.find(name) for tag, name in names.items()}


class RequestAssembler(Assembler):
    """Gathers the levels of a set. A second patient or event, for which a set has no room, is
    reported and not read, nor is what stands below it: it speaks of somebody or something else."""

    loops: ClassVar = _loops(REQUEST)

    def __init__(self, envelope: Envelope, marks: Delimiters) -> None:
        super().__init__(envelope, marks)
        self.parts: dict[str, Any] = {}
        self.services: list[ReviewService] = []
        self.levels: set[str] = set()
        self.has_strays = False

    def whole(self, text: str) -> None:
        """No level is read before it is known that there is room for it."""
        del text

    def feed(self, segs: Segments, position: int) -> list[Any]:
        if segs[0][0] == "HL" and not self._has_room(segs[0]):
            self.has_strays = True
            self.strays += [(position + n, e) for n, e in enumerate(segs)]
            return []
        return super().feed(segs, position)

    def _has_room(self, level: list[str]) -> bool:
        """Behind a level that had none there is room for what names a level that was read as its
        parent (HL02)."""
        number, parent, code = (level[1:] + [""] * 3)[:3]
        if f"HL*{code}" in self.parts or (self.has_strays and parent not in self.levels):
            return False
        self.levels.add(number)
        return True

    def take(self, tag: str, value: Any) -> tuple[Any, ...]:
        if tag == "HL*SS":
            self.services.append(value)
        else:
            self.parts.setdefault(tag, value)
        return ()

    def finish(self, items: tuple[Any, ...]) -> Review:
        del items
        known = gather(self.parts, _BLANKS)
        known |= {name: known[name] or _UNNAMED for name in ("reviewer", "requester")}
        return Review(
            envelope=self.envelope,
            subscriber=self._member("HL*22"),
            dependent=self._member("HL*23"),
            event=self.parts.get("HL*EV"),
            services=tuple(self.services),
            **known,
        )

    def _member(self, tag: str) -> ReviewMember | None:
        member: ReviewMember | None = self.parts.get(tag)
        nameless = member is not None and member.party is None
        return replace(member, party=NOBODY) if member and nameless else member


class ResponseAssembler(RequestAssembler):
    loops: ClassVar = _loops(RESPONSE)


def compose(review: Review) -> Iterator[Item]:
    """The segments of a 278 between ST and SE. Raises ValueError where a request holds decisions
    or rejections, and where a level is left out that another stands under."""
    if not review.is_response:
        _prove_open(review)
    loops = _loops(RESPONSE if review.is_response else REQUEST)
    yield from render(loops["BHT"], scatter(review, "BHT", _BLANKS["BHT"]))
    levels = Levels()
    chain = _chain(review)
    for depth, (tag, value) in enumerate(chain, 1):
        has_child = depth < len(chain) or (tag == "HL*EV" and bool(review.services))
        yield from levels.under(depth, tag[3:], has_child, render(loops[tag], value))
    for service in review.services:
        yield from levels.under(len(chain) + 1, "SS", False, render(loops["HL*SS"], service))


def _chain(review: Review) -> list[tuple[str, Any]]:
    """The levels above the services, outermost first."""
    named = review.requester != _UNNAMED
    found: list[tuple[str, Any]] = [
        ("HL*20", scatter(review, "HL*20", _BLANKS["HL*20"])),
        ("HL*21", scatter(review, "HL*21", _BLANKS["HL*21"]) if named else None),
        ("HL*22", review.subscriber),
        ("HL*23", review.dependent),
        ("HL*EV", review.event),
        ("HL*SS", review.services or None),
    ]
    there = [tag for tag, value in found if value is not None]
    needed = ["HL*20", "HL*21", "HL*22", "HL*EV", "HL*SS"]
    inner = max(needed.index(tag) if tag in needed else 2 for tag in there)
    for tag in needed[:inner]:
        if tag not in there:
            raise ValueError(f"level {tag[3:]} is left out, and others stand under it")
    return [(tag, value) for tag, value in found if value is not None and tag != "HL*SS"]


def _prove_open(review: Review) -> None:
    """Raises ValueError where a request answers itself."""
    places = (review.event, *review.services)
    if any(place and place.decision for place in places) or any(review.all_rejections):
        raise ValueError("a request (BHT02 13) has no place for decisions or rejections (HCR, AAA)")
