"""The sandbox's half of a demo that somebody watches: the server and the payer, by the clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from carethread.sandbox import processes
from carethread.sandbox.practice.build import point_to


@contextmanager
def running(folder: Path, *, seed: int = 1) -> Iterator[None]:
    """SFTP server, payer and its desk for questions on the folder that `demo.build` left, until the
    block ends. The center's connections are told where they listen this time."""
    with (
        processes.sftp_server(folder) as wire,
        processes.endpoint(folder) as desk,
        processes.live_payer(folder, seed=seed),
    ):
        point_to(wire())
        point_to(desk())
        yield
