"""Frozen slotted dataclasses, built at the speed of plain ones.

The `__init__` of a frozen dataclass goes through `object.__setattr__` once a field, which is
what most of reading a large file would be spent on. `quick(cls)` makes a twin class with the
same slots and a plain `__init__`; the finished object is then given its real class. Both
classes have one layout, so Python allows it, and nobody ever sees the object unfrozen.
"""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

T = TypeVar("T")

_MADE: dict[type[Any], Callable[..., Any]] = {}


def quick(cls: type[T]) -> Callable[..., T]:
    """A function that takes the values of all fields of `cls`, in order, and builds one."""
    if cls in _MADE:
        return _MADE[cls]
    names = [f.name for f in fields(cls)]  # type: ignore[arg-type]
    lines = [
        f"def make({', '.join(names)}):",
        "    self = new(Twin)",
        *(f"    self.{name} = {name}" for name in names),
        "    self.__class__ = cls",
        "    return self",
    ]
    twin = type(f"_Quick{cls.__name__}", (), {"__slots__": tuple(names)})
    space: dict[str, Any] = {"Twin": twin, "cls": cls, "new": object.__new__}
    exec("\n".join(lines), space)  # noqa: S102 - the names come from our own dataclasses
    _MADE[cls] = space["make"]
    return _MADE[cls]
