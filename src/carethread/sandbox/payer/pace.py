"""How fast the payer is: by the calendar, or within seconds for somebody who watches."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from carethread.sandbox.payer.books import Payer

_PAYDAY_HOUR = 14
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days, as in life. `review` is how long a decision on an authorization takes, `review_day`
    what a day with a reviewer is. `seed` decides which claims take a few days more."""

    seed: int = 1
    claim_ack: timedelta = timedelta(hours=20)
    status: timedelta = timedelta(hours=6)
    review: timedelta = timedelta(hours=30)
    review_day: timedelta = timedelta(days=1)

    def ready_at(self, payer: Payer, icn: str, received_at: datetime, later: int) -> datetime:
        """When a claim is old enough to be decided; `later` days more than usual."""
        spread = random.Random(f"{self.seed}:{icn}").randint(0, payer.rhythm.spread_days)  # noqa: S311
        return received_at + timedelta(days=payer.rhythm.delay_days + spread + later)

    def next_run(self, payer: Payer, after: datetime) -> datetime:
        """The next check run: this payer's weekday, or any working day."""
        run = after.replace(hour=_PAYDAY_HOUR, minute=0, second=0, microsecond=0)
        while run <= after or not _is_payday(payer, run):
            run += timedelta(days=1)
        return run


@dataclass(frozen=True, slots=True)
class Live:
    """Seconds, so that a person sees answers arrive. Nothing takes longer than usual."""

    claim_ack: timedelta = timedelta(seconds=5)
    status: timedelta = timedelta(seconds=3)
    review: timedelta = timedelta(seconds=8)
    review_day: timedelta = timedelta(seconds=20)
    decide_after: timedelta = timedelta(seconds=15)
    every: timedelta = timedelta(seconds=10)

    def ready_at(self, payer: Payer, icn: str, received_at: datetime, later: int) -> datetime:  # noqa: ARG002
        return received_at + self.decide_after

    def next_run(self, payer: Payer, after: datetime) -> datetime:  # noqa: ARG002
        return after + self.every


Pace = Calendar | Live


def _is_payday(payer: Payer, run: datetime) -> bool:
    if payer.rhythm.weekday is None:
        return run.weekday() < _SATURDAY
    return run.weekday() == payer.rhythm.weekday
