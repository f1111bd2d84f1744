"""The center itself: its places, people, payers, prices, connections and policies."""

import re
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from carethread.codes.catalogue import PARTS, checked
from carethread.codes.npi import is_taxonomy
from carethread.codes.policies import POLICIES
from carethread.codes.roles import Role
from carethread.codes.tables import TableError
from carethread.record.models import (
    CensusEntry,
    ChargeVersion,
    Connection,
    Fee,
    License,
    NoteVersion,
    Organization,
    Payer,
    PayerEnrollment,
    PolicySetting,
    Practitioner,
    Program,
    RoleGrant,
    Site,
    User,
)
from carethread.record.policies import AGAIN
from carethread.rules import entries
from carethread.workflow import gather
from carethread.workflow.center.connections import REAL_TIME, refuse_second
from carethread.workflow.claims import charging
from carethread.workflow.common.errors import Problem, Refused, refuse
from carethread.workflow.common.keep import keep
from carethread.workflow.common.locks import lock


def save_organization(row: Organization) -> Organization:
    return keep(row)


def save_site(row: Site) -> Site:
    return keep(row)


def save_program(row: Program) -> Program:
    """Keep a program. Its level of care is what its days were documented at and billed as: once
    there are any, another level is another program."""
    if not row._state.adding:
        before = Program.objects.get(pk=row.pk)
        if row.level_of_care != before.level_of_care and _is_documented(row):
            raise refuse(
                f"Services or nights of {before.name} are documented at {before.level_of_care}. "
                f"Open a new program at {row.level_of_care}, and transfer each client to it on "
                "the day from which it holds (Discharge, Goes on in).",
                "level_of_care",
            )
    return keep(row)


def _is_documented(program: Program) -> bool:
    notes = NoteVersion.objects.filter(note__attendance__session__program=program)
    return notes.exists() or CensusEntry.objects.filter(episode__program=program).exists()


@transaction.atomic
def create_user(
    organization: Organization,
    *,
    email: str,
    first_name: str,
    last_name: str,
    roles: list[Role],
    password_hash: str,
) -> User:
    """An account with its roles. `password_hash` is Django's own encoded form
    (`django.contrib.auth.hashers.make_password`)."""
    user = User(
        organization=organization,
        email=email.lower(),
        first_name=first_name,
        last_name=last_name,
        password=password_hash,
    )
    keep(user)
    RoleGrant.objects.bulk_create(RoleGrant(user=user, role=role.value) for role in roles)
    return user


def set_password(user: User, password_hash: str) -> User:
    """Another password, in Django's encoded form. It ends every session of that user."""
    user.password = password_hash
    user.save(update_fields=["password"])
    return user


def save_practitioner(row: Practitioner) -> Practitioner:
    """Keep a practitioner. Nobody is supervised by somebody whom they supervise."""
    if not is_taxonomy(row.taxonomy):
        raise refuse("A taxonomy code is ten letters and digits and ends in X.", "taxonomy")
    above, seen = row.supervisor, {row.pk}
    while above is not None and above.pk is not None:
        if above.pk in seen:
            raise refuse("These two would supervise each other.", "supervisor")
        seen.add(above.pk)
        above = above.supervisor
    return keep(row)


def save_license(row: License) -> License:
    if row.effective_to and row.effective_to < row.effective_from:
        raise refuse("The license must end after it begins.", "effective_to")
    return keep(row)


def save_enrollment(row: PayerEnrollment) -> PayerEnrollment:
    return keep(row)


def save_payer(row: Payer) -> Payer:
    """Keep a payer. What its member ids look like must be a pattern that can be compared with."""
    try:
        re.compile(row.member_id_pattern)
    except re.error as error:
        raise refuse(f"This is no pattern: {error}.", "member_id_pattern") from None
    if row.timely_filing_days is not None and row.timely_filing_days < 1:
        raise refuse("A claim may be filed for at least one day.", "timely_filing_days")
    return keep(row)


@transaction.atomic
def save_fee(row: Fee) -> Fee:
    """A price from a day on. The price before it ends the day before; no day that was billed
    already gets another price. What was signed since and waited for a price is charged."""
    billed = ChargeVersion.objects.filter(
        code=row.code, charge__service_date__gte=row.effective_from
    )
    if billed.exists():
        raise refuse(
            f"{row.code} was billed for days from then on. Choose a later day.", "effective_from"
        )
    Fee.objects.filter(
        Q(effective_to__isnull=True) | Q(effective_to__gte=row.effective_from),
        code=row.code,
        effective_from__lt=row.effective_from,
    ).update(effective_to=row.effective_from - timedelta(days=1))
    keep(row)
    since = gather.midnight(row.organization, row.effective_from)
    charging.charge_uncharged(row.organization, since, now=timezone.now())
    return row


@transaction.atomic
def save_connection(row: Connection) -> Connection:
    """Keep a way to a clearinghouse; one of its sort is active at a time, also where two are saved
    at once: the center is locked for the first ones, which are no rows yet."""
    lock(Organization.objects.filter(pk=row.organization_id))
    lock(Connection.objects.filter(organization=row.organization_id))
    if row.kind != REAL_TIME and not (row.outbound_folder and row.inbound_folder):
        raise refuse("Name the folder for what leaves and that for what comes.", "outbound_folder")
    if row.is_active:
        refuse_second(row)
    return keep(row)


@transaction.atomic
def set_entry(row: PolicySetting, *, now: datetime) -> PolicySetting:
    """Set an entry of a table (`key` "services/group", `value` its text in YAML; an empty one takes
    the packaged entry again) from a date on. What held before stays in the history. What was not
    charged since then, and is by that entry, is charged at once."""
    part, _, name = row.key.partition("/")
    if part not in PARTS or not name or (name != "all") is not PARTS[part].named:
        raise refuse("There is no such table.", "key")
    if row.program_id is not None and "program" not in PARTS[part].by:
        raise refuse("This table holds for every program alike.", "program")
    row.value = str(row.value or "").strip() or AGAIN
    if row.value != AGAIN:
        try:
            said = list(entries.problems(checked(part, name, row.value)))
        except TableError as error:
            raise refuse(str(error), "value") from error
        if said:
            raise Refused(*(Problem("value", words) for words in said))
    row.set_at = now
    keep(row)
    if PARTS[part].charged_by:
        since = gather.midnight(row.organization, row.effective_from)
        charging.charge_uncharged(row.organization, since, now=now)
    return row


def set_policy(row: PolicySetting, *, now: datetime) -> PolicySetting:
    """Set a policy from a date on. What held before stays in the history."""
    policy = POLICIES.get(row.key)
    if policy is None:
        raise refuse("There is no such policy.", "key")
    if not isinstance(row.value, int) or row.value < 0:
        raise refuse(f"Give a whole number of {policy.unit}.", "value")
    if policy.most is not None and row.value > policy.most:
        raise refuse(f"Give a whole number from 0 to {policy.most}.", "value")
    for where in ("program", "payer"):
        if where not in policy.by and getattr(row, f"{where}_id") is not None:
            raise refuse(f"This policy holds for every {where} alike.", where)
    if policy.choices and row.value not in dict(policy.choices):
        offered = ", ".join(f"{value} ({words})" for value, words in policy.choices)
        raise refuse(f"This policy is one of: {offered}.", "value")
    row.set_at = now
    return keep(row)
