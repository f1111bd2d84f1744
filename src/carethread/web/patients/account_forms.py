"""Forms for clients' money. Dollars come in as people write them and go on as cents."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from carethread.record.models import Payer
from carethread.record.models.patient import METHODS
from carethread.rules.words import dollars, ungrouped
from carethread.web.forms import DayField, OnceField
from carethread.web.http import number
from carethread.workflow.patients.patient_money import Tender


class Dollars(forms.DecimalField):
    """An amount in dollars and cents; `$1,234.50` and `1234.5` are the same."""

    def __init__(self, **options: Any) -> None:
        given = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(
            decimal_places=2, max_digits=9, widget=forms.TextInput(attrs=given), **options
        )
        self.error_messages["invalid"] = "Write dollars and cents, as in 1,234.50."

    def clean(self, value: Any) -> Any:
        return super().clean(ungrouped(str(value or "").strip().removeprefix("$")))


def cents(amount: Decimal | None) -> int:
    """Dollars as cents."""
    return int((amount or Decimal(0)) * 100)


class SureField(forms.CharField):
    """The amount that was asked about, ticked. It is said anew each time, so never shown again."""

    def __init__(self) -> None:
        super().__init__(required=False, max_length=20, widget=forms.HiddenInput)

    def bound_data(self, _data: Any, _initial: Any) -> str:
        return ""


class AsksIfSure(forms.Form):
    """A form with an `amount`, whose step may ask whether it is right: that can be ticked then."""

    yes = "Yes, it is {}"

    def add_error(self, field: str | None, error: Any) -> None:
        if field == "sure":
            asked = cents(self.cleaned_data.get("amount"))
            self["sure"].label = self.yes.format(dollars(asked))
            self.fields["sure"].widget = forms.CheckboxInput(
                attrs={"value": asked}, check_test=lambda _: False
            )
        super().add_error(field, error)


class TenderForm(AsksIfSure):
    """What somebody gives, or is given."""

    form = OnceField()
    amount = Dollars(label="Amount in dollars", required=False)
    method = forms.ChoiceField(label="How", choices=METHODS)
    reference = forms.CharField(
        label="Check number or card's last four digits", required=False, max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    received_on = DayField(label="Day")
    sure = SureField()

    @property
    def tender(self) -> Tender:
        said = self.cleaned_data
        return Tender(
            cents(said["amount"]),
            said["method"],
            said["received_on"],
            said["reference"],
            said.get("visit_on"),
            said["form"],
            number(said["sure"]) or 0,
        )


class PaymentForm(TenderForm):
    """What a client gives at the desk."""

    visit_on = DayField(
        label="For the visit of", required=False,
        help_text="A copay is kept for its visit. Leave it empty for money on account, which pays "
        "what is oldest.",
    )  # fmt: skip


class RefundForm(TenderForm):
    """What is given back, and why."""

    reason = forms.CharField(label="Why", required=False, max_length=200)

    def __init__(self, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, auto_id="id_refund_%s", initial=initial)
        self.fields["received_on"].label = "Given back on"


class PayerRefundForm(RefundForm):
    """What a payer is given back; asks which one where several have paid."""

    def __init__(self, payers: Sequence[Payer], data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self._payers = {str(payer.pk): payer for payer in payers}
        if len(payers) > 1:
            names = [("", "Choose"), *((pk, payer.name) for pk, payer in self._payers.items())]
            self.fields["payer"] = forms.ChoiceField(
                label="To which payer", choices=names, required=False
            )
            self.order_fields(["payer"])

    @property
    def payer(self) -> Payer | None:
        return self._payers.get(self.cleaned_data.get("payer", ""))


class PlanForm(forms.Form):
    """What a client agrees to pay each month."""

    monthly = Dollars(label="Each month, in dollars", required=False)
    first_due = DayField(label="First due on")

    def __init__(self, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, auto_id="id_plan_%s", initial=initial)


class ChoiceForm(forms.Form):
    """How much of a payment goes to each charge that the client owes on or that it has paid."""

    def __init__(self, data: Any, owed: dict[int, tuple[str, int]]) -> None:
        super().__init__(data)
        for charge, (label, share) in owed.items():
            self.fields[f"charge_{charge}"] = Dollars(
                label=label, required=False, initial=f"{share / 100:.2f}" if share else ""
            )

    @property
    def chosen(self) -> dict[int, int]:
        return {
            int(name.removeprefix("charge_")): cents(amount)
            for name, amount in self.cleaned_data.items()
        }
