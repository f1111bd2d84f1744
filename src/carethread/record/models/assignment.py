"""Chapter *work*: who takes which cases, what was sent for one, and what came of an appeal."""

from django.db import models
from django.db.models import Q

from carethread.record.models.coverage import Payer
from carethread.record.models.people import ROLES, User
from carethread.record.models.scoped import AppendOnly, Scoped
from carethread.record.models.work import Case

CHANNELS = [("mail", "By mail"), ("fax", "By fax"), ("portal", "On the payer's portal")]


class CaseDuty(Scoped):
    """Who takes a role's cases: all of them, or those of one payer, of one root cause, or of both.
    The most particular one counts."""

    role = models.CharField(max_length=20, choices=ROLES)
    payer = models.ForeignKey(
        Payer, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    category = models.CharField("root cause", max_length=30, blank=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="duties")

    class Meta:
        verbose_name_plural = "case duties"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "role", "payer", "category"], name="one_takes_a_duty"
            ),
            models.UniqueConstraint(
                fields=["organization", "role", "category"],
                condition=Q(payer__isnull=True),
                name="one_takes_a_duty_of_every_payer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} takes {self.role} {self.payer or ''} {self.category}".strip()


class CasePaper(AppendOnly):
    """A letter or a packet of records that was made for a case, byte for byte. `has_narrative`: a
    clinician has released what a note tells into it; `says` is what stands in it, for the record of
    disclosures; `shortfalls` are the short lines (ids) that a dispute letter asks for."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(
        max_length=8,
        choices=[
            ("appeal", "Appeal letter"),
            ("dispute", "Dispute letter"),
            ("packet", "Record packet"),
        ],
    )
    title = models.CharField(max_length=120)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    says = models.JSONField(default=list)
    shortfalls = models.JSONField(default=list)
    has_narrative = models.BooleanField(default=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.title


class Appeal(Scoped):
    """One level of an appeal against a refusal: sent, answered by a day, won or lost."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="appeals")
    level = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)
    paper = models.ForeignKey(
        CasePaper, null=True, blank=True, on_delete=models.PROTECT, related_name="appeals"
    )
    channel = models.CharField(
        max_length=8,
        choices=CHANNELS,
    )
    reference = models.CharField("the payer's reference", max_length=60, blank=True)
    sent_on = models.DateField()
    answer_due_on = models.DateField()
    state = models.CharField(
        max_length=10,
        choices=[("sent", "Sent"), ("won", "Won"), ("lost", "Lost"), ("withdrawn", "Withdrawn")],
        default="sent",
    )
    decided_on = models.DateField(null=True, blank=True)
    words = models.CharField(max_length=300, blank=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "level"], name="a_level_is_appealed_once"),
            models.CheckConstraint(
                condition=Q(state__in=["sent", "withdrawn"]) | Q(decided_on__isnull=False),
                name="a_decision_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.state}"
