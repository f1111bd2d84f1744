"""The programs' sixty days with a payer that grants all at once: nothing that they do is refused.

Lived are the days on which somebody comes or leaves, goes
on leave, or a payer is asked; `test_demo` lives its days
whole, with every real part, and stops before most of these.
"""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from django_scopes import scope

from carethread.record.models import Authorization, EdiFile, User
from carethread.sandbox.practice import build, programs, world
from carethread.sandbox.practice.program_diary import ProgramDiary
from carethread.workflow import authorize

pytestmark = pytest.mark.django_db


def test_every_authorization_of_the_sixty_days_is_asked_for(tmp_path: Path) -> None:
    of = world.imagine(last=date(2026, 3, 5))
    opened = datetime.combine(of.first, time(8), UTC)
    made = build.practice(of, wire={"kind": "folder", "path": str(tmp_path)}, now=opened)
    with scope(organization=made.organization):
        diary = ProgramDiary(made, of)
        for number in sorted(_days_that_matter(of)):
            day = of.day(number)
            diary.live(day)
            _grant_all(datetime.combine(day, time(23), UTC))
        assert EdiFile.objects.filter(kind="278").count() == len(programs.REQUESTED)


def _days_that_matter(of: world.World) -> set[int]:
    comings = {stay.admitted for stay in programs.STAYS if stay.admitted >= 0}
    leavings = {stay.leaves for stay in programs.STAYS if stay.leaves is not None}
    weeks = {day for leave in programs.WEEKENDS for day in range(leave.since, leave.since + 9)}
    weekends = {number for number in weeks if of.day(number).weekday() in (4, 6)}
    return comings | leavings | weekends | {wish.on for wish in programs.REQUESTED}


def _grant_all(now: datetime) -> None:
    told = authorize.Told("phone", "Member services", "R-1", user=User.objects.first())
    for row in Authorization.objects.filter(state="submitted"):
        row.number, row.approved_units = f"G{row.pk}", row.requested_units
        authorize.move(row, "approved", told, now=now)
