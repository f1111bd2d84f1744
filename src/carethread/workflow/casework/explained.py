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


def of_cases(cases: Iterable[Case]) -> dict[int, tuple[Found, ...]]:
    """What the record says today about what each case is about, by case. Nothing is said of what
    no payer refused."""
    asked = _subjects([case for case in cases if is_found_anew(case)])
    return dict(zip(asked, explained(list(asked.values())), strict=True))


def is_found_anew(case: Case) -> bool:
    """Whether the record is asked anew about it; of any other, what it keeps is all there is."""
    return case.kind in _REFUSED and case.claim is not None


def of_case(case: Case) -> tuple[Found, ...]:
    """The same of one case; empty where nothing is said."""
    return of_cases([case]).get(case.pk, ())


def _subjects(cases: Sequence[Case]) -> dict[int, Subject]:
    """What each of these is about, by case."""
    denials = {case.pk: case.subject[1] for case in cases if case.kind == CaseKind.DENIAL}
    refusals = _transfers(denials.values())
    found = {
        case.pk: of_refusal(refusals.get(denials[case.pk]), case.category)
        if case.pk in denials
        else of_version(case)
        for case in cases
    }
    return {pk: one for pk, one in found.items() if one is not None}


def of_version(case: Case) -> Subject | None:
    """The subject of a case about a claim as it last left, and not about one line of it."""
    version = case.claim.current if case.claim else None
    return Subject(version, case.category) if version else None


def _transfers(pks: Iterable[int]) -> dict[int, Transfer]:
    rows = Transfer.objects.filter(pk__in=list(pks)).select_related(
        "charge", "remitted_line", "remitted_claim__match__version__organization"
    )
    return {row.pk: row for row in rows}


def of_refusal(transfer: Transfer | None, category: str) -> Subject | None:
    """The subject of a posted refusal; None where it belongs to no version of ours."""
    remitted = transfer.remitted_claim if transfer else None
    if transfer is None or remitted is None or remitted.match.version is None:
        return None
    said = transfer.reason, tuple(transfer.remarks)
    return Subject(remitted.match.version, category, *said, transfer.charge)
