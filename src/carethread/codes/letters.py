"""What letters to payers say, and what packets hold. Table: letters.yaml."""

from dataclasses import dataclass
from functools import cache

from carethread.codes.tables import build, listed, raw


@dataclass(frozen=True, slots=True)
class AppealText:
    """What an appeal for a root cause asks for beside the payment, and which parts of the record a
    packet begins with."""

    category: str
    request: str
    encloses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a packet. `by_author`: only who reads the note adds it, as screens keep it from
    billers."""

    key: str
    words: str
    by_author: bool = False


@cache
def parts() -> tuple[Part, ...]:
    """The parts of a packet, in their order."""
    return listed("letters", "parts", Part)


@cache
def appeal_text(category: str) -> AppealText:
    """The text for a root cause; a plain one where none is written for it."""
    known = {text.category: text for text in listed("letters", "appeals", AppealText)}
    return known.get(category) or build(
        AppealText, raw("letters")["otherwise"], "letters.yaml: otherwise"
    )


def part2_notice() -> str:
    """What records of a substance use program say at the foot of every page."""
    return str(raw("letters")["notice"])
