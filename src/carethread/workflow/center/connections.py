"""Opening a connection of the record, and remembering how it went.

A connection that fails is left alone until its next attempt (back-off); `follow_up` raises the
alarm. Nothing that was to be carried is lost: it stays due.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import QuerySet

from carethread.connect import Connection as Wire
from carethread.connect import Problem, SettingsError, core, open_connection, settings_from
from carethread.connect.backoff import next_attempt
from carethread.record.models import Connection, ConnectionEvent, User
from carethread.workflow.common.errors import refuse
from carethread.workflow.common.locks import lock

REAL_TIME = core.Settings.kind

log = structlog.get_logger("carethread.connections")


def mailboxes() -> "QuerySet[Connection]":
    """The active connections that carry files; those that answer in real time carry none."""
    rows: QuerySet[Connection] = Connection.objects.filter(is_active=True).exclude(kind=REAL_TIME)
    return rows.order_by("pk")


def real_time() -> Connection | None:
    """Where a question about coverage is answered at once; None where the center has no such."""
    return Connection.objects.filter(is_active=True, kind=REAL_TIME, takes_270=True).first()


def asks_in_batch() -> Connection | None:
    """Where files of questions about coverage go; None where the center has no such."""
    return mailboxes().filter(takes_270=True).first()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an administrator sets: whether the connection carries anything, and whether questions
    about coverage (270) and about claims (276) go this way."""

    is_active: bool
    takes_270: bool
    takes_276: bool


_WORDS = {
    "is_active": "in use",
    "takes_270": "questions about coverage (270) go this way",
    "takes_276": "questions about claims (276) go this way",
}


@transaction.atomic
def set_up(row: Connection, wanted: Wanted, *, reason: str, user: User, now: datetime) -> bool:
    """Set it as it is wanted; what changed stands in its history, with who and why. Whether
    anything changed. One that is activated begins anew: it is tried at once, and what failed
    before counts no more."""
    lock(Connection.objects.filter(organization=row.organization_id))  # two do not become active
    row = Connection.objects.get(pk=row.pk)
    if row.kind == REAL_TIME and wanted.takes_276:
        raise refuse(
            "It answers at once and carries no files; questions about claims go by a file.",
            "takes_276",
        )
    changed = [name for name in _WORDS if getattr(row, name) != getattr(wanted, name)]
    if not changed:
        return False
    becomes: dict[str, object] = {name: getattr(wanted, name) for name in changed}
    if becomes.get("is_active"):
        refuse_second(row)
        becomes |= {"failures": 0, "last_error": "", "next_attempt_at": None}
    for name, value in becomes.items():
        setattr(row, name, value)
    row.save(update_fields=list(becomes))
    told = "; ".join(f"{_WORDS[n]}: {'yes' if getattr(wanted, n) else 'no'}" for n in changed)
    why = f". {reason.strip()}" if reason.strip() else ""
    ConnectionEvent.objects.create(
        organization_id=row.organization_id,
        connection=row,
        words=f"{told[:1].upper()}{told[1:]}{why}"[:500],
        user=user,
        at=now,
    )
    return True


def refuse_second(row: Connection) -> None:
    """Refuse that this one is in use beside another of its sort. One that carries files is active
    at a time: whatever is ready leaves by it, so that a second one would look alive and carry
    nothing. Beside it there may be one that answers in real time."""
    others = Connection.objects.filter(organization=row.organization_id, is_active=True)
    at_once = row.kind == REAL_TIME
    others = others.filter(kind=REAL_TIME) if at_once else others.exclude(kind=REAL_TIME)
    other = others.exclude(pk=row.pk).first()
    if other is None:
        return
    if at_once:
        raise refuse(f"{other.name} answers in real time: deactivate it first.", "is_active")
    raise refuse(
        f"Claims leave by {other.name}, and one connection is active at a time. Deactivate "
        "it first; what it still has to carry is carried once it is active again.",
        "is_active",
    )


@contextmanager
def opened(connection: Connection, *, now: datetime) -> Iterator[Wire | None]:
    """The open wire, or None where its next attempt has not come or opening fails. A failure
    inside ends the block quietly: what was under way is still due."""
    if connection.next_attempt_at is not None and connection.next_attempt_at > now:
        yield None
        return
    try:
        wire = open_connection(settings_from({"kind": connection.kind, **connection.settings}))
    except (Problem, SettingsError) as failure:
        failed(connection, failure, now)
        yield None
        return
    try:
        with wire:
            yield wire
    except Problem as failure:
        failed(connection, failure, now)
    else:
        succeeded(connection, now)


def failed(connection: Connection, failure: Exception, now: datetime) -> None:
    """Write down that it did not work, and when to try again."""
    connection.failures += 1
    connection.last_error = str(failure)[:500]
    connection.next_attempt_at = next_attempt(connection.failures, now, seed=connection.name)
    connection.save(update_fields=["failures", "last_error", "next_attempt_at"])
    log.warning("connection failed", connection=connection.pk, failures=connection.failures)


def succeeded(connection: Connection, now: datetime) -> None:
    """Write down that it worked."""
    connection.failures, connection.last_error = 0, ""
    connection.next_attempt_at, connection.last_success_at = None, now
    connection.save(update_fields=["failures", "last_error", "next_attempt_at", "last_success_at"])
