"""Chapter *patient*: what clients pay by hand, what they are told that they owe, and what is given
back to them and to payers."""

from django.db import models
from django.db.models import Q

from carethread.record.models.charge import Charge
from carethread.record.models.coverage import Client, Payer
from carethread.record.models.people import User
from carethread.record.models.scoped import AppendOnly, Scoped

METHODS = [("cash", "Cash"), ("card", "Card"), ("check", "Check"), ("transfer", "Bank transfer")]
MOST_CENTS = 100_000_00
"""More than this in one payment or refund is a slip of the finger; the database refuses it."""
_IS_AN_AMOUNT = Q(amount_cents__gt=0, amount_cents__lte=MOST_CENTS)


def _once(name: str) -> models.UniqueConstraint:
    """What was typed in one form is one row, however often the form is sent."""
    return models.UniqueConstraint(
        fields=["organization", "form"], condition=~Q(form=""), name=name
    )


class PatientPayment(Scoped):
    """Money that a client gave. `receipt` numbers it within the organization; `visit_on` is the day
    of the visit that it is a copay for, if any. What was taken by mistake is voided, never changed.

    The `*_cents` account balances follow its transfers: `patient_unapplied_cents` is below zero by
    what has not gone to a charge yet. `form` is the form that it was typed in. The database refuses
    to change anything but those balances and, once, the void (`guards.KEPT`).
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="payments")
    receipt = models.PositiveIntegerField()
    amount_cents = models.BigIntegerField()
    method = models.CharField(max_length=8, choices=METHODS)
    reference = models.CharField("check number or last digits", max_length=40, blank=True)
    received_on = models.DateField()
    visit_on = models.DateField("for the visit of", null=True, blank=True)
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)
    patient_cash_cents = models.BigIntegerField(default=0)
    patient_unapplied_cents = models.BigIntegerField(default=0)
    form = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "receipt"], name="receipt_once"),
            models.CheckConstraint(condition=_IS_AN_AMOUNT, name="payment_is_an_amount"),
            _once("payment_form_once"),
        ]
        indexes = [models.Index(fields=["organization", "received_on"])]

    @property
    def open_cents(self) -> int:
        """What has not gone to a charge yet."""
        return -self.patient_unapplied_cents

    def __str__(self) -> str:
        return f"receipt {self.receipt}"


class Refund(Scoped):
    """Money given back: to a payer for a charge that it overpaid, or to a client out of a payment
    of theirs. The payer's 60 days are those of its case. `form` is the form that it was typed in.
    Only its balance changes (`guards.KEPT`)."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="refunds")
    payer = models.ForeignKey(Payer, null=True, blank=True, on_delete=models.PROTECT)
    charge = models.ForeignKey(
        Charge, null=True, blank=True, on_delete=models.PROTECT, related_name="refunds"
    )
    payment = models.ForeignKey(
        PatientPayment, null=True, blank=True, on_delete=models.PROTECT, related_name="refunds"
    )
    amount_cents = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    method = models.CharField(max_length=8, choices=METHODS)
    reference = models.CharField(max_length=40, blank=True)
    refunded_on = models.DateField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    refunded_cents = models.BigIntegerField(default=0)
    form = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_IS_AN_AMOUNT, name="refund_is_an_amount"),
            _once("refund_form_once"),
            models.CheckConstraint(
                condition=Q(charge__isnull=False, payer__isnull=False, payment__isnull=True)
                | Q(charge__isnull=True, payer__isnull=True, payment__isnull=False),
                name="refund_is_to_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"refund {self.pk}"


class Statement(AppendOnly):
    """What a client was told that they owe, as it was printed. `number` counts the client's."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="statements")
    number = models.PositiveIntegerField()
    made_on = models.DateField()
    due_on = models.DateField()
    amount_cents = models.BigIntegerField()
    pdf = models.BinaryField()
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "number"], name="statement_once")]
        indexes = [models.Index(fields=["organization", "made_on"])]

    def __str__(self) -> str:
        return f"statement {self.number} of {self.client_id}"


class PaymentPlan(Scoped):
    """What a client has agreed to pay each month, from `first_due` on, towards `agreed_cents`. One
    at a time; ended by being paid, or by a person with a reason."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="plans_to_pay")
    agreed_cents = models.BigIntegerField()
    monthly_cents = models.BigIntegerField()
    agreed_on = models.DateField()
    agreed_at = models.DateTimeField()
    first_due = models.DateField()
    state = models.CharField(
        max_length=8,
        choices=[("active", "Active"), ("paid", "Paid"), ("ended", "Ended")],
        default="active",
    )
    ended_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client"], condition=Q(state="active"), name="one_active_payment_plan"
            ),
            models.CheckConstraint(
                condition=Q(monthly_cents__gt=0, agreed_cents__gt=0), name="plan_pays_something"
            ),
        ]

    def __str__(self) -> str:
        return f"plan of {self.client}"
