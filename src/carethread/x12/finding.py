"""What is wrong with somebody's file, said as data."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is: a receiver would refuse an ERROR, a WARNING merely looks wrong."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault in a file.

    `segment` is the segment's position in the file, counted from 1 (the first ISA);
    0 means the file as a whole. `element` counts from 1 (CLM05 is 5), 0 for the segment.
    """

    id: str
    severity: Severity
    segment: int
    message: str
    tag: str = ""
    element: int = 0


class Unreadable(ValueError):
    """The bytes hold no X12 interchange; the message says where reading stopped and why."""
