"""Requests for authorization (278): granted in full or in part, refused, or kept for a reviewer.

Pure: a request and the books -> what is answered now, what later, and what is authorized from when.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from carethread.sandbox.payer.books import Authorization, Books, Member, Payer, Span
from carethread.x12.common import Envelope
from carethread.x12.eligibility import Entity, Period, Rejection, Trace
from carethread.x12.review import Decision, PatientEvent, Review

_GUIDE = "005010X217"
_FULL, _PART, _REFUSED, _PENDED = "A1", "A2", "A3", "A4"
_UNKNOWN_PAYER, _UNKNOWN_PROVIDER, _UNKNOWN_MEMBER, _NOT_ELIGIBLE = "79", "51", "75", "95"
_FINAL, _MORE_WILL_FOLLOW = "18", "19"


@dataclass(frozen=True, slots=True)
class Answer:
    """One response, `after` so many days; with what is authorized from then on, if anything is."""

    review: Review
    after: int = 0
    granted: Authorization | None = None


def decide(asked: Review, books: Books, number: str) -> list[Answer]:
    """The answers to one request, in order of time; `number` is what it is authorized under."""
    payer = books.by_id.get(asked.reviewer.id)
    if payer is None:
        return [_rejected(asked, replace(asked.reviewer, rejections=_why(_UNKNOWN_PAYER)))]
    if books.npis and asked.requester.id not in books.npis:
        return [_rejected(asked, replace(asked.requester, rejections=_why(_UNKNOWN_PROVIDER)))]
    member, event = _member(asked, payer), asked.event
    if member is None or event is None:
        return [_no_member(asked, _UNKNOWN_MEMBER)]
    if not member.coverage.covers(_span(event)[0]):
        return [_no_member(asked, _NOT_ELIGIBLE)]
    return list(_decided(asked, event, payer, member, number))


def _decided(
    asked: Review, event: PatientEvent, payer: Payer, member: Member, number: str
) -> Iterator[Answer]:
    rules = payer.review
    units = _units(event)
    if carved := member.carved_out_to or payer.policy.carved_out_to:
        yield _answer(asked, Decision(_REFUSED), message=f"BEHAVIORAL CARE IS WITH {carved}")
        return
    if any(d.code.startswith(rules.refused_diagnoses) for d in event.diagnoses):
        yield _answer(asked, Decision(_REFUSED), message="THIS LEVEL OF CARE IS NOT NECESSARY")
        return
    after = 0
    if rules.pends_over is not None and units > rules.pends_over:
        yield _answer(asked, Decision(_PENDED), kind=_MORE_WILL_FOLLOW, message="UNDER REVIEW")
        after = rules.pend_days
    most = units if rules.most_units is None else min(units, rules.most_units)
    decision = Decision(_FULL if most == units else _PART, number)
    starts, ends = _span(event)
    codes = tuple(service.code for service in asked.services if service.code)
    granted = Authorization(number, member.id, codes, Span(starts, ends), most)
    yield replace(_answer(asked, decision, units=most), after=after, granted=granted)


def _member(asked: Review, payer: Payer) -> Member | None:
    if asked.subscriber is None or asked.patient is None:
        return None
    known = (row for row in payer.members if row.id == asked.subscriber.party.id)
    return next((row for row in known if row.birth_date == asked.patient.birth_date), None)


def _units(event: PatientEvent) -> int:
    quantity = event.delivery.quantity if event.delivery else None
    return int(quantity) if quantity is not None else 1


def _span(event: PatientEvent) -> tuple[date, date]:
    """The days that are asked for: of the event or the admission."""
    own = event.period("AAH") or event.period("435")
    return (own.first, own.last) if own else (date.min, date.min)


# ---------------------------------------------------------------------------------- wording


def _answer(
    asked: Review, decision: Decision, *, kind: str = _FINAL, message: str = "", units: int = 0
) -> Answer:
    event = asked.event
    assert event is not None
    starts, ends = _span(event)
    certified = (Period("007", starts, starts), Period("036", ends, ends)) if units else ()
    delivery = event.delivery
    if delivery is not None:
        delivery = replace(delivery, quantity=Decimal(units)) if units else None
    return Answer(
        replace(
            _plain(asked, kind),
            event=PatientEvent(
                traces=_returned(event),
                requested=event.requested,
                decision=decision,
                dates=(*event.dates, *certified),
                diagnoses=event.diagnoses,
                delivery=delivery,
                message=message,
                providers=event.providers,
            ),
            services=(),
        )
    )


def _plain(asked: Review, kind: str) -> Review:
    """The request turned round: the same parties, without what only a request says."""
    return replace(
        asked,
        purpose="11",
        kind=kind,
        requester=replace(asked.requester, address=None, contacts=()),
        extra=(),
    )


def _rejected(asked: Review, who: Entity) -> Answer:
    """Payer or provider is not known: nothing is decided, nobody else named."""
    said = replace(_plain(asked, _FINAL), subscriber=None, dependent=None, event=None, services=())
    is_payer = who.role == asked.reviewer.role
    return Answer(replace(said, reviewer=who) if is_payer else replace(said, requester=who))


def _no_member(asked: Review, reason: str) -> Answer:
    """The member is not known or not insured; the event comes back so that it can be found."""
    subscriber, event = asked.subscriber, asked.event
    if subscriber is not None:
        subscriber = replace(subscriber, rejections=_why(reason))
    if event is not None:
        event = PatientEvent(traces=_returned(event), requested=event.requested, dates=event.dates)
    return Answer(replace(_plain(asked, _FINAL), subscriber=subscriber, event=event, services=()))


def _returned(event: PatientEvent) -> tuple[Trace, ...]:
    """The requester's own trace numbers, given back."""
    return tuple(replace(trace, kind="2") for trace in event.traces)


def _why(reason: str) -> tuple[Rejection, ...]:
    return (Rejection("Y", reason, "C"),)


def envelope(books: Books, receiver: str, number: int) -> Envelope:
    """The envelope of an answer."""
    return Envelope(books.clearinghouse, receiver, f"{number:09d}", str(number), "0001", _GUIDE)
