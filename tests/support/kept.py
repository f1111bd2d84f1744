"""Worlds that many tests start from: built once, and rolled back to after each of them.

A test that asks for `cast` or `shown` finds it as it was built, in a transaction that stands
open around the test's own. A test that wants an empty database, or commits, ends the worlds
first; pytest-django runs those that commit last.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

Build = Callable[..., Any]


@dataclass(frozen=True)
class World:
    name: str
    built: Any
    around: transaction.Atomic


_builders: dict[str, Build] = {}
"""By the fixture's name, each built upon the one before."""
_standing: list[World] = []
_blocker: Any = None


def world(name: str, build: Build) -> None:
    """Names a world. `build` is given the one below, if there is one."""
    _builders[name] = build


def ready(blocker: Any) -> None:
    """The database is there: from now on worlds may stand in it."""
    global _blocker
    _blocker = blocker


def prepare(item: pytest.Item) -> None:
    """Leave standing, or build, just the worlds that the test starts from."""
    if _blocker is None:
        return
    wanted = _wanted(item)
    with _blocker.unblock():
        while [world.name for world in _standing] != wanted[: len(_standing)]:
            _end(_standing.pop())
        for name in wanted[len(_standing) :]:
            _standing.append(_begin(name))


def end_all() -> None:
    with _blocker.unblock():
        while _standing:
            _end(_standing.pop())


def copy(name: str) -> Any:
    """The world as it was built, the test's own to change, or None where it does not stand."""
    return next((deepcopy(world.built) for world in _standing if world.name == name), None)


def _wanted(item: pytest.Item) -> list[str]:
    fixtures = set(getattr(item, "fixturenames", ()))
    marker = item.get_closest_marker("django_db")
    commits = fixtures & {"transactional_db", "live_server"} or (
        marker and marker.kwargs.get("transaction")
    )
    if commits or "db" not in fixtures:
        return []
    return [name for name in _builders if name in fixtures]


def _begin(name: str) -> World:
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]  # what is durable may stand inside
    around.__enter__()
    below = [deepcopy(_standing[-1].built)] if _standing else []
    return World(name, _builders[name](*below), around)


def _end(world: World) -> None:
    transaction.set_rollback(True)
    world.around.__exit__(None, None, None)
