"""Where a client's money goes: a copay to its visit, everything else to what is oldest.

Prose and figures: docs/algorithms/patient-money.md.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from carethread.rules.clocks import plus_months


@dataclass(frozen=True, slots=True)
class Money:
    """What of a payment is free (cents). `visit_on` is the day of the visit that it was taken for,
    None where it was given on account."""

    payment_id: int
    cents: int
    received_on: date
    visit_on: date | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """What a client owes on a charge (cents), after its last payer."""

    charge_id: int
    cents: int
    service_date: date


@dataclass(frozen=True, slots=True)
class Use:
    """So many cents of a payment for a charge."""

    payment_id: int
    charge_id: int
    cents: int


def uses(
    money: Iterable[Money], owed: Iterable[Owed], undecided: frozenset[date] = frozenset()
) -> list[Use]:
    """Which money pays which charge.

    A copay pays the charges of its visit first. What is left of it waits as long as the visit is
    among the `undecided` days, of which a payer is still to speak; then it goes, like money on
    account, to the oldest charge. Older money is used first.
    """
    by_age = sorted(money, key=lambda m: (m.received_on, m.payment_id))
    free = {m.payment_id: m.cents for m in by_age}
    open_ = {o.charge_id: o for o in sorted(owed, key=lambda o: (o.service_date, o.charge_id))}
    left = {charge: o.cents for charge, o in open_.items()}
    found = []
    for own_visit in (True, False):
        for one in by_age:
            for charge in _charges_for(one, open_.values(), undecided, own_visit=own_visit):
                cents = min(free[one.payment_id], left[charge])
                if cents > 0:
                    free[one.payment_id] -= cents
                    left[charge] -= cents
                    found.append(Use(one.payment_id, charge, cents))
    return found


def _charges_for(
    money: Money, owed: Iterable[Owed], undecided: frozenset[date], *, own_visit: bool
) -> Iterator[int]:
    for one in owed:
        if own_visit and one.service_date == money.visit_on:
            yield one.charge_id
        if not own_visit and money.visit_on not in undecided:
            yield one.charge_id


# -------------------------------------------------------------------------------------- plans


@dataclass(frozen=True, slots=True)
class Installment:
    """One month of a plan: when it is due, and how much (cents)."""

    due_on: date
    cents: int


def installments(agreed: int, monthly: int, first_due: date) -> list[Installment]:
    """The months of a plan: the same amount on the same day, the last one what is left."""
    found: list[Installment] = []
    while agreed > 0:
        cents = min(agreed, monthly)
        found.append(Installment(plus_months(first_due, len(found)), cents))
        agreed -= cents
    return found


def missed(plan: Sequence[Installment], paid: int, today: date, grace: int) -> Installment | None:
    """The first installment that what was paid since the plan was made does not cover, once its day
    and the days of `grace` are over."""
    for one in plan:
        paid -= one.cents
        if paid < 0:
            return one if (today - one.due_on).days > grace else None
    return None


def next_due(plan: Sequence[Installment], paid: int) -> Installment | None:
    """The first installment that is not covered, less what was paid towards it; None: all are."""
    for one in plan:
        paid -= one.cents
        if paid < 0:
            return Installment(one.due_on, min(-paid, one.cents))
    return None
