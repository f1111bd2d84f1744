"""The worklist of cases, and one case with its history."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carethread.codes.roles import Role
from carethread.insight import cases as worklist
from carethread.insight import refusals, wording
from carethread.insight.claims import billed_anew, held_for
from carethread.insight.denials import Period
from carethread.record.models import (
    Case,
    CaseEvent,
    CaseKind,
    Claim,
    ClaimState,
    Client,
    Payer,
    Practitioner,
    User,
)
from carethread.rules.explain import OF_THE_CENTER, Found
from carethread.web import http
from carethread.web.casework import cures
from carethread.web.casework.case_forms import GiveForm
from carethread.web.forms import WaitForm, WordsForm, attempt
from carethread.web.http import Request
from carethread.web.pages import page
from carethread.web.payments import underpaid
from carethread.web.permissions import sees_all_cases, sees_clients
from carethread.web.reach import client_id_of, settles
from carethread.workflow import follow_up
from carethread.workflow.casework import (
    account_cases,
    appeals,
    assign,
    cure,
    deposit_cases,
    explained,
    papers,
    settle,
)
from carethread.workflow.casework import cases as case_kinds
from carethread.workflow.claims import charged_anew
from carethread.workflow.coverage import coverage_order

MINE = "mine"  # an owner to ask for: the user who asks
ROLES = [(role.value, role.capitalize()) for role in Role]
_MOST_DAYS = 3650


def cases(request: Request) -> HttpResponse:
    """What has to be settled: nearest deadline first, then most money. Who does not see all of
    it sees what is theirs."""
    asked = asked_for(request)
    found, today = page(request, worklist.cases(asked)), http.today()
    held = _held_for(request.user)
    http.shows(request, (client_id_of(case) for case in found.rows))
    http.shows(request, (asked.client_id, *(claim.client_id for claim in held)))
    return render(
        request,
        "billing/cases.html",
        {
            "asked": asked,
            "page": found,
            "left": {case.pk: worklist.days_left(case, today) for case in found.rows},
            "lines": refusals.lines_of(found.rows),
            "why": _why(found.rows, request.user),
            "tallies": worklist.tallies(asked),
            "kinds": dict(CaseKind.choices),
            "roles": ROLES,
            "payers": Payer.objects.order_by("name"),
            "sees_all": sees_all_cases(request.user),
            "held": held,
            "sees_clients": sees_clients(request.user),
            "kept": [(k, v) for k, v in request.GET.items() if k not in ("owner", "payer", "page")],
            "narrowed": named(asked),
        },
    )


def _why(rows: Iterable[Case], user: User) -> dict[int, str]:
    """By case the sentence that its own page shows first."""
    shown = {pk: _shown_to(user, found) for pk, found in explained.of_cases(rows).items()}
    return {pk: found[0].words for pk, found in shown.items() if found}


_MOST_HELD = 100


def _held_for(user: User) -> list[Claim]:
    """What waits here for this user's roles; billing finds it among the held claims."""
    if sees_all_cases(user):
        return []
    return list(held_for([role.value for role in user.roles])[:_MOST_HELD])


def asked_for(request: Request) -> worklist.Asked:
    """What the address narrows a list of cases to."""
    owner, days = request.GET.get("owner", ""), http.number_asked(request, "days")
    return worklist.Asked(
        state=request.GET.get("state", "open"),
        kind=request.GET.get("kind", ""),
        category=request.GET.get("category", ""),
        owner="" if owner == MINE else owner,
        mine=request.user if owner == MINE or not sees_all_cases(request.user) else None,
        clinician_id=http.number_asked(request, "clinician"),
        service=request.GET.get("service", ""),
        payer_id=http.number_asked(request, "payer"),
        client_id=http.number_asked(request, "client") if sees_clients(request.user) else None,
        today=http.today(),
        since=Period.of_days(min(days, _MOST_DAYS), http.midnight()).starts if days else None,
    )


def named(asked: worklist.Asked) -> dict[str, object]:
    """What a list is narrowed to beside state, kind and owner; empty where it is not."""
    clinician = asked.clinician_id and Practitioner.objects.filter(pk=asked.clinician_id).first()
    client = asked.client_id and Client.objects.filter(pk=asked.client_id).first()
    told = {
        "clinician": clinician,
        "client": client,
        "service": asked.service,
        "category": asked.category,
    }
    return {name: value for name, value in told.items() if value}


def case(request: Request, row: Case) -> HttpResponse:
    """One case: why, who cures it, until when, what was done, and what can be."""
    return _page(request, row)


def claim_facts(request: Request, row: Claim) -> HttpResponse:
    """What somebody who settles a case needs of its claim: who, when, what, and not the chart.
    Where nothing was ever theirs, or is cured: how it stands, and no more."""
    roles = [role.value for role in request.user.roles]
    live = Case.objects.exclude(state="closed").filter(worklist.mine(request.user), claim=row)
    return render(
        request,
        "billing/claim_facts.html",
        {
            "claim": row,
            "is_theirs": settles(request.user, row),
            "sees_clients": sees_clients(request.user),
            "charges": row.origin.charges.select_related("current__authorization").order_by(
                "service_date", "pk"
            ),
            "findings": row.findings.filter(owner__in=roles).order_by("severity", "pk"),
            "cases": live.order_by("due_on", "pk"),
        },
    )


def case_close(request: Request, row: Case) -> HttpResponse:
    """Settle a case, with how. It writes nothing off."""
    return said(request, row, "resolution", follow_up.close)


def _closing_hint(row: Case) -> str:
    """What closing does, where a person may close it."""
    closes = row.state != "closed" and not follow_up.is_refusal(row)
    return case_kinds.what_closing_does(row, http.now()) if closes else ""


def case_again(request: Request, row: Case) -> HttpResponse:
    """Let a refused claim leave once more, because what was wrong is put right elsewhere."""
    return said(request, row, "mended", cure.send_again)


def case_wait(request: Request, row: Case) -> HttpResponse:
    """Put a case off until a day."""
    form = WaitForm(request.POST)
    until, reason = form.said
    return done(
        request,
        row,
        "wait",
        form,
        lambda: cure.wait(row, until=until, reason=reason, user=request.user, now=http.now()),
        "Put off. It comes back on that day.",
        "cases",
    )


def case_ask(request: Request, row: Case) -> HttpResponse:
    """Ask the authors of the notes behind the claim."""
    return said(request, row, "question", follow_up.ask_authors)


def case_give_up(request: Request, row: Case) -> HttpResponse:
    """Write off what a payer refused, with a reason."""
    return said(request, row, "why", settle.give_up)


class _Prompt(NamedTuple):
    """What is asked before a step, what is said after it, and where it leads if not to the case."""

    label: str
    success: str
    to: str = ""


_PROMPTS = {
    "resolution": _Prompt("How it was settled", "Closed.", "cases"),
    "mended": _Prompt(
        "What was put right", "It leaves after its grace period, once nothing holds it any more."
    ),
    "question": _Prompt(
        "Your question", "Your question is in the inbox of whoever wrote the notes."
    ),
    "why": _Prompt(
        "Why it is given up",
        "Written off, or waiting for a second person where it is more than one may give up alone.",
        "cases",
    ),
    "asked": _Prompt(
        "Why it is asked for only now",
        "Written down. Once the payer grants it, the claim leaves again by itself.",
    ),
    "left": _Prompt("Why the patient owes it", "The patient owes it now.", "cases"),
    "back": _Prompt("Why it is taken back", "Taken back. The case is open again."),
}


def words(name: str, request: Request | None = None) -> WordsForm:
    return WordsForm(request.POST if request else None, name=name, label=_PROMPTS[name].label)


def said(
    request: Request, row: Case, name: str, step: Callable[..., object], argument: str = ""
) -> HttpResponse:
    """Take a step with the words that it wants, as its `argument` (the form's name, mostly)."""
    form, prompt = words(name, request), _PROMPTS[name]
    given = {argument or name: form.words}
    take = partial(step, row, **given, user=request.user, now=http.now())
    return done(request, row, name, form, take, prompt.success, prompt.to)


def done(
    request: Request,
    row: Case,
    name: str,
    form: BaseForm,
    step: Callable[[], object],
    success: str,
    to: str = "",
) -> HttpResponse:
    """Take a step; what it refuses stands in its form."""
    if attempt(form, step) is None:
        return _page(request, row, **{name: form})
    messages.success(request, success)
    return redirect(to) if to else redirect("case", row.pk)


def _explanation(row: Case, user: User) -> dict[str, Any]:
    """What our record says today, and what it said when the case was opened, where that differs.
    What is not found anew stands as the case keeps it."""
    then = row.explanation.splitlines() if _may_be_told(row, user) else []
    if not explained.is_found_anew(row):
        return {"found": [Found("kept", words, explains=None) for words in then], "then": []}
    found = _shown_to(user, explained.of_case(row))
    now = [one.words for one in found]
    return {"found": found, "then": [] if then == now else then}


def _shown_to(user: User, found: Iterable[Found]) -> list[Found]:
    return [one for one in found if sees_clients(user) or not one.private]


def _events(row: Case, user: User) -> "QuerySet[CaseEvent]":
    events = row.events.select_related("user").order_by("pk")
    return events if _may_be_told(row, user) else events.exclude(kind="found")


def _may_be_told(row: Case, user: User) -> bool:
    """Whether what was found then tells nothing that is kept from this user."""
    return sees_clients(user) or row.category in OF_THE_CENTER


def _question(explanation: Mapping[str, Any]) -> WordsForm:
    """The question to the author, begun where the record itself raises one."""
    form = words("question")
    form.initial = {"question": cures.question(explanation["found"])}
    return form


def _may_compare(user: User) -> bool:
    return sees_all_cases(user) and sees_clients(user)


_ENDS_WITH_ITS_CLAIM = (CaseKind.DENIAL, CaseKind.REJECTION, CaseKind.QUESTION)


def _billed_anew(row: Case) -> "Iterable[Claim]":
    """Where the services of a case's claim are billed by now, if that ends the case."""
    if row.claim is None or row.claim.state != ClaimState.CLOSED:
        return ()
    return billed_anew(row.claim) if row.kind in _ENDS_WITH_ITS_CLAIM else ()


def _tell(request: Request, forms: Iterable[BaseForm]) -> None:
    for form in forms:
        for wrong in form.errors.values():
            messages.error(request, " ".join(str(one) for one in wrong))


def _page(request: Request, row: Case, **sent: BaseForm) -> HttpResponse:
    if row.kind == CaseKind.UNDERPAYMENT:
        return underpaid.case_page(request, row, **sent)
    if row.state == "closed":  # Its page has no forms any more that could tell why.
        _tell(request, sent.values())
    explanation = _explanation(row, request.user)
    forms = {
        **{name: words(name) for name in _PROMPTS},
        "question": _question(explanation),
        "wait": WaitForm(),
        "give": GiveForm(colleagues=assign.colleagues(row)),
        **sent,
    }
    return render(
        request,
        "billing/case.html",
        {
            "case": row,
            "sees_clients": sees_clients(request.user),
            "left": worklist.days_left(row, http.today()),
            "about": deposit_cases.about(row),
            "waits": row.waits_until is not None and row.waits_until > http.today(),
            "wordings": wording.of_case(row),
            "events": _events(row, request.user),
            "billed_anew": _billed_anew(row),
            "alike": worklist.alike(row).count() if _may_compare(request.user) else 0,
            **explanation,
            "ways": list(cures.ways(row, request.user)),
            "changes": charged_anew.changes(row, now=http.now()),
            "rests_on_tables": follow_up.is_refusal(row) and row.category in charged_anew.ABOUT,
            "orders": coverage_order.possible(row, now=http.now()),
            "refused": follow_up.is_refusal(row),
            "closing_hint": _closing_hint(row),
            "payers_money": account_cases.is_payers_money(row),
            "lost": row.category == "not_found" and row.state == "open",
            "appeals": row.appeals.order_by("level"),
            "papers": papers.of_claim(row),
            "may_appeal": appeals.can_appeal(row),
            "may_send_records": row.claim is not None and row.claim.current_id is not None,
            "may_take_back": settle.may_take_back(row),
            "may_bill_next": settle.has_next_payer(row),
            "may_be_patients": settle.may_be_the_patients(row),
            "may_authorize": settle.wants_authorization(row),
            "may_ask": row.claim is not None and row.kind != CaseKind.QUESTION,
            "forms": forms,
        },
        status=422 if sent else 200,
    )
