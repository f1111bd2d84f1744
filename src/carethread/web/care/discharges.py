"""A client leaves: the discharge itself, its summary, and the claims that wait for it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carethread.codes.discharge import discharge_statuses
from carethread.insight import discharges
from carethread.record.models import DischargeSummary, Episode, Practitioner, Program, User
from carethread.web import http
from carethread.web.center.accounts import proof_of_who_signs
from carethread.web.forms import DayField, TimeInput, attempt
from carethread.web.http import Request
from carethread.web.permissions import corrected_by, may
from carethread.web.reach import reads
from carethread.web.rows import ChoiceOf
from carethread.web.templatetags.words import money
from carethread.workflow import discharge as steps
from carethread.workflow.common.errors import Refused
from carethread.workflow.common.stale import stamp
from carethread.workflow.discharge import Leaving

SECTIONS = {
    "course": ("Course of treatment", "Why the client came, what was done, how it went."),
    "condition": ("Condition at discharge", "Symptoms, risk, diagnoses as they stand now."),
    "medication": ("Medication", "What is taken at discharge and who goes on prescribing it."),
    "aftercare": ("Aftercare", "Appointments, referrals, what to do in a crisis."),
}
assert tuple(SECTIONS) == steps.SECTIONS


class DischargeForm(forms.Form):
    """When and where the client goes, and who writes the summary."""

    on = DayField(label="Last day")
    at = forms.TimeField(
        label="Hour",
        required=False,
        widget=TimeInput(),
        help_text="Bills of residential stays give it.",
    )
    status = forms.ChoiceField(label="Where the client goes")
    to = ChoiceOf(
        Program,
        label="Goes on in",
        required=False,
        help_text="Another program of the center, for a transfer or another level of care: the "
        "client is admitted there on the same day.",
    )
    reason = forms.CharField(
        label="Reason", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    author = ChoiceOf(Practitioner, label="Who writes the summary")

    def __init__(self, data: Any, *, episode: Episode, user: User) -> None:
        me: Practitioner | None = getattr(user, "practitioner", None)
        first = {"on": http.today(), "author": me or episode.attending}
        super().__init__(data, initial=first)
        status, to, author = (self.fields[name] for name in ("status", "to", "author"))
        assert isinstance(status, forms.ChoiceField)
        assert isinstance(to, ChoiceOf)
        assert isinstance(author, ChoiceOf)
        status.choices = [("", "Choose")] + [
            (key, f"{one.label[:1].upper()}{one.label[1:]} ({key})")
            for key, one in discharge_statuses().items()
        ]
        to.offer(Program.objects.exclude(pk=episode.program_id).order_by("name"))
        to.empty_label = "No program of the center"
        author.offer(Practitioner.objects.order_by("last_name", "first_name", "pk"))

    def leaving(self) -> Leaving:
        said = self.cleaned_data
        return Leaving(said["on"], said["at"], said["status"], said["reason"])


def discharge(request: Request, row: Episode) -> HttpResponse:
    """The form while the client stays; afterwards what was said, the summary and what it holds."""
    if row.discharged_on is not None:
        return _discharged(request, row)
    form = DischargeForm(http.sent(request), episode=row, user=request.user)
    may_save = may(request.user, "discharge", "POST")
    if form.is_bound and form.is_valid() and attempt(form, lambda: _leaves(row, form)):
        messages.success(request, f"{row.client.name} is discharged from {row.program}.")
        return redirect("discharge", row.pk)
    return render(
        request,
        "discharge/form.html",
        {
            "episode": row,
            "form": form,
            "may_save": may_save,
            "corrected_by": corrected_by("discharge"),
        },
        status=422 if form.errors else 200,
    )


def _leaves(row: Episode, form: DischargeForm) -> bool:
    said = form.cleaned_data
    if said["to"] is not None:
        steps.transfer(row, form.leaving(), said["to"], author=said["author"], now=http.now())
    else:
        steps.discharge(row, form.leaving(), author=said["author"], now=http.now())
    return True


def _discharged(request: Request, row: Episode) -> HttpResponse:
    summary = discharges.summary_of(row)
    waiting = discharges.claims_of(row)
    assert row.discharged_on is not None
    there = Episode.objects.filter(client=row.client_id, admitted_on=row.discharged_on)
    onward = there.exclude(pk=row.pk).select_related("program").first()
    return render(
        request,
        "discharge/discharged.html",
        {
            "episode": row,
            "status": discharge_statuses().get(row.discharge_status),
            "summary": summary,
            "opens": summary is not None
            and may(request.user, "summary")
            and reads(request.user, summary.author),
            "is_author": summary is not None and summary.author.user_id == request.user.pk,
            "waiting": waiting,
            "held_cents": discharges.held_cents(waiting),
            "onward": onward,
            "today": http.today(),
        },
    )


# ------------------------------------------------------------------------------ the summary


def summary(request: Request, row: DischargeSummary) -> HttpResponse:
    """The editor for the author until it is signed, and while it is amended; the signed text for
    who may read it."""
    if not row.is_open or row.author.user_id != request.user.pk:
        return _read(request, row)
    return _editor(request, row)


def _read(request: Request, row: DischargeSummary) -> HttpResponse:
    content = row.current.content if row.current else row.content
    return render(
        request,
        "discharge/summary_signed.html",
        {
            "summary": row,
            "episode": row.episode,
            "version": row.current,
            "may_amend": row.is_signed and row.author.user_id == request.user.pk,
            "parts": [(words, content.get(key, "")) for key, (words, _) in SECTIONS.items()],
            "today": http.today(),
        },
    )


def _editor(
    request: Request, row: DischargeSummary, refused: Refused | None = None
) -> HttpResponse:
    typed = request.POST if request.method == "POST" else row.content
    problems: dict[str, list[str]] = {}
    for problem in refused.problems if refused else ():
        problems.setdefault(problem.field, []).append(problem.message)
    waiting = discharges.claims_of(row.episode)
    return render(
        request,
        "discharge/summary.html",
        {
            "summary": row,
            "episode": row.episode,
            "fields": [
                (key, words, hint, typed.get(key, ""), problems.get(key, []))
                for key, (words, hint) in SECTIONS.items()
            ],
            "problems": [
                words
                for name, said in problems.items()
                if name not in SECTIONS and name != "password"
                for words in said
            ],
            "password_problems": problems.get("password", []),
            "seen": request.POST.get("seen_summary") or stamp(row.content),
            "waiting": waiting,
            "held_cents": discharges.held_cents(waiting),
            "today": http.today(),
        },
        status=422 if refused else 200,
    )


def summary_draft(request: Request, row: DischargeSummary) -> HttpResponse:
    """Keep what is typed. What another window kept meanwhile is not overwritten unasked."""
    shown: dict[str, Any] = {"name": "summary", "now": http.now()}
    try:
        kept = _keep(request, row)
    except Refused as refused:
        url = request.get_full_path()
        return render(request, "parts/kept.html", {**shown, "refused": refused, "url": url})
    return render(request, "parts/kept.html", {**shown, "stamp": stamp(kept.content)})


def _keep(request: Request, row: DischargeSummary) -> DischargeSummary:
    content = {key: request.POST.get(key, "") for key in SECTIONS}
    seen = None if "keep_mine" in request.POST else request.POST.get("seen_summary")
    return steps.save_summary(row, content, user=request.user, now=http.now(), seen=seen)


def summary_amend(request: Request, row: DischargeSummary) -> HttpResponse:
    """Open a signed summary for its author's correction."""
    steps.amend_summary(row, user=request.user)
    return redirect("summary", row.pk)


def summary_sign(request: Request, row: DischargeSummary) -> HttpResponse:
    """Keep what stands in the editor and sign it: what waited for it is looked at at once."""
    before = discharges.held_cents(discharges.claims_of(row.episode))
    try:
        row = _keep(request, row)
        steps.sign_summary(
            row, user=request.user, proof=proof_of_who_signs(request), now=http.now()
        )
    except Refused as refused:
        return _editor(request, row, refused)
    freed = before - discharges.held_cents(discharges.claims_of(row.episode))
    words = f" {money(freed)} of claims waited for it and may leave now." if freed else ""
    messages.success(request, f"The summary is signed.{words}")
    return redirect("discharge", row.episode_id)
