"""Why a payer did not pay, who can cure it and how: CARC + RARC + group, as data.

The table is `codes/data/carc.yaml` with refinements by remark in `codes/data/rarc.yaml`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from carethread.codes import adjustments
from carethread.codes.adjustments import UNKNOWN, Disposition, Reason, Remark, disposition
from carethread.codes.roles import Role

T = TypeVar("T")

# What a note's author does about a claim that is held for it, by the screen that cures it.
_BY_ADDENDUM = "Correct the note in an addendum, or tell billing that it is right."
_BY_PLAN = "Write a treatment plan that covers the day and the service, and sign it."
_AUTHOR_CURES = {"client": _BY_PLAN, "plan": _BY_PLAN}

_NOT_BY_CONTRACT = "The payer does not say that the contract takes this; a biller decides."


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
    """The root cause of one adjustment; codes we do not know go to the biller, as themselves.

    `remarks` are the line's (or claim's) remark codes; those that we know beside this reason
    sharpen it, the first that names an owner or a cure wins.
    """
    known = adjustments.reasons().get(reason, UNKNOWN)
    becomes = disposition(group, reason)
    beside = [r for r in map(adjustments.remarks().get, remarks) if r and _sharpens(r, reason)]
    return RootCause(
        category=_first([r.category for r in beside], known.category),
        owner=_first([r.owner for r in beside], known.owner),
        words=_words(group, reason, known, beside, remarks),
        cure=_first([r.cure for r in beside], _cure(known, becomes)),
        counts_as_denial=becomes is Disposition.DENIED and known.denial,
        clinician_words=_first([r.clinician for r in beside], known.clinician),
    )


def _sharpens(remark: Remark, reason: str) -> bool:
    return not remark.beside or reason in remark.beside


def _first(sharper: Sequence[T | None], otherwise: T) -> T:
    return next((s for s in sharper if s), otherwise)


def _cure(known: Reason, becomes: Disposition) -> str:
    """A contractual reason that is not given up (OA-45, PI-45) is nobody's promise."""
    return _NOT_BY_CONTRACT if known.contractual and becomes is Disposition.DENIED else known.cure


def _words(
    group: str, reason: str, known: Reason, beside: Sequence[Remark], remarks: Sequence[str]
) -> str:
    name = f"{known.words} ({group}-{reason})" if known is UNKNOWN else known.words
    unknown = [f"remark {r}" for r in remarks if r not in adjustments.remarks()]
    return "; ".join([name, *(r.words for r in beside), *unknown])


def author_cure(fix_kind: str) -> str:
    """What the author of a note can do about a finding, by the kind of its `Fix`."""
    return _AUTHOR_CURES.get(fix_kind, _BY_ADDENDUM)
