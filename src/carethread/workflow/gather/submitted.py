"""Versions of claims, as they left, in the way that the matching rules look at them."""

from collections.abc import Iterable

from django.db.models import Prefetch, Q

from carethread.record.models import ClaimLine, ClaimVersion
from carethread.rules.match import SubmittedClaim
from carethread.rules.match_lines import SubmittedLine


def versions_by_id(ids: Iterable[int]) -> Iterable[ClaimVersion]:
    """These versions with all that the matching rules look at."""
    return versions(Q(pk__in=list(ids)))


def versions(which: Q) -> Iterable[ClaimVersion]:
    return (
        ClaimVersion.objects.filter(which)
        .select_related("claim__client", "claim__coverage", "claim__current", "claim__payer")
        .prefetch_related(Prefetch("lines", ClaimLine.objects.select_related("charge_version")))
        .order_by("pk")
    )


def as_submitted(version: ClaimVersion) -> SubmittedClaim:
    """A version of a claim as the matching rules see it."""
    claim = version.claim
    return SubmittedClaim(
        version_id=version.pk,
        claim_number=version.claim_number,
        charge=version.charge_cents,
        last_name=claim.client.last_name,
        first_name=claim.client.first_name,
        member_id=claim.coverage.member_id,
        service_from=claim.service_from,
        service_to=claim.service_to,
        payer_control_number=claim.payer_control_number,
        payers=(claim.payer.payer_id.upper(), claim.payer.name.upper()),
        lines=tuple(
            SubmittedLine(
                charge_id=line.charge_version.charge_id,
                control_number=line.control_number,
                code=line.code,
                modifiers=tuple(line.modifiers),
                charge=line.charge_cents,
                service_date=line.service_date,
                units=line.units,
            )
            for line in version.lines.all()
        ),
    )
