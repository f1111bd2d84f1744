"""Charges that are on no claim yet, and what each of them waits for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db.models import QuerySet

from carethread.record.models import Charge
from carethread.rules import institutional
from carethread.workflow import gather

Cycles = Callable[[int, int, date], institutional.Cycle]
"""By program, payer and day how much time a claim covers."""


@dataclass(frozen=True, slots=True)
class Waits:
    """A charge in cents, and what it waits for in a sentence. `until`: the last day of its
    statement period; None where it waits for a coverage, or for billing's next look."""

    charge: Charge
    words: str
    until: date | None = None

    @property
    def lacks_coverage(self) -> bool:
        return self.charge.current is None or self.charge.current.coverage is None


def without_claim() -> "QuerySet[Charge]":
    """Live charges without a claim, oldest first, with what tells of them."""
    return (
        Charge.objects.filter(claim__isnull=True, state="live")
        .select_related(
            "client",
            "current__coverage__payer",
            "current__note_version",
            "attendance__session__program",
        )
        .defer("current__note_version__content")
        .order_by("service_date", "pk")
    )


def waiting(charges: Iterable[Charge]) -> list[Waits]:
    """What each of these waits for."""
    cycle = cache(gather.cycle_of)
    return [_waits(charge, cycle) for charge in charges]


def _waits(charge: Charge, cycle: Cycles) -> Waits:
    current = charge.current
    if current is None or current.coverage is None:
        return Waits(charge, "Nobody is on record who insures the client on that day.")
    if current.form == "P":
        return Waits(charge, "It joins a claim in the next minutes.")
    program = charge.attendance.session.program_id
    of = cycle(program, current.coverage.payer_id, charge.service_date)
    ends = institutional.period(charge.service_date, of).ends
    return Waits(
        charge,
        f"Its {of} is billed as one: the claim is made after {ends:%b} {ends.day}, or as soon as "
        "the client leaves.",
        ends,
    )
