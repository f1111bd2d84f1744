"""Chapter *coverage*: what payers were asked about a coverage, and what they answered.

The question is on record before it leaves, the answer's bytes before anybody reads them. Neither
is ever changed: a later question is another check.
"""

from django.db import models

from carethread.record.models.coverage import Coverage
from carethread.record.models.people import User
from carethread.record.models.scoped import AppendOnly
from carethread.record.models.wire import Connection, EdiFile


class EligibilityCheck(AppendOnly):
    """One question (270) about one coverage: for the day `about`, about `services` (EQ01).

    `payer_id` and `payer_name` are who was asked; that is not the coverage's payer where the
    answer to `follows` named somebody else for behavioral health. `number` is what the answer
    gives back (TRN02); `file` the question as it left.
    """

    number = models.BigIntegerField()

    coverage = models.ForeignKey(Coverage, on_delete=models.PROTECT, related_name="checks")
    follows = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="followed_by"
    )
    payer_id = models.CharField(max_length=80)
    payer_name = models.CharField(max_length=60)
    about = models.DateField("day asked about")
    services = models.JSONField("service types", default=list)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="checks")
    file = models.ForeignKey(EdiFile, on_delete=models.PROTECT, related_name="checks")
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="check_number_once")
        ]
        indexes = [models.Index(fields=["coverage", "asked_at"], name="checks_of_a_coverage")]

    def __str__(self) -> str:
        return f"{self.payer_name}, asked about {self.about}"


OUTCOMES = [
    ("active", "Active"),
    ("inactive", "Not active"),
    ("unknown", "Not said"),
    ("refused", "Not answered by the payer"),
    ("unanswered", "No answer"),
    ("unreadable", "Answer not readable"),
]


class EligibilityAnswer(AppendOnly):
    """What came back (271), or that nothing did.

    The columns are what other questions look for; `benefits` is the whole answer, gathered
    (x12.benefits.Coverage), `refusals` the AAA reasons of every level, `contradictions` where it
    differs from the record. `problem`: why there is no readable answer, in words.
    """

    asked = models.OneToOneField(EligibilityCheck, on_delete=models.PROTECT, related_name="answer")
    file = models.ForeignKey(EdiFile, null=True, on_delete=models.PROTECT, related_name="answers")
    outcome = models.CharField(max_length=10, choices=OUTCOMES)
    is_active = models.BooleanField(null=True)
    last_name = models.CharField(max_length=60, blank=True)
    first_name = models.CharField(max_length=35, blank=True)
    birth_date = models.DateField(null=True)
    member_id = models.CharField(max_length=80, blank=True)
    plan = models.CharField(max_length=80, blank=True)
    ends = models.DateField("last day of the plan", null=True)
    carve_out_id = models.CharField(max_length=80, blank=True)
    carve_out_name = models.CharField(max_length=100, blank=True)
    other_payer = models.CharField(max_length=100, blank=True)
    benefits = models.JSONField(default=dict)
    refusals = models.JSONField(default=list)
    contradictions = models.JSONField(default=list)
    problem = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.get_outcome_display()
