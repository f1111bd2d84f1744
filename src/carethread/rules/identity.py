"""Numbers that we put on the wire and must recognize when they come back.

A claim number (CLM01) is `CT`, the claim's sequence (nine digits or more), `V`, the version (two
digits) and two ISO 7064 MOD 97-10 check digits over sequence and version: `CT000000123V0184`.
A line number (REF*6R) is `L`, the charge version's id and two check digits.

Payers echo them in lower case, with spaces, dashes and leading or trailing junk, and without
leading zeros; all of that is read back, because the check digits say when to stop believing.
"""

import re
from collections.abc import Iterator

from stdnum.iso7064 import mod_97_10

_CLAIM = re.compile(r"(?=CT0*([0-9]{1,13})V([0-9]{3,}))")
_LINE = re.compile(r"(?=L0*([0-9]{3,20})(?![0-9]))")
_NOISE = re.compile(r"[^0-9A-Z]")
_MOST_SEQUENCE = 10**13 - 1
_MOST_VERSION = 99


def claim_number(sequence: int, version: int) -> str:
    """CLM01 for a claim's version: at most 20 characters, upper-case letters and digits.

    `sequence` is 1 to 9999999999999 (13 digits), `version` 1 to 99; ValueError otherwise.
    """
    if not 1 <= sequence <= _MOST_SEQUENCE or not 1 <= version <= _MOST_VERSION:
        raise ValueError(f"no claim number for sequence {sequence}, version {version}")
    return f"CT{sequence:09d}V{version:02d}{_claim_check(sequence, version)}"


def parse_claim_number(text: str) -> tuple[int, int] | None:
    """(sequence, version) of a number of ours, however mangled, or None if it is not ours."""
    for sequence, tail in _CLAIM.findall(_plain(text)):
        for version, check in _splits(tail):
            if check == _claim_check(int(sequence), version):
                return int(sequence), version
    return None


def line_number(charge_version_id: int) -> str:
    """REF*6R for a charge's version: at most 30 characters. The id is positive."""
    if charge_version_id < 1:
        raise ValueError(f"no line number for charge version {charge_version_id}")
    return f"L{charge_version_id:09d}{_line_check(charge_version_id)}"


def parse_line_number(text: str) -> int | None:
    """The charge version's id, however mangled, or None if the number is not ours."""
    for digits in _LINE.findall(_plain(text)):
        number, check = int(digits[:-2]), digits[-2:]
        if number and check == _line_check(number):
            return number
    return None


def _plain(text: str) -> str:
    return _NOISE.sub("", text.upper())


def _splits(tail: str) -> Iterator[tuple[int, str]]:
    """The ways to read what follows the V: a version of two digits, or of one whose zero was lost;
    then two check digits; what comes after is junk."""
    for width in (2, 1):
        version, check = tail[:width], tail[width : width + 2]
        if len(check) == 2 and int(version):
            yield int(version), check


def _claim_check(sequence: int, version: int) -> str:
    return str(mod_97_10.calc_check_digits(f"{sequence}V{version:02d}"))


def _line_check(number: int) -> str:
    return str(mod_97_10.calc_check_digits(str(number)))
