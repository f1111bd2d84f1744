"""Leave from a house: a client goes, comes back, and what was recorded of it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carethread.codes.leaves import leave_kinds
from carethread.insight import leaves as recorded
from carethread.record.models import Episode, StayEvent
from carethread.rules.leave import RETURN
from carethread.web import http
from carethread.web.forms import DayField, TimeInput, attempt, told
from carethread.web.http import Request
from carethread.web.permissions import corrected_by, may
from carethread.workflow.care import leave as steps
from carethread.workflow.care.leave import Away


class LeaveForm(forms.Form):
    """A client goes on leave."""

    kind = forms.ChoiceField(label="Kind of leave")
    on = DayField(label="Leaves on")
    at = forms.TimeField(label="Hour", required=False, widget=TimeInput())
    back_on = DayField(label="Expected back on", required=False)
    reason = forms.CharField(
        label="Where and why", required=False, max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"on": http.today()})
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        labels = {key: one.label for key, one in leave_kinds().items()}
        kind.choices = [
            ("", "Choose"),
            *((key, f"{label[:1].upper()}{label[1:]}") for key, label in labels.items()),
        ]


class ReturnForm(forms.Form):
    """A client is back."""

    on = DayField(label="Back on")
    at = forms.TimeField(label="Hour", required=False, widget=TimeInput())

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"on": http.today()})


def leave(request: Request, row: Episode) -> HttpResponse:
    """Whoever is in the house may leave, whoever is away may come back; what was recorded last may
    be taken back with a reason."""
    known = recorded.events([row.pk]).get(row.pk, [])
    if request.POST.get("act") == "withdraw":
        return _withdraw(request, row, known)
    is_away = bool(known) and known[-1].kind != RETURN
    form = (ReturnForm if is_away else LeaveForm)(http.sent(request))
    if form.is_bound and form.is_valid() and attempt(form, lambda: _keep(request, row, form)):
        done = "is back in the house." if is_away else "is on leave."
        messages.success(request, f"{row.client.name} {done}")
        return redirect("leave", row.pk)
    return render(
        request,
        "programs/leave.html",
        {
            "episode": row,
            "form": form,
            "is_away": is_away,
            "since": known[-1] if is_away else None,
            "events": [(event, _words(event)) for event in reversed(known)],
            "last": known[-1].pk if known else None,
            "may_save": may(request.user, "leave", "POST"),
            "corrected_by": corrected_by("leave"),
        },
        status=422 if form.errors else 200,
    )


def _keep(request: Request, row: Episode, form: forms.Form) -> bool:
    said = form.cleaned_data
    if isinstance(form, ReturnForm):
        steps.end(row, said["on"], said["at"], user=request.user, now=http.now())
    else:
        away = Away(said["kind"], said["on"], said["at"], said["reason"], said["back_on"])
        steps.begin(row, away, user=request.user, now=http.now())
    return True


def _withdraw(request: Request, row: Episode, known: list[StayEvent]) -> HttpResponse:
    event = next((e for e in known if e.pk == http.number_sent(request, "event")), None)
    if event is None:
        messages.error(request, "This is not on record any more.")
        return redirect("leave", row.pk)
    reason = request.POST.get("reason", "")
    if told(
        request,
        lambda: steps.withdraw(event, reason=reason, user=request.user, now=http.now()),
    ):
        messages.success(request, "Taken back. It stays on record and counts no more.")
    return redirect("leave", row.pk)


def _words(event: StayEvent) -> str:
    """What happened, in words."""
    if event.kind == RETURN:
        return "Back in the house"
    known = leave_kinds().get(event.kind)
    label = known.label if known else event.kind
    return f"{label[:1].upper()}{label[1:]}"
