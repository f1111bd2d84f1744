"""Who answers for the care of a stay, which may change while it goes on."""

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

Who = TypeVar("Who")


def attending_on(day: date, turns: Sequence[tuple[date, Who]]) -> Who:
    """Who answers on that day. `turns` say who does from which day on, in the order in which they
    were recorded: the last one that has begun counts. Before all of them it is the first."""
    begun = (who for starts, who in reversed(turns) if starts <= day)
    return next(begun, turns[0][1])
