"""Forms about cases: whom one is given, what a packet holds, how an appeal left and ended."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from carethread.codes.letters import appeal_text, parts
from carethread.codes.recovery import categories
from carethread.codes.roles import Role
from carethread.record.models import Payer, User
from carethread.record.models.assignment import CHANNELS
from carethread.web.forms import DayField
from carethread.web.rows import ChoiceOf


class GiveForm(forms.Form):
    """Whom a case is given to: a colleague of its role, or the role itself."""

    to = forms.ChoiceField(label="Who takes it", required=False)

    def __init__(self, data: Any = None, *, colleagues: Iterable[User] = ()) -> None:
        super().__init__(data, auto_id="id_give_%s")
        self.people = {str(user.pk): user for user in colleagues}
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "Everybody of the role"),
            *((k, str(u)) for k, u in self.people.items()),
        ]

    @property
    def chosen(self) -> User | None:
        return self.people.get(self.cleaned_data["to"]) if self.is_valid() else None


class PacketForm(forms.Form):
    """The parts of a packet; a note's words only for whose they are to release."""

    parts = forms.MultipleChoiceField(
        label="What goes in", required=False, widget=forms.CheckboxSelectMultiple()
    )

    def __init__(self, data: Any = None, *, category: str = "", may_release: bool = False) -> None:
        start = {"parts": list(appeal_text(category).encloses)}
        super().__init__(data, initial=start, auto_id="id_packet_%s")
        field = self.fields["parts"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(p.key, p.words) for p in parts() if may_release or not p.by_author]

    @property
    def chosen(self) -> list[str]:
        return list(self.cleaned_data["parts"]) if self.is_valid() else []


class SentForm(forms.Form):
    """How an appeal left."""

    sent_on = DayField(label="Sent on", required=False)
    channel = forms.ChoiceField(label="How", choices=CHANNELS)
    reference = forms.CharField(label="The payer's reference", required=False, max_length=60)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_sent_%s")

    @property
    def said(self) -> tuple[date | None, str, str]:
        self.is_valid()
        said = self.cleaned_data
        return said.get("sent_on"), said.get("channel", "mail"), said.get("reference", "")


class DecidedForm(forms.Form):
    """How an appeal ended."""

    outcome = forms.ChoiceField(
        label="The payer said", choices=[("won", "Paid after all"), ("lost", "Refused again")]
    )
    on = DayField(label="On", required=False)
    words = forms.CharField(label="In its words", required=False, max_length=300)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_decided_%s")

    @property
    def said(self) -> tuple[bool, date | None, str]:
        self.is_valid()
        said = self.cleaned_data
        return said.get("outcome") == "won", said.get("on"), said.get("words", "")


class DutyForm(forms.Form):
    """Who takes which cases."""

    role = forms.ChoiceField(label="Cases of", choices=[(r.value, r.capitalize()) for r in Role])
    category = forms.ChoiceField(label="Root cause", required=False)
    payer = ChoiceOf(Payer, required=False)
    user = forms.ChoiceField(label="Go to")

    def __init__(self, data: Any = None, *, people: Iterable[User] = ()) -> None:
        super().__init__(data)
        self.people = {str(user.pk): user for user in people}
        payer = self.fields["payer"]
        assert isinstance(payer, ChoiceOf)
        payer.offer(Payer.objects.order_by("name"))
        for name, choices in (
            ("category", [("", "Every root cause"), *categories()]),
            ("user", [(key, str(user)) for key, user in self.people.items()]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
