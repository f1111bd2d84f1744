"""What a rule has to say: a finding that names its owner and the screen where it is cured."""

from dataclasses import dataclass
from enum import StrEnum

from carethread.codes.roles import Role


class Severity(StrEnum):
    """STOPS keeps the claim here until it is cured; WARNS shows it and lets it leave."""

    STOPS = "stops"
    WARNS = "warns"


@dataclass(frozen=True, slots=True)
class Fix:
    """Where a finding is cured, as a symbol that the web turns into a link.

    `kind` is one of note, coverage, practitioner, authorization, authorization_new (its id is
    the client's), payer, client, plan, organization, claim, fees, tables; `id` is that row's id,
    None where the record does not say which.
    """

    kind: str
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, in plain words with the values filled in.

    `line` is the line's control number (REF*6R), empty where it concerns the whole claim.
    """

    rule: str
    severity: Severity
    owner: Role
    message: str
    line: str = ""
    fix: Fix | None = None

    @property
    def stops(self) -> bool:
        """Whether the claim must stay until this is cured."""
        return self.severity is Severity.STOPS
