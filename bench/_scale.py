"""`python -m bench --scale`: the same steps with 1,000 and with 1,000,000 services on record.

A signature's queries must be the same and its time nearly so; each look for what is due must not
grow with what is done. Names every table that a signature reads from end to end. Takes minutes
and some gigabytes (BENCH_SERVICES for another size), so `make bench` leaves it out.
"""

import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from bench._volume import multiply
from bench._world import database, on_both_engines, sent, to_sign

FEW, MANY = 1_000, int(os.environ.get("BENCH_SERVICES", "1000000"))
_SIGNATURES, _LOOKS = 40, 3
_ONE_IN = 200  # of the copied claims is not settled yet
_LARGE = 10_000


def rows() -> Iterator[str]:
    return on_both_engines("bench._scale")


def main() -> None:
    with database() as engine:
        for line in measure(engine):
            print(line, flush=True)


def measure(engine: str) -> Iterator[str]:
    from django_scopes import scope

    from tests.cast import build

    cast = build()
    with scope(organization=cast.center):
        notes = list(to_sign(cast, 2 * _SIGNATURES + 20))
        original = sent(cast, notes.pop())
        looks = _looks()
        before: dict[str, float] = {}
        on_record = 0
        for count in (FEW, MANY):
            _fill(original, count - on_record, 10_000_000 * (1 + (on_record > 0)))
            on_record = count
            seconds = {"sign": min(_timed(lambda: _sign(notes.pop())) for _ in range(_SIGNATURES))}
            seconds |= {
                name: min(_timed(look) for _ in range(_LOOKS)) for name, look in looks.items()
            }
            yield f"P3 a signature asks {_queries(notes.pop())} with {count:,} services on {engine}"
            for name, now in seconds.items():
                ratio = f" {now / before[name]:.1f}x of {FEW:,}" if before else ""
                yield f"P3 {name} with {count:,} services on {engine}{ratio} {now * 1000:.2f} ms"
            before = seconds
        scanned = ", ".join(sorted(_scanned(notes.pop()))) or "none"
        yield f"P3 large tables that a signature reads from end to end on {engine}: {scanned}"


# ---------------------------------------------------------------------------------- the record


def _fill(original: Any, count: int, first: int) -> None:
    """So many more services, nearly all of them paid."""
    from django.db import connection
    from django.db.models import F

    from bench.signing import _know_the_sizes
    from carethread.record.models import Claim

    multiply(original, count, first=first)
    copies = Claim.objects.filter(pk__gte=first, pk__lt=first + count)
    copies.annotate(nth=F("pk") % _ONE_IN).filter(nth__gt=0).update(state="paid")
    _know_the_sizes(connection)


def _sign(ready: tuple[Any, Any]) -> None:
    from carethread.workflow import document
    from tests.cast import NOW, proof

    note, user = ready
    signed = document.sign(note, user=user, proof=proof(user), now=NOW)
    assert not signed.findings, signed.findings


def _looks() -> dict[str, Callable[[], object]]:
    """The questions for what is due, each answered in full."""
    from carethread.workflow import bill, receive, submit
    from carethread.workflow.claims import late
    from carethread.workflow.remittances.candidates import lock_named
    from tests.cast import NOW

    later = NOW + timedelta(days=30)
    named = _named_in_a_check()
    return {
        "bill.due_charges": lambda: list(bill.due_charges()),
        "late.claims_that_may_be_joined": lambda: list(late.claims_that_may_be_joined()),
        "bill.due_corrections": lambda: list(bill.due_corrections()),
        "bill.due_looks": lambda: list(bill.due_looks()),
        "submit.due": lambda: list(submit.due(later)),
        "receive.due": lambda: list(receive.due()),
        "candidates of a check": lambda: lock_named(named),
    }


def _named_in_a_check() -> list[Any]:
    """One claim that was sent, as a payer tells of it."""
    from carethread.record.models import Claim, RemittedClaim
    from carethread.workflow.remittances.remitted import Received
    from tests.payers import answer

    claim = Claim.objects.select_related("current", "client").get(current__isnull=False)
    return [Received(answer(claim, paid=10_000, CO_45=8_000), RemittedClaim())]


# ----------------------------------------------------------------------------------- measuring


def _timed(work: Callable[[], object]) -> float:
    from django.db import transaction

    start = time.perf_counter()
    with transaction.atomic():
        work()
    return time.perf_counter() - start


def _queries(ready: tuple[Any, Any]) -> str:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        _sign(ready)
    return f"{len(captured) - 2} queries (BEGIN and COMMIT beside them)"


def _scanned(ready: tuple[Any, Any]) -> set[str]:
    """Tables with many rows of which any statement of a signature reads all."""
    from django.db import connection

    found: set[str] = set()
    explain, sign = (
        ("EXPLAIN QUERY PLAN ", "SCAN ")
        if connection.vendor == "sqlite"
        else ("EXPLAIN ", "Seq Scan on ")
    )

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("SELECT", "(SELECT", "UPDATE record")):
            with connection.cursor() as cursor:
                cursor.cursor.execute(explain + sql, params)
                plan = [str(row[-1]) for row in cursor.cursor.fetchall()]
            found.update(line.split(sign)[1].split()[0] for line in plan if sign in line)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        _sign(ready)
    tables = {table.strip('"') for table in found if "record_" in table}
    return {table for table in tables if _rows(table) > _LARGE}


def _rows(table: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
