"""What the payers answer about claims: a 276 and the store make a 277. Pure, but for the store."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from carethread.sandbox.payer.books import Books
from carethread.sandbox.payer.store import StoredClaim
from carethread.x12.acknowledgment import ClaimStatus
from carethread.x12.common import Party
from carethread.x12.status import Member, StatusClaim, StatusRequest, StatusResponse

Find = Callable[[str, str, str], StoredClaim | None]
"""Payer, our own number (may be empty) and the asker's (CLM01) -> the claim, if we have it."""

_NOT_FOUND = ("A4", "35")
_WAITING = ("P1", "20")
_RECORDS = ("R4", "294")
_PAID = ("F1", "65")
_DENIED = ("F2", "107")
_REVISED = ("F3", "101")
_UNKNOWN_PAYER = ("E0", "116", "PR")


def answer(request: StatusRequest, books: Books, find: Find, now: datetime) -> StatusResponse:
    """The answer to one set."""
    known = request.payer.id in books.by_id
    response = StatusResponse(
        envelope=request.envelope,
        payer=request.payer,
        receiver=request.receiver,
        reference=request.reference,
        created_on=now.date(),
        created_time=f"{now:%H%M}",
        claims=tuple(_claim(one, request, books, find, now) for one in request.claims)
        if known
        else (),
    )
    if known:
        return response
    refused = ClaimStatus(*_UNKNOWN_PAYER, effective=now.date())
    return replace(response, receiver_trace=request.reference, receiver_statuses=(refused,))


def _claim(
    asked: StatusClaim, request: StatusRequest, books: Books, find: Find, now: datetime
) -> StatusClaim:
    number = asked.payer_control_number
    stored = find(request.payer.id, number, asked.patient_control_number)
    return StatusClaim(
        trace=asked.trace,
        provider=asked.provider,
        subscriber=_named(asked.subscriber),
        patient=_named(asked.patient) if asked.patient else None,
        statuses=(_status(asked, stored, books, now.date()),),
        payer_control_number=stored.icn if stored else "",
        patient_control_number=asked.patient_control_number,
        bill_type=asked.bill_type,
        service_from=asked.service_from,
        service_to=asked.service_to,
    )


def _named(member: Member) -> Member:
    who: Party = member.party
    return Member(
        Party(who.entity_type, who.name, who.first_name, id_qualifier=who.id_qualifier, id=who.id)
    )


def _status(
    asked: StatusClaim, stored: StoredClaim | None, books: Books, today: date
) -> ClaimStatus:
    """How it stands with us: lost, waiting (perhaps for records), decided, taken back."""
    if stored is None or stored.state == "dropped":
        return ClaimStatus(*_NOT_FOUND, amount=asked.charge, effective=today)
    charge = stored.claim.charge
    if stored.decision is None:
        mishap = books.mishaps[stored.mishap] if stored.mishap is not None else None
        code = _RECORDS if mishap and mishap.kind == "records" else _WAITING
        return ClaimStatus(*code, amount=charge, effective=today)
    if stored.state == "reversed":
        return ClaimStatus(*_REVISED, amount=charge, effective=today, paid=0, finalized_on=today)
    code = _DENIED if stored.decision.is_refused else _PAID
    paid = sum(line.paid for line in stored.decision.lines)
    return ClaimStatus(
        *code, amount=charge, effective=today, paid=paid, finalized_on=stored.ready_at.date()
    )
