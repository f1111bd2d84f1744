"""Questions whose SQL Django builds once, and not each time they are asked.

Django takes far longer to write a query than a database needs to answer it by key. The few
questions that are asked at every signature are therefore written once a shape:

    @compiled
    def coverages(clients: Sequence[int]) -> QuerySet[Coverage]:
        return Coverage.objects.filter(client__in=clients).select_related("payer")

    coverages(clients=[7])  # a list of rows

The function is called with stand-ins for its arguments; the SQL is kept, and the arguments take
the stand-ins' places. Arguments are keys, lists of keys, days, moments or words, and go into the
query as they are; anything else is a TypeError, not another answer. The organization is always the
active scope's, and an argument like the others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql import Query
from django.db.transaction import TransactionManagementError
from django_scopes import get_scope, scope

from carethread.record.statements import database, planning_cursor

P = ParamSpec("P")
Row = TypeVar("Row")
Place = tuple[str, int]

_ARGUMENTS = (int, str, date, list, type(None))
_LONGEST_LIST = 64  # longer lists are rare, and then the answer costs more than the question


def compiled(build: "Callable[P, QuerySet[Any, Row]]") -> Callable[P, list[Row]]:
    """Make a function that builds a query one that answers it. Call it with keywords alone."""
    statements: dict[object, Statement] = {}

    @wraps(build)
    def ask(*args: P.args, **given: P.kwargs) -> list[Row]:
        if args or not all(isinstance(value, _ARGUMENTS) for value in given.values()):
            raise TypeError(f"{build.__name__} takes keywords alone: keys, lists, days or words")
        active = get_scope()
        if not _is_one_organization(active) or any(
            isinstance(value, list) and len(value) > _LONGEST_LIST for value in given.values()
        ):
            return list(build(*args, **given))
        values = {**given, "organization": active["organization"].pk}
        shape = (connection.vendor, *((name, _shape(value)) for name, value in values.items()))
        if shape not in statements:
            statements[shape] = _write(build, values)
        return statements[shape].ask(values)

    return ask


def _is_one_organization(active: dict[str, Any]) -> bool:
    """Anything else (no scope, several organizations, none asked for) is Django's to decide."""
    return bool(active.get("_enabled")) and isinstance(active.get("organization"), Model)


def _shape(value: object) -> object:
    """What the SQL depends on: an argument's type, and for a list the room it takes."""
    return _room(value) if isinstance(value, list) else type(value)


def _room(values: Sequence[object]) -> int:
    """Lists are filled up to a power of two, so that there are few shapes."""
    return 1 << (len(values) - 1).bit_length() if values else 0


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with the place of each of its parameters among the arguments (or the parameter itself),
    and what makes a row of the answer. No SQL: nothing can match."""

    sql: str
    parameters: tuple[Any, ...]
    make: Callable[[Sequence[Any]], Any]
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]
    query: Query

    def ask(self, values: dict[str, Any]) -> list[Any]:
        if not self.sql:
            return []
        if self.query.select_for_update and not connection.in_atomic_block:
            raise TransactionManagementError("Rows are locked in a transaction only.")
        given = _by_place(values)
        with planning_cursor() as cursor:
            cursor.execute(self.sql, tuple(given.get(p, p) for p in self.parameters))
            rows = cursor.fetchall()
        db = database()
        return [self.make(self._converted(row, db)) for row in rows]

    def _converted(self, row: Sequence[Any], db: BaseDatabaseWrapper) -> Sequence[Any]:
        if not self.converters:
            return row
        converted = list(row)
        for position, (functions, expression) in self.converters.items():
            for function in functions:
                converted[position] = function(converted[position], expression, db)
        return converted


def _by_place(values: dict[str, Any]) -> dict[Place, Any]:
    """Every single value as the database takes it, lists filled up by their last."""
    return {
        (name, position): _in_database(one)
        for name, value in values.items()
        for position, one in enumerate(_filled(value))
    }


def _filled(value: object) -> Sequence[object]:
    if not isinstance(value, list):
        return [value]
    return value + value[-1:] * (_room(value) - len(value))


def _in_database(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


# ------------------------------------------------------------------------------- writing once


def _write(build: "Callable[..., QuerySet[Any, Any]]", values: dict[str, Any]) -> Statement:
    stand_ins = _stand_ins(values)
    organization = stand_ins.pop("organization")
    with scope(organization=organization):
        query = build(**stand_ins).query
    compiler = query.get_compiler(connection=connection)
    try:
        sql, parameters = compiler.as_sql()
    except EmptyResultSet:
        if not any(value == [] for value in values.values()):
            # A stand-in that its column cannot hold; a small integer is compared in Python.
            raise TypeError(f"{build.__name__} finds nothing, whatever it is asked for") from None
        return Statement("", (), tuple, {}, query)
    places = {
        one: place
        for place, one in _by_place({**stand_ins, "organization": organization}).items()
        if one is not None
    }
    if lost := set(places) - set(parameters):
        raise TypeError(f"{build.__name__}: {lost} must go into the query as they are")
    return Statement(
        sql,
        tuple(places.get(parameter, parameter) for parameter in parameters),
        _maker(compiler),
        compiler.get_converters([column for column, *_ in compiler.select]),
        query,
    )


def _stand_ins(values: dict[str, Any]) -> dict[str, Any]:
    """Values like those given that occur nowhere else."""
    numbers = iter(range(1_000_000))

    def one(value: object) -> object:
        number = next(numbers)
        if isinstance(value, datetime):
            return datetime(9000, 1, 1, tzinfo=UTC) + timedelta(days=number)
        if isinstance(value, date):
            return date(9000, 1, 1) + timedelta(days=number)
        if isinstance(value, int):
            return 9_000_000_000_000_000_000 + number
        return f"stand-in {number}" if isinstance(value, str) else value

    return {
        name: [one(x) for x in _filled(value)] if isinstance(value, list) else one(value)
        for name, value in values.items()
    }


def _maker(compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """What Django does with a row of the answer: a model with its related ones, or a tuple."""
    if not compiler.query.default_cols:  # values_list
        return tuple
    info = compiler.klass_info
    model, fields = info["model"], info["select_fields"]
    names = [compiler.select[position][0].target.attname for position in fields]
    related = get_related_populators(info, compiler.select, connection.alias)  # type: ignore[call-arg]
    start, end = fields[0], fields[-1] + 1

    def make(row: Sequence[Any]) -> Any:
        made = model.from_db(connection.alias, names, row[start:end])
        for one in related:
            one.populate(row, made)
        return made

    return make
