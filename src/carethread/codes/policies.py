"""Policies that an organization sets, with the value that holds until it does.

A setting of the record (organization, then program, then payer, by date) overrides these.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy: its default, its unit, and what it decides in plain words."""

    key: str
    default: int
    unit: str
    words: str


POLICIES: dict[str, Policy] = {
    policy.key: policy
    for policy in (
        Policy(
            "grace_minutes",
            120,
            "minutes",
            "How long a clean claim waits before it leaves, so that it can be called back.",
        ),
        Policy(
            "late_entry_hours",
            48,
            "hours",
            "A note signed later than this after the session is labelled a late entry.",
        ),
        Policy(
            "underpayment_cents",
            100,
            "cents",
            "A line paid short of the contract by more than this opens a case.",
        ),
        Policy(
            "claims_per_file",
            500,
            "claims",
            "The most claims that one file to the clearinghouse carries.",
        ),
    )
}
