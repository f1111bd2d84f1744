"""Chapter *contracts*: what payers have agreed to pay, and from which file we have it."""

from django.db import models
from django.db.models import F, Q

from carethread.codes.contracts import KINDS, TermKind
from carethread.record.models.coverage import Payer
from carethread.record.models.people import User
from carethread.record.models.scoped import AppendOnly, Scoped

KIND_CHOICES = [(kind.value, known.label) for kind, known in KINDS.items()]


class Contract(Scoped):
    """What was agreed with a payer between two dates. A payer has one contract at a time.

    `lesser_of_charge`: never more than was billed. `sequestration` is what law takes off the
    payer's part after the patient's share, in hundredths of a percent (200 is 2 %).
    """

    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="contracts")
    name = models.CharField(max_length=80)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    lesser_of_charge = models.BooleanField(default=True)
    sequestration = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payer", "effective_from"], name="one_contract_per_payer_and_start"
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="contract_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(sequestration__lte=10_000), name="sequestration_is_a_part"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ContractFile(AppendOnly):
    """A fee schedule as somebody handed it in, byte for byte. `starts` holds for rows that name no
    day; `is_whole` says that what it does not name ends on that day."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    raw = models.BinaryField()
    starts = models.DateField()
    is_whole = models.BooleanField()
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class ContractTerm(Scoped):
    """One dated term of a contract: what `rules.expect.Term` says of its fields.

    Its figures never change. Another figure from a day on is another row, and this one ends the
    day before; one that was wrong from its first day on is `withdrawn_at` a moment and kept.
    """

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="terms")
    kind = models.CharField(max_length=9, choices=KIND_CHOICES, default=TermKind.FEE.value)
    code = models.CharField(max_length=5, blank=True)
    revenue_code = models.CharField(max_length=4, blank=True)
    modifier = models.CharField(max_length=2, blank=True)
    credential = models.CharField(max_length=12, blank=True)
    place = models.CharField("place of service", max_length=2, blank=True)
    first_day = models.PositiveSmallIntegerField("first day of the stay", default=1)
    last_day = models.PositiveSmallIntegerField("last day of the stay", null=True, blank=True)
    amount_cents = models.BigIntegerField(default=0)
    share = models.PositiveIntegerField(default=0)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    file = models.ForeignKey(
        ContractFile, null=True, blank=True, on_delete=models.PROTECT, related_name="terms"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "contract", "code", "revenue_code", "modifier", "credential", "place",
                    "first_day", "effective_from",
                ],
                condition=Q(withdrawn_at__isnull=True) & ~Q(kind="stop_loss"),
                name="one_term_for_a_service_and_start",
            ),
            models.CheckConstraint(
                condition=Q(amount_cents__gte=0, share__lte=10_000), name="term_promises_money"
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="term_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(first_day__gte=1)
                & (Q(last_day__isnull=True) | Q(last_day__gte=F("first_day"))),
                name="term_has_days_of_a_stay",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["organization", "code"])]

    def __str__(self) -> str:
        return f"{self.code or self.revenue_code or self.get_kind_display()} of {self.contract}"


class ContractEvent(AppendOnly):
    """One line of a contract's history."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="events")
    words = models.CharField(max_length=500)
    file = models.ForeignKey(
        ContractFile, null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.words
