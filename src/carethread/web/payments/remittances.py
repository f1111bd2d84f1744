"""Checks and what they paid; payments that nobody can be sure of, until a person is."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carethread.insight import remittances as checks
from carethread.insight import takebacks
from carethread.insight.ages import age_days
from carethread.insight.unmatched import likely, named, waiting
from carethread.record.models import ClaimVersion, Match, Remittance
from carethread.rules.match import Candidate, compared
from carethread.rules.match import match as compare
from carethread.web import http
from carethread.web.forms import WordsForm, attempt, told
from carethread.web.http import Request
from carethread.web.pages import page
from carethread.web.permissions import may
from carethread.workflow.common import wire_format
from carethread.workflow.gather import submitted
from carethread.workflow.remittances import matching


def remittances(request: Request) -> HttpResponse:
    """Checks, newest first."""
    asked = request.GET.get("show", "")
    carried = takebacks.carried() if asked == "carried" else []
    http.shows(request, (row.claim.client_id for row in carried if row.claim))
    return render(
        request,
        "billing/remittances.html",
        {
            "asked": asked,
            "page": page(request, checks.checks(asked)),
            "carried": carried,
            "scans": checks.scans_to_type() if not asked and may(request.user, "eob") else (),
        },
    )


def remittance(request: Request, row: Remittance) -> HttpResponse:
    """One check: its claims, its lines, and the proof that its money is all accounted for."""
    answers = page(request, checks.answers(row), size=100)
    changes = checks.provider_level(row)
    matches = [one.match for one in answers.rows if hasattr(one, "match")]
    http.shows(request, (match.version.claim.client_id for match in matches if match.version))
    http.shows(request, (change.claim.client_id for change in changes if change.claim))
    return render(
        request,
        "billing/remittance.html",
        {
            "check": row,
            "proof": checks.proof(row),
            "page": answers,
            "provider_level": changes,
        },
    )


def unmatched(request: Request) -> HttpResponse:
    """Payments that wait for a person, oldest first; `?show=not_ours`: those set aside for
    good, to look at again."""
    now = http.now()
    show = "not_ours" if request.GET.get("show") == "not_ours" else "waiting"
    found = page(request, waiting(show))
    ages = {row.pk: age_days(row.at, now) for row in found.rows}
    return render(
        request,
        "billing/unmatched.html",
        {"page": found, "show": show, "ages": ages},
    )


def unmatched_item(request: Request, row: Match) -> HttpResponse:
    """One payment beside the claims that it may be for, with every difference."""
    posted = row.state == "matched"
    return _item(request, row, _unpost_form() if posted else _not_ours_form())


def match_choose(request: Request, row: Match) -> HttpResponse:
    """A person says which claim is meant: the money goes to its lines."""
    version = ClaimVersion.objects.filter(pk=http.number_sent(request, "version")).first()
    if version is None:
        messages.error(request, "Choose one of the claims.")
        return redirect("unmatched_item", row.pk)
    http.shows(request, [version.claim.client_id])
    form = _choose_form(version, request)
    done = attempt(
        form,
        lambda: matching.match_by_hand(
            row, version, user=request.user, now=http.now(), reason=form.words
        ),
    )
    if done is None:
        return _item(request, row, _not_ours_form(), chosen=(version, form))
    messages.success(request, f"Matched and posted to claim {version.claim_number}.")
    return redirect("unmatched")


def match_not_ours(request: Request, row: Match) -> HttpResponse:
    """A person says that this payment is for somebody else."""
    form = _not_ours_form(request)
    done = attempt(
        form,
        lambda: matching.not_ours(row, user=request.user, reason=form.words, now=http.now()),
    )
    if done is None:
        return _item(request, row, form)
    messages.success(request, "Noted. Its money stays set aside until it is given back.")
    return redirect("unmatched")


def match_undo(request: Request, row: Match) -> HttpResponse:
    """Take back that a payment is not ours."""
    if told(request, lambda: matching.ours_after_all(row, user=request.user, now=http.now())):
        messages.success(request, "It waits for its claim again.")
    return redirect("unmatched_item", row.pk)


def match_unpost(request: Request, row: Match) -> HttpResponse:
    """A person takes a posting back: the money is set aside, the payment waits for its claim."""
    form = _unpost_form(request)
    done = attempt(
        form,
        lambda: matching.undo(row, user=request.user, reason=form.words, now=http.now()),
    )
    if done is None:
        return _item(request, row, form)
    messages.success(request, "Undone. The payment waits for its claim again.")
    return redirect("unmatched_item", row.pk)


def _choose_form(version: ClaimVersion, request: Request | None = None) -> WordsForm:
    data = request.POST if request else None
    form = WordsForm(data, name="reason", label="Why it is meant nevertheless")
    form.auto_id = f"id_{version.pk}_%s"
    return form


def _unpost_form(request: Request | None = None) -> WordsForm:
    data = request.POST if request else None
    return WordsForm(data, name="reason", label="Why the posting is undone")


def _not_ours_form(request: Request | None = None) -> WordsForm:
    data = request.POST if request else None
    return WordsForm(data, name="reason", label="Why it is not ours")


def _item(
    request: Request,
    row: Match,
    form: WordsForm,
    *,
    chosen: tuple[ClaimVersion, WordsForm] | None = None,
) -> HttpResponse:
    """With `chosen`, the claim that was chosen and its form, which was refused."""
    asked = request.GET.get("claim", "").strip()
    typed = named(asked) if asked and row.state == "waiting" else None
    first = named(chosen[0].claim_number) if chosen else typed
    found = _candidates(row, first) if row.state == "waiting" else []
    forms = {version.pk: _choose_form(version) for version, _ in found}
    forms |= {chosen[0].pk: chosen[1]} if chosen else {}
    http.shows(request, (version.claim.client_id for version, _ in found))
    return render(
        request,
        "billing/unmatched_item.html",
        {
            "match": row,
            "said": wire_format.remitted_from_json(row.remitted.content),
            "asked": asked,
            "unknown": asked and typed is None,
            "candidates": [(version, one, forms[version.pk]) for version, one in found],
            "form": form,
        },
        status=422 if form.errors or chosen else 200,
    )


def _candidates(row: Match, typed: ClaimVersion | None) -> list[tuple[ClaimVersion, Candidate]]:
    """Claims that may be meant, each beside what the payer says; first the one that was typed."""
    said = wire_format.remitted_from_json(row.remitted.content)
    payer = _goes_by(row.remitted.remittance)
    versions = {v.pk: v for v in likely(row.remitted) if typed is None or v.pk != typed.pk}
    verdict = compare(said, [submitted.as_submitted(v) for v in versions.values()], payer)
    found = [(versions[c.claim.version_id], c) for c in verdict.candidates]
    if verdict.claim is not None:
        ours = compared(said, verdict.claim, payer)
        found.insert(0, (versions[verdict.claim.version_id], ours))
    if typed is not None:
        found.insert(0, (typed, compared(said, submitted.as_submitted(typed), payer)))
    return found


def _goes_by(check: Remittance) -> tuple[str, ...]:
    """What the check's payer is called; nothing where it is none of ours."""
    return (check.payer.payer_id, check.payer.name) if check.payer else ()
