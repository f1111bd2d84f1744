"""Asking a payer with one click, and everything that was ever asked and answered."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from carethread.insight.eligibility import history
from carethread.record.models import Case, Coverage, EdiFile, EligibilityCheck
from carethread.rules.inquiry import about_one
from carethread.web import http
from carethread.web.care import benefits
from carethread.web.claims.files import segments
from carethread.web.forms import told
from carethread.web.http import Request
from carethread.workflow.coverage import eligibility as workflow


def eligibility(request: Request, row: Coverage) -> HttpResponse:
    """What the payer says of a coverage, every earlier answer, and the text of each."""
    checks = history(row)
    asked = http.number_asked(request, "check")
    chosen = next((one for one in checks if one.pk == asked), checks[0] if checks else None)
    if asked is not None and (chosen is None or chosen.pk != asked):
        raise Http404("There is no such check of this coverage.")
    answer = getattr(chosen, "answer", None)
    return render(
        request,
        "intake/eligibility.html",
        {
            "coverage": row,
            "benefits": benefits.of([row], request.user)[row.pk],
            "checks": checks,
            "chosen": chosen,
            "texts": [
                (title, _text(chosen, file))
                for title, file in (
                    ("The question (270)", chosen.file if chosen else None),
                    ("The answer (271)", answer.file if answer else None),
                )
                if chosen is not None and file is not None
            ],
            "cases": Case.objects.filter(coverage=row).exclude(state="closed").order_by("pk"),
        },
    )


def _text(check: EligibilityCheck, file: EdiFile) -> list[str]:
    text = segments(bytes(file.raw).decode("utf-8", "replace"))
    return about_one(check.number, text)[:400]


def eligibility_check(request: Request, row: Coverage) -> HttpResponse:
    """Ask now. A second click while the payer thinks finds the first one's question."""
    check = told(request, lambda: workflow.check(row, now=http.now(), user=request.user))
    if request.htmx:
        return _panel(request, row)
    if check is not None:
        messages.success(request, f"{check.payer_name} was asked.")
    return redirect(http.way_back(request, reverse("eligibility", args=[row.pk])))


def eligibility_panel(request: Request, row: Coverage) -> HttpResponse:
    """What is known by now, while an answer is under way."""
    return _panel(request, row)


def _panel(request: Request, row: Coverage) -> HttpResponse:
    found = benefits.of([row], request.user)[row.pk]
    return render(
        request, "intake/_benefits_inside.html", {"benefits": found, "says_messages": True}
    )
