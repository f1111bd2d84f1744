"""A value of any type with something in each of its fields, every one different."""

from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

_FIRST_DAY = date(2001, 1, 1)


class Filler:
    """Makes values; numbers them all, so that each can be found again."""

    def __init__(self) -> None:
        self.numbers = count(1001)

    def fill(self, hint: Any, inside: tuple[Any, ...] = ()) -> Any:
        """A value of this type; of a type that may hold itself, one level."""
        arguments = get_args(hint)
        if get_origin(hint) is tuple:
            if inside.count(arguments[0]) > 1:
                return ()
            return tuple(self.fill(each, inside) for each in arguments if each is not ...)
        if get_origin(hint) in (Union, UnionType) and NoneType in arguments:
            return self.fill(arguments[0], inside)
        if is_dataclass(hint):
            hints = get_type_hints(hint)
            within = (*inside, hint)
            return hint(**{f.name: self.fill(hints[f.name], within) for f in fields(hint)})  # type: ignore[operator]
        return self._leaf(hint)

    def _leaf(self, hint: Any) -> Any:
        number = next(self.numbers)
        leaves: dict[Any, Any] = {
            str: f"T{number}",
            int: number,
            bool: True,
            Decimal: Decimal(number),
            date: _FIRST_DAY + timedelta(number),
        }
        return leaves[hint]
