"""The scrubber's rules: what is looked at, the center's own rules, what is off, what is skipped."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from carethread.insight.ages import age_days
from carethread.insight.skips import to_approve
from carethread.record.models import Claim, Payer, ScrubRule
from carethread.rules.scrub.fields import FIELDS
from carethread.rules.scrub.own import filled
from carethread.web import http
from carethread.web.claims.rule_forms import (
    FIELD_CHOICES,
    OPERATOR_CHOICES,
    Rows,
    RuleForm,
    SwitchForm,
)
from carethread.web.forms import attempt, told
from carethread.web.http import Request
from carethread.web.pages import page
from carethread.workflow.center import payer_rules
from carethread.workflow.center.payer_rules import Past, Switch


def rules(request: Request) -> HttpResponse:
    """The center's own rules, and every built-in one by family."""
    listed = payer_rules.built_in(http.today())
    return render(
        request,
        "rules/rules.html",
        {
            "own": payer_rules.own(),
            "built_in": listed,
            "off": [rule for rule in listed if not rule.is_on],
        },
    )


# ------------------------------------------------------------------------------ own rules


def rule_new(request: Request) -> HttpResponse:
    """A rule of the center's own."""
    fresh = ScrubRule(organization=request.user.organization, is_on=True)
    return _rule_page(request, fresh)


def rule(request: Request, row: ScrubRule) -> HttpResponse:
    """One of the center's own rules: as it stands, its history, and the form to change it."""
    current = payer_rules.current_rule(row.key)
    if current is None or not current.is_own:
        raise Http404("There is no such rule in your organization.")
    return _rule_page(request, current)


def _rule_page(request: Request, row: ScrubRule) -> HttpResponse:
    data = http.sent(request)
    form, rows = RuleForm(data, instance=row), Rows(row, data)
    past: Past | None = None
    if data is not None and "more" not in data and form.is_valid() and rows.put(row, form):
        if "try" in data:
            past = attempt(form, lambda: payer_rules.tried(row, now=http.now()))
        elif attempt(form, lambda: payer_rules.save_rule(row, user=request.user, now=http.now())):
            messages.success(request, f"{row.key} is kept. It holds from the next look on.")
            return redirect("rules")
    return render(
        request,
        "rules/rule.html",
        {
            "form": form,
            "rows": rows,
            "rule": row,
            "past": past,
            "history": ScrubRule.objects.filter(key=row.key).select_related("user", "payer")
            .order_by("-number") if row.key else (),
            "fields": FIELD_CHOICES,
            "operators": OPERATOR_CHOICES,
            "sample": filled(row.message, {n: f.sample for n, f in FIELDS.items()}),
            "payers": Payer.objects.order_by("name"),
        },
        status=422 if form.errors else 200,
    )  # fmt: skip


def rule_clone(request: Request, row: ScrubRule) -> HttpResponse:
    """The same rule for another payer, off until somebody has looked at it."""
    payer = Payer.objects.filter(pk=http.number_sent(request, "payer")).first()
    current = payer_rules.current_rule(row.key) or row
    twin = told(
        request, lambda: payer_rules.clone(current, payer, user=request.user, now=http.now())
    )
    if twin is None:
        return redirect("rule", row.pk)
    messages.success(request, f"Cloned as {twin.key}. It is off until you switch it on.")
    return redirect("rule", twin.pk)


# ------------------------------------------------------------------------------ built-in rules


def rule_built_in(request: Request) -> HttpResponse:
    """One built-in rule (`?rule=`): what it wants and from where, and the switch."""
    key = request.GET.get("rule", "")
    if not key:
        return redirect("rules")
    found = next((r for r in payer_rules.built_in(http.today()) if r.id == key), None)
    if found is None:
        raise Http404("There is no such rule.")
    fresh = ScrubRule(organization=request.user.organization, key=key, is_on=False)
    form = SwitchForm(http.sent(request), instance=fresh)
    if request.method == "POST" and form.is_valid():
        wanted = Switch(
            is_on=request.POST.get("to") == "on",
            reason=fresh.reason,
            payer=fresh.payer,
            starts=fresh.effective_from,
            ends=fresh.effective_to,
        )
        switched = attempt(
            form,
            lambda: payer_rules.switch(
                request.user.organization, key, wanted, user=request.user, now=http.now()
            ),
        )
        if switched is not None:
            messages.success(request, f"{key} is {'on' if wanted.is_on else 'off'}.")
            return redirect("rules")
    history = ScrubRule.objects.filter(key=key).select_related("user", "payer")
    return render(
        request,
        "rules/built_in.html",
        {"rule": found, "form": form, "history": history.order_by("-number")},
        status=422 if form.errors else 200,
    )


# ------------------------------------------------------------------------------ on a claim


def skips(request: Request) -> HttpResponse:
    """What colleagues asked and a second person has to approve."""
    now, found = http.now(), page(request, to_approve(request.user))
    http.shows(request, (row.claim.client_id for row in found.rows))
    ages = {row.pk: age_days(row.at, now) for row in found.rows}
    return render(request, "rules/skips.html", {"page": found, "ages": ages})


def claim_skip(request: Request, row: Claim) -> HttpResponse:
    """Ask that this claim skip a rule once, approve what a colleague asked, or take it back."""
    named, act = request.POST.get("rule", "")[:40], request.POST.get("act", "ask")
    reason = request.POST.get("reason", "")
    steps = {
        "ask": lambda: payer_rules.ask_to_skip(
            row, named, reason=reason, user=request.user, now=http.now()
        ),
        "approve": lambda: payer_rules.approve_skip(row, named, user=request.user, now=http.now()),
        "withdraw": lambda: payer_rules.withdraw_skip(
            row, named, user=request.user, now=http.now()
        ),
    }
    done = told(request, steps.get(act, steps["ask"]))
    if done is not None:
        waits = done.kind == "ask" and done.needs_approval
        words = "A second person has to approve it." if waits else "Done; the claim was looked at."
        messages.success(request, words)
    return redirect("claim", row.pk)
