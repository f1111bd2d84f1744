"""Chapter *rules*: what a center says of the scrubber's rules, and code tables that it loaded."""

from django.db import models
from django.db.models import Q

from carethread.record.models.claim import Claim
from carethread.record.models.coverage import Payer
from carethread.record.models.people import ROLES, User
from carethread.record.models.scoped import AppendOnly, Scoped


class ScrubRule(AppendOnly):
    """One version of what a center says of a rule; of a rule and payer the highest `number`
    counts.

    Of a built-in rule (`key` AUTH_UNITS ...): whether it is on. Of a rule of the center's own
    (`key` OWN_1 ...): all of it; `condition` is CEL (docs/payer-rules.md), `rows` the form's rows
    that made it (empty where it was typed). `payer` empty: for every payer.
    """

    key = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    payer = models.ForeignKey(
        Payer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_on = models.BooleanField()
    title = models.CharField(max_length=120, blank=True)
    condition = models.TextField(blank=True)
    rows = models.JSONField(default=dict, blank=True)
    message = models.CharField(max_length=300, blank=True)
    severity = models.CharField(
        max_length=5, choices=[("stops", "Stops"), ("warns", "Warns")], default="stops"
    )
    owner = models.CharField(max_length=20, choices=ROLES, default="biller")
    effective_from = models.DateField(null=True, blank=True)
    effective_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "key", "number"], name="rule_version_once"
            )
        ]

    @property
    def is_own(self) -> bool:
        return bool(self.condition)

    def __str__(self) -> str:
        return f"{self.key} version {self.number}"


class RuleSkip(AppendOnly):
    """A claim skips a rule once: asked for with a reason, approved by a second person where the
    policy says so, or taken back. It holds for `version`, the version that would leave next."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="skips")
    version = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=40)
    kind = models.CharField(
        max_length=8,
        choices=[("ask", "Asked"), ("approve", "Approved"), ("withdraw", "Taken back")],
    )
    needs_approval = models.BooleanField(default=True)
    reason = models.CharField(max_length=300, blank=True)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.rule} on {self.claim}: {self.kind}"


class LoadedTable(AppendOnly):
    """A file of codes that its owner publishes, as it was loaded: which, from when, by its hash."""

    kind = models.CharField(max_length=10)
    effective_from = models.DateField()
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    read = models.PositiveIntegerField("rows in the file")
    kept = models.PositiveIntegerField("rows kept")
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} from {self.effective_from}"


class LoadedRow(Scoped):
    """One row of the table that counts: a pair (`other`), a most (`value`), a wording (`words`).
    Loading the same kind anew replaces its rows; the file stays named in `LoadedTable`."""

    kind = models.CharField(max_length=10)
    code = models.CharField(max_length=11)
    other = models.CharField(max_length=5, blank=True)
    value = models.PositiveIntegerField(default=0)
    flag = models.CharField(max_length=2, blank=True)
    words = models.CharField(max_length=600, blank=True)
    effective_from = models.DateField(null=True, blank=True)
    effective_to = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "code", "other", "effective_from"],
                condition=Q(effective_from__isnull=False),
                name="loaded_row_once",
            )
        ]
        indexes = [models.Index(fields=["organization", "kind", "code"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.code} {self.other}".strip()
