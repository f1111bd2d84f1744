"""The catalogue of findings is complete, each entry can happen, and the documentation has it."""

import re
from pathlib import Path

from carethread.x12.catalogue import FINDINGS
from tests.x12.test_breakages import BREAKAGES

ROOT = Path(__file__).parents[2]
SHOWN_ELSEWHERE = {
    "SET_DUPLICATE",
    "ISA_DUPLICATE",
    "GS_DUPLICATE",
    "ISA_BROKEN",
    "SET_UNKNOWN",
    "MORE_FINDINGS",
}
"""Findings that tests of their own bring about (breakages, malformed, lossless)."""


def test_every_id_that_the_code_can_give_is_in_the_catalogue() -> None:
    used = set()
    for path in (ROOT / "src/carethread/x12").rglob("*.py"):
        if path.name not in ("catalogue.py", "respond.py"):
            text = path.read_text()
            used |= set(
                re.findall(
                    r'(?:_note|_note_text|self\.note|note|_error|_fault|_compare|Finding|yield)\(?\s*"([A-Z][A-Z0-9_]{3,})"',
                    text,
                )
            )
            used |= set(re.findall(r'\("(ISA_[A-Z]+)",', text))
    assert used - {"DT"} <= set(FINDINGS)
    assert len(used) > 40


def test_every_finding_is_brought_about_by_a_test() -> None:
    assert {row[3] for row in BREAKAGES.values()} | SHOWN_ELSEWHERE == set(FINDINGS)


def test_the_documentation_lists_every_finding_in_the_same_words() -> None:
    text = (ROOT / "docs/x12.md").read_text()
    rows = dict(re.findall(r"^\| `([A-Z0-9_]+)` \| (.+) \|$", text, re.MULTILINE))
    assert rows == FINDINGS
