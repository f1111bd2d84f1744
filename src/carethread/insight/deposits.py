"""Money at the bank beside the checks that explain it: three figures that have to be one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from carethread.record.models import EftDeposit, Remittance
from carethread.rules.deposits import Money, business_days

_MOST = 40
NO_MONEY = "NON"  # BPR04 of an advice that moves none


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """What the bank received, what the checks say (BPR02) and what was booked of them (claims
    less provider-level adjustments), in cents."""

    bank: int
    checks: int
    booked: int

    @property
    def agrees(self) -> bool:
        return self.bank == self.checks == self.booked

    @property
    def check_difference(self) -> int:
        """Cents that the bank received beyond the checks; below zero where they are missing."""
        return self.bank - self.checks

    @property
    def booked_difference(self) -> int:
        """Cents of the checks that are not booked."""
        return self.checks - self.booked


_CHECKS = Coalesce(Sum("remittances__amount_cents"), 0)
_BOOKED = Coalesce(Sum(F("remittances__cash_cents") - F("remittances__payer_deposit_cents")), 0)


STATES = ("waiting", "matched", "other", "void")
NO_PAYERS = Q(reassociation__state__in=["other", "void"])  # money of nobody's that pays claims
ASKED = (*STATES, "payers", "tied", "open")
"""What a list of bank lines may be narrowed to: a state, payers' money alone, and of that what is
proven to the cent (the bank, the checks and what was booked of them are one) or is not."""


def narrowed(asked: str) -> Q:
    """The condition of one of `ASKED`; of all lines where nothing is asked for."""
    payers = ~NO_PAYERS
    if asked in ("tied", "open"):
        unbooked = Remittance.objects.filter(deposit=OuterRef("pk"), closed_at=None)
        tied = Q(~Exists(unbooked), reassociation__state="matched")
        return tied if asked == "tied" else payers & ~tied
    if asked == "payers":
        return payers
    return Q(reassociation__state=asked) if asked else Q()


def deposits(
    asked: str = "", first: date | None = None, last: date | None = None
) -> "QuerySet[EftDeposit]":
    """Bank lines, newest first, each with `checks_cents`, `booked_cents` and `n_checks`. `asked` is
    one of `ASKED`, or nothing; `first` and `last` are days, both included."""
    rows: QuerySet[EftDeposit] = EftDeposit.objects.select_related("reassociation__user", "file")
    rows = rows.filter(narrowed(asked))
    rows = rows.filter(day__gte=first) if first else rows
    rows = rows.filter(day__lte=last) if last else rows
    return rows.annotate(
        checks_cents=_CHECKS, booked_cents=_BOOKED, n_checks=Count("remittances")
    ).order_by("-day", "-pk")


def three_way(row: EftDeposit) -> ThreeWay:
    """The three figures of one bank line. One query."""
    sums = EftDeposit.objects.filter(pk=row.pk).aggregate(checks=_CHECKS, booked=_BOOKED)
    return ThreeWay(row.amount_cents, sums["checks"], sums["booked"])


def totals(first: date, last: date) -> ThreeWay:
    """The three figures of all payers' money that came between two days, both included."""
    rows = EftDeposit.objects.filter(day__range=(first, last)).exclude(NO_PAYERS)
    bank = rows.aggregate(cents=Coalesce(Sum("amount_cents"), 0))["cents"]
    sums = rows.aggregate(checks=_CHECKS, booked=_BOOKED)
    return ThreeWay(bank, sums["checks"], sums["booked"])


def without_money() -> "QuerySet[Remittance]":
    """Remittances whose money has not been found at the bank, oldest first."""
    rows: QuerySet[Remittance] = Remittance.objects.select_related("payer").filter(_owes_money())
    return rows.order_by("paid_on", "pk")


def _owes_money() -> Q:
    return Q(deposit=None) & ~Q(amount_cents=0) & ~Q(method=NO_MONEY)


def likely(row: EftDeposit) -> Sequence[Remittance]:
    """Checks without money that this one may be: of the same trace or amount first, then those of
    the days about it. At most forty."""
    found = list(without_money().order_by("-paid_on", "-pk")[: _MOST * 5])
    line = Money(row.pk, row.day, row.amount_cents, row.trace)

    def distance(check: Remittance) -> tuple[bool, bool, int]:
        days = business_days(check.paid_on, line.day) if check.paid_on else 10_000
        return (
            not line.trace or check.trace != line.trace,
            check.amount_cents != line.amount,
            days,
        )

    return sorted(found, key=distance)[:_MOST]
