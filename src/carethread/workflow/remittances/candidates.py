"""Which of our claims a remitted claim may speak of: every version that any of its numbers names.

Found in bulk for a whole check, with the claims locked; `rules.match` decides among them.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain

from django.db.models import Q

from carethread.record.models import Claim, ClaimLine, ClaimVersion
from carethread.rules.identity import parse_claim_number, parse_line_number
from carethread.rules.match import SubmittedClaim
from carethread.workflow.common.locks import lock
from carethread.workflow.gather.submitted import as_submitted, versions
from carethread.workflow.remittances.remitted import Received
from carethread.x12 import remittance as wire


class Candidates:
    """Versions that remitted claims may speak of, found in bulk by every number they carry."""

    def __init__(self, received: Sequence[Received]) -> None:
        self._by_sequence: dict[int, list[SubmittedClaim]] = defaultdict(list)
        self._by_number: dict[str, list[SubmittedClaim]] = defaultdict(list)
        self._by_control: dict[str, list[SubmittedClaim]] = defaultdict(list)
        self._by_line: dict[int, list[SubmittedClaim]] = defaultdict(list)
        self.versions: dict[int, ClaimVersion] = {}
        for version in _versions_named(received):
            submitted = as_submitted(version)
            self.versions[version.pk] = version
            self._by_sequence[version.claim.sequence].append(submitted)
            self._by_number[version.claim_number].append(submitted)
            if version.claim.payer_control_number:
                self._by_control[version.claim.payer_control_number].append(submitted)
            for line in version.lines.all():
                self._by_line[line.charge_version_id].append(submitted)

    def of(self, said: wire.RemittedClaim) -> list[SubmittedClaim]:
        parsed = parse_claim_number(said.claim_id)
        found = list(self._by_sequence.get(parsed[0], ())) if parsed else []
        found += self._by_number.get(said.claim_id.strip().upper(), ())
        found += self._by_control.get(said.payer_control_number, ())
        for line in said.lines:
            if (key := parse_line_number(line.control_number)) is not None:
                found += self._by_line.get(key, ())
        return list({one.version_id: one for one in found}.values())


def _versions_named(received: Sequence[Received]) -> Iterable[ClaimVersion]:
    """All versions of the claims that any remitted claim names in any way. Locks the claims."""
    return versions(Q(claim__in=lock_named(received)))


def lock_named(received: Sequence[Received], also: Iterable[int] = ()) -> list[int]:
    """Lock the claims that any remitted claim names in any way, and those of these ids."""
    sequences: set[int] = set()
    controls: set[str] = set()
    lines: set[int | None] = set()
    numbers: set[str] = set()  # of claims that went out under numbers that are not of our making
    for one in received:
        if (parsed := parse_claim_number(one.said.claim_id)) is not None:
            sequences.add(parsed[0])
        else:
            numbers.add(one.said.claim_id.strip().upper())
        if one.said.payer_control_number:
            controls.add(one.said.payer_control_number)
        lines.update(parse_line_number(line.control_number) for line in one.said.lines)
    by_line = ClaimLine.objects.filter(charge_version__in=lines - {None})
    by_number = ClaimVersion.objects.filter(claim_number__in=numbers)
    found = (  # one by one: each has its index, and an OR of all would have none
        Claim.objects.filter(sequence__in=sequences).values_list("pk", flat=True),
        Claim.objects.filter(payer_control_number__in=controls).values_list("pk", flat=True),
        by_line.values_list("version__claim", flat=True),
        by_number.values_list("claim", flat=True),
    )
    return lock(Claim.objects.filter(pk__in={*chain(*found), *also}))
