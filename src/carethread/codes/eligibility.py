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
    """AAA03: `about` names what to look at (subscriber, provider, dates...), `cure` what to do,
    `fix` the place in the record where `about` alone does not tell it."""

    about: str
    words: str
    cure: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """AAA04: `again` is never, corrected, unchanged or later."""

    words: str
    again: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the record a rejection is cured: a page, a field of its form ("" is the whole), and
    what it is called. `other_field` is the coverage's, for a subscriber who is not the client."""

    page: str
    words: str
    field: str = ""
    other_field: str = ""


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


@cache
def _places() -> dict[str, Place]:
    return keyed("eligibility", "places", Place)


def place(code: str) -> Place | None:
    """Where a rejection with that reason is cured; None where nothing in the record would help."""
    reason = reject_reason(code)
    by_about: dict[str, str] = raw("eligibility")["cured_at"]
    return _places().get(reason.fix or by_about.get(reason.about, ""))


@cache
def asked() -> tuple[str, ...]:
    """The service types that an inquiry asks about, the plan as a whole first."""
    return tuple(map(str, raw("eligibility")["asked"]))


@cache
def behavioral() -> frozenset[str]:
    """The service types that mean behavioral health."""
    return frozenset(code for codes in _programs().values() for code in codes)


@cache
def _programs() -> dict[str, tuple[str, ...]]:
    return {key: tuple(codes) for key, codes in raw("eligibility")["programs"].items()}


def services_of(family: str) -> tuple[str, ...]:
    """The service types that a family of levels of care (OP, IOP, ...) lives by, closest first."""
    return _programs().get(family, _programs()["OP"])
