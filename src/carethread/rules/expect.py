"""What the contract promises for the lines of a claim. Prose: docs/algorithms/contracts.md.

Cents throughout; shares are hundredths of a percent (6250 is 62.5 %).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from carethread.codes.contracts import TermKind, part, percent
from carethread.rules.spread import share
from carethread.rules.words import dollars


@dataclass(frozen=True, slots=True)
class Term:
    """One dated term of a contract, from `starts` to `ends` (None: open).

    `amount` is cents a unit (fee), a day (per diem), a stay (case), or the charges above which a
    stop-loss pays `share` of the excess; `share` of a percent-of-charge term is of the charge. It
    covers lines that carry all that it names: `code`, `revenue_code`, `modifier`, `credential` of
    who rendered, `place`; a per diem may be for days `first_day` to `last_day` of the stay alone.
    `lesser_of_charge` and `sequestration` (a share of the payer's part) are the contract's.
    """

    kind: TermKind
    amount: int = 0
    share: int = 0
    starts: date = date.min
    ends: date | None = None
    code: str = ""
    revenue_code: str = ""
    modifier: str = ""
    credential: str = ""
    place: str = ""
    first_day: int = 1
    last_day: int | None = None
    lesser_of_charge: bool = True
    sequestration: int = 0

    def holds_on(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or day <= self.ends)

    def covers(self, code: str, revenue_code: str, day: date) -> bool:
        """Whether it says something of that code under that revenue code on that day."""
        return (
            self.kind is not TermKind.STOP_LOSS
            and self.holds_on(day)
            and self.code in ("", code)
            and self.revenue_code in ("", revenue_code)
        )

    @property
    def named(self) -> str:
        """What it covers, in words: "90837 with 95 by PSYD"."""
        revenue = f"revenue code {self.revenue_code}" if self.revenue_code else "any code"
        what = self.code or revenue
        under = f" under {self.revenue_code}" if self.code and self.revenue_code else ""
        with_ = f" with {self.modifier}" if self.modifier else ""
        by = f" by {self.credential}" if self.credential else ""
        at = f" at place {self.place}" if self.place else ""
        return f"{what}{under}{with_}{by}{at}"

    @property
    def days(self) -> str:
        """The days of the stay that it is for, in words; empty where it is for all."""
        if self.last_day is not None:
            return f"days {self.first_day} to {self.last_day}"
        return f"from day {self.first_day}" if self.first_day > 1 else ""


@dataclass(frozen=True, slots=True)
class Service:
    """A claim line as a contract looks at it. `day_of_stay` counts from 1, the day of admission to
    this level of care; None where nobody knows."""

    code: str
    charge: int
    day: date
    units: int = 1
    modifiers: tuple[str, ...] = ()
    credential: str = ""
    revenue_code: str = ""
    place: str = ""
    day_of_stay: int | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """The allowed amount that the contract promises for a line (cents), and why, in words."""

    amount: int
    reason: str


def expected(terms: Sequence[Term], services: Sequence[Service]) -> list[Expected | None]:
    """What each line of one claim should be allowed, by the most particular term of its own day;
    None for a line on which the contract is silent.

    A term that names more is more particular; of two alike the later start holds. A case rate is
    promised once a stay, by the claim with its first day, and spread over the lines by charge.
    """
    rates = [_rate(terms, service) for service in services]
    promised = [_line(rate, service) for rate, service in zip(rates, services, strict=True)]
    _spread_cases(rates, services, promised)
    _add_stop_loss(terms, services, promised)
    return [
        _capped(promise, rate, service)
        for promise, rate, service in zip(promised, rates, services, strict=True)
    ]


def _rate(terms: Sequence[Term], service: Service) -> Term | None:
    held = [t for t in terms if _holds(t, service)]
    return max(held, key=lambda t: (_particular(t), t.starts), default=None)


def _holds(term: Term, service: Service) -> bool:
    return (
        term.covers(service.code, service.revenue_code, service.day)
        and term.modifier in ("", *service.modifiers)
        and term.credential in ("", service.credential)
        and term.place in ("", service.place)
        and _in_tier(term, service.day_of_stay)
    )


def _particular(term: Term) -> int:
    named = term.code, term.revenue_code, term.modifier, term.credential, term.place
    return sum(1 for value in named if value)


def _in_tier(term: Term, day: int | None) -> bool:
    if day is None:
        return not term.days
    return term.first_day <= day and (term.last_day is None or day <= term.last_day)


def _line(rate: Term | None, service: Service) -> Expected | None:
    if rate is None:
        return None
    if rate.kind is TermKind.PERCENT:
        amount = part(service.charge, rate.share)
        words = f"{percent(rate.share)} of the charge of {dollars(service.charge)}"
        return Expected(amount, f"{rate.named}: {words}")
    if rate.kind is TermKind.CASE:
        return Expected(0, "")
    unit = "day" if rate.kind is TermKind.PER_DIEM else "unit"
    tier = f" ({rate.days} of the stay)" if rate.days else ""
    words = f"{dollars(rate.amount)} a {unit}{tier} × {service.units}"
    return Expected(rate.amount * service.units, f"{rate.named}: {words}")


def _spread_cases(
    rates: Sequence[Term | None], services: Sequence[Service], promised: list[Expected | None]
) -> None:
    for rate in {r for r in rates if r is not None and r.kind is TermKind.CASE}:
        lines = [i for i, other in enumerate(rates) if other == rate]
        days = {services[i].day_of_stay for i in lines}
        begins = not days.isdisjoint({None, 1})
        amounts = share(rate.amount if begins else 0, [services[i].charge for i in lines])
        which = "this line's part of it" if begins else "promised on its first claim"
        words = f"{rate.named}: {dollars(rate.amount)} for the stay, {which}"
        for i, amount in zip(lines, amounts, strict=True):
            promised[i] = Expected(amount, words)


def _add_stop_loss(
    terms: Sequence[Term], services: Sequence[Service], promised: list[Expected | None]
) -> None:
    """Where the claim's charges exceed the threshold, a share of the excess comes on top."""
    total = sum(s.charge for s in services)
    first = min(s.day for s in services) if services else date.min
    held = [t for t in terms if t.kind is TermKind.STOP_LOSS and t.holds_on(first)]
    rate = max(held, key=lambda t: t.starts, default=None)
    places = [i for i, promise in enumerate(promised) if promise is not None]
    if rate is None or total <= rate.amount or not places:
        return
    extra = share(part(total - rate.amount, rate.share), [services[i].charge for i in places])
    above = f" plus {percent(rate.share)} of the charges above {dollars(rate.amount)}"
    for i, more in zip(places, extra, strict=True):
        promise = promised[i]
        assert promise is not None
        promised[i] = replace(promise, amount=promise.amount + more, reason=promise.reason + above)


def _capped(promise: Expected | None, rate: Term | None, service: Service) -> Expected | None:
    """Never more than the charge, where the contract says so; a stay has other claims besides."""
    if promise is None or rate is None or promise.amount <= service.charge:
        return promise
    if rate.kind is TermKind.CASE or not rate.lesser_of_charge:
        return promise
    return Expected(
        service.charge,
        f"{promise.reason}, but no more than the charge of {dollars(service.charge)}",
    )
