"""The biller's claims: the pipeline, the lists, the claim with its thread, and what can be done."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carethread.insight import cases as worklist
from carethread.insight import groups as meetings
from carethread.insight import pipeline as before_claims
from carethread.insight import undocumented
from carethread.insight.ages import age_days
from carethread.insight.claims import (
    ON_ITS_WAY,
    WAITING,
    WAY,
    Asked,
    billed_anew,
    billed_before,
    promised,
)
from carethread.insight.claims import claims as claims_asked
from carethread.insight.client import found
from carethread.insight.groups import Meeting
from carethread.insight.pipeline import AGES
from carethread.insight.pipeline import pipeline as pipeline_now
from carethread.insight.thread import Unknown, of_claim
from carethread.insight.thread import trace as trace_number
from carethread.insight.turns import REFUSED, handed_on, open_turns
from carethread.record.models import Case, Claim, ClaimFinding, ClaimState, Payer
from carethread.rules.scrub.registry import NEVER_OFF
from carethread.rules.words import listing
from carethread.web import http
from carethread.web.care import benefits
from carethread.web.forms import WordsForm, attempt, told
from carethread.web.http import Request
from carethread.web.links import way_to
from carethread.web.pages import Page, page
from carethread.web.reach import clients_to_find
from carethread.workflow import bill, follow_up
from carethread.workflow.center import payer_rules
from carethread.workflow.claims import claim_status, holding
from carethread.workflow.claims import unbilled as charges

# The pipeline's groups: what waits for us, for others, and what is settled.
_OURS = (ClaimState.HELD, ClaimState.REJECTED, ClaimState.DENIED, ClaimState.PARTIAL)
_THEIRS = (
    ClaimState.READY,
    ClaimState.QUEUED,
    ClaimState.SENT,
    ClaimState.RECEIVED,
    ClaimState.ACCEPTED,
)
_SETTLED = (ClaimState.PAID, ClaimState.CLOSED)


def pipeline(request: Request) -> HttpResponse:
    """The Monday screen: every state with money and age."""
    found = pipeline_now(http.now())
    groups = [
        ("Waits for us", [found.stages[state] for state in _OURS]),
        ("On its way", [found.stages[state] for state in _THEIRS]),
        ("Settled in the last thirty days", [found.stages[state] for state in _SETTLED]),
    ]
    shown = {"pipeline": found, "groups": groups, "unopened": meetings.never_opened(http.today())}
    return render(request, "billing/pipeline.html", shown)


def unsigned(request: Request) -> HttpResponse:
    """What took place without a signed note, oldest first: who has to write, and for how long; and
    the groups that nobody opened."""
    found = page(request, undocumented.waiting(http.now()))
    rows = undocumented.rows_of(found.rows)
    http.shows(request, (row.client.pk for row in rows))
    lines = [
        (row.at, row.client, row.practitioner, row.service, row.where, row.since, 0) for row in rows
    ]
    return _before(request, found, lines, "unsigned", meetings.never_opened(http.today()))


def uncharged(request: Request) -> HttpResponse:
    """Signed sessions of the last ninety days that no charge rests on, oldest first."""
    since = http.now() - before_claims.UNCHARGED_SHOWN_FOR
    rows = (
        before_claims.without_charge(since)
        .select_related("note__attendance__client", "author")
        .defer("content")
        .order_by("ends_at", "pk")
    )
    found = page(request, rows)
    lines = [
        (row.starts_at, row.note.attendance.client, row.author, row.service,
         f"{row.minutes} minutes", row.ends_at, row.note_id)
        for row in found.rows
    ]  # fmt: skip
    http.shows(request, (row.note.attendance.client_id for row in found.rows))
    return _before(request, found, lines, "uncharged")


def unbilled(request: Request) -> HttpResponse:
    """Charges without a claim, oldest first, each with what it waits for."""
    found = page(request, charges.without_claim())
    http.shows(request, (row.client_id for row in found.rows))
    shown = {"page": found, "rows": charges.waiting(found.rows)}
    return render(request, "billing/unbilled.html", shown)


def _before(
    request: Request,
    found: Page[Any],
    lines: list[tuple[Any, ...]],
    which: str,
    unopened: Sequence[Meeting] = (),
) -> HttpResponse:
    now = http.now()
    aged = [(*line, age_days(line[5], now)) for line in lines]
    shown = {"page": found, "lines": aged, "which": which, "unopened": unopened}
    return render(request, "billing/before.html", shown)


def claims(request: Request) -> HttpResponse:
    """Claims of one state or of all, oldest first; waiting ones with every reason."""
    state = request.GET.get("state", "")
    asked = Asked(
        state=state if state in (*ClaimState.values, WAY) else "",
        payer_id=http.number_asked(request, "payer"),
        practitioner_id=http.number_asked(request, "practitioner"),
        age=http.number_asked(request, "age"),
        owner=request.GET.get("owner", ""),
    )
    now = http.now()
    found = page(request, claims_asked(asked, now))
    http.shows(request, (row.client_id for row in found.rows))
    return render(
        request,
        "billing/claims.html",
        {
            "asked": asked,
            "states": [*ClaimState.choices, (WAY, "On its way")],
            "promised": promised(found.rows) if asked.state in (*ON_ITS_WAY, WAY) else None,
            "page": found,
            "ages": {claim.pk: age_days(claim.state_since, now) for claim in found.rows},
            "age_words": _age_words(asked.age),
            "payers": Payer.objects.order_by("name"),
            "shows_findings": asked.state in WAITING,
            "cases": {pk: _with_days(rows) for pk, rows in worklist.of_claims(found.rows).items()},
            "owners": ClaimFinding.owner.field.choices,
        },
    )


def _with_days(rows: list[Case]) -> list[tuple[Case, int | None]]:
    return [(case, worklist.days_left(case, http.today())) for case in rows]


def _age_words(age: int | None) -> str:
    if age is None or age > len(AGES):
        return ""
    if age == 0:
        return f"up to {AGES[0]} days in this state"
    return (
        f"more than {AGES[-1]} days in this state"
        if age == len(AGES)
        else f"{AGES[age - 1] + 1} to {AGES[age]} days in this state"
    )


# ------------------------------------------------------------------------------ one claim


def claim(request: Request, row: Claim) -> HttpResponse:
    """One claim: what it says, what stops it, what can be done, and its thread."""
    return _claim_page(request, row)


def claim_hold(request: Request, row: Claim) -> HttpResponse:
    """Keep a claim from leaving, with a reason."""
    form = _hold_form(request)
    held = attempt(
        form, lambda: holding.hold(row, user=request.user, reason=form.words, now=http.now())
    )
    if held is None:
        return _claim_page(request, row, hold=form)
    messages.success(request, "Held. It stays here until somebody releases it.")
    return redirect("claim", row.pk)


def claim_release(request: Request, row: Claim) -> HttpResponse:
    """Let go of a claim that a person held. The scrubber still has its say."""
    released = told(request, lambda: holding.release(row, user=request.user, now=http.now()))
    if released is None:
        return redirect("claim", row.pk)
    if released.state == ClaimState.READY:
        messages.success(request, "Released. It leaves when its grace period is over.")
    else:
        messages.warning(request, "Released, but something else still stops it.")
    return redirect("claim", row.pk)


def claim_look(request: Request, row: Claim) -> HttpResponse:
    """Look at a waiting claim again, now."""
    findings = bill.look(row, now=http.now())
    stops = [finding for finding in findings if finding.stops]
    if stops:
        messages.warning(request, f"Looked again: {len(stops)} reason(s) still stop it.")
    else:
        messages.success(request, "Looked again: nothing stops it.")
    return redirect("claim", row.pk)


def claim_return(request: Request, row: Claim) -> HttpResponse:
    """Ask the authors of its notes, who answer in the note."""
    form = _question_form(request)
    asked = attempt(
        form,
        lambda: follow_up.return_to_authors(
            row, question=form.words, user=request.user, now=http.now()
        ),
    )
    if asked is None:
        return _claim_page(request, row, question=form)
    who = listing(case.author.name for case in asked if case.author)
    messages.success(request, f"Your question is in the inbox of {who}.")
    return redirect("claim", row.pk)


def _hold_form(request: Request | None = None) -> WordsForm:
    data = request.POST if request else None
    return WordsForm(data, name="reason", label="Why it has to wait")


def _question_form(request: Request | None = None) -> WordsForm:
    return WordsForm(
        request.POST if request else None,
        name="question",
        label="Your question",
        hint="In words that somebody who never saw a claim understands.",
    )


def _claim_page(
    request: Request,
    row: Claim,
    *,
    hold: WordsForm | None = None,
    question: WordsForm | None = None,
) -> HttpResponse:
    return render(
        request,
        "billing/claim.html",
        {
            "claim": row,
            "thread": of_claim(row, http.now()),
            "findings": row.findings.order_by("severity", "pk"),
            "cases": _with_days(worklist.of_claims([row]).get(row.pk, [])),
            "charges": row.origin.charges.select_related("current").order_by("service_date", "pk"),
            "events": row.events.select_related("user").order_by("-pk")[:50],
            "billed_before": billed_before(row),
            "billed_anew": billed_anew(row),
            "waits": row.state in WAITING,
            "goes_on": handed_on(row),
            "may_ask_next": row.state in REFUSED and bool(open_turns(claim=row, refused_too=True)),
            "asks": row.state in claim_status.SILENT and claim_status.asks() is not None,
            "benefits": benefits.of([row.coverage], request.user)[row.coverage_id],
            **_skipping(row),
            "hold": hold or _hold_form(),
            "question": question or _question_form(),
        },
        status=422 if hold or question else 200,
    )


def _skipping(row: Claim) -> dict[str, object]:
    """What the claim skips or is asked to skip, and which rules it could still skip."""
    if row.state not in WAITING:
        return {}
    asked = payer_rules.asked_skips(row)
    taken = {skip.rule for skip in asked} | NEVER_OFF
    stopping = row.findings.filter(severity="stops").values_list("rule", flat=True)
    return {
        "skips": asked,
        "skippable": sorted(set(stopping) - taken),
        "skip_form": WordsForm(name="reason", label="Why this claim may skip it"),
    }


# ------------------------------------------------------------------------------ any number


def trace(request: Request) -> HttpResponse:
    """From whatever number somebody holds to its thread; a claim's is shown on its page. From a
    name to the people of that name and their claims."""
    asked = request.GET.get("q", "").strip()
    try:
        thread = trace_number(asked, http.now()) if asked else None
    except Unknown as unknown:
        if people := found(clients_to_find(request.user), asked):
            http.shows(request, (one.client.pk for one in people))
            return render(request, "billing/found.html", {"asked": asked, "people": people})
        return render(
            request, "billing/trace.html", {"asked": asked, "unknown": unknown}, status=404
        )
    if thread is not None and thread.subject.kind in ("claim", "remittance", "file", "match"):
        way = way_to(thread.subject.kind, thread.subject.id, request.user)
        if way is not None:
            return redirect(way.url)
    return render(request, "billing/trace.html", {"asked": asked, "thread": thread})
