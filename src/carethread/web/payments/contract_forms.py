"""Forms for contracts, their terms and files, and for what is done about short payments."""

from decimal import Decimal
from typing import Any

from django import forms

from carethread.codes.contracts import KINDS
from carethread.record.models import Contract, ContractTerm, Payer
from carethread.record.models.underpaid import CHANNELS
from carethread.web import http
from carethread.web.forms import DayField
from carethread.web.rows import ChoiceOf, RowForm
from carethread.workflow import gather

_LARGEST = 5 * 1024 * 1024


def _dollars(label: str, **named: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=Decimal("0"), max_digits=10, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}), **named,
    )  # fmt: skip


def _percent(label: str, **named: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=Decimal("0"), max_value=Decimal("100"), max_digits=5,
        decimal_places=2, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **named,
    )  # fmt: skip


class ContractForm(RowForm):
    payer = ChoiceOf(Payer)
    sequestered = _percent(
        "Sequestration, percent", required=False,
        help_text="What law takes off the payer's part: 2 for Medicare, else empty.",
    )  # fmt: skip
    widths = {
        "payer": "half full-narrow", "name": "half full-narrow",
        "effective_from": "half full-narrow", "effective_to": "half full-narrow",
    }  # fmt: skip

    class Meta:
        model = Contract
        fields = ["payer", "name", "effective_from", "effective_to", "lesser_of_charge"]
        labels = {
            "effective_from": "From", "effective_to": "Until",
            "lesser_of_charge": "Never more than the charge (lesser of)",
        }  # fmt: skip
        help_texts = {"effective_to": "Empty while it holds."}

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        payer = self.fields["payer"]
        assert isinstance(payer, ChoiceOf)
        payer.offer(Payer.objects.order_by("name"))
        if self.instance.pk:
            payer.disabled = True
        self.fields["sequestered"].initial = Decimal(self.instance.sequestration or 0) / 100 or None

    def _post_clean(self) -> None:
        share = self.cleaned_data.get("sequestered") or 0
        self.instance.sequestration = int(share * 100)
        super()._post_clean()  # type: ignore[misc]


class TermForm(RowForm):
    """A term, new or in place of another. What its kind does not ask for stays empty."""

    credential = forms.ChoiceField(required=False)
    amount = _dollars("Dollars", required=False)
    percent = _percent("Percent", required=False)
    widths = {
        "kind": "half full-narrow", "code": "quarter", "revenue_code": "quarter",
        "modifier": "quarter", "place": "quarter", "credential": "half full-narrow",
        "amount": "half", "percent": "half", "first_day": "half", "last_day": "half",
        "effective_from": "half full-narrow", "effective_to": "half full-narrow",
    }  # fmt: skip

    class Meta:
        model = ContractTerm
        fields = [
            "kind", "code", "revenue_code", "modifier", "place", "credential", "amount", "percent",
            "first_day", "last_day", "effective_from", "effective_to",
        ]  # fmt: skip
        labels = {
            "effective_from": "From", "effective_to": "Until", "place": "Place",
            "first_day": "From day of the stay", "last_day": "To day of the stay",
        }  # fmt: skip
        help_texts = {
            "effective_to": "Empty while it holds.",
            "last_day": "Empty: every day after.",
        }

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        credential, known = self.fields["credential"], gather.tables(http.today()).credentials
        assert isinstance(credential, forms.ChoiceField)
        offered = [("", "Anybody"), *((key, f"{key}, {one.label}") for key, one in known.items())]
        credential.choices = offered
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [(k.value, f"{one.label}: {one.words}") for k, one in KINDS.items()]
        self.fields["first_day"].required = False
        for name, cents in (
            ("amount", self.instance.amount_cents),
            ("percent", self.instance.share),
        ):
            self.fields[name].initial = Decimal(cents) / 100 if cents else None

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).upper()

    def clean_modifier(self) -> str:
        return str(self.cleaned_data["modifier"]).upper()

    def clean_first_day(self) -> int:
        return self.cleaned_data["first_day"] or 1

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        known = next((one for k, one in KINDS.items() if k.value == said.get("kind")), None)
        for name, asked in (("amount", known and known.amount), ("percent", known and known.share)):
            if asked and said.get(name) is None and name not in self.errors:
                self.add_error(name, "This kind of term needs it.")
        return said

    def _post_clean(self) -> None:
        self.instance.amount_cents = int((self.cleaned_data.get("amount") or 0) * 100)
        self.instance.share = int((self.cleaned_data.get("percent") or 0) * 100)
        super()._post_clean()  # type: ignore[misc]


class EndForm(forms.Form):
    """The last day of a term."""

    last = DayField(label="Its last day", required=False)


class SheetForm(forms.Form):
    """A fee schedule from somebody's computer."""

    file = forms.FileField(
        label="The sheet, as CSV or XLSX",
        help_text="Nothing changes yet: the next page shows what it would do.",
        error_messages={"required": "Choose a file.", "empty": "This file is empty."},
        allow_empty_file=True,
    )
    starts = DayField(
        label="From, for rows that name no day",
        error_messages={"required": "Choose a day."},
    )  # fmt: skip
    is_whole = forms.BooleanField(
        label="This is the whole schedule: what it does not name ends", required=False
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > _LARGEST:
            raise forms.ValidationError("This is larger than 5 MB. Leave out what you never bill.")
        return file


class DisputeForm(forms.Form):
    """What was sent to the payer, and until when its answer is waited for."""

    sent_on = DayField(label="Sent on", required=False)
    channel = forms.ChoiceField(label="How", choices=CHANNELS)
    reference = forms.CharField(label="Their reference", required=False, max_length=60)
    words = forms.CharField(
        label="What was asked for, on what grounds", required=False, max_length=480,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    until = DayField(label="Look at it again on", required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="id_dispute_%s")
