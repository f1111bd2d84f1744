"""What became of everything that payers remitted: lines and cents by outcome, and the proof that
the money at the bank is the money that was booked."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, CharField, Count, Q, Sum, Value, When
from django.db.models.functions import Coalesce

from carethread.insight.deposits import NO_PAYERS
from carethread.record.models import (
    Delivery,
    EftDeposit,
    Match,
    ProviderAdjustment,
    Remittance,
    RemittedLine,
)
from carethread.x12.remittance import REVERSAL

BY_ITSELF, BY_A_PERSON, TAKEN_BACK = "Posted by itself", "Posted by a person", "Taken back"
WAITS, NOT_OURS = "Waits for a person", "Not ours"


@dataclass(frozen=True, slots=True)
class Tally:
    """One outcome: remitted lines (a claim told of as a whole is one) and the cents they paid."""

    outcome: str
    lines: int
    cents: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that was remitted. `waiting` has the reason of each payment that waits, and of
    each file that was set aside; the rest are cents."""

    tallies: tuple[Tally, ...]
    waiting: tuple[str, ...]
    checks: int
    check_cents: int
    claim_cents: int
    provider_cents: int
    open_deposits: int
    bank_cents: int
    bank_matched_cents: int
    bank_waiting: int
    without_money: int

    @property
    def lines(self) -> int:
        return sum(tally.lines for tally in self.tallies)

    @property
    def share_by_itself(self) -> float:
        """Of all lines, those that were posted with no person."""
        alone = {BY_ITSELF, TAKEN_BACK}
        posted = sum(tally.lines for tally in self.tallies if tally.outcome in alone)
        return posted / self.lines if self.lines else 1.0

    @property
    def proves(self) -> bool:
        """Every check is its claims less its changes, and nothing is left in any deposit."""
        return self.check_cents == self.claim_cents - self.provider_cents and not self.open_deposits


def outcome() -> Outcome:
    """A dozen sums."""
    checks = Remittance.objects.aggregate(
        n=Count("pk"),
        cents=Coalesce(Sum("amount_cents"), 0),
        still_open=Count("pk", filter=Q(closed_at=None)),
    )
    changes = ProviderAdjustment.objects.aggregate(cents=Coalesce(Sum("amount_cents"), 0))
    bank = EftDeposit.objects.exclude(NO_PAYERS).aggregate(
        cents=Coalesce(Sum("amount_cents"), 0),
        matched=Coalesce(Sum("amount_cents", filter=Q(reassociation__state="matched")), 0),
        waiting=Count("pk", filter=Q(reassociation__state="waiting")),
    )
    claims = Match.objects.aggregate(cents=Coalesce(Sum("remitted__paid_cents"), 0))
    without = Remittance.objects.filter(deposit=None).exclude(amount_cents=0).exclude(method="NON")
    return Outcome(
        tallies=tuple(_tallies()),
        waiting=tuple(_waiting()),
        checks=checks["n"],
        check_cents=checks["cents"],
        claim_cents=claims["cents"],
        provider_cents=changes["cents"],
        open_deposits=checks["still_open"],
        bank_cents=bank["cents"],
        bank_matched_cents=bank["matched"],
        bank_waiting=bank["waiting"],
        without_money=without.count(),
    )


def _became(match: str, remitted: str) -> Case:
    """The outcome in SQL; `match` and `remitted` are the ways to both from the row."""
    return Case(
        When(**{f"{match}state": "waiting"}, then=Value(WAITS)),
        When(**{f"{match}state": "not_ours"}, then=Value(NOT_OURS)),
        When(**{f"{remitted}status": REVERSAL}, then=Value(TAKEN_BACK)),
        When(**{f"{match}user__isnull": False}, then=Value(BY_A_PERSON)),
        default=Value(BY_ITSELF),
        output_field=CharField(),
    )


def _tallies() -> Sequence[Tally]:
    """By outcome. The row that carries a claim's own adjustments counts where it has no lines."""
    lines = (
        RemittedLine.objects.filter(Q(number__gt=0) | ~Q(charge_cents=0))
        .annotate(became=_became("claim__match__", "claim__"))
        .values_list("became")
        .annotate(n=Count("pk"))
        .order_by("became")
    )
    paid = (
        Match.objects.annotate(became=_became("", "remitted__"))
        .values_list("became")
        .annotate(cents=Sum("remitted__paid_cents"))
    )
    cents = dict(paid)
    return [Tally(name, n, cents.get(name, 0)) for name, n in lines]


def _waiting() -> Sequence[str]:
    """Each payment that waits and each file that was set aside, with its reason."""
    matches = Match.objects.filter(state="waiting").select_related("remitted__remittance")
    found = [
        f"{row.remitted.claim_number} in check {row.remitted.remittance.trace}: {row.reason}"
        for row in matches.order_by("pk")
    ]
    files = Delivery.objects.filter(state="quarantined", file__direction="in")
    found += [f"File {row.file.name}: {row.reason}" for row in files.select_related("file")]
    deposits = EftDeposit.objects.filter(reassociation__state="waiting")
    found += [
        f"Deposit of {row.day}: {row.reassociation.reason}"
        for row in deposits.select_related("reassociation").order_by("pk")
    ]
    return found
