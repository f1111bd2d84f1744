"""Who is on leave from a house: what was recorded, and the nights that it comes to."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db.models import QuerySet

from carethread.record.compiled import compiled
from carethread.record.models import StayEvent
from carethread.rules.leave import Event, Leave, leaves


def events(episodes: Collection[int]) -> dict[int, list[StayEvent]]:
    """What was recorded of these stays and counts, in the order of its days. One question."""
    found: dict[int, list[StayEvent]] = defaultdict(list)
    for row in _events(episodes=list(episodes)):
        found[row.episode_id].append(row)
    return found


@compiled
def _events(episodes: Sequence[int]) -> "QuerySet[StayEvent]":
    rows = StayEvent.objects.filter(episode__in=episodes, corrected_by__isnull=True)
    return rows.exclude(kind="withdrawn").select_related("user").order_by("on", "pk")


def leaves_of(episodes: Collection[int]) -> dict[int, tuple[Leave, ...]]:
    """The leaves of these stays, by episode; nothing for who was never away."""
    return {
        episode: leaves(Event(row.kind, row.on) for row in rows)
        for episode, rows in events(episodes).items()
    }
