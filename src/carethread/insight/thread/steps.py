"""What a thread is made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from carethread.record.models import Acknowledgment


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
_ANSWERS = ("TA1", "999", "277CA")  # to the interchange, to its claims as data, to each claim


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
    """One knot: what happened, when (None: not yet), and the facts that prove it. `place` orders
    steps of one kind that came in one moment; `version` is the claim's version that left with it,
    which others link to."""

    kind: Kind
    title: str
    at: datetime | None
    facts: tuple[str, ...] = ()
    feel: Feel = Feel.DONE
    link: Link | None = None
    more: tuple[Link, ...] = ()
    place: int = 0
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """Everything that hangs together with `subject`, oldest step first."""

    title: str
    subject: Link
    steps: tuple[Step, ...]


def in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Steps by their time, those still to come last."""
    return tuple(sorted(steps, key=_when))


def _when(step: Step) -> tuple[bool, float, int, int]:
    at = step.at.timestamp() if step.at else 0
    return (step.at is None, at, _ORDER[step.kind], step.place)


def acknowledged(row: Acknowledgment, *facts: str) -> Step:
    """An acknowledgment as a step; of several that were read at once, each stands behind what has
    to be accepted before it."""
    return Step(
        Kind.ACKNOWLEDGMENT,
        f"{row.kind} {'accepted' if row.accepted else 'refused'}",
        row.made_at,
        (row.words, *facts),
        Feel.DONE if row.accepted else Feel.BAD,
        Link("file", row.file_id),
        place=_ANSWERS.index(row.kind),
    )
