"""What payers said of the coverages that claims are billed under, as rows of `around`'s question
for small facts: an answer's dates in its columns, all else packed into its two words."""

from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Case, CharField, DateField, F, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from carethread.record.clock import service_date
from carethread.record.models import Connection, EligibilityAnswer, Organization
from carethread.rules.coverage import Checked, Told

_SEPARATOR = "\x1f"
ANSWER, CAN_ASK = "answer", "can ask"


def answers(coverages: list[int]) -> "QuerySet[EligibilityAnswer]":
    """Answers in which a coverage's own payer spoke of the member."""
    return EligibilityAnswer.objects.filter(
        asked__coverage__in=coverages,
        asked__follows__isnull=True,
        outcome__in=["active", "inactive", "unknown"],
    ).annotate(
        what=Value(ANSWER),
        whose=F("asked__coverage_id"),
        effective_from=F("asked__about"),
        effective_to=F("ends"),
        word=_packed("last_name", "first_name", "carve_out_id", "carve_out_name"),
        more=_packed(
            "outcome",
            Cast("asked__asked_at", CharField()),
            Coalesce(Cast("birth_date", CharField()), Value("")),
            Case(
                When(is_active=True, then=Value("Y")),
                When(is_active=False, then=Value("N")),
                default=Value(""),
            ),
        ),
        count=Value(0),
    )


def ways_to_ask() -> "QuerySet[Connection]":
    """A row for each connection by which payers can be asked."""
    return Connection.objects.filter(is_active=True, takes_270=True).annotate(
        what=Value(CAN_ASK),
        whose=F("pk"),
        effective_from=Value(None, DateField()),
        effective_to=Value(None, DateField()),
        word=Value(""),
        more=Value(""),
        count=Value(0),
    )


def _packed(*columns: Any) -> Concat:
    parts: list[Any] = [columns[0]]
    for column in columns[1:]:
        parts += [Value(_SEPARATOR), column]
    return Concat(*parts, output_field=CharField())


def checked(
    organization: Organization, about: date, ends: date | None, word: str, more: str
) -> Checked:
    """An answer from such a row."""
    last, first, carve_out_id, carve_out_name = word.split(_SEPARATOR)
    outcome, asked_at, born, is_active = more.split(_SEPARATOR)
    moment = datetime.fromisoformat(asked_at)
    told = Told(
        outcome=outcome,
        is_active={"Y": True, "N": False}.get(is_active),
        last_name=last,
        first_name=first,
        birth_date=date.fromisoformat(born) if born else None,
        ends=ends,
        carve_out_id=carve_out_id,
        carve_out_name=carve_out_name,
    )
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return Checked(service_date(organization, aware), about, told)
