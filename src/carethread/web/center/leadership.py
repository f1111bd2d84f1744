"""The screens of who leads: cash, and what payers refuse by clinician, service and cause."""

from django.http import HttpResponse
from django.shortcuts import render

from carethread.insight import cash as money
from carethread.insight.claims import ON_ITS_WAY
from carethread.insight.denials import Period
from carethread.insight.denials import denials as denials_in
from carethread.web import http
from carethread.web.casework.cases import asked_for, named
from carethread.web.http import Request

PERIODS = (30, 90, 180, 365)


def cash(request: Request) -> HttpResponse:
    """What came in, what is expected next, and what does not come by itself."""
    found = money.cash(http.now())
    on_its_way = [
        (found.pipeline.stages[state], found.promised.get(state, 0)) for state in ON_ITS_WAY
    ]
    return render(request, "leadership/cash.html", {"cash": found, "on_its_way": on_its_way})


def denials(request: Request) -> HttpResponse:
    """A period's denials in three cuts. A name narrows them to one clinician, service or cause;
    a figure opens the cases that it counts."""
    number = http.number_asked(request, "days")
    days = number if number in PERIODS else 90
    asked = asked_for(request)
    return render(
        request,
        "leadership/denials.html",
        {
            "days": days,
            "periods": PERIODS,
            "asked": asked,
            "narrowed": named(asked),
            "denials": denials_in(Period.of_days(days, http.midnight()), asked),
        },
    )
