"""Statements that are composed once, and planned once.

Django takes far longer to compose a statement than a database to carry it out. What every
signature stores is therefore composed once for each table; `compiled` does the same for what it
asks.

    insert(version)                       # version.save(force_insert=True)
    insert_all(transfers)                 # Transfer.objects.bulk_create(transfers)
    update(note, "status", "current")     # note.save(update_fields=["status", "current"])
    update(claim)                         # claim.save(force_update=True)
    add(authorization, used_units=1)      # used_units = used_units + 1, there and in the row
    turn(Appointment, 7, "status", "scheduled", "kept")  # where it still is scheduled

Rows are stored as they are: nothing is validated, and no signal tells of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import SQLiteCursorWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import Field, Model

M = TypeVar("M", bound=Model)

_MOST_PARAMETERS = 30_000  # both engines take twice as many
_FEW = 4  # rows at a time are a statement that comes again


def database() -> BaseDatabaseWrapper:
    """The connection itself. (Django's `connection` looks it up anew for every word.)"""
    return connections[DEFAULT_DB_ALIAS]


@contextmanager
def planning_cursor() -> Iterator[CursorWrapper]:
    """A cursor for statements that come again word for word. PostgreSQL keeps their plans, which
    cost more than their answers; for that, parameters go beside the statement and not into it.
    For SQLite, a statement's parameters are marked its way once."""
    with database().cursor() as cursor:
        inner: Any = cursor.cursor
        if cursor.db.vendor == "postgresql":
            cursor.cursor = _server_binding(inner.connection)
        else:
            cursor.cursor = inner.connection.cursor(factory=_MarkingOnce)
        yield cursor


def _server_binding(raw: Any) -> Any:
    from django.db.backends.postgresql.base import ServerBindingCursor

    return ServerBindingCursor(raw)  # type: ignore[call-arg]


class _MarkingOnce(SQLiteCursorWrapper):
    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        if param_names is not None:
            return str(super().convert_query(query, param_names=param_names))
        if query not in _marked:
            _marked[query] = str(super().convert_query(query))
        return _marked[query]


_marked: dict[str, str] = {}


# --------------------------------------------------------------------------------- inserting


def insert(row: M) -> M:
    """Put in a new row; it has its id then."""
    with planning_cursor() as cursor:
        _insert(cursor, _table(type(row)), [row])
    return row


def insert_all(rows: Iterable[M]) -> list[M]:
    """Put in new rows of one table, few or many; they have their ids then."""
    rows = list(rows)
    if not rows:
        return rows
    table = _table(type(rows[0]))
    batch = _MOST_PARAMETERS // len(table.values)
    with planning_cursor() if len(rows) <= _FEW else database().cursor() as cursor:
        for start in range(0, len(rows), batch):
            _insert(cursor, table, rows[start : start + batch])
    return rows


@dataclass(frozen=True, slots=True)
class _Table:
    """How rows are put into a table: the statement up to its values, and what makes each value."""

    into: str
    values: "tuple[Value, ...]"

    def statement(self, rows: int) -> str:
        one = f"({', '.join(['%s'] * len(self.values))})"
        return f"{self.into} VALUES {', '.join([one] * rows)} RETURNING id"


@cache
def _table(model: type[Model]) -> _Table:
    fields = _fields(model)
    columns = ", ".join(_column(field) for field in fields)
    return _Table(
        f"INSERT INTO {model._meta.db_table} ({columns})",
        tuple(_value_of(field, adding=True) for field in fields),
    )


def _fields(model: type[Model]) -> "list[Field[Any, Any]]":
    return [field for field in model._meta.local_concrete_fields if not field.primary_key]


def _column(field: "Field[Any, Any]") -> str:
    return connection.ops.quote_name(str(field.column))


Value = Callable[[Model, BaseDatabaseWrapper], Any]
"""What the column of a row holds, as the database takes it."""


def _value_of(field: "Field[Any, Any]", *, adding: bool) -> Value:
    return lambda row, db: field.get_db_prep_save(field.pre_save(row, adding), db)


def _insert(cursor: CursorWrapper, table: _Table, rows: Sequence[Model]) -> None:
    db = cursor.db
    given = [value(row, db) for row in rows for value in table.values]
    cursor.execute(table.statement(len(rows)), given)
    for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, db.alias


# ---------------------------------------------------------------------------------- changing


def update(row: Model, *names: str) -> None:
    """Store these fields (all of them where none is named) of a row that is there. Raises
    DatabaseError where it is not."""
    statement, values = _change(type(row), names)
    db = database()
    _carry_out(statement, [value(row, db) for value in values], row)


@cache
def _change(model: type[Model], names: tuple[str, ...]) -> tuple[str, list[Value]]:
    fields = [field for field in _fields(model) if not names or field.name in names]
    if names and len(fields) != len(names):
        raise TypeError(f"{model.__name__} does not have all of {names}")
    sets = ", ".join(f"{_column(field)} = %s" for field in fields)
    return (
        f"UPDATE {model._meta.db_table} SET {sets} WHERE id = %s",  # noqa: S608 - own names
        [_value_of(field, adding=False) for field in fields],
    )


def add(row: Model, **amounts: int) -> None:
    """Add to columns of numbers: to what stands in the database, and to what the row says."""
    sets = ", ".join(f"{name} = {name} + %s" for name in amounts)
    statement = f"UPDATE {row._meta.db_table} SET {sets} WHERE id = %s"  # noqa: S608 - own names
    _carry_out(statement, list(amounts.values()), row)
    for name, amount in amounts.items():
        setattr(row, name, getattr(row, name) + amount)


def turn(model: type[Model], key: int, name: str, was: Any, becomes: Any) -> bool:
    """Change a field of words or numbers where it still holds what it did; whether it has."""
    statement = f"UPDATE {model._meta.db_table} SET {name} = %s WHERE id = %s AND {name} = %s"  # noqa: S608 - own names
    with planning_cursor() as cursor:
        cursor.execute(statement, [becomes, key, was])
        return bool(cursor.rowcount == 1)


def _carry_out(statement: str, values: list[Any], row: Model) -> None:
    with planning_cursor() as cursor:
        cursor.execute(statement, [*values, row.pk])
        if cursor.rowcount != 1:
            raise DatabaseError(f"{row._meta.label} {row.pk} is not there to be changed")
