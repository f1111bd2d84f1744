"""How often, how long, where, since when. Tables: limits.yaml, perdiems.yaml, places.yaml,
procedures.yaml."""

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
    def within(self) -> str:
        """The span in words."""
        if self.month:
            return "a month"
        return "a day" if self.days == 1 else f"{self.days} days"


@dataclass(frozen=True, slots=True)
class PerDiem:
    """The day codes of a level of care (its family) and the codes that such a day includes."""

    level: str
    label: str
    codes: tuple[str, ...]
    includes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DatedCodes:
    """Codes that exist from `starts` to `ends`; `instead` names what followed."""

    codes: tuple[str, ...]
    starts: date | None = None
    ends: date | None = None
    instead: str = ""


@cache
def limits() -> Mapping[str, Limit]:
    """Code -> how often."""
    return {code: x for x in listed("limits", "limits", Limit) for code in x.codes}


@cache
def longest_limit() -> int:
    """The days before a service in which others may count against its limit."""
    return max(31 if x.month else x.days for x in limits().values())


@cache
def per_diems() -> Mapping[str, PerDiem]:
    """Day code -> its family."""
    return {code: x for x in listed("perdiems", "families", PerDiem) for code in x.codes}


@cache
def otp(section: str) -> frozenset[str]:
    """Codes and places of opioid treatment: otp_weeks, otp_only, otp_places, otp_bill_types,
    office_oud."""
    return frozenset(map(str, raw("perdiems")[section]))


@cache
def places() -> frozenset[str]:
    """Places of service."""
    return frozenset(map(str, raw("places")["places"]))


@cache
def places_of(level: str) -> frozenset[str]:
    """Places where a level of care (its family) is given; empty: the table does not say."""
    return frozenset(map(str, raw("places")["by_level"].get(level, ())))


@cache
def dated_codes() -> Mapping[str, DatedCodes]:
    """Code -> when it existed, for those whose days we know."""
    return {code: x for x in listed("procedures", "dated", DatedCodes) for code in x.codes}


@cache
def laboratory() -> frozenset[str]:
    """Laboratory tests."""
    return frozenset(map(str, raw("procedures")["laboratory"]))


def family(level_of_care: str) -> str:
    """The family of a level of care: IOP-SUD -> IOP."""
    return level_of_care.partition("-")[0]
