"""Whose turn it is after a payer has answered, and what the next one is told of it.

Prose and figures: docs/algorithms/next-payer.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from carethread.codes.payer_order import turn_of, turns
from carethread.rules.facts import CoverageFacts, OtherCoverage, OtherPolicy
from carethread.rules.spread import ToldLine
from carethread.x12.claim import LineAdjudication
from carethread.x12.common import Adjustment, Amount

SEQUENCE = "PST"  # SBR01 of the first, second and third payer
FORWARDED = frozenset({"19", "20", "21"})  # CLP02: processed, and sent on to another payer
PAID = "D"  # AMT01: what an earlier payer paid for the claim


# -------------------------------------------------------------------------------------- whose turn


def in_turn(policies: Iterable[OtherPolicy], day: date) -> tuple[OtherPolicy, ...]:
    """The policies that hold on a day, in the order in which they pay: by the table of kinds
    first (Medicaid last), then by rank."""
    held = (p for p in policies if p.covers(day))
    return tuple(sorted(held, key=lambda p: (turn_of(p.kind), p.rank, p.id or 0)))


def next_after(
    policies: Iterable[OtherPolicy], day: date, asked: Sequence[int]
) -> OtherPolicy | None:
    """The policy that pays after those that were asked (ids, oldest first). None where there is
    none, or where the claim has gone to three payers, which is what one has room for."""
    if len(asked) >= len(SEQUENCE):
        return None
    ordered = [p for p in in_turn(policies, day) if p.id not in asked]
    return ordered[0] if ordered else None


def misplaced(policies: Iterable[OtherPolicy], day: date) -> tuple[tuple[OtherPolicy, str], ...]:
    """Each policy that is ranked before one that the law puts first, with what to do about it."""
    held = sorted((p for p in policies if p.covers(day)), key=lambda p: (p.rank, p.id or 0))
    found = []
    for place, policy in enumerate(held):
        later = [p for p in held[place + 1 :] if turn_of(p.kind) < turn_of(policy.kind)]
        if later:
            law = turns()[policy.kind].reference
            words = (
                f"{policy.payer_name} is ranked before {later[0].payer_name}, and by law "
                f"({law}) it pays after it. Swap their ranks."
            )
            found.append((policy, words))
    return tuple(found)


def may_come_before(
    policies: Iterable[OtherPolicy], day: date, asked: int
) -> tuple[OtherPolicy, ...]:
    """The policies that hold on a day and pay after the one that was asked (its id) by rank alone:
    no law puts them there, so that it may be the rank that is wrong."""
    ordered = in_turn(policies, day)
    place = next((i for i, policy in enumerate(ordered) if policy.id == asked), None)
    if place is None:
        return ()
    turn = turn_of(ordered[place].kind)
    return tuple(p for p in ordered[place + 1 :] if turn_of(p.kind) == turn)


def put_before(
    policies: Iterable[OtherPolicy], day: date, first: int, then: int
) -> tuple[tuple[OtherPolicy, int], ...]:
    """Each policy that holds on a day with the rank that it gets where `first` (an id) pays right
    before `then`, in that order: they share the ranks that they have anew among themselves."""
    held = sorted((p for p in policies if p.covers(day)), key=lambda p: (p.rank, p.id or 0))
    moved = next(p for p in held if p.id == first)
    rest = [p for p in held if p is not moved]
    place = next(i for i, p in enumerate(rest) if p.id == then)
    ordered = (*rest[:place], moved, *rest[place:])
    return tuple(zip(ordered, (p.rank for p in held), strict=True))


# -------------------------------------------------------------------------------------- what it did


@dataclass(frozen=True, slots=True)
class BilledAs:
    """A charge as a line of the claim: its control number and what it is billed under."""

    control_number: str
    procedure: str
    modifiers: tuple[str, ...] = ()
    units: int = 1
    revenue_code: str = ""


def earlier_answer(
    coverage: CoverageFacts,
    told: Sequence[ToldLine],
    billed: Mapping[int, BilledAs],
    *,
    paid_on: date | None,
    control_number: str = "",
) -> OtherCoverage:
    """Loops 2320, 2330 and 2430: what a payer did with each line that the next one is billed for.

    `told` are the lines of all its answers that stand, claim-level adjustments spread over them, so
    that of each line charge = paid + Σ adjustments, and AMT*D = Σ paid. `billed` says which charges
    are on the next claim; of others nothing is told.
    """
    lines = {
        billed[charge].control_number: _adjudication(coverage, of_it, billed[charge], paid_on)
        for charge, of_it in _by_charge(told).items()
        if charge in billed
    }
    paid = sum(line.paid for line in lines.values())
    return OtherCoverage(
        coverage=coverage,
        claim_control_number=control_number,
        amounts=(Amount(PAID, paid),),
        lines=lines,
    )


def _by_charge(told: Sequence[ToldLine]) -> dict[int, list[ToldLine]]:
    found: dict[int, list[ToldLine]] = {}
    for line in told:
        found.setdefault(line.charge_id, []).append(line)
    return found


def _adjudication(
    coverage: CoverageFacts, told: Sequence[ToldLine], billed: BilledAs, paid_on: date | None
) -> LineAdjudication:
    return LineAdjudication(
        payer_id=coverage.payer_id,
        paid=sum(line.paid for line in told),
        procedure=billed.procedure,
        modifiers=billed.modifiers,
        revenue_code=billed.revenue_code,
        units=Decimal(billed.units),
        adjustments=_summed(a for line in told for a in line.adjustments),
        paid_on=paid_on,
    )


def _summed(adjustments: Iterable[Adjustment]) -> tuple[Adjustment, ...]:
    """One adjustment a group and reason, those that come to nothing left out."""
    sums: dict[tuple[str, str], Adjustment] = {}
    for one in adjustments:
        key = (one.group, one.reason)
        known = sums.get(key)
        sums[key] = replace(known, amount=known.amount + one.amount) if known else one
    return tuple(one for one in sums.values() if one.amount)


def later_policy(coverage: CoverageFacts, place: int) -> OtherCoverage:
    """A policy that pays after this claim's, which the claim names and says nothing more of."""
    return OtherCoverage(replace(coverage, sequence=SEQUENCE[place]))
