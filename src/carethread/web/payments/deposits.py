"""Money at the bank, the checks that explain it, and whatever of the two misses the other."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carethread.insight import deposits as bank
from carethread.record.models import EftDeposit, Remittance
from carethread.web import http
from carethread.web.forms import DayField, WordsForm, attempt, told
from carethread.web.http import Request
from carethread.web.pages import page
from carethread.web.patients.account_forms import AsksIfSure, SureField, cents
from carethread.workflow.remittances import deposits as work

_DAYS = ("first", "last")


class DepositForm(AsksIfSure):
    """A deposit that no bank file tells of."""

    yes = "Yes, another {} came on that day"

    day = DayField(label="Day at the bank")
    amount = forms.DecimalField(
        label="Amount in dollars", decimal_places=2, max_digits=12,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    reference = forms.CharField(
        label="Bank's reference or slip number", required=False, max_length=60
    )
    words = forms.CharField(
        label="What the bank says of it", required=False, max_length=480,
        help_text="With the trace number (TRN…) its remittance is found by itself.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    sure = SureField()


def deposits(request: Request) -> HttpResponse:
    """Bank lines, newest first, between two days where the address names them; or, with
    `?show=missing`, checks whose money is not here."""
    asked = request.GET.get("show", "")
    asked = asked if asked in (*bank.ASKED, "missing") else ""
    days = [http.day_asked(request, name) if name in request.GET else None for name in _DAYS]
    rows: Any = bank.without_money() if asked == "missing" else bank.deposits(asked, *days)
    first, last = days
    return render(
        request,
        "billing/deposits.html",
        {"asked": asked, "first": first, "last": last, "page": page(request, rows)},
    )


def deposit(request: Request, row: EftDeposit) -> HttpResponse:
    """One bank line: the three figures, and which checks it is or may be."""
    return _page(request, row)


def _page(
    request: Request, row: EftDeposit, *, other: WordsForm | None = None,
    back: WordsForm | None = None, void: WordsForm | None = None,
) -> HttpResponse:  # fmt: skip
    waits = row.reassociation.state == "waiting"
    return render(
        request,
        "billing/deposit.html",
        {
            "deposit": row,
            "three": bank.three_way(row),
            "checks": row.remittances.select_related("payer").order_by("pk"),
            "candidates": bank.likely(row) if waits else [],
            "history": row.reassociation.events.select_related("user").order_by("-pk"),
            "other": other or _other_form(),
            "back": back or _back_form(),
            "void": void or _void_form(),
        },
        status=422 if any(form and form.errors for form in (other, back, void)) else 200,
    )


def _other_form(data: Any = None) -> WordsForm:
    return WordsForm(data, name="reason", label="What this money is")


def _back_form(data: Any = None) -> WordsForm:
    return WordsForm(data, name="reason", label="Why this is taken back")


def _void_form(data: Any = None) -> WordsForm:
    form = WordsForm(data, name="reason", label="Why it is void")
    form.auto_id = "id_void_%s"
    return form


def deposit_new(request: Request) -> HttpResponse:
    """Note a deposit by hand."""
    form = DepositForm(http.sent(request), initial={"day": http.today()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        made = attempt(
            form,
            lambda: work.by_hand(
                request.user.organization,
                day=said["day"],
                amount=cents(said["amount"]),
                reference=said["reference"],
                words=said["words"],
                user=request.user,
                now=http.now(),
                sure=http.number(said["sure"]) or 0,
            ),
        )
        if made is not None:
            messages.success(request, "The deposit is noted.")
            return redirect("deposit", made.pk)
    return render(
        request, "billing/deposit_new.html", {"form": form}, status=422 if form.errors else 200
    )


def deposit_match(request: Request, row: EftDeposit) -> HttpResponse:
    """A person says which checks this money is."""
    chosen = http.numbers_sent(request, "check")
    checks = list(Remittance.objects.filter(pk__in=chosen).order_by("pk"))
    done = told(
        request,
        lambda: work.choose(row.reassociation, checks, user=request.user, now=http.now()),
    )
    if done is not None:
        messages.success(request, "Matched: the bank and the checks agree.")
    return redirect("deposit", row.pk)


def deposit_other(request: Request, row: EftDeposit) -> HttpResponse:
    """A person says that this money is no payer's."""
    form = _other_form(request.POST)
    done = attempt(
        form,
        lambda: work.not_a_payers(
            row.reassociation, reason=form.words, user=request.user, now=http.now()
        ),
    )
    if done is None:
        return _page(request, row, other=form)
    messages.success(request, "Noted. It is not counted among the payers' money.")
    return redirect("deposits")


def deposit_unmatch(request: Request, row: EftDeposit) -> HttpResponse:
    """A person takes back what this money was said to be."""
    form = _back_form(request.POST)
    done = attempt(
        form,
        lambda: work.unmatch(
            row.reassociation, reason=form.words, user=request.user, now=http.now()
        ),
    )
    if done is None:
        return _page(request, row, back=form)
    messages.success(request, "It waits for its remittance again.")
    return redirect("deposit", row.pk)


def deposit_void(request: Request, row: EftDeposit) -> HttpResponse:
    """A deposit that was noted by mistake is void."""
    form = _void_form(request.POST)
    done = attempt(
        form,
        lambda: work.void(row.reassociation, reason=form.words, user=request.user, now=http.now()),
    )
    if done is None:
        return _page(request, row, void=form)
    messages.success(request, "Void. It counts nowhere any more.")
    return redirect("deposit", row.pk)
