"""What a payer's adjustment codes mean. Tables: carc.yaml, rarc.yaml, plb.yaml."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from carethread.codes.accounts import Account
from carethread.codes.roles import Role
from carethread.codes.tables import keyed


class Disposition(StrEnum):
    """What becomes of an adjusted amount."""

    CONTRACTUAL = "contractual"  # given up by contract or law
    PATIENT = "patient"  # the patient owes it
    DENIED = "denied"  # refused, and still owed until a person decides
    PRIOR = "prior"  # an earlier payer's remittance already accounts for it


@dataclass(frozen=True, slots=True)
class Reason:
    """A claim adjustment reason code (CARC). The fields are explained in carc.yaml."""

    category: str
    owner: Role
    words: str
    cure: str
    clinician: str = ""
    contractual: bool = False
    patient: bool = True
    prior: bool = False
    denial: bool = True


@dataclass(frozen=True, slots=True)
class Remark:
    """A remark code (RARC) and what it changes about the reasons that it stands `beside`."""

    words: str
    category: str = ""
    owner: Role | None = None
    cure: str = ""
    clinician: str = ""
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProviderReason:
    """A provider-level adjustment (PLB03-1) and the account it moves to."""

    words: str
    account: Account


UNKNOWN = Reason(
    category="unknown",
    owner=Role.BILLER,
    words="a reason that we have no words for",
    cure="Look the code up at the payer and decide.",
)

UNKNOWN_PROVIDER_REASON = ProviderReason(
    words="a change to the check that we have no words for", account=Account.RECOUPMENT
)


@cache
def reasons() -> dict[str, Reason]:
    """Every reason we have words for."""
    return keyed("carc", "reasons", Reason)


@cache
def remarks() -> dict[str, Remark]:
    """Every remark we have words for."""
    return keyed("rarc", "remarks", Remark)


@cache
def provider_reasons() -> dict[str, ProviderReason]:
    """Every provider-level adjustment we have words for."""
    return keyed("plb", "reasons", ProviderReason)


def disposition(group: str, reason: str) -> Disposition:
    """What becomes of an amount under that group (CO PR OA PI CR) and reason.

    Only what the table marks is given up, and only under CO: every other amount stays owed, by
    the patient (PR, unless the table says that we can still cure it) or by the payer.
    """
    known = reasons().get(reason, UNKNOWN)
    if known.prior:
        return Disposition.PRIOR
    if group == "PR" and known.patient:
        return Disposition.PATIENT
    if group == "CO" and known.contractual:
        return Disposition.CONTRACTUAL
    return Disposition.DENIED


def provider_reason(code: str) -> ProviderReason:
    """The provider-level adjustment of that code; one for codes we do not know."""
    return provider_reasons().get(code, UNKNOWN_PROVIDER_REASON)
