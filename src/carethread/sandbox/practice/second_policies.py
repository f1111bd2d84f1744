"""Clients with two policies, and who pays after the first. All of them are invented."""

from dataclasses import dataclass

from carethread.sandbox.practice import insurers
from carethread.sandbox.practice.clients import Client
from carethread.sandbox.practice.insurers import Insurer


@dataclass(frozen=True, slots=True)
class SecondPolicy:
    """The key of the insurer that pays second; `crosses` where the first one forwards claims to
    it by itself."""

    insurer: str
    crosses: bool = False


SECOND = {
    "AR-1005": SecondPolicy("state"),  # a commercial plan, then Medicaid
    "AR-1006": SecondPolicy("river"),  # a parent's plan, then the other parent's
    "AR-1023": SecondPolicy("tide", crosses=True),  # Medicare, and a supplement that it tells
    "AR-1038": SecondPolicy("state"),  # Medicare, then Medicaid, which has to be told
}


def second_insurer(client: Client) -> Insurer | None:
    """Who pays after the client's insurer; None for whom nobody does."""
    policy = SECOND.get(client.mrn)
    return insurers.BY_KEY[policy.insurer] if policy else None


def second_member_id(client: Client) -> str:
    """The id on the second card."""
    insurer = second_insurer(client)
    assert insurer is not None
    return insurer.member_id(client.number + 5000)
