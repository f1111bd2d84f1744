"""What a form for a row is made of: the kinds of its fields, and the form itself. The forms are in
`row_forms` and beside their screens."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.db.models import DateField, Model, QuerySet
from django.forms.models import ModelChoiceIterator, ModelFormMetaclass

from carethread.record import validators
from carethread.web.forms import DayField, NumberField


class ListField(forms.CharField):
    """A list of short texts, typed with commas or on lines of their own."""

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]


class LinesField(ListField):
    """A list of sentences, one on a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        text = forms.CharField.clean(self, value)
        return [line.strip() for line in text.splitlines() if line.strip()]


class ChoiceOf(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A row of this organization; looked up when the form is made, within the user's scope."""

    def __init__(self, model: type[Model], **named: Any) -> None:
        self.model = model
        super().__init__(model._base_manager.none(), **named)

    def offer(self, rows: "QuerySet[Any]") -> None:
        self.queryset = rows


EVERY = "every"


class _WithEvery(ModelChoiceIterator):  # type: ignore[type-arg]
    def __iter__(self) -> Iterator[tuple[Any, str]]:
        rows = super().__iter__()
        yield next(rows)
        yield EVERY, self.field.every  # type: ignore[attr-defined]
        yield from rows


class OneOrEvery(ChoiceOf):
    """One row, or all of them where `every` is chosen: nobody gets the widest by leaving it."""

    iterator = _WithEvery

    def __init__(self, model: type[Model], every: str, **named: Any) -> None:
        self.every = every
        super().__init__(model, **named)

    def clean(self, value: Any) -> Any:
        return None if value == EVERY else super().clean(value)


_NUMBERS = [validators.phone_number, validators.zip_code, validators.zip_plus_4, validators.tax_id]


def _field_of(column: Any, **named: Any) -> Any:
    """What a column of a row is typed in."""
    if type(column) is DateField:
        named["form_class"] = DayField
    elif any(one in _NUMBERS for one in column.validators):
        named["form_class"] = NumberField
    return column.formfield(**named)


class _FieldsOfRows(ModelFormMetaclass):
    def __new__(cls, name: str, bases: Any, named: dict[str, Any]) -> Any:
        if "Meta" in named:
            named["Meta"].formfield_callback = _field_of
        return super().__new__(cls, name, bases, named)


class RowForm(forms.ModelForm, metaclass=_FieldsOfRows):  # type: ignore[type-arg]
    """A form for one row. `widths` says how wide its fields stand (third, half; full otherwise)."""

    widths: ClassVar[dict[str, str]] = {}
    checks: ClassVar[str] = ""
    """Under which name `form_check` knows it; empty where it is checked when it is sent."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        for field in self.fields.values():
            if isinstance(field, ChoiceOf):
                field.offer(field.model._default_manager.order_by("pk"))
                field.empty_label = "Choose" if field.required else "None"
            elif isinstance(field, forms.TypedChoiceField):
                offered = list(field.widget.choices)
                field.choices = [(value, label if value else "None") for value, label in offered]
            field.widget.attrs.setdefault("autocomplete", "off")
            # A browser cuts what is pasted and says nothing; the form says what is too long.
            field.widget.attrs.pop("maxlength", None)

    def placed(self) -> Iterator[tuple[forms.BoundField, str]]:
        """Each field with its width."""
        for field in self.visible_fields():
            yield field, self.widths.get(field.name, "")

    def only_show(self) -> None:
        """For somebody who may look but not change."""
        for field in self.fields.values():
            field.disabled = True
