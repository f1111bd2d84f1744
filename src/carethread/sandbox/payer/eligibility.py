"""What the payers answer about coverage: a 270 and the books make a 271. Pure.

What is left of a deductible is not looked up in the claims: the whole of it is left. Visits that
the books call used are used.
"""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from carethread.codes.eligibility import behavioral
from carethread.sandbox.payer.books import Books, Member, Payer
from carethread.x12.eligibility import (
    Benefit,
    Delivery,
    EligibilityInquiry,
    EligibilityResponse,
    Entity,
    Period,
    Receiver,
    Rejection,
    Related,
    Relation,
    Source,
)
from carethread.x12.eligibility import Member as Person

_PLAN, _YEAR, _LEFT, _VISIT = "30", "23", "29", "27"
_CORRECT = "C"


def reply(inquiry: EligibilityInquiry, books: Books, now: datetime) -> EligibilityResponse:
    """The answer to one set."""
    return EligibilityResponse(
        envelope=inquiry.envelope,
        sources=tuple(_source(one, books, now.date()) for one in inquiry.sources),
        reference=inquiry.reference,
        created_on=now.date(),
        created_time=f"{now:%H%M}",
    )


def _source(source: Source, books: Books, today: date) -> Source:
    payer = books.by_id.get(source.entity.id)
    if payer is None:
        unknown = replace(source.entity, rejections=(Rejection("N", "T4", _CORRECT),))
        return Source(unknown)
    receivers = tuple(_receiver(one, payer, books, today) for one in source.receivers)
    return Source(replace(source.entity, name=payer.name), receivers)


def _receiver(receiver: Receiver, payer: Payer, books: Books, today: date) -> Receiver:
    npi = receiver.entity.npi
    if books.npis and npi not in books.npis:
        return Receiver(replace(receiver.entity, rejections=(Rejection("N", "51", _CORRECT),)))
    answered = tuple(_answered(one, payer, books, npi, today) for one in receiver.subscribers)
    return Receiver(_plain(receiver.entity), answered)


def _plain(entity: Entity) -> Entity:
    return Entity(
        entity.role, entity.entity_type, entity.name, id_qualifier=entity.id_qualifier, id=entity.id
    )


def _answered(person: Person, payer: Payer, books: Books, npi: str, today: date) -> Person:
    """The subscriber's part: with the dependent's in it, where one is asked about."""
    if not person.dependents:
        return _about(person, person.party.id, payer, books, npi, today)
    return Person(
        person.party,
        birth_date=person.birth_date,
        dependents=tuple(
            _about(one, person.party.id, payer, books, npi, today) for one in person.dependents
        ),
    )


def _about(
    person: Person, number: str, payer: Payer, books: Books, npi: str, today: date
) -> Person:
    family = _family(number, payer, books)
    found = next((m for m in family if m.birth_date == person.birth_date), None)
    traces = tuple(replace(t, kind="2") for t in person.traces)
    if found is None:
        reason = "71" if family else "72"
        return Person(
            person.party, traces, person.birth_date, person.sex,
            rejections=(Rejection("N", reason, _CORRECT),), relation=_relation(person),
        )  # fmt: skip
    return Person(
        replace(person.party, name=found.last_name.upper(), first_name=found.first_name.upper()),
        traces,
        found.birth_date,
        person.sex,
        references=person.references,
        relation=_relation(person),
        dates=person.dates,
        benefits=_benefits(found, person, payer, books, npi, today),
    )


def _relation(person: Person) -> Relation | None:
    return person.relation and replace(person.relation, maintenance="001", reason="25")


def _family(number: str, payer: Payer, books: Books) -> list[Member]:
    """Everybody with that member id, those included whose care others have handed to this payer."""
    handed = (
        replace(m, carved_out_to="")
        for other in books.payers
        for m in other.members
        if m.carved_out_to == payer.id
    )
    return [m for m in (*payer.members, *handed) if m.id == number]


def _asked_about(person: Person, today: date) -> date:
    return next((d.first for d in person.dates if d.qualifier == "291"), today)


def _benefits(
    member: Member, person: Person, payer: Payer, books: Books, npi: str, today: date
) -> tuple[Benefit, ...]:
    if not member.coverage.covers(_asked_about(person, today)):
        last = member.coverage.ends
        ended = (Period("347", last, last),) if last else ()
        return (Benefit("6", service_types=(_PLAN,), plan=payer.plan, dates=ended),)
    asked = tuple(dict.fromkeys(c for i in person.inquiries for c in i.service_types))
    services = tuple(code for code in asked if code in behavioral())
    first = member.coverage.starts
    plan = Benefit(
        "1", "IND", (_PLAN,), payer.insurance_type, payer.plan,
        dates=(Period("346", first, first),) if first else (),
    )  # fmt: skip
    more = _first_payer(member)
    if member.carved_out_to:
        return (plan, *more, _handed(member.carved_out_to, services, books))
    return (plan, *more, *_behavioral(member, payer, services, npi)) if services else (plan, *more)


def _first_payer(member: Member) -> tuple[Benefit, ...]:
    if not member.first_payer:
        return ()
    entity = Entity("PRP", "2", member.first_payer.upper())
    return (Benefit("R", service_types=(_PLAN,), related=(Related((entity,)),)),)


def _handed(payer_id: str, services: tuple[str, ...], books: Books) -> Benefit:
    other = books.by_id.get(payer_id)
    entity = Entity("VN", "2", other.name if other else payer_id, id_qualifier="PI", id=payer_id)
    return Benefit("U", service_types=services or (_PLAN,), related=(Related((entity,)),))


def _behavioral(
    member: Member, payer: Payer, services: tuple[str, ...], npi: str
) -> tuple[Benefit, ...]:
    of, network = payer.benefit, "N" if npi in member.excluded_npis else "Y"
    needed = "Y" if payer.policy.authorization_codes else "N"
    lines = [Benefit("1", "IND", services, authorization=needed, network=network)]
    if of.deductible:
        lines += [
            Benefit("C", "IND", (_PLAN,), period=period, amount=of.deductible, network=network)
            for period in (_YEAR, _LEFT)
        ]
    if of.copay:
        lines.append(Benefit("B", "IND", services, period=_VISIT, amount=of.copay, network=network))
    if of.coinsurance:
        share = Decimal(of.coinsurance) / 100
        lines.append(Benefit("A", "IND", services, percent=share, network=network))
    if of.visits_a_year is not None:
        left = max(of.visits_a_year - member.visits_used, 0)
        counts = ((of.visits_a_year, _YEAR), (left, _LEFT))
        lines.append(
            Benefit(
                "F", "IND", services,
                deliveries=tuple(Delivery("VS", Decimal(n), period=p) for n, p in counts),
            )
        )  # fmt: skip
    return tuple(lines)
