"""What service a charge is for, in SQL; `ChargeVersion.service` is the same of one row."""

from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import StrIndex, Substr


def charged_service(version: str) -> Case:
    """`version` is the way from the row to a charge version, with its underscores: a day of a
    program is the day's own service, anything else is its note's."""
    rule = f"{version}rule"
    return Case(
        When(**{f"{version}level_of_care": ""}, then=F(f"{version}note_version__service")),
        default=Substr(rule, 1, StrIndex(rule, Value(":")) - 1),
        output_field=CharField(),
    )
