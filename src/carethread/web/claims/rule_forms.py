"""The form of a rule that users write: its facts, and rows that make its condition."""

from dataclasses import dataclass
from typing import Any

from django import forms

from carethread.record.models import Payer, ScrubRule
from carethread.rules.scrub.fields import FIELDS
from carethread.rules.scrub.own import OPERATORS, Row, WrongCondition, expression
from carethread.web.rows import ChoiceOf, RowForm

MOST_ROWS = 12
_SPARE = 2


class _ForAPayer(RowForm):
    """A form whose payer may be left open."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        payer = self.fields["payer"]
        if isinstance(payer, ChoiceOf):
            payer.empty_label = "Every payer"


class RuleForm(_ForAPayer):
    """Everything of a rule but its condition."""

    payer = ChoiceOf(Payer, required=False)
    widths = {
        "payer": "half full-narrow", "severity": "quarter", "owner": "quarter",
        "effective_from": "half full-narrow", "effective_to": "half full-narrow",
        "source": "half full-narrow", "reason": "half full-narrow",
    }  # fmt: skip

    class Meta:
        model = ScrubRule
        fields = [
            "title", "message", "payer", "severity", "owner", "effective_from", "effective_to",
            "source", "reason", "is_on",
        ]  # fmt: skip
        labels = {
            "title": "Name", "message": "What it says", "severity": "It", "owner": "Who cures it",
            "effective_from": "Services from", "effective_to": "Services until",
            "source": "Where the rule stands", "reason": "Why, or why it changes",
            "is_on": "Switched on",
        }  # fmt: skip
        help_texts = {
            "message": "In plain words. A field in braces is filled in: {line.code} needs HQ.",
            "source": "The payer's manual with its page, a letter, a call.",
        }


@dataclass(frozen=True, slots=True)
class Shown:
    """One row as the form shows it, with its number."""

    number: int
    row: Row


class Rows:
    """The rows of the form as sent, or as the rule keeps them; empty rows are left out."""

    def __init__(self, rule: ScrubRule, data: Any = None) -> None:
        kept = rule.rows or {}
        if data is None:
            self.rows = [Row(*r) for r in kept.get("rows", ())]
            self.all_of = bool(kept.get("all_of", True))
            self.typed = rule.condition if rule.condition and not self.rows else ""
            self.more = 0
        else:
            self.rows = [r for r in map(_row(data), range(MOST_ROWS)) if r.field]
            self.all_of = data.get("join") != "any"
            self.typed = data.get("typed", "").strip()
            self.more = 2 if "more" in data else 0

    @property
    def shown(self) -> list[Shown]:
        """The rows, and empty ones to fill in."""
        spare = _SPARE if not self.rows else self.more or 1
        rows = [*self.rows, *(Row("", "") for _ in range(spare))][:MOST_ROWS]
        return [Shown(number, row) for number, row in enumerate(rows)]

    def put(self, rule: ScrubRule, form: forms.BaseForm) -> bool:
        """Write the condition into the rule; where it cannot be made, say so in the form."""
        try:
            rule.condition = self.typed or expression(self.rows, all_of=self.all_of)
        except WrongCondition as wrong:
            form.is_valid()
            form.add_error(None, str(wrong))
            return False
        kept = {"all_of": self.all_of, "rows": [[r.field, r.operator, r.value] for r in self.rows]}
        rule.rows = {} if self.typed else kept
        return True


def _row(data: Any) -> Any:
    def row(number: int) -> Row:
        return Row(*(data.get(f"{part}_{number}", "")[:300] for part in ("field", "op", "value")))

    return row


FIELD_CHOICES = [(name, f"{field.words} ({name})") for name, field in FIELDS.items()]
OPERATOR_CHOICES = list(OPERATORS)


class SwitchForm(_ForAPayer):
    """On or off, for whom, from when, and why."""

    payer = ChoiceOf(Payer, required=False)
    widths = {
        "payer": "full", "effective_from": "half", "effective_to": "half",
    }  # fmt: skip

    class Meta:
        model = ScrubRule
        fields = ["payer", "effective_from", "effective_to", "reason"]
        labels = {"effective_from": "From", "effective_to": "Until", "reason": "Why"}
