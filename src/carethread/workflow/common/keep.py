"""How a row of the record that people maintain (a coverage, a license, a rate) is written, and what
of its history is kept: who changed which fact of it, when, from what to what."""

from collections.abc import Iterator
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Field, Model, QuerySet
from django.utils import timezone

from carethread.record.models import (
    Client,
    Consent,
    Coverage,
    Episode,
    License,
    Organization,
    Payer,
    PayerEnrollment,
    Practitioner,
    Program,
    RecordChange,
    Site,
)
from carethread.workflow.common.acting import actor
from carethread.workflow.common.errors import Problem, Refused, refuse
from carethread.workflow.common.locks import lock

Row = TypeVar("Row", bound=Model)

WITH_HISTORY = (
    Client, Consent, Coverage, Episode, License, Organization, Payer, PayerEnrollment,
    Practitioner, Program, Site,
)  # fmt: skip
"""Rows by which claims name people, policies and places. Others are dated or versioned."""


def keep(row: Row) -> Row:
    """Check the row as a whole and save it. Refused with every problem, each at its field."""
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refused(*_problems(error)) from error
    try:
        with transaction.atomic():
            before = _before(row)
            row.save()
            RecordChange.objects.bulk_create(_changes(before, row) if before else ())
    except IntegrityError as error:
        raise refuse("This contradicts what is on record already.") from error
    return row


def _before(row: Model) -> Model | None:
    """The row as it stands, held: two who change it at once each tell what they found."""
    if row._state.adding or not isinstance(row, WITH_HISTORY):
        return None
    rows: QuerySet[Any] = type(row)._default_manager.filter(pk=row.pk)
    lock(rows)
    return rows.first()


def _changes(before: Model, row: Any) -> Iterator[RecordChange]:
    owner = row if isinstance(row, Organization) else row.organization
    client = row if isinstance(row, Client) else getattr(row, "client", None)
    for field in row._meta.concrete_fields:
        if getattr(before, field.attname) != getattr(row, field.attname):
            yield RecordChange(
                organization=owner,
                kind=row._meta.verbose_name,
                row=row.pk,
                label=str(before)[:200],
                client=client,
                field=field.verbose_name,
                was=_said(before, field),
                became=_said(row, field),
                user=actor(),
                at=timezone.now(),
            )


def _said(row: Any, field: "Field[Any, Any]") -> str:
    """What a field says, in words where it has them."""
    value = getattr(row, field.attname)
    if value is None or value == "":
        return ""
    if field.is_relation:
        return str(getattr(row, field.name))
    in_words = getattr(row, f"get_{field.name}_display", None)
    return str(in_words() if in_words else value)


def _problems(error: ValidationError) -> list[Problem]:
    return [
        Problem("" if field == "__all__" else field, message)
        for field, messages in error.message_dict.items()
        for message in messages
    ]
