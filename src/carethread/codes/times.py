"""The minutes that time-based codes are published for. Table: times.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from carethread.codes.tables import listed, on


@dataclass(frozen=True, slots=True)
class CodeTime:
    """These codes stand for at least so many minutes; or, with `per`, for units of so many."""

    codes: tuple[str, ...]
    starts: date
    reference: str
    least: int = 0
    per: int = 0
    ends: date | None = None

    def units(self, minutes: int) -> int:
        """The most units that so many minutes are. Those of `per` minutes count once their midpoint
        is passed (CPT's rule; for 15 minutes it is Medicare's eighth minute as well)."""
        if not self.per:
            return int(minutes >= self.least)
        whole, rest = divmod(minutes, self.per)
        return whole + (rest * 2 > self.per)

    @property
    def words(self) -> str:
        """What is published, with who says so: "53 minutes or more (Novitas contentId …)"."""
        said = f"units of {self.per} minutes from their midpoint on" if self.per else ""
        return f"{said or f'{self.least} minutes or more'} ({self.reference})"


@cache
def _times() -> Mapping[str, tuple[CodeTime, ...]]:
    rows = listed("times", "times", CodeTime)
    codes = {code for row in rows for code in row.codes}
    return {code: tuple(row for row in rows if code in row.codes) for code in codes}


def time_of(code: str, day: date) -> CodeTime | None:
    """What is published of a code's minutes on that day; None where nothing is known."""
    return on(_times().get(code, ()), day)


def times_within(code: str, starts: date, ends: date | None) -> tuple[CodeTime, ...]:
    """What is published of a code's minutes on any day of a stretch."""
    return tuple(
        row
        for row in _times().get(code, ())
        if (ends is None or row.starts <= ends) and (row.ends is None or starts <= row.ends)
    )
