"""Levels of care: what a unit of each rests on, and how it is billed. Table: levels.yaml."""

from collections.abc import Collection
from dataclasses import dataclass
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
class ConditionCode:
    """A condition code (HI*BG) that claims of this level carry to payers of that kind."""

    code: str
    payer_kind: str


@dataclass(frozen=True, slots=True)
class Level:
    """A level of care.

    `day_minutes` and `week_minutes` are the least that a day and a week must hold; `bill_type`
    the first two digits of the type of bill; `inpatient` says that claims give the hours of
    admission and discharge; `includes` are the services that the bundle swallows.
    """

    label: str
    form: Form = Form.PROFESSIONAL
    basis: Basis = Basis.SESSION
    bundles: tuple[Bundle, ...] = ()
    includes: tuple[str, ...] = ()
    day_minutes: int = 0
    week_minutes: int = 0
    bill_type: str = ""
    inpatient: bool = False
    place_of_service: str = "11"
    condition_codes: tuple[ConditionCode, ...] = ()

    def bundle(self, services: Collection[str]) -> Bundle | None:
        """What a day or week with these services is billed as."""
        fitting = (b for b in self.bundles if not b.by or set(b.by) & set(services))
        return next(fitting, None)


@cache
def levels() -> dict[str, Level]:
    """Every level of care that we know, by its key."""
    return keyed("levels", "levels", Level)


def level(key: str) -> Level:
    """That level of care; an unknown one is outpatient, where each service stands for itself."""
    return levels().get(key) or levels()["OP"]
