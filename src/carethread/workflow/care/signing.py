"""What may be signed, and how it is frozen: for one note (`document`) and for a group's (`groups`).

Nothing here opens a transaction or takes a lock; whoever calls holds the note and its author.
"""

import hashlib
import json
from datetime import date, datetime, timedelta

from django.db.models import F, QuerySet

from carethread.codes import icd10
from carethread.codes.note_forms import sections
from carethread.record.compiled import compiled
from carethread.record.models import Note, NoteVersion, Practitioner, Signature, User
from carethread.record.policies import Settings
from carethread.record.statements import insert
from carethread.rules import group_note
from carethread.rules.perdiem import is_documentable
from carethread.workflow import gather
from carethread.workflow.common.errors import Problem
from carethread.workflow.common.reauthenticate import Proof

_LONGEST_SESSION = timedelta(hours=12)

# ----------------------------------------------------------------------------------- freezing


def frozen(note: Note, now: datetime, settings: Settings) -> NoteVersion:
    """The unsaved version that signing now would make; its hash covers the one before."""
    before = note.current
    assert note.starts_at is not None
    assert note.ends_at is not None
    late_after = timedelta(hours=settings.value("late_entry_hours"))
    version = NoteVersion(
        organization=note.organization,
        note=note,
        number=before.number + 1 if before else 1,
        kind="addendum" if before else "original",
        author=note.author,
        credential=note.author.credential,
        supervising=note.author.supervisor,
        service=note.service,
        starts_at=note.starts_at,
        ends_at=note.ends_at,
        telehealth=note.telehealth,
        place_of_service=note.place_of_service,
        diagnoses=list(note.diagnoses),
        content=dict(note.content),
        attended=note.attended,
        reason=note.reason,
        is_late=now - note.ends_at > late_after,
        signed_at=now,
        previous_hash=before.hash if before else "",
    )
    version.hash = fingerprint(version)
    return version


_SAID = (
    "service", "starts_at", "ends_at", "telehealth", "place_of_service", "diagnoses", "content",
    "attended",
)  # fmt: skip


def says_the_same(note: Note) -> bool:
    """Whether an addendum, as far as it is written, says nothing else than what is signed."""
    before = note.current
    return before is not None and all(getattr(note, x) == getattr(before, x) for x in _SAID)


def fingerprint(version: NoteVersion) -> str:
    """SHA-256 over everything that was signed and the hash of the version before it."""
    signed = {
        "note": version.note_id,
        "number": version.number,
        "author": version.author_id,
        "credential": version.credential,
        "service": version.service,
        "starts_at": version.starts_at.astimezone().timestamp(),
        "ends_at": version.ends_at.astimezone().timestamp(),
        "telehealth": version.telehealth,
        "place_of_service": version.place_of_service,
        "diagnoses": version.diagnoses,
        "content": version.content,
        "reason": version.reason,
        "signed_at": version.signed_at.astimezone().timestamp(),
        "previous": version.previous_hash,
    }
    if not version.attended:
        signed["attended"] = False
    return hashlib.sha256(json.dumps(signed, sort_keys=True).encode()).hexdigest()


# ----------------------------------------------------------------------------------- refusing


def problems(note: Note, now: datetime, settings: Settings) -> list[Problem]:
    """Everything that keeps a draft from being signed."""
    found = [
        *(time_problems(note, now) if note.attended else ()),
        *content_problems(note, settings),
    ]
    if found or not note.attended:
        return found
    assert note.starts_at is not None
    assert note.ends_at is not None
    other = overlapping(
        note.author_id, note.starts_at, note.ends_at, session_id=note.attendance.session_id
    )
    return [elsewhere(other)] if other else []


def time_problems(note: Note, now: datetime) -> list[Problem]:
    if note.starts_at is None:
        return [Problem("starts_at", "When did the session start?")]
    if note.ends_at is None:
        return [Problem("ends_at", "When did the session end?")]
    if note.ends_at <= note.starts_at:
        return [Problem("ends_at", "The session must end after it starts.")]
    if note.ends_at - note.starts_at > _LONGEST_SESSION:
        return [Problem("ends_at", "A session longer than 12 hours cannot be right.")]
    if note.ends_at > now:
        return [Problem("ends_at", "The session has not ended yet. Sign when it has.")]
    return _outside_its_group(note)


def _outside_its_group(note: Note) -> list[Problem]:
    """Nobody attends a group while it does not meet."""
    session = note.attendance.session
    if session.kind != "group" or session.starts_at is None or session.ends_at is None:
        return []
    met = " to ".join(
        f"{gather.local(note.organization, moment):%H:%M}"
        for moment in (session.starts_at, session.ends_at)
    )
    said = f"The group met from {met}."
    assert note.starts_at is not None
    assert note.ends_at is not None
    early = [Problem("starts_at", said)] if note.starts_at < session.starts_at else []
    return early + ([Problem("ends_at", said)] if note.ends_at > session.ends_at else [])


def _scale_problems(note: Note) -> list[Problem]:
    """A measure holds points of its scale."""
    return [
        Problem(
            f"content.{section.key}",
            f"{section.label} is a whole number from 0 to {section.measures.most}.",
        )
        for section in sections(note.service, note.content)
        if section.measures
        and (text := str(note.content.get(section.key, "")))
        and section.measures.points(text) is None
    ]


def content_problems(note: Note, settings: Settings) -> list[Problem]:
    of_group = note.attendance.session.kind == "group"
    found = _group_problems(note) if of_group else []
    found += _scale_problems(note)
    if not note.diagnoses:
        found.append(
            Problem("diagnoses", "Choose at least one diagnosis that this session treats.")
        )
    on = gather.service_date(note.organization, note.starts_at) if note.starts_at else None
    if not _is_offered(note, on or date.max, settings):
        found.append(Problem("service", "Choose the service from the list."))
    found += [
        Problem("diagnoses", f"{code} is not a diagnosis code on that day. Choose it anew.")
        for code in note.diagnoses
        if on and not icd10.exists(code, on)
    ]
    if not of_group and not any(text.strip() for text in note.content.values()):
        found.append(Problem("content", "The note is empty. Describe the session before you sign."))
    if note.current_id and not note.reason.strip():
        found.append(Problem("reason", "Say why this addendum is needed."))
    return found


def _is_offered(note: Note, on: date, settings: Settings) -> bool:
    """Whether the service may be documented: by the program's tables or, where those lack it, by
    those of the client's payer."""
    program, client = note.attendance.session.program, note.attendance.client
    level = program.level_of_care
    tables = settings.tables(on, program_id=program.pk, payer_id=None)
    if is_documentable(note.service, level, tables):
        return True
    coverage = gather.coverage_on(client, on)
    if coverage is None:
        return False
    theirs = settings.tables(on, program_id=program.pk, payer_id=coverage.payer_id)
    return is_documentable(note.service, level, theirs)


def _group_problems(note: Note) -> list[Problem]:
    """A client's chart names no other client; what is said of them is said of them alone."""
    others = (
        note.attendance.session.attendances.exclude(client=note.attendance.client_id)
        .values_list("client__first_name", "client__last_name")
        .order_by("pk")
    )
    client = note.attendance.client
    own = (client.first_name, client.last_name)
    named = group_note.named_in(note.content.values(), others, but=own)
    found = [
        Problem(
            "content",
            f"“{name}” is in the group as well: what stands in the chart of {client.name} may not "
            "name another client.",
        )
        for name in named
    ]
    if note.attended and not group_note.individual(note.content):
        found.append(Problem("content", f"Say something of {client.name} alone."))
    return found


def overlapping(
    author_id: int, starts: datetime, ends: datetime, *, session_id: int
) -> NoteVersion | None:
    """A signed service of the author at that time, in another session."""
    found = _sessions_between(
        author=author_id,
        since=starts - _LONGEST_SESSION,
        starts=starts,
        ends=ends,
        session=session_id,
    )
    return found[0] if found else None


def elsewhere(version: NoteVersion) -> Problem:
    """What to say of a session that overlaps another one."""
    start = gather.local(version.organization, version.starts_at)
    return Problem(
        "starts_at",
        f"You documented another session at this time, with "
        f"{version.note.attendance.client.name} from {start:%H:%M}. Correct the times of one of "
        "the two.",
    )


@compiled
def _sessions_between(
    author: int, since: datetime, starts: datetime, ends: datetime, session: int
) -> "QuerySet[NoteVersion]":
    """Signed services of an author that overlap a time, in other sessions than that one; what began
    before `since` has ended."""
    return (
        NoteVersion.objects.filter(
            author=author,
            starts_at__gte=since,
            starts_at__lt=ends,
            ends_at__gt=starts,
            note__current=F("pk"),
            attended=True,
        )
        .exclude(note__attendance__session=session)
        .select_related("organization", "note__attendance__client")
    )


def supervisor_of(version: NoteVersion, user: User) -> Practitioner | None:
    """The user as supervisor of the version's author: now, or when it was signed."""
    both = (version.author.supervisor, version.supervising)
    return next((one for one in both if one is not None and one.user_id == user.pk), None)


def put_signature(
    version: NoteVersion,
    role: str,
    user: User,
    practitioner: Practitioner,
    proof: Proof,
    now: datetime,
) -> Signature:
    signature = Signature(
        organization_id=version.organization_id,
        note_version=version,
        practitioner=practitioner,
        user=user,
        role=role,
        printed_name=str(practitioner),
        method=proof.method,
        signed_at=now,
    )
    insert(signature)
    return signature
