"""Chapter *work*: everything that a person has to look at, as a case with an owner."""

from django.db import models

from carethread.record.models.authorization import Authorization
from carethread.record.models.chart import Episode, Note
from carethread.record.models.claim import Claim
from carethread.record.models.coverage import Client, Coverage
from carethread.record.models.people import ROLES, Practitioner, User
from carethread.record.models.remittance import RemittedClaim, RemittedLine
from carethread.record.models.scoped import AppendOnly, Scoped
from carethread.record.models.wire import EdiFile


class CaseKind(models.TextChoices):
    DENIAL = "denial", "Denial"
    REJECTION = "rejection", "Rejection"
    UNDERPAYMENT = "underpayment", "Underpayment"
    UNMATCHED = "unmatched", "Unmatched payment"
    MISSING_ACKNOWLEDGMENT = "missing_ack", "Missing acknowledgment"
    QUESTION = "question", "Question to the author"
    HELD = "held", "Held for its author"
    QUARANTINE = "quarantine", "Quarantined file"
    CONNECTION = "connection", "Connection down"
    AUTHORIZATION = "authorization", "Authorization"
    ELIGIBILITY = "eligibility", "Eligibility"
    DISCHARGE = "discharge", "Discharge summary"
    DOCUMENTATION = "documentation", "Documentation request"
    CREDIT = "credit", "Credit balance"
    PLAN = "plan", "Payment plan"
    NEXT_PAYER = "next_payer", "Next payer"
    DEPOSIT = "deposit", "Money not tied out"


class Case(Scoped):
    """One thing to be settled. `source` names what it is about, so that it is opened once;
    `category` is its root cause; `author` is the clinician who can cure it, where one can,
    `assignee` whoever of its role has taken it or was given it. `explanation` is what our own
    record said of it when it was opened, a sentence a line. Before `waits_until` nobody has to
    look at it."""

    kind = models.CharField(max_length=14, choices=CaseKind.choices)
    source = models.CharField(max_length=80)
    category = models.CharField(max_length=30, blank=True)
    state = models.CharField(
        max_length=8,
        choices=[("open", "Open"), ("answered", "Answered"), ("closed", "Closed")],
        default="open",
    )
    owner_role = models.CharField(max_length=20, choices=ROLES)
    author = models.ForeignKey(
        Practitioner, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    assignee = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="assigned_cases"
    )
    title = models.CharField(max_length=300)
    cure = models.CharField(max_length=500, blank=True)
    clinical_words = models.CharField(max_length=500, blank=True)
    explanation = models.TextField(max_length=1000, blank=True)
    claim = models.ForeignKey(
        Claim, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    note = models.ForeignKey(
        Note, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    remitted_line = models.ForeignKey(
        RemittedLine, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    remitted_claim = models.ForeignKey(
        RemittedClaim, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    file = models.ForeignKey(
        EdiFile, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    authorization = models.ForeignKey(
        Authorization, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    coverage = models.ForeignKey(
        Coverage, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    episode = models.ForeignKey(
        Episode, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    account = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.PROTECT, related_name="account_cases"
    )
    amount_cents = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()
    due_on = models.DateField(null=True, blank=True)
    waits_until = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "source"], name="case_opened_once")
        ]
        indexes = [models.Index(fields=["organization", "state", "kind"])]

    @property
    def subject(self) -> tuple[str, int]:
        """What its source names: the kind of row that it was opened for, and which."""
        what, key, *_ = self.source.split(":")
        return what, int(key)

    @property
    def client(self) -> Client | None:
        """Whom it is about, where it is about somebody."""
        if self.account is not None:
            return self.account
        if self.note is not None:
            return self.note.attendance.client
        about = self.claim or self.episode or self.authorization or self.coverage
        return about.client if about is not None else None

    @property
    def holder(self) -> str:
        """Who has it: its author, whoever it was given to, else everybody of its role."""
        if self.author is not None:
            return self.author.name
        return str(self.assignee or self.get_owner_role_display())

    def __str__(self) -> str:
        return self.title


class CaseEvent(AppendOnly):
    """One line of a case's history: what happened, that it was closed, or (`found`) what our own
    record said."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(
        max_length=8,
        choices=[("", "Happened"), ("closed", "Closed"), ("found", "Found in our record")],
        blank=True,
    )
    words = models.CharField(max_length=500)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.words


class WriteOff(AppendOnly):
    """One word on giving the money of a case up: a person asks, and where it is more than one may
    write off alone, a second agrees. `cents` is what was asked for."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="write_offs")
    cents = models.BigIntegerField()
    kind = models.CharField(max_length=5, choices=[("ask", "Asked"), ("agree", "Agreed")])
    reason = models.CharField(max_length=300)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.cents} of case {self.case_id}"
