"""A group's session on screen: checking in, writing once for all and for each, one signature.

Every tap and every pause of the keyboard is kept at once; a client's row says what is kept. What a
signature creates is computed apart from the page (`preview`), because it is really tried.
"""

from collections.abc import Callable
from datetime import datetime, time

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from carethread.insight.client import named
from carethread.record.models import Attendance, Client, Episode, Session
from carethread.record.models.chart import TELEHEALTH
from carethread.web import http
from carethread.web.care.group_form import (
    Row,
    Sheet,
    own_typed,
    row_of,
    shared_typed,
    sheet,
    was_typed,
)
from carethread.web.center.accounts import proof_of_who_signs
from carethread.web.forms import TimeInput, attempt, told
from carethread.web.http import Request
from carethread.workflow.care import group_sign, groups
from carethread.workflow.common.errors import Problem, Refused, refuse
from carethread.workflow.common.stale import stamp
from carethread.workflow.document import Signed

_FOUND = 8


def session(request: Request, row: Session) -> HttpResponse:
    """The page: who is expected, who came, what is said of whom, and the signature."""
    return _page(request, sheet(row))


def _page(request: Request, shown: Sheet) -> HttpResponse:
    row = shown.session
    http.shows(request, (one.attendance.client_id for one in shown.rows))
    return render(
        request,
        "groups/session.html",
        {
            "sheet": shown,
            "session": row,
            "leads": row.practitioner.user_id == request.user.pk,
            "is_leader": groups.is_leader(row, request.user),
            "hows": TELEHEALTH,
            "starts": timezone.localtime(row.starts_at),
            "ends": timezone.localtime(row.ends_at),
        },
        status=422 if shown.problems or any(one.problems for one in shown.rows) else 200,
    )


def preview(request: Request, row: Session) -> HttpResponse:
    """What the signature would create for each client, or what it has created."""
    signed = groups.is_signed(row) and not sheet(row).to_sign
    outcome = group_sign.as_signed(row) if signed else group_sign.preview(row, now=http.now())
    http.shows(request, row.attendances.values_list("client", flat=True))
    return render(request, "groups/_preview.html", {"outcome": outcome, "session": row})


# ------------------------------------------------------------------------------ the session


def times(request: Request, row: Session) -> HttpResponse:
    """When the group really met."""
    starts, ends = (_moment(row, request.POST.get(name, "")) for name in ("starts", "ends"))
    return _step(request, row, lambda: groups.set_times(row, starts, ends, user=request.user))


def lead(request: Request, row: Session) -> HttpResponse:
    """The co-facilitator leads today."""
    return _step(request, row, lambda: groups.take_lead(row, user=request.user))


def all_here(request: Request, row: Session) -> HttpResponse:
    """Everybody of whom nothing is said yet was there from start to end."""

    def mark_all() -> None:
        for attendance in row.attendances.filter(status="expected").select_related("session"):
            groups.mark(attendance, "present", user=request.user, now=http.now())

    return _step(request, row, mark_all)


def _step(request: Request, row: Session, step: Callable[[], object]) -> HttpResponse:
    told(request, step)
    return redirect("group_session", row.pk)


def write(request: Request, row: Session) -> HttpResponse:
    """Keep the shared part while somebody types it."""
    try:
        _write_shared(request, row)
    except Refused as refused:
        return _kept(request, "shared", reverse("group_shared", args=[row.pk]), refused=refused)
    row.refresh_from_db(fields=["content"])
    return _kept(request, "shared", "", stamp(row.content))


def _write_shared(request: Request, row: Session) -> None:
    typed = shared_typed(request.POST)
    groups.write_shared(row, typed, user=request.user, seen=_seen(request, "shared"))


def sign(request: Request, row: Session) -> HttpResponse:
    """Keep what stands on the page and sign for everybody who came. A second click signs nothing
    twice."""
    try:
        _keep_all(request, row)
        proof = proof_of_who_signs(request)
        outcome = group_sign.sign(row, user=request.user, proof=proof, now=http.now())
    except Refused as refused:
        row.refresh_from_db()
        shown = sheet(row, request.POST)
        shown.show(refused.problems)
        return _page(request, shown)
    if outcome.already:
        messages.info(request, "This group had been signed before. Nothing was created twice.")
    return redirect("group_session", row.pk)


def _keep_all(request: Request, row: Session) -> None:
    """What was typed since the last pause of the keyboard."""
    problems = []
    if not groups.is_signed(row) and "seen_shared" in request.POST:
        try:
            _write_shared(request, row)
        except Refused as refused:
            problems += refused.problems
    for one in sheet(row).rows:
        if one.is_present and one.version is None and was_typed(one.attendance, request.POST):
            try:
                _write_own(request, one)
            except Refused as refused:
                at = f"attendance:{one.attendance.pk}"
                problems += [Problem(at, p.message) for p in refused.problems]
    if problems:
        raise Refused(*problems)


# ------------------------------------------------------------------------------ one client


def attendance(_request: Request, row: Attendance) -> HttpResponse:
    """Where one client stands on the page of the session."""
    page = reverse("group_session", args=[row.session_id])
    return redirect(f"{page}#client-{row.pk}")


def mark(request: Request, row: Attendance) -> HttpResponse:
    """One tap: here, late, left, no-show."""
    kind = request.POST.get("kind", "")
    return _checked(request, row, lambda: groups.mark(row, kind, user=request.user, now=http.now()))


def attended(request: Request, row: Attendance) -> HttpResponse:
    """When somebody came and left, as typed, and how they took part."""
    arrived, left = (
        _moment(row.session, request.POST.get(name, "")) for name in ("arrived", "left")
    )

    def keep() -> None:
        groups.set_attended(row, arrived, left, user=request.user)
        groups.set_how(row, request.POST.get("telehealth", ""), user=request.user)

    return _checked(request, row, keep)


def _checked(request: Request, row: Attendance, step: Callable[[], object]) -> HttpResponse:
    """Do a step of checking in; its client's row as it stands then."""
    if not request.htmx:
        told(request, step)
        return attendance(request, row)
    was_present, problems = row.status == "present", {}
    try:
        step()
    except Refused as refused:
        problems = {problem.field: problem.message for problem in refused.problems}
    shown = sheet(row.session)
    one = next((r for r in shown.rows if r.attendance.pk == row.pk), None)
    if one is None:  # a walk-in whom somebody else has taken off meanwhile
        return HttpResponse(headers={"HX-Refresh": "true"})
    one.time_problems = problems
    answer = render(
        request,
        "groups/_checked.html",
        {
            "row": one,
            "sheet": shown,
            "session": row.session,
            "is_leader": True,
            "hows": TELEHEALTH,
            "changed": one.is_present != was_present,
        },
        status=422 if problems else 200,
    )
    answer["HX-Trigger"] = "group-changed"
    return answer


def write_part(request: Request, row: Attendance) -> HttpResponse:
    """Keep one client's own part while somebody types it."""
    name = str(row.pk)
    try:
        content = _write_own(request, row_of(row))
    except Refused as refused:
        return _kept(request, name, reverse("attendance_part", args=[row.pk]), refused=refused)
    return _kept(request, name, "", stamp(content))


def _write_own(request: Request, one: Row) -> dict[str, str]:
    """Keep a client's own part where it differs from what is kept; what is kept then."""
    row = one.attendance
    content, diagnoses = own_typed(row, request.POST)
    written = groups.write_part(
        row, content, diagnoses, user=request.user, now=http.now(),
        seen=_seen(request, str(row.pk)),
    )  # fmt: skip
    return dict(written.content)


def remove(request: Request, row: Attendance) -> HttpResponse:
    """A walk-in was added by mistake."""
    where = row.session
    return _step(request, where, lambda: groups.not_here(row, user=request.user))


class CorrectionForm(forms.Form):
    """What a client's attendance really was, and why it is said now."""

    attended = forms.ChoiceField(
        label="The client",
        choices=[("yes", "Was there"), ("no", "Was not there")],
        widget=forms.RadioSelect,
    )
    arrived = forms.TimeField(label="Came at", required=False, widget=TimeInput())
    left = forms.TimeField(label="Left at", required=False, widget=TimeInput())
    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=500,
        help_text="It stays with the note as the reason of its addendum.",
    )
    password = forms.CharField(
        label="Your password",
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def correct(request: Request, row: Attendance) -> HttpResponse:
    """Correct one client's attendance after the signature: that client's charge alone moves."""
    form = CorrectionForm(http.sent(request), initial=_as_signed(row))
    if form.is_bound and form.is_valid() and _is_corrected(request, row, form):
        messages.success(request, f"Corrected: {row.client.name}. Nobody else is touched.")
        return redirect("group_session", row.session_id)
    return render(
        request,
        "groups/correct.html",
        {"row": row, "session": row.session, "form": form},
        status=422 if form.errors else 200,
    )


def _as_signed(row: Attendance) -> dict[str, object]:
    starts, ends = groups.attended(row, row.session)
    return {
        "attended": "yes" if row.status == "present" else "no",
        "arrived": timezone.localtime(starts).time(),
        "left": timezone.localtime(ends).time(),
    }


def _is_corrected(request: Request, row: Attendance, form: CorrectionForm) -> bool:
    return attempt(form, lambda: _corrected(request, row, form)) is not None


def _corrected(request: Request, row: Attendance, form: CorrectionForm) -> Signed:
    said = form.cleaned_data
    if not hasattr(row, "note"):
        raise refuse("This note is not signed yet: correct the check-in itself.")
    try:
        return group_sign.correct(
            row,
            attended=said["attended"] == "yes",
            arrived=_at(row.session, said["arrived"]),
            left=_at(row.session, said["left"]),
            reason=said["reason"],
            user=request.user,
            proof=proof_of_who_signs(request),
            now=http.now(),
        )
    except Refused as refused:
        names = {"starts_at": "arrived", "ends_at": "left"}
        raise Refused(
            *(Problem(names.get(p.field, p.field), p.message) for p in refused.problems)
        ) from refused


# ------------------------------------------------------------------------------ walk-ins


def walk_in_search(request: Request, row: Session) -> HttpResponse:
    """Clients of the program whose name begins so and who are not in the session yet."""
    asked = request.GET.get("find", "").strip()
    found = _who(row, asked) if len(asked) > 1 else []
    http.shows(request, (episode.client_id for episode in found))
    return render(request, "groups/_found.html", {"asked": asked, "found": found, "session": row})


def _who(row: Session, asked: str) -> list[Episode]:
    assert row.group is not None
    assert row.day is not None
    rows = groups.in_program(row.group, row.day).filter(
        client__in=named(Client.objects.all(), asked)
    )
    rows = rows.exclude(client__in=row.attendances.values("client"))
    return list(rows.order_by("client__last_name", "client__first_name", "pk")[:_FOUND])


def walk_in(request: Request, row: Session) -> HttpResponse:
    """Somebody of the program who is not on the roster came."""
    asked = http.number_sent(request, "episode")
    episode = Episode.objects.select_related("client").filter(pk=asked).first()

    def add() -> None:
        if episode is None:
            raise refuse("Choose somebody from the list.")
        groups.walk_in(row, episode, user=request.user)

    return _step(request, row, add)


# ------------------------------------------------------------------------------ small helps


def _seen(request: Request, name: str) -> str | None:
    """The stamp of what the writer saw; None where they have said which text counts."""
    return None if "keep_mine" in request.POST else request.POST.get(f"seen_{name}")


def _kept(
    request: Request, name: str, url: str, now_stamp: str = "", refused: Refused | None = None
) -> HttpResponse:
    answer = render(
        request,
        "parts/kept.html",
        {"name": name, "url": url, "stamp": now_stamp, "refused": refused, "now": http.now()},
    )
    if refused is None:
        answer["HX-Trigger"] = "group-changed"
    return answer


def _moment(row: Session, text: str) -> datetime | None:
    """A time of the session's day; None for nothing, or nonsense."""
    try:
        return _at(row, time.fromisoformat(text)) if text else None
    except ValueError:
        return None


def _at(row: Session, clock: time | None) -> datetime | None:
    assert row.day is not None
    return timezone.make_aware(datetime.combine(row.day, clock)) if clock else None
