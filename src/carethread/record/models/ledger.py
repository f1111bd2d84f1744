"""Chapter *ledger*: immutable two-sided transfers in integer cents.

An account is a kind and the thing it is kept for (`codes.accounts`), so it needs no row of its
own: the receivable of charge 12 is every transfer of charge 12 that names that kind.
"""

from django.db import models
from django.db.models import F, Q

from carethread.codes.accounts import Account
from carethread.record.models.charge import Charge
from carethread.record.models.patient import PatientPayment, Refund
from carethread.record.models.people import User
from carethread.record.models.remittance import Remittance, RemittedClaim, RemittedLine
from carethread.record.models.scoped import AppendOnly

ACCOUNTS = [(account.value, account.value.replace("_", " ")) for account in Account]


class Transfer(AppendOnly):
    """Cents out of the credit account and into the debit account. A reversal is the opposite
    transfer that names the first; each is reversed at most once."""

    debit = models.CharField(max_length=20, choices=ACCOUNTS)
    credit = models.CharField(max_length=20, choices=ACCOUNTS)
    amount_cents = models.BigIntegerField()
    code = models.CharField("why", max_length=12)
    source = models.CharField("which step", max_length=12)
    charge = models.ForeignKey(
        Charge, null=True, blank=True, on_delete=models.PROTECT, related_name="transfers"
    )
    remittance = models.ForeignKey(
        Remittance, null=True, blank=True, on_delete=models.PROTECT, related_name="transfers"
    )
    remitted_claim = models.ForeignKey(
        RemittedClaim, null=True, blank=True, on_delete=models.PROTECT, related_name="transfers"
    )
    remitted_line = models.ForeignKey(
        RemittedLine, null=True, blank=True, on_delete=models.PROTECT, related_name="transfers"
    )
    patient_payment = models.ForeignKey(
        PatientPayment, null=True, blank=True, on_delete=models.PROTECT, related_name="transfers"
    )
    refund = models.ForeignKey(
        Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="transfers"
    )
    reverses = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by"
    )
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="transfer_moves_money"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_has_two_sides"),
            models.CheckConstraint(
                condition=Q(charge__isnull=False)
                | Q(remittance__isnull=False)
                | Q(patient_payment__isnull=False),
                name="transfer_is_kept_for_something",
            ),
        ]

    @property
    def group(self) -> str:
        """Of an adjustment: who bears it (CO-45: CO)."""
        return self.code.partition("-")[0]

    @property
    def reason(self) -> str:
        """Of an adjustment: why (CO-45: 45)."""
        return self.code.partition("-")[2]

    @property
    def remarks(self) -> list[str]:
        """What the payer added to it."""
        return self.remitted_line.remarks if self.remitted_line else []

    def __str__(self) -> str:
        return f"{self.credit} → {self.debit} {self.amount_cents}"
