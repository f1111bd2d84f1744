"""Chapter *chart*: what was planned, what took place, and what was documented and signed.

A note has one working draft (its own columns) and immutable versions. The draft is scratch
paper; everything that follows a signature refers to a `NoteVersion`, which never changes.
"""

from django.db import models
from django.db.models import F, Q

from carethread.record.models.coverage import Client
from carethread.record.models.people import Practitioner, Program, Site, User
from carethread.record.models.scoped import AppendOnly, Scoped

TELEHEALTH = [("", "In person"), ("video", "Video"), ("audio", "Audio only")]
SESSION_KINDS = [("individual", "Individual"), ("group", "Group"), ("day", "Program day")]
ATTENDANCE = [
    ("expected", "Expected"),
    ("present", "Present"),
    ("no_show", "No-show"),
    ("cancelled", "Cancelled"),
]


class Episode(Scoped):
    """A client's stay with a program, from admission to discharge.

    What an institutional claim says of it: `admission_type` and `admission_source` (CL101,
    CL102), the hours of admission and discharge, and `discharge_status` (CL103; empty while the
    client is still in care, which is billed as 30).
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="episodes")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="episodes")
    attending = models.ForeignKey(
        Practitioner, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    admitted_on = models.DateField()
    admitted_at = models.TimeField("hour of admission", null=True, blank=True)
    admission_type = models.CharField(max_length=1, default="3")
    admission_source = models.CharField(max_length=1, default="1")
    discharged_on = models.DateField(null=True, blank=True)
    discharged_at = models.TimeField("hour of discharge", null=True, blank=True)
    discharge_status = models.CharField(max_length=2, blank=True)
    discharge_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "program"],
                condition=Q(discharged_on__isnull=True),
                name="one_open_episode_per_program",
            )
        ]

    def __str__(self) -> str:
        return f"{self.client} in {self.program}"


class Stay(Scoped):
    """A stretch of an episode at one level of care (that of `program`): detox, then residential.
    An episode without stays is at its own program's level throughout. `ends_on` is the first day
    on which the client is no longer there."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="stays")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="stays")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["episode"], condition=Q(ends_on__isnull=True), name="one_open_stay"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="stay_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.program} from {self.starts_on}"


class CensusEntry(AppendOnly):
    """Whether a client was in the house at the midnight that ends `day`. A correction is another
    entry with a higher `number`; the highest counts."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="census")
    day = models.DateField()
    number = models.PositiveSmallIntegerField(default=1)
    is_present = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "census entries"
        constraints = [
            models.UniqueConstraint(fields=["episode", "day", "number"], name="census_entry_once")
        ]
        indexes = [models.Index(fields=["organization", "day"])]

    def __str__(self) -> str:
        return f"{'in' if self.is_present else 'out'} on {self.day}"


class Diagnosis(Scoped):
    """A diagnosis of an episode: dated and ranked, offered to each new note."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="diagnoses")
    code = models.CharField("ICD-10-CM code without its point", max_length=7)
    rank = models.PositiveSmallIntegerField()
    diagnosed_on = models.DateField()
    resolved_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["episode", "rank"],
                condition=Q(resolved_on__isnull=True),
                name="one_open_diagnosis_per_rank",
            )
        ]

    def __str__(self) -> str:
        return self.code


class TreatmentPlan(Scoped):
    """What care a client is to receive; must be active and signed for a service to be billed."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="plans")
    effective_from = models.DateField()
    effective_to = models.DateField()
    services = models.JSONField(default=list, blank=True)
    goals = models.JSONField(default=list, blank=True)
    signed_by = models.ForeignKey(
        Practitioner, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"plan from {self.effective_from}"


class Appointment(Scoped):
    """An expected session. `series` is the first of the weekly sessions that were booked at once,
    also of that one itself; none for a single session. `arrived_at` is when the front desk checked
    the client in; what took place is the note's to say."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="appointments")
    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.PROTECT, related_name="appointments"
    )
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    service = models.CharField(max_length=40)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    telehealth = models.CharField(max_length=5, choices=TELEHEALTH, blank=True)
    status = models.CharField(
        max_length=10,
        choices=[
            ("scheduled", "Scheduled"),
            ("kept", "Kept"),
            ("no_show", "No-show"),
            ("cancelled", "Cancelled"),
        ],
        default="scheduled",
    )
    series = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="weekly"
    )
    arrived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="appointment_ends_after_it_starts"
            ),
            models.UniqueConstraint(
                fields=["practitioner", "client", "starts_at"], name="appointment_once"
            ),
        ]
        indexes = [models.Index(fields=["organization", "practitioner", "starts_at"])]

    def __str__(self) -> str:
        return f"{self.client} with {self.practitioner} at {self.starts_at:%Y-%m-%d %H:%M}"


class Group(Scoped):
    """A group that a program runs: who leads it, what it is billed as, when it meets.
    `weekdays` are 0 (Monday) to 6; `capacity` is the center's own limit."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="groups")
    name = models.CharField(max_length=80)
    service = models.CharField(max_length=40)
    facilitator = models.ForeignKey(
        Practitioner, on_delete=models.PROTECT, related_name="facilitated_groups"
    )
    co_facilitator = models.ForeignKey(
        Practitioner, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    weekdays = models.JSONField(default=list, blank=True)
    starts_at = models.TimeField()
    minutes = models.PositiveSmallIntegerField(default=60)
    capacity = models.PositiveSmallIntegerField(default=12)
    telehealth = models.CharField(max_length=5, choices=TELEHEALTH, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(co_facilitator__isnull=True) | ~Q(co_facilitator=F("facilitator")),
                name="two_facilitators_are_two_people",
            )
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(Scoped):
    """A client on a group's roster. `ends_on` is the last day."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="members")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="groups")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "episode"],
                condition=Q(ends_on__isnull=True),
                name="on_a_roster_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.episode.client} in {self.group}"


class Session(Scoped):
    """One session that is taking or took place.

    `individual`: one attendance, whose note holds the times. `group`: the roster's attendances,
    the session's own times, and in `content` the part of the note that is written once for all.
    `day`: one program day (`day`) of a per diem, an attendance for each client who is billed it.
    """

    kind = models.CharField(max_length=10, choices=SESSION_KINDS, default="individual")
    appointment = models.OneToOneField(
        Appointment, null=True, blank=True, on_delete=models.PROTECT, related_name="session"
    )
    group = models.ForeignKey(
        Group, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    practitioner = models.ForeignKey(
        Practitioner, on_delete=models.PROTECT, related_name="sessions"
    )
    co_facilitator = models.ForeignKey(
        Practitioner, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField(null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    content = models.JSONField("the part written once for the group", default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "starts_at"], name="group_session_once"),
            models.UniqueConstraint(
                fields=["program", "day"], condition=Q(kind="day"), name="program_day_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="individual", group__isnull=True)
                | Q(kind="group", group__isnull=False, starts_at__isnull=False)
                | Q(kind="day", group__isnull=True, day__isnull=False),
                name="session_is_of_one_kind",
            ),
        ]
        indexes = [models.Index(fields=["organization", "day"])]

    def __str__(self) -> str:
        return f"session {self.pk}"


class Attendance(Scoped):
    """One client's presence in one session. What is billed hangs on this, never on a roster.

    In a group, `arrived_at` and `left_at` say who came late or left early; whoever was there from
    its start to its end has neither.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="attendances")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="attendances")
    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="attendances")
    status = models.CharField(max_length=10, choices=ATTENDANCE, default="present")
    arrived_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    telehealth = models.CharField(max_length=5, choices=TELEHEALTH, blank=True)
    is_walk_in = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "client"], name="client_attends_once"),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | Q(left_at__gte=F("arrived_at")),
                name="leaves_after_arriving",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client} in session {self.session_id}"


class Note(Scoped):
    """The documentation of one attendance. Its columns are the draft; what was signed is in
    its versions. `status` is draft, signed, or amending (an addendum is being written)."""

    attendance = models.OneToOneField(Attendance, on_delete=models.PROTECT, related_name="note")
    author = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="notes")
    status = models.CharField(
        max_length=8,
        choices=[("draft", "Draft"), ("signed", "Signed"), ("amending", "Addendum in progress")],
        default="draft",
    )
    service = models.CharField(max_length=40)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    telehealth = models.CharField(max_length=5, choices=TELEHEALTH, blank=True)
    place_of_service = models.CharField(max_length=2, default="11")
    diagnoses = models.JSONField("ranked codes", default=list, blank=True)
    content = models.JSONField(default=dict, blank=True)
    attended = models.BooleanField("the client was there", default=True)
    reason = models.CharField("why an addendum", max_length=500, blank=True)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    current = models.OneToOneField(
        "NoteVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        indexes = [models.Index(fields=["organization", "author", "status"])]

    def __str__(self) -> str:
        return f"note {self.pk}"


class NoteVersion(AppendOnly):
    """A note as it was signed, for ever. `hash` chains over the previous version's; `supervising`
    is who supervised its author then. Not `attended`: an addendum says that the client of a group
    was not there after all."""

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(
        max_length=8, choices=[("original", "Original"), ("addendum", "Addendum")]
    )
    author = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    credential = models.CharField(max_length=12)
    supervising = models.ForeignKey(
        Practitioner, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    service = models.CharField(max_length=40)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    telehealth = models.CharField(max_length=5, choices=TELEHEALTH, blank=True)
    place_of_service = models.CharField(max_length=2)
    diagnoses = models.JSONField()
    content = models.JSONField()
    attended = models.BooleanField(default=True)
    reason = models.CharField(max_length=500, blank=True)
    is_late = models.BooleanField("late entry", default=False)
    signed_at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["note", "number"], name="note_version_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_it_starts"
            ),
        ]
        indexes = [models.Index(fields=["organization", "author", "starts_at"])]

    @property
    def minutes(self) -> int:
        """Whole minutes between start and stop."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    def __str__(self) -> str:
        return f"note {self.note_id} version {self.number}"


class Signature(AppendOnly):
    """Somebody's signature under a note version: the author's, or a supervisor's co-signature."""

    note_version = models.ForeignKey(
        NoteVersion, on_delete=models.PROTECT, related_name="signatures"
    )
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(
        max_length=10, choices=[("author", "Author"), ("supervisor", "Supervisor")]
    )
    printed_name = models.CharField(max_length=120)
    method = models.CharField(max_length=20, default="password")
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["note_version", "role"], name="signed_once_per_role")
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.printed_name}"


class DischargeSummary(Scoped):
    """What a discharge leaves to be written: due by `due_on`, a draft until it is signed. While it
    is not, claims that touch the episode's last days wait. `is_amending`: its author has opened
    the signed text to correct it."""

    episode = models.OneToOneField(
        Episode, on_delete=models.PROTECT, related_name="discharge_summary"
    )
    author = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    content = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    current = models.OneToOneField(
        "DischargeSummaryVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_amending = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "discharge summaries"

    @property
    def is_signed(self) -> bool:
        return self.current_id is not None

    @property
    def is_open(self) -> bool:
        """Whether its author may write in it: until it is signed, and while it is amended."""
        return self.is_amending or not self.is_signed

    def __str__(self) -> str:
        return f"discharge summary of {self.episode}"


class DischargeSummaryVersion(AppendOnly):
    """A discharge summary as it was signed, for ever. `hash` chains over the version before."""

    summary = models.ForeignKey(DischargeSummary, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    discharge = models.JSONField("day, hour, status and reason, as they stood")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    printed_name = models.CharField(max_length=120)
    method = models.CharField(max_length=20)
    signed_at = models.DateTimeField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["summary", "number"], name="summary_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.summary} version {self.number}"
