"""Proof that the person at the keyboard is the person who is signed in.

A signature needs a fresh proof. There is one way for a person to get one: their password.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from carethread.record.models import User
from carethread.workflow.common.errors import refuse

_FRESH_FOR = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Proof:
    """That `user_id` proved who they are at `at`, by `method`."""

    user_id: int
    method: str
    at: datetime

    def holds_for(self, user: User, now: datetime) -> bool:
        return self.user_id == user.pk and timedelta(0) <= now - self.at <= _FRESH_FOR


def by_password(user: User, password: str, *, now: datetime) -> Proof:
    """A proof from the user's password. Refused where it is wrong or the account is closed."""
    if not (user.is_active and user.check_password(password)):
        raise refuse("That is not your password. Nothing was signed; please try again.", "password")
    return Proof(user.pk, "password", now)
