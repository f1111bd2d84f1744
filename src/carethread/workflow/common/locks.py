"""Lock first, read after.

PostgreSQL gives a waiting `SELECT … FOR UPDATE` the locked row as it is now, but every joined
row and subquery as they were when the statement began. A row that is locked and read in one
statement can therefore contradict itself: a note that is signed, without its version. So lock the
ids, by conditions on the row's own columns alone, and read in a second statement.
"""

from typing import TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def lock(rows: "QuerySet[M]") -> list[int]:
    """Lock these rows in the order of their ids, to the end of the transaction; their ids."""
    return list(held(rows).values_list("pk", flat=True))


def locked(row: M, *parts: str) -> M:
    """This row, locked, as it is then, read with these rows that it refers to."""
    rows = type(row)._default_manager
    lock(rows.filter(pk=row.pk))
    return (rows.select_related(*parts) if parts else rows).get(pk=row.pk)


def held(rows: "QuerySet[M]") -> "QuerySet[M]":
    """These rows, locked in the order of their ids when they are read. Rows that merely refer to
    them can still be inserted (FOR NO KEY UPDATE)."""
    return rows.select_for_update(of=("self",), no_key=True).order_by("pk")
