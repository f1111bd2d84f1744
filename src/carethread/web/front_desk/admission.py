"""A client comes into care: admission, diagnoses, and the sessions to come."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import F, Max
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from carethread.codes import icd10
from carethread.insight.attending import turns_of
from carethread.record.models import Appointment, Client, Diagnosis, Episode
from carethread.rules.words import day
from carethread.web import http
from carethread.web.editing import edit, saves
from carethread.web.forms import told
from carethread.web.front_desk.care_forms import AdmissionForm, AppointmentForm, DiagnosisForm
from carethread.web.front_desk.flow import flow, page_of
from carethread.web.http import Request
from carethread.workflow import admit
from carethread.workflow.care import schedule

# ------------------------------------------------------------------------------- admission


def admission_new(request: Request, row: Client) -> HttpResponse:
    """Into which program, and since when."""
    fresh = Episode(organization=row.organization, client=row, admitted_on=http.today())
    return _admission(request, fresh, "Admission")


def admission(request: Request, row: Episode) -> HttpResponse:
    """An admission as it is on record."""
    return _admission(request, row, str(row.program))


def _admission(request: Request, row: Episode, heading: str) -> HttpResponse:
    form = AdmissionForm(http.sent(request), instance=row)
    turns = turns_of([row.pk]).get(row.pk, ())
    told = "; ".join(f"{who or 'nobody'} from {day(starts)}" for starts, who in turns)
    return edit(
        request,
        form,
        lambda: admit.admit(
            form.instance,
            attending_since=form.cleaned_data.get("attending_since"),
            now=http.now(),
        ),
        heading=heading,
        over=row.client.name,
        words="A session is documented and billed within a stay in a program."
        + (f" Attending, as it was recorded: {told}." if told else ""),
        back=page_of(row.client),
        done="Admitted." if row._state.adding else "Saved.",
        flow=flow(request, row.client, "admission_new") if row._state.adding else None,
    )


# ------------------------------------------------------------------------------- diagnoses


def diagnosis_new(request: Request, row: Client) -> HttpResponse:
    """A diagnosis of the client's latest stay."""
    episode = row.episodes.order_by(
        F("discharged_on").asc(nulls_first=True), "-admitted_on"
    ).first()
    if episode is None:
        messages.warning(request, f"{row.name} is in no program yet. Admit first.")
        return redirect(f"{reverse('admission_new', args=[row.pk])}?intake")
    open_ = episode.diagnoses.filter(resolved_on__isnull=True)
    fresh = Diagnosis(
        organization=row.organization,
        episode=episode,
        rank=(open_.aggregate(last=Max("rank"))["last"] or 0) + 1,
        diagnosed_on=max(http.today(), episode.admitted_on),
    )
    return _diagnosis(request, fresh, "New diagnosis")


def diagnosis(request: Request, row: Diagnosis) -> HttpResponse:
    """A diagnosis on record: its order, and whether it still holds."""
    return _diagnosis(request, row, icd10.pointed(row.code))


def _diagnosis(request: Request, row: Diagnosis, heading: str) -> HttpResponse:
    form = DiagnosisForm(http.sent(request), instance=row)
    client = row.episode.client
    return edit(
        request,
        form,
        lambda: admit.save_diagnosis(form.instance),
        heading=heading,
        over=client.name,
        words=f"In {row.episode.program}. Each new note starts with the diagnoses that hold.",
        back=page_of(client),
        flow=flow(request, client, "diagnosis_new") if row._state.adding else None,
    )


def diagnosis_options(request: Request) -> HttpResponse:
    """Diagnoses that what was typed may mean, for a field that offers them."""
    asked = request.GET.get("code", "").strip()
    found = icd10.search(asked, limit=12) if len(asked) > 1 else []
    return render(request, "intake/_code_options.html", {"found": found})


# ------------------------------------------------------------------------------- appointments


def appointment_new(request: Request, row: Client) -> HttpResponse:
    """Sessions to come: one, or the same each week."""
    if not row.episodes.exists():
        messages.warning(request, f"{row.name} is in no program yet. Admit first.")
        return redirect(f"{reverse('admission_new', args=[row.pk])}?intake")
    fresh = Appointment(organization=row.organization, client=row)
    form = AppointmentForm(http.sent(request), instance=fresh, user=request.user)
    return edit(
        request,
        form,
        lambda: _book(request, form),
        heading="New appointment",
        over=row.name,
        words="It shows on the practitioner's day, where its note is opened.",
        back=page_of(row),
        done="",
        flow=flow(request, row, "appointment_new"),
    )


def _book(request: Request, form: AppointmentForm) -> list[Appointment]:
    rows = schedule.book(form.instance, weeks=form.cleaned_data["weeks"], now=http.now())
    first = rows[0]
    when = f"{form.cleaned_data['day']:%b %-d} at {form.cleaned_data['starts']:%-I:%M %p}"
    what = f"{len(rows)} appointments, the first" if len(rows) > 1 else "An appointment"
    messages.success(request, f"{what} with {first.practitioner.name} on {when}.")
    for words in schedule.warnings(rows):
        messages.warning(request, words)
    return rows


def appointment(request: Request, row: Appointment) -> HttpResponse:
    """One session to come: another time or practitioner, or not at all."""
    form = AppointmentForm(http.sent(request), instance=row, user=request.user)
    if saves(request, form, lambda: schedule.change(form.instance, now=http.now())):
        messages.success(request, "Saved.")
        return redirect(http.way_back(request, page_of(row.client)))
    expected = row.status == "scheduled"
    if not expected:
        form.only_show()
    return render(
        request,
        "intake/appointment.html",
        {
            "appointment": row,
            "form": form,
            "expected": expected,
            "has_begun": row.starts_at <= http.now(),
            "rest": schedule.rest_of_series(row).count(),
            "back": page_of(row.client),
        },
        status=422 if form.errors else 200,
    )


def appointment_cancel(request: Request, row: Appointment) -> HttpResponse:
    """It is not going to take place, nor are the later ones of its series where `rest` is sent."""
    if "rest" not in request.POST:
        return _off(request, row, schedule.cancel, "Cancelled.")
    off = told(request, lambda: schedule.cancel_rest(row, now=http.now()))
    if not off:
        return redirect("appointment", row.pk)
    last = timezone.localtime(off[-1].starts_at)
    messages.success(request, f"{len(off)} appointments are cancelled, the last on {day(last)}.")
    return redirect("client", row.client_id)


def appointment_missed(request: Request, row: Appointment) -> HttpResponse:
    """The client did not come."""
    return _off(request, row, schedule.miss, "Recorded as a no-show.")


def _off(
    request: Request, row: Appointment, step: Callable[..., Appointment], done: str
) -> HttpResponse:
    if told(request, lambda: step(row, now=http.now())) is None:
        return redirect("appointment", row.pk)
    messages.success(request, f"{done} {row.client.name} keeps every other appointment.")
    return redirect("client", row.client_id)
