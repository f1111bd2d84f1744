"""A client comes into care: who they are, who pays, to which program, on which plan.

Each function takes the row as it should be (new or changed) and keeps it, or refuses with
every problem at its field. What a change of coverage or authorization means for charges that
no payer holds follows in the same transaction.
"""

import re
from datetime import datetime

from django.db import transaction

from carethread.codes import icd10
from carethread.record.models import (
    Appointment,
    Authorization,
    Client,
    Consent,
    Coverage,
    Diagnosis,
    Episode,
    TreatmentPlan,
)
from carethread.workflow import charging
from carethread.workflow.errors import refuse
from carethread.workflow.keep import keep


def save_client(row: Client) -> Client:
    """Keep a client's identity and address."""
    return keep(row)


@transaction.atomic
def save_coverage(row: Coverage, *, now: datetime) -> Coverage:
    """Keep a policy. Its member id must look as the payer's ids look; a policy held by somebody
    else needs that person."""
    row.member_id = row.member_id.strip().upper()
    pattern = row.payer.member_id_pattern
    if pattern and not re.fullmatch(pattern, row.member_id):
        raise refuse(
            f"{row.payer} member ids look different from this. Compare it with the card.",
            "member_id",
        )
    if row.relationship != "18" and not (row.subscriber_last_name and row.subscriber_birth_date):
        raise refuse(
            "Somebody else holds this policy: enter that person's name and birth date.",
            "subscriber_last_name",
        )
    keep(row)
    charging.recharge(row.client, now=now)
    return row


@transaction.atomic
def save_authorization(row: Authorization, *, now: datetime) -> Authorization:
    """Keep a payer's authorization; charges that waited for it take their units."""
    if row.effective_to < row.effective_from:
        raise refuse("It must end after it starts.", "effective_to")
    if row._state.adding:
        row.recorded_at = now
    else:  # What was used of it is the ledger's to say, not an edit form's.
        row.used_units = Authorization.objects.select_for_update().get(pk=row.pk).used_units
    keep(row)
    charging.recharge(row.client, now=now)
    return row


def admit(row: Episode) -> Episode:
    """Admit a client to a program."""
    return keep(row)


def save_diagnosis(row: Diagnosis) -> Diagnosis:
    """Keep a dated, ranked diagnosis; it is offered to every new note."""
    row.code = row.code.replace(".", "").strip().upper()
    if not icd10.exists(row.code, row.diagnosed_on):
        raise refuse(f"{row.code} is not a diagnosis code on that day.", "code")
    return keep(row)


def save_plan(row: TreatmentPlan) -> TreatmentPlan:
    """Keep a treatment plan."""
    if row.effective_to < row.effective_from:
        raise refuse("It must end after it starts.", "effective_to")
    return keep(row)


def save_consent(row: Consent) -> Consent:
    """Keep a consent, its expiry or its revocation."""
    return keep(row)


def schedule(row: Appointment) -> Appointment:
    """Put an appointment into the schedule."""
    return keep(row)
