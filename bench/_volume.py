"""A record of any size, in seconds: one service that went the whole way, copied in place.

Each copy has its own appointment, session, attendance, note, signature, charge, money, unit and
claim line. Copies go round fifty clinicians and a client for every forty services, eight services
a clinician and day, back from the day of the original. The first of the fifty is the original's
own clinician, whose days lie five days further back, so that there is room for new sessions.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Model

CLINICIANS, SERVICES_A_CLIENT, SERVICES_A_DAY = 50, 40, 400


def multiply(charge: Any, count: int, first: int) -> None:
    """`count` copies of the service behind a charge that is on a claim which has left. Copy n of
    a row has the id `first` + n."""
    version, line = charge.current, charge.current.claim_lines.get()
    note, attendance, claim = version.note_version.note, charge.attendance, line.version.claim
    plan, entry = attendance.episode.plans.get(), version.unit_entries.get()
    clients = max(count // SERVICES_A_CLIENT, 1)
    own, c = f"{first} + n", f"{first} + n % {clients}"
    me = charge.practitioner_id
    p = f"CASE n % {CLINICIANS} WHEN 0 THEN {me} ELSE {first} + n % {CLINICIANS} END"
    at, ends, day = _at(note.starts_at), _at(note.ends_at), _day(note.starts_at)
    with connection.cursor() as cursor:

        def copy(row: Model, times: int, **changes: str) -> None:
            _copy(cursor, row, times, {"id": own, **changes})

        _without_checks(cursor)
        try:
            copy(charge.practitioner, CLINICIANS, user_id="NULL")
            copy(charge.client, clients, mrn=f"'B' || ({own})")
            copy(version.coverage, clients, client_id=own)
            copy(attendance.episode, clients, client_id=own)
            copy(plan, clients, episode_id=own)
            copy(entry.authorization, clients, client_id=own, number=f"'B' || ({own})")
            copy(attendance.session.appointment, count, client_id=c, practitioner_id=p,
                  starts_at=at, ends_at=ends)  # fmt: skip
            copy(attendance.session, count, appointment_id=own, practitioner_id=p)
            copy(attendance, count, session_id=own, client_id=c, episode_id=c)
            copy(note, count, attendance_id=own, author_id=p, current_id=own,
                  starts_at=at, ends_at=ends)  # fmt: skip
            copy(version.note_version, count, note_id=own, author_id=p, starts_at=at,
                  ends_at=ends)  # fmt: skip
            copy(version.note_version.signatures.get(), count, note_version_id=own,
                  practitioner_id=p)  # fmt: skip
            copy(charge, count, attendance_id=own, client_id=c, practitioner_id=p,
                  claim_id=own, service_date=day, current_id=own)  # fmt: skip
            copy(version, count, charge_id=own, note_version_id=own, coverage_id=c,
                  authorization_id=c)  # fmt: skip
            copy(charge.transfers.get(), count, charge_id=own)
            copy(entry, count, authorization_id=c, charge_version_id=own, day=day)
            copy(claim, count, sequence=own, client_id=c, coverage_id=c, current_id=own,
                  practitioner_id=p, service_from=day, service_to=day)  # fmt: skip
            copy(line.version, count, claim_id=own, claim_number=f"'B' || ({own})")
            copy(line, count, version_id=own, charge_version_id=own, service_date=day,
                  control_number=f"'B' || ({own})")  # fmt: skip
        finally:
            _with_checks(cursor)


def _copy(cursor: Any, row: Model, count: int, changes: Mapping[str, str]) -> None:
    """Copies 0 to `count` - 1 of one row, with these columns from SQL about `n`."""
    table, quote = row._meta.db_table, connection.ops.quote_name
    columns = [field.column for field in row._meta.concrete_fields]
    into, taken = ", ".join(map(quote, columns)), ", ".join(_taken(columns, changes, quote))
    cursor.execute(
        f"INSERT INTO {table} ({into}) "
        f"WITH RECURSIVE copies(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM copies "
        f"WHERE n + 1 < {count}) SELECT {taken} FROM copies, {table} AS one WHERE one.id = {row.pk}"
    )


def _taken(columns: list[str], changes: Mapping[str, str], quote: Any) -> list[str]:
    return [changes.get(column, f"one.{quote(column)}") for column in columns]


def _at(moment: datetime) -> str:
    """The moment of copy n: its clinician's next free hour, on working days of eight."""
    day, hour = (
        f"(n / {SERVICES_A_DAY} + CASE n % {CLINICIANS} WHEN 0 THEN 5 ELSE 0 END)",
        f"(n / {CLINICIANS} % 8)",
    )
    if connection.vendor == "sqlite":
        return (
            f"datetime('{moment:%Y-%m-%d %H:%M:%S}', '-' || {day} || ' days', "
            f"'-' || {hour} || ' hours')"
        )
    return f"timestamptz '{moment.isoformat()}' - {day} * interval '1 day' - {hour} * interval '1h'"


def _day(moment: datetime) -> str:
    return f"date({_at(moment - timedelta(hours=5))})"


def _without_checks(cursor: Any) -> None:
    """Copies of a sound row are sound: checking a million foreign keys tells nothing."""
    cursor.execute(
        "PRAGMA foreign_keys=OFF"
        if connection.vendor == "sqlite"
        else "SET session_replication_role = replica"
    )


def _with_checks(cursor: Any) -> None:
    cursor.execute(
        "PRAGMA foreign_keys=ON"
        if connection.vendor == "sqlite"
        else "SET session_replication_role = origin"
    )
