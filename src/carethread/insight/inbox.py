"""What came back to a clinician, and what waits for a supervisor."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from carethread.codes.roles import Role
from carethread.insight.ages import age_days
from carethread.insight.cases import COSIGN
from carethread.record.models import (
    Case,
    CaseKind,
    ClaimFinding,
    NoteVersion,
    Practitioner,
    User,
)

_MOST = 200
_TO_DO = (
    "Compare the note with what took place. Where it is wrong, correct it in an addendum; where it "
    "is right, tell billing so."
)


@dataclass(frozen=True, slots=True)
class Returned:
    """A case in the words of somebody who never saw a claim."""

    case: Case
    age_days: int
    days_left: int | None

    @property
    def is_open(self) -> bool:
        return bool(self.case.state == "open")

    @property
    def words(self) -> str:
        return self.case.clinical_words or self.case.title

    @property
    def to_do(self) -> str:
        """What its author can do. The cure of a refusal is written for billing; it stands in
        only where nobody has said in clinical words what is wrong."""
        for_author = self.case.kind == CaseKind.HELD or self.to_supervisor
        for_author = for_author or not self.case.clinical_words
        return self.case.cure if for_author else _TO_DO

    @property
    def to_supervisor(self) -> bool:
        """Whether the supervisor asks, before co-signing."""
        return bool(self.case.category == COSIGN)

    @property
    def findings(self) -> list[ClaimFinding]:
        """What keeps the claim here and is the author's to mend."""
        if self.case.kind != CaseKind.HELD or self.case.claim is None:
            return []
        rule = self.case.source.rpartition(":")[2]
        return list(self.case.claim.findings.filter(rule=rule, owner=Role.CLINICIAN.value))

    @property
    def by_addendum(self) -> bool:
        """Whether the note itself is where this is cured."""
        return all(finding.fix_kind in ("note", "") for finding in self.findings)


def returned(practitioner: Practitioner, now: datetime, today: date) -> list[Returned]:
    """Open items first, then those that the author has answered; most urgent first."""
    cases = (
        Case.objects.filter(author=practitioner, state__in=("open", "answered"))
        .select_related(
            "claim__client", "note__attendance__client", "note__current", "episode__client"
        )
        .order_by(F("state").desc(), F("due_on").asc(nulls_last=True), "opened_at")[:_MOST]
    )
    return [as_returned(case, now, today) for case in cases]


def as_returned(case: Case, now: datetime, today: date) -> Returned:
    """One case with its age and the days that are left to cure it."""
    return Returned(
        case,
        age_days(case.opened_at, now),
        (case.due_on - today).days if case.due_on else None,
    )


def to_cosign(supervisor: User) -> "QuerySet[NoteVersion]":
    """Current versions of notes of the people whom this user supervises, or did when they signed,
    without a supervisor's signature, oldest first; without those that are back with their author.
    """
    return _not_cosigned(supervisor).filter(~_is_back())


def sent_back(supervisor: User) -> "QuerySet[NoteVersion]":
    """Those that a supervisor returned, and whose author has not answered yet."""
    return _not_cosigned(supervisor).filter(_is_back())


def _is_back() -> Q:
    return Q(Exists(Case.objects.filter(note=OuterRef("note"), category=COSIGN, state="open")))


def _not_cosigned(supervisor: User) -> "QuerySet[NoteVersion]":
    return (
        NoteVersion.objects.filter(
            Q(author__supervisor__user=supervisor) | Q(supervising__user=supervisor),
            note__current=F("pk"),
        )
        .exclude(signatures__role="supervisor")
        .select_related("author", "note__attendance__client")
        .order_by("signed_at")
    )
