"""Numbers and codes that mean the same in every transaction."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from stdnum import luhn

from carethread.x12.finding import Finding
from carethread.x12.semantics.at import At, error


def npi(item: Any, at: At) -> Iterator[Finding]:
    """NPI_LUHN: a national provider identifier is ten digits and proves itself (prefix 80840)."""
    del item
    for tag, qualifier, element in (("NM1", 8, 9), ("N1", 3, 4)):
        for position, e in at.all(tag):
            if len(e) > element and e[qualifier] == "XX" and not is_npi(e[element]):
                message = f"{e[element][:20]!r} is not a valid NPI: its check digit is wrong"
                if len(e[element]) != 10 or not e[element].isdigit():
                    message = f"{e[element][:20]!r} is not a valid NPI: it must be ten digits"
                yield error("NPI_LUHN", position, message, tag, element)


@lru_cache(maxsize=4096)
def is_npi(text: str) -> bool:
    return len(text) == 10 and text.isascii() and text.isdigit() and luhn.is_valid("80840" + text)
