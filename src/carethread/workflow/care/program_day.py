"""The day (or week) that a program is billed by, settled anew whenever what it rests on changes.

A day rests on the signed notes of its services, and in a house on the census of its midnight.
`settle` reads both, asks `rules.perdiem`, and makes the one charge of the client's attendance in
the program's day, or takes it back. Settling again with nothing changed does nothing.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet

from carethread.codes.catalogue import Catalogue
from carethread.codes.levels import Basis, basis
from carethread.insight.attending import attending_of
from carethread.insight.leaves import leaves_of
from carethread.record.compiled import compiled
from carethread.record.models import (
    Attendance,
    CensusEntry,
    Charge,
    Coverage,
    Episode,
    NoteVersion,
    Program,
    Session,
    StayEvent,
)
from carethread.record.policies import Settings
from carethread.record.statements import insert
from carethread.rules import perdiem
from carethread.rules.capture import Captured
from carethread.rules.leave import Leave, leave_of
from carethread.rules.perdiem import Part, Span
from carethread.workflow import gather
from carethread.workflow.claims import charges
from carethread.workflow.claims.charges import Occasion


@dataclass(frozen=True, slots=True)
class Settled:
    """What a day came to: the line or why there is none, who pays, and its charge."""

    captured: Captured
    coverage: Coverage | None = None
    charges: tuple[Charge, ...] = ()


def settle(
    episode: Episode, program: Program, day: date, *, now: datetime, settings: Settings
) -> Settled:
    """Charge the client's span in the program that holds that day as it stands now.

    Inside the caller's transaction; the client is held from here on.
    """
    charges.one_at_a_time(episode.client_id)
    start = perdiem.span_start(program.level_of_care, day, episode.admitted_on)
    coverage, policy = gather.payer_and_policy(episode.client, program, start, settings)
    notes = _notes(episode, program, start, policy.tables)
    census = _census(episode, program, start)
    leave = _leave(episode, start) if census and not census.is_present else None
    if leave:
        notes = _last_note(episode, program, leave.starts, policy.tables)
    attendance = day_of(episode, program, start)
    before = charges.existing(attendance) if attendance else {}
    if not notes and not before:
        return Settled(Captured())
    captured = perdiem.capture_span(_span(program, start, notes, census, leave), policy)
    if not captured.lines and not before:
        return Settled(captured, coverage)
    attendance = attendance or _open(episode, program, start, notes)
    occasion = _occasion(attendance, program, start, notes, census, before, policy.tables)
    made = charges.make(occasion, captured.lines, coverage, before, now=now)
    return Settled(captured, coverage, tuple(made))


def day_of(episode: Episode, program: Program, start: date) -> Attendance | None:
    """The client's attendance in the program's day, where it has been charged before."""
    found = _attended_days(episode=episode.pk, program=program.pk, day=start)
    return found[0] if found else None


@compiled
def _attended_days(episode: int, program: int, day: date) -> "QuerySet[Attendance]":
    return (
        Attendance.objects.filter(
            session__kind="day", session__program=program, session__day=day, episode=episode
        )
        .select_related("client", "episode__program", "session__program", "session__site")
        .order_by("pk")
    )


def _notes(episode: Episode, program: Program, start: date, tables: Catalogue) -> list[NoteVersion]:
    """The signed services of the span that its bundle includes, first signed first."""
    organization = program.organization
    end = perdiem.span_end(program.level_of_care, start)
    included = tables.level(program.level_of_care).includes
    found = _signed_between(
        episode=episode.pk,
        program=program.pk,
        since=gather.midnight(organization, start),
        until=gather.midnight(organization, end + timedelta(days=1)),
    )
    return [version for version in found if version.service in included]


@compiled
def _signed_between(
    episode: int, program: int, since: datetime, until: datetime
) -> "QuerySet[NoteVersion]":
    return (
        NoteVersion.objects.filter(
            note__current=F("pk"),
            attended=True,
            note__attendance__episode=episode,
            note__attendance__session__program=program,
            starts_at__gte=since,
            starts_at__lt=until,
        )
        .select_related("organization", "author")
        .order_by("signed_at", "pk")
    )


def _census(episode: Episode, program: Program, day: date) -> CensusEntry | None:
    if basis(program.level_of_care) is not Basis.CENSUS:
        return None
    return CensusEntry.objects.filter(episode=episode, day=day).order_by("-number").first()


def _leave(episode: Episode, night: date) -> Leave | None:
    """The leave on which the client is in that night."""
    return leave_of(night, leaves_of([episode.pk]).get(episode.pk, ()))


def _last_note(
    episode: Episode, program: Program, day: date, tables: Catalogue
) -> list[NoteVersion]:
    """The last signed service before the client left on leave: what a bed that is kept rests on."""
    rows = NoteVersion.objects.filter(
        note__current=F("pk"),
        attended=True,
        note__attendance__episode=episode,
        note__attendance__session__program=program,
        starts_at__lt=gather.midnight(program.organization, day + timedelta(days=1)),
        service__in=tables.level(program.level_of_care).includes,
    )
    last = rows.select_related("organization", "author").order_by("-starts_at", "-pk").first()
    return [last] if last else []


def settle_weeks(episode: Episode, *, now: datetime, settings: Settings) -> None:
    """The admission was moved, and with it the first day of each week that is billed: take back
    the weeks that begin on no such day any more, and charge those in which notes stand now."""
    program = episode.program
    if basis(program.level_of_care) is not Basis.WEEK:
        return
    charges.one_at_a_time(episode.client_id)
    starts = {
        perdiem.span_start(program.level_of_care, day, episode.admitted_on)
        for day in _documented_days(episode, program)
    }
    charged = Attendance.objects.filter(
        session__kind="day", session__program=program, episode=episode
    )
    for attendance in charged.exclude(session__day__in=starts).select_related("session__program"):
        _take_back(attendance, program, now, settings)
    for start in sorted(starts):
        settle(episode, program, start, now=now, settings=settings)


def _documented_days(episode: Episode, program: Program) -> set[date]:
    rows = NoteVersion.objects.filter(
        note__current=F("pk"), attended=True, note__attendance__episode=episode,
        note__attendance__session__program=program,
    )  # fmt: skip
    starts = rows.values_list("starts_at", flat=True)
    return {gather.service_date(program.organization, at) for at in starts}


def _take_back(attendance: Attendance, program: Program, now: datetime, settings: Settings) -> None:
    start, before = attendance.session.day, charges.existing(attendance)
    assert start is not None
    if before:
        tables = settings.tables(start, program_id=program.pk, payer_id=None)
        occasion = _occasion(attendance, program, start, [], None, before, tables)
        occasion = replace(occasion, why_void="The admission was moved: no week begins then.")
        charges.make(occasion, (), None, before, now=now)


def settle_beds_kept(version: NoteVersion, *, but: date, now: datetime, settings: Settings) -> None:
    """Nights of a leave rest on the last note before it: an addendum to it settles them anew."""
    episode = version.note.attendance.episode
    if basis(episode.program.level_of_care) is not Basis.CENSUS or version.number == 1:
        return
    rows = Charge.objects.filter(
        attendance__episode=episode, attendance__session__kind="day",
        current__note_version__note=version.note, state="live",
    ).exclude(service_date=but)  # fmt: skip
    for day in rows.order_by("service_date").values_list("service_date", flat=True):
        settle(episode, episode.program, day, now=now, settings=settings)


def uncharged_leave(since: date) -> list[tuple[Episode, date]]:
    """Counted nights since then on which somebody was on leave, and no bed is charged."""
    charged = Charge.objects.filter(
        attendance__episode=OuterRef("episode"), attendance__session__kind="day", state="live",
        service_date=OuterRef("day"),
    )  # fmt: skip
    away = StayEvent.objects.filter(episode=OuterRef("episode"))
    counted = CensusEntry.objects.filter(
        Exists(away), ~Exists(charged), day__gte=since, is_present=False
    )
    nights = sorted(set(counted.values_list("episode", "day")))
    rows = Episode.objects.select_related("client", "program__organization")
    stays, known = rows.in_bulk({pk for pk, _ in nights}), leaves_of({pk for pk, _ in nights})
    return [(stays[pk], night) for pk, night in nights if leave_of(night, known.get(pk, ()))]


def _span(
    program: Program,
    start: date,
    notes: list[NoteVersion],
    census: CensusEntry | None,
    leave: Leave | None = None,
) -> Span:
    parts = tuple(Part(n.service, n.minutes, tuple(n.diagnoses)) for n in notes)
    in_house = census.is_present if census else None
    span = Span(program.level_of_care, start, parts, in_house)
    return replace(span, leave=leave.kind, leave_night=leave.number(start)) if leave else span


def _open(episode: Episode, program: Program, start: date, notes: list[NoteVersion]) -> Attendance:
    session, _ = Session.objects.get_or_create(
        organization_id=program.organization_id,
        kind="day",
        program=program,
        day=start,
        defaults={
            "practitioner": attending_of(episode, start) or notes[0].author,
            "site": program.site,
        },
    )
    return insert(
        Attendance(
            organization_id=program.organization_id,
            session=session,
            client=episode.client,
            episode=episode,
        )
    )


def _occasion(
    attendance: Attendance,
    program: Program,
    start: date,
    notes: list[NoteVersion],
    census: CensusEntry | None,
    before: dict[str, Charge],
    tables: Catalogue,
) -> Occasion:
    """The day as charges are made for it. Without any note left it is that of its last charge."""
    if notes:
        *others, completing = notes
    else:
        last = next(iter(before.values())).current
        assert last is not None
        others, completing = [], last.note_version
    return Occasion(
        attendance=attendance,
        version=completing,
        practitioner=attending_of(attendance.episode, start) or completing.author,
        supervising=None,
        day=start,
        minutes=sum(note.minutes for note in notes),
        diagnoses=_span(program, start, notes, census).diagnoses,
        place_of_service=tables.level(program.level_of_care).place_of_service,
        level_of_care=program.level_of_care,
        others=tuple(others),
        census=census,
    )
