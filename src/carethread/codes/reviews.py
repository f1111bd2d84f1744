"""What the codes of a services review (278) mean, in our words. Table: reviews.yaml."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from carethread.codes.tables import keyed


class Outcome(StrEnum):
    """What became of a request."""

    APPROVED = "approved"
    PARTLY_APPROVED = "partly_approved"
    CHANGED = "changed"
    REFUSED = "refused"
    PENDING = "pending"
    CANCELLED = "cancelled"
    CONTACT = "contact"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class Action:
    """A decision (HCR01); `numbered`: it carries an authorization number."""

    words: str
    outcome: Outcome
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Certification:
    """What kind of request it is (UM02); `earlier`: one about a review that there was before."""

    words: str
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """A code that means no more than its words."""

    words: str


@cache
def actions() -> dict[str, Action]:
    """HCR01."""
    return keyed("reviews", "actions", Action)


@cache
def categories() -> dict[str, Meaning]:
    """UM01."""
    return keyed("reviews", "categories", Meaning)


@cache
def certifications() -> dict[str, Certification]:
    """UM02."""
    return keyed("reviews", "certifications", Certification)


@cache
def rejections() -> dict[str, Meaning]:
    """AAA03."""
    return keyed("reviews", "rejections", Meaning)


@cache
def follow_ups() -> dict[str, Meaning]:
    """AAA04."""
    return keyed("reviews", "follow_ups", Meaning)
