"""Forms for what a center sets from a date on: its policies, and entries of its tables."""

from typing import Any

from django import forms

from carethread.codes.policies import POLICIES, Policy
from carethread.record.models import Payer, PolicySetting, Program
from carethread.web.rows import ChoiceOf, RowForm


def _values(policy: Policy) -> str:
    """What may be typed for it. The record counts cents, people type dollars."""
    unit = "dollars" if policy.unit == "cents" else policy.unit
    return ", ".join(f"{value}: {words}" for value, words in policy.choices) or unit


class PolicyForm(RowForm):
    key = forms.ChoiceField(
        label="Policy", choices=[(p.key, f"{p.words} ({_values(p)})") for p in POLICIES.values()]
    )
    value = forms.DecimalField(
        label="New value", min_value=0, max_digits=10, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    program = ChoiceOf(Program, required=False)
    payer = ChoiceOf(Payer, required=False)
    widths = {"value": "half", "effective_from": "half", "program": "half", "payer": "half"}

    class Meta:
        model = PolicySetting
        fields = ["key", "value", "effective_from", "program", "payer", "reason"]
        labels = {"effective_from": "From"}

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        _offer_everywhere(self)

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        policy, value = POLICIES.get(said.get("key", "")), said.get("value")
        if policy is None or value is None:
            return said
        if policy.unit == "cents":
            value *= 100
        elif value != int(value):
            self.add_error("value", f"Give a whole number of {policy.unit}.")
        return {**said, "value": int(value)}


class EntryForm(RowForm):
    """An entry of a table, as text. Its key is the page's."""

    value = forms.CharField(
        label="Entry", required=False, strip=True, max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 18, "class": "code", "spellcheck": "false"}),
        help_text="In YAML. Leave it empty to take the packaged one again.",
    )  # fmt: skip
    program = ChoiceOf(Program, required=False)
    payer = ChoiceOf(Payer, required=False)
    widths = {"effective_from": "half", "program": "half", "payer": "half", "reason": "half"}

    class Meta:
        model = PolicySetting
        fields = ["value", "program", "payer", "effective_from", "reason"]
        labels = {"effective_from": "For services from"}

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        _offer_everywhere(self)


def _offer_everywhere(form: forms.Form | RowForm) -> None:
    """The programs and payers of the center, and all of them together."""
    for name in ("program", "payer"):
        field = form.fields[name]
        assert isinstance(field, ChoiceOf)
        field.offer(field.model._default_manager.order_by("name"))
        field.empty_label = f"Every {name}"


class PolicyScopeForm(forms.Form):
    """For which program and payer the values in force are asked."""

    program = ChoiceOf(Program, required=False)
    payer = ChoiceOf(Payer, required=False)

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        _offer_everywhere(self)

    @property
    def chosen(self) -> dict[str, Any]:
        """What was chosen and exists here; what does not is as if nothing were chosen."""
        return {name: row for name, row in self.cleaned_data.items() if row is not None}
