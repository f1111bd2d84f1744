"""The front desk's day: who comes, who is here, what each pays and what is still to be asked."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from carethread.insight import desk as days
from carethread.insight import groups
from carethread.insight.desk import Visit, What
from carethread.record.models import Appointment, Client, Program, Site
from carethread.web import http
from carethread.web.care import benefits
from carethread.web.care.benefits import Benefits
from carethread.web.forms import told
from carethread.web.http import Request
from carethread.web.permissions import may
from carethread.workflow.care import foresee, schedule

_CURES: dict[What, tuple[str, str]] = {
    "coverage": ("No coverage on this day", "coverage_new"),
    "admission": ("Not admitted to the program", "admission_new"),
    "diagnosis": ("No diagnosis", "diagnosis_new"),
    "consent": ("No consent for payment (Part 2)", "consent_new"),
    "address": ("No address", "client_edit"),
    "phone": ("No phone number", "client_edit"),
}
_KEPT = "desk"  # in the session: the site and program that one works for


@dataclass(frozen=True, slots=True)
class Line:
    """One visit as the list shows it. `cures` are what is missing and where it is put right;
    `due_cents` what of the copay is still to be taken, None where no payer named one."""

    visit: Visit
    benefits: Benefits | None
    cures: tuple[tuple[str, str], ...]
    due_cents: int | None


def desk(request: Request) -> HttpResponse:
    """Today's sessions and groups of the sites and programs that one works for; the choice is
    remembered."""
    on = http.day_asked(request)
    site, program = _chosen(request)
    programs = days.programs_of(site)
    chosen = [row.pk for row in programs if program in (None, row.pk)]
    of = chosen if site or program else None
    visits = days.on_day(http.midnight(on), of)
    appointments = [visit.appointment for visit in visits]
    meetings = groups.at_programs(of, on, http.today())
    comes = groups.who_comes(meetings)
    http.shows(request, (row.client_id for row in appointments))
    http.shows(request, (client.pk for clients in comes.values() for client in clients))
    sites = list(Site.objects.order_by("name"))
    known = benefits.on_day({row.client for row in appointments}, on, request.user)
    lines = [_line(request, visit, known.get(visit.appointment.client_id)) for visit in visits]
    return render(
        request,
        "intake/desk.html",
        {
            "on": on,
            "before": on - timedelta(days=1),
            "after": on + timedelta(days=1),
            "today": http.today(),
            "lines": lines,
            "here": sum(row.arrived_at is not None for row in appointments),
            "alerts": foresee.alerts(appointments, on=on),
            "meetings": meetings,
            "comes": comes,
            "sites": sites,
            "place": next((one for one in sites if one.pk == site or len(sites) == 1), None),
            "programs": programs,
            "site": site,
            "program": program,
        },
    )


def _chosen(request: Request) -> tuple[int | None, int | None]:
    """The site and program that were asked for, now or the last time."""
    if "site" in request.GET or "program" in request.GET:
        asked = [http.number_asked(request, name) for name in ("site", "program")]
        request.session[_KEPT] = asked
    site, program = request.session.get(_KEPT, (None, None))
    if program and site and not Program.objects.filter(pk=program, site=site).exists():
        program = None
    return site, program


def _line(request: Request, visit: Visit, known: Benefits | None) -> Line:
    client = visit.appointment.client_id
    return Line(
        visit,
        known,
        tuple(
            (words, reverse(address, args=[client]) if may(request.user, address) else "")
            for words, address in (_CURES[what] for what in visit.missing)
        ),
        max(0, known.copay - visit.paid_cents) if known and known.copay is not None else None,
    )


def copay_due(request: Request, client: Client, day: date) -> tuple[int | None, int]:
    """What the client gives at a visit of that day as far as a payer has said so, in cents, and
    what of it is still to be taken; none of it where no visit is on record for that day."""
    known = benefits.on_day([client], day, request.user, to_ask=False).get(client.pk)
    copay = known.copay if known else None
    if not copay or not days.is_expected(client, http.midnight(day)):
        return copay, 0
    return copay, max(0, copay - days.paid_for(client, day))


def arrive(request: Request, row: Appointment) -> HttpResponse:
    """The client is here."""
    told(request, lambda: schedule.arrive(row, now=http.now()))
    return redirect(http.way_back(request, reverse("desk")))


def not_arrived(request: Request, row: Appointment) -> HttpResponse:
    """It was somebody else: the check-in is taken back."""
    told(request, lambda: schedule.not_arrived(row))
    return redirect(http.way_back(request, reverse("desk")))
