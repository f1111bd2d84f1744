"""What another window has saved since a writer saw it is never overwritten unasked.

Both halves are looked at under the row's lock: of two that save at once, the second is told.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from carethread.workflow.common.errors import Refused, refuse

CONFLICT = "conflict"
"""The field of this refusal: a form then offers to keep what is in it."""


def stamp(kept: Mapping[str, Any] | datetime) -> str:
    """A short sign of what is kept, to tell whether it is still what somebody saw: of a text
    itself, or the moment at which it was saved."""
    if isinstance(kept, datetime):
        return kept.isoformat()
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]


def refuse_stale(kept: Mapping[str, Any] | datetime, seen: str | None) -> None:
    """Refuse where the writer saw something else. `seen` is a `stamp`; None, or empty, where they
    have said that theirs counts, or never saw any."""
    if seen and stamp(kept) != seen:
        raise refuse(
            "This was changed in another window. What you typed is still here and not saved yet.",
            CONFLICT,
        )


def is_stale(refused: Refused) -> bool:
    """Whether this is why a step refused."""
    return any(problem.field == CONFLICT for problem in refused.problems)
