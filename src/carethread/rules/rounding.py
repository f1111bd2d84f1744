"""Minutes -> units. Which rule holds is per payer and code; figures: docs/algorithms/capture.md."""

from collections.abc import Callable, Mapping


def midpoint(minutes: int, per: int) -> int:
    """A unit once its midpoint is passed: 8 minutes are one unit of 15, 7 are none (CPT's rule)."""
    whole, rest = divmod(minutes, per)
    return whole + (rest * 2 > per)


def eight_minute(minutes: int, per: int) -> int:
    """A further unit from its eighth minute on (Medicare's rule for units of 15)."""
    whole, rest = divmod(minutes, per)
    return whole + (rest >= 8)


def full(minutes: int, per: int) -> int:
    """Whole units only: 14 minutes are none of 15."""
    return minutes // per


def started(minutes: int, per: int) -> int:
    """Every unit that was begun: 16 minutes are two of "up to 15"."""
    return -(-minutes // per)


RULES: Mapping[str, Callable[[int, int], int]] = {
    "midpoint": midpoint,
    "eight_minute": eight_minute,
    "full": full,
    "started": started,
}


def units(minutes: int, per: int, rule: str) -> int:
    """Units of `per` minutes by the rule of that name; ValueError for a name we do not know."""
    if rule not in RULES:
        raise ValueError(f"no rounding rule {rule!r}; there are {', '.join(RULES)}")
    return RULES[rule](minutes, per)
