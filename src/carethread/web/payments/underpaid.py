"""A case about short payments: its lines, what the contract promised, and what is done about it."""

from collections import Counter
from datetime import timedelta

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carethread.insight import cases as worklist
from carethread.insight import contracts as known
from carethread.record.models import Case, CaseKind, Claim, Shortfall
from carethread.web import http
from carethread.web.casework.case_forms import GiveForm
from carethread.web.forms import WaitForm, WordsForm, attempt
from carethread.web.http import Request
from carethread.web.pages import page
from carethread.web.payments.contract_forms import DisputeForm
from carethread.web.permissions import sees_clients
from carethread.web.sheets import as_csv
from carethread.workflow.casework import assign, papers
from carethread.workflow.remittances import dispute

_FORMS = ("letter", "dispute", "accept", "wait", "give")
_ANSWER_IN = timedelta(days=45)
LINES = 20  # shown at once; the CSV has all
COLUMNS = [
    "Claim", "Payer's number", "Client", "Service", "Code", "Modifiers", "Units", "Charge",
    "Promised", "Allowed", "Short", "Recovered", "State", "Check", "Paid on", "Why",
]  # fmt: skip


def case_page(request: Request, row: Case, **sent: BaseForm) -> HttpResponse:
    """The pattern first, then what a person can do, then line by line."""
    found = page(request, known.short_lines(row), size=LINES)
    http.shows(request, (_claim(line).client_id for line in found.rows))
    today = http.today()
    fresh = DisputeForm()
    fresh.initial = {"sent_on": today, "until": today + _ANSWER_IN}
    forms = {
        "letter": _grounds(), "dispute": fresh, "accept": _reason(), "wait": WaitForm(),
        "give": GiveForm(colleagues=assign.colleagues(row)), **sent,
    }  # fmt: skip
    others = (form for name, form in sent.items() if name not in _FORMS)
    return render(
        request,
        "billing/underpaid.html",
        {
            "case": row,
            "page": found,
            "usual": _usual([line.comparison.words for line in found.rows]),
            "missing": known.missing_of(row),
            "contract": known.contract_of(row),
            "disputes": known.disputes(row),
            "papers": papers.of_claim(row),
            "events": row.events.select_related("user").order_by("pk"),
            "left": worklist.days_left(row, today),
            "waits": row.waits_until is not None and row.waits_until > today,
            "sees_clients": sees_clients(request.user),
            "forms": forms,
            "refused": [words for form in others for words in form.non_field_errors()],
        },
        status=422 if sent else 200,
    )


def _usual(words: list[str]) -> str:
    """What most lines say, to be said once; empty where each has its own words."""
    (said, number) = Counter(words).most_common(1)[0] if words else ("", 0)
    return said if number > 1 else ""


def case_dispute_letter(request: Request, row: Case) -> HttpResponse:
    """Write the letter that asks for what is missing."""
    form = _grounds(request)
    done = attempt(
        form,
        lambda: dispute.write_letter(row, words=form.words, user=request.user, now=http.now()),
    )
    if done is None:
        return case_page(request, row, letter=form)
    messages.success(request, "The letter is written: print it, send it, then note the dispute.")
    return redirect("case", row.pk)


def case_dispute(request: Request, row: Case) -> HttpResponse:
    """What is missing on all open lines has been asked for."""
    form = DisputeForm(request.POST)
    form.is_valid()
    said = form.cleaned_data
    done = attempt(
        form,
        lambda: dispute.dispute(
            row,
            sent_on=said.get("sent_on"),
            channel=said.get("channel", "letter"),
            reference=said.get("reference", ""),
            words=said.get("words", ""),
            until=said.get("until"),
            user=request.user,
            now=http.now(),
        ),
    )
    if done is None:
        return case_page(request, row, dispute=form)
    messages.success(request, "Noted. What comes later is found by itself.")
    return redirect("case", row.pk)


def case_accept(request: Request, row: Case) -> HttpResponse:
    """What was paid is taken as it is."""
    form = _reason(request)
    done = attempt(
        form,
        lambda: dispute.accept(row, reason=form.words, user=request.user, now=http.now()),
    )
    if done is None:
        return case_page(request, row, accept=form)
    messages.success(request, "Accepted. The case is closed.")
    return redirect("cases")


def case_lines_csv(request: Request, row: Case) -> HttpResponse:
    """The lines of a case, to go with a dispute."""
    lines = list(known.short_lines(row)) if row.kind == CaseKind.UNDERPAYMENT else []
    http.shows(request, (_claim(line).client_id for line in lines))
    shown = sees_clients(request.user)
    return as_csv(f"case-{row.pk}", COLUMNS, (_cells(line, shown) for line in lines))


def _cells(row: Shortfall, sees: bool) -> list[object]:
    found, line, claim = row.comparison, row.comparison.claim_line, _claim(row)
    check = found.remitted_claim.remittance
    return [
        line.version.claim_number, claim.payer_control_number, claim.client.name if sees else "",
        line.service_date, line.code or line.revenue_code, " ".join(line.modifiers), line.units,
        _dollars(line.charge_cents), _dollars(found.expected_cents),
        _dollars(found.allowed_cents), _dollars(row.short_cents), _dollars(row.recovered_cents),
        row.get_state_display(), check.trace, check.paid_on or "", found.words,
    ]  # fmt: skip


def _dollars(cents: int) -> str:
    return f"{cents / 100:.2f}"


def _claim(row: Shortfall) -> Claim:
    return row.comparison.claim_line.version.claim


def _reason(request: Request | None = None) -> WordsForm:
    return WordsForm(request.POST if request else None, name="reason", label="Why less is accepted")


def _grounds(request: Request | None = None) -> WordsForm:
    return WordsForm(
        request.POST if request else None,
        name="grounds",
        label="What you add in your own words",
        hint="The letter has the contract's amounts and every open line already.",
    )
