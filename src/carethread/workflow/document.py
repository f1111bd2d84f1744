"""What happens when a note is written and signed.

Read `sign` from top to bottom: the version is frozen, the signature put under it, the charge
made, the authorization's units taken and the coming claim scrubbed, in one transaction. There
is no other way for a charge to come into being.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from carethread.codes import icd10
from carethread.record.compiled import compiled
from carethread.record.models import (
    Appointment,
    Attendance,
    Case,
    CaseEvent,
    Episode,
    Note,
    NoteVersion,
    Practitioner,
    Session,
    Signature,
    User,
)
from carethread.record.policies import effective
from carethread.rules.finding import Finding
from carethread.rules.perdiem import is_documentable
from carethread.workflow import bill, charging, gather
from carethread.workflow.charging import ChargedLine
from carethread.workflow.errors import Problem, Refused, refuse
from carethread.workflow.reauthenticate import Proof

_LONGEST_SESSION = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the editor. Everything may be missing until it is signed; times are aware
    datetimes, diagnoses ranked ICD-10-CM codes (with or without their point)."""

    service: str
    starts_at: datetime | None
    ends_at: datetime | None
    telehealth: str = ""
    place_of_service: str = "11"
    diagnoses: Sequence[str] = ()
    content: dict[str, str] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What signing would create: lines, the payer, what the scrubber would say, and what still
    keeps the note from being signed."""

    lines: tuple[ChargedLine, ...]
    payer: str
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature created. `already` says that it had been signed before this call, and
    that this call did nothing."""

    version: NoteVersion
    lines: tuple[ChargedLine, ...]
    payer: str
    findings: tuple[Finding, ...]
    already: bool = False


# ----------------------------------------------------------------------------------- writing


@transaction.atomic
def open_note(appointment: Appointment, *, now: datetime) -> Note:
    """The note of an appointment: the one that exists, or a draft made from what is known."""
    appointment = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("program__site", "practitioner", "organization")
        .get(pk=appointment.pk)
    )
    existing = Note.objects.filter(attendance__session__appointment=appointment).first()
    if existing is not None:
        return existing
    episode = _episode(appointment)
    session = Session.objects.create(
        organization=appointment.organization,
        appointment=appointment,
        practitioner=appointment.practitioner,
        program=appointment.program,
        site=appointment.program.site,
    )
    attendance = Attendance.objects.create(
        organization=appointment.organization,
        session=session,
        client=appointment.client,
        episode=episode,
    )
    return Note.objects.create(
        organization=appointment.organization,
        attendance=attendance,
        author=appointment.practitioner,
        service=appointment.service,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        telehealth=appointment.telehealth,
        place_of_service=_place(appointment),
        diagnoses=_diagnoses(episode),
        created_at=now,
        saved_at=now,
    )


def save_draft(note: Note, draft: Draft, *, now: datetime) -> Note:
    """Keep what was typed, finished or not. Refused once the note is signed."""
    with transaction.atomic():
        note = _locked(note)
        if note.status == "signed":
            raise refuse(
                "This note is signed and cannot be changed. Write an addendum to correct it."
            )
        note.service = draft.service[:40]
        note.starts_at, note.ends_at = draft.starts_at, draft.ends_at
        note.telehealth, note.place_of_service = draft.telehealth[:5], draft.place_of_service[:2]
        note.diagnoses = _clean_codes(draft.diagnoses)
        note.content = {key: text for key, text in draft.content.items() if text.strip()}
        note.reason = draft.reason[:500]
        note.saved_at = now
        note.save()
    return note


@transaction.atomic
def begin_addendum(note: Note, *, user: User, now: datetime) -> Note:
    """Open a signed note for its author's addendum. The signed version stays as it is."""
    note = _locked(note)
    _require_author(note, user)
    if note.status == "signed":
        note.status, note.reason, note.saved_at = "amending", "", now
        note.save(update_fields=["status", "reason", "saved_at"])
    return note


def preview(note: Note, *, now: datetime) -> Preview:
    """What signing the draft now would create: it is really done, and rolled back."""
    problems = tuple(_problems(note, now))
    if any(problem.field in {"starts_at", "ends_at", "service"} for problem in problems):
        return Preview((), "", (), problems)
    with transaction.atomic():
        note = _locked(note)
        version = _frozen(note, now)
        version.save(force_insert=True)
        charged = charging.charge(version, now=now)
        transaction.set_rollback(True)
    # The one thing that a draft cannot have yet, and that needs no telling.
    findings = tuple(f for f in charged.findings if f.rule != "NOTE_SIGNED")
    return Preview(charged.lines, charged.payer, findings, problems)


# ----------------------------------------------------------------------------------- signing


@transaction.atomic
def sign(note: Note, *, user: User, proof: Proof, now: datetime) -> Signed:
    """Sign the draft: freeze it, sign it, charge it. All or nothing, and once.

    Signing what is signed already gives back what that signature created. Raises `Refused`
    with every problem that keeps the note from being signed.
    """
    note = _locked(note, with_author=True)
    _require_author(note, user)
    if note.status == "signed" and note.current is not None:
        return _signed_before(note)
    if not proof.holds_for(user, now):
        raise refuse("Please enter your password again to sign.", "password")
    if problems := list(_problems(note, now)):
        raise Refused(*problems)

    version = _frozen(note, now)
    version.save(force_insert=True)
    _put_signature(version, "author", user, note.author, proof)
    note.status, note.current = "signed", version
    note.save(update_fields=["status", "current"])
    _keep_appointment(note)
    if version.number > 1:
        _answer_cases(note, user, now)
    charged = charging.charge(version, now=now)
    return Signed(version, charged.lines, charged.payer, charged.findings)


@transaction.atomic
def cosign(version: NoteVersion, *, user: User, proof: Proof, now: datetime) -> Signature:
    """A supervisor's signature under a supervisee's note. Once; then the claim may leave."""
    note = _locked(version.note)
    supervisor = version.author.supervisor
    if supervisor is None or supervisor.user_id != user.pk:
        raise refuse("Only the author's supervisor can co-sign this note.")
    existing = Signature.objects.filter(note_version=version, role="supervisor").first()
    if existing is not None:
        return existing
    if note.current_id != version.pk:
        raise refuse("An addendum has replaced this version. Please co-sign the newest one.")
    if not proof.holds_for(user, now):
        raise refuse("Please enter your password again to co-sign.", "password")
    return _put_signature(version, "supervisor", user, supervisor, proof)


def _signed_before(note: Note) -> Signed:
    assert note.current is not None
    charged = charging.as_charged(note.current)
    return Signed(note.current, charged.lines, charged.payer, charged.findings, already=True)


def _put_signature(
    version: NoteVersion, role: str, user: User, practitioner: Practitioner, proof: Proof
) -> Signature:
    signature = Signature(
        organization_id=version.organization_id,
        note_version=version,
        practitioner=practitioner,
        user=user,
        role=role,
        printed_name=str(practitioner),
        method=proof.method,
        signed_at=proof.at,
    )
    signature.save(force_insert=True)
    return signature


def _keep_appointment(note: Note) -> None:
    if appointment := note.attendance.session.appointment_id:
        Appointment.objects.filter(pk=appointment, status="scheduled").update(status="kept")


def _answer_cases(note: Note, user: User, now: datetime) -> None:
    """An author's signature answers every open question about the note."""
    for case in Case.objects.select_for_update().filter(note=note, state="open"):
        case.state = "answered"
        case.save(update_fields=["state"])
        if case.claim is not None:
            bill.answered(case.claim, note.author.name, now=now)
        CaseEvent.objects.create(
            organization_id=case.organization_id,
            case=case,
            words=f"{note.author} signed version {note.current.number if note.current else ''}.",
            user=user,
            at=now,
        )


# ----------------------------------------------------------------------------------- freezing


def _frozen(note: Note, now: datetime) -> NoteVersion:
    """The unsaved version that signing now would make; its hash covers the one before."""
    before = note.current
    assert note.starts_at is not None
    assert note.ends_at is not None
    late_after = timedelta(
        hours=effective("late_entry_hours", on=gather.service_date(note.organization, now)).value
    )
    version = NoteVersion(
        organization=note.organization,
        note=note,
        number=before.number + 1 if before else 1,
        kind="addendum" if before else "original",
        author=note.author,
        credential=note.author.credential,
        service=note.service,
        starts_at=note.starts_at,
        ends_at=note.ends_at,
        telehealth=note.telehealth,
        place_of_service=note.place_of_service,
        diagnoses=list(note.diagnoses),
        content=dict(note.content),
        reason=note.reason,
        is_late=now - note.ends_at > late_after,
        signed_at=now,
        previous_hash=before.hash if before else "",
    )
    version.hash = fingerprint(version)
    return version


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
    return hashlib.sha256(json.dumps(signed, sort_keys=True).encode()).hexdigest()


# ----------------------------------------------------------------------------------- refusing


def _problems(note: Note, now: datetime) -> list[Problem]:
    """Everything that keeps a draft from being signed."""
    found = [*_time_problems(note, now), *_content_problems(note)]
    if not found and (other := _overlapping(note)) is not None:
        with_whom = other.note.attendance.client.name
        start = gather.local(note.organization, other.starts_at)
        found.append(
            Problem(
                "starts_at",
                f"You documented another session at this time, with {with_whom} from "
                f"{start:%H:%M}. Correct the times of one of the two.",
            )
        )
    return found


def _time_problems(note: Note, now: datetime) -> list[Problem]:
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
    return []


def _content_problems(note: Note) -> list[Problem]:
    found = []
    if not is_documentable(note.service, note.attendance.session.program.level_of_care):
        found.append(Problem("service", "Choose the service from the list."))
    if not note.diagnoses:
        found.append(
            Problem("diagnoses", "Choose at least one diagnosis that this session treats.")
        )
    on = gather.service_date(note.organization, note.starts_at) if note.starts_at else None
    found += [
        Problem("diagnoses", f"{code} is not a diagnosis code on that day. Choose it anew.")
        for code in note.diagnoses
        if on and not icd10.exists(code, on)
    ]
    if not any(text.strip() for text in note.content.values()):
        found.append(Problem("content", "The note is empty. Describe the session before you sign."))
    if note.current_id and not note.reason.strip():
        found.append(Problem("reason", "Say why this addendum is needed."))
    return found


def _overlapping(note: Note) -> NoteVersion | None:
    """Another signed session of the author at the same time."""
    assert note.starts_at is not None
    assert note.ends_at is not None
    found = _sessions_between(
        author=note.author_id,
        since=note.starts_at - _LONGEST_SESSION,
        starts=note.starts_at,
        ends=note.ends_at,
        note=note.pk,
    )
    return found[0] if found else None


@compiled
def _sessions_between(
    author: int, since: datetime, starts: datetime, ends: datetime, note: int
) -> "QuerySet[NoteVersion]":
    """Signed sessions of an author that overlap a time; what began before `since` has ended."""
    return (
        NoteVersion.objects.filter(
            author=author,
            starts_at__gte=since,
            starts_at__lt=ends,
            ends_at__gt=starts,
            note__current=F("pk"),
        )
        .exclude(note=note)
        .select_related("note__attendance__client")
    )


def _require_author(note: Note, user: User) -> None:
    if note.author.user_id != user.pk:
        raise refuse("Only the author of a note can sign or amend it.")


# ----------------------------------------------------------------------------------- reading


def _locked(note: Note, *, with_author: bool = False) -> Note:
    """The note as it is now; its current version is read when asked for (see `locks`). Two
    sessions of one clinician at one time are impossible: whoever signs holds the author too."""
    (locked,) = (_note_and_author if with_author else _note)(note=note.pk)
    return locked


@compiled
def _note(note: int) -> "QuerySet[Note]":
    return _notes(note).select_for_update(of=("self",))


@compiled
def _note_and_author(note: int) -> "QuerySet[Note]":
    return _notes(note).select_for_update(of=("self", "author"))


def _notes(note: int) -> "QuerySet[Note]":
    return Note.objects.filter(pk=note).select_related(
        "organization", "author__supervisor", *gather.NOTE_PARTS
    )


def _episode(appointment: Appointment) -> Episode:
    episode = (
        Episode.objects.filter(
            client=appointment.client,
            program=appointment.program,
            admitted_on__lte=gather.service_date(appointment.organization, appointment.starts_at),
        )
        .order_by("discharged_on", "-admitted_on")
        .first()
    )
    if episode is None:
        raise refuse(
            f"{appointment.client} is not admitted to {appointment.program}. "
            "Ask intake to admit the client first."
        )
    return episode


def _diagnoses(episode: Episode) -> list[str]:
    return list(
        episode.diagnoses.filter(resolved_on__isnull=True)
        .order_by("rank")
        .values_list("code", flat=True)
    )


def _place(appointment: Appointment) -> str:
    """Place of service 10 for telehealth at the client's home, else the site's own."""
    return "10" if appointment.telehealth else appointment.program.site.place_of_service


def _clean_codes(codes: Sequence[str]) -> list[str]:
    cleaned = (code.replace(".", "").strip().upper()[:7] for code in codes)
    return list(dict.fromkeys(code for code in cleaned if code))
