"""What a line is worth by the payer's own rates, and who owes which part of it. Integer cents."""

from dataclasses import dataclass

from carethread.sandbox.payer.books import Benefit, Payer, Rate
from carethread.x12.claim import ClaimLine
from carethread.x12.common import Adjustment


@dataclass(frozen=True, slots=True)
class Priced:
    """charge = paid + Σ adjustments, always; `allowed` = paid + member's share + sequestration.

    `deductible` and `copay` are what this line took of the member's deductible and of the
    claim's one copay.
    """

    allowed: int
    paid: int
    adjustments: tuple[Adjustment, ...]
    deductible: int = 0
    copay: int = 0


def allowed(payer: Payer, line: ClaimLine, credential: str) -> int:
    """The payer's rate for the line, by the most particular rate that holds; never more than was
    charged. 0 without a rate."""
    rates = [r for r in rates_for(payer, line) if r.credential in ("", credential)]
    best = max(rates, key=_particular, default=None)
    if best is None:
        return 0
    worth = percent(line.charge, best.percent) if best.percent else round(best.amount * line.units)
    return min(line.charge, worth)


def rates_for(payer: Payer, line: ClaimLine) -> list[Rate]:
    """The rates under which a line can be paid, whoever rendered it."""
    return [
        r
        for r in payer.rates
        if r.code in ("", line.procedure) and r.revenue_code in ("", line.revenue_code)
    ]


def _particular(rate: Rate) -> tuple[bool, bool, bool]:
    return bool(rate.credential), bool(rate.code), bool(rate.revenue_code)


def share(charge: int, allowed: int, benefit: Benefit, deductible: int, copay: int) -> Priced:
    """Split an allowed amount: deductible first (`deductible` cents are left of it), then the
    copay (`copay` cents are left of it), then coinsurance; sequestration off what remains."""
    to_deductible = min(allowed, deductible)
    to_copay = min(allowed - to_deductible, copay)
    rest = allowed - to_deductible - to_copay
    coinsurance = percent(rest, benefit.coinsurance)
    sequestered = percent(rest - coinsurance, benefit.sequestration)
    adjustments = (
        Adjustment("CO", "45", charge - allowed),
        Adjustment("CO", "253", sequestered),
        Adjustment("PR", "1", to_deductible),
        Adjustment("PR", "2", coinsurance),
        Adjustment("PR", "3", to_copay),
    )
    return Priced(
        allowed=allowed,
        paid=rest - coinsurance - sequestered,
        adjustments=tuple(a for a in adjustments if a.amount),
        deductible=to_deductible,
        copay=to_copay,
    )


def percent(cents: int, rate: int) -> int:
    """So many percent of an amount, half a cent upwards."""
    return (cents * rate + 50) // 100
