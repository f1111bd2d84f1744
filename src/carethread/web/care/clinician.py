"""The clinician's screens beside the note itself: my day, what came back, what to co-sign."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carethread.codes.roles import Role
from carethread.insight import day as days
from carethread.insight import groups as meetings
from carethread.insight import inbox as returns
from carethread.insight.ages import age_days
from carethread.insight.cases import COSIGN
from carethread.record.models import (
    Appointment,
    Case,
    CaseEvent,
    NoteVersion,
    Practitioner,
    User,
)
from carethread.web import http
from carethread.web.care import benefits
from carethread.web.care.note import as_read
from carethread.web.center.accounts import proof_of_who_signs
from carethread.web.forms import PasswordForm, WordsForm, attempt, told
from carethread.web.http import Request
from carethread.web.reach import client_id_of
from carethread.workflow import discharge, document, follow_up
from carethread.workflow.care import foresee
from carethread.workflow.casework import explained, papers


def practitioner_of(user: User) -> Practitioner:
    """The user as a clinician."""
    row: Practitioner | None = getattr(user, "practitioner", None)
    if row is None:
        raise PermissionDenied(
            "Your account is not linked to a practitioner. Ask your administrator to link it."
        )
    return row


def day(request: Request) -> HttpResponse:
    """My day: who is expected, what is still unsigned, what came back."""
    me, now, on = practitioner_of(request.user), http.now(), http.day_asked(request)
    entries = days.on_day(me, http.midnight(on), now)
    waiting, summaries = _to_cosign(request.user, now), discharge.unsigned().filter(author=me)
    unsigned, amending = days.unsigned_before(me, http.midnight(), now), days.addenda_begun(me)
    returned = returns.returned(me, now, http.today())
    http.shows(request, (entry.client.pk for entry in (*entries, *unsigned)))
    http.shows(request, (note.attendance.client_id for note in amending))
    http.shows(request, (version.note.attendance.client_id for version, _ in waiting))
    http.shows(request, (summary.episode.client_id for summary in summaries))
    http.shows(request, (client_id_of(item.case) for item in returned))
    return render(
        request,
        "clinician/day.html",
        {
            "on": on,
            "before": on - timedelta(days=1),
            "after": on + timedelta(days=1),
            "is_today": on == http.today(),
            "today": http.today(),
            "entries": entries,
            "meetings": meetings.on_day(me, on, http.today()),
            "meetings_before": meetings.unsigned_before(me, http.today()),
            "benefits": benefits.on_day(
                {e.client for e in entries}, on, request.user, to_ask=False
            ),
            "to_cosign": waiting,
            "summaries": summaries,
            "alerts": foresee.alerts([entry.appointment for entry in entries], on=on),
            "unsigned": unsigned,
            "amending": amending,
            "returned": [item for item in returned if item.case.state == "open"],
        },
    )


def note_open(request: Request, row: Appointment) -> HttpResponse:
    """The note of an appointment: begun now, or the one that was begun before."""
    note = told(request, lambda: document.open_note(row, now=http.now()))
    return redirect("note", note.pk) if note else redirect("day")


def inbox(request: Request) -> HttpResponse:
    """What came back to me, most urgent first."""
    items = returns.returned(practitioner_of(request.user), http.now(), http.today())
    http.shows(request, (client_id_of(item.case) for item in items))
    return render(
        request,
        "clinician/inbox.html",
        {
            "open": [item for item in items if item.is_open],
            "answered": [item for item in items if not item.is_open],
        },
    )


def inbox_item(request: Request, row: Case) -> HttpResponse:
    """One returned item, with its note open beside it."""
    return _item(request, row, _answer_form(row))


def inbox_answer(request: Request, row: Case) -> HttpResponse:
    """The note is right as it stands: the author says so."""
    form = _answer_form(row, request)
    if attempt(
        form,
        lambda: follow_up.answer(row, words=form.words, user=request.user, now=http.now()),
    ):
        whose = "your supervisor" if row.category == COSIGN else "billing"
        messages.success(request, f"Your answer is with {whose}.")
        return redirect("inbox")
    return _item(request, row, form)


def inbox_release(request: Request, row: Case) -> HttpResponse:
    """The author lets the note leave for the payer: a packet that billing can send."""
    made = told(request, lambda: papers.release(row, user=request.user, now=http.now()))
    if made is None:
        return redirect("inbox_item", row.pk)
    messages.success(request, "Released. Billing sends it.")
    return redirect("inbox")


def _answer_form(case: Case, request: Request | None = None) -> WordsForm:
    billing = "Billing reads this. Leave out what a payer need not know."
    return WordsForm(
        request.POST if request else None,
        name="words",
        label="Your answer",
        hint="Your supervisor reads this." if case.category == COSIGN else billing,
    )


def _item(request: Request, case: Case, form: WordsForm) -> HttpResponse:
    return render(
        request,
        "clinician/inbox_item.html",
        {
            "item": returns.as_returned(case, http.now(), http.today()),
            "events": case.events.select_related("user").order_by("pk"),
            "form": form,
            "read": as_read(case.note) if case.note else None,
            "found": explained.of_case(case),
            "may_release": case.claim is not None and case.claim.current_id is not None,
        },
        status=422 if form.errors else 200,
    )


def cosign_queue(request: Request) -> HttpResponse:
    """Signed notes of the people I supervise that wait for my signature."""
    now = http.now()
    back = _aged(returns.sent_back(request.user), now)
    waiting = _to_cosign(request.user, now)
    http.shows(request, (row.note.attendance.client_id for row, _ in (*waiting, *back)))
    shown = {"waiting": waiting, "sent_back": back}
    return render(request, "clinician/cosign_queue.html", shown)


def _to_cosign(user: User, now: datetime) -> list[tuple[NoteVersion, int]]:
    """What waits for this supervisor, with its age; nothing for who is none."""
    return _aged(returns.to_cosign(user), now) if Role.SUPERVISOR in user.roles else []


def _aged(rows: "QuerySet[NoteVersion]", now: datetime) -> list[tuple[NoteVersion, int]]:
    return [(version, age_days(version.signed_at, now)) for version in rows[:200]]


def cosign(request: Request, row: NoteVersion) -> HttpResponse:
    """Read a supervisee's note and put my signature under it."""
    form = PasswordForm(http.sent(request))
    if request.method == "POST" and _cosigned(request, row, form):
        messages.success(
            request, f"Co-signed: {row.note.attendance.client}. The claim may leave now."
        )
        return redirect("cosign_queue")
    return _cosign_page(request, row, form)


def cosign_return(request: Request, row: NoteVersion) -> HttpResponse:
    """Give a note back to its author with a reason, instead of signing it."""
    form = _reason_form(row, request)
    if attempt(
        form,
        lambda: follow_up.send_back(row, reason=form.words, user=request.user, now=http.now()),
    ):
        messages.success(request, f"Returned to {row.author.name}. It comes back when answered.")
        return redirect("cosign_queue")
    return _cosign_page(request, row, PasswordForm(), form)


def _cosign_page(
    request: Request, row: NoteVersion, form: PasswordForm, reason: WordsForm | None = None
) -> HttpResponse:
    said = CaseEvent.objects.filter(case__note=row.note_id, case__category=COSIGN)
    return render(
        request,
        "clinician/cosign.html",
        {
            "version": row,
            "read": as_read(row.note),
            "form": form,
            "reason": reason or _reason_form(row),
            "said": said.order_by("pk"),
        },
        status=422 if form.errors or reason else 200,
    )


def _reason_form(row: NoteVersion, request: Request | None = None) -> WordsForm:
    return WordsForm(
        request.POST if request else None,
        name="reason",
        label="What should be changed",
        hint=f"{row.author.name} reads this beside the note.",
    )


def _cosigned(request: Request, version: NoteVersion, form: PasswordForm) -> bool:
    signature = attempt(
        form,
        lambda: document.cosign(
            version, user=request.user, proof=proof_of_who_signs(request), now=http.now()
        ),
    )
    return signature is not None
