"""Authorizations: which one a service is billed under, what is left, and what to warn of.

A service that falls outside of its authorization is documented all the same, and its claim
stays: see `rules/scrub/authorization.py`, which says it with the same words.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from math import ceil

from carethread.rules.facts import BASE, AuthorizationFacts, AuthorizedService, Cap, TakenUnits
from carethread.rules.words import day, listing

# ---------------------------------------------------------------- states

USABLE = frozenset({"approved", "partial", "modified", "extended", "exhausted", "expired"})
LIVE = frozenset({"approved", "partial", "modified", "extended"})
BY_ITSELF = frozenset({"extended", "exhausted", "expired"})  # what no answer says
AWAITED = frozenset({"submitted", "retro_requested", "pended", "appealed", "peer_to_peer"})
_ANSWERS = frozenset({"approved", "partial", "modified", "denied", "pended", "not_required"})

# What may follow a state; "" is a row that is not on record yet. DOMAIN.md section 3.
MOVES: Mapping[str, frozenset[str]] = {
    "": _ANSWERS | {"draft", "submitted", "retro_requested"},
    "draft": _ANSWERS | {"submitted", "retro_requested", "voided"},
    "submitted": _ANSWERS | {"peer_to_peer", "voided"},
    "retro_requested": _ANSWERS | {"peer_to_peer", "voided"},
    "pended": _ANSWERS | {"peer_to_peer", "voided"},
    "peer_to_peer": _ANSWERS | {"voided"},
    "denied": frozenset({"appealed", "peer_to_peer", "voided"}),
    "appealed": _ANSWERS | {"voided"},
    "not_required": _ANSWERS | {"submitted", "voided"},
    "approved": frozenset({"modified", "extended", "exhausted", "expired", "voided"}),
    "partial": frozenset(
        {"approved", "modified", "extended", "exhausted", "expired", "voided", "appealed",
         "peer_to_peer"}
    ),
    "modified": frozenset(
        {"approved", "modified", "extended", "exhausted", "expired", "voided", "appealed",
         "peer_to_peer"}
    ),
    "extended": frozenset({"modified", "extended", "exhausted", "expired", "voided"}),
    "exhausted": LIVE | {"expired", "voided"},
    "expired": LIVE | {"exhausted", "voided"},
    "voided": frozenset(),
}  # fmt: skip

# HCR01 of a 278 response: what the payer did.
ACTIONS: Mapping[str, str] = {
    "A1": "approved",
    "A2": "partial",
    "A3": "denied",
    "A4": "pended",
    "A6": "modified",
    "C": "voided",
    "CT": "pended",
    "NA": "not_required",
}


def may_become(state: str, other: str) -> bool:
    """Whether an authorization in `state` may come to be in the other."""
    return other in MOVES.get(state, frozenset())


def resting_state(answered: str, ends: date, remaining: int, today: date) -> str:
    """Where an answered authorization stands by its dates and its units alone: expired, used up,
    or as the payer `answered` it."""
    if answered not in LIVE:
        return answered
    if ends < today:
        return "expired"
    return "exhausted" if remaining <= 0 else answered


# ---------------------------------------------------------------- units


def needed(known: AuthorizationFacts, on: date, slot: str, units: int, minutes: int) -> int:
    """What one charge line of that day takes of an authorization, in its own unit.

    Units are the line's own. A visit or its hours (whole, rounded up) are taken once by the base
    service: an add-on belongs to the same visit. A day is taken once by all of its services: the
    first takes it, and `known.taken` tells the others so.
    """
    if known.unit == "units":
        return units
    if slot != BASE:
        return 0
    if known.unit == "days":
        return int(sum(t.units for t in known.taken if t.day == on) <= 0)
    return max(1, ceil(minutes / 60)) if known.unit == "hours" else 1


def period_of(cap: Cap, on: date) -> tuple[date, date]:
    """The first and last day of the cap's period in which a day falls."""
    if cap.period == "month":
        first = on.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    first = on - timedelta(days=on.weekday() if cap.period == "week" else 0)
    return first, first + timedelta(days=6 if cap.period == "week" else 0)


def over_cap(known: AuthorizationFacts, services: Iterable[tuple[date, int]]) -> Iterator[str]:
    """Each cap that these further services (day, units) go beyond, in words."""
    further = [TakenUnits(on, units) for on, units in services]
    for cap in known.caps:
        periods = sorted({period_of(cap, one.day) for one in further})
        for first, last in periods:
            total = sum(t.units for t in (*known.taken, *further) if first <= t.day <= last)
            if total > cap.units:
                when = "on" if cap.period == "day" else f"in the {cap.period} of"
                yield (
                    f"Authorization {known.number} allows {cap.units} {when} {day(first)}; "
                    f"this makes it {total}."
                )


# ---------------------------------------------------------------- choosing


class Short(StrEnum):
    """How a service falls outside of an authorization, the gravest first."""

    STATE = "state"
    SCOPE = "scope"
    DATES = "dates"
    PROVIDER = "provider"
    UNITS = "units"
    CAP = "cap"


def covers_scope(known: AuthorizationFacts, code: str, level_of_care: str) -> bool:
    """Whether it is for that code at that level of care; what is not known does not speak."""
    return (not known.codes or code in known.codes) and (
        not (known.level_of_care and level_of_care) or known.level_of_care == level_of_care
    )


def covers_provider(known: AuthorizationFacts, service: AuthorizedService) -> bool:
    """Whether it is for that facility and renderer."""
    place = not (known.facility and service.facility) or known.facility == service.facility
    npi = service.rendering_npi
    return place and (known.rendering is None or not npi or known.rendering.npi == npi)


_CHECKS: Mapping[Short, Callable[[AuthorizationFacts, AuthorizedService], bool]] = {
    Short.STATE: lambda known, _: known.state in USABLE or known.state == "not_required",
    Short.SCOPE: lambda known, s: covers_scope(known, s.code, s.level_of_care),
    Short.DATES: lambda known, s: known.covers(s.day),
    Short.PROVIDER: covers_provider,
    Short.UNITS: lambda known, s: (
        known.state == "not_required" or known.remaining is None or s.units <= known.remaining
    ),
    Short.CAP: lambda known, s: not any(over_cap(known, [(s.day, s.units)])),
}


def shortfalls(known: AuthorizationFacts, service: AuthorizedService) -> tuple[Short, ...]:
    """Everything by which the service falls outside; nothing: it is covered."""
    return tuple(short for short, fits in _CHECKS.items() if not fits(known, service))


Ask = Callable[[AuthorizationFacts], AuthorizedService]


def choose(authorizations: Sequence[AuthorizationFacts], service: Ask) -> AuthorizationFacts | None:
    """The authorization to bill under: of those that cover the service, the one that ends first;
    failing that the nearest, so that the scrubber can say how it falls short. None where none
    is for that code at all. `service` gives the service in an authorization's own unit."""

    def order(known: AuthorizationFacts) -> tuple[object, ...]:
        short = shortfalls(known, service(known))
        missed = tuple(one in short for one in Short)
        ends = (known.ends or date.max).toordinal()
        # Of those that cover it the first to end is used up first; else the latest is meant.
        return (missed, ends if not short else -ends, known.id or 0)

    sought = [k for k in authorizations if not k.codes or service(k).code in k.codes]
    return min(sought, key=order, default=None)


# ---------------------------------------------------------------- burning down


@dataclass(frozen=True, slots=True)
class Burn:
    """How an authorization burns down against the schedule. `runs_out_on` is the day whose
    service finds too few units, None where they last to the end; `weekly` the pace, in units."""

    left: int
    weekly: float
    runs_out_on: date | None = None

    def words(self) -> str:
        """ "Runs out on Dec 12, 2026 at this pace"."""
        if self.runs_out_on is not None:
            return f"Runs out on {day(self.runs_out_on)} at this pace"
        return "Lasts to its end at this pace" if self.weekly else "Nothing is scheduled"


_PACE_DAYS = 28


def burn_down(
    left: int,
    *,
    today: date,
    ends: date,
    consumed: Sequence[TakenUnits],
    scheduled: Sequence[TakenUnits],
) -> Burn:
    """When `left` units (approved less consumed) run out: first by what is scheduled, and beyond
    the last appointment at the pace of the four weeks behind and the four ahead."""
    ahead = sorted((s for s in scheduled if today <= s.day <= ends), key=lambda s: s.day)
    weekly = _weekly(consumed, ahead, today)
    rest = left
    for one in ahead:
        rest -= one.units
        if rest < 0:
            return Burn(left, weekly, one.day)
    since = max([today, *(one.day for one in ahead)])
    if not weekly:
        return Burn(left, weekly)
    out = since + timedelta(days=ceil((rest + 1) * 7 / weekly))
    return Burn(left, weekly, out if out <= ends else None)


def _weekly(consumed: Sequence[TakenUnits], ahead: Sequence[TakenUnits], today: date) -> float:
    """Units a week: the busier of the last four weeks and the next four."""
    span = timedelta(days=_PACE_DAYS)
    behind = sum(c.units for c in consumed if today - span <= c.day < today)
    coming = sum(s.units for s in ahead if s.day < today + span)
    return max(behind, coming) * 7 / _PACE_DAYS


# ---------------------------------------------------------------- warning


@dataclass(frozen=True, slots=True)
class WarnAt:
    """From when on to warn: units left, days before the end, days before a concurrent review."""

    units: int = 3
    expiry_days: int = 14
    review_days: int = 7


@dataclass(frozen=True, slots=True)
class Alert:
    """A few words beside an appointment or a bar. `tone`: bad (it will not be paid), wait."""

    words: str
    tone: str = "wait"


_STATE_WORDS = {
    "draft": "Authorization not asked for yet",
    "submitted": "Authorization not answered yet",
    "retro_requested": "Authorization not answered yet",
    "pended": "Authorization pended",
    "denied": "Authorization denied",
    "appealed": "Authorization under appeal",
    "peer_to_peer": "Authorization in peer-to-peer review",
    "voided": "Authorization voided",
}


def alerts(
    known: AuthorizationFacts | None,
    service: AuthorizedService,
    *,
    next_review: date | None = None,
    at: WarnAt = WarnAt(),
) -> tuple[Alert, ...]:
    """What to say beside a service that needs an authorization, on its day; the worst first."""
    if known is None:
        return (Alert("No authorization", "bad"),)
    if known.state == "not_required":
        return ()
    short = shortfalls(known, service)
    if Short.STATE in short:
        return (Alert(_STATE_WORDS.get(known.state, "No authorization"), "bad"),)
    return (*_outside(known, service, short), *_soon(known, service.day, next_review, short, at))


def standing_alerts(
    known: AuthorizationFacts, today: date, *, next_review: date | None, at: WarnAt
) -> tuple[Alert, ...]:
    """What to say of an authorization as it stands today, whatever the service."""
    if known.state not in USABLE:
        words = _STATE_WORDS.get(known.state)
        return (Alert(words, "bad" if known.state == "denied" else "wait"),) if words else ()
    if known.ends is not None and known.ends < today:
        return (Alert(_outside_dates(known, today), "bad"),)
    if known.remaining is not None and known.remaining <= 0:
        none = Alert(f"No {known.unit} left", "bad")
        return (none, *_soon(known, today, next_review, (Short.UNITS,), at))
    return tuple(_soon(known, today, next_review, (), at))


def _outside(
    known: AuthorizationFacts, service: AuthorizedService, short: tuple[Short, ...]
) -> Iterator[Alert]:
    if Short.SCOPE in short:
        yield Alert(f"Authorization is not for {service.code}", "bad")
    if Short.DATES in short:
        yield Alert(_outside_dates(known, service.day), "bad")
    if Short.PROVIDER in short:
        yield Alert("Authorization is for another provider", "bad")
    if Short.UNITS in short:
        yield Alert(f"No {known.unit} left", "bad")
    if Short.CAP in short:
        yield Alert(f"More than the authorization allows in a {_least_cap(known)}", "bad")


def _outside_dates(known: AuthorizationFacts, on: date) -> str:
    if known.starts is not None and on < known.starts:
        return f"Authorization starts on {day(known.starts)}"
    return f"Authorization ended on {day(known.ends)}" if known.ends else "No authorization"


def _least_cap(known: AuthorizationFacts) -> str:
    return min(known.caps, key=lambda cap: cap.units).period if known.caps else "period"


def _soon(
    known: AuthorizationFacts,
    today: date,
    next_review: date | None,
    short: tuple[Short, ...],
    at: WarnAt,
) -> Iterator[Alert]:
    """Running low, near its end, before its review."""
    left = known.remaining
    if left is not None and Short.UNITS not in short and left <= at.units:
        yield Alert(f"{left} {known.unit if left != 1 else known.unit.rstrip('s')} left")
    until = (known.ends - today).days if known.ends else None
    if until is not None and 0 <= until <= at.expiry_days:
        yield Alert(f"Expires {_in_days(until)}")
    ahead = (next_review - today).days if next_review else None
    if ahead is not None and ahead <= at.review_days:
        yield Alert(f"Review due {_in_days(ahead)}" if ahead >= 0 else "Review overdue")


def _in_days(number: int) -> str:
    return "today" if number == 0 else "tomorrow" if number == 1 else f"in {number} days"


def scope_words(codes: Sequence[str], level_of_care: str) -> str:
    """What an authorization is for, in words: 90834 and 90837; IOP; any service."""
    parts = [part for part in (level_of_care, listing(codes)) if part]
    return ": ".join(parts) or "any service"
