"""Chapter *remittance*: what payers said they paid, and why not.

The payer's words are append-only; how each claim payment was matched is a state of its own.
"""

from django.db import models

from carethread.record.models.claim import Claim, ClaimLine, ClaimVersion
from carethread.record.models.coverage import Payer
from carethread.record.models.people import User
from carethread.record.models.scoped import AppendOnly, Scoped
from carethread.record.models.wire import EdiFile


class EftDeposit(AppendOnly):
    """One movement on the bank account as the bank tells it (`row` of `file`), or as a person
    noted it (`user`). Money out is below zero. `key` tells the same movement again in another
    export of the bank's."""

    file = models.ForeignKey(
        EdiFile, null=True, blank=True, on_delete=models.PROTECT, related_name="deposits"
    )
    row = models.PositiveIntegerField(default=0)
    account = models.CharField("last four of the account", max_length=4, blank=True)
    day = models.DateField()
    amount_cents = models.BigIntegerField()
    reference = models.CharField(max_length=60, blank=True)
    words = models.CharField(max_length=500, blank=True)
    trace = models.CharField(max_length=50, blank=True)
    payer_identifier = models.CharField(max_length=30, blank=True)
    key = models.CharField(max_length=64)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "key"], name="bank_line_once")
        ]
        indexes = [models.Index(fields=["organization", "day"])]

    def __str__(self) -> str:
        return f"{self.day} {self.amount_cents}"


class Reassociation(Scoped):
    """What a bank line is: the money of remittances (each names its `deposit`), money of somebody
    else's, it waits for a person, or it is void: noted by mistake, and counted nowhere. `events`
    are what it was before, and why."""

    deposit = models.OneToOneField(
        EftDeposit, on_delete=models.PROTECT, related_name="reassociation"
    )
    state = models.CharField(
        max_length=8,
        choices=[
            ("matched", "Matched"),
            ("waiting", "Waiting"),
            ("other", "Not a payer's"),
            ("void", "Void"),
        ],
    )
    reason = models.CharField(max_length=500, blank=True)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "state"])]

    def __str__(self) -> str:
        return f"{self.deposit_id} {self.state}"


class ReassociationEvent(AppendOnly):
    """What was found or said of a bank line, `state` what it became; `user` None: by itself."""

    reassociation = models.ForeignKey(
        Reassociation, on_delete=models.PROTECT, related_name="events"
    )
    state = models.CharField(max_length=8)
    words = models.CharField(max_length=500)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.words


class Remittance(Scoped):
    """One check, EFT or non-payment advice: one 835 transaction set. `amount_cents` is BPR02,
    below zero where the check takes (BPR03 = D); `deposit` the bank line that its money came in.

    The `*_cents` account balances follow its transfers, as a charge's do. It is closed when
    `payer_deposit_cents` is zero: its claims less its provider adjustments are its amount.
    """

    file = models.ForeignKey(EdiFile, on_delete=models.PROTECT, related_name="remittances")
    payer = models.ForeignKey(
        Payer, null=True, blank=True, on_delete=models.PROTECT, related_name="remittances"
    )
    payer_name = models.CharField(max_length=60)
    payer_identifier = models.CharField(max_length=30, blank=True)
    method = models.CharField(max_length=3)
    amount_cents = models.BigIntegerField()
    paid_on = models.DateField(null=True, blank=True)
    trace = models.CharField("check or EFT number", max_length=50)
    deposit = models.ForeignKey(
        EftDeposit, null=True, blank=True, on_delete=models.PROTECT, related_name="remittances"
    )
    posted_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    cash_cents = models.BigIntegerField(default=0)
    payer_deposit_cents = models.BigIntegerField(default=0)
    unapplied_cents = models.BigIntegerField(default=0)
    recoupment_cents = models.BigIntegerField(default=0)
    interest_cents = models.BigIntegerField(default=0)
    capitation_cents = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "payer_identifier", "trace", "amount_cents"],
                name="check_posted_once",
            )
        ]
        indexes = [models.Index(fields=["organization", "paid_on"])]

    def __str__(self) -> str:
        return f"{self.payer_name} {self.trace}"


class RemittedClaim(AppendOnly):
    """One CLP as received."""

    remittance = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="claims")
    position = models.PositiveIntegerField()
    claim_number = models.CharField(max_length=38)
    status = models.CharField(max_length=2)
    charge_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField()
    patient_cents = models.BigIntegerField()
    payer_control_number = models.CharField(max_length=50, blank=True)
    patient_name = models.CharField(max_length=120, blank=True)
    content = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["remittance", "position"], name="remitted_claim_once")
        ]

    def __str__(self) -> str:
        return f"{self.claim_number} in {self.remittance_id}"


class RemittedLine(AppendOnly):
    """One SVC as received, or the claim level of a CLP that has none (`number` 0)."""

    claim = models.ForeignKey(RemittedClaim, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=48, blank=True)
    modifiers = models.JSONField(default=list)
    charge_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField()
    control_number = models.CharField(max_length=50, blank=True)
    service_date = models.DateField(null=True, blank=True)
    remarks = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="remitted_line_once")
        ]

    def __str__(self) -> str:
        return f"line {self.number} of {self.claim_id}"


class Adjustment(AppendOnly):
    """One CAS trio as received: what was taken off a line, by whose account and why."""

    line = models.ForeignKey(RemittedLine, on_delete=models.PROTECT, related_name="adjustments")
    group = models.CharField(max_length=2)
    reason = models.CharField(max_length=5)
    amount_cents = models.BigIntegerField()
    quantity = models.CharField(max_length=15, blank=True)

    def __str__(self) -> str:
        return f"{self.group}-{self.reason} {self.amount_cents}"


class ProviderAdjustment(AppendOnly):
    """One PLB pair: a change to the check itself. Positive cents lower it. `claim` is the one of
    ours that its reference names, where it names one: whose money is taken back or carried."""

    remittance = models.ForeignKey(
        Remittance, on_delete=models.PROTECT, related_name="provider_adjustments"
    )
    reason = models.CharField(max_length=5)
    reference = models.CharField(max_length=50, blank=True)
    amount_cents = models.BigIntegerField()
    claim = models.ForeignKey(
        Claim, null=True, blank=True, on_delete=models.PROTECT, related_name="provider_adjustments"
    )

    def __str__(self) -> str:
        return f"PLB {self.reason} {self.amount_cents}"


class Match(Scoped):
    """Which submitted claim a remitted claim answers. Certain, or it waits for a person. Until
    `compared_at` nobody has held what was paid against the contract."""

    remitted = models.OneToOneField(RemittedClaim, on_delete=models.PROTECT, related_name="match")
    state = models.CharField(
        max_length=8,
        choices=[("matched", "Matched"), ("waiting", "Waiting"), ("not_ours", "Not ours")],
    )
    version = models.ForeignKey(
        ClaimVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="matches"
    )
    reason = models.CharField(max_length=500, blank=True)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    compared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "matches"
        indexes = [
            models.Index(fields=["organization", "state"]),
            models.Index(
                fields=["organization"],
                condition=models.Q(state="matched", compared_at__isnull=True),
                name="matches_not_compared",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remitted_id} {self.state}"


class LineMatch(AppendOnly):
    """Which submitted line a remitted line was posted to. It outlasts an undone match of its claim:
    what counts is `STANDING`."""

    STANDING = models.Q(
        remitted_line__claim__match__state="matched",
        remitted_line__claim__match__version=models.F("claim_line__version"),
    )

    remitted_line = models.ForeignKey(
        RemittedLine, on_delete=models.PROTECT, related_name="line_matches"
    )
    claim_line = models.ForeignKey(ClaimLine, on_delete=models.PROTECT, related_name="line_matches")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["remitted_line", "claim_line"], name="line_matched_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.remitted_line_id} is {self.claim_line_id}"
