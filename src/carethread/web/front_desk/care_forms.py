"""Forms for a client's way into care: admission, diagnosis, appointment."""

import re
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django import forms
from django.db.models import F
from django.utils import timezone

from carethread.codes import icd10
from carethread.record.models import (
    Appointment,
    Client,
    Diagnosis,
    Episode,
    Practitioner,
    Program,
    User,
)
from carethread.record.models.chart import TELEHEALTH
from carethread.rules.booking import MOST_WEEKS
from carethread.rules.perdiem import is_documentable
from carethread.web import http
from carethread.web.forms import DayField, TimeInput
from carethread.web.permissions import FRONT_DESK
from carethread.web.rows import ChoiceOf, RowForm
from carethread.workflow import gather

ADMISSION_TYPES = [
    ("3", "Elective"), ("2", "Urgent"), ("1", "Emergency"), ("5", "Trauma"), ("9", "Not known"),
]  # fmt: skip
ADMISSION_SOURCES = [
    ("1", "From home"), ("2", "From a clinic or practice"), ("4", "From a hospital"),
    ("5", "From a nursing facility"), ("6", "From another facility"), ("8", "From court or police"),
    ("9", "Not known"),
]  # fmt: skip


class CodeInput(forms.TextInput):
    """A diagnosis code, offered by words while one types."""

    template_name = "intake/_code_input.html"


class ProgramChoice(ChoiceOf):
    def label_from_instance(self, row: Any) -> str:
        program = row.program if isinstance(row, Episode) else row
        return f"{program.name}, {program.site.name}"


class AdmissionForm(RowForm):
    program = ProgramChoice(Program)
    attending = ChoiceOf(
        Practitioner, required=False, help_text="Who answers for the care as a whole."
    )
    attending_since = DayField(
        label="Another attending since", required=False,
        help_text="Claims of earlier days keep who answered then. The day of admission corrects "
        "the whole stay, and what left with another name.",
    )  # fmt: skip
    admission_type = forms.ChoiceField(label="Kind of admission", choices=ADMISSION_TYPES)
    admission_source = forms.ChoiceField(label="Where from", choices=ADMISSION_SOURCES)
    widths: ClassVar = {
        "program": "half full-narrow", "attending": "half full-narrow",
        "attending_since": "half full-narrow", "admitted_on": "half",
        "admitted_at": "half", "admission_type": "half", "admission_source": "half",
    }  # fmt: skip
    field_order = ("program", "attending", "attending_since")

    class Meta:
        model = Episode
        fields = ["program", "attending", "admitted_on", "admitted_at", "admission_type",
                  "admission_source"]  # fmt: skip
        labels = {"admitted_on": "Admitted on", "admitted_at": "At"}
        widgets = {"admitted_at": TimeInput()}
        help_texts = {"admitted_at": "Only residential and detox claims say it."}

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        program, attending = self.fields["program"], self.fields["attending"]
        assert isinstance(program, ChoiceOf)
        assert isinstance(attending, ChoiceOf)
        program.offer(Program.objects.select_related("site").order_by("site__name", "name"))
        attending.offer(Practitioner.objects.order_by("last_name", "first_name"))
        if self.instance._state.adding:
            del self.fields["attending_since"]
        else:
            self.initial["attending_since"] = self.instance.discharged_on or http.today()


class DiagnosisForm(RowForm):
    """A diagnosis as it was made. One on record keeps its code and day: others have relied on
    them."""

    code = forms.CharField(
        label="Diagnosis", widget=CodeInput(), max_length=200,
        help_text="Type words or a code and choose from the list.",
    )  # fmt: skip
    widths: ClassVar = {"rank": "third", "diagnosed_on": "third", "resolved_on": "third"}

    class Meta:
        model = Diagnosis
        fields = ["code", "rank", "diagnosed_on", "resolved_on"]
        labels = {"rank": "Order", "diagnosed_on": "Made on", "resolved_on": "Resolved on"}
        help_texts = {"rank": "1 is the principal one.", "resolved_on": "Empty while it holds."}

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.initial["code"] = icd10.pointed(self.instance.code)
        if self.instance.pk:
            self.fields["code"].disabled = self.fields["diagnosed_on"].disabled = True
            self.fields["code"].help_text = icd10.describe(self.instance.code)
        else:
            del self.fields["resolved_on"]

    def clean_code(self) -> str:
        typed: str = self.cleaned_data["code"]
        code = typed.replace(".", "").strip().upper()
        if _CODE.fullmatch(code):
            return code
        raise forms.ValidationError(_which(typed))


_CODE = re.compile("[A-Z][0-9][A-Z0-9]{1,5}")


def _which(typed: str) -> str:
    """What to choose, where words were sent instead of a code."""
    meant = [f"{one.pointed} {one.description}" for one in icd10.search(typed, limit=3)]
    such = f", such as {'; '.join(meant)}" if meant else ""
    return f"Choose a code from the list{such}."


class AppointmentForm(RowForm):
    """A session to come: with whom, what, when; once or each week."""

    episode = ProgramChoice(Episode, label="Program")
    practitioner = ChoiceOf(Practitioner)
    service = forms.ChoiceField()
    day = DayField(label="Date")
    starts = forms.TimeField(label="Start", widget=TimeInput())
    minutes = forms.IntegerField(label="Minutes", min_value=1, max_value=720, initial=55)
    weeks = forms.IntegerField(
        label="Weeks", min_value=1, max_value=MOST_WEEKS, initial=1,
        help_text="1 is once; 12 is every week, twelve times.",
    )  # fmt: skip
    widths: ClassVar = {
        "episode": "half full-narrow", "practitioner": "half full-narrow",
        "service": "half full-narrow", "telehealth": "half full-narrow", "day": "half full-narrow",
        "starts": "half full-narrow", "minutes": "half", "weeks": "half",
    }  # fmt: skip
    field_order = (
        "episode", "practitioner", "service", "telehealth", "day", "starts", "minutes", "weeks",
    )  # fmt: skip

    class Meta:
        model = Appointment
        fields = ["practitioner", "service", "telehealth"]
        labels = {"telehealth": "How"}

    def __init__(self, *args: Any, user: User, **named: Any) -> None:
        super().__init__(*args, **named)
        row, field = self.instance, self.fields
        stays = _stays(row)
        self._offer("episode", stays)
        self._offer("practitioner", _practitioners(user))
        assert isinstance(field["service"], forms.ChoiceField)
        assert isinstance(field["telehealth"], forms.ChoiceField)
        field["service"].choices = _services(row.client, [stay.program for stay in stays])
        field["telehealth"].choices = TELEHEALTH
        if row.pk:
            del field["weeks"]
            self._start_from(row)
        elif stays:
            self.initial.setdefault("episode", stays[0].pk)

    def _offer(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, ChoiceOf)
        field.offer(rows)

    def _start_from(self, row: Appointment) -> None:
        starts = timezone.localtime(row.starts_at)
        self.initial = {
            **self.initial,
            "day": starts.date(), "starts": starts.time(),
            "minutes": int((row.ends_at - row.starts_at).total_seconds() // 60),
            "episode": Episode.objects.filter(client=row.client_id, program=row.program_id)
            .order_by("-admitted_on").values_list("pk", flat=True).first(),
        }  # fmt: skip

    def _post_clean(self) -> None:
        said, row = self.cleaned_data, self.instance
        if said.get("episode"):
            row.program = said["episode"].program
        if {"day", "starts", "minutes"} <= said.keys():
            local = datetime.combine(said["day"], said["starts"])
            row.starts_at = timezone.make_aware(local)
            row.ends_at = timezone.make_aware(local + timedelta(minutes=said["minutes"]))
        super()._post_clean()  # type: ignore[misc]


def _stays(row: Appointment) -> Any:
    """The client's stays, those that last first."""
    return (
        Episode.objects.filter(client=row.client_id)
        .select_related("client", "program__site")
        .order_by(F("discharged_on").asc(nulls_first=True), "-admitted_on")
    )


def _practitioners(user: User) -> Any:
    """Whom this user may book: everybody at the front desk; themselves and those they supervise
    for who treats."""
    rows = Practitioner.objects.order_by("last_name", "first_name")
    if not FRONT_DESK.isdisjoint(user.roles):
        return rows
    return rows.filter(user=user) | rows.filter(supervisor__user=user)


def _services(client: Client, programs: list[Program]) -> list[tuple[str, str]]:
    """What can be documented of that client in one of these programs, as their payer has it; a
    group is booked by its roster."""
    today, offered = http.today(), {}
    for program in programs:
        tables = gather.tables_for(client, program, today)
        for key, service in tables.services.items():
            if not service.is_group and is_documentable(key, program.level_of_care, tables):
                offered[key] = service.title
    return list(offered.items())
