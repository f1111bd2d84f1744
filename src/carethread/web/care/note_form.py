"""The editor's form. Everything in it may be missing; `document.sign` says what must not be."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone

from carethread.codes.catalogue import Catalogue
from carethread.codes.note_forms import Section, sections
from carethread.codes.services import coding
from carethread.record.models import Note, Practitioner
from carethread.record.models.chart import TELEHEALTH
from carethread.rules.perdiem import is_documentable
from carethread.web import http
from carethread.web.forms import DayField, TimeInput
from carethread.workflow import gather
from carethread.workflow.common.errors import Refused
from carethread.workflow.document import Draft

PLACES = [
    ("11", "Office (11)"),
    ("10", "Client's home, by telehealth (10)"),
    ("02", "Elsewhere, by telehealth (02)"),
    ("12", "Client's home (12)"),
    ("03", "School (03)"),
    ("53", "Community mental health center (53)"),
    ("57", "Substance use facility, outpatient (57)"),
    ("99", "Another place (99)"),
]
_PREFIX = "content_"


class NoteForm(forms.Form):
    """What stands in the editor of `note`: as it was saved, or as `data` was typed."""

    service = forms.ChoiceField(required=False)
    day = DayField(label="Date", required=False)
    starts = forms.TimeField(label="Start", required=False, widget=TimeInput())
    ends = forms.TimeField(label="Stop", required=False, widget=TimeInput())
    telehealth = forms.ChoiceField(label="How", required=False, choices=TELEHEALTH)
    place_of_service = forms.ChoiceField(label="Place", required=False, choices=PLACES)
    reason = forms.CharField(
        label="Why this addendum",
        required=False,
        max_length=500,
        help_text="What was wrong or missing. It stays with the note.",
    )

    def __init__(self, note: Note, data: Any = None) -> None:
        super().__init__(data, initial=_initial(note))
        self.note = note
        self.diagnosis_problems: list[str] = []
        self.settings = gather.settings_at(note.organization, http.now())
        program = note.attendance.session.program
        today = http.today()
        payer_id = _payer_id(note, today) if self.settings.differ_by_payer else None
        tables = self.settings.tables(today, program_id=program.pk, payer_id=payer_id)
        offered = services_for(note.author, program.level_of_care, note.service, tables, today)
        self._offer("service", offered)
        if note.place_of_service not in dict(PLACES):
            self._offer("place_of_service", [*PLACES, (note.place_of_service,) * 2])
        if note.current_id is None:
            del self.fields["reason"]
        self.sections = sections(self.service_now, self._written())
        for section in self.sections:
            self.fields[_PREFIX + section.key] = _text_field(section)
            self.initial[_PREFIX + section.key] = note.content.get(section.key, "")

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def service_now(self) -> str:
        """The service that is chosen now."""
        return str(self.data.get("service", "")) if self.is_bound else str(self.note.service)

    def _written(self) -> list[str]:
        """Keys of sections that have text, typed or saved."""
        typed = [name.removeprefix(_PREFIX) for name in self.data if name.startswith(_PREFIX)]
        return [key for key in dict.fromkeys([*self.note.content, *typed]) if self._text(key)]

    def _text(self, key: str) -> str:
        saved = str(self.note.content.get(key, ""))
        return str(self.data.get(_PREFIX + key, saved)) if self.is_bound else saved

    @property
    def content_fields(self) -> list[forms.BoundField]:
        return [self[_PREFIX + section.key] for section in self.sections]

    @property
    def codes(self) -> list[str]:
        """The chosen diagnoses in their order."""
        typed = self.data.getlist if isinstance(self.data, QueryDict) else None
        chosen = typed("diagnoses") if typed else self.note.diagnoses
        return [str(code) for code in chosen]

    def draft(self) -> Draft:
        """What stands in the editor. What cannot be read (half a date) counts as not written."""
        self.is_valid()
        read: dict[str, Any] = self.cleaned_data
        return Draft(
            service=read.get("service") or self.note.service,
            starts_at=_moment(read.get("day"), read.get("starts")),
            ends_at=_moment(read.get("day"), read.get("ends")),
            telehealth=read.get("telehealth") or "",
            place_of_service=read.get("place_of_service") or self.note.place_of_service,
            diagnoses=self.codes,
            content={section.key: self._text(section.key) for section in self.sections},
            reason=read.get("reason") or "",
        )

    def show(self, refused: Refused) -> None:
        """A refusal's problems at the fields of this form; those of no field above it."""
        self.is_valid()
        texts = {f"content.{section.key}": _PREFIX + section.key for section in self.sections}
        first_text = _PREFIX + self.sections[0].key
        names = {"starts_at": "starts", "ends_at": "ends", "content": first_text, **texts}
        for problem in refused.problems:
            name = names.get(problem.field, problem.field)
            if name == "diagnoses":
                self.diagnosis_problems.append(problem.message)
            else:
                self.add_error(name if name in self.fields else None, problem.message)


def _payer_id(note: Note, on: date) -> int | None:
    """Who pays for a service of that day."""
    coverage = gather.coverage_on(note.attendance.client, on)
    return coverage.payer_id if coverage else None


def services_for(
    practitioner: Practitioner, level_of_care: str, chosen: str, tables: Catalogue, today: date
) -> list[tuple[str, str]]:
    """The services that this credential may render alone with a client at that level of care, and
    the one that is chosen."""
    known = tables.credentials.get(practitioner.credential)
    found = []
    for key, service in tables.services.items():
        coded = coding(service, today)
        groups = {group for line in coded.lines for group in line.groups} if coded else set()
        may = known is not None and known.group in groups and not service.is_group
        may = may or (not service.codings and is_documentable(key, level_of_care, tables))
        if may or key == chosen:
            found.append((key, f"{service.label[:1].upper()}{service.label[1:]}"))
    return found


def _text_field(section: Section) -> forms.CharField:
    return forms.CharField(
        label=section.label,
        help_text=section.hint,
        required=False,
        strip=False,
        widget=_points() if section.measures else forms.Textarea(attrs={"rows": 4}),
    )


def _points() -> forms.TextInput:
    """Typed as text, so that what is no number stays to be corrected."""
    return forms.TextInput(attrs={"inputmode": "numeric", "size": 4, "class": "short"})


def _initial(note: Note) -> dict[str, Any]:
    starts = timezone.localtime(note.starts_at) if note.starts_at else None
    ends = timezone.localtime(note.ends_at) if note.ends_at else None
    return {
        "service": note.service,
        "day": starts.date() if starts else None,
        "starts": starts.time() if starts else None,
        "ends": ends.time() if ends else None,
        "telehealth": note.telehealth,
        "place_of_service": note.place_of_service,
        "reason": note.reason,
    }


def _moment(day: date | None, clock: time | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, clock)) if day and clock else None
