"""The database itself refuses to change what was once relied on.

Every `AppendOnly` table carries triggers that abort UPDATE and DELETE, on SQLite and on
PostgreSQL. A migration that adds such a table installs them (`install_on`); a test asks the
database whether each one has them. A migration that alters one names it again: SQLite makes
an altered table anew, without its triggers.

Other tables hold drafts, and a row of them stays as it is from its signature on (`SEALED`). Rows
that carry balances stay as they are but for these (`KEPT`).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

SEALED = {"record_treatmentplan": "signed_at"}
"""Table -> the column that says when a row of it was signed."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The columns of an otherwise append-only table that `move`, and those that are filled `once`,
    all at the time of the first of them."""

    move: tuple[str, ...]
    once: tuple[str, ...] = ()


KEPT = {
    "record_patientpayment": Kept(
        ("patient_cash_cents", "patient_unapplied_cents"), once=("voided_at", "void_reason")
    ),
    "record_refund": Kept(("refunded_cents",)),
}

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION carethread_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def _postgres(table: str) -> list[str]:
    return [
        f"CREATE OR REPLACE TRIGGER {table}_for_ever BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION carethread_refuse()",
        f"CREATE OR REPLACE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION carethread_refuse()",
    ]


def _sqlite(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: {verb} refused'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def _seals(vendor: str, table: str, signed: str) -> list[str]:
    if vendor == "postgresql":
        return [
            f"CREATE OR REPLACE TRIGGER {table}_sealed BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW WHEN (OLD.{signed} IS NOT NULL) EXECUTE FUNCTION carethread_refuse()"
        ]
    return [
        f"CREATE TRIGGER IF NOT EXISTS {table}_sealed_{verb.lower()} BEFORE {verb} ON {table} "
        f"WHEN OLD.{signed} IS NOT NULL "
        f"BEGIN SELECT RAISE(ABORT, 'a signed {table} is append-only: {verb} refused'); END"
        for verb in ("UPDATE", "DELETE")
    ]


def _keeps(vendor: str, table: str, kept: Kept, columns: Iterable[str]) -> Iterator[str]:
    differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"

    def changed(names: Iterable[str]) -> str:
        return " OR ".join(f'OLD."{name}" {differs} NEW."{name}"' for name in names)

    when = changed(name for name in columns if name not in (*kept.move, *kept.once))
    if kept.once:
        when += f" OR (OLD.{kept.once[0]} IS NOT NULL AND ({changed(kept.once)}))"
    if vendor == "postgresql":
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_kept_update BEFORE UPDATE ON {table} "
            f"FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION carethread_refuse()"
        )
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_kept_delete BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION carethread_refuse()"
        )
        yield (
            f"CREATE OR REPLACE TRIGGER {table}_never_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION carethread_refuse()"
        )
        return
    for verb, only in (("UPDATE", f"WHEN {when} "), ("DELETE", "")):
        yield (
            f"CREATE TRIGGER IF NOT EXISTS {table}_kept_{verb.lower()} BEFORE {verb} ON {table} "
            f"{only}BEGIN SELECT RAISE(ABORT, '{table} is append-only: {verb} refused'); END"
        )


def install_on(tables: Iterable[str]) -> Callable[[Any, Any], None]:
    """A migration step (for `RunPython`) that guards these tables."""
    names = list(tables)

    def install(_apps: Any, schema_editor: Any) -> None:
        guard(schema_editor.connection, names)

    return install


def guard(connection: Any, tables: Iterable[str]) -> None:
    """Install the triggers on these tables of this connection's database."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        statements = _postgres if connection.vendor == "postgresql" else _sqlite
        for table in tables:
            for statement in statements(table):
                cursor.execute(statement)


def seal(connection: Any) -> None:
    """Install the triggers on the tables whose rows are sealed by their signature, and on those
    whose rows are kept but for their balances."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        for table, signed in SEALED.items():
            for statement in _seals(connection.vendor, table, signed):
                cursor.execute(statement)
        for table, kept in KEPT.items():
            known = connection.introspection.get_table_description(cursor, table)
            for statement in _keeps(connection.vendor, table, kept, [c.name for c in known]):
                cursor.execute(statement)


def install_seals(_apps: Any, schema_editor: Any) -> None:
    """A migration step (for `RunPython`) that seals what is signed."""
    seal(schema_editor.connection)
