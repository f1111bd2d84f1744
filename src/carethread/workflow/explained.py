"""What our record says about a payer's refusal: the sentences that a case shows first.

Found when the case is opened, and kept with it; found anew whenever somebody looks, because the
record may have been mended since.
"""

from collections.abc import Iterable, Sequence

from carethread.record.models import Case, CaseKind, Transfer
from carethread.rules.explain import Found, explain
from carethread.workflow.gather.evidence import Subject, evidence

_REFUSED = (
    CaseKind.DENIAL,
    CaseKind.REJECTION,
    CaseKind.MISSING_ACKNOWLEDGMENT,
    CaseKind.DOCUMENTATION,
)
_LONGEST = 1000
_BATCH = 200


def explained(subjects: Sequence[Subject]) -> list[tuple[Found, ...]]:
    """What the record says of each, in order."""
    found: list[tuple[Found, ...]] = []
    for start in range(0, len(subjects), _BATCH):
        some = evidence(subjects[start : start + _BATCH])
        found += [explain(one) if one else () for one in some]
    return found


def freeze(cases: Sequence[Case], subjects: Sequence[Subject | None]) -> None:
    """Write into cases that are about to be opened what explains them."""
    known = [(case, one) for case, one in zip(cases, subjects, strict=True) if one is not None]
    found = explained([one for _, one in known])
    for (case, _), words in zip(known, found, strict=True):
        case.explanation = told(words)


def told(found: Iterable[Found]) -> str:
    """Sentences one below the other, as a case keeps them."""
    words = "\n".join(one.words for one in found)
    return words[:_LONGEST]


def of_case(case: Case) -> tuple[Found, ...]:
    """What the record says today about what a case is about. Empty for what no payer refused."""
    subject = _subject(case)
    return explained([subject])[0] if subject else ()


def _subject(case: Case) -> Subject | None:
    kind, _, key = case.source.partition(":")
    if case.kind not in _REFUSED or case.claim is None:
        return None
    if kind == "denial":
        return of_refusal(_transfer(int(key)), case.category) if key.isdigit() else None
    return of_version(case)


def of_version(case: Case) -> Subject | None:
    """The subject of a case about a claim as it last left, and not about one line of it."""
    version = case.claim.current if case.claim else None
    return Subject(version, case.category) if version else None


def _transfer(pk: int) -> Transfer | None:
    found: Transfer | None = (
        Transfer.objects.filter(pk=pk)
        .select_related("charge", "remitted_line", "remitted_claim__match__version__organization")
        .first()
    )
    return found


def of_refusal(transfer: Transfer | None, category: str) -> Subject | None:
    """The subject of a posted refusal; None where it belongs to no version of ours."""
    remitted = transfer.remitted_claim if transfer else None
    if transfer is None or remitted is None or remitted.match.version is None:
        return None
    remarks = transfer.remitted_line.remarks if transfer.remitted_line else []
    _, _, reason = transfer.code.partition("-")
    return Subject(remitted.match.version, category, reason, tuple(remarks), transfer.charge)
