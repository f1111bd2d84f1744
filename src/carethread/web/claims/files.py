"""Files in and out: how each fared, what was wrong with it, and a way to hand one in."""

import re
from datetime import datetime

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render

from carethread.insight.looks import clients_in
from carethread.insight.thread import of_file
from carethread.record.models import Delivery, EdiFile
from carethread.web import http
from carethread.web.http import Request
from carethread.web.pages import page
from carethread.workflow import receive
from carethread.workflow.remittances import manual_eob
from carethread.x12.delimiters import from_isa

_SHOWN = 20_000  # characters of a file's text on its page
# What begins a transaction that a payer or a clearinghouse answers with.
_ANSWER = re.compile(rb"ST[^A-Za-z0-9](?:835|999|27[178])|TA1[^A-Za-z0-9]")
_LARGEST = 64 * 1024 * 1024


class UploadForm(forms.Form):
    """A file from somebody's computer: a remittance that came by mail or from a portal."""

    file = forms.FileField(
        label="An 835, 999, 277CA or TA1 file, or a bank's (CSV, BAI2)",
        help_text="It is stored as it is, then read. The same file twice is one file.",
        error_messages={"required": "Choose a file.", "empty": "This file is empty."},
        allow_empty_file=True,
    )

    def clean_file(self) -> object:
        """Refuses what is too large to have come from a payer."""
        file = self.cleaned_data["file"]
        if file.size > _LARGEST:
            raise forms.ValidationError("This is larger than 64 MB. Ask for it in parts.")
        return file


def files(request: Request) -> HttpResponse:
    """Files, newest first, those that could not be read on demand."""
    asked = request.GET.get("show", "")
    return render(
        request,
        "billing/files.html",
        {"asked": asked, "page": page(request, _files(asked)), "form": UploadForm()},
    )


def _files(asked: str) -> "QuerySet[EdiFile]":
    rows: QuerySet[EdiFile] = (
        EdiFile.objects.select_related("connection", "delivery").defer("raw").order_by("-pk")
    )
    if asked in ("in", "out"):
        return rows.filter(direction=asked)
    return rows.filter(delivery__state="quarantined") if asked == "quarantined" else rows


def file(request: Request, row: EdiFile) -> HttpResponse:
    """One file: its state, its findings with their places, what hangs on it, and its text."""
    http.shows(request, clients_in(row))
    is_scan = row.kind == manual_eob.KIND
    text = "" if is_scan else bytes(row.raw[:_SHOWN]).decode("utf-8", "replace")
    return render(
        request,
        "billing/file.html",
        {
            "file": row,
            "delivery": getattr(row, "delivery", None),
            "thread": of_file(row, http.now()),
            "segments": list(enumerate(segments(text), start=1))[:400],
            "is_cut": len(row.raw) > _SHOWN,
            "marked": _marked(row),
            "is_scan": is_scan,
            "is_answer": _ANSWER.search(row.raw) is not None,
        },
    )


def _marked(row: EdiFile) -> dict[int, str]:
    """What is wrong, by the position of the segment that it is wrong in."""
    delivery = getattr(row, "delivery", None)
    findings = delivery.findings if delivery else []
    return {f["segment"]: f["message"] for f in findings if f.get("segment")}


def segments(text: str) -> list[str]:
    """A file's text cut at its own segment terminator, without line breaks."""
    try:
        marks = from_isa(text)
    except ValueError:
        return [one.strip("\r\n") for one in text.split("~") if one.strip()]
    for line_break in set("\r\n") - set(marks.all):
        text = text.replace(line_break, "")
    return [one for one in text.split(marks.segment) if one.strip()]


def file_raw(request: Request, row: EdiFile) -> HttpResponse:
    """The bytes, as they were on the wire."""
    http.shows(request, clients_in(row))
    answer = HttpResponse(bytes(row.raw), content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="{_safe(row.name)}"'
    return answer


def _safe(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)


def file_upload(request: Request) -> HttpResponse:
    """Hand a file in: stored first, then read, and shown with how it fared."""
    form = UploadForm(http.sent(request), request.FILES if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(
            request,
            "billing/file_upload.html",
            {"form": form},
            status=422 if form.errors else 200,
        )
    given, now = form.cleaned_data["file"], http.now()
    before = EdiFile.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    row = receive.store(
        given.read(), organization=request.user.organization, name=given.name, now=now
    )
    if not _read(row, now) and row.pk <= before:
        messages.info(request, "This file was here before. Nothing was read twice.")
    return redirect("file", row.pk)


def file_again(request: Request, row: EdiFile) -> HttpResponse:
    """Read a file once more that was set aside, once what kept it from being read is mended."""
    if _read(row, http.now()):
        messages.success(request, "Read.")
    else:
        messages.info(request, "It stays set aside: what keeps it from being read stands below.")
    return redirect("file", row.pk)


def _read(row: EdiFile, now: datetime) -> bool:
    """Whether it was read just now: what waits or was set aside may be, and nothing else."""
    delivery = Delivery.objects.filter(file=row).first()
    return delivery is not None and receive.read_again(delivery, now=now)
