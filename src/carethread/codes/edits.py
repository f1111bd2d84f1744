"""Procedure codes that are not paid together. Table: edits.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import combinations, product

from carethread.codes.tables import TableError, listed, raw


@dataclass(frozen=True, slots=True)
class PairEntry:
    """An entry as written: any of `either` with any of `or_else`, or any two of `either`."""

    either: tuple[str, ...]
    modifier: bool
    starts: date
    why: str
    or_else: tuple[str, ...] = ()
    ends: date | None = None

    def pairs(self) -> list[frozenset[str]]:
        """Every pair of two codes that the entry speaks of."""
        both = product(self.either, self.or_else) if self.or_else else combinations(self.either, 2)
        return [frozenset(pair) for pair in both]


@dataclass(frozen=True, slots=True)
class Edit:
    """Two codes that one clinician may not bill for one client on one day. `modifier` says that
    a separating modifier lifts it; `why` in plain words."""

    modifier: bool
    starts: date
    ends: date | None
    why: str


@cache
def pair_edits() -> Mapping[frozenset[str], Edit]:
    """Pair of codes -> edit."""
    found: dict[frozenset[str], Edit] = {}
    for entry in listed("edits", "pairs", PairEntry):
        for pair in entry.pairs():
            if pair in found:
                raise TableError(f"edits.yaml names {' with '.join(sorted(pair))} twice")
            found[pair] = Edit(entry.modifier, entry.starts, entry.ends, entry.why)
    return found


@cache
def separating_modifiers() -> frozenset[str]:
    """Modifiers that say "a separate service"."""
    return frozenset(str(m) for m in raw("edits")["separating_modifiers"])
