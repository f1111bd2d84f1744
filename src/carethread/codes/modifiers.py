"""Modifiers by rule: which payers ask for what. Tables: modifiers.yaml, telehealth.yaml."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from carethread.codes.credentials import Group
from carethread.codes.tables import listed

MOST_MODIFIERS = 4  # SV101-3 to SV101-6


@dataclass(frozen=True, slots=True)
class ModifierRule:
    """Add `modifier` where every condition that is given holds.

    `codes`, `services`, `credentials` and `groups`: any of the listed; `telehealth`: "video"
    or "audio"; `supervised`: whether a supervisor signs; `level_of_care`: that level.
    """

    modifier: str
    codes: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    telehealth: str = ""
    supervised: bool | None = None
    level_of_care: str = ""


@dataclass(frozen=True, slots=True)
class TelehealthPlace:
    """A place of service that means telehealth, since `starts`."""

    code: str
    starts: date
    ends: date | None = None


@dataclass(frozen=True, slots=True)
class TelehealthModifier:
    """A modifier that means telehealth, and by which means (video, audio)."""

    code: str
    by: tuple[str, ...]


@cache
def default_rules() -> tuple[ModifierRule, ...]:
    """The modifiers that hold where a payer's profile says nothing else."""
    return listed("modifiers", "modifiers", ModifierRule)


@cache
def telehealth_places() -> frozenset[str]:
    """The places of service that mean telehealth."""
    return frozenset(p.code for p in listed("telehealth", "places", TelehealthPlace))


@cache
def telehealth_modifiers() -> dict[str, tuple[str, ...]]:
    """Modifier -> the means of telehealth that it may stand for."""
    return {m.code: m.by for m in listed("telehealth", "modifiers", TelehealthModifier)}


@dataclass(frozen=True, slots=True)
class Exclusive:
    """Modifiers of which a line carries at most one; `of` says of what they speak."""

    of: str
    modifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Required:
    """A modifier that these codes need where a group was served."""

    modifier: str
    codes: tuple[str, ...]
    group: bool
    reference: str


@dataclass(frozen=True, slots=True)
class AgeModifier:
    """A modifier that says how old the client is: from `least` years to below `below`."""

    modifier: str
    least: int
    below: int


@cache
def exclusive_modifiers() -> tuple[Exclusive, ...]:
    """Sets of modifiers that contradict each other."""
    return listed("modifiers", "exclusive", Exclusive)


@cache
def required_modifiers() -> tuple[Required, ...]:
    """Modifiers that codes need."""
    return listed("modifiers", "required", Required)


@cache
def age_modifiers() -> dict[str, AgeModifier]:
    """Modifier -> the age that it stands for."""
    return {m.modifier: m for m in listed("modifiers", "ages", AgeModifier)}
