"""What a case is worth working on: how likely its money is, and how its deadline weighs. Table:
recovery.yaml, where the columns are explained."""

from dataclasses import dataclass
from datetime import date
from functools import cache

from carethread.codes.tables import build, keyed, listed, raw


@dataclass(frozen=True, slots=True)
class Likelihood:
    """A root cause as people call it, percent of its money that may be expected, and the cents that
    a case of it counts for at least."""

    label: str
    percent: int
    floor: int = 0


@dataclass(frozen=True, slots=True)
class Urgency:
    """So many days or fewer before its deadline, a case weighs `weight` times as much."""

    within: int
    weight: int
    starts: date
    ends: date | None = None


@cache
def likelihoods() -> dict[str, Likelihood]:
    """What is said of each root cause, by its category."""
    return keyed("recovery", "likelihood", Likelihood)


def label(category: str) -> str:
    """A root cause as people call it."""
    known = likelihoods().get(category)
    return known.label if known else category.replace("_", " ").capitalize()


@cache
def _urgencies() -> tuple[Urgency, ...]:
    return listed("recovery", "urgency", Urgency)


def categories() -> list[tuple[str, str]]:
    """Every root cause that a case can have, with its words, for a list to choose from."""
    named = ((category, one.label) for category, one in likelihoods().items())
    return sorted(named, key=lambda pair: pair[1])


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
