"""Chapter *coverage*: clients, who pays for them, and on what terms."""

from django.db import models
from django.db.models import F, Q

from carethread.record import validators
from carethread.record.models.people import Practitioner, Program
from carethread.record.models.scoped import Scoped

SEXES = [("F", "Female"), ("M", "Male"), ("U", "Unknown")]
RELATIONSHIPS = [("18", "Self"), ("01", "Spouse"), ("19", "Child"), ("G8", "Other")]
PAYER_KINDS = [("commercial", "Commercial"), ("medicaid", "Medicaid"), ("medicare", "Medicare")]


class Payer(Scoped):
    """Somebody who pays claims, and how its claims must look.

    `payer_id` goes on the wire (NM1*PR); `filing_indicator` is SBR09; `member_id_pattern`
    is a regular expression that every member id must match as a whole.
    """

    name = models.CharField(max_length=60)
    payer_id = models.CharField(max_length=20)
    kind = models.CharField(max_length=12, choices=PAYER_KINDS, default="commercial")
    filing_indicator = models.CharField(max_length=2, default="CI")
    member_id_pattern = models.CharField(max_length=120, blank=True)
    timely_filing_days = models.PositiveIntegerField(null=True, blank=True)
    requires_enrollment = models.BooleanField(default=True)
    authorization_codes = models.JSONField(
        "codes that need an authorization", default=list, blank=True
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "payer_id"], name="payer_id_once")
        ]

    def __str__(self) -> str:
        return self.name


class PayerEnrollment(Scoped):
    """A practitioner is on a payer's roster between two dates; without one, the center is: its
    billing NPI under its tax id."""

    practitioner = models.ForeignKey(
        Practitioner, null=True, blank=True, on_delete=models.PROTECT, related_name="enrollments"
    )
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="enrollments")
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.practitioner or self.organization} with {self.payer}"


class Fee(Scoped):
    """What the center charges for one unit of a code, in cents, from a date on."""

    code = models.CharField(max_length=5)
    amount_cents = models.BigIntegerField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "code", "effective_from"], name="one_fee_per_code_and_start"
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="fee_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.amount_cents}"


class Client(Scoped):
    """A person in care."""

    mrn = models.CharField("medical record number", max_length=20)
    first_name = models.CharField(max_length=35)
    last_name = models.CharField(max_length=60)
    birth_date = models.DateField()
    sex = models.CharField(max_length=1, choices=SEXES, default="U")
    line1 = models.CharField("street", max_length=55)
    line2 = models.CharField("unit", max_length=55, blank=True)
    city = models.CharField(max_length=30)
    state = models.CharField(max_length=2, validators=[validators.state_code])
    postal_code = models.CharField("ZIP", max_length=9, validators=[validators.zip_code])
    phone = models.CharField(max_length=10, blank=True, validators=[validators.phone_number])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "mrn"], name="mrn_once")]
        indexes = [models.Index(fields=["organization", "last_name", "first_name"])]

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def __str__(self) -> str:
        return self.name


class Coverage(Scoped):
    """A client's policy with a payer. `rank` 1 is asked first; subscriber fields are filled
    only where somebody else holds the policy."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="coverages")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="coverages")
    rank = models.PositiveSmallIntegerField(default=1)
    member_id = models.CharField(max_length=30)
    group_number = models.CharField(max_length=30, blank=True)
    relationship = models.CharField(max_length=2, choices=RELATIONSHIPS, default="18")
    subscriber_first_name = models.CharField(max_length=35, blank=True)
    subscriber_last_name = models.CharField(max_length=60, blank=True)
    subscriber_birth_date = models.DateField(null=True, blank=True)
    subscriber_sex = models.CharField(max_length=1, choices=SEXES, blank=True)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "rank", "effective_from"], name="one_coverage_per_rank_and_start"
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="coverage_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payer} {self.member_id}"


class Consent(Scoped):
    """What a client has agreed to: `part2` lets claims of a substance use program leave, to the
    payer that it names. None: it names the client's payers as a class (42 CFR 2.31(a)(4))."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="consents")
    program = models.ForeignKey(
        Program, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=20, default="part2")
    payer = models.ForeignKey(
        Payer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True)
    revoked_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} of {self.client}"
