"""P4: charges to an 837 file (assemble, scrub with every rule, encode), against encoding alone."""

from collections.abc import Iterator
from datetime import timedelta

from bench._world import best, database, on_both_engines, row, sessions

CLAIMS = 200


def rows() -> Iterator[str]:
    return on_both_engines("bench.billing")


def main() -> None:
    with database() as engine:
        for line in measure(engine):
            print(line)


def measure(engine: str) -> Iterator[str]:
    from django_scopes import scope

    from carethread.record.models import Claim
    from carethread.rules.scrub import scrub
    from carethread.workflow import bill, gather, submit
    from tests.cast import NOW, build, sign
    from tests.payers import make_connection

    cast = build()
    later = NOW + timedelta(hours=3)
    with scope(organization=cast.center):
        for note in sessions(cast, CLAIMS):
            sign(note)
        bill.run(cast.center, now=NOW)
        connection = make_connection(cast.center)
        claims = list(Claim.objects.select_related("current", "organization"))
        charges = gather.charges_by_claim(claims)
        groups = [charges[claim.pk] for claim in claims]
        billables = [gather.billable(group) for group in groups]
        contexts = gather.contexts(groups, today=gather.service_date(cast.center, later))

        def from_charges() -> None:
            wires = [bill.compute(c, b) for c, b in zip(claims, billables, strict=True)]
            for wire, context in zip(wires, contexts, strict=True):
                assert not any(finding.stops for finding in scrub(wire, context))
            submit.write_file(cast.center, connection, wires, 1, later)

        def from_the_record() -> None:
            prepared = bill.prepared(claims, cast.center, later)
            for one in prepared:
                assert not any(finding.stops for finding in scrub(one.wire, one.context))
            submit.write_file(cast.center, connection, [p.wire for p in prepared], 1, later)

        wires = [bill.compute(c, b) for c, b in zip(claims, billables, strict=True)]
        floor = best(lambda: submit.write_file(cast.center, connection, wires, 1, later))
        words = f"encoding alone ({CLAIMS} claims)"
        yield row("P4", "assemble, scrub, encode", engine, best(from_charges), floor, words)
        yield row("P4", "the same and reading the record", engine, best(from_the_record), floor,
                  words)  # fmt: skip


if __name__ == "__main__":
    main()
