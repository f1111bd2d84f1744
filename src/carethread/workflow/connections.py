"""Opening a connection of the record, and remembering how it went.

A connection that fails is left alone until its next attempt (back-off); `follow_up` raises the
alarm. Nothing that was to be carried is lost: it stays due.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from django.db.models import QuerySet

from carethread.connect import Connection as Wire
from carethread.connect import Problem, SettingsError, core, open_connection, settings_from
from carethread.connect.backoff import next_attempt
from carethread.record.models import Connection

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
