"""P3: sign a note, against inserting one row through the ORM in one transaction.

One signature makes the version, the charge, the money, the authorized unit and the scrubbed
preview of the claim, and commits; so does the floor's one row. The two are timed in turns, so
that a busy machine disturbs both alike. Measured with few and with many services on record
(BENCH_SERVICES, 100,000 unless it says otherwise): it must not grow.
"""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

from bench._volume import multiply
from bench._world import database, on_both_engines, row, sent, to_sign

FEW, MANY = 1_000, int(os.environ.get("BENCH_SERVICES", "100000"))
TIMES = 40


def rows() -> Iterator[str]:
    return on_both_engines("bench.signing")


def main() -> None:
    with database() as engine:
        for line in measure(engine):
            print(line, flush=True)


def measure(engine: str) -> Iterator[str]:
    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext
    from django_scopes import scope

    from carethread.record.models import Fee
    from carethread.workflow import document
    from tests.cast import LONG_AGO, NOW, build, proof

    cast = build()
    with scope(organization=cast.center):
        notes = list(to_sign(cast, 2 * TIMES + 20))
        codes = iter(range(10_000))

        def insert_one() -> None:
            with transaction.atomic():
                Fee.objects.create(
                    organization=cast.center, code=f"B{next(codes):04d}", amount_cents=1,
                    effective_from=LONG_AGO,
                )  # fmt: skip

        def sign_one() -> None:
            note, user = notes.pop()
            signed = document.sign(note, user=user, proof=proof(user), now=NOW)
            assert not signed.findings, signed.findings

        original = sent(cast, notes.pop())
        on_record = 0
        for count in (FEW, MANY):
            multiply(original, count - on_record, first=10_000_000 * (1 + (on_record > 0)))
            on_record = count
            _know_the_sizes(connection)
            ours, floor = _in_turns(sign_one, insert_one)
            Fee.objects.filter(code__startswith="B").delete()
            yield row("P3", f"sign a note with {count:,} services on record", engine, ours, floor,
                      "one-row inserts of")  # fmt: skip
            with CaptureQueriesContext(connection) as captured:
                sign_one()
            yield f"P3 queries of that signature on {engine}: {len(captured)} (with BEGIN, COMMIT)"


def _know_the_sizes(connection: Any) -> None:
    """What happens by itself in time: PostgreSQL's autovacuum, the worker's count on SQLite."""
    from carethread.record import statistics

    statistics.refresh()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _in_turns(ours: Callable[[], object], floor: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the fastest run of each: the one the machine disturbed least."""
    runs: dict[Callable[[], object], list[float]] = {ours: [], floor: []}
    for _ in range(TIMES):
        for work, seconds in runs.items():
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
    return min(runs[ours]), min(runs[floor])


if __name__ == "__main__":
    main()
