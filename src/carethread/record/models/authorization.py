"""Chapter *authorization*: what a payer has agreed to in advance, and the units used of it."""

from django.db import models
from django.db.models import F, Q

from carethread.record.models.coverage import Client, Payer
from carethread.record.models.people import Practitioner, Site, User
from carethread.record.models.scoped import AppendOnly, Scoped


class AuthorizationState(models.TextChoices):
    """Where a request stands. Which may follow which: `rules.authorize.MOVES`."""

    NOT_REQUIRED = "not_required", "Not required"
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    RETRO_REQUESTED = "retro_requested", "Requested afterwards"
    PENDED = "pended", "Pended"
    APPROVED = "approved", "Approved"
    PARTIAL = "partial", "Approved in part"
    MODIFIED = "modified", "Approved, modified"
    DENIED = "denied", "Denied"
    APPEALED = "appealed", "Appealed"
    PEER_TO_PEER = "peer_to_peer", "Peer-to-peer"
    EXTENDED = "extended", "Extended"
    EXHAUSTED = "exhausted", "Used up"
    EXPIRED = "expired", "Expired"
    VOIDED = "voided", "Voided"


CHANNELS = [
    ("phone", "By phone"),
    ("portal", "On the payer's portal"),
    ("fax", "By fax"),
    ("278", "Electronically (278)"),
    ("system", "By itself"),
]
AUTHORIZED_UNITS = [("units", "Units"), ("days", "Days"), ("visits", "Visits"), ("hours", "Hours")]


class Authorization(Scoped):
    """What was asked of a payer, and what it agreed to: days, scope and units.

    The scope is `codes` and a `level_of_care` (empty: any), at one `facility` and by one
    `rendering` practitioner where the payer says so. `unit` is what is counted; a cap is the
    most of it in a day, a week (from Monday) or a month. An extension `extends` what it
    continues, and may keep its number. A request has no number yet.

    `used_units`, `reserved_units` and `confirmed_units` are sums of its unit entries; the
    database keeps them between zero and what was approved.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="authorizations")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="authorizations")
    state = models.CharField(
        max_length=15, choices=AuthorizationState.choices, default=AuthorizationState.APPROVED
    )
    number = models.CharField(max_length=50, blank=True)
    extends = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="extensions"
    )
    effective_from = models.DateField()
    effective_to = models.DateField()
    codes = models.JSONField(default=list, blank=True)
    level_of_care = models.CharField(max_length=10, blank=True)
    facility = models.ForeignKey(
        Site, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    rendering = models.ForeignKey(
        Practitioner, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    unit = models.CharField("counted in", max_length=6, choices=AUTHORIZED_UNITS, default="units")
    requested_units = models.PositiveIntegerField(null=True, blank=True)
    approved_units = models.PositiveIntegerField(default=0)
    daily_cap = models.PositiveSmallIntegerField("most in a day", null=True, blank=True)
    weekly_cap = models.PositiveSmallIntegerField("most in a week", null=True, blank=True)
    monthly_cap = models.PositiveSmallIntegerField("most in a month", null=True, blank=True)
    next_review_on = models.DateField("next concurrent review", null=True, blank=True)
    used_units = models.PositiveIntegerField(default=0)
    reserved_units = models.PositiveIntegerField(default=0)
    confirmed_units = models.PositiveIntegerField(default=0)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "payer", "number"],
                condition=~Q(number="") & Q(extends__isnull=True),
                name="authorization_once",
            ),
            models.CheckConstraint(
                condition=Q(approved_units__gte=F("used_units") + F("reserved_units")),
                name="units_never_overdrawn",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_units__lte=F("used_units")), name="confirmed_was_used"
            ),
        ]
        indexes = [models.Index(fields=["organization", "state", "effective_to"])]

    @property
    def remaining_units(self) -> int:
        """What nobody has used or reserved."""
        return self.approved_units - self.used_units - self.reserved_units

    def __str__(self) -> str:
        return self.number or f"request {self.pk}"


class AuthorizationEvent(AppendOnly):
    """One line of an authorization's history: who said what, how, and under which reference."""

    authorization = models.ForeignKey(
        Authorization, on_delete=models.PROTECT, related_name="events"
    )
    state_from = models.CharField(max_length=15, blank=True)
    state_to = models.CharField(max_length=15, choices=AuthorizationState.choices)
    channel = models.CharField(max_length=6, choices=CHANNELS, default="system")
    contact = models.CharField(max_length=120, blank=True)
    reference = models.CharField(max_length=60, blank=True)
    words = models.CharField(max_length=500)
    file = models.ForeignKey(
        "record.EdiFile", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["authorization", "at"])]

    def __str__(self) -> str:
        return self.words


class UnitEntry(AppendOnly):
    """One line of an authorization's unit ledger, for an appointment or for a charge: reserved
    when scheduled, consumed when signed, confirmed when paid (unconfirmed when the payer takes
    it back), released when it did not come to it."""

    authorization = models.ForeignKey(
        Authorization, on_delete=models.PROTECT, related_name="entries"
    )
    appointment = models.ForeignKey(
        "record.Appointment",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="unit_entries",
    )
    charge_version = models.ForeignKey(
        "record.ChargeVersion",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="unit_entries",
    )
    kind = models.CharField(
        max_length=9,
        choices=[
            ("reserve", "Reserved"),
            ("consume", "Consumed"),
            ("confirm", "Confirmed"),
            ("unconfirm", "Unconfirmed"),
            ("release", "Released"),
        ],
    )
    day = models.DateField("day of service")
    units = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "unit entries"
        constraints = [
            models.UniqueConstraint(
                fields=["charge_version", "kind"],
                condition=Q(kind__in=["consume", "release"]),
                name="units_moved_once_per_charge",
            ),
            models.CheckConstraint(
                condition=Q(appointment__isnull=True, charge_version__isnull=False)
                | Q(appointment__isnull=False, charge_version__isnull=True),
                name="units_are_for_one_thing",
            ),
            models.CheckConstraint(condition=Q(units__gt=0), name="units_move"),
        ]
        indexes = [models.Index(fields=["authorization", "day"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.units} of {self.authorization_id}"
