"""A 271 gathered into what people ask of it: is the plan in force, what does a visit cost, how
much of the deductible and of the visits is left, who must authorize, who else answers.

Nothing is guessed. Codes stay as they were sent (Y, N, U, W or junk in EB11 and EB12), "" means
that the payer did not say, and a line that none of this takes stands in `others`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from carethread.codes.eligibility import administrators, benefit_kind, follow_up, reject_reason
from carethread.x12.common import Party
from carethread.x12.eligibility import (
    Asked,
    Benefit,
    EligibilityResponse,
    Entity,
    Identifier,
    Member,
    Period,
    Rejection,
    Trace,
)

PLAN = "30"
"""The service type that stands for the plan as a whole."""
_REMAINING, _USED, _LIFETIME = {"29", "33"}, {"24", "99"}, {"32", "33"}
_UNITS = {
    "VS": "visits",
    "DY": "days",
    "HS": "hours",
    "MN": "months",
    "P6": "services",
    "FL": "units",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What a line speaks of: service types (none: not said), or a procedure; `level` (IND, FAM)
    and `network` (Y in, N out, W either) as sent."""

    services: tuple[str, ...] = ()
    procedure: str = ""
    level: str = ""
    network: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A line that says whether there is coverage (EB01 1 to 8)."""

    code: str
    is_active: bool
    name: str
    insurance_type: str
    scope: Scope
    dates: tuple[Period, ...] = ()
    references: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class Allowance:
    """A deductible, a most out of pocket, a spend-down or a limit in money, in cents; None where
    the payer gives no such figure. `period` is the total's (23 calendar year, 25 contract)."""

    scope: Scope
    period: str = ""
    total: int | None = None
    remaining: int | None = None
    used: int | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """The same, counted in `unit`: visits, days, hours, months, services, units, or the qualifier
    as sent. `period` is one of EB06 or HSD05, or a measure of HSD03 (WK a week)."""

    scope: Scope
    unit: str
    period: str = ""
    total: Decimal | None = None
    remaining: Decimal | None = None
    used: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CostShare:
    """What the patient pays: a copay in cents, or coinsurance as a share of 1."""

    scope: Scope
    amount: int | None = None
    percent: Decimal | None = None
    period: str = ""


@dataclass(frozen=True, slots=True)
class Authorization:
    """EB11 as sent: Y needed, N not needed, U unknown."""

    scope: Scope
    answer: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Somebody else to ask. `kind`: administrator (the service is carved out: covered, and handled
    by this one), contact (handles eligibility for it wholly) or other_payer."""

    kind: str
    entity: Entity
    scope: Scope
    references: tuple[Identifier, ...] = ()
    dates: tuple[Period, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """What the payer says in words beside a line (MSG); `code` is the line's EB01."""

    code: str
    scope: Scope
    text: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """An AAA in plain words. `level` says who was refused: request, payer, provider, subscriber,
    dependent or benefit; `about` what to look at; `again` whether to ask again (never, corrected,
    unchanged, later)."""

    level: str
    code: str
    action: str
    about: str
    words: str
    cure: str
    again: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a 271 says of one patient."""

    payer: Entity
    subscriber: Party
    patient: Party
    traces: tuple[Trace, ...] = ()
    status: str = "unknown"
    plans: tuple[Plan, ...] = ()
    deductibles: tuple[Allowance, ...] = ()
    out_of_pocket: tuple[Allowance, ...] = ()
    spend_downs: tuple[Allowance, ...] = ()
    copays: tuple[CostShare, ...] = ()
    coinsurance: tuple[CostShare, ...] = ()
    limits: tuple[Limit, ...] = ()
    money_limits: tuple[Allowance, ...] = ()
    not_covered: tuple[Scope, ...] = ()
    authorizations: tuple[Authorization, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    rejections: tuple[Refusal, ...] = ()
    remarks: tuple[Remark, ...] = ()
    others: tuple[Benefit, ...] = ()

    def is_active(self, service: str = PLAN) -> bool | None:
        """Whether the service is covered: by a line that names it, or else by the plan's own.
        None where no line says so."""
        if any(service in scope.services for scope in self.not_covered):
            return False
        own = [p for p in self.plans if service in p.scope.services]
        plan = [p for p in self.plans if PLAN in p.scope.services or not p.scope.services]
        said = own or plan
        return any(p.is_active for p in said) if said else None

    def needs_authorization(self, service: str) -> str:
        """Y where any line about the service says so, else U, else N, else what was sent, else
        "" where none speaks of it."""
        said = {a.answer for a in self.authorizations if service in a.scope.services}
        return next((a for a in ("Y", "U", "N", *sorted(said)) if a in said), "")


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole 271: everybody it speaks of, and what was refused above the patients."""

    coverages: tuple[Coverage, ...]
    rejections: tuple[Refusal, ...] = ()


def gather(response: EligibilityResponse) -> Answer:
    """The readable structure of a 271."""
    refused: list[Refusal] = []
    for source in response.sources:
        refused += _refusals("request", source.rejections)
        refused += _refusals("payer", source.entity.rejections)
        for receiver in source.receivers:
            refused += _refusals("provider", receiver.entity.rejections)
    return Answer(tuple(coverage(asked) for asked in response.people), tuple(refused))


def coverage(asked: Asked) -> Coverage:
    """What a 271 says of one person."""
    lines = asked.patient.benefits
    plans = tuple(_plan(b) for b in lines if _group(b) in ("active", "inactive"))
    refused = tuple(_member_refusals(asked))
    return Coverage(
        payer=asked.source.entity,
        subscriber=asked.subscriber.party,
        patient=asked.patient.party,
        traces=asked.patient.traces,
        status=_status(plans, refused),
        plans=plans,
        deductibles=_allowances(_of(lines, "deductible")),
        out_of_pocket=_allowances(_of(lines, "out_of_pocket")),
        spend_downs=_allowances(_of(lines, "spend_down")),
        copays=tuple(map(_cost, _of(lines, "copay"))),
        coinsurance=tuple(map(_cost, _of(lines, "coinsurance"))),
        limits=_limits(_of(lines, "limit")),
        money_limits=_allowances(_of(lines, "limit")),
        not_covered=tuple(_scope(b) for b in _of(lines, "not_covered")),
        authorizations=tuple(
            Authorization(_scope(b), b.authorization) for b in lines if b.authorization
        ),
        elsewhere=tuple(e for b in lines for e in _elsewhere(b)),
        rejections=refused,
        remarks=tuple(Remark(b.code, _scope(b), text) for b in lines for text in b.messages),
        others=tuple(b for b in lines if not _is_taken(b)),
    )


def _group(benefit: Benefit) -> str:
    return benefit_kind(benefit.code).group


def _of(lines: Iterable[Benefit], group: str) -> list[Benefit]:
    return [b for b in lines if _group(b) == group]


def _is_taken(b: Benefit) -> bool:
    """Whether a line says something that one of the fields takes."""
    group = _group(b)
    if group in ("deductible", "out_of_pocket", "spend_down"):
        return b.amount is not None
    if group == "limit":
        return b.amount is not None or any(_counted(b))
    if group in ("contact", "other_payer"):
        return bool(b.entities)
    return bool(group)


def _scope(b: Benefit) -> Scope:
    return Scope(b.service_types, b.procedure, b.coverage_level, b.network)


def _plan(b: Benefit) -> Plan:
    is_active = _group(b) == "active"
    said = (b.code, is_active, b.plan, b.insurance_type, _scope(b))
    return Plan(*said, b.dates, b.references)


def _status(plans: tuple[Plan, ...], refused: tuple[Refusal, ...]) -> str:
    if plans:
        return "active" if any(p.is_active for p in plans) else "inactive"
    return "rejected" if refused else "unknown"


def _cost(b: Benefit) -> CostShare:
    return CostShare(_scope(b), b.amount, b.percent, b.period)


# -- totals, and what is left of them -----------------------------------------------------------


def _allowances(lines: Iterable[Benefit]) -> tuple[Allowance, ...]:
    figures = (
        (_scope(b), "", b.period, b.amount, b.quantity_qualifier)
        for b in lines
        if b.amount is not None
    )
    return tuple(Allowance(scope, **said) for scope, _, said in _paired(figures))


def _limits(lines: Iterable[Benefit]) -> tuple[Limit, ...]:
    figures = (figure for b in lines for figure in _counted(b))
    return tuple(Limit(scope, unit, **said) for scope, unit, said in _paired(figures))


_Figure = tuple[Scope, str, str, Any, str]
"""What it speaks of, unit, period, the figure itself, and its qualifier."""


def _counted(b: Benefit) -> Iterator[_Figure]:
    """The counts of a limit: its own (EB10), and each delivery's (HSD02)."""
    if b.quantity is not None:
        unit = _UNITS.get(b.quantity_qualifier, b.quantity_qualifier)
        yield _scope(b), unit, b.period, b.quantity, b.quantity_qualifier
    for d in b.deliveries:
        if d.quantity is not None:
            unit = _UNITS.get(d.quantity_qualifier, d.quantity_qualifier)
            yield _scope(b), unit, d.period or d.measure or b.period, d.quantity, ""


def _paired(figures: Iterable[_Figure]) -> Iterator[tuple[Scope, str, dict[str, Any]]]:
    """Totals with what is left and used of them, service by service; services with the same
    figures stand together again. A second total for the same thing is a row of its own."""
    rows: dict[tuple[Scope, str, bool], list[dict[str, Any]]] = {}
    for scope, unit, period, value, qualifier in figures:
        name = _meaning(period, qualifier)
        for service in scope.services or ("",):
            one = replace(scope, services=(service,) if service else ())
            _put(rows.setdefault((one, unit, period in _LIFETIME), []), name, value, period)
    together: dict[tuple[Any, ...], tuple[Scope, str, dict[str, Any]]] = {}
    for (scope, unit, _), said in rows.items():
        for row in said:
            key = (replace(scope, services=()), unit, *sorted(row.items()))
            before = together[key][0].services if key in together else ()
            together[key] = (replace(scope, services=before + scope.services), unit, row)
    yield from together.values()


def _meaning(period: str, qualifier: str) -> str:
    if period in _REMAINING:
        return "remaining"
    return "used" if period in _USED or qualifier in _USED else "total"


def _put(rows: list[dict[str, Any]], name: str, value: Any, period: str) -> None:
    """Puts a figure into the first row that has none of its kind."""
    said = {name: value} | ({"period": period} if name == "total" else {})
    if any(row.items() >= said.items() for row in rows):
        return
    row = next((row for row in rows if name not in row), None)
    if row is None:
        rows.append(row := {})
    row |= said


# -- others -------------------------------------------------------------------------------------


def _elsewhere(b: Benefit) -> Iterator[Elsewhere]:
    """Whom a line names, where that one answers in the payer's place."""
    kinds: dict[str, tuple[str, Callable[[Entity], bool]]] = {
        "active": ("administrator", lambda entity: entity.role in administrators()),
        "contact": ("contact", lambda _: True),
        "other_payer": ("other_payer", lambda _: True),
    }
    kind, is_meant = kinds.get(_group(b), ("", lambda _: False))
    for entity in b.entities:
        if is_meant(entity):
            yield Elsewhere(kind, entity, _scope(b), b.references, b.dates)


def _member_refusals(asked: Asked) -> Iterator[Refusal]:
    yield from _refusals("subscriber", asked.subscriber.rejections)
    if asked.dependent is not None:
        yield from _refusals("dependent", asked.dependent.rejections)
    member: Member = asked.patient
    for b in member.benefits:
        yield from _refusals("benefit", b.rejections)


def _refusals(level: str, rejections: Iterable[Rejection]) -> Iterator[Refusal]:
    for r in rejections:
        why, then = reject_reason(r.reason), follow_up(r.action)
        yield Refusal(level, r.reason, r.action, why.about, why.words, why.cure, then.again)
