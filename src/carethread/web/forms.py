"""Forms that people fill in. What a step of `workflow` refuses is shown at its field."""

import secrets
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from carethread.rules.words import unparted
from carethread.web import http
from carethread.workflow.common.errors import Refused

T = TypeVar("T")


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


def _refuse_absurd(on: date) -> None:
    if not http.FIRST_DAY <= on <= http.LAST_DAY:
        raise ValidationError("Choose a day between 1900 and 2199. Compare the year.")


class DayField(forms.DateField):
    """A day of the calendar that people mean. The one field for days: every form uses it, and
    `RowForm` makes it of each day of a row."""

    widget = DayInput
    default_validators = [_refuse_absurd]


class NumberField(forms.CharField):
    """A number of digits, however people part them: (937) 555-0144, 45402-1111."""

    def to_python(self, value: Any) -> str:
        return unparted(super().to_python(value) or "")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class OnceField(forms.CharField):
    """Tells one form that was shown from every other: what it makes is made once, however often it
    is sent (a second click, the way back, another tab)."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            max_length=40,
            widget=forms.HiddenInput,
            initial=lambda: secrets.token_urlsafe(16),
        )


def attempt(form: forms.BaseForm, step: Callable[[], T]) -> T | None:
    """Do the step; None where it refused, with every problem put at its field of the form."""
    try:
        return step()
    except Refused as refused:
        show(form, refused)
        return None


def show(form: forms.BaseForm, refused: Refused) -> None:
    """Put a refusal's problems at their fields; those of no field above the form."""
    form.is_valid()
    for problem in refused.problems:
        form.add_error(problem.field if problem.field in form.fields else None, problem.message)


def told(request: HttpRequest, step: Callable[[], T]) -> T | None:
    """Do a step that has no form; None where it refused, with its reasons as messages."""
    try:
        return step()
    except Refused as refused:
        for problem in refused.problems:
            messages.error(request, problem.message)
        return None


class PasswordForm(forms.Form):
    """Proof of who signs."""

    password = forms.CharField(
        label="Your password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
        required=False,
    )


class WaitForm(forms.Form):
    """Until when something waits, and for what."""

    until = DayField(label="Until", required=False)
    reason = forms.CharField(label="What is waited for", required=False, max_length=300)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_wait_%s")

    @property
    def said(self) -> tuple[date | None, str]:
        self.is_valid()
        return self.cleaned_data.get("until"), self.cleaned_data.get("reason", "")


class WordsForm(forms.Form):
    """One question, answer or reason, under the field name that the step gives it."""

    def __init__(self, data: Any = None, *, name: str, label: str, hint: str = "") -> None:
        super().__init__(data, auto_id=f"id_{name}_%s")
        self.name = name
        self.fields[name] = forms.CharField(
            label=label,
            help_text=hint,
            required=False,
            max_length=480,
            widget=forms.Textarea(attrs={"rows": 3}),
        )

    @property
    def words(self) -> str:
        return str(self.cleaned_data.get(self.name, "")) if self.is_valid() else ""
