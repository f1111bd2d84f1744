"""Numbers and codes that mean the same in every transaction."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from stdnum import luhn

from carethread.codes.lists import exists
from carethread.x12.finding import Finding
from carethread.x12.semantics.at import At, error, part


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


def adjustment_codes(item: Any, at: At) -> Iterator[Finding]:
    """CARC_UNKNOWN, RARC_UNKNOWN, PLB_UNKNOWN: reasons and remarks are codes that there are."""
    del item
    for tag, places, name, id_ in CODES:
        for position, e in at.all(tag):
            for element in places:
                code = part(e, element).partition(at.component)[0]
                if code and not exists(name, code) and not (tag == "LQ" and e[1] != "HE"):
                    message = f"{code!r} is no {name.replace('_', ' ')} code"
                    yield error(id_, position, message, tag, element)


CODES = (
    ("CAS", (2, 5, 8, 11, 14, 17), "adjustment_reason", "CARC_UNKNOWN"),
    ("LQ", (2,), "remark", "RARC_UNKNOWN"),
    ("MOA", (3, 4, 5, 6, 7), "remark", "RARC_UNKNOWN"),
    ("MIA", (5, 20, 21, 22, 23), "remark", "RARC_UNKNOWN"),
    ("PLB", (3, 5, 7, 9, 11, 13), "provider_reason", "PLB_UNKNOWN"),
)
"""Where a remittance, or a claim that tells of an earlier one, has codes: segment, elements, list,
and the finding."""
