"""What a physician signs besides notes: orders for laboratory tests, and certificates of need.

Each is signed when it is written, with the password entered again, and stays as it is; one that
was wrong is followed by another.
"""

from datetime import timedelta
from typing import TypeVar

from django.db import transaction

from carethread.codes.credentials import Group
from carethread.codes.limits import laboratory
from carethread.record.models import Certification, Client, LabOrder, Program, User
from carethread.workflow import bill, gather
from carethread.workflow.common.errors import refuse
from carethread.workflow.common.keep import keep
from carethread.workflow.common.reauthenticate import Proof

Signed = TypeVar("Signed", Certification, LabOrder)


@transaction.atomic
def certify(row: Certification, *, user: User, proof: Proof) -> Certification:
    """Certify that a client needs a level of care, for no longer than the table allows (`families`,
    `certified_days`: 42 CFR 424.24). Claims that waited for it are looked at again.

    Raises `Refused` for who is no physician or prescriber, and without a fresh proof.
    """
    episode = row.episode
    _require_prescriber(row, episode.program, user, proof)
    if row.effective_from < episode.admitted_on:
        raise refuse("Nobody was in the program before the admission.", "effective_from")
    tables = gather.tables(row.effective_from, episode.program)
    most = tables.family(episode.program.level_of_care).certified_days
    if not most:
        raise refuse(f"{episode.program} needs no certification.", "effective_from")
    if row.effective_to > row.effective_from + timedelta(days=most - 1):
        raise refuse(f"Certify {most} days at most, then again.", "effective_to")
    return _kept(row, episode.client)


@transaction.atomic
def order(row: LabOrder, program: Program, *, user: User, proof: Proof) -> LabOrder:
    """Order a laboratory test for a day, or until another (42 CFR 410.32).

    Claims that waited for it are looked at again. Raises `Refused` as `certify` does.
    """
    _require_prescriber(row, program, user, proof)
    if row.code not in laboratory():
        raise refuse("Choose a laboratory test from the list.", "code")
    return _kept(row, row.client)


def _kept(row: Signed, client: Client) -> Signed:
    waiting = bill.hold_waiting_of(client.pk)
    keep(row)
    bill.look_at(waiting, row.organization, now=row.signed_at)
    return row


def _require_prescriber(
    row: Certification | LabOrder, program: Program, user: User, proof: Proof
) -> None:
    """Whoever signs is who is signed in, may prescribe, and has just said so again."""
    who = row.practitioner
    known = gather.tables(row.effective_from, program).credentials.get(who.credential)
    if who.user_id != user.pk or known is None or known.group is not Group.MEDICAL:
        raise refuse("Only somebody who may prescribe signs this.", "password")
    if not row.reason.strip():
        raise refuse("Say why the client needs it.", "reason")
    if row.effective_to < row.effective_from:
        raise refuse("This ends before it begins.", "effective_to")
    if not proof.holds_for(user, row.signed_at):
        raise refuse("Please enter your password again to sign.", "password")
