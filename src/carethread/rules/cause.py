"""Why a payer did not pay, who can cure it and how: CARC + RARC + group, as data.

The table is `codes/data/carc.yaml` with refinements by remark in `codes/data/rarc.yaml`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from carethread.codes.roles import Role


@dataclass(frozen=True, slots=True)
class RootCause:
    """What an adjustment means for us.

    `category` groups causes for reports ("auth_missing", "dx_mismatch", "contractual"...);
    `words` say what the payer means, `cure` what to do next, `clinician_words` the same for
    somebody who never saw a claim ("" where a clinician has no part in it).
    `counts_as_denial` is False for what is no refusal: contractual reductions, patient's share.
    """

    category: str
    owner: Role
    words: str
    cure: str
    counts_as_denial: bool
    clinician_words: str = ""


def cause(group: str, reason: str, remarks: Sequence[str] = ()) -> RootCause:
    """The root cause of one adjustment; codes we do not know go to the biller, as themselves."""
    raise NotImplementedError
