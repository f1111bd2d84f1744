"""The ways to clearinghouses and payers: how each stands, and what goes by it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from carethread.insight.connections import standing
from carethread.record.models import Connection
from carethread.web import http
from carethread.web.center.connection_forms import KINDS, ConnectingForm, ConnectionForm
from carethread.web.editing import edit, saves
from carethread.web.http import Request
from carethread.web.permissions import corrected_by, may
from carethread.workflow.center import connections as work
from carethread.workflow.center.connecting import connect


def connections(request: Request) -> HttpResponse:
    """Every connection: what it takes, when it was heard last, what is overdue, what fails."""
    return render(request, "administration/connections.html", {"rows": standing(http.now())})


def connection(request: Request, row: Connection) -> HttpResponse:
    """One connection: what goes by it, and who changed that when."""
    form = ConnectionForm(http.sent(request), instance=Connection.objects.get(pk=row.pk))
    if saves(request, form, lambda: (_set(request, row, form),)):
        messages.success(request, "Saved.")
        return redirect("connection", row.pk)
    if not may(request.user, "connection", "POST"):
        form.only_show()
    (known,) = [one for one in standing(http.now()) if one.row.pk == row.pk]
    return render(
        request,
        "administration/connection.html",
        {
            "known": known,
            "form": form,
            "may_save": may(request.user, "connection", "POST"),
            "is_typed": row.kind in KINDS,
            "corrected_by": corrected_by("connection"),
            "history": row.history.select_related("user").order_by("-pk")[:100],
        },
        status=422 if form.errors else 200,
    )


def _set(request: Request, row: Connection, form: ConnectionForm) -> bool:
    reason = form.cleaned_data["reason"]
    return work.set_up(row, form.wanted, reason=reason, user=request.user, now=http.now())


def connection_new(request: Request) -> HttpResponse:
    """A further way, of the kind that the address asks for: `?kind=folder`."""
    kind = KINDS.get(request.GET.get("kind", ""), next(iter(KINDS.values())))
    fresh = Connection(organization=request.user.organization)
    form = ConnectingForm(http.sent(request), instance=fresh, kind=kind)
    return edit(
        request,
        form,
        lambda: connect(form.instance, user=request.user, now=http.now()),
        heading="New connection",
        over="Connections",
        words=kind.words,
        back=reverse("connections"),
        done="Kept. `carethread work` tries it within a minute; its page says how it went.",
        template="administration/connection_new.html",
        shown={"kinds": KINDS.values(), "kind": kind},
    )


def connection_edit(request: Request, row: Connection) -> HttpResponse:
    """A way whose host, folders or ids were wrong, or have become others."""
    if row.kind not in KINDS:
        return redirect("connection", row.pk)  # nothing of this kind is typed
    form = ConnectingForm(http.sent(request), instance=row, kind=KINDS[row.kind])
    form.only_facts()
    return edit(
        request,
        form,
        lambda: connect(form.instance, user=request.user, now=http.now()),
        heading=row.name,
        over="Connections",
        words="Once saved it is tried anew. What waits for it leaves by itself.",
        back=reverse("connection", args=[row.pk]),
    )
