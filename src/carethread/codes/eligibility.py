"""What the codes of an eligibility answer mean, in our own words. Table: eligibility.yaml."""

from dataclasses import dataclass
from functools import cache
from typing import TypeVar

from carethread.codes.tables import keyed, raw

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BenefitKind:
    """EB01: `group` is what such a line speaks of (active, copay, deductible...), "" where it is
    only shown."""

    words: str
    group: str


@dataclass(frozen=True, slots=True)
class RejectReason:
    """AAA03: `about` names what to look at (subscriber, provider, dates...), `cure` what to do."""

    about: str
    words: str
    cure: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """AAA04: `again` is never, corrected, unchanged or later."""

    words: str
    again: str


@dataclass(frozen=True, slots=True)
class ServiceType:
    """EB03 and EQ01."""

    words: str


UNKNOWN_REASON = RejectReason(
    "request", "a reason that we have no words for", "Look the code up at the payer."
)
UNKNOWN_FOLLOW_UP = FollowUp("what may follow is not said", "corrected")
UNKNOWN_BENEFIT = BenefitKind("a benefit that we have no words for", "")


@cache
def _table(section: str, kind: type[T]) -> dict[str, T]:
    return keyed("eligibility", section, kind)


def benefit_kind(code: str) -> BenefitKind:
    return _table("benefits", BenefitKind).get(code, UNKNOWN_BENEFIT)


def reject_reason(code: str) -> RejectReason:
    return _table("rejections", RejectReason).get(code, UNKNOWN_REASON)


def follow_up(code: str) -> FollowUp:
    return _table("follow_ups", FollowUp).get(code, UNKNOWN_FOLLOW_UP)


def service_type(code: str) -> ServiceType | None:
    """None for a code that is not in the list; such a code is kept and shown as it is."""
    return _table("services", ServiceType).get(code)


@cache
def administrators() -> frozenset[str]:
    """Roles (NM101) of whoever answers for a benefit in the payer's place."""
    return frozenset(map(str, raw("eligibility")["administrators"]))
