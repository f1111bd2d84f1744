"""Rules that claims are to skip once, and who has not agreed yet."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from carethread.insight.claims import WAITING
from carethread.record.models import RuleSkip, User


def to_approve(user: User) -> "QuerySet[RuleSkip]":
    """What colleagues asked, of claims that still wait, and this user may agree to; oldest
    first."""
    later = RuleSkip.objects.filter(
        claim=OuterRef("claim"),
        version=OuterRef("version"),
        rule=OuterRef("rule"),
        pk__gt=OuterRef("pk"),
    )
    return (
        RuleSkip.objects.filter(
            Q(claim__current=None, version=1) | Q(version=F("claim__current__number") + 1),
            ~Exists(later),
            kind="ask",
            needs_approval=True,
            claim__state__in=WAITING,
        )
        .exclude(user=user)
        .select_related("claim__client", "claim__payer", "user")
        .order_by("at", "pk")
    )
