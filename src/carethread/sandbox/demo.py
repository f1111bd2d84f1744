"""Sixty days in the life of a practice center, lived through in seconds.

`build` makes the center, then lets each day happen: notes are written and signed, the worker
does what is due, the payer's process is told the time. Nothing is put into the record by hand:
what is there afterwards came about as it would in life.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count
from django_scopes import scope

from carethread.record.models import Case, Claim, Organization, Remittance
from carethread.sandbox import processes
from carethread.sandbox.payer import books
from carethread.sandbox.practice import build as record
from carethread.sandbox.practice import cast, truth, world
from carethread.sandbox.practice.diary import Diary
from carethread.sandbox.practice.program_diary import ProgramDiary
from carethread.workflow.work import run_due

Report = Callable[[int, int, str], None]
"""Told of each step: how many are done, of how many, and what happens now."""

_WORKER, _PAYER = time(20, 30), time(21)
_SATURDAY = 5


class AlreadyThere(RuntimeError):
    """The record holds a practice center already; the demo wants an empty one."""


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What there is to see: days lived, counts by what they count, sign-ins."""

    first: date
    last: date
    signed_notes: int
    claims: dict[str, int]
    cases: dict[str, int]
    remittances: int
    closed_remittances: int
    paid_cents: int
    sign_ins: tuple[tuple[str, str, str], ...]
    password: str


def build(
    *, days: int = 60, seed: int = 1, now: datetime, folder: Path, report: Report | None = None
) -> DemoSummary:
    """Make the center in an empty record and live `days` days that end at `now` (aware).

    `folder` takes the files that both sides exchange, the payer's books and memory, and the keys
    of the SFTP server. Raises AlreadyThere where the record is not empty. The same days, seed
    and moment make the same center.
    """
    if Organization.objects.exists():
        raise AlreadyThere(
            "There is a center in this record already. The demo wants an empty one: "
            "give it a database of its own."
        )
    say = report or _silent
    zone = ZoneInfo(cast.CENTER.time_zone)
    of = world.imagine(last=now.astimezone(zone).date(), days=days, seed=seed)
    folder.mkdir(parents=True, exist_ok=True)
    books.save(truth.books(of), folder / "books.json")
    say(0, days, "The center opens")
    with (
        _without_waiting_for_the_disk(),
        processes.sftp_server(folder) as wire,
        processes.endpoint(folder) as desk,
        processes.payer(folder, seed=seed) as payer,
    ):
        practice = record.practice(of, wire=wire(), now=_at(of.first, time(8), zone))
        record.outsider(of, now=_at(of.first, time(8), zone))
        with scope(organization=practice.organization):
            diary, programs = Diary(practice, of), ProgramDiary(practice, of)
            for number in range(days):
                day = of.day(number)
                diary.live(day)
                programs.live(day)
                if number == days * 2 // 3:
                    record.begin_to_ask(practice, desk())
                    programs.ask_about_coverage(day)
                if day.weekday() < _SATURDAY:  # no payer pays at weekends: nothing to wait for
                    payer.wait()
                    run_due(_at(day, _WORKER, zone), practice.organization)
                    payer.tell(_at(day, _PAYER, zone))
                say(number + 1, days, f"{day:%A, %-d %B}")
            payer.wait()
            record.answer_while_watched(practice, today=of.last, now=now)
            run_due(now, practice.organization)
            return _summary(of.first, of.last, diary.signed + programs.signed)


def _silent(done: int, of: int, words: str) -> None:
    """Reports to nobody."""


@contextmanager
def _without_waiting_for_the_disk() -> Iterator[None]:
    """A demo that loses power is made anew, so SQLite need not wait at three thousand commits."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
        try:
            yield
        finally:
            cursor.execute("PRAGMA synchronous=FULL")


def _at(day: date, hour: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, hour, zone)


def _summary(first: date, last: date, signed: int) -> DemoSummary:
    remittances = Remittance.objects.all()
    return DemoSummary(
        first=first,
        last=last,
        signed_notes=signed,
        claims=_counts(Claim.objects.values_list("state").annotate(Count("pk"))),
        cases=_counts(
            Case.objects.exclude(state="closed").values_list("kind").annotate(Count("pk"))
        ),
        remittances=remittances.count(),
        closed_remittances=remittances.filter(closed_at__isnull=False).count(),
        paid_cents=sum(row.amount_cents for row in remittances),
        sign_ins=sign_ins(),
        password=cast.PASSWORD,
    )


def _counts(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    return dict(sorted(rows))


def sign_ins() -> tuple[tuple[str, str, str], ...]:
    """Everybody's address, name and roles, in words."""
    return tuple(
        (person.email, person.name, ", ".join(role.value for role in person.roles))
        for person in (*cast.STAFF, *cast.OUTSIDE_STAFF)
    )
