"""Why a client is away from a house overnight while the stay goes on. Table: leaves.yaml."""

from dataclasses import dataclass
from functools import cache

from carethread.codes.tables import keyed


@dataclass(frozen=True, slots=True)
class LeaveKind:
    """A kind of leave, and the revenue code under which a bed is kept for it."""

    label: str
    revenue_code: str


_LEAVE_CENTER = "018"  # the revenue center of every leave of absence


def keeps_a_bed(revenue_code: str) -> bool:
    """Whether a bed that is kept for somebody on leave is billed under that revenue code."""
    return revenue_code.startswith(_LEAVE_CENTER)


@cache
def leave_kinds() -> dict[str, LeaveKind]:
    """Every kind of leave, by its key."""
    return keyed("leaves", "kinds", LeaveKind)
