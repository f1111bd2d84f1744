"""Processes that are born by fork, work, and die by SIGKILL."""

import os
import signal
import time
import traceback
from collections.abc import Callable

from django.db import connections


def lived(work: Callable[[], object], milliseconds: float, workers: int) -> list[int]:
    """So many workers at once, killed after so long; the signal that each died of. One whose `work`
    ends by itself or falls over died of none (0)."""
    connections.close_all()
    children = [born(work) for _ in range(workers)]
    time.sleep(milliseconds / 1000)
    for child in children:
        os.kill(child, signal.SIGKILL)
    return [os.WTERMSIG(os.waitpid(child, 0)[1]) for child in children]


def born(work: Callable[[], object]) -> int:
    """A process that does `work` and ends; its id. It never gets back into its parent's code."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        finally:
            traceback.print_exc()
            os._exit(1)
    return child
