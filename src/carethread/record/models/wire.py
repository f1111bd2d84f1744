"""Chapter *wire*: files that went out and came in, byte for byte, and how each fared.

A file's bytes are stored before anything reads them. What is known about a file for ever
(`EdiFile`, `Interchange`) is append-only; how far it has come (`Delivery`) is not.
"""

from django.db import models
from django.db.models import Q

from carethread.record.models.people import User
from carethread.record.models.scoped import AppendOnly, Scoped


class Connection(Scoped):
    """A way to a clearinghouse or payer. `settings` names the host, folders and the key's place;
    secrets themselves stay outside the database.

    Of kind `core` it answers in real time and has no folders; every other kind carries files.
    `takes_270`: inquiries about coverage may go this way; `takes_276`: those about claims.
    """

    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, default="sftp")
    settings = models.JSONField(default=dict, blank=True)
    outbound_folder = models.CharField(max_length=200, blank=True)
    inbound_folder = models.CharField(max_length=200, blank=True)
    sender_id = models.CharField(max_length=15)
    receiver_id = models.CharField(max_length=15)
    receiver_name = models.CharField(max_length=60)
    takes_270 = models.BooleanField("takes questions about coverage", default=False)
    takes_276 = models.BooleanField("takes questions about claims", default=False)
    is_active = models.BooleanField(default=True)
    failures = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class ConnectionEvent(AppendOnly):
    """One line of a connection's history: what was set, by whom and why."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="history")
    words = models.CharField(max_length=500)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.words


class Counter(Scoped):
    """A gapless counter: control numbers, claim numbers. Taken under a row lock."""

    name = models.CharField(max_length=40)
    value = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "name"], name="counter_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class EdiFile(AppendOnly):
    """One file, in or out, as it was on the wire. The same bytes twice are one file."""

    connection = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.PROTECT, related_name="files"
    )
    direction = models.CharField(max_length=3, choices=[("in", "Received"), ("out", "Sent")])
    kind = models.CharField(max_length=5, blank=True)
    name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    raw = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "direction", "sha256"], name="same_bytes_are_one_file"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Interchange(AppendOnly):
    """One ISA of a file. A sender's control number is taken once."""

    file = models.ForeignKey(EdiFile, on_delete=models.PROTECT, related_name="interchanges")
    direction = models.CharField(max_length=3)
    sender_id = models.CharField(max_length=15)
    receiver_id = models.CharField(max_length=15)
    control_number = models.CharField(max_length=9)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "direction", "sender_id", "control_number"],
                name="interchange_number_once",
            )
        ]

    def __str__(self) -> str:
        return self.control_number


class Delivery(Scoped):
    """How far a file has come.

    Out: `built` → `uploading` → `uploaded` (under its temporary name) → `sent` (renamed).
    In: `received` → `read`, `duplicate`, or `quarantined` with its `reason`. A scan: `untyped` →
    `read`, once a check is typed from it.
    """

    file = models.OneToOneField(EdiFile, on_delete=models.PROTECT, related_name="delivery")
    state = models.CharField(max_length=12)
    reason = models.CharField(max_length=1000, blank=True)
    findings = models.JSONField(default=list, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(
                fields=["organization", "state"],
                condition=~Q(state__in=["sent", "read", "duplicate"]),
                name="deliveries_under_way",
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_id} {self.state}"


class RemoteFile(Scoped):
    """The durable cursor: a file that was seen on a connection, so that it is fetched once."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="seen")
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    modified_at = models.DateTimeField()
    file = models.ForeignKey(EdiFile, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "name", "size", "modified_at"], name="remote_file_seen_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
