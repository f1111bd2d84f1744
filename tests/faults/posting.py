"""Remittances posted by one worker, and by several that are killed meanwhile: the same record.

    python -m tests.faults.posting [CLAIMS] [KILLS] [WORKERS]

makes a record of so many sent claims on PostgreSQL, and their payer's checks: most claims are paid,
some refused, some paid less; behind one check in ten comes another that takes answers of it back
and corrects them, and some checks come twice. The record is copied. One worker posts the one copy
undisturbed; several at once post the other, and one of them is killed (SIGKILL) at each of so many
random instants. Both records must say the same. `tests/faults/test_posting.py` does it with few
claims; a hundred thousand and five hundred kills take the better part of an hour.
"""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.faults.lives import born
from tests.support import migrated, postgres

Told = dict[str, Any]


def compared(
    claims: int, kills: int, workers: int, *, in_a_check: int, pause: float = 0
) -> list[Told]:
    """What the two records say of themselves: posted by one, and by several that were killed about
    every `pause` seconds, or as often as spreads the kills over the time that the one took."""
    name = f"ct_posting_{os.getpid()}"
    with migrated.database(postgres.SERVER, name) as url:
        _asked(url, "setup", claims, in_a_check)
        copy = postgres.create(postgres.SERVER, f"{name}_copy", template=name)
        try:
            one = _asked(url, "post", 0, 1, 0)
            pause = pause or one["seconds"] / kills
            return [one, _asked(copy, "post", kills, workers, pause)]
        finally:
            postgres.drop(postgres.SERVER, f"{name}_copy")


def _asked(url: str, *words: object) -> Told:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.posting", *map(str, words)],
        env=os.environ | {"DATABASE_URL": url},
        stdout=subprocess.PIPE,
        check=True,
    )
    told: Told = json.loads(done.stdout)
    return told


# ---------------------------------------------------------------------------- the record


def setup(claims: int, in_a_check: int) -> Told:
    """So many claims that were sent, and the payer's files, stored and not yet read."""
    from django.db.models import Count, OuterRef, Subquery
    from django.db.models.functions import Coalesce
    from django_scopes import scope

    from bench._volume import multiply
    from bench._world import sent, to_sign
    from carethread.record.models import Authorization, Claim, Connection, UnitEntry
    from carethread.workflow import receive
    from tests.cast import NOW, build

    cast = build()
    with scope(organization=cast.center):
        (note,) = to_sign(cast, 1)
        multiply(sent(cast, note), claims, first=10_000_000)
        Claim.objects.update(state="accepted")
        of_each = UnitEntry.objects.filter(authorization=OuterRef("pk")).values("authorization")
        used = of_each.annotate(n=Count("pk")).values("n")
        Authorization.objects.update(used_units=Coalesce(Subquery(used), 0))
        Connection.objects.update(is_active=False)  # the files are here already
        files = 0
        for raw in _files(cast, in_a_check):
            files += 1
            receive.store(raw, organization=cast.center, name=f"{files:05d}.835", now=NOW)
    _count_the_rows()
    return {"files": files}


def _files(cast: Any, in_a_check: int) -> Iterator[bytes]:
    from carethread.x12.writer import write
    from tests.cast import NOW

    for number, check in enumerate(_checks(cast, in_a_check), 1):
        yield write(
            [check], sender="HARBOR", receiver="ALDER", interchange_control=number,
            group_control=number, created=NOW,
        )  # fmt: skip


def _checks(cast: Any, in_a_check: int) -> Iterator[Any]:
    """A check over every so many claims; each tenth followed by a correction of it, each fifteenth
    by itself, in a file with another number."""
    from tests.payers import check, reversal

    for number, claims in enumerate(_in_lots(_answers(), in_a_check)):
        first = check(cast.center, *claims, trace=f"T{number}", plb=(("L6", -100),))
        yield first
        if number % 10 == 0:
            taken = [claim for claim in claims if claim.paid][:10]
            again = [_better(claim) for claim in taken]
            both = [one for pair in zip(map(reversal, taken), again, strict=True) for one in pair]
            yield check(cast.center, *both, trace=f"C{number}")
        if number % 15 == 0:
            yield first


def _answers() -> Iterator[Any]:
    from carethread.record.models import Claim
    from tests.payers import answer

    original = Claim.objects.order_by("pk").select_related("current", "client").first()
    assert original is not None
    paid = answer(original, paid=10_000, CO_45=6_000, PR_3=2_000)
    less = answer(original, paid=5_000, CO_45=11_000, PR_3=2_000)
    refused = answer(original, paid=0, status="4", CO_197=18_000)
    rows = Claim.objects.exclude(pk=original.pk).order_by("pk")
    for pk, number, day in rows.values_list("pk", "current__claim_number", "service_from"):
        one = refused if pk % 10 == 3 else less if pk % 25 == 7 else paid
        (line,) = one.lines
        yield replace(
            one, claim_id=number, payer_control_number=f"HH-{pk}", service_from=day,
            lines=(replace(line, service_from=day, service_to=day, control_number=f"B{pk}"),),
        )  # fmt: skip


def _better(claim: Any) -> Any:
    """The same with ten dollars more allowed."""
    (line,) = claim.lines
    allowed, *others = line.adjustments
    adjustments = (replace(allowed, amount=allowed.amount - 1_000), *others)
    line = replace(line, paid=line.paid + 1_000, adjustments=adjustments)
    return replace(claim, paid=claim.paid + 1_000, lines=(line,))


def _in_lots(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    lot: list[Any] = []
    for row in rows:
        lot.append(row)
        if len(lot) == size:
            yield lot
            lot = []
    if lot:
        yield lot


# ---------------------------------------------------------------------------- the workers


def post(kills: int, workers: int, pause: float) -> Told:
    """Everything that is stored, read by so many workers; each that dies has a follower. What the
    record says then."""
    chance, began, killed = random.Random(20260316), time.monotonic(), 0
    alive = [_born(_read_all) for _ in range(workers)]
    for number in range(kills):
        time.sleep(chance.uniform(0, 2 * pause))
        if number % 40 == 0:
            _count_the_rows()
        victim = alive.pop(chance.randrange(workers))
        os.kill(victim, signal.SIGKILL)
        killed += os.WTERMSIG(os.waitpid(victim, 0)[1]) == signal.SIGKILL
        alive.append(_born(_read_all))
    failed = sum(_ended(one) != 0 for one in alive)
    seconds = time.monotonic() - began
    return {"seconds": seconds, "killed at work": killed, "fell over": failed, **_record()}


def _ended(child: int) -> int:
    """How it ended, once it did; the rows are counted now and then meanwhile."""
    while True:
        for _ in range(200):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return status
            time.sleep(0.1)
        _count_the_rows()


def _count_the_rows() -> None:
    """What autovacuum does by itself where it is on."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    connection.close()


def _born(work: Callable[[], object]) -> int:
    from django.db import connections

    connections.close_all()
    return born(work)


def _read_all() -> None:
    from django_scopes import scope

    from carethread.record.models import Organization
    from carethread.workflow import receive
    from tests.cast import NOW

    center = Organization.objects.get(name="Alder Row")
    with scope(organization=center):
        while receive.due().exists():
            receive.run(center, now=NOW + timedelta(days=14))


# ---------------------------------------------------------------------------- the judgment


def _record() -> Told:
    """What the record says: figures, and a digest of all that posting made, without moments and
    ids."""
    from django.db.models import Count, Sum
    from django_scopes import scopes_disabled

    from carethread.record.ledger import wrong_balances
    from carethread.record.models import Claim, Remittance, RemittedClaim

    with scopes_disabled():
        return {
            "claims": dict(Claim.objects.values_list("state").annotate(Count("pk")).order_by()),
            "remitted": RemittedClaim.objects.count(),
            "checks": Remittance.objects.count(),
            "open checks": Remittance.objects.filter(closed_at__isnull=True).count(),
            "paid": Remittance.objects.aggregate(x=Sum("amount_cents"))["x"],
            "wrong balances": wrong_balances()[:5],
            "digest": {name: _digest(rows) for name, rows in _told().items()},
        }


def _told() -> dict[str, Iterable[Any]]:
    from carethread.record.models import (
        Charge,
        Claim,
        Delivery,
        Match,
        Remittance,
        Transfer,
        UnitEntry,
    )

    where = ("remitted_claim__remittance__trace", "remitted_claim__position")
    money = ("payer_receivable", "patient_receivable", "contractual", "denied", "write_off")
    return {
        "charges": _sorted(Charge, "pk", "state", *(f"{account}_cents" for account in money)),
        "claims": _sorted(Claim, "pk", "state", "payer_control_number"),
        "transfers": _sorted(
            Transfer, "charge", *where, "remittance__trace", "remitted_line__number", "debit",
            "credit", "amount_cents", "code", "source",
        ),
        "matches": _sorted(
            Match, "remitted__remittance__trace", "remitted__position", "state", "version", "reason"
        ),
        "checks": _sorted(Remittance, "trace", "amount_cents", "payer_deposit_cents"),
        "files": _sorted(Delivery, "file__sha256", "state", "reason"),
        "units": _sorted(UnitEntry, "authorization", "kind", "units", "charge_version"),
    }  # fmt: skip


def _sorted(model: Any, *fields: str) -> Iterator[Any]:
    rows: Iterator[Any] = model.objects.values_list(*fields).order_by(*fields).iterator()
    return rows


def _digest(rows: Iterable[Any]) -> str:
    digest, count = hashlib.sha256(), 0
    for row in rows:
        digest.update(repr(row).encode())
        count += 1
    return f"{count} rows {digest.hexdigest()[:16]}"


# ---------------------------------------------------------------------- from the shell


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carethread.config.settings")
    match sys.argv[1:]:
        case ["setup", claims, in_a_check]:
            _django()
            print(json.dumps(setup(int(claims), int(in_a_check))))
            return 0
        case ["post", kills, workers, pause]:
            _django()
            print(json.dumps(post(int(kills), int(workers), float(pause))))
            return 0
    given = [int(word) for word in sys.argv[1:]]
    claims, kills, workers = (*given, *(100_000, 500, 3)[len(given) :])
    one, several = compared(claims, kills, workers, in_a_check=100)
    for told in (one, several):
        print(json.dumps(told, indent=1))
    print("the same" if one["digest"] == several["digest"] else "NOT the same")
    return int(one["digest"] != several["digest"])


def _django() -> None:
    import django

    django.setup()


if __name__ == "__main__":
    sys.exit(main())
