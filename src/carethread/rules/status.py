"""Questions about claims that stay silent (276), and what an answer (277) comes to. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from carethread.codes.claim_status import Category, Stage, categories
from carethread.rules.words import day, dollars
from carethread.x12.acknowledgment import ClaimStatus
from carethread.x12.claim import Claim
from carethread.x12.common import Envelope, Party
from carethread.x12.status import Member, StatusClaim, StatusRequest

GUIDE = "005010X212"
MOST_IN_A_SET = 99
"""The most claims that one set asks about; payers take no more at a time in batch."""
_TRACE = re.compile(r"CTSTAT(\d{1,18})")
_UNHEARD_OF = Category("an answer that we have no words for", Stage.ERROR)


# ------------------------------------------------------------------------------- asking


@dataclass(frozen=True, slots=True)
class Question:
    """One claim to ask about: as it left, and the payer's own number for it ("" where it has
    none). `number` is ours, by which the answer is found."""

    number: int
    sent: Claim
    payer_control_number: str = ""


def requests(
    questions: Sequence[Question], *, center: Party, envelope: Envelope, created: datetime
) -> list[StatusRequest]:
    """The 276s that ask these: a set for every payer and for every 99 claims of it. `center` will
    get the answer. A set's reference (BHT03) is the trace of its first question."""
    sets = []
    in_order = sorted(questions, key=lambda q: (q.sent.payer.id, q.number))
    for _, group in groupby(in_order, key=lambda q: q.sent.payer.id):
        claims = list(group)
        for first in range(0, len(claims), MOST_IN_A_SET):
            some = claims[first : first + MOST_IN_A_SET]
            sets.append(
                StatusRequest(
                    envelope,
                    _plain(some[0].sent.payer),
                    center,
                    trace(some[0].number),
                    created.date(),
                    f"{created:%H%M}",
                    tuple(_asked(one) for one in some),
                )
            )
    return sets


def _asked(q: Question) -> StatusClaim:
    sent = q.sent
    days = [d for line in sent.lines for d in (line.service_from, line.service_to)]
    patient = sent.patient
    return StatusClaim(
        trace=trace(q.number),
        provider=_plain(sent.billing),
        subscriber=Member(
            _plain(sent.subscriber.party), sent.subscriber.birth_date, _sex(sent.subscriber.sex)
        ),
        patient=Member(_plain(patient.party), patient.birth_date, _sex(patient.sex))
        if patient
        else None,
        payer_control_number=q.payer_control_number,
        patient_control_number=sent.claim_id,
        bill_type=sent.type_of_bill,
        charge=sent.charge,
        service_from=sent.statement_from or min(days),
        service_to=sent.statement_to or max(days),
    )


def _plain(party: Party) -> Party:
    """A party as a 276 names one: its name and number alone."""
    return Party(
        party.entity_type,
        party.name,
        party.first_name,
        id_qualifier=party.id_qualifier,
        id=party.id,
    )


def _sex(code: str) -> str:
    return code if code in ("F", "M") else ""


def trace(number: int) -> str:
    """The number under which a question travels."""
    return f"CTSTAT{number}"


def number_in(text: str) -> int | None:
    """The question whose trace this is; None where it is no trace of ours."""
    found = _TRACE.fullmatch(text.strip())
    return int(found[1]) if found else None


# ------------------------------------------------------------------------------- answered


@dataclass(frozen=True, slots=True)
class Told:
    """What a 277 says of one claim. Cents and days None: not said."""

    category: str
    code: str
    stage: Stage
    words: str
    statuses: tuple[str, ...]
    payer_control_number: str = ""
    paid: int | None = None
    decided_on: date | None = None
    remitted_on: date | None = None
    trace: str = ""


def told(claim: StatusClaim) -> Told:
    """The claim's own first status decides; without one, that of its first line."""
    return _told(list(_statuses(claim)), claim.payer_control_number)


def refused(statuses: Sequence[ClaimStatus]) -> Told:
    """Nothing could be answered, and why."""
    return _told(list(statuses), "")


def _told(statuses: Sequence[ClaimStatus], number: str) -> Told:
    if not statuses:
        return Told("", "", Stage.ERROR, "The answer gives no status.", ())
    first = statuses[0]
    known = categories().get(first.category, _UNHEARD_OF)
    return Told(
        category=first.category,
        code=first.code,
        stage=known.stage,
        words=_words(first, known),
        statuses=tuple(dict.fromkeys(c for s in statuses for c in _codes(s))),
        payer_control_number=number,
        paid=first.paid,
        decided_on=first.finalized_on,
        remitted_on=first.remitted_on,
        trace=first.remittance_trace,
    )


def _statuses(claim: StatusClaim) -> Iterator[ClaimStatus]:
    yield from claim.statuses
    for line in claim.lines:
        yield from line.statuses


def _codes(status: ClaimStatus) -> Iterator[str]:
    for parts in ((status.category, status.code, status.entity), *status.extra):
        yield ":".join(part for part in parts[:3] if part)


def _words(status: ClaimStatus, known: Category) -> str:
    parts = [known.words]
    if status.paid:
        parts.append(f"{dollars(status.paid)} paid")
    if status.finalized_on:
        parts.append(f"decided on {day(status.finalized_on)}")
    if status.remitted_on:
        by = f" by {status.remittance_trace}" if status.remittance_trace else ""
        parts.append(f"remitted on {day(status.remitted_on)}{by}")
    if status.message:
        parts.append(status.message)
    return f"{', '.join(parts)} ({status.category}:{status.code})"


# ------------------------------------------------------------------------------- what follows


@dataclass(frozen=True, slots=True)
class Effect:
    """What becomes of a claim by such an answer: the payer `has_it`, or it was `rejected` before a
    decision; `opens` is the root cause of the case that it makes ("" none), `after` so many days
    without a remittance."""

    has_it: bool = False
    rejected: bool = False
    opens: str = ""
    after: int = 0


_REMITTANCE_DAYS = 7  # an EFT and its remittance are at most three business days apart (CORE 370)

EFFECTS: Mapping[Stage, Effect] = {
    Stage.UNKNOWN: Effect(opens="not_found"),
    Stage.RECEIVED: Effect(has_it=True),
    Stage.REJECTED: Effect(rejected=True),
    Stage.PENDING: Effect(has_it=True),
    Stage.RECORDS: Effect(has_it=True, opens="documentation"),
    Stage.PAID: Effect(has_it=True, opens="remittance", after=_REMITTANCE_DAYS),
    Stage.DENIED: Effect(has_it=True, opens="remittance"),
    Stage.DECIDED: Effect(has_it=True, opens="remittance", after=_REMITTANCE_DAYS),
    Stage.ERROR: Effect(),
}
