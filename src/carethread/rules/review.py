"""An authorization as a 278 request, and a payer's 278 response as decisions. Pure."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from carethread.codes.catalogue import Catalogue, packaged
from carethread.rules.authorize import ACTIONS
from carethread.rules.facts import BillingProvider, ClientFacts, CoverageFacts, Provider
from carethread.x12.common import Envelope, Party
from carethread.x12.eligibility import Delivery, Entity, Identifier, Period, Relation, Trace
from carethread.x12.review import (
    CodedItem,
    InstitutionalService,
    PatientEvent,
    ProfessionalService,
    Requested,
    Review,
    ReviewMember,
    ReviewService,
    rejection_words,
)
from carethread.x12.review import Decision as Said

GUIDE = "005010X217"
_QUANTITIES = {"units": "FL", "days": "DY", "visits": "VS", "hours": "HS"}  # HSD01
_TRACE = re.compile(r"CTAUTH(\d{1,18})")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: `units` counted in `unit` for these days, the `codes` of the services
    (none: whatever is part of that care) and the diagnoses that it treats. `number` is that of the
    authorization that this extends, if it does. `id` is the record's own, by which the answer is
    found. `tables` are those in force for the payer."""

    id: int
    starts: date
    ends: date
    units: int
    unit: str
    diagnoses: tuple[str, ...]
    codes: tuple[str, ...] = ()
    number: str = ""
    is_admission: bool = False
    rendering: Provider | None = None
    tables: Catalogue = field(default_factory=packaged)


@dataclass(frozen=True, slots=True)
class Care:
    """A program that a request may be for: its level of care, the `codes` that it bills, whether it
    falls under 42 CFR Part 2. `program` and `episode` (of the client in it, if there is one) are
    the record's own ids; `is_current` whether that holds on days that the request names."""

    program: int
    level_of_care: str
    codes: frozenset[str]
    is_part2: bool = False
    episode: int | None = None
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What a payer's 278 says of one request. Units and dates are None where it says nothing;
    `state` is empty where its action code is not known to us (`words` then has it)."""

    state: str
    number: str = ""
    approved_units: int | None = None
    starts: date | None = None
    ends: date | None = None
    words: str = ""


def billed_codes(level_of_care: str, tables: Catalogue) -> frozenset[str]:
    """What a program of that level bills: its days or weeks, and the services that these do not
    swallow."""
    level = tables.level(level_of_care)
    days = {bundle.service for bundle in level.bundles} | {b.service for b in level.bed_holds}
    alone = {key for key, one in tables.services.items() if not one.is_bundle}
    return frozenset().union(*map(tables.codes_of, days | alone - set(level.includes)))


def meant(cares: Iterable[Care], level_of_care: str, codes: Collection[str]) -> list[Care]:
    """Those that a request of this scope (empty: any) may be for, the likeliest first: where the
    client is or was in care, what bills most of its codes, and of two alike the one that tells
    less."""
    wanted = set(codes)
    fitting = [care for care in cares if _is_for(care, level_of_care, wanted)]
    return sorted(fitting, key=lambda care: _likelihood(care, wanted))


def _likelihood(care: Care, codes: set[str]) -> tuple[bool, bool, int, bool]:
    """The least comes first."""
    return care.episode is None, not care.is_current, -len(codes & care.codes), care.is_part2


def _is_for(care: Care, level_of_care: str, codes: set[str]) -> bool:
    """A level of care that is named says it alone; failing that, any of the codes."""
    if level_of_care:
        return care.level_of_care == level_of_care
    return not codes or not codes.isdisjoint(care.codes)


def is_protected(cares: Sequence[Care], codes: Collection[str]) -> bool:
    """Whether a request that is meant for one of these, the likeliest first, tells of substance
    use care: that one gives it, or all that bill one of the codes do."""
    of_a_code = ([care for care in cares if code in care.codes] for code in codes)
    return any(some and all(care.is_part2 for care in some) for some in (cares[:1], *of_a_code))


def ask(
    asked: Asked,
    client: ClientFacts,
    coverage: CoverageFacts,
    billing: BillingProvider,
    *,
    envelope: Envelope,
    created: datetime,
) -> Review:
    """The 278 request for one authorization: the whole course of treatment as one patient event."""
    person = coverage.subscriber or client
    is_self = coverage.subscriber is None
    subscriber = ReviewMember(
        _person(person, coverage.member_id),
        person.birth_date if is_self else None,
        person.sex if is_self else "",
    )
    dependent = ReviewMember(
        _person(client),
        client.birth_date,
        client.sex,
        relation=Relation("N", coverage.relationship),
    )
    return Review(
        envelope,
        Entity("X3", "2", coverage.payer_name, id_qualifier="PI", id=coverage.payer_id),
        _center("1P", billing),
        f"A{asked.id}",
        created.date(),
        f"{created:%H%M}",
        subscriber=subscriber,
        dependent=None if is_self else dependent,
        event=_event(asked, billing),
        services=tuple(_service(code, asked.tables) for code in asked.codes),
    )


def _person(who: ClientFacts, member_id: str = "") -> Party:
    party = Party("1", who.last_name, who.first_name)
    if not member_id:
        return party
    return Party("1", who.last_name, who.first_name, id_qualifier="MI", id=member_id)


def _center(role: str, billing: BillingProvider) -> Entity:
    return Entity(
        role, "2", billing.name, id_qualifier="XX", id=billing.npi,
        references=(Identifier("EI", billing.tax_id),) if role == "1P" else (),
    )  # fmt: skip


def _event(asked: Asked, billing: BillingProvider) -> PatientEvent:
    who = asked.rendering
    providers: tuple[Entity, ...] = (_center("FA", billing),)
    if who is not None:
        providers = (
            Entity("SJ", "1", who.last_name, who.first_name, id_qualifier="XX", id=who.npi),
            *providers,
        )
    return PatientEvent(
        traces=(Trace("1", f"CTAUTH{asked.id}", f"9{billing.tax_id}"),),
        requested=Requested(
            "AR" if asked.is_admission else "HS", "4" if asked.number else "I", "MH"
        ),
        previous_authorization=asked.number,
        dates=(Period("435" if asked.is_admission else "AAH", asked.starts, asked.ends),),
        diagnoses=tuple(
            CodedItem("ABF" if place else "ABK", code)
            for place, code in enumerate(asked.diagnoses[:12])
        ),
        delivery=Delivery(_QUANTITIES[asked.unit], Decimal(asked.units)),
        providers=providers,
    )


def _service(code: str, tables: Catalogue) -> ReviewService:
    """A service that is asked for by its code, as its claim will bill it."""
    use = tables.uses.get(code)
    billed = next((line for line in use.lines if line.form == "I"), None) if use else None
    if billed is None:
        return ReviewService(professional=ProfessionalService(code))
    return ReviewService(
        institutional=InstitutionalService(billed.revenue_code, code, procedure_qualifier="HC")
    )


def request_id(review: Review) -> int | None:
    """The record's id of the request that a response answers; None where it names none of ours."""
    event = review.event
    for trace in event.traces if event else ():
        if found := _TRACE.fullmatch(trace.number.strip()):
            return int(found[1])
    return None


def decided(review: Review) -> Decision:
    """What a response decides of the event, or of its services where these are decided alike. Where
    they are not, or a part of a unit is granted, it tells no state: a person has to look."""
    event = review.event
    said, quantity = _said(review)
    words = "; ".join([*review.decided, *([event.message] if event and event.message else [])])
    if said is None:
        refused = "; ".join(rejection_words(r) for r in review.all_rejections)
        return Decision("", words=refused or "It holds no decision.")
    state = ACTIONS.get(said.action, "") if _is_one_answer(review) else ""
    starts, ends = _span(event)
    return Decision(state, said.number, quantity, starts, ends, words[:400])


def _said(review: Review) -> tuple[Said | None, int | None]:
    event = review.event
    places: tuple[PatientEvent | ReviewService, ...] = (event,) if event else ()
    for place in (*places, *review.services):
        if place.decision is not None:
            quantity = place.delivery.quantity if place.delivery else None
            return place.decision, None if quantity is None else int(quantity)
    return None, None


def _is_one_answer(review: Review) -> bool:
    """Whether every decision, the event's own and its services', is the same; in whole units."""
    places = (*((review.event,) if review.event else ()), *review.services)
    actions = {ACTIONS.get(p.decision.action, "") for p in places if p.decision is not None}
    units = [p.delivery.quantity for p in places if p.delivery and p.delivery.quantity is not None]
    return len(actions) == 1 and all(unit == int(unit) for unit in units)


def _span(event: PatientEvent | None) -> tuple[date | None, date | None]:
    """The days that were certified: from 007 to 036, else the event's own range."""
    if event is None:
        return None, None
    begins, ends = event.period("007"), event.period("036")
    own = event.period("AAH") or event.period("435")
    first = begins or own
    is_range = own is not None and own.last > own.first
    last = ends.last if ends else own.last if own and is_range else None
    return (first.first if first else None), last
