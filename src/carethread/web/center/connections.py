"""The ways to clearinghouses and payers: how each stands, and what goes by it."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carethread.insight.connections import standing
from carethread.record.models import Connection
from carethread.web import http
from carethread.web.editing import saves
from carethread.web.http import Request
from carethread.web.permissions import corrected_by, may
from carethread.web.row_forms import RowForm
from carethread.workflow.center import connections as work


class ConnectionForm(RowForm):
    reason = forms.CharField(label="Why", required=False, max_length=200)

    class Meta:
        model = Connection
        fields = ["is_active", "takes_270", "takes_276"]
        labels = {
            "is_active": "In use",
            "takes_270": "Questions about coverage (270) go this way",
            "takes_276": "Questions about claims (276) go this way",
        }

    @property
    def wanted(self) -> work.Wanted:
        said = self.cleaned_data
        return work.Wanted(*(said[name] for name in ("is_active", "takes_270", "takes_276")))


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
            "corrected_by": corrected_by("connection"),
            "history": row.history.select_related("user").order_by("-pk")[:100],
        },
        status=422 if form.errors else 200,
    )


def _set(request: Request, row: Connection, form: ConnectionForm) -> bool:
    reason = form.cleaned_data["reason"]
    return work.set_up(row, form.wanted, reason=reason, user=request.user, now=http.now())
