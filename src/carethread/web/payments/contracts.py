"""Contracts with payers: what they promise, what came, and sheets with a preview."""

from datetime import date, timedelta
from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from carethread.codes.contracts import KINDS, TermKind, percent
from carethread.codes.fee_file import TEMPLATE
from carethread.insight import contracts as known
from carethread.record.models import Contract, ContractFile, ContractTerm
from carethread.rules.schedule import Plan, figure
from carethread.web import http
from carethread.web.editing import edit
from carethread.web.forms import attempt, told
from carethread.web.http import Request
from carethread.web.pages import page
from carethread.web.payments.contract_forms import ContractForm, EndForm, SheetForm, TermForm
from carethread.web.sheets import as_csv
from carethread.workflow import gather
from carethread.workflow.remittances import contracts as step

_DAYS = (90, 180, 365)


def contracts(request: Request) -> HttpResponse:
    """Every contract, with what its payer still owes against it."""
    missing = known.missing_by_payer()
    return render(
        request,
        "contracts/contracts.html",
        {
            "contracts": known.contracts(),
            "missing": missing,
            "sums": _sums(missing),
            "silent": known.without_contract(http.today()),
            "today": http.today(),
        },
    )


def _sums(missing: dict[int, known.Missing]) -> known.Missing:
    rows = list(missing.values())
    return known.Missing(
        sum(m.found for m in rows), sum(m.recovered for m in rows), sum(m.accepted for m in rows),
        sum(m.open for m in rows), sum(m.lines for m in rows),
    )  # fmt: skip


def contract(request: Request, row: Contract) -> HttpResponse:
    """One contract: what it promises on a day, what came of it, and how it came about."""
    on, days = http.day_asked(request), http.number_asked(request, "days")
    days = days if days in _DAYS else _DAYS[0]
    found = page(request, known.terms(row, on))
    return render(
        request,
        "contracts/contract.html",
        {
            "contract": row,
            "on": on,
            "days": days,
            "periods": _DAYS,
            "page": found,
            "terms": [(term, figure(gather.term(term))) for term in found.rows],
            "codes": known.by_code(row.payer_id, http.today() - timedelta(days=days)),
            "missing": known.missing_by_payer().get(row.payer_id, known.Missing()),
            "patterns": known.patterns(row.payer_id)[:20],
            "events": row.events.select_related("user", "file").defer("file__raw").order_by("-pk"),
            "sequestered": percent(row.sequestration) if row.sequestration else "",
        },
    )


def contract_csv(_request: Request, row: Contract) -> HttpResponse:
    """Every term, in the columns that are read again when the sheet is handed in."""
    rows = (_as_cells(term) for term in known.terms(row))
    return as_csv(f"contract-{row.pk}", TEMPLATE, rows)


def _as_cells(term: ContractTerm) -> list[object]:
    kind = KINDS[TermKind(term.kind)]
    days = (term.first_day, term.last_day or "") if gather.term(term).days else ("", "")
    return [
        kind.label.lower(), term.code, term.revenue_code, term.modifier, term.credential,
        term.place, Decimal(term.amount_cents) / 100 if kind.amount else "",
        f"{Decimal(term.share) / 100}%" if kind.share else "", *days, term.effective_from,
        term.effective_to or "",
    ]  # fmt: skip


# ------------------------------------------------------------------------------ one by one


def contract_new(request: Request) -> HttpResponse:
    """What was agreed with a payer from a day on."""
    fresh = Contract(organization=request.user.organization, effective_from=http.today())
    form = ContractForm(http.sent(request), instance=fresh, initial=_asked_payer(request))
    return edit(
        request,
        form,
        lambda: step.save_contract(form.instance, user=request.user, now=http.now()),
        heading="New contract",
        over="Contracts",
        words="A payer has one contract at a time: the one before it ends the day before.",
        back=reverse("contracts"),
        done="Kept. Hand in its fee schedule, or type its terms.",
        after=lambda: reverse("contract", args=[form.instance.pk]),
    )


def _asked_payer(request: Request) -> dict[str, object]:
    number = http.number_asked(request, "payer")
    return {"payer": number} if number else {}


def contract_edit(request: Request, row: Contract) -> HttpResponse:
    """Its days and what holds for all of its terms."""
    form = ContractForm(http.sent(request), instance=row)
    return edit(
        request,
        form,
        lambda: step.save_contract(form.instance, user=request.user, now=http.now()),
        heading=row.name,
        over="Contract",
        words="Terms that would outlast it end with it.",
        back=reverse("contract", args=[row.pk]),
    )


def term_new(request: Request, row: Contract) -> HttpResponse:
    """One more promise, or another figure from a day on."""
    fresh = ContractTerm(
        organization=row.organization, contract=row,
        effective_from=max(http.today(), row.effective_from),
    )  # fmt: skip
    return _term_page(request, row, fresh, "New term")


def term(request: Request, row: ContractTerm) -> HttpResponse:
    """One term. Its figures never change: what is saved takes its place from its first day on."""
    fresh = ContractTerm(
        **{
            field.attname: getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if field.name not in ("id", "file", "withdrawn_at")
        }
    )
    return _term_page(request, row.contract, fresh, gather.term(row).named, row)


def _term_page(
    request: Request,
    row: Contract,
    fresh: ContractTerm,
    heading: str,
    of: ContractTerm | None = None,
) -> HttpResponse:
    form = TermForm(http.sent(request), instance=fresh)
    return edit(
        request,
        form,
        lambda: step.save_term(fresh, user=request.user, now=http.now()),
        heading=heading,
        over=row.name,
        words=_TERM_WORDS,
        back=reverse("contract", args=[row.pk]),
        done="Kept. Short payments that are open are held against it in the next round.",
        template="contracts/term.html",
        shown={"term": of, "end": EndForm(auto_id="id_end_%s"), "contract": row},
    )


_TERM_WORDS = (
    "What is promised for a service until its first day ends the day before. From the same first "
    "day on it takes the other's place, which is kept in the history."
)


def term_end(request: Request, row: ContractTerm) -> HttpResponse:
    """The service is promised until a day and no longer."""
    form = EndForm(request.POST, auto_id="id_end_%s")
    last = form.cleaned_data.get("last") if form.is_valid() else None
    done = told(
        request, lambda: step.end_term(row, last=last, user=request.user, now=http.now()) or True
    )
    if done is None:
        return redirect("term", row.pk)
    messages.success(request, "It ends on that day.")
    return redirect("contract", row.contract_id)


# ------------------------------------------------------------------------------ from a sheet


def contract_import(request: Request, row: Contract) -> HttpResponse:
    """Hand a fee schedule in. It is kept and shown with what it would do."""
    files = request.FILES if request.method == "POST" else None
    starts = max(row.effective_from, http.today().replace(day=1))
    form = SheetForm(http.sent(request), files, initial={"starts": starts})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        kept = attempt(
            form,
            lambda: step.hand_in(
                row, name=given.name, data=given.read(), starts=form.cleaned_data["starts"],
                is_whole=form.cleaned_data["is_whole"], user=request.user, now=http.now(),
            ),
        )  # fmt: skip
        if kept is not None:
            return redirect("contract_file", kept.pk)
    return render(
        request,
        "contracts/import.html",
        {"contract": row, "form": form, "columns": TEMPLATE},
        status=422 if form.errors else 200,
    )


def contract_file(request: Request, row: ContractFile) -> HttpResponse:
    """What a sheet would do, row by row; confirmed, it is done, all of it."""
    if request.method == "POST":
        done = told(request, lambda: step.load(row, user=request.user, now=http.now()))
        if done is not None:
            messages.success(request, "Loaded. New claims leave with these promises.")
            return redirect("contract", row.contract_id)
        return redirect("contract_file", row.pk)
    loaded = row.events.select_related("user").first()
    seen = None if loaded else step.preview(row)
    return render(
        request,
        "contracts/file.html",
        {"file": row, "contract": row.contract, "loaded": loaded, "seen": seen,
         "lists": _lists(seen) if seen else None},
    )  # fmt: skip


def _lists(seen: step.Preview) -> dict[str, object]:
    """The preview in the words of a screen."""
    done: Plan = seen.plan

    def ended(number: int) -> tuple[str, str, date | None]:
        standing = seen.terms[number]
        return standing.named, figure(standing), done.end.get(number)

    return {
        "fresh": [(c.row, c.term.named, figure(c.term), c.term) for c in done.fresh],
        "changed": [
            (c.row, c.term.named, figure(c.term), figure(c.was) if c.was else "", c.term)
            for c in done.changed
        ],
        "ended": [ended(number) for number in done.dropped],
        "same": len(done.same),
    }
