"""A file that must not be acted on, with the reason for the person who decides."""

from collections.abc import Sequence

from carethread.x12.finding import Finding


class Quarantined(Exception):
    """Nothing in this file may have an effect. Ends the file's transaction, which undoes all."""

    def __init__(self, reason: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(reason)
        self.findings = tuple(findings)


def reason_of(problem: Exception) -> str:
    return plain(str(problem))[:1000]


def plain(text: str) -> str:
    """Without the character that PostgreSQL cannot hold, which a broken file may."""
    return text.replace("\0", "")
