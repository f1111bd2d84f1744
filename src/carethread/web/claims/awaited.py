"""Whose answers are awaited, and asking a payer about one claim."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carethread.insight.awaited import WAITS_FOR
from carethread.insight.awaited import awaited as awaited_now
from carethread.record.models import Claim
from carethread.web import http
from carethread.web.forms import told
from carethread.web.http import Request
from carethread.workflow.claims import claim_status


def awaited(request: Request) -> HttpResponse:
    """By connection and payer: what the clearinghouse, the payer's front door and the payer owe."""
    found = awaited_now(http.now())
    kinds = WAITS_FOR.values()
    rows = [(row, [(kind, row.waiting.get(kind)) for kind in kinds]) for row in found]
    overdue = any(row.overdue for row in found)
    return render(request, "billing/awaited.html", {"rows": rows, "overdue": overdue})


def claim_status_ask(request: Request, row: Claim) -> HttpResponse:
    """Put a question about one claim on its way to the payer."""
    asked = told(request, lambda: claim_status.ask(row, user=request.user, now=http.now()))
    if asked is not None:
        messages.success(request, "Asked. The answer shows in the thread when it is here.")
    return redirect("claim", row.pk)
