"""Payments that wait for a person, and which of our claims they may be for."""

from django.db.models import Prefetch, Q, QuerySet

from carethread.record.models import ClaimLine, ClaimVersion, Match, RemittedClaim
from carethread.rules.identity import parse_claim_number

_MOST = 12


def waiting() -> "QuerySet[Match]":
    """Payments nobody has settled, oldest first."""
    rows: QuerySet[Match] = (
        Match.objects.filter(state="waiting")
        .select_related("remitted__remittance__payer")
        .order_by("at", "pk")
    )
    return rows


def likely(remitted: RemittedClaim) -> list[ClaimVersion]:
    """Versions that the payment may be for: by any number it carries, by the patient's last name
    on the same day of service, or by the same day and charge. At most a dozen."""
    parsed = parse_claim_number(remitted.claim_number)
    days = [line.service_date for line in remitted.lines.all() if line.service_date]
    last_name = remitted.patient_name.split(" ")[-1] if remitted.patient_name else ""
    wanted = Q(pk__in=[])
    if parsed:
        wanted |= Q(claim__sequence=parsed[0])
    if remitted.payer_control_number:
        wanted |= Q(claim__payer_control_number=remitted.payer_control_number)
    if days:
        same_days = Q(claim__service_from__lte=max(days), claim__service_to__gte=min(days))
        wanted |= same_days & Q(claim__client__last_name__iexact=last_name)
        wanted |= same_days & Q(charge_cents=abs(remitted.charge_cents))
    rows = (
        ClaimVersion.objects.filter(wanted)
        .select_related("claim__client", "claim__coverage", "claim__payer")
        .prefetch_related(Prefetch("lines", ClaimLine.objects.select_related("charge_version")))
        .order_by("-pk")[:_MOST]
    )
    return list(rows)
