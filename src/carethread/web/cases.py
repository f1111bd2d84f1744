"""The worklist of cases, and one case with its history."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carethread.codes.roles import Role
from carethread.insight import cases as worklist
from carethread.insight import wording
from carethread.insight.denials import Period
from carethread.record.models import Case, CaseKind, Practitioner
from carethread.web import http
from carethread.web.forms import WordsForm, attempt
from carethread.web.http import Request
from carethread.web.pages import number_asked, page
from carethread.workflow import follow_up

MINE = "mine"  # an owner to ask for: the user who asks
ROLES = [(role.value, role.capitalize()) for role in Role]
_MOST_DAYS = 3650


def cases(request: Request) -> HttpResponse:
    """What has to be settled: nearest deadline first, then most money."""
    asked = asked_for(request)
    found, today = page(request, worklist.cases(asked)), http.today()
    return render(
        request,
        "billing/cases.html",
        {
            "asked": asked,
            "page": found,
            "left": {case.pk: worklist.days_left(case, today) for case in found.rows},
            "tallies": worklist.tallies(asked),
            "kinds": dict(CaseKind.choices),
            "roles": ROLES,
            "kept": [(k, v) for k, v in request.GET.items() if k not in ("owner", "page")],
            "narrowed": named(asked),
        },
    )


def asked_for(request: Request) -> worklist.Asked:
    """What the address narrows a list of cases to."""
    owner, days = request.GET.get("owner", ""), number_asked(request, "days")
    return worklist.Asked(
        state=request.GET.get("state", "open"),
        kind=request.GET.get("kind", ""),
        category=request.GET.get("category", ""),
        owner="" if owner == MINE else owner,
        mine=request.user if owner == MINE else None,
        clinician_id=number_asked(request, "clinician"),
        service=request.GET.get("service", ""),
        since=Period.of_days(min(days, _MOST_DAYS), http.midnight()).starts if days else None,
    )


def named(asked: worklist.Asked) -> dict[str, object]:
    """What a list is narrowed to beside state, kind and owner; empty where it is not."""
    clinician = asked.clinician_id and Practitioner.objects.filter(pk=asked.clinician_id).first()
    told = {"clinician": clinician, "service": asked.service, "category": asked.category}
    return {name: value for name, value in told.items() if value}


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
            "wordings": wording.of_case(row),
            "events": row.events.select_related("user").order_by("pk"),
            "form": form,
        },
        status=422 if form.errors else 200,
    )
