"""Which of our claims a remitted claim speaks of. Prose: docs/algorithms/matching.md.

A match is certain or it waits for a person, with the candidates and how they differ. It is
never guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from carethread.x12.remittance import RemittedClaim


@dataclass(frozen=True, slots=True)
class SubmittedLine:
    """One line as we sent it. `charge` in cents."""

    charge_id: int
    control_number: str
    code: str
    modifiers: tuple[str, ...]
    charge: int
    service_date: date
    units: int = 1


@dataclass(frozen=True, slots=True)
class SubmittedClaim:
    """One claim version as we sent it. `claim_number` is CLM01; `charge` in cents;
    `payer_control_number` the payer's own, from a 277CA or an earlier 835, if known."""

    version_id: int
    claim_number: str
    charge: int
    last_name: str
    first_name: str
    member_id: str
    service_from: date
    service_to: date
    lines: tuple[SubmittedLine, ...]
    payer_control_number: str = ""


@dataclass(frozen=True, slots=True)
class LineMatch:
    """Which charge a remitted line speaks of. `position` counts the remitted lines from 0;
    `charge_id` is None where no line of ours fits; `how` says what agreed."""

    position: int
    charge_id: int | None
    how: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim that might be meant: what agrees and what differs, in plain words."""

    claim: SubmittedClaim
    agreements: tuple[str, ...]
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClaimMatch:
    """A verdict. `claim` is set exactly where the match is certain; otherwise `reasons` say why
    it waits and `candidates` (best first) what a person may choose from."""

    claim: SubmittedClaim | None
    lines: tuple[LineMatch, ...] = ()
    reasons: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()

    @property
    def is_certain(self) -> bool:
        return self.claim is not None


def match(remitted: RemittedClaim, candidates: Sequence[SubmittedClaim]) -> ClaimMatch:
    """Find the one claim that is meant.

    `candidates` is whatever the record finds by claim number, payer control number, line
    control numbers, or by member and dates. Reversals (CLP02 = 22) match with negated amounts.
    """
    raise NotImplementedError


def match_by_hand(remitted: RemittedClaim, claim: SubmittedClaim) -> ClaimMatch:
    """A person chose `claim`: match the lines within it. Waits only where a line fits nothing."""
    raise NotImplementedError
