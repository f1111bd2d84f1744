"""Forms of who works here and where: accounts, sites, programs."""

from typing import Any

from django import forms

from carethread.codes.levels import levels
from carethread.codes.roles import Role
from carethread.record.models import Program, Site, User
from carethread.web.rows import ChoiceOf, RowForm

ROLE_CHOICES = [(role.value, role.value.capitalize()) for role in Role]


class UserForm(RowForm):
    roles = forms.MultipleChoiceField(
        choices=ROLE_CHOICES, required=False, widget=forms.CheckboxSelectMultiple
    )
    widths = {"first_name": "half", "last_name": "half"}

    class Meta:
        model = User
        fields = ["first_name", "last_name", "email"]
        labels = {"email": "Email, to sign in with"}

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        for name in ("first_name", "last_name"):
            self.fields[name].required = True
        if self.instance.pk:
            self.initial["roles"] = [role.value for role in self.instance.roles]

    @property
    def chosen(self) -> list[Role]:
        return [Role(value) for value in self.cleaned_data["roles"]]


class SiteForm(RowForm):
    widths = {
        "npi": "half full-narrow", "place_of_service": "half full-narrow", "city": "half",
        "state": "quarter", "postal_code": "quarter",
    }  # fmt: skip

    class Meta:
        model = Site
        fields = [
            "name", "npi", "place_of_service", "line1", "line2", "city", "state", "postal_code"
        ]  # fmt: skip
        help_texts = {
            "npi": "Only where the place has one of its own.",
            "place_of_service": "Two digits: 11 office, 53 community mental health center.",
        }
        labels = {"line1": "Street", "line2": "Suite", "postal_code": "ZIP"}


class ProgramForm(RowForm):
    site = ChoiceOf(Site)
    level_of_care = forms.ChoiceField(label="Level of care")
    widths = {"level_of_care": "half full-narrow", "form": "half full-narrow"}

    class Meta:
        model = Program
        fields = ["name", "site", "level_of_care", "form", "is_part2"]
        labels = {"form": "Billed on"}

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        field = self.fields["level_of_care"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, f"{one.label} ({key})") for key, one in levels().items()]
