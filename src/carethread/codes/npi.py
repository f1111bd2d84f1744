"""Numbers that identify providers: NPI and taxonomy."""

import re
from functools import lru_cache

from stdnum import luhn

_TAXONOMY = re.compile(r"[0-9]{2}[0-9A-Z]{7}X")


@lru_cache(maxsize=4096)
def is_npi(text: str) -> bool:
    """Ten digits that begin with 1 or 2 and carry the right check digit.

    The digit is Luhn's over the number with 80840 before it (45 CFR 162.406, ISO 7812).
    """
    looks_right = len(text) == 10 and text.isascii() and text.isdigit() and text[0] in "12"
    return looks_right and bool(luhn.is_valid("80840" + text))


def is_taxonomy(text: str) -> bool:
    """Whether a provider taxonomy code has the right shape (NUCC: ten characters, X last)."""
    return _TAXONOMY.fullmatch(text) is not None
