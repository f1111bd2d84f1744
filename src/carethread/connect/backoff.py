"""When to try again."""

from datetime import datetime, timedelta
from hashlib import sha256

FIRST = timedelta(minutes=1)
LONGEST = timedelta(hours=4)
"""A clearinghouse that was down over night is found again before the day is lost."""


def next_attempt(attempts: int, now: datetime, seed: str) -> datetime:
    """When to try again after `attempts` failures in a row (1 or more), the last one at `now`.

    The wait doubles from a minute up to four hours. A quarter of it either way depends on
    `seed` (say, the connection's id) and the attempt, so that many who failed together do not
    come back together; the same arguments give the same answer.
    """
    doublings = min(max(attempts, 1) - 1, 16)  # 16: beyond LONGEST, before overflow
    digest = sha256(f"{seed}:{attempts}".encode()).digest()
    jitter = 0.75 + int.from_bytes(digest[:4]) / 2**33  # 0.75 up to 1.25
    return now + min(FIRST * (1 << doublings), LONGEST) * jitter
