"""The clinical director's screen: what payers refuse, by clinician, by service, by cause."""

from django.http import HttpResponse
from django.shortcuts import render

from carethread.insight.denials import Period
from carethread.insight.denials import denials as denials_in
from carethread.web import http
from carethread.web.http import Request
from carethread.web.pages import number_asked

PERIODS = (30, 90, 180, 365)


def denials(request: Request) -> HttpResponse:
    """A period's denials in three cuts; each row opens its cases."""
    asked = number_asked(request, "days")
    days = asked if asked in PERIODS else 90
    return render(
        request,
        "leadership/denials.html",
        {
            "days": days,
            "periods": PERIODS,
            "denials": denials_in(Period.of_days(days, http.midnight())),
        },
    )
