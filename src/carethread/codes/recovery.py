"""What a case is worth working on: how likely its money is, and how its deadline weighs. Table:
recovery.yaml, where the columns are explained."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from carethread.codes.tables import build, listed, on, raw


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Percent of a root cause's money that may be expected, and the least that it counts for."""

    category: str
    percent: int
    starts: date
    ends: date | None = None
    floor: int = 0


@dataclass(frozen=True, slots=True)
class Urgency:
    """So many days or fewer before its deadline, a case weighs `weight` times as much."""

    within: int
    weight: int
    starts: date
    ends: date | None = None


@cache
def _likelihoods() -> tuple[Likelihood, ...]:
    return listed("recovery", "likelihood", Likelihood)


@cache
def _urgencies() -> tuple[Urgency, ...]:
    return listed("recovery", "urgency", Urgency)


def likelihoods(day: date) -> tuple[Likelihood, ...]:
    """What is said of each root cause on that day."""
    known = sorted({one.category for one in _likelihoods()})
    held = (on((o for o in _likelihoods() if o.category == name), day) for name in known)
    return tuple(one for one in held if one is not None)


def categories() -> list[tuple[str, str]]:
    """Every root cause that a case can have, with its words, for a list to choose from."""
    names = sorted({one.category for one in _likelihoods()})
    return [(name, name.replace("_", " ").capitalize()) for name in names]


@cache
def otherwise() -> Likelihood:
    """For a root cause of which nothing is said."""
    return build(Likelihood, raw("recovery")["otherwise"], "recovery.yaml: otherwise")


def urgencies(day: date) -> tuple[Urgency, ...]:
    """The nearest deadline first."""
    held = [u for u in _urgencies() if u.starts <= day and (u.ends is None or day <= u.ends)]
    return tuple(sorted(held, key=lambda u: u.within))


def past() -> int:
    """How much a case past its deadline weighs, where no right was lost with it."""
    return int(raw("recovery")["past"])


def lost() -> tuple[str, ...]:
    """Kinds of case with whose deadline a right is lost."""
    return tuple(raw("recovery")["lost"])
