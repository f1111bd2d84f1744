"""Who looked at whose record, and who changed which fact of it, newest first."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, QuerySet

from carethread.insight.client import named
from carethread.record.models import (
    AccessEvent,
    Acknowledgment,
    AuthorizationEvent,
    ClaimVersion,
    Client,
    EdiFile,
    EligibilityAnswer,
    EligibilityCheck,
    Match,
    RecordChange,
    StatusAnswer,
    StatusInquiry,
)

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


_CLIENT_OF_A_FILE: tuple[tuple[type[Model], str, str], ...] = (
    (ClaimVersion, "file", "claim__client"),
    (Match, "remitted__remittance__file", "version__claim__client"),
    (Acknowledgment, "file", "claim_version__claim__client"),
    (Acknowledgment, "file", "about__claim_versions__claim__client"),
    (EligibilityCheck, "file", "coverage__client"),
    (EligibilityAnswer, "file", "asked__coverage__client"),
    (StatusInquiry, "file", "version__claim__client"),
    (StatusAnswer, "file", "asked__version__claim__client"),
    (AuthorizationEvent, "file", "authorization__client"),
)
"""Model, its way to the file that told of it, its way to the client."""


def clients_in(file: EdiFile) -> set[int]:
    """The clients of whom a file tells, as far as what it tells is somebody's. Nine queries,
    however many they are."""
    found: set[int] = set()
    for model, to_file, to_client in _CLIENT_OF_A_FILE:
        rows = model._default_manager.filter(**{to_file: file}).order_by()
        found |= set(rows.values_list(to_client, flat=True).distinct())
    return found - {None}
