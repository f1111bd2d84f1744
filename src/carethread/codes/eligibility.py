"""What the codes of an eligibility answer mean, in our own words. Table: eligibility.yaml."""

from dataclasses import dataclass
from functools import cache

from carethread.codes.tables import keyed, raw


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
def _benefits() -> dict[str, BenefitKind]:
    return keyed("eligibility", "benefits", BenefitKind)


@cache
def _rejections() -> dict[str, RejectReason]:
    return keyed("eligibility", "rejections", RejectReason)


@cache
def _follow_ups() -> dict[str, FollowUp]:
    return keyed("eligibility", "follow_ups", FollowUp)


@cache
def service_types() -> dict[str, ServiceType]:
    """Every service type of the list. A code that is not in it is kept and shown as it is."""
    return keyed("eligibility", "services", ServiceType)


def benefit_kind(code: str) -> BenefitKind:
    return _benefits().get(code, UNKNOWN_BENEFIT)


def reject_reason(code: str) -> RejectReason:
    return _rejections().get(code, UNKNOWN_REASON)


def follow_up(code: str) -> FollowUp:
    return _follow_ups().get(code, UNKNOWN_FOLLOW_UP)


@cache
def administrators() -> frozenset[str]:
    """Roles (NM101) of whoever answers for a benefit in the payer's place."""
    return frozenset(map(str, raw("eligibility")["administrators"]))
