"""Who looked at whose record, and who changed which fact of it, newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet

from carethread.insight.client import named
from carethread.record.models import AccessEvent, Client, RecordChange

M = TypeVar("M", bound=Model)


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
    return _narrowed(AccessEvent.objects.select_related("user", "client"), asked)


def changes(asked: Asked) -> "QuerySet[RecordChange]":
    """The changes asked for."""
    return _narrowed(RecordChange.objects.select_related("user", "client"), asked)


def _narrowed(rows: "QuerySet[M]", asked: Asked) -> "QuerySet[M]":
    if asked.client:
        rows = rows.filter(client__in=named(Client.objects.all(), asked.client))
    wanted = {"user": asked.user_id, "at__gte": asked.since, "at__lt": asked.until}
    return rows.filter(**{k: v for k, v in wanted.items() if v is not None}).order_by("-pk")
