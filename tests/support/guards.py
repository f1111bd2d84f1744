"""Between two tests the database is emptied, which its guards would (rightly) refuse."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from carethread.record.guards import KEPT, SEALED, guard, seal
from carethread.record.models import AppendOnly


def guarded_tables() -> list[str]:
    """Every append-only table, as the models say."""

    def below(kind: type) -> Iterator[type]:
        for sub in kind.__subclasses__():
            yield sub
            yield from below(sub)

    return sorted(model._meta.db_table for model in below(AppendOnly))


@contextmanager
def lifted(connection: Any) -> Iterator[None]:
    """No guards inside the block; all of them again after it."""
    tables = guarded_tables()
    with connection.cursor() as cursor:
        for table in [*tables, *SEALED, *KEPT]:
            for statement in _drops(connection.vendor, table):
                cursor.execute(statement)
    try:
        yield
    finally:
        guard(connection, tables)
        seal(connection)


def _drops(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        words = ("for_ever", "never_emptied", "sealed", "kept_update", "kept_delete")
        names = [f"{table}_{word}" for word in words]
        return [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name in names]
    names = [
        f"{table}_{word}_{verb}"
        for word in ("no", "sealed", "kept")
        for verb in ("update", "delete")
    ]
    return [f"DROP TRIGGER IF EXISTS {name}" for name in names]
