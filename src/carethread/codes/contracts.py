"""How contracts pay: the kinds of terms, and what each needs to be one."""

from dataclasses import dataclass
from enum import StrEnum


class TermKind(StrEnum):
    """What a term of a contract promises for what it covers."""

    FEE = "fee"
    PER_DIEM = "per_diem"
    PERCENT = "percent"
    CASE = "case"
    STOP_LOSS = "stop_loss"


@dataclass(frozen=True, slots=True)
class KindOfTerm:
    """A kind as people read it. `words` say what its figure is: an amount (cents), a share
    (hundredths of a percent) or both; `names` whether it has to name a code or a revenue code."""

    label: str
    words: str
    amount: bool
    share: bool
    names: bool = True


KINDS: dict[TermKind, KindOfTerm] = {
    TermKind.FEE: KindOfTerm("Fee", "dollars for each unit", True, False),
    TermKind.PER_DIEM: KindOfTerm(
        "Per diem", "dollars for each day, perhaps by the day of the stay", True, False
    ),
    TermKind.PERCENT: KindOfTerm(
        "Percent of charge", "a percentage of what is billed", False, True, names=False
    ),
    TermKind.CASE: KindOfTerm("Case rate", "dollars for the whole stay", True, False),
    TermKind.STOP_LOSS: KindOfTerm(
        "Stop-loss",
        "a percentage of what a claim's charges exceed the amount by, on top of the rest",
        True,
        True,
        names=False,
    ),
}
WHOLE = 10_000
"""A hundred percent, in the hundredths of a percent that shares are kept in."""


def percent(share: int) -> str:
    """6250 -> "62.5%"."""
    whole, rest = divmod(share, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


def part(cents: int, share: int) -> int:
    """So many hundredths of a percent of an amount, half a cent upwards."""
    return (cents * share + WHOLE // 2) // WHOLE
