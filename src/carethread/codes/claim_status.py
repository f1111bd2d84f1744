"""What a claim status category (STC01-1 of the 277 and 277CA) means. Table: claim_status.yaml."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from carethread.codes.tables import keyed


class Stage(StrEnum):
    """What has become of a claim, as far as its status category tells."""

    UNKNOWN = "unknown"
    RECEIVED = "received"
    REJECTED = "rejected"
    PENDING = "pending"
    RECORDS = "records"
    PAID = "paid"
    DENIED = "denied"
    DECIDED = "decided"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Category:
    """A claim status category. The stages are explained in claim_status.yaml."""

    words: str
    stage: Stage

    @property
    def can_pay(self) -> bool:
        """A claim in this category may have been paid."""
        return self.stage in (Stage.PAID, Stage.DECIDED)


@cache
def categories() -> dict[str, Category]:
    """Every category there is."""
    return keyed("claim_status", "categories", Category)
