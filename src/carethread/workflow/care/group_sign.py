"""One signature under a group: a note version, a charge and a claim for each client who was there.

Each client's version holds the part that all share and what is said of that client alone, with
their own times, diagnoses and authorization; the charge follows as it does for any note
(`charging`). Signed again, it does nothing; somebody who is checked in later is signed for alone.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from carethread.record.models import Attendance, Note, NoteVersion, Practitioner, Session, User
from carethread.record.policies import Settings
from carethread.record.statements import insert
from carethread.rules.finding import Finding
from carethread.rules.group_note import SHARED, named_in, said_twice
from carethread.workflow import document, gather
from carethread.workflow.care import groups, signing
from carethread.workflow.claims import charges, charging
from carethread.workflow.claims.charging import ChargedLine
from carethread.workflow.common.errors import Problem, Refused, refuse
from carethread.workflow.common.locks import lock
from carethread.workflow.common.reauthenticate import Proof
from carethread.workflow.document import Draft, Signed

# However the rows were written: the clients of a group are always told in this order.
BY_NAME = ("attendance__client__last_name", "attendance__client__first_name")


@dataclass(frozen=True, slots=True)
class OfOne:
    """What the signature creates (or created, `version`) for one client who was there.

    `minutes` are those attended; `problems` keep the note from being signed, `findings` would hold
    its claim.
    """

    attendance: Attendance
    minutes: int
    lines: tuple[ChargedLine, ...] = ()
    payer: str = ""
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    version: NoteVersion | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one signature creates for the whole group. `problems` are those of the group as a
    whole; `already` says that all had been signed before and nothing was done."""

    clients: tuple[OfOne, ...]
    problems: tuple[Problem, ...] = ()
    already: bool = False

    @property
    def amount_cents(self) -> int:
        """What all lines come to. A day that several services support stands with each of them."""
        return sum(line.amount_cents for one in self.clients for line in one.lines)


def preview(session: Session, *, now: datetime) -> Outcome:
    """What signing now would create for each client: it is really done, and rolled back."""
    with transaction.atomic():
        session = groups.held(session)
        notes = _filled(session, now)
        settings = gather.settings_at(session.organization, now)
        of_client = {note.pk: _problems_of(note, now, settings) for note in notes}
        problems = _problems(session, notes, now)
        charges.hold(note.attendance.client_id for note in notes)
        made = [_tried(note, of_client[note.pk], now, settings) for note in notes]
        transaction.set_rollback(True)
    return Outcome(tuple(made), tuple(problems))


@transaction.atomic
def sign(session: Session, *, user: User, proof: Proof, now: datetime) -> Outcome:
    """Sign for every client who was there and is not signed for yet. All or nothing, and once.

    Raises `Refused` with every problem; one client's carries `attendance:<id>` as its field.
    """
    session = groups.held(session)
    if session.practitioner.user_id != user.pk:
        raise refuse("Only the facilitator signs the notes of this group.")
    if not _to_sign(session) and groups.is_signed(session):
        return Outcome(as_signed(session).clients, already=True)
    if not proof.holds_for(user, now):
        raise refuse("Please enter your password again to sign.", "password")
    notes, settings = _filled(session, now), gather.settings_at(session.organization, now)
    problems = _problems(session, notes, now)
    for note in notes:
        problems += [_named(note, problem) for problem in _problems_of(note, now, settings)]
    if problems:
        raise Refused(*problems)
    # Every row that is waited for, before the first charge: see docs/locking.md.
    lock(Practitioner.objects.filter(pk=session.practitioner_id))
    charges.hold(note.attendance.client_id for note in notes)
    return Outcome(tuple(_signed(note, user, proof, now, settings) for note in notes))


def as_signed(session: Session) -> Outcome:
    """What the group's signatures created, as it stands now."""
    rows = gather.versions_to_charge().filter(
        note__attendance__session=session, note__current=F("pk")
    )
    rows = rows.select_related("note__current").order_by(*(f"note__{name}" for name in BY_NAME))
    return Outcome(tuple(_as_signed(version) for version in rows), already=True)


def correct(
    attendance: Attendance,
    *,
    attended: bool,
    arrived: datetime | None = None,
    left: datetime | None = None,
    reason: str,
    user: User,
    proof: Proof,
    now: datetime,
) -> Signed:
    """Correct one client's attendance after signature: an addendum to that client's note, which
    charges that client anew and nobody else. None: from the start, to the end of the session.

    Said again, it gives back what the first time made.
    """
    with transaction.atomic():
        session = groups.held(attendance.session)
        row = Attendance(session=session, arrived_at=arrived, left_at=left)
        starts, ends = groups.attended(row, session)
        note = Note.objects.select_related("current").get(attendance=attendance.pk)
        if note.current is None:
            raise refuse("This note is not signed yet: correct the check-in itself.")
        said = (note.current.attended, note.current.starts_at, note.current.ends_at)
        if said == (attended, starts, ends) and note.current.reason == reason.strip():
            return document.as_signed(note)
        note = document.begin_addendum(note, user=user, now=now)
        draft = Draft(
            service=note.service, starts_at=starts, ends_at=ends, telehealth=note.telehealth,
            place_of_service=note.place_of_service, diagnoses=tuple(note.diagnoses),
            content=dict(note.content), reason=reason, attended=attended,
        )  # fmt: skip
        note = document.save_draft(note, draft, now=now)
        return document.sign(note, user=user, proof=proof, now=now)


# ------------------------------------------------------------------------------ each client


def _to_sign(session: Session) -> list[Attendance]:
    """Who was there and is not signed for yet."""
    rows = session.attendances.filter(status="present").exclude(note__current__isnull=False)
    return list(rows.select_related("client", "episode").order_by("client_id"))


def _filled(session: Session, now: datetime) -> list[Note]:
    """The drafts of all who are to be signed for, locked, by name, with the times and the place
    that the check-in says."""
    ids = [groups.draft_of(row, session, now=now).pk for row in _to_sign(session)]
    lock(Note.objects.filter(pk__in=ids))
    notes = Note.objects.filter(pk__in=ids).select_related(
        "organization", "author__supervisor", *gather.NOTE_PARTS
    )
    found = list(notes.order_by(*BY_NAME, "pk"))
    for note in found:
        attendance = note.attendance
        note.starts_at, note.ends_at = groups.attended(attendance, session)
        note.telehealth = attendance.telehealth
        note.place_of_service = document.place_of(attendance.telehealth, session.site)
    return found


def _signed(note: Note, user: User, proof: Proof, now: datetime, settings: Settings) -> OfOne:
    version = _frozen(note, now, settings)
    signing.put_signature(version, "author", user, note.author, proof, now)
    note.status, note.current = "signed", version
    note.save()
    charged = charging.charge(version, now=now, settings=settings)
    return OfOne(
        note.attendance, version.minutes, charged.lines, charged.payer, charged.findings,
        version=version,
    )  # fmt: skip


def _tried(note: Note, problems: list[Problem], now: datetime, settings: Settings) -> OfOne:
    """What signing one client's note would make; nothing where it says nothing of when or what."""
    assert note.starts_at is not None
    assert note.ends_at is not None
    minutes = max(0, int((note.ends_at - note.starts_at).total_seconds() // 60))
    if any(p.field in {"starts_at", "ends_at", "service", "diagnoses"} for p in problems):
        return OfOne(note.attendance, minutes, problems=tuple(problems))
    version = _frozen(note, now, settings)
    note.current = version  # what a day rests on are the current versions
    note.save(update_fields=["current"])
    charged = charging.charge(version, now=now, settings=settings)
    # What a draft cannot have yet needs no telling, and what keeps it from being signed is told.
    told = {"NOTE_SIGNED", *(["GROUP_NOTE_INDIVIDUAL"] if problems else [])}
    findings = tuple(f for f in charged.findings if f.rule not in told)
    return OfOne(note.attendance, minutes, charged.lines, charged.payer, findings, tuple(problems))


def _frozen(note: Note, now: datetime, settings: Settings) -> NoteVersion:
    """The client's version: what all share, and what is theirs alone."""
    session = note.attendance.session
    note.content = {**session.content, **note.content}
    return insert(signing.frozen(note, now, settings))


def _as_signed(version: NoteVersion) -> OfOne:
    charged = charging.as_charged(version)
    return OfOne(
        version.note.attendance, version.minutes if version.attended else 0, charged.lines,
        charged.payer, charged.findings, version=version,
    )  # fmt: skip


# ------------------------------------------------------------------------------ refusing


def _problems(session: Session, notes: list[Note], now: datetime) -> list[Problem]:
    """What keeps the group as a whole from being signed."""
    assert session.starts_at is not None
    assert session.ends_at is not None
    found = []
    if session.ends_at > now:
        found.append(Problem("ends", "The group has not ended yet. Sign when it has."))
    other = signing.overlapping(
        session.practitioner_id, session.starts_at, session.ends_at, session_id=session.pk
    )
    if other is not None:
        found.append(signing.elsewhere(other))
    rows = list(session.attendances.select_related("client").order_by("client__last_name", "pk"))
    if waiting := ", ".join(row.client.name for row in rows if row.status == "expected"):
        found.append(Problem("roster", f"Say whether they came: {waiting}."))
    if not notes:
        found.append(Problem("roster", "Nobody who was there is left to sign for."))
    return found + _problems_of_text(session, rows, notes)


def _problems_of_text(session: Session, rows: list[Attendance], notes: list[Note]) -> list[Problem]:
    found = []
    if not any(str(session.content.get(key, "")).strip() for key in SHARED):
        found.append(Problem("shared", "Write once what the group did."))
    people = [(row.client.first_name, row.client.last_name) for row in rows]
    found += [
        Problem(
            "shared",
            f"“{name}” may not stand in the part that goes into every chart. Move it to that "
            "client's own part.",
        )
        for name in named_in(map(str, session.content.values()), people)
    ]
    clients = {note.pk: note.attendance.client.name for note in notes}
    twice = said_twice({note.pk: str(note.content.get("response", "")) for note in notes})
    found += [
        Problem(
            "own",
            f"Word for word the same is said of {' and '.join(clients[pk] for pk in alike)}. Say "
            "of each what is true of that client alone.",
        )
        for alike in twice
    ]
    return found


def _problems_of(note: Note, now: datetime, settings: Settings) -> list[Problem]:
    """What keeps one client's note from being signed."""
    times = signing.time_problems(note, now)
    # That the group has not ended is said once.
    times = [p for p in times if note.ends_at is None or note.ends_at <= now]
    return times + signing.content_problems(note, settings)


def _named(note: Note, problem: Problem) -> Problem:
    name = note.attendance.client.name
    said = problem.message if name in problem.message else f"{name}: {problem.message}"
    return Problem(f"attendance:{note.attendance_id}", said)
