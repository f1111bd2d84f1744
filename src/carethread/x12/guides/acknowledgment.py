"""999 implementation acknowledgment (005010X231A1) and TA1 interchange acknowledgment."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, ClassVar

from carethread.x12.acknowledgment import FunctionalAck, InterchangeAck, SegmentError, SetAck
from carethread.x12.common import Kept
from carethread.x12.guide import Guide, Shape, parse_loop
from carethread.x12.guides.assembly import Assembler, down, not_up, up
from carethread.x12.rendering import Item, render
from carethread.x12.values import format_day

_TEXT = """
let WHY = .*5
[999 R1 ack=Answer]
  AK1 R1 functional_id! group! guide!
  [2000 S> sets=SetAck*]
    AK2 R1 kind! control_number! guide
    [2100 S> notes=SegmentNote*]
      IK3 R1 tag! position:integer! loop code
      CTX S10 (! .)! . . . (.*3) (.*2)
      [2110 S> elements=ElementNote*]
        IK4 R1 (element:integer! component:integer .)! element_reference element_code! value
        CTX S10 (! .)! . . . (.*3) (.*2)
    IK5 R1 code!{A|E|M|P|R|W|X} syntax_errors*5
  AK9 R1 code!{A|E|M|P|R|W|X} included:integer! received:integer! accepted:integer!
         syntax_errors*5
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """A FunctionalAck without its envelope."""

    functional_id: str = ""
    group: str = ""
    guide: str = ""
    sets: tuple[SetAck, ...] = ()
    code: str = ""
    included: int = 0
    received: int = 0
    accepted: int = 0
    syntax_errors: tuple[str, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class ElementNote:
    """IK4."""

    element: int = 0
    component: int = 0
    element_reference: str = ""
    element_code: str = ""
    value: str = ""
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentNote:
    """IK3 and its IK4s."""

    tag: str = ""
    position: int = 0
    loop: str = ""
    code: str = ""
    elements: tuple[ElementNote, ...] = ()
    extra: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class SetAnswer:
    """AK2 to IK5."""

    kind: str = ""
    control_number: str = ""
    guide: str = ""
    notes: tuple[SegmentNote, ...] = ()
    code: str = ""
    syntax_errors: tuple[str, ...] = ()
    extra: tuple[Kept, ...] = ()


def _read_set(flat: SetAnswer) -> SetAck:
    errors = tuple(error for note in flat.notes for error in _errors(note))
    return SetAck(
        flat.kind,
        flat.control_number,
        flat.code,
        flat.guide,
        flat.syntax_errors,
        errors,
        flat.extra,
    )


def _errors(note: SegmentNote) -> Iterator[SegmentError]:
    """One error an element, or one for the segment as a whole."""
    whole = SegmentError(note.tag, note.position, note.code, note.loop, extra=up(note.extra))
    if not note.elements:
        yield whole
    for at, e in enumerate(note.elements):
        yield replace(
            whole,
            element=e.element,
            element_code=e.element_code,
            value=e.value,
            component=e.component,
            element_reference=e.element_reference,
            extra=(whole.extra if at == 0 else ()) + e.extra,
        )


def _write_set(ack: SetAck) -> SetAnswer:
    notes = []
    for segment, group in groupby(ack.errors, lambda e: (e.tag, e.position, e.loop, e.code)):
        errors = tuple(group)
        notes.append(SegmentNote(*segment, _element_notes(errors), down(errors[0].extra)))
    return SetAnswer(
        ack.kind,
        ack.control_number,
        ack.guide,
        tuple(notes),
        ack.code,
        ack.syntax_errors,
        ack.extra,
    )


def _element_notes(errors: tuple[SegmentError, ...]) -> tuple[ElementNote, ...]:
    return tuple(
        ElementNote(
            e.element, e.component, e.element_reference, e.element_code, e.value, not_up(e.extra)
        )
        for e in errors
        if e.element
    )


GUIDE = Guide(
    "999",
    "999",
    "005010X231A1",
    "FA",
    parse_loop(
        _TEXT,
        {
            "Answer": Answer,
            "SetAck": Shape(SetAnswer, _read_set, _write_set),
            "SegmentNote": SegmentNote,
            "ElementNote": ElementNote,
        },
    ),
    also=("005010X231",),
)


class AnswerAssembler(Assembler):
    """A 999 is read as one piece."""

    loops: ClassVar = {"AK1": GUIDE.root}
    answer = Answer()

    def take(self, _tag: str, value: Any) -> Iterator[Any]:
        self.answer = value
        return iter(())

    def finish(self, _items: tuple[Any, ...]) -> FunctionalAck:
        a = self.answer
        return FunctionalAck(
            self.envelope,
            a.functional_id,
            a.group,
            a.code,
            a.included,
            a.received,
            a.accepted,
            a.guide,
            a.sets,
            a.syntax_errors,
            a.extra,
        )


def compose(ack: FunctionalAck) -> Iterator[Item]:
    """The segments of a 999 between ST and SE."""
    answer = Answer(
        ack.functional_id,
        ack.group,
        ack.guide,
        ack.sets,
        ack.code,
        ack.included,
        ack.received,
        ack.accepted,
        ack.syntax_errors,
        ack.extra,
    )
    yield from render(GUIDE.root, answer)


def interchange_ack(ack: InterchangeAck) -> list[str]:
    """The TA1 segment."""
    day = format_day(ack.interchange_date)[2:] if ack.interchange_date else ""
    return ["TA1", ack.interchange, day, ack.interchange_time, ack.code, ack.note]
