"""Programs that are billed by the day or by the night: the week's board, and the census."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from carethread.codes.levels import Basis, basis, family_of
from carethread.insight import nights, program_week
from carethread.insight.ages import age_days
from carethread.insight.pipeline import UNCHARGED_SHOWN_FOR
from carethread.record.models import Program
from carethread.record.policies import effective
from carethread.web import http
from carethread.web.forms import told
from carethread.web.http import Request
from carethread.web.permissions import may
from carethread.web.reach import clients_of, open_among
from carethread.workflow import gather
from carethread.workflow.care import census as steps

WHERE = {"in": "In the house", "leave": "On leave", "out": "Absent"}


def _programs(*bases: Basis) -> list[Program]:
    rows = Program.objects.order_by("name", "pk")
    return [row for row in rows if basis(row.level_of_care) in bases]


def _asked(request: Request, programs: list[Program]) -> Program | None:
    """The program that the address asks for, else the first."""
    wanted = http.number_asked(request, "program")
    if wanted is None:
        return programs[0] if programs else None
    found = [row for row in programs if row.pk == wanted]
    if not found:
        raise Http404("There is no such program of this kind.")
    return found[0]


# ------------------------------------------------------------------------------ the week


def board(request: Request) -> HttpResponse:
    """Each client's week in a program of days, and what of its services is not billed yet."""
    programs = _programs(Basis.HOURS)
    program = _asked(request, programs)
    if program is None:
        return render(request, "programs/board.html", {"programs": []})
    on = http.day_asked(request)
    monday = on - timedelta(days=on.weekday())
    now, clients = http.now(), clients_of(request.user)
    least = _week_minutes(program, monday)
    known = gather.tables(monday, program).level(program.level_of_care)
    lines = program_week.week(program, known, monday, clients, least=least)
    waiting = program_week.unbilled(program, clients, now, now - UNCHARGED_SHOWN_FOR)
    http.shows(request, (line.episode.client_id for line in lines))
    http.shows(request, (one.client.pk for one in waiting))
    return render(
        request,
        "programs/board.html",
        {
            "programs": programs,
            "program": program,
            "level": known,
            "least": least,
            "monday": monday,
            "days": [monday + timedelta(days=number) for number in range(7)],
            "before": monday - timedelta(days=7),
            "after": monday + timedelta(days=7),
            "today": http.today(),
            "lines": lines,
            "amount_cents": sum(line.amount_cents for line in lines),
            "unbilled": [(one, age_days(one.at, now)) for one in waiting],
        },
    )


def _week_minutes(program: Program, on: date) -> int:
    """What a week should hold, as the scrubber asks for it."""
    key = f"{family_of(program.level_of_care).lower()}_week_minutes"
    return int(effective(key, on=on, program_id=program.pk).value)


# ------------------------------------------------------------------------------ the night


def census(request: Request) -> HttpResponse:
    """Who was in bed at midnight, marked for a whole house in one go, and what each night is billed
    as."""
    houses = _programs(Basis.CENSUS)
    program = _asked(request, houses)
    if program is None:
        return render(request, "programs/census.html", {"programs": []})
    last = http.today() - timedelta(days=1)
    day = min(http.day_asked(request), last) if "on" in request.GET else last
    if request.method == "POST":
        return _take(request, program, day)
    beds = nights.beds(
        program,
        day,
        steps.expected(program, day),
        steps.counted(program, day),
        http.midnight(day),
    )
    http.shows(request, (bed.episode.client_id for bed in beds))
    return render(
        request,
        "programs/census.html",
        {
            "programs": houses,
            "program": program,
            "on": day,
            "before": day - timedelta(days=1),
            "after": day + timedelta(days=1) if day < last else None,
            "beds": beds,
            "opens": open_among(request.user, request.shown),
            "where": WHERE,
            "nights": nights.nights(program, last),
            "amount_cents": sum(bed.amount_cents for bed in beds),
            "may_take": may(request.user, "census", "POST"),
        },
    )


def _take(request: Request, program: Program, day: date) -> HttpResponse:
    said = _said(request)
    changed = told(
        request,
        lambda: steps.take(
            program,
            day,
            {pk: where == "in" for pk, (where, _) in said.items()},
            user=request.user,
            now=http.now(),
            reasons={pk: why for pk, (where, why) in said.items() if where != "in"},
        ),
    )
    if changed is not None:
        present = sum(where == "in" for where, _ in said.values())
        messages.success(
            request,
            f"The night of {day:%b %-d} is counted: {present} of {len(said)} in the house.",
        )
    return redirect(f"{reverse('census')}?program={program.pk}&on={day}")


def _said(request: Request) -> dict[int, tuple[str, str]]:
    """Where each stay's client was, and why they were not in the house."""
    typed: Any = request.POST
    found = {}
    for name, where in typed.items():
        key = name.removeprefix("bed_")
        stay = http.number(key) if name != key else None
        if stay is not None and where in WHERE:
            found[stay] = (where, typed.get(f"why_{key}", ""))
    return found
