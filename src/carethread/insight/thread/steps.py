"""What a thread is made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a step is about. Their order is the order of steps of one moment."""

    NOTE = "note"
    SIGNATURE = "signature"
    CHARGE = "charge"
    CLAIM = "claim"
    FILE = "file"
    ACKNOWLEDGMENT = "acknowledgment"
    REMITTANCE = "remittance"
    TRANSFERS = "transfers"
    CASE = "case"
    AHEAD = "ahead"


_ORDER = {kind: place for place, kind in enumerate(Kind)}


class Feel(StrEnum):
    """How a step went."""

    DONE = "done"
    GOOD = "good"
    BAD = "bad"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Link:
    """A row of the record: what it is (note, claim, file, remittance, case, authorization…) and
    its id. The web turns it into an address, the CLI into words."""

    kind: str
    id: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One knot: what happened, when (None: not yet), and the facts that prove it."""

    kind: Kind
    title: str
    at: datetime | None
    facts: tuple[str, ...] = ()
    feel: Feel = Feel.DONE
    link: Link | None = None
    more: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Thread:
    """Everything that hangs together with `subject`, oldest step first."""

    title: str
    subject: Link
    steps: tuple[Step, ...]


def in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Steps by their time, those still to come last."""
    return tuple(
        sorted(steps, key=lambda s: (s.at is None, s.at.timestamp() if s.at else 0, _ORDER[s.kind]))
    )


def dollars(cents: int) -> str:
    """$1,234.50, with a true minus sign."""
    return f"{'−' if cents < 0 else ''}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"
