"""P2: an 835 file to the posted ledger, against one bulk insert for each table it fills.

Posting reads the file, matches every claim, makes the transfers, moves the balances and the
claims' states. The floor inserts as many rows of the same kinds, and decides nothing.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bench._world import best, database, on_both_engines, row, sessions

CLAIMS = 300


def rows() -> Iterator[str]:
    return on_both_engines("bench.posting")


def main() -> None:
    with database() as engine:
        for line in measure(engine):
            print(line)


def measure(engine: str) -> Iterator[str]:
    from django.db import transaction
    from django_scopes import scope

    from carethread.record.models import Claim, Delivery, Remittance
    from carethread.workflow import receive
    from tests.cast import NOW, build

    cast = build()
    with scope(organization=cast.center):
        claims = _sent_claims(cast)
        raw = _remittance_for(cast, claims)
        file = receive.store(raw, organization=cast.center, name="bench.835", now=NOW)
        delivery = Delivery.objects.select_related("file__organization").get(file=file)

        def post() -> None:
            with transaction.atomic():
                receive.read_file(delivery, now=NOW + timedelta(days=14))
                transaction.set_rollback(True)

        ours = best(post, 3)
        receive.read_file(delivery, now=NOW + timedelta(days=14))
        assert Remittance.objects.get().closed_at is not None
        assert Claim.objects.filter(state="paid").count() == CLAIMS
        floor = best(lambda: _bulk_inserts(), 3)
        words = f"bulk inserts of the same rows ({CLAIMS} claims)"
        yield row("P2", "post an 835", engine, ours, floor, words)


def _sent_claims(cast: Any) -> list[Any]:
    """So many claims, signed, billed and with the clearinghouse."""
    from carethread.record.models import Claim
    from carethread.workflow import bill, submit
    from tests.cast import NOW, sign
    from tests.payers import make_connection

    for note in sessions(cast, CLAIMS):
        sign(note)
    bill.run(cast.center, now=NOW)
    submit.freeze(make_connection(cast.center), now=NOW + timedelta(hours=3))
    Claim.objects.update(state="accepted")
    return list(Claim.objects.select_related("current", "client"))


def _remittance_for(cast: Any, claims: list[Any]) -> bytes:
    from carethread.x12.writer import write
    from tests.cast import NOW
    from tests.payers import answer, check

    said = check(cast.center, *(answer(c, paid=10_000, CO_45=6_000, PR_3=2_000) for c in claims))
    return write(
        [said], sender="HARBOR", receiver="ALDER", interchange_control=1, group_control=1,
        created=NOW,
    )  # fmt: skip


def _bulk_inserts() -> None:
    """What posting inserted, once more, under another check: one bulk insert a table."""
    from django.db import transaction

    from carethread.record.models import (
        Adjustment,
        ClaimEvent,
        LineMatch,
        Match,
        Remittance,
        RemittedClaim,
        RemittedLine,
        Transfer,
    )

    with transaction.atomic():
        check = Remittance.objects.get()
        events = _copies(ClaimEvent.objects.filter(file=check.file))
        claims = list(RemittedClaim.objects.all())
        lines = list(RemittedLine.objects.all())
        rest = [_copies(m.objects.all()) for m in (Adjustment, Transfer)]
        matches = _copies(Match.objects.all()), _copies(LineMatch.objects.all())
        check.pk, check.trace = None, "again"
        check.save()
        new = {
            RemittedClaim: _under(claims, remittance=check),
            RemittedLine: lines,
        }
        made = RemittedClaim.objects.bulk_create(new[RemittedClaim])
        for line, claim in zip(lines, made, strict=True):
            line.pk, line.claim = None, claim
        made_lines = RemittedLine.objects.bulk_create(lines)
        for match, claim in zip(matches[0], made, strict=True):
            match.remitted = claim
        for match, line in zip(matches[1], made_lines, strict=True):
            match.remitted_line = line
        Match.objects.bulk_create(matches[0])
        LineMatch.objects.bulk_create(matches[1])
        Adjustment.objects.bulk_create(rest[0])
        Transfer.objects.bulk_create(rest[1])
        ClaimEvent.objects.bulk_create(events)
        transaction.set_rollback(True)


def _copies(found: Any) -> list[Any]:
    return _under(list(found))


def _under(found: list[Any], **values: Any) -> list[Any]:
    for one in found:
        one.pk = None
        one._state.adding = True
        for name, value in values.items():
            setattr(one, name, value)
    return found


if __name__ == "__main__":
    main()
