"""Chapter *claim*: charges on their way to a payer.

A claim is computed, never typed. While it waits it is recomputed from its charges at every
look; the moment it leaves, what left is frozen as a `ClaimVersion` with its lines.
"""

from django.db import models

from carethread.codes.roles import Role
from carethread.record.models.charge import ChargeVersion
from carethread.record.models.chart import Episode
from carethread.record.models.coverage import Client, Coverage, Payer
from carethread.record.models.people import ROLES, Practitioner, User
from carethread.record.models.scoped import AppendOnly, Scoped
from carethread.record.models.wire import EdiFile


class ClaimState(models.TextChoices):
    """Where a claim stands. Clearinghouse acceptance is not payer acceptance."""

    HELD = "held", "Held"
    READY = "ready", "Ready"
    QUEUED = "queued", "Leaving"
    SENT = "sent", "Sent"
    RECEIVED = "received", "Received by clearinghouse"
    ACCEPTED = "accepted", "Accepted by payer"
    REJECTED = "rejected", "Rejected"
    DENIED = "denied", "Denied"
    PARTIAL = "partial", "Partly denied"
    PAID = "paid", "Paid"
    CLOSED = "closed", "Closed"


class Claim(Scoped):
    """One claim through all of its versions. `form` is that of its charges; an institutional
    claim is for one `episode`, from `service_from` to `service_to`. `sequence` numbers it within
    the organization and is what CLM01 carries; `payer_control_number` is the payer's own (277CA
    1K, CLP07). Where a person holds it, it has a `stopped_reason`, and may be let go by the answer
    of an author that it `waits_for`. A claim to a later payer is `after` the one whose answer it
    tells of, and bills the charges of the `first`: what it is made of are those that were handed on
    to it."""

    sequence = models.PositiveBigIntegerField()
    form = models.CharField(
        max_length=1, choices=[("P", "Professional"), ("I", "Institutional")], default="P"
    )
    episode = models.ForeignKey(
        Episode, null=True, blank=True, on_delete=models.PROTECT, related_name="claims"
    )
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="claims")
    coverage = models.ForeignKey(Coverage, on_delete=models.PROTECT, related_name="claims")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="claims")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="claims")
    first = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="later"
    )
    after = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="next"
    )
    service_from = models.DateField()
    service_to = models.DateField()
    state = models.CharField(max_length=10, choices=ClaimState.choices, default=ClaimState.HELD)
    state_since = models.DateTimeField()
    charge_cents = models.BigIntegerField(default=0)
    ready_at = models.DateTimeField("leaves at", null=True, blank=True)
    stopped_reason = models.CharField(max_length=300, blank=True)
    waits_for = models.ForeignKey(
        Practitioner, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    payer_control_number = models.CharField(max_length=50, blank=True)
    current = models.OneToOneField(
        "ClaimVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "sequence"], name="claim_sequence_once"
            ),
            models.UniqueConstraint(fields=["after", "coverage"], name="next_payer_billed_once"),
            models.CheckConstraint(
                condition=models.Q(first__isnull=True, after__isnull=True)
                | models.Q(first__isnull=False, after__isnull=False),
                name="later_claim_has_a_first",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "state", "state_since"]),
            models.Index(fields=["organization", "payer_control_number"]),
        ]

    @property
    def origin(self) -> "Claim":
        """The claim that bills its charges to the first payer: itself, unless it comes later."""
        return self.first or self

    @property
    def next_version(self) -> int:
        """The number of the version that would leave next."""
        return self.current.number + 1 if self.current else 1

    def __str__(self) -> str:
        return f"claim {self.sequence}"


class ClaimVersion(AppendOnly):
    """A claim as it left: `claim_number` is its CLM01, `frequency` 1, 7 or 8, `content` the
    whole computed claim, `file` the bytes that carried it."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    claim_number = models.CharField(max_length=20)
    frequency = models.CharField(max_length=1)
    original_reference = models.CharField(max_length=50, blank=True)
    charge_cents = models.BigIntegerField()
    content = models.JSONField()
    file = models.ForeignKey(EdiFile, on_delete=models.PROTECT, related_name="claim_versions")
    set_control_number = models.CharField(max_length=9)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="claim_version_once"),
            models.UniqueConstraint(
                fields=["organization", "claim_number"], name="claim_number_once"
            ),
        ]

    def __str__(self) -> str:
        return self.claim_number


class ClaimLine(AppendOnly):
    """A line as it left. `control_number` is its REF*6R; `expected_cents` what the contract
    promised for it when it was sent (null where it was silent), and `expected_words` why."""

    version = models.ForeignKey(ClaimVersion, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveSmallIntegerField()
    charge_version = models.ForeignKey(
        ChargeVersion, on_delete=models.PROTECT, related_name="claim_lines"
    )
    control_number = models.CharField(max_length=30)
    revenue_code = models.CharField(max_length=4, blank=True)
    code = models.CharField(max_length=5, blank=True)
    modifiers = models.JSONField(default=list)
    units = models.PositiveIntegerField()
    charge_cents = models.BigIntegerField()
    service_date = models.DateField()
    expected_cents = models.BigIntegerField(null=True, blank=True)
    expected_words = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="claim_line_once"),
        ]
        indexes = [models.Index(fields=["organization", "control_number"])]

    def __str__(self) -> str:
        return self.control_number


class ClaimFinding(Scoped):
    """What the scrubber says of a waiting claim, as of its last look. Replaced at each look."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="findings")
    rule = models.CharField(max_length=40)
    severity = models.CharField(max_length=5, choices=[("stops", "Stops"), ("warns", "Warns")])
    owner = models.CharField(max_length=20, choices=ROLES, default=Role.BILLER.value)
    message = models.CharField(max_length=500)
    fix_kind = models.CharField(max_length=20, blank=True)
    fix_id = models.BigIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.rule}: {self.message}"


class Recheck(Scoped):
    """Something that a claim rests on has changed since it left: it is to be compared with the
    record again. Gone once it was."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="rechecks")

    def __str__(self) -> str:
        return f"claim {self.claim_id} is to be compared"


class ClaimEvent(AppendOnly):
    """One line of a claim's history: from which state to which, why, by whom, by which file."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="events")
    state_from = models.CharField(max_length=10, blank=True)
    state_to = models.CharField(max_length=10)
    words = models.CharField(max_length=500)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    file = models.ForeignKey(
        EdiFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.words


class Acknowledgment(AppendOnly):
    """What a TA1, 999 or 277CA said of a file we sent, or of one claim in it."""

    file = models.ForeignKey(EdiFile, on_delete=models.PROTECT, related_name="acknowledgments")
    about = models.ForeignKey(
        EdiFile, null=True, blank=True, on_delete=models.PROTECT, related_name="acknowledged_by"
    )
    claim_version = models.ForeignKey(
        ClaimVersion,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="acknowledgments",
    )
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=5, choices=[(k, k) for k in ("TA1", "999", "277CA")])
    accepted = models.BooleanField()
    codes = models.JSONField(default=list)
    words = models.CharField(max_length=500)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["file", "position"], name="acknowledged_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {'accepted' if self.accepted else 'rejected'}"
