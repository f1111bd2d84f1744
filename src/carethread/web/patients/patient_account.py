"""A client's account: who owes what and why, payments at the desk, receipts, payment plans."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carethread.insight import account as accounts
from carethread.insight.desk import is_expected
from carethread.record.models import Claim, Client, PatientPayment, PaymentPlan
from carethread.rules.words import day, dollars
from carethread.web import http
from carethread.web.forms import WordsForm, attempt, told
from carethread.web.front_desk.desk import copay_due
from carethread.web.http import Request
from carethread.web.patients.account_forms import (
    ChoiceForm,
    PaymentForm,
    PlanForm,
    RefundForm,
    cents,
)
from carethread.workflow.patients import patient_money, payment_plans, statements
from carethread.workflow.remittances import next_payer


def pdf(raw: bytes, name: str) -> HttpResponse:
    """A printed page, to be looked at in the browser."""
    answer = HttpResponse(raw, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer


# -------------------------------------------------------------------------------------- account


def client_account(request: Request, row: Client) -> HttpResponse:
    """Every service with who has paid and who owes the rest, and all that the client gave."""
    return _account(request, row)


def _account(
    request: Request, row: Client, *, plan: PlanForm | None = None, end: WordsForm | None = None
) -> HttpResponse:
    return render(
        request,
        "balance/account.html",
        {
            "client": row,
            "account": accounts.account(row),
            "plan_form": plan or PlanForm(initial={"first_due": http.today()}),
            "end_form": end or _end_form(),
            "today": http.today(),
        },
        status=422 if (plan and plan.errors) or (end and end.errors) else 200,
    )


def _end_form(data: Any = None) -> WordsForm:
    return WordsForm(data, name="reason", label="Why it ends")


def plan_agree(request: Request, row: Client) -> HttpResponse:
    """Agree on an amount a month."""
    form = PlanForm(request.POST)
    made = (
        None
        if not form.is_valid()
        else attempt(
            form,
            lambda: payment_plans.agree(
                row,
                monthly=cents(form.cleaned_data["monthly"]),
                first_due=form.cleaned_data["first_due"],
                user=request.user,
                now=http.now(),
            ),
        )
    )
    if made is None:
        return _account(request, row, plan=form)
    messages.success(request, "Agreed. Statements ask for the monthly amount from now on.")
    return redirect("client_account", row.pk)


def plan_end(request: Request, row: PaymentPlan) -> HttpResponse:
    """End a plan: what is left is owed at once."""
    form = _end_form(request.POST)
    done = attempt(
        form,
        lambda: payment_plans.end(row, user=request.user, reason=form.words, now=http.now()),
    )
    if done is None:
        return _account(request, row.client, end=form)
    messages.success(request, "The plan has ended.")
    return redirect("client_account", row.client_id)


# -------------------------------------------------------------------------------------- payments


def payment_new(request: Request, row: Client) -> HttpResponse:
    """Take a payment: a copay at check-in, or money on account. Where the payer has named a copay
    and the client has a visit on that day (`?visit=`, else today), both stand in the form."""
    visit = http.day_asked(request, "visit")
    copay, due = copay_due(request, row, visit)
    given: dict[str, Any] = {"received_on": http.today(), "method": "card"}
    given |= {"visit_on": visit} if is_expected(row, http.midnight(visit)) else {}
    given |= {"amount": f"{due / 100:.2f}"} if due else {}
    form = PaymentForm(http.sent(request), initial=given)
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            lambda: patient_money.take(row, form.tender, user=request.user, now=http.now()),
        )
        if made is not None:
            messages.success(request, f"Taken. Receipt {made.receipt} is ready to be printed.")
            return redirect("payment", made.pk)
    return render(
        request,
        "balance/payment_new.html",
        {"client": row, "form": form, "account": accounts.account(row), "copay": copay},
        status=422 if form.errors else 200,
    )


def payment(request: Request, row: PatientPayment) -> HttpResponse:
    """One payment: what it went to, and what may be done about it."""
    return _payment(request, row)


def _payment(
    request: Request,
    row: PatientPayment,
    *,
    choice: ChoiceForm | None = None,
    void: WordsForm | None = None,
    refund: RefundForm | None = None,
) -> HttpResponse:
    forms = (choice, void, refund)
    return render(
        request,
        "balance/payment.html",
        {
            "payment": row,
            "client": row.client,
            "used": accounts.applications().filter(patient_payment=row).select_related("charge"),
            "choice": choice or _choice(row),
            "void": void or _void_form(),
            "refund": refund or _refund_form(row),
        },
        status=422 if any(form and form.errors for form in forms) else 200,
    )


def _choice(row: PatientPayment, data: Any = None) -> ChoiceForm:
    """What is owed on each charge, with what this payment pays of it now."""
    used = accounts.applications().filter(patient_payment=row)
    now_paid: dict[int, int] = {}
    for charge, share in used.values_list("charge", "amount_cents"):
        now_paid[charge or 0] = now_paid.get(charge or 0, 0) + share
    days = {one.charge_id: (one.service_date, one.cents) for one in accounts.owed(row.client)}
    for transfer in used.select_related("charge"):
        if transfer.charge is not None:
            days.setdefault(transfer.charge.pk, (transfer.charge.service_date, 0))
    owed = {
        charge: (
            f"Service of {day(on)}: {dollars(open_ + now_paid.get(charge, 0))} owed",
            now_paid.get(charge, 0),
        )
        for charge, (on, open_) in sorted(days.items(), key=lambda item: item[1])
    }
    return ChoiceForm(data, owed)


def _void_form(data: Any = None) -> WordsForm:
    return WordsForm(data, name="reason", label="Why it is void")


def _refund_form(row: PatientPayment, data: Any = None) -> RefundForm:
    given = {"amount": f"{row.open_cents / 100:.2f}", "received_on": http.today()}
    return RefundForm(data, initial={**given, "method": row.method})


def payment_apply(request: Request, row: PatientPayment) -> HttpResponse:
    """Say which charges a payment pays."""
    form = _choice(row, request.POST)
    if not form.is_valid():
        return _payment(request, row, choice=form)
    now = http.now()

    def put() -> bool:
        patient_money.apply_to(row, form.chosen, user=request.user, now=now)
        return True

    if not attempt(form, put):
        return _payment(request, row, choice=form)
    messages.success(request, "Applied as you chose.")
    return redirect("payment", row.pk)


def payment_void(request: Request, row: PatientPayment) -> HttpResponse:
    """Void a payment that was taken by mistake, or a check that bounced."""
    form = _void_form(request.POST)
    done = attempt(
        form,
        lambda: patient_money.void(row, user=request.user, reason=form.words, now=http.now()),
    )
    if done is None:
        return _payment(request, row, void=form)
    messages.success(request, "Void. What it paid is owed again.")
    return redirect("payment", row.pk)


def payment_refund(request: Request, row: PatientPayment) -> HttpResponse:
    """Give a client back what of a payment is free."""
    form = _refund_form(row, request.POST)
    made = None if not form.is_valid() else attempt(
        form,
        lambda: patient_money.refund_client(
            row, form.tender, user=request.user, reason=form.cleaned_data["reason"],
            now=http.now(),
        ),
    )  # fmt: skip
    if made is None:
        return _payment(request, row, refund=form)
    messages.success(request, "Noted as given back.")
    return redirect("payment", row.pk)


def receipt(_request: Request, row: PatientPayment) -> HttpResponse:
    """The receipt, to be printed."""
    return pdf(statements.print_receipt(row), f"receipt-{row.receipt}")


# -------------------------------------------------------------------------------------- next payer


def claim_next(request: Request, row: Claim) -> HttpResponse:
    """Send on a claim that was refused: the next payer is asked for all that was not paid."""
    made = told(request, lambda: next_payer.bill_next(row, user=request.user, now=http.now()))
    if made is None:
        return redirect("claim", row.pk)
    messages.success(request, f"{made.payer} is asked next.")
    return redirect("claim", made.pk)


def claim_leave(request: Request, row: Claim) -> HttpResponse:
    """Do not ask this payer: what the earlier one left is the client's."""
    reason, now = request.POST.get("reason", ""), http.now()

    def leave() -> bool:
        next_payer.leave_to_patient(row, user=request.user, reason=reason, now=now)
        return True

    if told(request, leave):
        messages.success(request, "Left to the client.")
    return redirect("claim", row.pk)
