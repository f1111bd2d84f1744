"""Chapter *chart*: what happens while a stay goes on: leave from a house, another attending."""

from django.db import models

from carethread.record.models.chart import Episode
from carethread.record.models.people import Practitioner, User
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


class Attending(AppendOnly):
    """From `starts_on` on this practitioner (None: nobody by name) answers for the care of a stay,
    as somebody has recorded it. What was recorded last of those that have begun by a day says who
    did on that day. A stay without any was `Episode.attending`'s throughout."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="attendings")
    practitioner = models.ForeignKey(
        Practitioner, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    starts_on = models.DateField()
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.practitioner} from {self.starts_on}"
