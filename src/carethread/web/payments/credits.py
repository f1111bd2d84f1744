"""Credit balances: what payers overpaid, with the law's clock, and clients' money nobody needs."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carethread.insight import credits as money
from carethread.record.models import Case, CaseKind, Charge, Refund
from carethread.web import http
from carethread.web.forms import attempt
from carethread.web.http import Request
from carethread.web.pages import page
from carethread.web.patients.account_forms import PayerRefundForm
from carethread.workflow.patients import patient_money


def credits(request: Request) -> HttpResponse:
    """What is to be given back, to whom and until when, and what was."""
    return _page(request)


def _page(request: Request, form: PayerRefundForm | None = None, charge: int = 0) -> HttpResponse:
    overpaid = money.overpayments()
    unused = list(money.unused_payments())
    due = _due_days()
    rows = [
        (one, due.get(one.charge.pk), form if form and charge == one.charge.pk else _form(one))
        for one in overpaid
    ]
    found = page(request, Refund.objects.select_related("client", "payer", "user").order_by("-pk"))
    http.shows(request, (one.charge.client_id for one in overpaid))
    http.shows(request, (payment.client_id for payment in unused))
    http.shows(request, (row.client_id for row in found.rows))
    return render(
        request,
        "balance/credits.html",
        {
            "overpaid": rows,
            "unused": unused,
            "page": found,
            "today": http.today(),
            "refused": charge,
            "total": sum(one.cents for one in overpaid) + sum(p.open_cents for p in unused),
        },
        status=422 if form and form.errors else 200,
    )


def _due_days() -> dict[int, Any]:
    """By charge, the day until which the law lets the center keep what was overpaid."""
    rows = Case.objects.filter(kind=CaseKind.CREDIT, source__startswith="overpaid:").exclude(
        state="closed"
    )
    return {row.subject[1]: row for row in rows}


def _form(one: money.Overpayment) -> PayerRefundForm:
    given = {"amount": f"{one.cents / 100:.2f}", "method": "check", "received_on": http.today()}
    form = PayerRefundForm(list(one.payers), initial=given)
    form.auto_id = f"id_{one.charge.pk}_%s"
    return form


def refund_payer(request: Request, row: Charge) -> HttpResponse:
    """Note that a payer was given back what it overpaid on a charge."""
    payers = [payer for one in money.overpayments(row) for payer in one.payers]
    form = PayerRefundForm(payers, request.POST)
    form.auto_id = f"id_{row.pk}_%s"
    made = None if not form.is_valid() else attempt(
        form,
        lambda: patient_money.refund_payer(
            row, form.tender, user=request.user, reason=form.cleaned_data["reason"],
            now=http.now(), payer=form.payer,
        ),
    )  # fmt: skip
    if made is None:
        return _page(request, form, row.pk)
    messages.success(request, "Noted as given back to the payer.")
    return redirect("credits")
