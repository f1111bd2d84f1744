"""A worker that is made to die: `python -m tests.faults.worker FOLDER`, driven line by line.

It loads everything once, then forks a child for each life, so that a hundred deaths take
seconds. Commands on stdin, one JSON line in answer to each:

    setup N        build the cast, write N notes (unsigned); how long a round takes
    live MS K      fork K workers that sign and work; SIGKILL them after MS milliseconds
    finish         work undisturbed until nothing is due
    verify         what must be true of the record now
"""

import json
import os
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carethread.config.settings")
django.setup()

from django.db import connections  # noqa: E402
from django.db.models import Count, Sum  # noqa: E402
from django_scopes import scope  # noqa: E402

from carethread.codes import icd10  # noqa: E402
from carethread.record.ledger import wrong_balances  # noqa: E402
from carethread.record.models import (  # noqa: E402
    Charge,
    Claim,
    ClaimState,
    Delivery,
    Note,
    Organization,
    PolicySetting,
    Remittance,
    Transfer,
)
from carethread.workflow import work  # noqa: E402
from carethread.workflow.center import staff  # noqa: E402
from tests.cast import LONG_AGO, NOW, build, draft_of, make_client, sign  # noqa: E402
from tests.faults.lives import lived  # noqa: E402
from tests.payers import make_connection  # noqa: E402


def setup(folder: Path, notes: int) -> dict[str, int]:
    """A center whose clean claims leave at once, three to a file, and its unsigned notes."""
    cast = build()
    with scope(organization=cast.center):
        make_connection(cast.center, kind="folder", root=str(folder))
        for key, value in (("grace_minutes", 0), ("claims_per_file", 3)):
            row = PolicySetting(
                organization=cast.center, key=key, value=value, effective_from=LONG_AGO
            )
            staff.set_policy(row, now=NOW)
        for number in range(notes):
            by = (cast.nora, cast.vera)[number % 2]
            client, *_ = make_client(
                cast.center, cast.program, cast.payer, "Cleo", "Client", f"HH1{number:07d}"
            )
            starts = NOW - timedelta(hours=3 + 2 * (number // 2))
            draft_of(cast, by=by, client=client, starts=starts)
        return {"round": _milliseconds_of_a_round()}


def _milliseconds_of_a_round() -> int:
    """Of the second, since the first one loads what all lives inherit."""
    _sign_and_work(NOW)
    began = time.monotonic()
    _sign_and_work(NOW)
    return round(1000 * (time.monotonic() - began))


def live(milliseconds: float, workers: int) -> dict[str, list[int]]:
    """So many workers at once on the same record: born by fork, dead by SIGKILL."""
    return {"signals": lived(_work_until_killed, milliseconds, workers)}


def _work_until_killed() -> None:
    now = _now()
    while True:
        now += timedelta(minutes=10)
        with scope(organization=_center()):
            _sign_and_work(now)


def _sign_and_work(now: datetime) -> None:
    draft = Note.objects.filter(status="draft").order_by("-starts_at").first()
    if draft is not None:
        sign(draft, now)
    work.run_due(now, _center())


def finish() -> dict[str, int]:
    """Sign what is left and work, undisturbed, until a round does nothing."""
    now, rounds = _now(), 0
    with scope(organization=_center()):
        for draft in Note.objects.filter(status="draft").order_by("-starts_at"):
            sign(draft, now)
        while rounds < 100:
            now += timedelta(hours=5)  # past every back-off
            rounds += 1
            if not work.run_due(now, _center()).anything:
                break
    return {"rounds": rounds}


def verify() -> dict[str, object]:
    """Everything that a crash could have broken, counted."""
    with scope(organization=_center()):
        billed = Transfer.objects.filter(credit="billed").aggregate(x=Sum("amount_cents"))["x"]
        return {
            "wrong balances": wrong_balances(),
            "notes signed": Note.objects.filter(status="signed").count(),
            "charges": Charge.objects.count(),
            "charges without a claim": Charge.objects.filter(claim__isnull=True).count(),
            "claims with two charges": Claim.objects.annotate(n=Count("charges"))
            .filter(n__gt=1).count(),
            "claims": Claim.objects.count(),
            "claims paid": Claim.objects.filter(state=ClaimState.PAID).count(),
            "claims versions over one": Claim.objects.annotate(n=Count("versions"))
            .filter(n__gt=1).count(),
            "billed": billed or 0,
            "paid": sum(charge.paid_cents for charge in Charge.objects.all()),
            "cash": Remittance.objects.aggregate(x=Sum("cash_cents"))["x"] or 0,
            "open deposits": Remittance.objects.filter(closed_at__isnull=True).count(),
            "files under way": Delivery.objects.exclude(state__in=["sent", "read"]).count(),
        }  # fmt: skip


def _center() -> Organization:
    return Organization.objects.get(name="Alder Row")


def _now() -> datetime:
    """Later than anything that has happened."""
    with scope(organization=_center()):
        last = Delivery.objects.order_by("-done_at").values_list("done_at", flat=True)
        return max((moment for moment in last if moment), default=NOW)


def main() -> None:
    folder = Path(sys.argv[1])
    icd10.exists("F331", NOW.date())  # slow to load: once for all lives, which are short
    icd10.excluded("F331", "F411")
    commands = {
        "setup": lambda number: setup(folder, int(number)),
        "live": lambda milliseconds, workers: live(float(milliseconds), int(workers)),
        "finish": finish,
        "verify": verify,
    }
    for line in sys.stdin:
        command, *numbers = line.split()
        answer = commands[command](*numbers)
        connections.close_all()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
