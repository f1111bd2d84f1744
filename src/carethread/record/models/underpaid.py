"""Chapter *underpaid*: what was promised against what came, and what is done about the rest."""

from django.db import models
from django.db.models import Q

from carethread.record.models.charge import Charge
from carethread.record.models.claim import ClaimLine
from carethread.record.models.people import User
from carethread.record.models.remittance import RemittedClaim
from carethread.record.models.scoped import AppendOnly, Scoped
from carethread.record.models.work import Case

CHANNELS = [
    ("letter", "By letter"),
    ("portal", "In the portal"),
    ("phone", "By phone"),
    ("fax", "By fax or e-mail"),
]


class Comparison(AppendOnly):
    """One line's standing after a posting, against what was promised: net of reversals and of what
    other payers said. The newest of a charge counts. `short_cents` is below zero where more came;
    what a denial already asks for is not in it. `words` explain both sides."""

    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="comparisons")
    claim_line = models.ForeignKey(ClaimLine, on_delete=models.PROTECT, related_name="comparisons")
    remitted_claim = models.ForeignKey(
        RemittedClaim, on_delete=models.PROTECT, related_name="comparisons"
    )
    expected_cents = models.BigIntegerField()
    allowed_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField()
    patient_cents = models.BigIntegerField()
    short_cents = models.BigIntegerField()
    verdict = models.CharField(
        max_length=10,
        choices=[
            ("promised", "As promised"),
            ("short", "Short"),
            ("over", "More than promised"),
            ("refused", "Refused"),
            ("taken_back", "Taken back"),
        ],
    )
    cause = models.CharField(max_length=14, blank=True)
    words = models.CharField(max_length=600)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "at"])]

    def __str__(self) -> str:
        return self.words


class Dispute(AppendOnly):
    """Short payments were disputed with the payer: when, how, with which words and reference."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="disputes")
    sent_on = models.DateField()
    channel = models.CharField(
        max_length=8,
        choices=CHANNELS,
    )
    reference = models.CharField(max_length=60, blank=True)
    words = models.CharField(max_length=480)
    amount_cents = models.BigIntegerField()
    lines = models.PositiveIntegerField()
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"disputed on {self.sent_on}"


class Shortfall(Scoped):
    """A line that a payer paid short, until it is settled; its `case` is the pattern that it
    belongs to. `first_cents` were found missing, `short_cents` still are, `recovered_cents` came
    with later remittances. `looked_at` is when it was last held against the contract."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="shortfalls")
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="shortfalls")
    comparison = models.ForeignKey(Comparison, on_delete=models.PROTECT, related_name="+")
    dispute = models.ForeignKey(
        Dispute, null=True, blank=True, on_delete=models.PROTECT, related_name="shortfalls"
    )
    state = models.CharField(
        max_length=10,
        choices=[
            ("open", "Open"),
            ("disputed", "Disputed"),
            ("recovered", "Recovered"),
            ("accepted", "Accepted"),
            ("ours", "Our table was wrong"),
            ("taken_back", "Taken back"),
        ],
        default="open",
    )
    first_cents = models.BigIntegerField()
    short_cents = models.BigIntegerField()
    recovered_cents = models.BigIntegerField(default=0)
    appeal_by = models.DateField()
    opened_at = models.DateTimeField()
    looked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["charge"],
                condition=Q(settled_at__isnull=True),
                name="one_open_shortfall_per_charge",
            )
        ]

    def __str__(self) -> str:
        return f"{self.short_cents} short on charge {self.charge_id}"
