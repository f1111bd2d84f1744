"""Who answers for the care of a stay, and since when."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from carethread.record.models import Attending, Episode, Practitioner
from carethread.rules.attending import attending_on

Turn = tuple[date, Practitioner | None]


def turns_of(episodes: Collection[int]) -> dict[int, list[Turn]]:
    """From which day on who answers, in the order in which it was recorded, by stay; nothing where
    it never changed. One question."""
    found: dict[int, list[Turn]] = defaultdict(list)
    rows = Attending.objects.filter(episode__in=episodes).select_related("practitioner")
    for row in rows.order_by("pk"):
        found[row.episode_id].append((row.starts_on, row.practitioner))
    return found


def attending_of(episode: Episode, day: date) -> Practitioner | None:
    """Who answers for the stay on that day."""
    turns = turns_of([episode.pk]).get(episode.pk)
    return attending_on(day, turns) if turns else episode.attending
