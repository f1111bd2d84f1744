"""Checks: what each paid, and the proof that its money is all accounted for."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from carethread.codes.accounts import Account
from carethread.record.models import (
    Adjustment,
    EdiFile,
    Match,
    ProviderAdjustment,
    Remittance,
    RemittedClaim,
    RemittedLine,
    Transfer,
)

_WAITING = Q(state="waiting")


@dataclass(frozen=True, slots=True)
class Proof:
    """What the payer says against what was booked, in cents. A check is proven where its claims
    less its provider-level adjustments are its amount, and its deposit stands at zero."""

    claims_cents: int
    provider_cents: int
    check_cents: int
    deposit_cents: int
    booked: Mapping[str, int]

    @property
    def balances(self) -> bool:
        return self.claims_cents - self.provider_cents == self.check_cents

    @property
    def is_closed(self) -> bool:
        return self.balances and self.deposit_cents == 0


def checks(asked: str = "") -> "QuerySet[Remittance]":
    """Checks, newest first, each with `n_claims` and `n_waiting`. `asked` narrows them to those
    with payments that wait ("waiting") or whose deposit is not closed ("open")."""
    rows: QuerySet[Remittance] = Remittance.objects.select_related("payer")
    waiting = Exists(Match.objects.filter(_WAITING, remitted__remittance=OuterRef("pk")))
    if asked == "waiting":
        rows = rows.filter(waiting)
    if asked == "open":
        rows = rows.filter(closed_at__isnull=True)
    claims = RemittedClaim.objects.filter(remittance=OuterRef("pk")).order_by()
    return rows.annotate(
        n_claims=_counted(claims), n_waiting=_counted(claims.filter(match__state="waiting"))
    ).order_by("-posted_at", "-pk")


def scans_to_type() -> "QuerySet[EdiFile]":
    """Scans of paper EOBs from which nothing is typed yet, oldest first."""
    rows: QuerySet[EdiFile] = EdiFile.objects.filter(delivery__state="untyped")
    return rows.defer("raw").order_by("pk")


def _counted(claims: "QuerySet[RemittedClaim]") -> Coalesce:
    """How many there are of a check: a subquery, so that only the shown page is counted."""
    return Coalesce(Subquery(claims.values("remittance").annotate(n=Count("pk")).values("n")), 0)


def proof(check: Remittance) -> Proof:
    """Three queries."""
    claims = check.claims.aggregate(cents=Sum("paid_cents", default=0))["cents"]
    provider = check.provider_adjustments.aggregate(cents=Sum("amount_cents", default=0))["cents"]
    return Proof(claims, provider, check.amount_cents, check.payer_deposit_cents, _booked(check))


def _booked(check: Remittance) -> dict[str, int]:
    """Cents that left the deposit, by where they went (negative: came back)."""
    deposit = Account.PAYER_DEPOSIT.value
    booked: dict[str, int] = {}
    for side, other, sign in (("debit", "credit", 1), ("credit", "debit", -1)):
        rows = (
            Transfer.objects.filter(remittance=check, **{side: deposit})
            .exclude(**{other: Account.CASH.value})
            .order_by()
            .values_list(other)
            .annotate(cents=Sum("amount_cents"))
        )
        for account, cents in rows:
            booked[account] = booked.get(account, 0) + sign * cents
    return booked


def answers(check: Remittance) -> "QuerySet[RemittedClaim]":
    """The claims of a check with their match, lines and adjustments, in the payer's order."""
    lines = RemittedLine.objects.order_by("number").prefetch_related(
        Prefetch("adjustments", Adjustment.objects.order_by("pk"))
    )
    return (
        RemittedClaim.objects.filter(remittance=check)
        .select_related("match__version__claim__client")
        .prefetch_related(Prefetch("lines", lines))
        .order_by("position")
    )


def provider_level(check: Remittance) -> list[ProviderAdjustment]:
    """What the payer added to or took from the check itself."""
    return list(check.provider_adjustments.select_related("claim__client").order_by("pk"))
