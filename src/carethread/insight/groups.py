"""Groups as their facilitators see them: what meets on a day, what is not signed yet, and everybody
in one session. A fixed number of questions, however many clients there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db.models import Count, F, Q, QuerySet

from carethread.record.models import (
    Attendance,
    Client,
    Diagnosis,
    Group,
    GroupMember,
    Note,
    NoteVersion,
    Practitioner,
    Session,
    TreatmentPlan,
)

State = Literal["to come", "to open", "open", "nobody came", "to finish", "signed"]

LOOKED_BACK = timedelta(days=7)
"""For how long a meeting that was never opened is asked for on its facilitator's day."""
SHOWN_FOR = timedelta(days=30)
"""For how long the biller sees it."""
_MOST = 100


@dataclass(frozen=True, slots=True)
class Meeting:
    """A group on one of its days, with its session once somebody has opened it. `expected`,
    `present` and `signed` count clients."""

    group: Group
    day: date
    session: Session | None = None
    expected: int = 0
    present: int = 0
    signed: int = 0
    age_days: int = 0

    @property
    def state(self) -> State:
        """How far it has come: whoever is still expected or not signed for keeps it open."""
        if self.session is None:
            return "to come" if self.age_days < 0 else "to open"
        if self.expected or self.signed < self.present:
            return "to finish" if self.signed else "open"
        return "signed" if self.signed else "nobody came"

    @property
    def leader(self) -> Practitioner:
        return self.session.practitioner if self.session else self.group.facilitator

    @property
    def is_done(self) -> bool:
        return self.state in ("signed", "nobody came")

    @property
    def starts_at(self) -> Any:
        """A moment where a session is open, else the time of day at which the group meets."""
        return self.session.starts_at if self.session else self.group.starts_at

    @property
    def minutes(self) -> int:
        one = self.session
        if one is None or one.starts_at is None or one.ends_at is None:
            return self.group.minutes
        return int((one.ends_at - one.starts_at).total_seconds() // 60)


# ------------------------------------------------------------------------------ days


def on_day(leader: Practitioner, day: date, today: date) -> list[Meeting]:
    """What this clinician leads on that day: sessions that are open, and groups that meet."""
    return _on_day(_sessions(leader), _led(leader), day, today)


def at_programs(programs: Collection[int] | None, day: date, today: date) -> list[Meeting]:
    """What meets on that day in these programs, or in all, whoever leads it."""
    sessions = _counted().filter(kind="group")
    rows = Group.objects.filter(is_active=True).select_related(*_OF_A_GROUP)
    if programs is not None:
        sessions = sessions.filter(group__program__in=programs)
        rows = rows.filter(program__in=programs)
    return _on_day(sessions, rows, day, today)


def _on_day(
    sessions: "QuerySet[Session]", groups: Iterable[Group], day: date, today: date
) -> list[Meeting]:
    opened = [_of(row, today) for row in sessions.filter(day=day)]
    known = {meeting.group.pk for meeting in opened}
    due = [g for g in groups if day.weekday() in g.weekdays and g.pk not in known]
    planned = _planned([(group, day) for group in due], today)
    return sorted([*opened, *planned], key=lambda m: (m.group.starts_at, m.group.pk))


def who_comes(meetings: Iterable[Meeting]) -> dict[int, list[Client]]:
    """By group whom a meeting expects or has seen: its session's clients, else its roster of that
    day. Two queries."""
    found: dict[int, list[Client]] = defaultdict(list)
    meetings = list(meetings)
    sessions = [meeting.session.pk for meeting in meetings if meeting.session]
    there = Attendance.objects.filter(session__in=sessions).select_related("client", "session")
    for row in there:
        found[row.session.group_id or 0].append(row.client)
    days = {meeting.group.pk: meeting.day for meeting in meetings if not meeting.session}
    members = GroupMember.objects.filter(group__in=days).select_related("episode__client")
    for one in members:
        if _on_roster([(one.starts_on, one.ends_on)], days[one.group_id]):
            found[one.group_id].append(one.episode.client)
    for clients in found.values():
        clients.sort(key=lambda client: (client.last_name, client.first_name, client.pk))
    return found


def unsigned_before(leader: Practitioner, today: date) -> list[Meeting]:
    """Sessions before today that are not signed for everybody who came, oldest first; and meetings
    of the last seven days that nobody has opened."""
    rows = _sessions(leader).filter(day__lt=today, practitioner=leader)
    waiting = rows.filter(Q(expected__gt=0) | Q(signed__lt=F("present")))[:_MOST]
    found = [_of(row, today) for row in waiting]
    own = [group for group in _led(leader) if group.facilitator_id == leader.pk]
    forgotten = _forgotten(own, LOOKED_BACK, today)
    return sorted([*found, *forgotten], key=lambda m: (m.day, m.group.starts_at))


def never_opened(today: date) -> list[Meeting]:
    """Meetings of the last thirty days that no facilitator has opened, oldest first: nobody is
    checked in, so nothing of them is written, charged or missed elsewhere."""
    groups = Group.objects.filter(is_active=True).select_related("program", "facilitator")
    return _forgotten(list(groups), SHOWN_FOR, today)


def _forgotten(groups: Sequence[Group], back: timedelta, today: date) -> list[Meeting]:
    """Days before today on which a group that has a roster should have met."""
    days = [today - timedelta(days=number) for number in range(back.days, 0, -1)]
    opened = set(Session.objects.filter(group__in=groups, day__in=days).values_list("group", "day"))
    due = [(g, d) for d in days for g in groups if d.weekday() in g.weekdays]
    planned = _planned([(g, d) for g, d in due if (g.pk, d) not in opened], today)
    return [meeting for meeting in planned if meeting.expected]


def recent(group: Group, today: date, most: int = 20) -> list[Meeting]:
    """The group's latest sessions, newest first."""
    return [_of(row, today) for row in _counted().filter(group=group).order_by("-day")[:most]]


def groups() -> "QuerySet[Group]":
    """Every group of the center with its number of clients, those that still meet first."""
    rows: QuerySet[Group] = Group.objects.select_related("program", "facilitator", "co_facilitator")
    return rows.annotate(
        clients=Count("members", filter=Q(members__ends_on__isnull=True))
    ).order_by("-is_active", "name", "pk")


def _led(leader: Practitioner) -> list[Group]:
    rows = Group.objects.filter(Q(facilitator=leader) | Q(co_facilitator=leader), is_active=True)
    return list(rows.select_related(*_OF_A_GROUP))


_OF_A_GROUP = ("program", "facilitator", "co_facilitator")


def _sessions(leader: Practitioner) -> "QuerySet[Session]":
    mine = Q(practitioner=leader) | Q(co_facilitator=leader)
    return _counted().filter(mine, kind="group").order_by("day", "starts_at")


def _counted() -> "QuerySet[Session]":
    return Session.objects.select_related("group__program", "practitioner").annotate(
        expected=Count("attendances", filter=Q(attendances__status="expected")),
        present=Count("attendances", filter=Q(attendances__status="present")),
        signed=Count("attendances", filter=Q(attendances__note__current__isnull=False)),
    )


def _of(row: Any, today: date) -> Meeting:
    return Meeting(
        row.group, row.day, row, row.expected, row.present, row.signed, (today - row.day).days
    )


def _planned(due: Sequence[tuple[Group, date]], today: date) -> list[Meeting]:
    """Meetings that nobody has opened, each with the number of clients on the roster that day."""
    if not due:
        return []
    stays: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    members = GroupMember.objects.filter(group__in={group.pk for group, _ in due})
    for group_id, starts, ends in members.values_list("group", "starts_on", "ends_on"):
        stays[group_id].append((starts, ends))
    return [
        Meeting(group, day, expected=_on_roster(stays[group.pk], day), age_days=(today - day).days)
        for group, day in due
    ]


def _on_roster(stays: Iterable[tuple[date, date | None]], day: date) -> int:
    return sum(starts <= day and (ends is None or ends >= day) for starts, ends in stays)


# ------------------------------------------------------------------------------ one session


@dataclass(frozen=True, slots=True)
class Person:
    """One client in a session: the check-in, the note that was begun or signed, and what can be
    chosen for it: open diagnoses, ranked, and the goals of the plan that holds."""

    attendance: Attendance
    note: Note | None
    diagnoses: tuple[str, ...]
    goals: tuple[str, ...]

    @property
    def version(self) -> NoteVersion | None:
        return self.note.current if self.note else None


def people(session: Session) -> list[Person]:
    """Everybody in a session by name, in three questions."""
    rows = list(
        session.attendances.select_related("client", "episode", "note__current").order_by(
            "client__last_name", "client__first_name", "pk"
        )
    )
    episodes = [row.episode_id for row in rows]
    diagnoses = _diagnoses(episodes)
    assert session.day is not None
    goals = _goals(episodes, session.day)
    return [
        Person(
            row,
            getattr(row, "note", None),
            tuple(diagnoses[row.episode_id]),
            goals.get(row.episode_id, ()),
        )
        for row in rows
    ]


def _diagnoses(episodes: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = Diagnosis.objects.filter(episode__in=episodes, resolved_on__isnull=True)
    for episode, code in rows.order_by("rank").values_list("episode", "code"):
        found[episode].append(code)
    return found


def _goals(episodes: Sequence[int], day: date) -> dict[int, tuple[str, ...]]:
    """The goals of each episode's plan on that day; of several, the one signed last."""
    plans = TreatmentPlan.objects.filter(
        episode__in=episodes, effective_from__lte=day, effective_to__gte=day
    )
    rows = plans.order_by(F("signed_at").asc(nulls_first=True), "pk")
    return {episode: tuple(goals) for episode, goals in rows.values_list("episode", "goals")}


def minutes_of(person: Person, starts: datetime, ends: datetime) -> int:
    """How long somebody who came was there, while the group met between these moments."""
    row = person.attendance
    came, left = row.arrived_at or starts, row.left_at or ends
    return max(0, int((left - came).total_seconds() // 60))
