"""Code made while the program runs: frozen slotted dataclasses, built at the speed of plain ones.

The `__init__` of a frozen dataclass goes through `object.__setattr__` once a field, which is
what most of reading a large file would be spent on. `built` fills a twin class with the same
slots, which is not frozen; the finished object is then given its real class. Both classes have
one layout, so Python allows it, and nobody ever sees the object unfrozen.
"""

from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any, TypeVar

T = TypeVar("T")


class Space:
    """What made code names: its constants and functions."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._names: dict[int, str] = {}

    def name(self, value: Any) -> str:
        """Code that stands for this very object."""
        if value in (None, "", 0, ()) and value.__class__ in (type(None), str, int, tuple):
            return repr(value)
        if id(value) not in self._names:
            self._names[id(value)] = f"k{len(self._names)}"
            self.values[self._names[id(value)]] = value
        return self._names[id(value)]

    def run(self, lines: Iterable[str], name: str) -> Any:
        """The function of that name which these lines define. They are made of our own guides'
        positions and our own classes' fields, never of what a file says."""
        exec("\n".join(lines), self.values)  # noqa: S102
        return self.values[name]


def built(cls: type[Any], code: Iterable[str], into: str, space: Space) -> list[str]:
    """Lines that build a `cls` in the variable `into`, given code for each field's value."""
    names = [f.name for f in fields(cls)]
    return [
        f"{into} = {space.name(_twin(cls))}()",
        *(f"{into}.{name} = {value}" for name, value in zip(names, code, strict=True)),
        f"{into}.__class__ = {space.name(cls)}",
    ]


_TWINS: dict[type[Any], type[Any]] = {}
_MAKERS: dict[type[Any], Callable[..., Any]] = {}


def _twin(cls: type[Any]) -> type[Any]:
    if cls not in _TWINS:
        slots = tuple(f.name for f in fields(cls))
        _TWINS[cls] = type(f"_Quick{cls.__name__}", (), {"__slots__": slots})
    return _TWINS[cls]


def quick(cls: type[T]) -> Callable[..., T]:
    """A function that takes the values of all fields of `cls`, in order, and builds one."""
    if cls in _MAKERS:
        return _MAKERS[cls]
    space = Space()
    names = [f.name for f in fields(cls)]  # type: ignore[arg-type]
    lines = [f"    {line}" for line in built(cls, names, "self", space)]
    head = f"def make({', '.join(names)}):"
    _MAKERS[cls] = space.run([head, *lines, "    return self"], "make")
    return _MAKERS[cls]
