"""Credits: what payers paid beyond what was owed and to which of them it goes back, and clients'
money that nothing needs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from carethread.codes.accounts import Account
from carethread.insight.account import overpaid, patient_paid
from carethread.record.models import Charge, PatientPayment, Payer, Transfer
from carethread.rules.post import MONEY


@dataclass(frozen=True, slots=True)
class Overpayment:
    """What payers paid on a charge beyond what was owed, in cents. Of a service that is void that
    is all they paid; what they gave up by contract is no money to give back. `payers` are those
    whose money is on the charge, each with the most that can be given back to it."""

    charge: Charge
    cents: int
    payers: Mapping[Payer, int]

    @property
    def who(self) -> str:
        """The payers' names; more than one where only a person can say which paid too much."""
        return " or ".join(payer.name for payer in self.payers) or "A payer"


def overpayments(charge: Charge | None = None) -> list[Overpayment]:
    """Every charge on which payers have settled more than was owed; of one charge, or of all."""
    rows = Charge.objects.filter(payer_receivable_cents__lt=0).select_related(
        "client", "claim__payer", "organization"
    )
    rows = rows.filter(pk=charge.pk) if charge else rows
    by_clients = patient_paid(row.pk for row in rows)
    found = [
        (row, overpaid(row.payer_receivable_cents, row.paid_cents - by_clients[row.pk]))
        for row in rows.order_by("service_date", "pk")
    ]
    over = [(row, cents) for row, cents in found if cents > 0]
    paid = _paid_by_payers(row.pk for row, _ in over)
    names = Payer.objects.in_bulk({payer for of_charge in paid.values() for payer in of_charge})
    return [
        Overpayment(
            row, cents,
            {names[payer]: min(cents, theirs) for payer, theirs in paid[row.pk].items()
             if theirs > 0},
        )
        for row, cents in over
    ]  # fmt: skip


def _paid_by_payers(charges: Iterable[int]) -> dict[int, dict[int, int]]:
    """By charge, what each payer has paid of it, less what was taken or given back, in cents. What
    is taken back was paid by who paid it, whoever tells of it."""
    theirs = [*MONEY, Account.REFUNDED]
    answered = "remitted_claim__match__version__claim__payer"
    rows = (
        Transfer.objects.filter(
            Q(debit=Account.PAYER_RECEIVABLE, credit__in=theirs)
            | Q(credit=Account.PAYER_RECEIVABLE, debit__in=theirs),
            charge__in=list(charges),
        )
        .annotate(
            payer=Coalesce(
                "refund__payer", f"reverses__{answered}", answered, "charge__claim__payer"
            )
        )
        .values_list("charge", "payer", "credit", "amount_cents")
    )
    found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for charge, payer, credit, cents in rows.order_by("pk"):
        found[charge][payer] += cents if credit == Account.PAYER_RECEIVABLE else -cents
    return found


def unused_payments() -> "QuerySet[PatientPayment]":
    """Clients' money that nothing is left to be paid with: no charge of theirs is open."""
    still_open = (
        Charge.objects.exclude(payer_receivable_cents=0, patient_receivable_cents=0, denied_cents=0)
        .order_by()
        .values("client")
    )
    return (
        PatientPayment.objects.filter(patient_unapplied_cents__lt=0)
        .exclude(client__in=still_open)
        .select_related("client")
        .order_by("received_on", "pk")
    )
