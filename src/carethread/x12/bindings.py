"""How one segment fills the fields of a loop's object, and how it is written from them again.

A binding is used twice: `reader` prepares a function that takes a split segment and puts what
it says into the loop's list of values; `write` gives the segments that say what an object's
fields hold, components parted by U+001F. What a binding cannot say in fields it reports as
partial, and the loop keeps the segment beside them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from carethread.x12 import values as wire
from carethread.x12.common import Address, Adjustment, Amount, Contact, Reference
from carethread.x12.delimiters import COMPONENT, Delimiters
from carethread.x12.guide import Element, Segment
from carethread.x12.quick import quick

Values = list[Any]
Take = Callable[[Values, list[str]], bool | None]
"""Puts a segment into the values. None: all of it; True: it says more than the fields hold;
False: none of it, keep the segment."""
Get = Callable[[str], Any]
"""The value of a field, by name."""
Index = Callable[[str], int]

MANY = 2000
"""More of one kind than any guide allows in one place; what is beyond is only kept."""

new_adjustment = quick(Adjustment)
new_reference = quick(Reference)
new_amount = quick(Amount)
new_address = quick(Address)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a binding is used: its segment (which `begins` its loop, or not), the fields of the
    loop's object and what they hold when nothing has been read, and the delimiters."""

    segment: Segment
    index: Index
    marks: Delimiters
    blank: Values
    begins: bool = False

    @property
    def slot(self) -> int:
        """Where the value of the field stands that the guide names behind the binding."""
        return self.index(self.segment.target)


class Binding(Protocol):
    def reader(self, at: Place) -> Take: ...

    def write(self, segment: Segment, get: Get) -> Iterable[list[str]]: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """How an element's text becomes a value and text again."""

    memo: wire.Memo[Any] | None
    format: Callable[[Any], str]


KINDS: dict[str, Kind] = {
    "text": Kind(None, str),
    "cents": Kind(wire.cents, wire.format_cents),
    "number": Kind(wire.numbers, lambda n: "" if n is None else wire.format_number(n)),
    "integer": Kind(wire.integers, str),
    "span_start": Kind(
        wire.Memo(lambda text: wire.spans[text][0]),
        lambda d: "" if d is None or d == wire.NO_DATE else wire.format_day(d),
    ),
    "day": Kind(wire.days, lambda d: "" if d is None or d == wire.NO_DATE else wire.format_day(d)),
}


class Fields:
    """Element by element, as the guide's own line says."""

    def reader(self, at: Place) -> Take:
        """A function of straight-line code, one line an element: this is what most of the time
        of reading a file goes into, and a loop over the same plan takes twice as long."""
        plan = _Plan(at)
        need = plan.need
        lines = ["def take(values, e):", "    n = len(e)", "    more = None"]
        lines += [f"    {line}" for line in plan.lines]
        lines.insert(2, f"    if n < {need}: e = e + pads[n]")
        lines += [f"    if n > {need} and any(e[{need}:]): more = True", "    return more"]
        space = plan.names | {"pads": [[""] * (need - n) for n in range(need)]}
        exec("\n".join(lines), space)  # noqa: S102 - made of our own guides' positions
        take: Take = space["take"]
        return take

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        elements = [segment.tag]
        turns: dict[str, int] = {}
        said = segment.usage == "R"
        for element in segment.elements:
            text = _composite(element, get) if element.parts else _text(element, get, turns)
            elements.append(text)
            said = said or (bool(text) and not _is_silent(element, text))
        if said:
            yield elements


class _Plan:
    """The lines of code that take a segment apart, and the names they use. `need` is one more
    than the last position that goes into a field."""

    def __init__(self, at: Place) -> None:
        self.at = at
        self.lines: list[str] = []
        self.names: dict[str, Any] = {"component": at.marks.component}
        fields = [e.field for e in at.segment.elements]
        gaps: list[int] = []
        self.need = 1
        for position, element in enumerate(at.segment.elements, 1):
            if element.field or any(p.field for p in element.parts):
                self.need = position + 1
                self._element(position, element, fields)
            elif element.fixed:
                self.need = position + 1
                self._fixed(position, element)
            else:
                gaps.append(position)
        self._guard()
        said = " or ".join(f"e[{p}]" for p in gaps if p < self.need)
        if said:
            self.lines.append(f"if {said}: more = True")

    def _fixed(self, position: int, element: Element) -> None:
        """A code that would not be written again as it is makes the segment partial."""
        if not element.is_key or len(element.codes) > 1:
            self.lines.append(f"if e[{position}] != {element.codes[0]!r}: more = True")

    def _guard(self) -> None:
        """A second segment of a kind that has one place changes nothing: it is kept whole."""
        fields = [e.field for e in self.at.segment.elements if e.field and not e.codes]
        if fields and not self.at.begins and self.at.segment.most == 1:
            slot = self.at.index(fields[-1])
            self.names["nothing"] = self.at.blank[slot]
            self.lines.insert(0, f"if values[{slot}] != nothing: return False")

    def _element(self, position: int, element: Element, fields: list[str]) -> None:
        if element.parts:
            self.lines.append(f"if e[{position}]:")
            self.lines += [f"    {line}" for line in self._components(position, element)]
            return
        slot = self.at.index(element.field)
        times = fields.count(element.field)
        memo = KINDS[element.kind].memo
        if times > 1:
            if fields.index(element.field) == position - 1:
                run = f"e[{position}:{position + times}]"
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
    if isinstance(value, tuple):
        turn = turns.get(element.field, 0)
        turns[element.field] = turn + 1
        value = value[turn] if turn < len(value) else None
    if value is None or (element.usage == "S" and not value and element.kind != "number"):
        return ""
    return KINDS[element.kind].format(value)


def _composite(element: Element, get: Get) -> str:
    """The components' text, or nothing where only its qualifier would speak."""
    turns: dict[str, int] = {}
    parts = [_text(part, get, turns) for part in element.parts]
    speaks = any(
        text and not part.fixed and not (part.field.endswith("qualifier") and text in part.codes)
        for text, part in zip(parts, element.parts, strict=True)
    )
    return COMPONENT.join(parts).rstrip(COMPONENT) if speaks else ""


class Items:
    """A qualifier and a value (REF, AMT), one item of a tuple a segment."""

    def __init__(self, make: Callable[..., Any], memo: wire.Memo[Any] | None, kind: str) -> None:
        self.make, self.memo, self.kind = make, memo, KINDS[kind]

    def reader(self, at: Place) -> Take:
        slot, make, memo = at.slot, self.make, self.memo

        def take(values: Values, e: list[str]) -> bool | None:
            if len(values[slot]) >= MANY or (len(e) != 3 and (len(e) < 3 or any(e[3:]))):
                return False
            values[slot] += (make(e[1], memo[e[2]] if memo is not None else e[2]),)
            return None

        return take

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        for item in get(segment.target):
            if not segment.keys or item.qualifier in segment.keys:
                value = item.amount if isinstance(item, Amount) else item.value
                yield [segment.tag, item.qualifier, self.kind.format(value)]


class Texts:
    """The second element, one item of a tuple a segment (LQ)."""

    def reader(self, at: Place) -> Take:
        slot = at.slot

        def take(values: Values, e: list[str]) -> bool | None:
            if len(e) < 3 or len(values[slot]) >= MANY:
                return False
            values[slot] += (e[2],)
            return None

        return take

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        for text in get(segment.target):
            yield [segment.tag, segment.keys[0], text]


class Adjustments:
    """CAS: a group and up to six trios of reason, amount, quantity."""

    def reader(self, at: Place) -> Take:
        slot, cents, make = at.slot, wire.cents, new_adjustment

        def take(values: Values, e: list[str]) -> bool | None:
            n = len(e)
            if n < 4 or len(values[slot]) >= MANY:
                return False
            if n == 4:
                values[slot] += (make(e[1], e[2], cents[e[3]], ""),)
                return None
            values[slot] += tuple(
                make(e[1], e[p], cents[e[p + 1]], e[p + 2] if p + 2 < n else "")
                for p in range(2, n - 1, 3)
                if e[p]
            )
            return None

        return take

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        for run in runs(get(segment.target), lambda a: a.group, 6):
            trios = [[a.reason, wire.format_cents(a.amount), a.quantity] for a in run]
            yield [segment.tag, run[0].group, *(text for trio in trios for text in trio)]


def runs(items: Iterable[Any], key: Callable[[Any], Any], longest: int) -> Iterator[list[Any]]:
    """Neighbours with the same key, at most `longest` together."""
    run: list[Any] = []
    for item in items:
        if run and (key(item) != key(run[0]) or len(run) == longest):
            yield run
            run = []
        run.append(item)
    if run:
        yield run


class ServiceDates:
    """DTM 150, 151, 472 (or 232, 233) and DTP 472, 434: a first and a last day.

    `target` names both fields. One day is written as one, except for a statement's period.
    """

    def reader(self, at: Place) -> Take:
        first, last = (at.index(name) for name in at.segment.target.split(","))
        return _dtp_dates(first, last) if at.segment.tag == "DTP" else _dtm_dates(first, last)

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        first, last = (get(name) for name in segment.target.split(","))
        if first in (None, wire.NO_DATE) and last in (None, wire.NO_DATE):
            return
        if segment.tag == "DTP":
            statement = segment.keys == ("434",)
            yield [segment.tag, segment.keys[0], *_dtp_text(first, last, statement)]
        else:
            yield from _dtm_segments(segment, first, last)


def _dtm_dates(first: int, last: int) -> Take:
    days = wire.days

    def take(values: Values, e: list[str]) -> bool | None:
        if len(e) < 3 or not e[2]:
            return False
        day = days[e[2]]
        qualifier = e[1]
        if qualifier == "472":
            values[first] = values[last] = day
        elif qualifier in ("150", "232"):
            values[first] = day
        else:
            values[last] = day
        return len(e) > 3 or None

    return take


def _dtp_dates(first: int, last: int) -> Take:
    spans = wire.spans

    def take(values: Values, e: list[str]) -> bool | None:
        if len(e) < 4 or not e[3]:
            return False
        values[first], values[last] = spans[e[3]]
        return e[2] == "DT" or len(e) > 4 or None

    return take


def _dtp_text(first: date | None, last: date | None, always_both: bool) -> list[str]:
    start, end = wire.format_day(first or last or wire.NO_DATE), last or first or wire.NO_DATE
    return (
        ["D8", start]
        if first == end and not always_both
        else ["RD8", f"{start}-{wire.format_day(end)}"]
    )


def _dtm_segments(segment: Segment, first: date | None, last: date | None) -> Iterator[list[str]]:
    single, opens, closes = ("472", "150", "151") if "472" in segment.keys else ("", "232", "233")
    if single and first == last and first is not None:
        yield [segment.tag, single, wire.format_day(first)]
        return
    if first is not None:
        yield [segment.tag, opens, wire.format_day(first)]
    if last is not None:
        yield [segment.tag, closes, wire.format_day(last)]


class Street:
    """N3: the address lines."""

    def reader(self, at: Place) -> Take:
        slot = at.slot

        def take(values: Values, e: list[str]) -> bool | None:
            old = values[slot] or Address()
            line2 = e[2] if len(e) > 2 else ""
            values[slot] = new_address(
                e[1] if len(e) > 1 else "", line2, old.city, old.state, old.postal_code
            )
            return None

        return take

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        address = get(segment.target)
        if address is not None and (address.line1 or address.line2):
            yield [segment.tag, address.line1, address.line2]


class City:
    """N4: city, state, postal code."""

    def reader(self, at: Place) -> Take:
        slot = at.slot

        def take(values: Values, e: list[str]) -> bool | None:
            old = values[slot] or Address()
            n = len(e)
            values[slot] = new_address(
                old.line1,
                old.line2,
                e[1] if n > 1 else "",
                e[2] if n > 2 else "",
                e[3] if n > 3 else "",
            )
            return n > 4 or None

        return take

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        address = get(segment.target)
        if address is not None and (address.city or address.state or address.postal_code):
            yield [segment.tag, address.city, address.state, address.postal_code]


class ContactPerson:
    """PER: name, telephone, electronic mail. Other numbers (FX, EX, UR) are kept beside them."""

    def reader(self, at: Place) -> Take:
        slot = at.slot

        def take(values: Values, e: list[str]) -> bool | None:
            if values[slot] is not None or len(e) < 2:
                return False
            numbers = dict(zip(e[3::2], e[4::2], strict=False))
            contact = Contact(
                e[2] if len(e) > 2 else "", numbers.get("TE", ""), numbers.get("EM", ""), e[1]
            )
            values[slot] = contact
            return _contact(e[0], contact) != e or None

        return take

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        contact = get(segment.target)
        if contact is not None and (not segment.keys or contact.function in segment.keys):
            yield _contact(segment.tag, contact)


def _contact(tag: str, contact: Contact) -> list[str]:
    elements = [tag, contact.function, contact.name]
    for qualifier, value in (("TE", contact.phone), ("EM", contact.email)):
        if value:
            elements += [qualifier, value]
    return elements


class Level:
    """HL: numbered by whoever writes the set, and remembered by nobody."""

    def reader(self, _at: Place) -> Take:
        return lambda _values, _e: None

    def write(self, _segment: Segment, _get: Get) -> Iterator[list[str]]:
        return iter(())


BINDINGS: dict[str, Binding] = {
    "": Fields(),
    "adjustments": Adjustments(),
    "amounts": Items(new_amount, wire.cents, "cents"),
    "references": Items(new_reference, None, "text"),
    "texts": Texts(),
    "dates": ServiceDates(),
    "street": Street(),
    "city": City(),
    "contact": ContactPerson(),
    "level": Level(),
}
"""By the name that follows `@` in a guide. Guides add their own beside these."""
