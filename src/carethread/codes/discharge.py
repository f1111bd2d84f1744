"""Where clients go when they leave, as an 837I says it (CL103). Table: discharge.yaml."""

from dataclasses import dataclass
from functools import cache

from carethread.codes.tables import keyed


@dataclass(frozen=True, slots=True)
class DischargeStatus:
    """`transfer`: somebody else goes on with the care; `ama`: the client left against advice."""

    label: str
    transfer: bool = False
    ama: bool = False


@cache
def discharge_statuses() -> dict[str, DischargeStatus]:
    """Every patient status that a discharge can have, by its code."""
    return keyed("discharge", "statuses", DischargeStatus)
