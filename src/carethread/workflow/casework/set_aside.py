"""Cases of files that were set aside whole, and what settles them without a person."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from django.db.models import Q, QuerySet

from carethread.record.models import Case, CaseKind, EdiFile, Remittance
from carethread.workflow.remittances.remitted import payer_of
from carethread.x12 import remittance as wire
from carethread.x12.finding import Severity, Unreadable
from carethread.x12.reader import read


def settled(live: "QuerySet[Case]") -> Iterator[tuple[Case, str]]:
    """Those whose file was read again, or whose checks were all posted from other files since."""
    cases = live.filter(kind=CaseKind.QUARANTINE, file__delivery__isnull=False)
    for case in cases.select_related("file__delivery").defer("file__raw"):
        assert case.file is not None
        if case.file.delivery.state != "quarantined":
            yield case, "The file was read again."
        elif case.file.delivery.done_at and _is_posted(case.file, case.file.delivery.done_at):
            yield case, "The check was posted from another file."


def _is_posted(file: EdiFile, set_aside_at: datetime) -> bool:
    """Whether the file is read to its end, holds nothing but checks, and each of them was posted
    after it was set aside: one that was posted before is what a person is asked about."""
    later = Remittance.objects.filter(posted_at__gt=set_aside_at).exclude(file=file)
    checks = _checks(file.pk, file.sha256) if later.exists() else ()
    return bool(checks) and all(_is_among(later, check) for check in checks)


@lru_cache(maxsize=256)
def _checks(pk: int, _sha256: str) -> tuple[wire.Remittance, ...]:
    """The checks of a file, without their claims; none where something of it cannot be read, or is
    no check: what it lost may be one. Read once a process: every round asks, and bytes stay."""
    try:
        document = read(bytes(EdiFile.objects.values_list("raw", flat=True).get(pk=pk)))
    except Unreadable:
        return ()
    if any(finding.severity is Severity.ERROR for finding in document.findings):
        return ()
    checks = [one for one in document.transactions if isinstance(one, wire.Remittance)]
    whole = len(checks) == len(document.transactions)
    return tuple(replace(check, claims=()) for check in checks) if whole else ()


def _is_among(later: "QuerySet[Remittance]", check: wire.Remittance) -> bool:
    if not check.trace or not later.filter(trace=check.trace).exists():
        return False
    payer = payer_of(check)
    same = Q(payer=payer) if payer else Q(pk__in=[])
    if check.payer_identifier:
        same |= Q(payer_identifier=check.payer_identifier)
    return later.filter(same, trace=check.trace).exists()
