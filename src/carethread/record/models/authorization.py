"""Chapter *authorization*: what a payer has agreed to in advance, and the units used of it."""

from django.db import models
from django.db.models import F, Q

from carethread.record.models.coverage import Client, Payer
from carethread.record.models.scoped import AppendOnly, Scoped


class Authorization(Scoped):
    """A payer's number with its dates, codes and units. `used_units` is the sum of its unit
    entries; the database keeps it between zero and what was approved."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="authorizations")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="authorizations")
    number = models.CharField(max_length=50)
    effective_from = models.DateField()
    effective_to = models.DateField()
    codes = models.JSONField(default=list, blank=True)
    approved_units = models.PositiveIntegerField()
    used_units = models.PositiveIntegerField(default=0)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "payer", "number"], name="authorization_once"
            ),
            models.CheckConstraint(
                condition=Q(used_units__lte=F("approved_units")), name="units_never_overdrawn"
            ),
        ]

    @property
    def remaining_units(self) -> int:
        return self.approved_units - self.used_units

    def __str__(self) -> str:
        return self.number


class UnitEntry(AppendOnly):
    """One line of an authorization's unit ledger: consumed at signature, released on void."""

    authorization = models.ForeignKey(
        Authorization, on_delete=models.PROTECT, related_name="entries"
    )
    charge_version = models.ForeignKey(
        "record.ChargeVersion", on_delete=models.PROTECT, related_name="unit_entries"
    )
    kind = models.CharField(
        max_length=8,
        choices=[("consume", "Consumed"), ("confirm", "Confirmed"), ("release", "Released")],
    )
    units = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["charge_version", "kind"], name="units_moved_once_per_charge"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.units} of {self.authorization_id}"
