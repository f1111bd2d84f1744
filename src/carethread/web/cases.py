"""The worklist of cases, and one case with its history."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carethread.insight import cases as worklist
from carethread.record.models import Case, CaseKind
from carethread.web import http
from carethread.web.forms import WordsForm, attempt
from carethread.web.http import Request
from carethread.web.pages import number_asked, page
from carethread.workflow import follow_up


def cases(request: Request) -> HttpResponse:
    """What has to be settled: nearest deadline first, then most money."""
    asked = worklist.Asked(
        state=request.GET.get("state", "open"),
        kind=request.GET.get("kind", ""),
        category=request.GET.get("category", ""),
        owner=request.GET.get("owner", ""),
        clinician_id=number_asked(request, "clinician"),
        service=request.GET.get("service", ""),
    )
    found, today = page(request, worklist.cases(asked)), http.today()
    return render(
        request,
        "billing/cases.html",
        {
            "asked": asked,
            "page": found,
            "left": {case.pk: worklist.days_left(case, today) for case in found.rows},
            "tallies": worklist.tallies(asked.state) if asked.state else [],
            "kinds": dict(CaseKind.choices),
            "narrowed": bool(asked.category or asked.clinician_id or asked.service or asked.owner),
        },
    )


def case(request: Request, row: Case) -> HttpResponse:
    """One case: why, who cures it, until when, and what was done."""
    return _page(request, row, _form())


def case_close(request: Request, row: Case) -> HttpResponse:
    """Settle a case, with how. It writes nothing off."""
    form = _form(request)
    closed = attempt(
        form,
        lambda: follow_up.close(row, resolution=form.words, user=request.user, now=http.now()),
    )
    if closed is None:
        return _page(request, row, form)
    messages.success(request, "Closed.")
    return redirect("cases")


def _form(request: Request | None = None) -> WordsForm:
    data = request.POST if request else None
    return WordsForm(data, name="resolution", label="How it was settled")


def _page(request: Request, row: Case, form: WordsForm) -> HttpResponse:
    return render(
        request,
        "billing/case.html",
        {
            "case": row,
            "left": worklist.days_left(row, http.today()),
            "events": row.events.select_related("user").order_by("pk"),
            "form": form,
        },
        status=422 if form.errors else 200,
    )
