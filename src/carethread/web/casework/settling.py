"""More that is done about a case: give it to somebody, ask for an authorization afterwards, send it
on to the next payer, put the coverages in order, leave it to the patient; and whose duty which
cases are."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carethread.record.models import Case, CaseDuty, User
from carethread.web import http
from carethread.web.casework import cases
from carethread.web.casework.case_forms import DutyForm, GiveForm
from carethread.web.forms import attempt, told
from carethread.web.http import Request
from carethread.workflow.casework import assign, settle
from carethread.workflow.claims import charged_anew
from carethread.workflow.coverage import coverage_order


def case_give(request: Request, row: Case) -> HttpResponse:
    """Take a case, give it to a colleague, or back to the role."""
    form = GiveForm(request.POST, colleagues=assign.colleagues(row))
    return cases.done(
        request,
        row,
        "give",
        form,
        lambda: assign.give(row, to=form.chosen, user=request.user, now=http.now()),
        "It has changed hands.",
    )


def case_authorize(request: Request, row: Case) -> HttpResponse:
    """Ask for the authorization that the claim lacked, afterwards."""
    return cases.said(request, row, "asked", settle.request_authorization, argument="reason")


def case_to_patient(request: Request, row: Case) -> HttpResponse:
    """Leave what the payer refused to the patient."""
    return cases.said(request, row, "left", settle.leave_to_patient, argument="why")


def case_take_back(request: Request, row: Case) -> HttpResponse:
    """Take back that refused money was written off or left to the patient."""
    return cases.said(request, row, "back", settle.take_back, argument="why")


def case_bill_next(request: Request, row: Case) -> HttpResponse:
    """Ask the client's next policy for what this payer refused."""
    made = told(request, lambda: settle.bill_next(row, user=request.user, now=http.now()))
    if made is not None:
        messages.success(request, f"Claim {made.sequence} to {made.payer} leaves by itself.")
    return redirect("case", row.pk)


def case_order(request: Request, row: Case) -> HttpResponse:
    """Put another policy of the client's before the one that was asked."""
    first = http.number_sent(request, "first")
    order = told(
        request,
        lambda: coverage_order.put_in_order(row, first, user=request.user, now=http.now()),
    )
    if order is not None:
        messages.success(
            request,
            f"{order.first.payer_name} pays first now. What {order.then.payer_name} refused goes "
            "there by itself, on a claim of its own.",
        )
    return redirect("case", row.pk)


def case_charge(request: Request, row: Case) -> HttpResponse:
    """Charge the notes behind a refused claim by the tables that hold now."""
    made = told(request, lambda: charged_anew.charge_again(row, user=request.user, now=http.now()))
    if made is not None:
        messages.success(request, "Charged anew. The claim leaves as a correction by itself.")
    return redirect("case", row.pk)


def duties(request: Request) -> HttpResponse:
    """Who takes which cases, and saying so."""
    people = User.objects.filter(organization=request.user.organization_id, is_active=True)
    form = DutyForm(http.sent(request), people=people.order_by("last_name", "first_name"))
    if request.method == "POST" and form.is_valid() and _saved(request, form) is not None:
        messages.success(request, "From now on they go there.")
        return redirect("duties")
    rows = CaseDuty.objects.select_related("payer", "user").order_by("role", "category", "pk")
    return render(
        request,
        "billing/duties.html",
        {"form": form, "duties": rows},
        status=422 if form.errors else 200,
    )


def _saved(request: Request, form: DutyForm) -> CaseDuty | None:
    said = form.cleaned_data
    return attempt(
        form,
        lambda: assign.save_duty(
            request.user.organization,
            role=said["role"],
            payer=said["payer"],
            category=said["category"],
            user=form.people[said["user"]],
        ),
    )


def duty_drop(request: Request, row: CaseDuty) -> HttpResponse:
    """Let a duty go: its cases belong to the role again."""
    assign.drop_duty(row)
    messages.success(request, "They belong to everybody of the role again.")
    return redirect("duties")
