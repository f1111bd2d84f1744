"""What happens when a note is written and signed.

Read `sign` from top to bottom: the version is frozen, the signature put under it, the charge
made, the authorization's units taken and the coming claim scrubbed, in one transaction. There
is no other way for a charge to come into being.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from carethread.codes.levels import Basis, basis
from carethread.record.compiled import compiled
from carethread.record.models import (
    Appointment,
    Attendance,
    Case,
    Diagnosis,
    Episode,
    Note,
    NoteVersion,
    Session,
    Signature,
    Site,
    User,
)
from carethread.record.policies import Settings
from carethread.record.statements import insert, turn, update
from carethread.rules.cloned import Copy, Earlier, copies
from carethread.rules.finding import Finding
from carethread.rules.words import day
from carethread.workflow import follow_up, gather
from carethread.workflow.care import signing
from carethread.workflow.casework import history
from carethread.workflow.claims import charging, holding
from carethread.workflow.claims.charging import ChargedLine
from carethread.workflow.common.errors import Problem, Refused, refuse
from carethread.workflow.common.locks import locked
from carethread.workflow.common.reauthenticate import Proof
from carethread.workflow.common.stale import refuse_stale


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the editor. Everything may be missing until it is signed; times are aware
    datetimes, diagnoses ranked ICD-10-CM codes (with or without their point). `attended`: whether
    a client of a group was there at all."""

    service: str
    starts_at: datetime | None
    ends_at: datetime | None
    telehealth: str = ""
    place_of_service: str = "11"
    diagnoses: Sequence[str] = ()
    content: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    attended: bool = True


@dataclass(frozen=True, slots=True)
class Preview:
    """What signing would create: lines, the payer, what the scrubber would say, what still keeps
    the note from being signed, and what in it was written before, word for word. `unchanged`: an
    addendum that says nothing else than what is signed."""

    lines: tuple[ChargedLine, ...]
    payer: str
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    copies: tuple[Copy, ...] = ()
    unchanged: bool = False


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

_OFF = ("no_show", "cancelled")
_DID_NOT_TAKE_PLACE = (
    "This session was called off, or nobody came: there is nothing to write. Where one did take "
    "place, put it into the schedule."
)


@transaction.atomic
def open_note(appointment: Appointment, *, now: datetime) -> Note:
    """The note of an appointment: the one that exists, or a draft made from what is known."""
    appointment = locked(appointment, "program__site", "practitioner", "organization")
    existing = Note.objects.filter(attendance__session__appointment=appointment).first()
    if existing is not None:
        return existing
    if appointment.status in _OFF:
        raise refuse(_DID_NOT_TAKE_PLACE)
    episode = _episode(appointment)
    session = insert(
        Session(
            organization=appointment.organization,
            appointment=appointment,
            practitioner=appointment.practitioner,
            program=appointment.program,
            site=appointment.program.site,
        )
    )
    attendance = insert(
        Attendance(
            organization=appointment.organization,
            session=session,
            client=appointment.client,
            episode=episode,
        )
    )
    return insert(
        Note(
            organization=appointment.organization,
            attendance=attendance,
            author=appointment.practitioner,
            service=appointment.service,
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            telehealth=appointment.telehealth,
            place_of_service=place_of(appointment.telehealth, appointment.program.site),
            diagnoses=diagnoses_of(episode),
            created_at=now,
            saved_at=now,
        )
    )


def save_draft(note: Note, draft: Draft, *, now: datetime, seen: str | None = None) -> Note:
    """Keep what was typed, finished or not. Refused once the note is signed. `seen` is the stamp of
    the moment of saving that the writer had before them; None: what is typed counts."""
    with transaction.atomic():
        note = _locked(note)
        if note.status == "signed":
            raise refuse(
                "This note is signed and cannot be changed. Write an addendum to correct it."
            )
        _refuse_group_draft(note)
        refuse_stale(note.saved_at, seen)
        note.service = draft.service[:40]
        note.starts_at, note.ends_at = draft.starts_at, draft.ends_at
        note.telehealth, note.place_of_service = draft.telehealth[:5], draft.place_of_service[:2]
        note.diagnoses = _clean_codes(draft.diagnoses)
        note.content = {key: text for key, text in draft.content.items() if text.strip()}
        note.reason, note.attended = draft.reason[:500], draft.attended or not _of_group(note)
        note.saved_at = now
        update(note)
    return note


@transaction.atomic
def discard(note: Note, *, user: User) -> None:
    """Throw away a draft that was never signed; its session is as if it had not been begun. Only
    its author may, and never what was signed."""
    note = _locked(note)
    _require_author(note, user)
    if note.current_id is not None or note.status != "draft":
        raise refuse("This note was signed and stays. Write an addendum to correct it.")
    _refuse_group_draft(note)
    attendance, session = note.attendance, note.attendance.session
    for row in (note, attendance, session):
        row.delete()


@transaction.atomic
def begin_addendum(note: Note, *, user: User, now: datetime) -> Note:
    """Open a signed note for its author's addendum. The signed version stays as it is."""
    note = _locked(note)
    _require_author(note, user)
    if note.status == "signed":
        note.status, note.reason, note.saved_at = "amending", "", now
        note.save(update_fields=["status", "reason", "saved_at"])
    return note


def preview(note: Note, *, now: datetime, settings: Settings | None = None) -> Preview:
    """What signing the draft now would create: it is really done, and rolled back. `settings`:
    where the caller has read them."""
    settings = settings or gather.settings_at(note.organization, now)
    problems = tuple(signing.problems(note, now, settings))
    if any(problem.field in {"starts_at", "ends_at", "service"} for problem in problems):
        return Preview((), "", (), problems)
    with transaction.atomic():
        note = _locked(note)
        version = signing.frozen(note, now, settings)
        insert(version)
        if basis(note.attendance.session.program.level_of_care) is not Basis.SESSION:
            # What a program's day rests on are the current versions.
            Note.objects.filter(pk=note.pk).update(current=version)
        charged = charging.charge(version, now=now, settings=settings)
        transaction.set_rollback(True)
    # The one thing that a draft cannot have yet, and that needs no telling.
    findings = tuple(f for f in charged.findings if f.rule != "NOTE_SIGNED")
    return Preview(
        charged.lines, charged.payer, findings, problems, copied(note, settings, now),
        unchanged=signing.says_the_same(note),
    )  # fmt: skip


_MOST_COMPARED = 40


def copied(note: Note, settings: Settings, now: datetime) -> tuple[Copy, ...]:
    """What the draft shares with the author's notes of the weeks before it (policy `cloned_days`),
    this client's first. It warns the author, and holds nothing."""
    took_place = note.starts_at or now
    since = took_place - timedelta(days=settings.value("cloned_days"))
    signed = NoteVersion.objects.filter(
        author=note.author_id, starts_at__gte=since, starts_at__lt=took_place
    )
    signed = signed.exclude(note=note).select_related("note__attendance", "organization")
    mine = note.attendance.client_id
    earlier = [
        Earlier(
            gather.service_date(version.organization, version.starts_at),
            version.note.attendance.client_id == mine,
            version.content,
        )
        for version in signed.order_by("-starts_at", "-pk")[:_MOST_COMPARED]
    ]
    earlier.sort(key=lambda one: not one.same_client)
    return copies(
        note.content, earlier, from_percent=settings.value("cloned_percent"),
        untouched=note.current.content if note.current else {},
    )  # fmt: skip


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
        return as_signed(note)
    _refuse_group_draft(note)
    if not proof.holds_for(user, now):
        raise refuse("Please enter your password again to sign.", "password")
    settings = gather.settings_at(note.organization, now)
    if problems := signing.problems(note, now, settings):
        raise Refused(*problems)

    version = signing.frozen(note, now, settings)
    insert(version)
    signing.put_signature(version, "author", user, note.author, proof, now)
    note.status, note.current = "signed", version
    update(note, "status", "current")
    _keep_appointment(note)
    _keep_attendance(note)
    if version.number > 1:
        _answer_cases(note, user, now)
    charged = charging.charge(version, now=now, settings=settings)
    return Signed(version, charged.lines, charged.payer, charged.findings)


@transaction.atomic
def cosign(version: NoteVersion, *, user: User, proof: Proof, now: datetime) -> Signature:
    """A supervisor's signature under a supervisee's note. Once; then the claim may leave."""
    note = _locked(version.note)
    supervisor = signing.supervisor_of(version, user)
    if supervisor is None:
        raise refuse("Only the author's supervisor can co-sign this note.")
    existing = Signature.objects.filter(note_version=version, role="supervisor").first()
    if existing is not None:
        return existing
    if note.current_id != version.pk:
        raise refuse("An addendum has replaced this version. Please co-sign the newest one.")
    if not proof.holds_for(user, now):
        raise refuse("Please enter your password again to co-sign.", "password")
    follow_up.cosigned(note, user=user, now=now)
    return signing.put_signature(version, "supervisor", user, supervisor, proof, now)


def as_signed(note: Note) -> Signed:
    """What the note's last signature created, as it stands."""
    assert note.current is not None
    charged = charging.as_charged(note.current)
    return Signed(note.current, charged.lines, charged.payer, charged.findings, already=True)


def _keep_appointment(note: Note) -> None:
    booked = note.attendance.session.appointment_id
    if booked is None:
        return
    kept = turn(Appointment, booked, "status", "scheduled", "kept")
    if not kept and Appointment.objects.filter(pk=booked, status__in=_OFF).exists():
        raise refuse(_DID_NOT_TAKE_PLACE)


def _keep_attendance(note: Note) -> None:
    """An addendum to a group's note corrects that client's attendance with it: one fact, said
    once. Who was there from the start to the end has no times of their own."""
    session = note.attendance.session
    if session.kind != "group":
        return
    came, left = (note.starts_at, note.ends_at) if note.attended else (None, None)
    Attendance.objects.filter(pk=note.attendance_id).update(
        status="present" if note.attended else "no_show",
        arrived_at=None if came == session.starts_at else came,
        left_at=None if left == session.ends_at else left,
    )


def _answer_cases(note: Note, user: User, now: datetime) -> None:
    """An author's signature answers every open question about the note. Every other case about a
    claim that bills it is told of it."""
    assert note.current is not None
    number = note.current.number
    asked = Q(note=note, state="open")
    cases = Case.objects.filter(asked | Q(claim__in=gather.claims_of(note))).exclude(state="closed")
    on = day(gather.service_date(note.organization, note.current.starts_at))
    signed = f"{note.author} signed version {number}, an addendum to the note of {on}."
    for case in cases.select_for_update(no_key=True).order_by("pk"):
        if (case.note_id, case.state) != (note.pk, "open"):
            history.told(case, signed, now, user).save()
            continue
        history.answered(case, f"{note.author} signed version {number}.", now, user)
        if case.claim is not None:
            holding.answered(case.claim, note.author, now=now)


# ----------------------------------------------------------------------------------- refusing


def _refuse_group_draft(note: Note) -> None:
    if _of_group(note) and note.current_id is None:
        raise refuse("This is one of a group's notes: write and sign it with its group.")


def _of_group(note: Note) -> bool:
    return bool(note.attendance.session.kind == "group")


def _require_author(note: Note, user: User) -> None:
    if note.author.user_id != user.pk:
        raise refuse("Only the author of a note can sign or amend it.")


# ----------------------------------------------------------------------------------- reading


def _locked(note: Note, *, with_author: bool = False) -> Note:
    """The note as it is now; its current version is read when asked for (see `locks`). Two
    sessions of one clinician at one time are impossible: whoever signs holds the author too."""
    (row,) = (_note_and_author if with_author else _note)(note=note.pk)
    return row


@compiled
def _note(note: int) -> "QuerySet[Note]":
    return _notes(note).select_for_update(of=("self",), no_key=True)


@compiled
def _note_and_author(note: int) -> "QuerySet[Note]":
    return _notes(note).select_for_update(of=("self", "author"), no_key=True)


def _notes(note: int) -> "QuerySet[Note]":
    return Note.objects.filter(pk=note).select_related(
        "organization", "author__supervisor", *gather.NOTE_PARTS
    )


def _episode(appointment: Appointment) -> Episode:
    stays = _stays(
        client=appointment.client_id,
        program=appointment.program_id,
        day=gather.service_date(appointment.organization, appointment.starts_at),
    )
    if not stays:
        raise refuse(
            f"{appointment.client} is not admitted to {appointment.program}. "
            "Ask intake to admit the client first."
        )
    return stays[0]


@compiled
def _stays(client: int, program: int, day: date) -> "QuerySet[Episode]":
    rows = Episode.objects.filter(client=client, program=program, admitted_on__lte=day)
    return rows.order_by("discharged_on", "-admitted_on")


def diagnoses_of(episode: Episode) -> list[str]:
    """The episode's open diagnoses, ranked: what each new note starts with."""
    return [code for (code,) in _open_diagnoses(episode=episode.pk)]


@compiled
def _open_diagnoses(episode: int) -> "QuerySet[Diagnosis, Any]":
    rows = Diagnosis.objects.filter(episode=episode, resolved_on__isnull=True)
    return rows.order_by("rank").values_list("code")


def place_of(telehealth: str, site: Site) -> str:
    """Place of service 10 for telehealth at the client's home, else the site's own."""
    return "10" if telehealth else str(site.place_of_service)


def _clean_codes(codes: Sequence[str]) -> list[str]:
    cleaned = (code.replace(".", "").strip().upper()[:7] for code in codes)
    return list(dict.fromkeys(code for code in cleaned if code))
