"""Which codes there are: mere existence, for lists whose meanings are nobody's business here.

Table: lists.yaml. A list is codes and ranges of them in one line of text.
"""

import re
from collections.abc import Iterator
from functools import cache

from carethread.codes.tables import TableError, raw

_RANGE = re.compile(r"([A-Z]*)(\d+|[A-Z])-\1(\d+|[A-Z])")


def exists(name: str, code: str) -> bool:
    """Whether the list of that name has the code. Raises KeyError for a list there is not."""
    return code in _lists()[name]


@cache
def _lists() -> dict[str, frozenset[str]]:
    return {name: frozenset(_codes(line)) for name, line in raw("lists")["lists"].items()}


def _codes(line: str) -> Iterator[str]:
    for word in line.split():
        match = _RANGE.fullmatch(word)
        if match is None:
            yield word
        else:
            yield from _range(*match.groups())


def _range(letters: str, first: str, last: str) -> Iterator[str]:
    """Every code from first to last, as wide as the first is written."""
    if first.isdigit() != last.isdigit():
        raise TableError(f"lists.yaml: {letters}{first}-{letters}{last} is no range")
    if not first.isdigit():
        yield from (letters + chr(n) for n in range(ord(first), ord(last) + 1))
        return
    for n in range(int(first), int(last) + 1):
        yield f"{letters}{n:0{len(first)}d}"
