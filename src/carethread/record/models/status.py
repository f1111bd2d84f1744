"""Chapter *claim*: what payers were asked about claims that stay silent (276), and what they
answered (277). Neither is ever changed: a later question is another inquiry."""

from django.db import models

from carethread.codes.claim_status import Stage
from carethread.record.models.claim import ClaimVersion
from carethread.record.models.people import User
from carethread.record.models.scoped import AppendOnly
from carethread.record.models.wire import Connection, EdiFile


class StatusInquiry(AppendOnly):
    """One question about one claim as it left. `number` is what the answer gives back (TRN02),
    `file` the question as it left."""

    number = models.BigIntegerField()
    version = models.ForeignKey(ClaimVersion, on_delete=models.PROTECT, related_name="inquiries")
    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="status_inquiries"
    )
    file = models.ForeignKey(EdiFile, on_delete=models.PROTECT, related_name="status_inquiries")
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "status inquiries"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "number"], name="status_inquiry_number_once"
            )
        ]

    def __str__(self) -> str:
        return f"inquiry {self.number}"


class StatusAnswer(AppendOnly):
    """One answer. `category` and `code` are the first status of the claim, `stage` what that comes
    to (`claim_status.yaml`), `statuses` all of them as "F2:84:QC". `paid_cents`, `decided_on`,
    `remitted_on` and `trace` (the check's number) only where the payer says so."""

    asked = models.ForeignKey(StatusInquiry, on_delete=models.PROTECT, related_name="answers")
    file = models.ForeignKey(EdiFile, on_delete=models.PROTECT, related_name="status_answers")
    position = models.PositiveIntegerField()
    category = models.CharField(max_length=5)
    code = models.CharField(max_length=10, blank=True)
    stage = models.CharField(max_length=10, choices=[(stage.value, stage.value) for stage in Stage])
    statuses = models.JSONField(default=list)
    words = models.CharField(max_length=500)
    payer_control_number = models.CharField(max_length=50, blank=True)
    paid_cents = models.BigIntegerField(null=True)
    decided_on = models.DateField(null=True)
    remitted_on = models.DateField(null=True)
    trace = models.CharField(max_length=50, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "position"], name="status_answered_once")
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.words}"
