from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from carethread.connect.backoff import FIRST, LONGEST, next_attempt

NOW = datetime(2026, 3, 8, 6, 59, tzinfo=UTC)  # a minute before clocks change in New York


def wait(attempts: int, seed: str = "payer") -> timedelta:
    return next_attempt(attempts, NOW, seed) - NOW


@given(st.integers(1, 10_000), st.text())
def test_a_wait_is_never_shorter_than_45_seconds_nor_longer_than_five_hours(
    attempts: int, seed: str
) -> None:
    assert FIRST * 0.75 <= wait(attempts, seed) <= LONGEST * 1.25


def test_waits_grow_until_the_longest() -> None:
    waits = [wait(attempts) for attempts in range(1, 9)]
    assert all(shorter < longer for shorter, longer in pairwise(waits))


def test_a_server_that_is_down_for_a_week_is_asked_about_six_times_a_day() -> None:
    assert LONGEST * 0.75 <= wait(60) <= LONGEST * 1.25


def test_the_same_failure_waits_the_same_time_wherever_it_is_computed() -> None:
    assert next_attempt(3, NOW, "payer") == next_attempt(3, NOW, "payer")


def test_connections_that_failed_together_come_back_apart() -> None:
    waits = {wait(3, f"connection {number}") for number in range(50)}
    assert len(waits) == 50
    assert max(waits) - min(waits) > timedelta(minutes=1)
