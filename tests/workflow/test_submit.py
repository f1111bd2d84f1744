"""Ready claims leave: frozen once, carried exactly once, whatever breaks on the way."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from carethread.connect.memory import Store, forget, store
from carethread.record.models import (
    Case,
    Claim,
    ClaimState,
    ClaimVersion,
    Connection,
    Counter,
    Coverage,
    Delivery,
    EdiFile,
)
from carethread.workflow import bill, follow_up, submit
from tests.cast import NOW, Cast, signed_session
from tests.judges import pyx12_errors
from tests.payers import make_connection

LEAVES = NOW + timedelta(hours=3)


@pytest.fixture
def far_side() -> Iterator[Store]:
    yield store("submit")
    forget("submit")


@pytest.fixture
def ready(alder: Cast, far_side: Store) -> Cast:
    """A connection, and a signed session whose claim is ready."""
    make_connection(alder.center, store="submit")
    signed_session(alder)
    bill.run(alder.center, now=NOW)
    return alder


def names(far_side: Store) -> list[str]:
    return [path for path in far_side.files if path.startswith("to_payer/")]


def test_a_claim_does_not_leave_within_its_grace_period(ready: Cast, far_side: Store) -> None:
    submit.run(ready.center, now=NOW + timedelta(minutes=119))
    assert names(far_side) == []
    assert Claim.objects.get().state == ClaimState.READY


def test_a_ready_claim_leaves_in_a_file_that_a_judge_accepts(ready: Cast, far_side: Store) -> None:
    assert submit.run(ready.center, now=LEAVES) == 1
    (name,) = names(far_side)
    raw = far_side.files[name][0]
    assert pyx12_errors(raw) == []
    assert bytes(EdiFile.objects.get().raw) == raw
    claim = Claim.objects.get()
    assert claim.state == ClaimState.SENT
    assert claim.current.lines.get().charge_version.charge.claim == claim


def test_running_again_sends_nothing_again(ready: Cast, far_side: Store) -> None:
    submit.run(ready.center, now=LEAVES)
    assert submit.run(ready.center, now=LEAVES + timedelta(days=1)) == 0
    assert len(names(far_side)) == 1
    assert ClaimVersion.objects.count() == 1


def test_what_no_longer_may_leave_stays(ready: Cast, far_side: Store) -> None:
    Coverage.objects.update(member_id="nonsense")
    assert submit.run(ready.center, now=LEAVES) == 0
    assert names(far_side) == []
    assert Claim.objects.get().state == ClaimState.HELD


def test_control_numbers_have_no_gaps(ready: Cast, far_side: Store) -> None:
    submit.run(ready.center, now=LEAVES)
    signed_session(ready, starts=NOW - timedelta(days=1))
    bill.run(ready.center, now=LEAVES)
    submit.run(ready.center, now=LEAVES + timedelta(hours=3))
    numbers = [
        i.control_number for f in EdiFile.objects.order_by("pk") for i in f.interchanges.all()
    ]
    assert numbers == ["000000001", "000000002"]
    assert Counter.objects.get(name="claim").value == 2


def test_a_clearinghouse_that_is_down_loses_nothing_and_raises_an_alarm(
    ready: Cast, far_side: Store
) -> None:
    far_side.faults.down = True
    when = LEAVES
    for _ in range(3):
        submit.run(ready.center, now=when)
        when += timedelta(hours=6)
    follow_up.run(ready.center, now=when)
    assert Case.objects.get(kind="connection").owner_role == "administrator"
    assert Delivery.objects.get().state == "built"

    far_side.faults.down = False
    assert submit.run(ready.center, now=when) == 1
    follow_up.run(ready.center, now=when)
    assert Case.objects.get(kind="connection").state == "closed"
    assert len(names(far_side)) == 1


def test_a_failing_connection_is_left_alone_until_its_next_attempt(
    ready: Cast, far_side: Store
) -> None:
    far_side.faults.down = True
    submit.run(ready.center, now=LEAVES)
    submit.run(ready.center, now=LEAVES + timedelta(seconds=5))
    assert Connection.objects.get().failures == 1


def test_half_a_file_never_gets_its_final_name(ready: Cast, far_side: Store) -> None:
    far_side.faults.cut_after = 100
    submit.run(ready.center, now=LEAVES)
    assert [name for name in names(far_side) if not name.endswith(".tmp")] == []
    later = LEAVES + timedelta(hours=8)
    assert submit.run(ready.center, now=later) == 1
    (name,) = names(far_side)
    assert far_side.files[name][0] == bytes(EdiFile.objects.get().raw)


def test_a_lost_answer_to_the_rename_does_not_send_the_file_twice(
    ready: Cast, far_side: Store
) -> None:
    connection = Connection.objects.get()
    file = submit.freeze(connection, now=LEAVES)
    delivery = Delivery.objects.get(file=file)
    delivery.state = "uploaded"  # the worker died after its rename, before it said so,
    delivery.save()  # and the clearinghouse has taken the file away since
    assert submit.run(ready.center, now=LEAVES) == 1
    assert names(far_side) == []
    assert Claim.objects.get().state == ClaimState.SENT


def test_a_worker_that_died_before_its_rename_is_finished_by_the_next(
    ready: Cast, far_side: Store
) -> None:
    file = submit.freeze(Connection.objects.get(), now=LEAVES)
    delivery = Delivery.objects.get(file=file)
    far_side.put(f"to_payer/{file.name}.tmp", bytes(file.raw))
    delivery.state = "uploaded"
    delivery.save()
    assert submit.run(ready.center, now=LEAVES) == 1
    assert names(far_side) == [f"to_payer/{file.name}"]


def test_two_workers_on_one_file_send_it_once(ready: Cast, far_side: Store) -> None:
    connection = Connection.objects.get()
    submit.freeze(connection, now=LEAVES)
    (mine,) = submit.due_deliveries(connection, LEAVES)
    (theirs,) = submit.due_deliveries(connection, LEAVES)
    from carethread.workflow.center.connections import opened

    with opened(connection, now=LEAVES) as wire:
        assert submit.carry(mine, connection, wire, now=LEAVES)
        assert not submit.carry(theirs, connection, wire, now=LEAVES)
    assert len(names(far_side)) == 1
