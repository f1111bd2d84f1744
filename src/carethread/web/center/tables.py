"""The tables that a center and its payers differ in: what holds, where it comes from, and a change
of it from a date on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from carethread.codes.catalogue import PARTS, Catalogue, Part, checked, packaged, written
from carethread.record.models import PolicySetting
from carethread.record.policies import AGAIN, Settings
from carethread.rules.entries import warnings
from carethread.web import http
from carethread.web.center.entry_fields import BLANKS, Block, Box, as_text, read, shown
from carethread.web.center.setting_forms import EntryForm, PolicyScopeForm
from carethread.web.editing import saves
from carethread.web.http import Request
from carethread.web.permissions import corrected_by, may
from carethread.workflow.center import staff

ALL = "all"


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in the list: its name, its words, and the setting that says so (None: packaged)."""

    name: str
    words: str
    setting: PolicySetting | None


def tables(request: Request) -> HttpResponse:
    """Every entry of every table, with what says so. What holds for one program or payer is asked
    for in the address: `?program=3&payer=7`."""
    whose = PolicyScopeForm(request.GET, auto_id="whose_%s")
    whose.full_clean()
    in_force, said = _in_force(whose)
    shown = [(key, part, list(_rows(key, part, in_force, said))) for key, part in PARTS.items()]
    return render(request, "administration/tables.html", {"tables": shown, "whose": whose})


def _in_force(whose: PolicyScopeForm) -> tuple[Catalogue, Mapping[str, PolicySetting]]:
    today = http.today()
    where = {f"{name}_id": row.pk for name, row in whose.chosen.items()}
    asked = {"program_id": None, "payer_id": None, **where}
    settings = Settings(today)
    said = settings.entries(**asked).items()
    return settings.tables(today, **asked), {k: row for k, row in said if row.value != AGAIN}


def _rows(
    key: str, part: Part, in_force: Catalogue, said: Mapping[str, PolicySetting]
) -> Iterator[Row]:
    entries = getattr(in_force, key)
    for name in entries if part.named else (ALL,):
        words = getattr(entries[name], "label", "") if part.named else f"{len(entries)} entries"
        setting = said.get(f"{key}/{name}")
        yield Row(name, words, setting)


def table_entry(request: Request) -> HttpResponse:
    """One entry (`?of=services/group`) as it holds for the program and payer of the address, and a
    form to change it."""
    key = request.GET.get("of", "")
    if not key:
        return redirect("tables")
    part, _, entry = key.partition("/")
    known = PARTS.get(part)
    if known is None or not entry or (entry != ALL) is not known.named:
        raise Http404("There is no such table.")
    whose = PolicyScopeForm(request.GET, auto_id="whose_%s")
    whose.full_clean()
    in_force, said = _in_force(whose)
    may_save = may(request.user, "table_entry", "POST")
    sent, blanks = _sent(request, known), (BLANKS + 3 * ("more" in request.POST)) * may_save
    form = EntryForm(
        sent,
        instance=PolicySetting(
            organization=request.user.organization, user=request.user, key=key,
            value=_text(in_force, part, entry),
            effective_from=http.day_asked(request, "since"), **whose.chosen,
        ),
    )  # fmt: skip
    wants_rows = "more" in request.POST
    if not wants_rows and saves(
        request, form, lambda: staff.set_entry(form.instance, now=http.now())
    ):
        follows = (
            "The list of cases follows" if part == "recovery" else "Notes signed from now on follow"
        )
        messages.success(request, f"Saved. {follows} it.")
        for words in _warned(part, entry, form.instance.value):
            messages.warning(request, words)
        return redirect(http.way_back(request, reverse("tables")))
    if not may_save:
        form.only_show()
    history = PolicySetting.objects.filter(key=key).select_related("user", "payer", "program")
    return render(
        request,
        "administration/table_entry.html",
        {
            "part": known,
            "entry": entry,
            "form": form,
            "boxes": _boxes(known, form, blanks),
            "as_text": request.GET.get("as") == "text"
            or (sent is not None and "fields" not in sent),
            "other": _other(request),
            "setting": said.get(key),
            "warned": _warned(part, entry, said[key].value) if key in said else (),
            "packaged": _text(packaged(), part, entry),
            "again": AGAIN,
            "history": history.order_by("-pk")[:100],
            "may_save": may_save,
            "corrected_by": corrected_by("table_entry"),
        },
        status=422 if form.errors and not wants_rows else 200,
    )


def _warned(part: str, entry: str, text: str) -> tuple[str, ...]:
    """What of an entry on record contradicts what is published."""
    return () if text == AGAIN else tuple(warnings(checked(part, entry, text)))


def _sent(request: Request, part: Part) -> QueryDict | None:
    """What was sent, the fields of the entry written as its text."""
    sent = http.sent(request)
    if sent is None or "fields" not in sent:
        return sent
    said = sent.copy()
    entry = read(part.one, sent.dict(), named=part.named)  # type: ignore[arg-type]
    said["value"] = "" if "again" in sent else as_text(entry)
    return said


def _boxes(part: Part, form: EntryForm, blanks: int) -> tuple[Box | Block, ...]:
    """The entry's fields as it stands in the form; none for a text that is no entry."""
    try:
        entry = yaml.safe_load(form["value"].value() or "")
    except yaml.YAMLError:
        return ()
    return shown(part.one, entry, named=part.named, blanks=blanks)


def _other(request: Request) -> str:
    """The address of the same entry in the other form: as fields, or as text."""
    asked = request.GET.copy()
    if asked.pop("as", None) is None:
        asked["as"] = "text"
    return f"?{asked.urlencode()}"


def _text(tables: Catalogue, part: str, name: str) -> str:
    """The entry as one would write it; empty where there is none yet."""
    entries: Any = getattr(tables, part)
    entry = entries if name == ALL else entries.get(name)
    return written(entry) if entry is not None else ""
