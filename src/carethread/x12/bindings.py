"""Bindings of segments that are not plain element by element (`fields.py` is for those)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from datetime import date
from typing import Any

from carethread.x12 import values as wire
from carethread.x12.binding import KINDS, Binding, Elements, Get, Given, Place, Plan, Take, Values
from carethread.x12.common import (
    Address,
    Adjustment,
    Amount,
    Attachment,
    Contact,
    Dated,
    Note,
    Quantity,
    Reference,
)
from carethread.x12.fields import Fields
from carethread.x12.guide import Segment
from carethread.x12.quick import Space, quick

MANY = 2000
"""More of one kind than any guide allows in one place; what is beyond is only kept."""

new_adjustment = quick(Adjustment)
new_address = quick(Address)


class Items:
    """A qualifier and a value (REF, AMT, QTY, NTE), one item of a tuple a segment."""

    def __init__(self, item: type[Any], kind: str) -> None:
        self.make, self.kind, self.memo = quick(item), KINDS[kind], KINDS[kind].memo
        self.names = [f.name for f in fields(item)]

    def reader(self, at: Place) -> Take:
        slot, make, memo = at.slot, self.make, self.memo

        def take(values: Values, e: list[str]) -> bool | None:
            if len(values[slot]) >= MANY or (len(e) != 3 and (len(e) < 3 or any(e[3:]))):
                return False
            values[slot] += (make(e[1], memo[e[2]] if memo is not None else e[2]),)
            return None

        return take

    def plan(self, at: Place, example: list[str], e: Elements, space: Space) -> Plan | None:
        if len(example) != 3:
            return None
        value = e[2] if self.memo is None else f"{space.name(self.memo)}[{e[2]}]"
        return [Given((at.slot,), f"{space.name(self.make)}({e[1]}, {value})", adds=True)], []

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        for item in get(segment.target):
            qualifier, value = (getattr(item, name) for name in self.names)
            if not segment.keys or qualifier in segment.keys:
                yield [segment.tag, qualifier, self.kind.format(value)]


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
            reasons = [p for p in range(2, n - 1, 3) if e[p]]
            values[slot] += tuple(
                make(e[1], e[p], cents[e[p + 1]], e[p + 2] if p + 2 < n else "") for p in reasons
            )
            return any(e[3 * len(reasons) + 2 :]) or None

        return take

    def plan(self, at: Place, example: list[str], e: Elements, space: Space) -> Plan | None:
        n, make, cents = len(example), space.name(new_adjustment), space.name(wire.cents)
        reasons = range(2, n - 1, 3)
        given = [
            Given(
                (at.slot,),
                f"{make}({e[1]}, {e[p]}, {cents}[{e[p + 1]}], "
                + (f"{e[p + 2]})" if p + 2 < n else "'')"),
                adds=True,
            )
            for p in reasons
        ]
        more = [f"not {e[p]}" for p in reasons if n > 4]
        return (given, more) if n == 4 or (given and n - 2 <= 3 * len(reasons)) else None

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

    def plan(self, at: Place, example: list[str], e: Elements, space: Space) -> Plan | None:
        first, last = (at.index(name) for name in at.segment.target.split(","))
        if at.segment.tag == "DTP" and len(example) == 4:
            span = Given((first, last), f"{space.name(wire.spans)}[{e[3]}]")
            return [span], [f"not {e[3]}", f"{e[2]} == 'DT'"]
        if at.segment.tag == "DTM" and len(example) == 3:
            slots = {"472": (first, last), "150": (first,), "232": (first,)}
            day = f"{space.name(wire.days)}[{e[2]}]"
            found = slots.get(example[1], (last,))
            return [Given((slot,), day) for slot in found], [f"not {e[2]}"]
        return None

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


class OtherDates:
    """DTP beside the dates that have fields of their own, one item of a tuple a segment."""

    def reader(self, at: Place) -> Take:
        slot = at.slot

        def take(values: Values, e: list[str]) -> bool | None:
            if len(e) != 4 or e[2] not in ("D8", "RD8") or not e[3] or len(values[slot]) >= MANY:
                return False
            values[slot] += (Dated(e[1], *wire.spans[e[3]]),)
            return None

        return take

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        for date_ in get(segment.target):
            if date_.qualifier in segment.keys:
                span = _dtp_text(date_.first, date_.last, always_both=False)
                yield [segment.tag, date_.qualifier, *span]


class Attachments:
    """PWK: a document that comes beside the claim, one item of a tuple a segment."""

    def reader(self, at: Place) -> Take:
        slot = at.slot

        def take(values: Values, e: list[str]) -> bool | None:
            report, transmission, *more = [*e[1:], "", ""]
            attachment = Attachment(report, transmission, more[3] if len(more) > 5 else "")
            if _attachment(e[0], attachment) != e or len(values[slot]) >= MANY:
                return False
            values[slot] += (attachment,)
            return None

        return take

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        for attachment in get(segment.target):
            yield _attachment(segment.tag, attachment)


def _attachment(tag: str, attachment: Attachment) -> list[str]:
    number = ["", "", "AC", attachment.control_number] if attachment.control_number else []
    return [tag, attachment.report, attachment.transmission, *number]


class Street:
    """N3: the address lines."""

    def reader(self, at: Place) -> Take:
        slot = at.slot

        def take(values: Values, e: list[str]) -> bool | None:
            line1, line2 = [*e[1:3], "", ""][:2]
            values[slot] = _on_street(values[slot], line1, line2)
            return None

        return take

    def plan(self, at: Place, example: list[str], e: Elements, space: Space) -> Plan:
        del example
        return [_over(at, _on_street, 2, e, space)], []

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        address = get(segment.target)
        if address is not None and (address.line1 or address.line2):
            yield [segment.tag, address.line1, address.line2]


class City:
    """N4: city, state, postal code."""

    def reader(self, at: Place) -> Take:
        slot = at.slot

        def take(values: Values, e: list[str]) -> bool | None:
            city, state, postal_code = [*e[1:4], "", "", ""][:3]
            values[slot] = _in_city(values[slot], city, state, postal_code)
            return len(e) > 4 or None

        return take

    def plan(self, at: Place, example: list[str], e: Elements, space: Space) -> Plan | None:
        return ([_over(at, _in_city, 3, e, space)], []) if len(example) <= 4 else None

    def write(self, segment: Segment, get: Get) -> Iterator[list[str]]:
        address = get(segment.target)
        if address is not None and (address.city or address.state or address.postal_code):
            yield [segment.tag, address.city, address.state, address.postal_code]


def _on_street(before: Address | None, line1: str, line2: str) -> Address:
    if before is None:
        return new_address(line1, line2, "", "", "")
    return new_address(line1, line2, before.city, before.state, before.postal_code)


def _in_city(before: Address | None, city: str, state: str, postal_code: str) -> Address:
    if before is None:
        return new_address("", "", city, state, postal_code)
    return new_address(before.line1, before.line2, city, state, postal_code)


def _over(at: Place, add: Callable[..., Address], count: int, e: Elements, space: Space) -> Given:
    """The address so far with the first `count` elements added to it."""
    texts = [e[p] if p < len(e) else "''" for p in range(1, count + 1)]
    return Given((at.slot,), f"{space.name(add)}({{before}}, {', '.join(texts)})", over=True)


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
    "amounts": Items(Amount, "cents"),
    "quantities": Items(Quantity, "number"),
    "references": Items(Reference, "text"),
    "notes": Items(Note, "text"),
    "attachments": Attachments(),
    "dated": OtherDates(),
    "texts": Texts(),
    "dates": ServiceDates(),
    "street": Street(),
    "city": City(),
    "contact": ContactPerson(),
    "level": Level(),
}
"""By the name that follows `@` in a guide. Guides add their own beside these."""
