"""The practice center at a date, as plain values: who, what, when, on what terms.

What `planted` says of our own record is in here; what it says of the payers is in `truth`.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from carethread.sandbox.practice import insurers
from carethread.sandbox.practice.calendar import Visit, visits
from carethread.sandbox.practice.clients import CLIENTS, Client
from carethread.sandbox.practice.insurers import Insurer
from carethread.sandbox.practice.planted import InOurRecord, faults

SECOND_AUTHORIZATION = 35  # the day on which every first authorization has run out
_UNITS = 10


@dataclass(frozen=True, slots=True)
class Authorization:
    """What utilization review has on file."""

    number: str
    codes: tuple[str, ...]
    starts: date
    ends: date
    units: int


@dataclass(frozen=True, slots=True)
class World:
    """Everything that the demo's days hold. `first` is day 0, `last` the last day lived."""

    first: date
    last: date
    seed: int
    visits: tuple[Visit, ...]

    def day(self, number: int) -> date:
        return self.first + timedelta(days=number)

    @property
    def long_ago(self) -> date:
        """When all that has always been so began."""
        return self.first - timedelta(days=400)


def imagine(*, last: date, days: int = 60, seed: int = 1) -> World:
    """The world whose `days` end on `last`."""
    first = last - timedelta(days=days)
    return World(first, last, seed, tuple(visits(first, last, seed)))


def insurer(client: Client) -> Insurer:
    return insurers.BY_KEY[client.insurer]


def clients_of(insurer: Insurer) -> list[Client]:
    return [client for client in CLIENTS if client.insurer == insurer.key]


def true_member_id(client: Client) -> str:
    """The id on the card."""
    return insurer(client).member_id(client.number)


def our_member_id(client: Client) -> str:
    """The id that intake typed."""
    true = true_member_id(client)
    wrong = any(fault.wrong_member_id for fault in faults(client.mrn, InOurRecord))
    return exchanged(true) if wrong else true


def exchanged(number: str) -> str:
    """A number with the last two different digits in each other's place."""
    for at in range(len(number) - 1, 0, -1):
        a, b = number[at - 1], number[at]
        if a != b and a.isdigit() and b.isdigit():
            return number[: at - 1] + b + a + number[at + 1 :]
    raise ValueError(f"{number} has no two different digits side by side")


def true_authorizations(client: Client, world: World) -> list[Authorization]:
    """Two in a row, of ten sessions each, where the payer is known to want them."""
    codes = insurer(client).authorization_codes
    if not codes:
        return []
    change = world.day(SECOND_AUTHORIZATION)
    number = f"A{client.number}"
    first = Authorization(
        f"{number}01", codes, world.first - timedelta(days=20), change - timedelta(days=1), _UNITS
    )
    second = Authorization(f"{number}27", codes, change, change + timedelta(days=70), _UNITS)
    return [first, second]
