"""The double fails as real lines do, so that a workflow tested with it is tested for them."""

from collections.abc import Iterator

import pytest

from carethread.connect import (
    Connection,
    Missing,
    Refused,
    Unreachable,
    memory,
    open_connection,
    settings_from,
)


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Iterator[memory.Store]:
    yield memory.store(request.node.name)
    memory.forget(request.node.name)


@pytest.fixture
def connection(store: memory.Store, request: pytest.FixtureRequest) -> Connection:
    return open_connection(settings_from({"kind": "memory", "store": request.node.name}))


def test_down_means_nobody_can_dial_or_go_on(
    store: memory.Store, connection: Connection, request: pytest.FixtureRequest
) -> None:
    store.faults.down = True
    with pytest.raises(Unreachable):
        connection.list("from_payer")
    with pytest.raises(Unreachable):
        open_connection(settings_from({"kind": "memory", "store": request.node.name}))
    store.faults.down = False
    assert connection.list("from_payer") == []


def test_refused_credentials_are_refused(store: memory.Store, connection: Connection) -> None:
    store.faults.refused = True
    with pytest.raises(Refused):
        connection.list("from_payer")


def test_a_late_answer_leaves_the_work_done(store: memory.Store, connection: Connection) -> None:
    connection.write("to_payer/a.tmp", b"ISA")
    store.faults.late = True
    with pytest.raises(Unreachable):
        connection.rename("to_payer/a.tmp", "to_payer/a")
    store.faults.late = False
    assert connection.size("to_payer/a") == 3
    assert connection.size("to_payer/a.tmp") is None


def test_a_cut_leaves_the_part_that_was_sent_and_a_dead_connection(
    store: memory.Store, connection: Connection
) -> None:
    store.faults.cut_after = 2
    with pytest.raises(Unreachable, match="after 2 bytes"):
        connection.write("to_payer/a.tmp", b"ISA")
    assert store.files["to_payer/a.tmp"][0] == b"IS"
    with pytest.raises(Unreachable, match="closed"):
        connection.size("to_payer/a.tmp")


def test_a_cut_while_reading_gives_nothing(store: memory.Store, connection: Connection) -> None:
    store.put("from_payer/a", b"ISA")
    store.faults.cut_after = 1
    with pytest.raises(Unreachable):
        connection.read("from_payer/a")
    assert store.files["from_payer/a"][0] == b"ISA"


def test_a_server_that_loses_bytes_is_noticed(store: memory.Store, connection: Connection) -> None:
    store.faults.loses = 1
    with pytest.raises(Unreachable, match="3 bytes were sent and 2 arrived"):
        connection.write("to_payer/a.tmp", b"ISA")


def test_a_listed_file_can_have_been_taken_by_another(
    store: memory.Store, connection: Connection
) -> None:
    store.put("from_payer/a", b"ISA")
    store.faults.vanishes = True
    (listed,) = connection.list("from_payer")
    with pytest.raises(Missing):
        connection.read(f"from_payer/{listed.name}")


def test_a_listing_can_name_every_file_twice(store: memory.Store, connection: Connection) -> None:
    store.put("from_payer/a", b"ISA")
    store.faults.twice = True
    assert [file.name for file in connection.list("from_payer")] == ["a", "a"]


def test_two_connections_meet_the_same_far_side_and_two_tests_do_not(
    store: memory.Store, connection: Connection, request: pytest.FixtureRequest
) -> None:
    connection.write("to_payer/a", b"ISA")
    with open_connection(settings_from({"kind": "memory", "store": request.node.name})) as other:
        assert other.read("to_payer/a") == b"ISA"
    assert memory.store("another test").files == {}
