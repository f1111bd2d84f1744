"""Chapter *charge*: what a signed service is billed at.

A `Charge` is the stable thing (this attendance, this slot); its versions say what it is now
and what it was. Ledger balances are kept for the charge and survive its corrections.
"""

from django.db import models

from carethread.record.models.authorization import Authorization
from carethread.record.models.chart import Attendance, CensusEntry, NoteVersion
from carethread.record.models.coverage import Client, Coverage
from carethread.record.models.people import Practitioner
from carethread.record.models.scoped import AppendOnly, Scoped


class Charge(Scoped):
    """One billable line of one attendance. `slot` tells the base service from its add-ons.

    The `*_cents` columns are account balances: each equals the sum of this charge's transfers
    on that account, and only `ledger.post` changes them.
    """

    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="charges")
    slot = models.CharField(max_length=20, default="base")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="charges")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="charges")
    claim = models.ForeignKey(
        "record.Claim", null=True, blank=True, on_delete=models.PROTECT, related_name="charges"
    )
    service_date = models.DateField()
    state = models.CharField(
        max_length=4, choices=[("live", "Live"), ("void", "Void")], default="live"
    )
    current = models.OneToOneField(
        "ChargeVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    billed_cents = models.BigIntegerField(default=0)
    payer_receivable_cents = models.BigIntegerField(default=0)
    patient_receivable_cents = models.BigIntegerField(default=0)
    contractual_cents = models.BigIntegerField(default=0)
    denied_cents = models.BigIntegerField(default=0)
    write_off_cents = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attendance", "slot"], name="charge_once_per_slot")
        ]
        indexes = [
            models.Index(
                fields=["organization", "service_date"],
                condition=models.Q(claim__isnull=True, state="live"),
                name="charges_without_a_claim",
            )
        ]

    @property
    def paid_cents(self) -> int:
        """What payers have paid: whatever has left the receivables without being given up."""
        return -(
            self.billed_cents
            + self.payer_receivable_cents
            + self.patient_receivable_cents
            + self.contractual_cents
            + self.denied_cents
            + self.write_off_cents
        )

    def __str__(self) -> str:
        return f"charge {self.pk}"


class ChargeVersion(AppendOnly):
    """What a charge said at one time, and why: the note version and the rule that made it."""

    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    note_version = models.ForeignKey(NoteVersion, on_delete=models.PROTECT, related_name="charges")
    coverage = models.ForeignKey(
        Coverage, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    authorization = models.ForeignKey(
        Authorization, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    supervising = models.ForeignKey(
        Practitioner, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    form = models.CharField(
        max_length=1, choices=[("P", "Professional"), ("I", "Institutional")], default="P"
    )
    revenue_code = models.CharField(max_length=4, blank=True)
    code = models.CharField(max_length=5)
    modifiers = models.JSONField(default=list)
    units = models.PositiveIntegerField()
    unit = models.CharField(max_length=2, default="UN")
    level_of_care = models.CharField(max_length=10, blank=True)
    pointers = models.JSONField()
    diagnoses = models.JSONField()
    place_of_service = models.CharField(max_length=2)
    amount_cents = models.BigIntegerField()
    rule = models.CharField(max_length=60)
    reason = models.CharField(max_length=300)
    is_void = models.BooleanField(default=False)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["charge", "number"], name="charge_version_once")
        ]

    def __str__(self) -> str:
        return f"charge {self.charge_id} version {self.number}"

    @property
    def service(self) -> str:
        """The service that it charges: the day's own where it charges a day of a program (whose
        rule begins with it), else that of its note. In SQL: `insight.charged`."""
        return self.rule.partition(":")[0] if self.level_of_care else self.note_version.service


class ChargeEvidence(AppendOnly):
    """A signed note, or a midnight in the house, that a per diem rests on besides the note that
    completed it. `minutes` are those that the note adds to the day."""

    charge_version = models.ForeignKey(
        ChargeVersion, on_delete=models.PROTECT, related_name="evidence"
    )
    note_version = models.ForeignKey(
        NoteVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    census = models.ForeignKey(
        CensusEntry, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    minutes = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "charge evidence"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(note_version__isnull=False) | models.Q(census__isnull=False),
                name="evidence_is_something",
            )
        ]

    def __str__(self) -> str:
        return f"{self.minutes} minutes for {self.charge_version_id}"
