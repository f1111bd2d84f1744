"""Text that a note shares word for word with an earlier one.

An auditor who finds one paragraph in ten notes doubts all ten. What is compared are runs of `RUN`
words, so that a changed name or number does not hide a copy, and a phrase that everybody writes
is no copy yet. Both figures are our own.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

RUN = 4
"""Words in a run that is compared."""
LEAST_WORDS = 15
"""A shorter text says too little to be called a copy."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Earlier:
    """A signed note to compare with: its day, whether it is of the same client, its text by key."""

    day: date
    same_client: bool
    content: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Copy:
    """`percent` of the section `key` stands in a note of `day`, of this client or another."""

    key: str
    percent: int
    day: date
    same_client: bool


def copies(
    content: Mapping[str, str],
    earlier: Iterable[Earlier],
    *,
    from_percent: int,
    untouched: Mapping[str, str] | None = None,
) -> tuple[Copy, ...]:
    """The sections of which at least `from_percent` stands in one earlier note, each with the note
    that it shares most with; of two alike the one that is listed first. What an addendum leaves as
    it was signed (`untouched`, its sections) is no copy made now."""
    known = [(note, runs(" ".join(note.content.values()))) for note in earlier]
    found = []
    for key, text in content.items():
        mine = runs(text)
        new = mine - runs((untouched or {}).get(key, ""))
        if not known or not is_long(text):
            continue
        note, theirs = max(known, key=lambda pair: len(new & pair[1]))
        percent = 100 * len(new & theirs) // len(mine)
        if percent >= from_percent:
            found.append(Copy(key, percent, note.day, note.same_client))
    return tuple(found)


def is_long(text: str) -> bool:
    """Whether the text says enough to be called a copy of anything."""
    return len(_WORD.findall(text)) >= LEAST_WORDS


def runs(text: str) -> frozenset[tuple[str, ...]]:
    """Every run of `RUN` words of the text, in lower case."""
    words = _WORD.findall(text.lower())
    return frozenset(tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1))
