"""Payments that wait for a person, and which of our claims they may be for."""

from django.db.models import Prefetch, Q, QuerySet

from carethread.record.models import ClaimLine, ClaimVersion, Match, RemittedClaim
from carethread.rules.identity import parse_claim_number

_MOST = 12
_DIGITS = 19  # fewer than these are a number that a row can have


def waiting(state: str = "waiting") -> "QuerySet[Match]":
    """Payments nobody has settled, oldest first; or those that somebody said are `not_ours`."""
    return (
        Match.objects.filter(state=state)
        .select_related("remitted__remittance__payer")
        .order_by("at", "pk")
    )


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
    return list(_versions(wanted)[:_MOST])


def named(text: str) -> ClaimVersion | None:
    """The version that a person means by a number: CLM01 (also mangled), the payer's own number
    or the short number of the screens. Of several versions the one that left last."""
    parsed = parse_claim_number(text)
    if parsed:
        of_that_claim = _versions(Q(claim__sequence=parsed[0]))
        return of_that_claim.filter(number=parsed[1]).first() or of_that_claim.first()
    text = text.strip()
    wanted = Q(claim__payer_control_number__iexact=text)
    if text.isascii() and text.isdigit() and len(text) < _DIGITS:
        wanted |= Q(claim__sequence=int(text))
    return _versions(wanted).first() if text else None


def _versions(wanted: Q) -> "QuerySet[ClaimVersion]":
    return (
        ClaimVersion.objects.filter(wanted)
        .select_related("claim__client", "claim__coverage", "claim__payer")
        .prefetch_related(Prefetch("lines", ClaimLine.objects.select_related("charge_version")))
        .order_by("-pk")
    )
