"""Opening a connection of the record, and remembering how it went.

A connection that fails is left alone until its next attempt (back-off); `follow_up` raises the
alarm. Nothing that was to be carried is lost: it stays due.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog

from carethread.connect import Connection as Wire
from carethread.connect import Problem, SettingsError, open_connection, settings_from
from carethread.connect.backoff import next_attempt
from carethread.record.models import Connection

log = structlog.get_logger("carethread.connections")


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
        _failed(connection, failure, now)
        yield None
        return
    try:
        with wire:
            yield wire
    except Problem as failure:
        _failed(connection, failure, now)
    else:
        _succeeded(connection, now)


def _failed(connection: Connection, failure: Exception, now: datetime) -> None:
    connection.failures += 1
    connection.last_error = str(failure)[:500]
    connection.next_attempt_at = next_attempt(connection.failures, now, seed=connection.name)
    connection.save(update_fields=["failures", "last_error", "next_attempt_at"])
    log.warning("connection failed", connection=connection.pk, failures=connection.failures)


def _succeeded(connection: Connection, now: datetime) -> None:
    connection.failures, connection.last_error = 0, ""
    connection.next_attempt_at, connection.last_success_at = None, now
    connection.save(update_fields=["failures", "last_error", "next_attempt_at", "last_success_at"])
