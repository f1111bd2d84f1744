"""The owners' own wording of a payer's codes, where the center has loaded it."""

from collections.abc import Sequence
from dataclasses import dataclass

from carethread.record.models import Case, LoadedRow


@dataclass(frozen=True, slots=True)
class Wording:
    """A reason (CARC) or remark (RARC) code with its owner's words; none where not loaded."""

    code: str
    words: str


def of_case(case: Case) -> Sequence[Wording]:
    """The codes with which the payer explained a refused line."""
    line = case.remitted_line
    if line is None:
        return ()
    reasons = [a.reason for a in line.adjustments.order_by("pk")]
    asked = [("carc", code) for code in reasons] + [("rarc", code) for code in line.remarks]
    rows = LoadedRow.objects.filter(kind__in=("carc", "rarc"), code__in=[c for _, c in asked])
    known = {(row.kind, row.code): row.words for row in rows}
    return [Wording(c, known[k, c]) for k, c in dict.fromkeys(asked) if (k, c) in known]
