"""Levels of care: what a unit of each rests on, how it is billed, what payers know of its family.
Table: levels.yaml.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from carethread.codes.tables import keyed


class Form(StrEnum):
    """The claim form: 837P or 837I."""

    PROFESSIONAL = "P"
    INSTITUTIONAL = "I"


class Basis(StrEnum):
    """What one billable unit of a level of care rests on."""

    SESSION = "session"
    HOURS = "hours"
    CENSUS = "census"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Bundle:
    """The service that a day or week is billed as; where `by` is given, only if one of those
    services took place in it."""

    service: str
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BedHold:
    """That a bed kept for a client on leave (a kind of leaves.yaml) is paid: the service that such
    a night is billed as, its share of that code's fee in percent, and for how many nights of one
    leave at most (0: however many)."""

    leave: str
    service: str
    percent: int = 100
    most: int = 0


@dataclass(frozen=True, slots=True)
class ConditionCode:
    """A condition code (HI*BG) that payers of these filing indicators (SBR09) want on these bills
    (first two digits)."""

    code: str
    filing: tuple[str, ...]
    bill_types: tuple[str, ...]
    starts: date
    ends: date | None = None

    def is_wanted(self, filing: str, bill_type: str, day: date) -> bool:
        """Whether such a payer wants it on such a bill of that day."""
        held = self.starts <= day and (self.ends is None or day <= self.ends)
        return held and filing in self.filing and bill_type in self.bill_types


@dataclass(frozen=True, slots=True)
class Family:
    """What payers know of levels of care of one family, whoever billed.

    `codes` are those of its day, `swallows` the other codes that such a day includes, `places`
    where it is given (telehealth apart), `bill_types` what it stands on. `certified_days` is the
    longest that a physician certifies the need for it at a time. `leave_span` is the occurrence
    span code (HI*BI) that tells the nights of a leave. Empty or 0: not said.
    """

    label: str
    codes: tuple[str, ...] = ()
    swallows: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    bill_types: tuple[str, ...] = ()
    condition_codes: tuple[ConditionCode, ...] = ()
    certified_days: int = 0
    leave_span: str = ""


@dataclass(frozen=True, slots=True)
class Level:
    """A level of care.

    `day_minutes` are the least that a day must hold; `bill_type` the first two digits of the type
    of bill; `includes` are the services that the bundle swallows; `bed_holds` are the leaves for
    which a bed that is kept is paid.
    """

    label: str
    form: Form = Form.PROFESSIONAL
    basis: Basis = Basis.SESSION
    bundles: tuple[Bundle, ...] = ()
    includes: tuple[str, ...] = ()
    day_minutes: int = 0
    bill_type: str = ""
    place_of_service: str = "11"
    bed_holds: tuple[BedHold, ...] = ()

    def hold(self, leave: str, night: int) -> BedHold | None:
        """What is paid for that night of such a leave (its first is 1)."""
        paid = (b for b in self.bed_holds if b.leave == leave and (not b.most or night <= b.most))
        return next(paid, None)

    def bundle(self, services: Collection[str]) -> Bundle | None:
        """What a day or week with these services is billed as."""
        fitting = (b for b in self.bundles if not b.by or set(b.by) & set(services))
        return next(fitting, None)


@cache
def levels() -> dict[str, Level]:
    """Every level of care that we know, by its key."""
    return keyed("levels", "levels", Level)


@cache
def families() -> dict[str, Family]:
    """Every family of levels of care, by its key."""
    return keyed("levels", "families", Family)


def family_of(level_of_care: str) -> str:
    """The key of a level's family: IOP-SUD -> IOP."""
    return level_of_care.partition("-")[0]


def basis(level_of_care: str) -> Basis:
    """What a unit of that level rests on: how a center records it, and no payer's to change. Of an
    unknown one, each session."""
    known = levels().get(level_of_care)
    return known.basis if known else Basis.SESSION


def focus(level: str) -> str:
    """What a level of care treats ("sud"); empty where it treats anything."""
    return "sud" if level.endswith("-SUD") or level in ("OTP", "DETOX") else ""
