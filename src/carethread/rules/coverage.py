"""What a payer said of a coverage, against what the record says. Pure.

A difference is shown to a person and never written into the record by itself: either may be
wrong, and claims rest on the one that the record has.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from carethread.codes.eligibility import behavioral, place, reject_reason
from carethread.codes.roles import Role
from carethread.rules.facts import EligibilityFacts
from carethread.rules.names import bare, same_name
from carethread.rules.words import day
from carethread.x12.benefits import PLAN, Coverage, Elsewhere, Refusal
from carethread.x12.eligibility import Asked, Entity

ANSWERED = frozenset({"active", "inactive", "unknown"})
"""Outcomes in which the payer spoke of the member."""
_ENDS = ("347", "357")  # the plan's end, the end of eligibility
_SPANS = ("291", "307")  # the plan, eligibility: a range, or only its first day
_DOWN = frozenset({"42", "80"})


@dataclass(frozen=True, slots=True)
class Told:
    """What one answer says of the patient. "" and None are "not said". `ends` is the last day of
    the plan; the carve-out is whoever answers for behavioral health in the payer's place."""

    outcome: str
    is_active: bool | None = None
    last_name: str = ""
    first_name: str = ""
    birth_date: date | None = None
    member_id: str = ""
    plan: str = ""
    ends: date | None = None
    carve_out_id: str = ""
    carve_out_name: str = ""
    other_payer: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the record says: the client, the policy, and every payer (id and name) that it knows
    the client to have."""

    last_name: str
    first_name: str
    birth_date: date
    member_id: str
    payer_name: str
    payers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One difference. `key` and `value` tell it from others; `owner` is who looks into it."""

    key: str
    value: str
    words: str
    cure: str
    owner: Role = Role.INTAKE


# ------------------------------------------------------------------------------- what was said


def told(asked: Asked, said: Coverage) -> Told:
    """The facts of an answer about one person; `said` is the same, gathered."""
    outcome = {"rejected": "refused"}.get(said.status, said.status)
    if outcome not in ANSWERED:
        return Told(outcome)
    patient, other = asked.patient, carve_out(said)
    names = (e.entity.full_name for e in said.elsewhere if e.kind == "other_payer")
    return Told(
        outcome=outcome,
        is_active=_is_active(said),
        last_name=patient.party.name,
        first_name=patient.party.first_name,
        birth_date=patient.birth_date,
        member_id=asked.subscriber.party.id,
        plan=next((p.name for p in said.plans if p.is_active and p.name), ""),
        ends=_ends(asked, said),
        carve_out_id=other.id if other else "",
        carve_out_name=other.full_name if other else "",
        other_payer=next(names, ""),
    )


def _is_active(said: Coverage) -> bool | None:
    plan = said.is_active(PLAN)
    if plan is not None:
        return plan
    return {"active": True, "inactive": False}.get(said.status)


def _ends(asked: Asked, said: Coverage) -> date | None:
    """The last day of the plan, where the payer gives one."""
    dates = [
        *asked.patient.dates,
        *asked.subscriber.dates,
        *(d for p in said.plans for d in p.dates),
    ]
    ends = [d.last for d in dates if d.qualifier in _ENDS]
    ends += [d.last for d in dates if d.qualifier in _SPANS and d.last > d.first]
    return min(ends, default=None)


def carve_out(said: Coverage) -> Entity | None:
    """Who answers for behavioral health in the payer's place; None where it does so itself."""
    for one in said.elsewhere:
        if one.kind != "other_payer" and _is_behavioral(one) and not _is_payer(one, said):
            return one.entity
    return None


def _is_behavioral(one: Elsewhere) -> bool:
    services = set(one.scope.services)
    return not services or bool(services & (behavioral() | {PLAN}))


def _is_payer(one: Elsewhere, said: Coverage) -> bool:
    by_id = bool(one.entity.id) and one.entity.id == said.payer.id
    return by_id or same_name(one.entity.full_name, said.payer.full_name)


# ------------------------------------------------------------------------------- compared


def contradictions(
    known: Known, said: Told, before: Told | None = None
) -> tuple[Contradiction, ...]:
    """Where an answer differs from the record, or from the payer's answer before it."""
    if said.outcome not in ANSWERED:
        return ()
    return (
        *_identity(known, said),
        *_standing(known, said),
        *_others(known, said),
        *_changes(said, before),
    )


def _identity(known: Known, said: Told) -> Iterator[Contradiction]:
    payer = known.payer_name
    pairs = ((known.last_name, said.last_name), (known.first_name, said.first_name))
    if any(theirs and not same_name(ours, theirs) for ours, theirs in pairs):
        theirs = f"{said.first_name} {said.last_name}".strip()
        yield Contradiction(
            "name",
            bare(theirs),
            f"{payer} has the name {theirs}; the record says {known.first_name} {known.last_name}.",
            "Compare it with the card. Correct the client, or let the client correct the payer.",
        )
    if said.birth_date and said.birth_date != known.birth_date:
        yield Contradiction(
            "birth_date",
            said.birth_date.isoformat(),
            f"{payer} has the birth date {day(said.birth_date)}; the record says "
            f"{day(known.birth_date)}.",
            "Compare it with an identity paper. Correct the client, or let the client correct "
            "the payer.",
        )
    if said.member_id and bare(said.member_id) != bare(known.member_id):
        yield Contradiction(
            "member_id",
            bare(said.member_id),
            f"{payer} answers under the member id {said.member_id}; the record says "
            f"{known.member_id}.",
            "Compare it with the card and correct the coverage if the payer is right.",
        )


def _standing(known: Known, said: Told) -> Iterator[Contradiction]:
    if said.is_active is False:
        since = f" since {day(said.ends)}" if said.ends else ""
        yield Contradiction(
            "inactive",
            said.ends.isoformat() if said.ends else "",
            f"{known.payer_name} says that the coverage is not active{since}.",
            "Ask the client for the current card. End this coverage and add the one that holds.",
        )


def _others(known: Known, said: Told) -> Iterator[Contradiction]:
    carve = said.carve_out_name or said.carve_out_id
    if carve and not _has(known, said.carve_out_id, said.carve_out_name):
        number = f" (payer id {said.carve_out_id})" if said.carve_out_id else ""
        yield Contradiction(
            "carve_out",
            said.carve_out_id or bare(carve),
            f"{known.payer_name} has {carve}{number} handle behavioral health.",
            "Add a coverage with that payer, and put it first: claims for behavioral health go "
            "there.",
        )
    if said.other_payer and not _has(known, "", said.other_payer):
        yield Contradiction(
            "other_payer",
            bare(said.other_payer),
            f"{known.payer_name} says that {said.other_payer} covers the client as well.",
            "Ask the client, and put the coverages into the order in which they pay.",
        )


def _has(known: Known, payer_id: str, name: str) -> bool:
    return bool({payer_id, bare(name)} - {""} & known.payers)


def _changes(said: Told, before: Told | None) -> Iterator[Contradiction]:
    if before and before.plan and said.plan and not same_name(before.plan, said.plan):
        yield Contradiction(
            "plan",
            bare(said.plan),
            f"The plan was {before.plan} at the check before, and is {said.plan} now.",
            "Look whether copay, network and authorizations are still the same.",
        )


def refusals(refused: Sequence[Refusal]) -> tuple[Contradiction, ...]:
    """Reasons for which a payer did not answer, as what a person has to look into. A payer that
    is merely down is asked again and is nobody's task."""
    found = {}
    for one in refused:
        if one.code in _DOWN:
            continue
        by_center = reject_reason(one.code).about in ("provider", "request")
        found[one.code] = Contradiction(
            f"refused:{one.code}",
            one.level,
            f"The payer did not answer: {one.words}.",
            one.cure,
            Role.ADMINISTRATOR if by_center else Role.INTAKE,
        )
    return tuple(found.values())


# ------------------------------------------------------------------------------- for a claim


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer as a claim asks for it: when, and about which day."""

    asked_on: date
    about: date
    told: Told


def facts_on(checks: Sequence[Checked], service: date) -> EligibilityFacts:
    """What the payer said that bears on a day of service: the latest answer about that day or one
    before it; where there is none, the earliest later one. Empty where it was never asked.

    That the plan is not in force on a later day says nothing of the service, unless the payer
    says that it had ended by then.
    """
    spoken = sorted(
        (c for c in checks if c.told.outcome in ANSWERED), key=lambda c: (c.about, c.asked_on)
    )
    if not spoken:
        return EligibilityFacts()
    earlier = [c for c in spoken if c.about <= service]
    one = earlier[-1] if earlier else spoken[0]
    ended = any(
        c.told.is_active is False and c.told.ends is not None and c.told.ends < service
        for c in spoken[len(earlier) :]
    )
    said = one.told
    later = not earlier
    is_active = None if later and said.is_active is False else said.is_active
    return EligibilityFacts(
        checked_on=max(c.asked_on for c in earlier) if earlier else one.asked_on,
        last_name=said.last_name,
        first_name=said.first_name,
        birth_date=said.birth_date,
        is_active=False if ended else is_active,
        carve_out_id=said.carve_out_id,
        carve_out_name=said.carve_out_name,
    )


@dataclass(frozen=True, slots=True)
class Cure:
    """Where a rejection is cured: a page of `client` or `coverage`, a field, and its name."""

    page: str
    field: str
    words: str


def cure_of(code: str, level: str, *, is_subscriber: bool) -> Cure | None:
    """The place for a rejection with that reason (AAA03) of that level."""
    found = place(code)
    if found is None:
        return None
    if level == "subscriber" and not is_subscriber and found.other_field:
        return Cure("coverage", found.other_field, f"{found.words} of the subscriber")
    return Cure(found.page, found.field, found.words)
