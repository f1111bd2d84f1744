"""Chapter *chart*: leave from a house, while the stay goes on."""

from django.db import models

from carethread.record.models.chart import Episode
from carethread.record.models.people import User
from carethread.record.models.scoped import AppendOnly


class StayEvent(AppendOnly):
    """A client left on leave (`kind`: a key of codes/data/leaves.yaml), or came back ("return").

    What was recorded by mistake is named by a row of the kind "withdrawn" (`corrects`), and counts
    no more. `on` is the day, `at` the hour on the center's clock.
    """

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20)
    on = models.DateField()
    at = models.TimeField(null=True, blank=True)
    back_on = models.DateField("expected back on", null=True, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="withdrawn", corrects__isnull=False)
                | (~models.Q(kind="withdrawn") & models.Q(corrects__isnull=True)),
                name="only_a_withdrawal_corrects",
            )
        ]
        indexes = [models.Index(fields=["organization", "on"])]

    def __str__(self) -> str:
        return f"{self.kind} on {self.on}"
