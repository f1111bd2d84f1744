"""Who renders services: credentials, and the five groups that decide what they may bill."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from carethread.codes.tables import keyed


class Group(StrEnum):
    """What a credential may do, as payers see it."""

    MEDICAL = "medical"  # may prescribe
    INDEPENDENT = "independent"  # licensed to practise alone
    SUPERVISED = "supervised"  # before full license, under a supervisor
    ADDICTION = "addiction"  # addiction counselors
    PARA = "para"  # peers, case managers, technicians


@dataclass(frozen=True, slots=True)
class Credential:
    """`label` in plain words, `article` before the abbreviation ("an" LCSW), the usual taxonomy."""

    label: str
    article: str
    group: Group
    taxonomy: str

    @property
    def is_supervised(self) -> bool:
        """Whether a supervisor signs what this credential documents."""
        return self.group is Group.SUPERVISED


@cache
def credentials() -> dict[str, Credential]:
    """Every credential we know, by its abbreviation."""
    return keyed("credentials", "credentials", Credential)


def credential(abbreviation: str) -> Credential | None:
    """The packaged credential of that abbreviation; None where we do not know it."""
    return credentials().get(abbreviation)
