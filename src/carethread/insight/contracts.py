"""Contracts: what they promise on a day, what came against it, and what is still missing."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from carethread.record.models import (
    Case,
    CaseKind,
    Comparison,
    Contract,
    ContractTerm,
    Dispute,
    Payer,
    Shortfall,
)

_PAYER = "comparison__claim_line__version__claim__payer"
_LINE_PAYER = "claim_line__version__claim__payer"


@dataclass(frozen=True, slots=True)
class Missing:
    """Short payments in cents: what was found missing, what came since, what was accepted, and what
    is still open on how many lines."""

    found: int = 0
    recovered: int = 0
    accepted: int = 0
    open: int = 0
    lines: int = 0

    @property
    def rate(self) -> float | None:
        """Recovered money in percent of what was found; None where nothing was."""
        return 100 * self.recovered / self.found if self.found else None


@dataclass(frozen=True, slots=True)
class ByCode:
    """One code's lines over a period: promised, allowed and short, in cents; `wrong` lines came out
    short, `over` with more than was promised."""

    code: str
    lines: int
    promised: int
    allowed: int
    short: int
    wrong: int
    over: int


def contracts() -> "QuerySet[Contract]":
    """All contracts, payer by payer, newest first, each with its `n_terms` that stand."""
    terms = ContractTerm.objects.filter(contract=OuterRef("pk"), withdrawn_at__isnull=True)
    counted = terms.order_by().values("contract").annotate(n=Count("pk")).values("n")
    rows: QuerySet[Contract] = Contract.objects.select_related("payer").annotate(
        n_terms=Coalesce(Subquery(counted), 0)
    )
    return rows.order_by("payer__name", "-effective_from")


def without_contract(on: date) -> "QuerySet[Payer]":
    """Payers that have agreed to nothing that holds on that day."""
    held = Contract.objects.filter(
        Q(effective_to__isnull=True) | Q(effective_to__gte=on), effective_from__lte=on
    )
    return Payer.objects.exclude(pk__in=held.values("payer")).order_by("name")


def terms(contract: Contract, on: date | None = None) -> "QuerySet[ContractTerm]":
    """What the contract promises: on a day, or at any time."""
    rows = ContractTerm.objects.filter(contract=contract, withdrawn_at__isnull=True)
    if on is not None:
        rows = rows.filter(
            Q(effective_to__isnull=True) | Q(effective_to__gte=on), effective_from__lte=on
        )
    return rows.select_related("contract", "file").defer("file__raw").order_by(
        "code", "revenue_code", "modifier", "credential", "place", "effective_from", "first_day"
    )  # fmt: skip


def missing_by_payer() -> dict[int, Missing]:
    """Short payments of all time, by payer. One query."""
    rows = (
        Shortfall.objects.order_by()
        .values(_PAYER)
        .annotate(
            found=Sum("first_cents", filter=~Q(state="ours"), default=0),
            recovered=Sum("recovered_cents"),
            accepted=Sum("short_cents", filter=Q(state="accepted"), default=0),
            open=Sum("short_cents", filter=Q(settled_at__isnull=True), default=0),
            lines=Count("pk", filter=Q(settled_at__isnull=True)),
        )
    )
    return {row.pop(_PAYER): Missing(**row) for row in rows}


def by_code(payer_id: int, since: date) -> list[ByCode]:
    """What that payer's lines since that day came to against the contract, most missing first."""
    newest = (
        Comparison.objects.filter(**{_LINE_PAYER: payer_id}, claim_line__service_date__gte=since)
        .order_by()
        .values("charge")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    rows = (
        Comparison.objects.filter(pk__in=newest, verdict__in=["promised", "short", "over"])
        .order_by()
        .values_list("claim_line__code", "claim_line__revenue_code")
        .annotate(
            lines=Count("pk"),
            promised=Sum("expected_cents"),
            allowed=Sum("allowed_cents"),
            short=Sum("short_cents", filter=Q(verdict="short"), default=0),
            wrong=Count("pk", filter=Q(verdict="short")),
            over=Count("pk", filter=Q(verdict="over")),
        )
    )
    found = [ByCode(code or revenue_code, *figures) for code, revenue_code, *figures in rows]
    return sorted(found, key=lambda one: (-one.short, one.code))


def patterns(payer_id: int) -> "QuerySet[Case]":
    """The open cases about what that payer pays short, most money first."""
    mine = Shortfall.objects.filter(settled_at__isnull=True, **{_PAYER: payer_id})
    rows: QuerySet[Case] = Case.objects.filter(
        kind=CaseKind.UNDERPAYMENT, pk__in=mine.values("case")
    ).exclude(state="closed")
    return rows.order_by("-amount_cents", "pk")


# ------------------------------------------------------------------------------ one case


def short_lines(case: Case) -> "QuerySet[Shortfall]":
    """The lines of a case about short payments, those that are open first, newest service first."""
    rows: QuerySet[Shortfall] = (
        Shortfall.objects.filter(case=case)
        .select_related(
            "comparison__claim_line__version__claim__client",
            "comparison__claim_line__version__claim__practitioner",
            "comparison__remitted_claim__remittance",
        )
        .defer("comparison__claim_line__version__content", "comparison__remitted_claim__content")
    )
    return rows.order_by(
        F("settled_at").desc(nulls_first=True), "-comparison__claim_line__service_date", "pk"
    )


def missing_of(case: Case) -> Missing:
    """What a case's lines come to. One query."""
    sums = Shortfall.objects.filter(case=case).aggregate(
        found=Sum("first_cents", default=0),
        recovered=Sum("recovered_cents", default=0),
        accepted=Sum("short_cents", filter=Q(state="accepted"), default=0),
        open=Sum("short_cents", filter=Q(settled_at__isnull=True), default=0),
        lines=Count("pk", filter=Q(settled_at__isnull=True)),
    )
    return Missing(**sums)


def disputes(case: Case) -> "QuerySet[Dispute]":
    rows: QuerySet[Dispute] = Dispute.objects.filter(case=case).select_related("user")
    return rows.order_by("-pk")


def contract_of(case: Case) -> Contract | None:
    """The contract that a case's first line was held against."""
    row = (
        Shortfall.objects.filter(case=case)
        .select_related("comparison__claim_line__version__claim")
        .defer("comparison__claim_line__version__content")
        .first()
    )
    if row is None:
        return None
    line = row.comparison.claim_line
    return Contract.objects.filter(
        Q(effective_to__isnull=True) | Q(effective_to__gte=line.service_date),
        payer=line.version.claim.payer_id,
        effective_from__lte=line.service_date,
    ).first()
