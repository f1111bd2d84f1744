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
    ChargeVersion,
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
    charging.one_at_a_time(row.client_id)
    _refuse_another_payer(row)
    keep(row)
    charging.recharge(row.client, now=now)
    return row


def _refuse_another_payer(row: Coverage) -> None:
    """What was billed under a policy was billed to its payer."""
    if row._state.adding or not ChargeVersion.objects.filter(coverage=row).exists():
        return
    if Coverage.objects.get(pk=row.pk).payer_id != row.payer_id:
        raise refuse(
            "Services were billed under this policy. Give it an end date, and add a new one for "
            "the other payer.",
            "payer",
        )


@transaction.atomic
def save_authorization(row: Authorization, *, now: datetime) -> Authorization:
    """Keep a payer's authorization; charges that waited for it take their units."""
    if row.effective_to < row.effective_from:
        raise refuse("It must end after it starts.", "effective_to")
    charging.one_at_a_time(row.client_id)
    if row._state.adding:
        row.recorded_at = now
    else:
        _keep_what_was_used(row)
    keep(row)
    charging.recharge(row.client, now=now)
    return row


def _keep_what_was_used(row: Authorization) -> None:
    """The units used are the ledger's to say, not an edit form's; and what they were used of
    stays what it was."""
    before = Authorization.objects.select_for_update().get(pk=row.pk)
    row.used_units = before.used_units
    if not before.entries.exists():
        return
    same = (before.payer_id, before.client_id, before.number) == (
        row.payer_id,
        row.client_id,
        row.number,
    )
    if not same:
        raise refuse("Units of it were used: its payer, client and number stay.", "number")
    if row.codes and not set(before.codes or row.codes) <= set(row.codes):
        raise refuse("Units of it were used: codes can be added, not taken away.", "codes")


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
    if row.signed_at is not None and row.signed_by_id is None:
        raise refuse("Only a practitioner can sign a plan.", "sign")
    before = None if row._state.adding else TreatmentPlan.objects.get(pk=row.pk)
    if before is not None and before.signed_at is not None:
        raise refuse("This plan is signed and stays as it is. Write a new one to change it.")
    return keep(row)


def save_consent(row: Consent) -> Consent:
    """Keep a consent, its expiry or its revocation."""
    return keep(row)


def schedule(row: Appointment) -> Appointment:
    """Put an appointment into the schedule."""
    return keep(row)


def cancel(row: Appointment) -> Appointment:
    """Take an appointment that has not taken place off the schedule."""
    row.status = "cancelled"
    return keep(row)
