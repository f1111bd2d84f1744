"""What a practitioner orders or certifies for a client: signed when it is written, and never
changed."""

from django.db import models
from django.db.models import F, Q

from carethread.record.models.chart import Episode
from carethread.record.models.coverage import Client
from carethread.record.models.people import Practitioner
from carethread.record.models.scoped import AppendOnly


class Certification(AppendOnly):
    """A physician's statement that a client needs this level of care from one day to another."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="certifications")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    effective_from = models.DateField()
    effective_to = models.DateField()
    reason = models.CharField(max_length=500)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_to__gte=F("effective_from")), name="certified_forward"
            )
        ]

    def __str__(self) -> str:
        return f"certified from {self.effective_from} to {self.effective_to}"


class LabOrder(AppendOnly):
    """An order for a laboratory test: for one day, or standing until another."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="lab_orders")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=5)
    effective_from = models.DateField()
    effective_to = models.DateField()
    reason = models.CharField(max_length=500)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_to__gte=F("effective_from")), name="ordered_forward"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} from {self.effective_from}"
