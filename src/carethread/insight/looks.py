"""Who looked at whose record, newest first: what the access log says."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from carethread.record.models import AccessEvent, Client


@dataclass(frozen=True, slots=True)
class Asked:
    """What the log is narrowed to; empty means all. `client` is the beginning of a name or a whole
    record number; `until` is the first moment that is too late."""

    client: str = ""
    user_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def looks(asked: Asked) -> "QuerySet[AccessEvent]":
    """The lines asked for."""
    rows: QuerySet[AccessEvent] = AccessEvent.objects.select_related("user", "client")
    if asked.client:
        rows = rows.filter(client__in=named(asked.client))
    wanted = {"user": asked.user_id, "at__gte": asked.since, "at__lt": asked.until}
    return rows.filter(**{k: v for k, v in wanted.items() if v is not None}).order_by("-pk")


def named(text: str) -> "QuerySet[Client]":
    """The clients whom those words may mean."""
    rows: QuerySet[Client] = Client.objects.all()
    for word in text.split()[:5]:
        rows = rows.filter(
            Q(last_name__istartswith=word) | Q(first_name__istartswith=word) | Q(mrn__iexact=word)
        )
    return rows
