"""A way to a clearinghouse is set up, or corrected. Its history tells who changed what of it; what
a setting says stays out of it."""

from datetime import datetime

from django.db import transaction

from carethread.connect import SettingsError, core, settings_from
from carethread.connect.settings import parse
from carethread.record.models import Connection, ConnectionEvent, User
from carethread.workflow.center import staff
from carethread.workflow.center.connections import REAL_TIME
from carethread.workflow.common.errors import refuse

SETTING = "setting_"
"""Before the name of a setting, in a form and in what is refused of it."""

_CORRECTED = (
    "name", "outbound_folder", "inbound_folder", "sender_id", "receiver_id", "receiver_name",
)  # fmt: skip
_BEGINS_ANEW = ("failures", "last_error", "next_attempt_at")


@transaction.atomic
def connect(row: Connection, *, user: User, now: datetime) -> Connection:
    """Keep a new way, or one whose facts were corrected: it is tried at once, and what failed
    before counts no more."""
    _refuse_unusable(row)
    known = Connection.objects.filter(pk=row.pk).first()
    words = f"Corrected: {', '.join(_changed(known, row))}." if known else "Set up."
    if known and not _changed(known, row):
        return known
    row.failures, row.last_error, row.next_attempt_at = 0, "", None
    staff.save_connection(row)
    ConnectionEvent.objects.create(
        organization_id=row.organization_id,
        connection=row,
        words=words[:500],
        user=user,
        at=now,
    )
    return row


def _refuse_unusable(row: Connection) -> None:
    try:
        if row.kind == REAL_TIME:
            parse(core.Settings, row.settings)
        else:
            settings_from({"kind": row.kind, **row.settings})
    except SettingsError as wrong:
        raise refuse(f"{wrong}."[:1].upper() + f"{wrong}."[1:], SETTING + wrong.setting) from None


def _changed(before: Connection, row: Connection) -> list[str]:
    fields = [name for name in _CORRECTED if getattr(before, name) != getattr(row, name)]
    names = sorted({*before.settings, *row.settings})
    settings = [name for name in names if before.settings.get(name) != row.settings.get(name)]
    return [name.replace("_", " ") for name in (*fields, *settings)]
