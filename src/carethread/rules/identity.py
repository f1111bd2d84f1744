"""Numbers that we put on the wire and must recognize when they come back.

A claim number (CLM01) is `CT`, the claim's sequence (nine digits or more), `V`, the version (two
digits) and two ISO 7064 MOD 97-10 check digits over sequence and version: `CT000000123V0159`.
A line number (REF*6R) is `L`, the charge version's id and two check digits.

Payers echo them in lower case, with spaces, dashes and leading or trailing junk, and without
leading zeros; all of that is read back, because the check digits say when to stop believing.
"""


def claim_number(sequence: int, version: int) -> str:
    """CLM01 for a claim's version: at most 20 characters, upper-case letters and digits.

    `sequence` is 1 to 9999999999999 (13 digits), `version` 1 to 99; ValueError otherwise.
    """
    raise NotImplementedError


def parse_claim_number(text: str) -> tuple[int, int] | None:
    """(sequence, version) of a number of ours, however mangled, or None if it is not ours."""
    raise NotImplementedError


def line_number(charge_version_id: int) -> str:
    """REF*6R for a charge's version: at most 30 characters."""
    raise NotImplementedError


def parse_line_number(text: str) -> int | None:
    """The charge version's id, however mangled, or None if the number is not ours."""
    raise NotImplementedError
