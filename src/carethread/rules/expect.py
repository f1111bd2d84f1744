"""What the contract promises, and whether less came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class RateLine:
    """One line of a contract's fee schedule: for `code` (and, where given, only with `modifier`
    or by `credential`) `amount` cents a unit from `starts` to `ends` (None: open)."""

    code: str
    amount: int
    starts: date
    ends: date | None = None
    modifier: str = ""
    credential: str = ""
    lesser_of_charge: bool = True


@dataclass(frozen=True, slots=True)
class Expected:
    """The allowed amount that the contract promises (cents), and the words that explain it."""

    amount: int
    reason: str


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A shortfall counts above the larger of `cents` and `percent` of the expected amount."""

    cents: int = 100
    percent: int = 0


def expected(
    rates: Sequence[RateLine],
    *,
    code: str,
    modifiers: Sequence[str],
    credential: str,
    service_date: date,
    units: int,
    charge: int,
) -> Expected | None:
    """What one line should be allowed, by the most specific rate on its date; None without one."""
    raise NotImplementedError


def underpaid(
    expected: int, paid: int, patient: int, tolerance: Tolerance, reductions: int = 0
) -> int:
    """Cents by which paid + patient's share + lawful `reductions` (sequestration) fall short of
    the expected allowed amount; 0 where it is within tolerance."""
    raise NotImplementedError
