"""Statements: whom they are due to, what they would say, the run, and the ones that were made."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from carethread import paper
from carethread.record.models import Client, Statement
from carethread.web import http
from carethread.web.http import Request
from carethread.web.pages import page
from carethread.web.patients.patient_account import pdf
from carethread.workflow.common.errors import Refused
from carethread.workflow.patients import statements as work


def statements(request: Request) -> HttpResponse:
    """Clients who are due a statement, and the statements that were made."""
    due = work.due(request.user.organization, now=http.now())
    made = Statement.objects.defer("pdf").select_related("client").order_by("-made_on", "-pk")
    found = page(request, made)
    http.shows(request, (one.client.pk for one in due))
    http.shows(request, (row.client_id for row in found.rows))
    return render(
        request,
        "balance/statements.html",
        {"due": due, "total": sum(one.cents for one in due), "page": found},
    )


AT_ONCE = 10
"""So many statements are made before the page says how far it is; each takes a part of a second."""


def statements_run(request: Request) -> HttpResponse:
    """Make the statements of the clients that were ticked, some at a time: the page between tells
    how many are made and goes on by itself. Whoever leaves it finds the rest still due."""
    chosen = http.numbers_sent(request, "client")
    now, rest = http.now(), chosen[AT_ONCE:]
    made = http.number_sent(request, "made") + len(
        work.run(request.user.organization, chosen[:AT_ONCE], user=request.user, now=now)
    )
    if rest:
        total = max(http.number_sent(request, "total"), len(chosen))
        shown = {"rest": rest, "made": made, "done": total - len(rest), "total": total}
        return render(request, "balance/statements_running.html", shown)
    if made:
        words = f"{made} statement{'s' if made > 1 else ''} made, ready to be printed."
        messages.success(request, words)
        return _go(request, f"{reverse('statements')}?made={http.today():%Y-%m-%d}")
    messages.error(request, "None was made: nobody was chosen, or they have theirs already.")
    return _go(request, reverse("statements"))


def _go(request: Request, url: str) -> HttpResponse:
    """To another page, also from under a run that goes on by itself."""
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def statements_print(request: Request) -> HttpResponse:
    """Every statement of a day as one PDF."""
    day = http.day_asked(request)
    rows = Statement.objects.filter(made_on=day).order_by("client__last_name", "pk")
    if not rows:
        messages.error(request, "No statement was made on that day.")
        return redirect("statements")
    http.shows(request, (row.client_id for row in rows))
    return pdf(paper.bind(bytes(row.pdf) for row in rows), f"statements-{day}")


def statement(_request: Request, row: Statement) -> HttpResponse:
    """A statement as it was printed."""
    return pdf(bytes(row.pdf), f"statement-{row.client.mrn}-{row.number}")


def statement_preview(request: Request, row: Client) -> HttpResponse:
    """What a client's statement would say now."""
    try:
        return pdf(work.preview(row, now=http.now()), f"preview-{row.mrn}")
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("client_account", row.pk)
