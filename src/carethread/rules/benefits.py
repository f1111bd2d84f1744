"""What a payer said of a coverage, in words for who books, treats and bills. Pure.

Of everything in an answer, the lines that speak of the services a program gives come first; where
none does, the plan's own stand for them. What has no words is counted, and its text is kept.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from carethread.codes.eligibility import benefit_kind, service_types
from carethread.rules.words import dollars, listing
from carethread.x12.benefits import (
    PLAN,
    Allowance,
    Authorization,
    CostShare,
    Coverage,
    Limit,
    Scope,
)

S = TypeVar("S", Allowance, Authorization, CostShare, Limit)

_PERIODS = {
    "7": "a day", "21": "for years", "22": "a service year", "23": "a year",
    "25": "a contract year", "26": "an episode", "27": "a visit",
    "32": "in a lifetime", "34": "a month", "35": "a week",
    "36": "an admission", "DA": "a day", "MO": "a month", "VS": "a visit", "WK": "a week",
    "YR": "a year",
}  # fmt: skip
_AT_A_VISIT = frozenset({"", "7", "27", "DA", "VS"})
_NEEDED = {
    "Y": ("An authorization is needed", "wait"),
    "N": ("No authorization is needed", "good"),
    "U": ("The payer does not say whether an authorization is needed", "wait"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One fact: what it is about, in words. `tone`: good, wait, bad, or "" for a mere figure."""

    label: str
    words: str
    tone: str = ""


def in_words(said: Coverage, services: Sequence[str]) -> tuple[Line, ...]:
    """An answer as lines, for a program that gives these service types (closest first)."""
    wanted = tuple(services)
    return (
        *_plan(said),
        *_network(said, wanted),
        *_elsewhere(said),
        *_authorization(said, wanted),
        *(Line("Copay", _share(one)) for one in _about(said.copays, wanted)),
        *(Line("Coinsurance", _share(one)) for one in _about(said.coinsurance, wanted)),
        *(Line("Deductible", _money(one)) for one in _about(said.deductibles, wanted)),
        *(Line("Most out of pocket", _money(one)) for one in _about(said.out_of_pocket, wanted)),
        *(Line("Spend-down", _money(one)) for one in _about(said.spend_downs, wanted)),
        *(_limit(one) for one in _about(said.limits, wanted)),
        *(Line("Limit", _money(one)) for one in _about(said.money_limits, wanted)),
        *_not_covered(said, wanted),
        *_remarks(said),
        *_others(said),
    )


def copay(said: Coverage, services: Sequence[str]) -> int | None:
    """What the patient gives at a visit, in cents, for a program that gives these service types
    (closest first); None where the payer named no amount for a visit or a day."""
    amounts = (
        one.amount
        for one in _about(said.copays, tuple(services))
        if one.amount is not None and one.period in _AT_A_VISIT
    )
    return next(amounts, None)


# ------------------------------------------------------------------------------- one by one


def _plan(said: Coverage) -> Iterator[Line]:
    known = [one for one in said.plans if one.name] or list(said.plans)
    if known:
        yield Line("Plan", known[0].name.title() or "not named")


def _network(said: Coverage, wanted: Sequence[str]) -> Iterator[Line]:
    scopes = (
        *(one.scope for one in said.plans),
        *(one.scope for one in said.copays),
        *(one.scope for one in said.coinsurance),
        *(one.scope for one in said.authorizations),
    )
    networks = {one.network for one in scopes if set(one.services) & set(wanted)} - {""}
    if networks & {"Y", "W"}:
        yield Line("Network", "The center is in network", "good")
    elif "N" in networks:
        yield Line("Network", "The center is out of network", "bad")


def _elsewhere(said: Coverage) -> Iterator[Line]:
    for one in said.elsewhere:
        name = one.entity.full_name or one.entity.id
        if one.kind == "other_payer":
            yield Line("Another payer", f"{name} covers the client as well", "wait")
        else:
            yield Line("Handled by", name, "wait")


def _authorization(said: Coverage, wanted: Sequence[str]) -> Iterator[Line]:
    answer = next((a for service in wanted if (a := said.needs_authorization(service))), "")
    if answer:
        words, tone = _NEEDED.get(answer, (f"The payer says “{answer}”", "wait"))
        yield Line("Authorization", words, tone)


def _share(one: CostShare) -> str:
    if one.percent is not None:
        return f"{_number(one.percent * 100)}%{_of(one.scope)}"
    said = dollars(one.amount) if one.amount is not None else "not said"
    return f"{said}{_each(one.period)}{_of(one.scope)}"


def _money(one: Allowance) -> str:
    figures = ((one.total, _each(one.period)), (one.remaining, " left"), (one.used, " used"))
    words = (f"{dollars(cents)}{after}" for cents, after in figures if cents is not None)
    return ", ".join(words) + _of(one.scope)


def _limit(one: Limit) -> Line:
    after = f" {one.unit}{_each(one.period)}"
    figures = ((one.total, after), (one.remaining, " left"), (one.used, " used"))
    words = ", ".join(f"{_number(n)}{after}" for n, after in figures if n is not None)
    return Line("Limit", words, "bad" if one.remaining == 0 else "")


def _not_covered(said: Coverage, wanted: Sequence[str]) -> Iterator[Line]:
    out = [c for scope in said.not_covered for c in scope.services if c in wanted]
    if out:
        yield Line("Not covered", listing(_service(code) for code in dict.fromkeys(out)), "bad")


def _remarks(said: Coverage) -> Iterator[Line]:
    for text in dict.fromkeys(one.text for one in said.remarks):
        yield Line("The payer adds", text)


def _others(said: Coverage) -> Iterator[Line]:
    """What no field takes: with its words where we have some, else with the code as it was sent."""
    for code in dict.fromkeys(one.code for one in said.others):
        kind = benefit_kind(code)
        words = kind.words if kind.group else f"{kind.words} (code {code})"
        yield Line("Also said", f"{words}: see the text as it came")


# ------------------------------------------------------------------------------- which, and how


def _about(rows: Iterable[S], wanted: Sequence[str]) -> list[S]:
    """The rows that speak of the closest service, in network where there are such; else the
    plan's."""
    rows = list(rows)
    inside = [row for row in rows if row.scope.network != "N"] or rows
    for service in wanted:
        if found := [row for row in inside if service in row.scope.services]:
            return list(dict.fromkeys(found))
    return [row for row in inside if not row.scope.services or PLAN in row.scope.services]


def _each(period: str) -> str:
    return f" {_PERIODS.get(period, f'(period {period})')}" if period else ""


def _of(scope: Scope) -> str:
    return ", for the family" if scope.level == "FAM" else ""


def _number(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _service(code: str) -> str:
    known = service_types().get(code)
    return known.words if known else code
