"""Fifty people at once on the same few clients: nothing is lost, nothing doubled (PostgreSQL)."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, connections
from django_scopes import scope

from carethread.record.ledger import wrong_balances
from carethread.record.models import (
    Authorization,
    Charge,
    Claim,
    ClaimState,
    Client,
    Note,
    NoteVersion,
    UnitEntry,
)
from carethread.workflow import bill
from tests.cast import NOW, TODAY, Cast, amend, build, draft_of, make_client, sign
from tests.workflow.test_authorize import granted, sums

THREADS = 50
UNITS = 6  # for each client, who has more sessions than that

pytestmark = [
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite has one writer at a time anyway"
    ),
    pytest.mark.django_db(transaction=True),
]


def test_fifty_threads_lose_and_double_no_charge_no_cent_and_no_unit() -> None:
    cast = build()
    with scope(organization=cast.center):
        clients = _clients(cast)
        rows = [
            granted(cast, client=client, number=f"A-{client.pk}", approved_units=UNITS,
                    effective_from=TODAY - timedelta(days=90))
            for client in clients
        ]  # fmt: skip
        notes = [
            draft_of(
                cast, client=clients[number % 3], by=(cast.nora, cast.vera)[number % 2],
                starts=NOW - timedelta(days=number, hours=3),
            )
            for number in range(THREADS)
        ]  # fmt: skip
        assert _all_at_once(cast, notes) == []
        bill.run(cast.center, now=NOW)
        _prove_charges()
        _prove_money()
        for row in rows:
            _prove_units(row)
        _prove_claims()


def _clients(cast: Cast) -> list[Client]:
    others = (("Olaf", "HH00000002"), ("Pia", "HH00000003"))
    made = [
        make_client(cast.center, cast.program, cast.payer, name, "Other", member)[0]
        for name, member in others
    ]
    return [cast.clara, *made]


def _all_at_once(cast: Cast, notes: list[Note]) -> list[BaseException]:
    """What went wrong in any of the threads."""
    gate = threading.Barrier(THREADS)
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            with scope(organization=cast.center):
                gate.wait(30)
                _one_hand(cast, notes[number], number)
        except BaseException as problem:  # noqa: BLE001 - whatever it is, the test tells it
            failures.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return failures


def _one_hand(cast: Cast, note: Note, number: int) -> None:
    """What one person does: sign, click again; correct, shorten or take back; bill."""
    version = sign(note).version
    assert sign(note).version.pk == version.pk
    starts = version.starts_at
    if number % 5 == 0:
        amend(version.note, reason="Another diagnosis.", diagnoses=("F411",))
    if number % 5 == 1:
        amend(version.note, reason="Shorter.", ends_at=starts + timedelta(minutes=40))
    if number % 5 == 2:
        amend(version.note, reason="A phone call.", ends_at=starts + timedelta(minutes=9))
    if number % 3 == 0:
        bill.run(cast.center, now=NOW)


# ------------------------------------------------------------------------------- afterwards


def _prove_charges() -> None:
    """One charge a session, of what its newest note says; none where that is too short."""
    assert NoteVersion.objects.count() == THREADS * 8 // 5, "one a signature, whoever clicks twice"
    notes = Note.objects.select_related("current")
    said = Counter({55: "90837", 40: "90834"}.get(n.current.minutes, "") for n in notes)
    charges = Charge.objects.select_related("current")
    assert Counter(c.current.code if c.state == "live" else "" for c in charges) == said
    assert charges.count() == THREADS


def _prove_money() -> None:
    assert wrong_balances() == []
    charges = Charge.objects.select_related("current")
    live = [charge for charge in charges if charge.state == "live"]
    owed = sum(charge.payer_receivable_cents for charge in charges)
    assert owed == sum(charge.current.amount_cents for charge in live)


def _prove_units(row: Authorization) -> None:
    """All units are used, by one charge each; `sums` compares the columns with the ledger."""
    asking = Charge.objects.filter(client=row.client, state="live", current__code="90837")
    assert sums(row) == (0, min(UNITS, asking.count()), 0)
    held: Counter[int] = Counter()
    entries = UnitEntry.objects.filter(authorization=row, charge_version__isnull=False)
    for charge, kind, units in entries.values_list("charge_version__charge", "kind", "units"):
        held[charge] += units if kind == "consume" else -units
    holding = {charge: units for charge, units in held.items() if units}
    assert set(holding.values()) == {1}
    assert set(holding) <= set(asking.values_list("pk", flat=True))


def _prove_claims() -> None:
    """Every live charge is on one open claim for its amount; only what has its unit may leave."""
    live = Charge.objects.filter(state="live").select_related("current")
    claims = list(Claim.objects.exclude(state=ClaimState.CLOSED))
    assert live.filter(claim__in=claims).count() == live.count()
    for claim in claims:
        mine = list(live.filter(claim=claim))
        assert claim.charge_cents == sum(charge.current.amount_cents for charge in mine)
        lacks = [c for c in mine if c.current.code == "90837" and not _holds(c)]
        assert claim.state == (ClaimState.HELD if lacks else ClaimState.READY)
    numbers = sorted(Claim.objects.values_list("sequence", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


def _holds(charge: Charge) -> bool:
    kinds = set(charge.current.unit_entries.values_list("kind", flat=True))
    return "consume" in kinds and "release" not in kinds
