"""The note: its editor, its signature, and what the signature created."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from carethread.codes import icd10
from carethread.codes.note_forms import sections
from carethread.insight.inbox import as_returned
from carethread.insight.notes import Behind, behind
from carethread.record.models import Note, NoteVersion, Signature
from carethread.rules.scrub.diagnosis import doubt
from carethread.web import http
from carethread.web.care import benefits
from carethread.web.care.note_form import NoteForm
from carethread.web.center.accounts import proof_of_who_signs
from carethread.web.http import Request
from carethread.web.states import CLAIM_TO_AUTHOR
from carethread.workflow import document
from carethread.workflow.claims import charging
from carethread.workflow.common.errors import Refused
from carethread.workflow.common.stale import is_stale, stamp
from carethread.workflow.document import Preview


@dataclass(frozen=True, slots=True)
class Read:
    """A note's current version as its readers see it: its text under the headings that it was
    written under, and its signatures."""

    note: Note
    version: NoteVersion | None
    parts: list[tuple[str, str]]
    signatures: list[Signature]


def as_read(note: Note, signatures: list[Signature] | None = None) -> Read:
    """The signed text of a note; of a draft, what stands there so far."""
    version = note.current
    if signatures is None:
        signatures = list(version.signatures.order_by("pk")) if version else []
    content = version.content if version else note.content
    asked = sections(version.service if version else note.service, content)
    parts = [(s.label, s.read(content[s.key])) for s in asked if content.get(s.key)]
    return Read(note, version, parts, signatures)


def note(request: Request, row: Note) -> HttpResponse:
    """The editor for the author of a draft; the signed page for everybody else."""
    if row.status == "signed" or row.author.user_id != request.user.pk:
        return redirect("note_signed", row.pk)
    if row.status == "draft" and row.attendance.session.kind == "group":
        return redirect("attendance", row.attendance_id)
    return _editor(request, NoteForm(row))


def note_draft(request: Request, row: Note) -> HttpResponse:
    """Keep what is typed, and say what signing it would create. Called while one types.

    What another window saved since this one was loaded is never overwritten unasked.
    """
    form = NoteForm(row, request.POST)
    before = row.service
    try:
        form.note = document.save_draft(row, form.draft(), now=http.now(), seen=_seen(request))
    except Refused as refused:
        if is_stale(refused):
            return _live(request, form, conflict=_saved_since(row))
        return _live(request, form, refused=refused)
    return _live(request, form, new_sections=form.note.service != before)


def note_sign(request: Request, row: Note) -> HttpResponse:
    """Keep what stands in the editor and sign it, in this order. A second click finds it signed."""
    form = NoteForm(row, request.POST)
    now = http.now()
    try:
        if row.status != "signed":
            form.note = document.save_draft(row, form.draft(), now=now, seen=_seen(request))
        proof = proof_of_who_signs(request)
        # Read anew: a proof that is younger than the moment of signing proves nothing.
        signed = document.sign(form.note, user=request.user, proof=proof, now=http.now())
    except Refused as refused:
        return _refused(request, row, form, refused)
    if signed.already:
        messages.info(request, "This note had been signed before. Nothing was created twice.")
    return redirect("note_signed", row.pk)


def _refused(request: Request, row: Note, form: NoteForm, refused: Refused) -> HttpResponse:
    if is_stale(refused):
        return _editor(request, form, conflict=_saved_since(row))
    row.refresh_from_db(fields=["status"])
    if row.status == "signed":
        messages.info(request, "This note had been signed before. Nothing was created twice.")
        return redirect("note_signed", row.pk)
    password = [p.message for p in refused.problems if p.field == "password"]
    form.show(Refused(*(p for p in refused.problems if p.field != "password")))
    return _editor(request, form, password_problems=password)


def note_addendum(request: Request, row: Note) -> HttpResponse:
    """Open a signed note for its author's addendum."""
    document.begin_addendum(row, user=request.user, now=http.now())
    return redirect("note", row.pk)


def note_benefits(request: Request, row: Note) -> HttpResponse:
    """What the payer says of the coverage on the day of the session; the editor asks for it when it
    stands."""
    day = timezone.localdate(row.starts_at or http.now())
    client = row.attendance.client
    found = benefits.on_day([client], day, request.user).get(client.pk)
    return render(request, "clinician/_note_benefits.html", {"benefits": found})


def note_discard(request: Request, row: Note) -> HttpResponse:
    """Throw away a draft that was never signed."""
    client = row.attendance.client_id
    try:
        document.discard(row, user=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("note", row.pk)
    messages.success(request, "The draft is gone. Its appointment is still there.")
    return redirect(http.way_back(request, reverse("client", args=[client])))


def note_signed(request: Request, row: Note) -> HttpResponse:
    """What the signature created: the charge, who pays, what still stops it; and the text."""
    created = charging.as_charged(row.current) if row.current else None
    found: Behind = behind(row)
    return render(
        request,
        "clinician/note_signed.html",
        {
            "note": row,
            "read": as_read(
                row, [s for s in found.signatures if s.note_version_id == row.current_id]
            ),
            "created": created,
            "behind": found,
            "claim_says": CLAIM_TO_AUTHOR.get(found.claim.state) if found.claim else None,
            "is_author": row.author.user_id == request.user.pk,
        },
    )


def note_facts(request: Request, row: Note) -> HttpResponse:
    """What a note proves to whoever bills: code, time, diagnosis, signature. Not what it tells."""
    return render(request, "billing/note_facts.html", {"note": row, "behind": behind(row)})


def diagnosis_search(request: Request) -> HttpResponse:
    """Diagnoses for the search box, best first; with what speaks against each in the program of
    the note (`?note=`)."""
    asked, level = request.GET.get("find", "").strip(), _level_asked(request)
    found = [(one, doubt(one.code, level)) for one in icd10.search(asked, limit=12)]
    return render(request, "clinician/_diagnoses.html", {"asked": asked, "found": found})


def _level_asked(request: Request) -> str:
    """The level of care of the note that the search is for; empty without one."""
    mine = Note.objects.filter(
        pk=http.number_asked(request, "note") or 0, author__user=request.user
    )
    return str(
        mine.values_list("attendance__session__program__level_of_care", flat=True).first() or ""
    )


# ------------------------------------------------------------------------------ showing


def _seen(request: Request) -> str | None:
    """The stamp of what the writer saw; None where they have said which text counts."""
    return None if "keep_mine" in request.POST else request.POST.get("saved_at")


def _saved_since(row: Note) -> datetime:
    """When the other window saved."""
    row.refresh_from_db(fields=["saved_at"])
    return row.saved_at


def _preview(form: NoteForm) -> Preview:
    return document.preview(form.note, now=http.now(), settings=form.settings)


def _editor(
    request: Request,
    form: NoteForm,
    *,
    conflict: datetime | None = None,
    password_problems: list[str] | None = None,
) -> HttpResponse:
    problems = form.errors or form.diagnosis_problems or password_problems or conflict
    return render(
        request,
        "clinician/note.html",
        {
            **_shown(form),
            "conflict": conflict,
            "password_problems": password_problems or [],
            "returned": [
                as_returned(case, http.now(), http.today())
                for case in form.note.cases.filter(state="open")
            ],
            "signed_version": form.note.current,
        },
        status=422 if problems else 200,
    )


def _live(
    request: Request,
    form: NoteForm,
    *,
    conflict: datetime | None = None,
    refused: Refused | None = None,
    new_sections: bool = False,
) -> HttpResponse:
    context = {"conflict": conflict, "refused": refused, "new_sections": new_sections}
    if conflict or refused:
        return render(request, "clinician/_live.html", {"form": form, "note": form.note, **context})
    return render(request, "clinician/_live.html", {**_shown(form), **context})


def _shown(form: NoteForm) -> dict[str, object]:
    return {
        "form": form,
        "note": form.note,
        "client": form.note.attendance.client,
        "codes": [(code, icd10.describe(code)) for code in form.codes],
        "preview": _preview(form),
        "saved_at": stamp(form.note.saved_at),
        "saved_local": timezone.localtime(form.note.saved_at),
    }
