"""Who is at work. Said once where a person comes in, as the organization is (the web's middleware),
so that no step that changes a row can forget to tell whose doing it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from carethread.record.models import User

_who: ContextVar[User | None] = ContextVar("acting", default=None)


@contextmanager
def acting(user: User) -> Iterator[None]:
    """All that is changed within is that person's doing."""
    before = _who.set(user)
    try:
        yield
    finally:
        _who.reset(before)


def actor() -> User | None:
    """Who is at work; None for what runs by itself."""
    return _who.get()
