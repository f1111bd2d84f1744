"""Why a claim is refused before adjudication (277CA status codes): who can cure it, in our words.

Source: the published claim status codes; words are ours. Codes that are not here go to the biller.
"""

from dataclasses import dataclass

from carethread.codes.roles import Role


@dataclass(frozen=True, slots=True)
class Rejection:
    category: str
    owner: Role
    words: str
    cure: str


_INTAKE = (
    "Compare the member id and name with the card or the last eligibility answer, and correct "
    "the coverage. The claim then leaves again by itself."
)
_ROSTER = "Check the number on the practitioner's page and the payer's roster."

REJECTIONS: dict[str, Rejection] = {
    "26": Rejection("eligibility", Role.INTAKE, "The payer does not know somebody named", _INTAKE),
    "33": Rejection("eligibility", Role.INTAKE, "The payer does not know this member", _INTAKE),
    "88": Rejection("eligibility", Role.INTAKE, "The member was not covered then", _INTAKE),
    "97": Rejection("eligibility", Role.INTAKE, "The patient is not eligible", _INTAKE),
    "164": Rejection("eligibility", Role.INTAKE, "The member id is not valid", _INTAKE),
    "158": Rejection("eligibility", Role.INTAKE, "The payer has another birth date", _INTAKE),
    "562": Rejection("credential", Role.ADMINISTRATOR, "A provider's NPI was refused", _ROSTER),
    "132": Rejection("credential", Role.ADMINISTRATOR, "A provider's id was refused", _ROSTER),
    "145": Rejection("credential", Role.ADMINISTRATOR, "A taxonomy was refused", _ROSTER),
    "254": Rejection(
        "dx_invalid", Role.CLINICIAN, "The primary diagnosis was refused",
        "Choose the diagnosis anew in an addendum.",
    ),
    "255": Rejection(
        "dx_invalid", Role.CLINICIAN, "A diagnosis was refused",
        "Choose the diagnosis anew in an addendum.",
    ),
    "54": Rejection(
        "duplicate", Role.BILLER, "The payer has this claim already",
        "Look for the first one before anything is sent again.",
    ),
}  # fmt: skip

UNKNOWN = Rejection(
    "data", Role.BILLER, "The claim was refused before adjudication",
    "Read the payer's words on the claim page, mend what they name, and let it leave again.",
)  # fmt: skip


def rejection(codes: list[str]) -> Rejection:
    """What the statuses of a 277CA ("A3:33" and the like) mean for us: the first known one."""
    statuses = (code.split(":")[1] for code in codes if ":" in code)
    return next((REJECTIONS[s] for s in statuses if s in REJECTIONS), UNKNOWN)
