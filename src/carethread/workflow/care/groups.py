"""A group meets: its roster is expected, checked in by tap, and written about.

The part that all share is kept once, in the session; what is said of each client in that client's
own draft. `group_sign` puts the two together. Until somebody's note is signed, everything here can
be said again; from then on an addendum to that client's note corrects it, and nobody else's.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from carethread.record.compiled import compiled
from carethread.record.models import (
    Attendance,
    Episode,
    Group,
    GroupMember,
    Note,
    Session,
    User,
)
from carethread.rules.group_note import OWN, SHARED
from carethread.rules.words import day
from carethread.workflow import document, gather
from carethread.workflow.common.errors import Problem, Refused, refuse
from carethread.workflow.common.keep import keep
from carethread.workflow.common.locks import lock
from carethread.workflow.common.stale import refuse_stale

MARKS = ("present", "late", "left", "no_show", "expected")
"""What a tap can say of somebody: there from the start, just arrived, just left, did not come, or
nothing yet."""


# ------------------------------------------------------------------------------ the group


def save_group(row: Group) -> Group:
    """Keep a group: what it is, who leads it, when it meets."""
    service = gather.tables(date.max, row.program).services.get(row.service)
    if service is None or not service.is_group:
        raise refuse("Choose a service that is given to a group.", "service")
    row.weekdays = sorted({int(day) for day in row.weekdays if 0 <= int(day) <= 6})
    return keep(row)


def join(group: Group, episode: Episode, on: date) -> GroupMember:
    """Put a client of the program on the roster. Who is on it already stays as they are."""
    known = GroupMember.objects.filter(group=group, episode=episode, ends_on=None).first()
    if known is not None:
        return known
    _require_in_program(group, episode, on)
    row = GroupMember(
        organization_id=group.organization_id, group=group, episode=episode, starts_on=on
    )
    return keep(row)


def leave(member: GroupMember, last_day: date) -> GroupMember:
    """Take a client off the roster after that day."""
    if last_day < member.starts_on:
        raise refuse(f"{member.episode.client.name} joined on {day(member.starts_on)}.", "on")
    member.ends_on = last_day
    return keep(member)


def in_program(group: Group, day: date) -> "QuerySet[Episode]":
    """Who is in the care that the group belongs to: admitted to its program, or staying there."""
    there = Q(stays__program=group.program_id, stays__starts_on__lte=day) & (
        Q(stays__ends_on__isnull=True) | Q(stays__ends_on__gte=day)
    )
    rows: QuerySet[Episode] = Episode.objects.filter(
        Q(program=group.program_id) | there, _open_on(day)
    )
    return rows.select_related("client").distinct()


def roster(group: Group, day: date) -> "QuerySet[Episode]":
    """Who is expected on that day: on the roster, and still in care."""
    rows: QuerySet[GroupMember] = GroupMember.objects.filter(group=group, starts_on__lte=day)
    rows = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day))
    found: QuerySet[Episode] = Episode.objects.filter(_open_on(day), pk__in=rows.values("episode"))
    return found.select_related("client").order_by("client__last_name", "client__first_name", "pk")


def _open_on(day: date) -> Q:
    return Q(admitted_on__lte=day) & (Q(discharged_on__isnull=True) | Q(discharged_on__gte=day))


def _require_in_program(group: Group, episode: Episode, day: date) -> None:
    if not in_program(group, day).filter(pk=episode.pk).exists():
        raise refuse(
            f"{episode.client.name} is not in {group.program} on that day. Ask intake to admit the "
            "client first.",
            "episode",
        )


# ------------------------------------------------------------------------------ the session


@transaction.atomic
def open_session(group: Group, day: date, *, user: User, now: datetime) -> Session:
    """The group's session of that day: the one that exists, or a new one with its roster expected.

    Opened again before anything is signed, it takes in who has joined the roster since.
    """
    lock(Group.objects.filter(pk=group.pk))
    group = Group.objects.select_related(
        "organization", "program__site", "facilitator", "co_facilitator"
    ).get(pk=group.pk)
    if day > gather.service_date(group.organization, now):
        raise refuse("This session is still to come.")
    session = Session.objects.filter(group=group, day=day).first() or _new_session(group, day)
    _require_leader(session, user)
    if not is_signed(session):
        there = set(session.attendances.values_list("client_id", flat=True))
        Attendance.objects.bulk_create(
            Attendance(
                organization_id=group.organization_id,
                session=session,
                client=episode.client,
                episode=episode,
                status="expected",
                telehealth=group.telehealth,
            )
            for episode in roster(group, day)
            if episode.client_id not in there
        )
    return session


def _new_session(group: Group, day: date) -> Session:
    zone = ZoneInfo(group.organization.time_zone)
    starts = datetime.combine(day, group.starts_at, zone)
    return Session.objects.create(
        organization_id=group.organization_id,
        kind="group",
        group=group,
        practitioner=group.facilitator,
        co_facilitator=group.co_facilitator,
        program=group.program,
        site=group.program.site,
        day=day,
        starts_at=starts,
        ends_at=starts + timedelta(minutes=group.minutes),
    )


@transaction.atomic
def set_times(
    session: Session, starts: datetime | None, ends: datetime | None, *, user: User
) -> Session:
    """When the group really met. Whoever was there throughout was there at these times."""
    session = _writable(session, user)
    if starts is None or ends is None or ends <= starts:
        raise refuse("The group must end after it starts.", "ends")
    if ends - starts > timedelta(hours=12):
        raise refuse("A session longer than 12 hours cannot be right.", "ends")
    outside = Q(arrived_at__lt=starts) | Q(arrived_at__gt=ends) | Q(left_at__gt=ends)
    rows = session.attendances.filter(outside | Q(left_at__lt=starts)).select_related("client")
    if names := ", ".join(row.client.name for row in rows):
        raise refuse(f"These came or left outside of that time: {names}.", "starts")
    session.starts_at, session.ends_at = starts, ends
    session.save(update_fields=["starts_at", "ends_at"])
    return session


@transaction.atomic
def take_lead(session: Session, *, user: User) -> Session:
    """The co-facilitator leads today: writes, signs and renders in the facilitator's place."""
    session = _writable(session, user)
    if session.practitioner.user_id == user.pk:
        return session
    assert session.co_facilitator is not None
    session.practitioner, session.co_facilitator = session.co_facilitator, session.practitioner
    session.save(update_fields=["practitioner", "co_facilitator"])
    Note.objects.filter(attendance__session=session).update(author=session.practitioner)
    return session


# ------------------------------------------------------------------------------ checking in


@transaction.atomic
def mark(attendance: Attendance, kind: str, *, user: User, now: datetime) -> Attendance:
    """One tap. *Late* and *left* take the clock's time while the group meets; afterwards nobody
    knows it but who was there, and it has to be typed (`set_attended`)."""
    attendance, session = _to_check_in(attendance, user)
    if kind not in MARKS:
        raise refuse("Choose what to say of this client.")
    if kind in ("late", "left"):
        moment = _by_the_clock(session, attendance, kind, now)
        attendance.status = "present"
        if kind == "late":
            attendance.arrived_at = moment
            attendance.left_at = None
        else:
            attendance.left_at = moment
    else:
        attendance.status, attendance.arrived_at, attendance.left_at = kind, None, None
    attendance.save()
    return attendance


def _by_the_clock(session: Session, row: Attendance, kind: str, now: datetime) -> datetime:
    assert session.starts_at is not None
    assert session.ends_at is not None
    moment = now.replace(second=0, microsecond=0)
    what, field = ("came", "arrived") if kind == "late" else ("left", "left")
    if not session.starts_at < moment < session.ends_at:
        raise refuse(f"The group is not meeting now. Type when {row.client.name} {what}.", field)
    if kind == "left" and row.arrived_at is not None and moment <= row.arrived_at:
        raise refuse(f"{row.client.name} has only just come. Type when they left.", "left")
    return moment


@transaction.atomic
def set_attended(
    attendance: Attendance, arrived: datetime | None, left: datetime | None, *, user: User
) -> Attendance:
    """When somebody came and left, as typed. None: from the start, to the end."""
    attendance, session = _to_check_in(attendance, user)
    if problems := _outside(session, arrived, left):
        raise Refused(*problems)
    attendance.status = "present"
    attendance.arrived_at = None if arrived == session.starts_at else arrived
    attendance.left_at = None if left == session.ends_at else left
    attendance.save()
    return attendance


def _outside(session: Session, arrived: datetime | None, left: datetime | None) -> list[Problem]:
    assert session.starts_at is not None
    assert session.ends_at is not None
    local = (gather.local(session.organization, m) for m in (session.starts_at, session.ends_at))
    met = "The group met from " + " to ".join(f"{moment:%H:%M}" for moment in local) + "."
    came, went = arrived or session.starts_at, left or session.ends_at
    found = []
    if not session.starts_at <= came < session.ends_at:
        found.append(Problem("arrived", met))
    if not session.starts_at < went <= session.ends_at:
        found.append(Problem("left", met))
    if not found and went <= came:
        found.append(Problem("left", "They must leave after they came."))
    return found


@transaction.atomic
def set_how(attendance: Attendance, telehealth: str, *, user: User) -> Attendance:
    """Whether somebody took part in person, by video or by audio alone."""
    attendance, _ = _to_check_in(attendance, user)
    attendance.telehealth = telehealth
    return keep(attendance)


@transaction.atomic
def walk_in(session: Session, episode: Episode, *, user: User) -> Attendance:
    """Somebody of the program who is not on the roster came. Telling it twice adds nobody twice."""
    session = held(session)
    _require_leader(session, user)
    known = session.attendances.filter(client=episode.client_id).first()
    if known is not None:
        return known
    assert session.group is not None
    assert session.day is not None
    _require_in_program(session.group, episode, session.day)
    return Attendance.objects.create(
        organization_id=session.organization_id,
        session=session,
        client=episode.client,
        episode=episode,
        status="present",
        telehealth=session.group.telehealth,
        is_walk_in=True,
    )


@transaction.atomic
def not_here(attendance: Attendance, *, user: User) -> None:
    """A walk-in was added by mistake: take them off again, with the draft that was begun."""
    attendance, _ = _to_check_in(attendance, user)
    if not attendance.is_walk_in:
        raise refuse("Somebody of the roster who did not come is a no-show.")
    Note.objects.filter(attendance=attendance).delete()
    attendance.delete()


# ------------------------------------------------------------------------------ writing


@transaction.atomic
def write_shared(
    session: Session, content: Mapping[str, str], *, user: User, seen: str | None = None
) -> Session:
    """Keep the part that is written once for all. `seen` is the stamp of what the writer had before
    their eyes: what somebody else has written meanwhile is not overwritten."""
    session = _writable(session, user)
    fresh = _of_keys(content, SHARED)
    if session.content != fresh:
        refuse_stale(session.content, seen)
    session.content = fresh
    session.save(update_fields=["content"])
    return session


@transaction.atomic
def write_part(
    attendance: Attendance,
    content: Mapping[str, str],
    diagnoses: Sequence[str] | None = None,
    *,
    user: User,
    now: datetime,
    seen: str | None = None,
) -> Note:
    """Keep what is said of one client alone, and which of their diagnoses the group treats (None:
    as they stand)."""
    attendance, session = _to_check_in(attendance, user)
    note = draft_of(attendance, session, now=now)
    fresh = _of_keys(content, OWN)
    if note.content != fresh:
        refuse_stale(note.content, seen)
    note.content, note.saved_at = fresh, now
    if diagnoses is not None:
        known = document.diagnoses_of(attendance.episode)
        note.diagnoses = [code for code in known if code in diagnoses]
    note.save()
    return note


@compiled
def _notes(attendance: int) -> "QuerySet[Note]":
    return Note.objects.filter(attendance=attendance)


def draft_of(attendance: Attendance, session: Session, *, now: datetime) -> Note:
    """The client's draft: the one that was begun, or one that starts with what is known."""
    if known := _notes(attendance=attendance.pk):
        return known[0]
    assert session.group is not None
    return Note.objects.create(
        organization_id=session.organization_id,
        attendance=attendance,
        author=session.practitioner,
        service=session.group.service,
        diagnoses=document.diagnoses_of(attendance.episode),
        created_at=now,
        saved_at=now,
    )


def _of_keys(content: Mapping[str, str], keys: Sequence[str]) -> dict[str, str]:
    return {key: content[key].strip() for key in keys if content.get(key, "").strip()}


# ------------------------------------------------------------------------------ reading


def held(session: Session) -> Session:
    """The session as it is now, locked: who checks in, writes and signs comes one after the
    other."""
    lock(Session.objects.filter(pk=session.pk))
    (now,) = _session(session=session.pk)
    return now


@compiled
def _session(session: int) -> "QuerySet[Session]":
    return Session.objects.filter(pk=session).select_related(
        "organization", "group", "program__site", "practitioner", "co_facilitator"
    )


def attended(attendance: Attendance, session: Session) -> tuple[datetime, datetime]:
    """From when to when a present client was there."""
    assert session.starts_at is not None
    assert session.ends_at is not None
    return attendance.arrived_at or session.starts_at, attendance.left_at or session.ends_at


def is_leader(session: Session, user: User) -> bool:
    """Whether the user is the session's facilitator or co-facilitator."""
    both = (session.practitioner, session.co_facilitator)
    return any(one is not None and one.user_id == user.pk for one in both)


def _require_leader(session: Session, user: User) -> None:
    if not is_leader(session, user):
        raise refuse("Only the facilitators of this group can do that.")


def is_signed(session: Session) -> bool:
    """Whether the note of anybody in the session is signed."""
    return Note.objects.filter(attendance__session=session, current__isnull=False).exists()


def _writable(session: Session, user: User) -> Session:
    """The session, locked, while nothing of it is signed."""
    session = held(session)
    _require_leader(session, user)
    if is_signed(session):
        raise refuse("The group's notes are signed. Correct a client's note by an addendum to it.")
    return session


def _to_check_in(attendance: Attendance, user: User) -> tuple[Attendance, Session]:
    """The attendance in its locked session, while its own note is not signed."""
    session = held(attendance.session)
    _require_leader(session, user)
    found = _attendance(attendance=attendance.pk)
    if not found:
        raise refuse("Somebody has taken this client off the session.")
    (row,) = found
    if Note.objects.filter(attendance=row, current__isnull=False).exists():
        raise refuse(
            f"The note of {row.client.name} is signed. Correct it by an addendum: that touches "
            "this client's charge alone."
        )
    return row, session


@compiled
def _attendance(attendance: int) -> "QuerySet[Attendance]":
    return Attendance.objects.filter(pk=attendance).select_related("client", "episode")
