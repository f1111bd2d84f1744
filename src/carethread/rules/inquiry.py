"""Questions about coverage as a 270, and whom a 271 answers. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from carethread.rules.facts import BillingProvider, ClientFacts, CoverageFacts
from carethread.x12.common import Envelope, Party
from carethread.x12.eligibility import (
    Asked,
    EligibilityInquiry,
    Entity,
    Identifier,
    Member,
    Period,
    Receiver,
    Relation,
    ServiceInquiry,
    Source,
    Trace,
)

GUIDE = "005010X279A1"
MOST_IN_A_SET = 99
"""The most people that one set asks about (the guide's limit for batch)."""
_TRACE = re.compile(r"CTELIG(\d{1,18})")


@dataclass(frozen=True, slots=True)
class Payer:
    """Whom to ask: the coverage's payer, or whoever answers in its place."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about one coverage: for which day, about which service types. `id` is the
    record's own, by which the answer is found."""

    id: int
    payer: Payer
    client: ClientFacts
    coverage: CoverageFacts
    on: date
    services: tuple[str, ...]


def inquiries(
    questions: Sequence[Question],
    billing: BillingProvider,
    *,
    envelope: Envelope,
    created: datetime,
) -> list[EligibilityInquiry]:
    """The 270s that ask these: a set for every payer, and for every 99 people of it, in the order
    of their ids. A set's reference (BHT03) is the trace of its first question."""
    sets = []
    in_order = sorted(questions, key=lambda q: (q.payer.id, q.id))
    for payer, group in groupby(in_order, key=lambda q: q.payer):
        people = list(group)
        for first in range(0, len(people), MOST_IN_A_SET):
            some = people[first : first + MOST_IN_A_SET]
            members = tuple(_subscriber(q, billing) for q in some)
            source = Source(
                Entity("PR", "2", payer.name, id_qualifier="PI", id=payer.id),
                (Receiver(_center(billing), members),),
            )
            reference = trace(some[0].id)
            sets.append(
                EligibilityInquiry(
                    envelope, (source,), reference, created.date(), f"{created:%H%M}"
                )
            )
    return sets


def _center(billing: BillingProvider) -> Entity:
    return Entity("1P", "2", billing.name, id_qualifier="XX", id=billing.npi)


def _subscriber(q: Question, billing: BillingProvider) -> Member:
    """The subscriber; where that is somebody else, with the client as dependent, who is meant."""
    other = q.coverage.subscriber
    if other is None:
        return _asked(q, billing, _person(q.client, q.coverage))
    return Member(
        _person(other, q.coverage),
        birth_date=other.birth_date,
        references=_group(q),
        dependents=(
            _asked(q, billing, _name(q.client), Relation("N", q.coverage.relationship)),
        ),
    )  # fmt: skip


def _asked(
    q: Question, billing: BillingProvider, party: Party, relation: Relation | None = None
) -> Member:
    return Member(
        party,
        traces=(Trace("1", trace(q.id), f"9{billing.tax_id}"),),
        birth_date=q.client.birth_date,
        sex=q.client.sex if q.client.sex in ("F", "M") else "",
        references=() if relation else _group(q),
        relation=relation,
        dates=(Period("291", q.on, q.on),),
        inquiries=(ServiceInquiry(q.services),),
    )


def _name(who: ClientFacts) -> Party:
    return Party("1", who.last_name, who.first_name)


def _person(who: ClientFacts, coverage: CoverageFacts) -> Party:
    return Party(
        "1", who.last_name, who.first_name, id_qualifier="MI", id=coverage.member_id
    )  # fmt: skip


def _group(q: Question) -> tuple[Identifier, ...]:
    number = q.coverage.group_number
    return (Identifier("6P", number),) if number else ()


def trace(question: int) -> str:
    """The number under which a question travels."""
    return f"CTELIG{question}"


def number_in(text: str) -> int | None:
    """The question whose trace this is; None where it is no trace of ours."""
    found = _TRACE.fullmatch(text.strip())
    return int(found[1]) if found else None


def question_of(asked: Asked) -> int | None:
    """The record's id of the question that this part of a 271 answers; None where it names none."""
    found = (number_in(text) for text in _traces(asked))
    return next((number for number in found if number is not None), None)


def _traces(asked: Asked) -> Iterator[str]:
    for member in (asked.dependent, asked.subscriber):
        if member is not None:
            yield from (t.number for t in member.traces)


ABOUT_OTHERS = "…"
"""Stands where segments about other people were left out."""


def about_one(question: int, segments: Sequence[str]) -> list[str]:
    """Of a 270's or 271's segments those about one question's person, in their frame.

    A batch asks about many people, and whoever looks at one may not see the others. A file about
    one person is given whole, whatever trace its payer gave back.
    """
    separator = segments[0][3:4] if segments else ""
    parts = _parts([segment.split(separator or "*") for segment in segments])
    people = sum(is_person for is_person, _ in parts)
    kept: list[str] = []
    for is_person, part in parts:
        if not is_person or people == 1 or _is_traced(question, part):
            kept += [(separator or "*").join(elements) for elements in part]
        elif kept[-1:] != [ABOUT_OTHERS]:
            kept.append(ABOUT_OTHERS)
    return kept


def _parts(segments: Sequence[list[str]]) -> list[tuple[bool, list[list[str]]]]:
    """Cut where a subscriber (HL03 = 22) begins and where the frame goes on."""
    parts: list[tuple[bool, list[list[str]]]] = [(False, [])]
    for elements in segments:
        is_person = elements[0] == "HL" and elements[3:4] == ["22"]
        is_frame = elements[0] == "SE" or (
            elements[0] == "HL" and elements[3:4] in (["20"], ["21"])
        )
        if is_person or (is_frame and parts[-1][0]):
            parts.append((is_person, []))
        parts[-1][1].append(elements)
    return parts


def _is_traced(question: int, part: Sequence[list[str]]) -> bool:
    return any(e[0] == "TRN" and number_in("".join(e[2:3])) == question for e in part)
