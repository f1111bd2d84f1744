"""P3: sign a note, against inserting one row through the ORM in one transaction.

One signature makes the version, the charge, the money, the authorized unit and the scrubbed
preview of the claim. Measured with few and with many services on record: it must not grow.
"""

from collections.abc import Iterator

from bench._world import best, database, on_both_engines, row, sessions

FEW, MANY = 40, 400


def rows() -> Iterator[str]:
    return on_both_engines("bench.signing")


def main() -> None:
    with database() as engine:
        for line in measure(engine):
            print(line)


def measure(engine: str) -> Iterator[str]:
    from datetime import date

    from django.db import connection, transaction
    from django.test.utils import CaptureQueriesContext
    from django_scopes import scope

    from carethread.record.models import Authorization, Fee
    from carethread.workflow import admit
    from tests.cast import LONG_AGO, NOW, build, sign

    cast = build()
    with scope(organization=cast.center):
        cast.payer.authorization_codes = ["90837"]
        cast.payer.save()
        admit.save_authorization(
            Authorization(
                organization=cast.center, client=cast.clara, payer=cast.payer, number="A-1",
                effective_from=LONG_AGO, effective_to=date(2027, 1, 1), codes=["90837"],
                approved_units=100_000,
            ),
            now=NOW,
        )  # fmt: skip
        notes = list(sessions(cast, MANY + 30))
        sign(notes.pop())
        codes = iter(range(10_000))

        def insert_one() -> None:
            with transaction.atomic():
                Fee.objects.create(
                    organization=cast.center, code=f"B{next(codes):04d}", amount_cents=1,
                    effective_from=LONG_AGO,
                )  # fmt: skip

        def sign_one() -> None:
            with transaction.atomic():
                sign(notes.pop())

        for signed in (FEW, MANY):
            while len(notes) > MANY + 29 - signed:
                sign(notes.pop())
            floor = best(insert_one, 20)
            yield row("P3", f"sign a note after {signed} others", engine, best(sign_one, 10), floor,
                      "one-row inserts of")  # fmt: skip
        with CaptureQueriesContext(connection) as captured:
            sign(notes.pop())
        yield f"P3 queries for one signature on {engine}: {len(captured)} (with BEGIN or savepoint)"


if __name__ == "__main__":
    main()
