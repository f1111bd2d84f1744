"""How often, where, since when. Tables: limits.yaml, otp.yaml, places.yaml, procedures.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from carethread.codes.tables import listed, raw


@dataclass(frozen=True, slots=True)
class Limit:
    """No more than `most` units of these codes together within `days` days, or within the
    calendar month."""

    codes: tuple[str, ...]
    most: int
    starts: date
    ends: date | None = None
    days: int = 0
    month: bool = False

    @property
    def most_days(self) -> int:
        """The most days that the span holds."""
        return 31 if self.month else self.days

    @property
    def within(self) -> str:
        """The span in words."""
        if self.month:
            return "a month"
        return "a day" if self.days == 1 else f"{self.days} days"


@dataclass(frozen=True, slots=True)
class DatedCodes:
    """Codes that exist from `starts` to `ends`; `instead` names what followed."""

    codes: tuple[str, ...]
    starts: date | None = None
    ends: date | None = None
    instead: str = ""


@cache
def limits() -> tuple[Limit, ...]:
    """How often, as packaged."""
    return listed("limits", "limits", Limit)


@cache
def otp(section: str) -> frozenset[str]:
    """Codes and places of opioid treatment: weeks, only, places, bill_types, office."""
    return frozenset(map(str, raw("otp")[section]))


@cache
def places() -> frozenset[str]:
    """Places of service."""
    return frozenset(map(str, raw("places")["places"]))


@cache
def dated_codes() -> Mapping[str, DatedCodes]:
    """Code -> when it existed, for those whose days we know."""
    return {code: x for x in listed("procedures", "dated", DatedCodes) for code in x.codes}


@cache
def laboratory() -> frozenset[str]:
    """Laboratory tests."""
    return frozenset(map(str, raw("procedures")["laboratory"]))
