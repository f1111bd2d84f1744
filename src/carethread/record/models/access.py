"""Chapter *access*: who looked at what, and who changed which fact or policy. Append-only."""

from django.db import models

from carethread.record.models.coverage import Client, Payer
from carethread.record.models.people import Program, User
from carethread.record.models.scoped import AppendOnly


class AccessEvent(AppendOnly):
    """One look at, or act on, a client's information; refusals too (`status` 403)."""

    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    action = models.CharField(max_length=60)
    client = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.PROTECT, related_name="accesses"
    )
    path = models.CharField(max_length=300)
    method = models.CharField(max_length=7)
    status = models.PositiveSmallIntegerField()
    address = models.CharField(max_length=45, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["organization", "client", "at"]),
            models.Index(fields=["organization", "user", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.path}"


class RecordChange(AppendOnly):
    """One fact of a row that people maintain became another: `field` of the `kind` (a client, a
    policy, a payer) with the id `row`, which was called `label` then. `client` says whose it is;
    without a `user` it was no person's doing at a screen."""

    kind = models.CharField(max_length=30)
    row = models.BigIntegerField()
    label = models.CharField(max_length=200)
    client = models.ForeignKey(
        Client, null=True, blank=True, on_delete=models.PROTECT, related_name="changes"
    )
    field = models.CharField(max_length=60)
    was = models.TextField(blank=True)
    became = models.TextField(blank=True)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "client"])]

    def __str__(self) -> str:
        return f"{self.field} of {self.label}"


class AccountEvent(AppendOnly):
    """One line of an account's history: opened, closed, roles given and taken; `by` whom."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="history")
    words = models.CharField(max_length=300)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.words


class PolicySetting(AppendOnly):
    """A policy's value from a date on, for the organization or one program or payer of it.
    The newest row whose date has come is in force; older rows are the history."""

    key = models.CharField(max_length=60)
    value = models.JSONField()
    program = models.ForeignKey(
        Program, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    payer = models.ForeignKey(
        Payer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    effective_from = models.DateField()
    reason = models.CharField(max_length=300, blank=True)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"
