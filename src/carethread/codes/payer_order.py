"""Which kinds of payers may pay only after others. Table: payer_order.yaml."""

from dataclasses import dataclass
from functools import cache

from carethread.codes.tables import keyed


@dataclass(frozen=True, slots=True)
class Turn:
    """Payers of a lower `turn` pay first, whatever their ranks; `reference` is the law."""

    turn: int
    reference: str = ""


@cache
def turns() -> dict[str, Turn]:
    """The turn of each kind of payer."""
    return keyed("payer_order", "turns", Turn)


def turn_of(kind: str) -> int:
    """The turn of a kind of payer; one that the table does not know pays among the first."""
    return turns()[kind].turn if kind in turns() else 1
