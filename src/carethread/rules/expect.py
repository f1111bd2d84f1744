"""What the contract promises, and whether less came."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from carethread.rules.words import dollars


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
    """What one line should be allowed, by the most specific rate on its date; None without one.

    A rate that names a modifier or a credential is more specific than one that does not; of two
    equally specific ones the later start holds. `charge` is the line's cents.
    """
    held = [r for r in rates if _holds(r, code, modifiers, credential, service_date)]
    if not held:
        return None
    rate = max(held, key=lambda r: (bool(r.modifier) + bool(r.credential), r.starts))
    promised = rate.amount * units
    if rate.lesser_of_charge and charge < promised:
        return Expected(charge, "the charge, which is below the contract's rate")
    times = f"{units} x " if units != 1 else ""
    return Expected(promised, f"{times}{dollars(rate.amount)} by contract since {rate.starts}")


def _holds(rate: RateLine, code: str, modifiers: Sequence[str], credential: str, day: date) -> bool:
    return (
        rate.code == code
        and rate.starts <= day
        and (rate.ends is None or day <= rate.ends)
        and rate.modifier in ("", *modifiers)
        and rate.credential in ("", credential)
    )


def underpaid(
    expected: int, paid: int, patient: int, tolerance: Tolerance, reductions: int = 0
) -> int:
    """Cents by which paid + patient's share + lawful `reductions` (sequestration) fall short of
    the expected allowed amount; 0 where it is within tolerance."""
    short = expected - paid - patient - reductions
    borne = max(tolerance.cents, expected * tolerance.percent // 100)
    return short if short > borne else 0
