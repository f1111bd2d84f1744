"""Whether a client has agreed that records of a substance use program leave (42 CFR Part 2)."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from carethread.record.models import Consent


def is_agreed(client_id: int, programs: Collection[int], day: date, *, payer: int) -> bool:
    """Whether a consent is in force on that day for one of these programs, or for all, that names
    this payer, or the client's payers as a class. The claim's own gate is a scrub rule
    (`PART2_CONSENT`)."""
    return Consent.objects.filter(
        Q(program=None) | Q(program__in=programs),
        Q(payer=None) | Q(payer=payer),
        Q(expires_on=None) | Q(expires_on__gte=day),
        Q(revoked_on=None) | Q(revoked_on__gt=day),
        client=client_id,
        kind="part2",
        signed_on__lte=day,
    ).exists()
