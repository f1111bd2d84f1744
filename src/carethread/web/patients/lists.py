"""Lists of clients' money: what they gave, and who owes since when."""

from django.http import HttpResponse
from django.shortcuts import render

from carethread.insight import patients
from carethread.web import http
from carethread.web.http import Request
from carethread.web.pages import page

_MOST = 200  # refunds on one page, which are few


def payments(request: Request) -> HttpResponse:
    """What clients gave and were given back, between two days where the address names them."""
    first, last = (
        http.day_asked(request, name) if name in request.GET else None for name in ("first", "last")
    )
    found = page(request, patients.payments(first, last))
    back = list(patients.refunds(first, last)[:_MOST])
    http.shows(request, (row.client_id for row in found.rows))
    http.shows(request, (row.client_id for row in back))
    shown = {"page": found, "refunds": back, "first": first, "last": last}
    return render(request, "balance/payments.html", shown)


def balances(request: Request) -> HttpResponse:
    """Who owes after their last payer, the oldest first."""
    found = page(request, patients.owing())
    http.shows(request, (row.pk for row in found.rows))
    return render(request, "balance/balances.html", {"page": found, "today": http.today()})
