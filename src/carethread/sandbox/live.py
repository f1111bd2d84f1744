"""The sandbox's half of a demo that somebody watches: the server and the payer, by the clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django_scopes import scopes_disabled

from carethread.record.models import Connection
from carethread.sandbox import processes
from carethread.sandbox.practice.build import without_kind
from carethread.sandbox.practice.truth import CLEARINGHOUSE
from carethread.workflow import staff


@contextmanager
def running(folder: Path, *, seed: int = 1) -> Iterator[None]:
    """SFTP server and live payer on the folder that `demo.build` left, until the block ends. The
    center's connection is told where the server listens this time."""
    with processes.sftp_server(folder) as wire, processes.live_payer(folder, seed=seed):
        _point_to(wire)
        yield


def _point_to(wire: dict[str, Any]) -> None:
    with scopes_disabled():
        for connection in Connection.objects.filter(receiver_id=CLEARINGHOUSE):
            connection.settings = without_kind(wire)
            connection.next_attempt_at = None
            staff.save_connection(connection)
