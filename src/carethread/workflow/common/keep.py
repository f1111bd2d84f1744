"""How a row of the record that people maintain (a coverage, a license, a rate) is written."""

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model

from carethread.workflow.common.errors import Problem, Refused, refuse

Row = TypeVar("Row", bound=Model)


def keep(row: Row) -> Row:
    """Check the row as a whole and save it. Refused with every problem, each at its field."""
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refused(*_problems(error)) from error
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise refuse("This contradicts what is on record already.") from error
    return row


def _problems(error: ValidationError) -> list[Problem]:
    return [
        Problem("" if field == "__all__" else field, message)
        for field, messages in error.message_dict.items()
        for message in messages
    ]
