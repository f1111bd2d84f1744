"""The access log on screen and as CSV, and what was changed. Looking at either is a look like any
other, and written down."""

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from carethread.insight.client import named
from carethread.insight.looks import Asked, changes, looks
from carethread.record.models import AccessEvent, Client, User
from carethread.web import http
from carethread.web.http import Request
from carethread.web.pages import page
from carethread.web.sheets import as_csv

_MOST = 100_000
_SHOWN = 20
_RESULTS = {302: "Done", 403: "Refused", 404: "Not found", 422: "Not accepted"}
COLUMNS = ["When", "Who", "Client", "Record", "What", "Result", "From"]


def access_log(request: Request) -> HttpResponse:
    """Who looked at which client when, and what was refused."""
    asked = _asked(request)
    found = page(request, looks(asked))
    http.shows(request, (row.client_id for row in found.rows))
    lines = [(row, row.action.replace("_", " "), result(row)) for row in found.rows]
    shown = {**_narrowing(request, asked), "page": found, "lines": lines}
    return render(request, "administration/access_log.html", shown)


def changes_made(request: Request) -> HttpResponse:
    """Who changed which fact of a client, a policy, a payer, a person or a place: from what, to
    what."""
    asked = _asked(request)
    found = page(request, changes(asked))
    http.shows(request, (row.client_id for row in found.rows))
    shown = {**_narrowing(request, asked), "page": found}
    return render(request, "administration/changes.html", shown)


def _narrowing(request: Request, asked: Asked) -> dict[str, object]:
    """What the form above the lines shows."""
    people = User.objects.filter(organization=request.user.organization)
    return {
        "asked": asked,
        "since": request.GET.get("since", ""),
        "until": request.GET.get("until", ""),
        "people": people.order_by("last_name", "first_name"),
    }


def access_log_csv(request: Request) -> HttpResponse:
    """The same lines, all pages of them, for a spreadsheet."""
    found = looks(_asked(request))
    http.shows(request, found.order_by().values_list("client", flat=True).distinct())
    rows = found[:_MOST].iterator(chunk_size=2000)
    return as_csv("access-log", COLUMNS, (_line(row) for row in rows))


def result(row: AccessEvent) -> str:
    """How it ended, in a word."""
    return _RESULTS.get(row.status, "Shown" if row.status < 300 else str(row.status))


def _line(row: AccessEvent) -> list[str]:
    client = row.client
    return [
        timezone.localtime(row.at).isoformat(timespec="seconds"),
        str(row.user or ""),
        client.name if client else "",
        client.mrn if client else "",
        f"{row.method} {row.path}",
        result(row),
        row.address,
    ]


def _asked(request: Request) -> Asked:
    """What the address narrows to; whose client is asked for is told to the log itself."""
    since, until = _day(request, "since"), _day(request, "until")
    client = request.GET.get("client", "").strip()
    if client:
        meant = named(Client.objects.all(), client)
        http.shows(request, meant.values_list("pk", flat=True)[:_SHOWN])
    return Asked(
        client=client,
        user_id=http.number_asked(request, "user"),
        since=http.midnight(since) if since else None,
        until=http.midnight(until + timedelta(days=1)) if until else None,
    )


def _day(request: Request, name: str) -> date | None:
    return http.day_asked(request, name) if request.GET.get(name) else None
