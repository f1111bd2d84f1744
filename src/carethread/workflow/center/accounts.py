"""Who may sign in and as what. Every change is a line of the account's history.

A password that somebody else made opens nothing: its owner chooses another before
anything else opens. Passwords come here as Django's encoded form.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from carethread.codes.roles import Role
from carethread.record.models import AccountEvent, Organization, RoleGrant, User
from carethread.workflow.center import staff
from carethread.workflow.common.errors import refuse
from carethread.workflow.common.keep import keep


@transaction.atomic
def invite(
    organization: Organization,
    person: User,
    roles: Collection[Role],
    *,
    password_hash: str,
    by: User | None,
    now: datetime,
) -> User:
    """An account for somebody new, with a password to begin with. The first one of a center is
    invited by nobody."""
    _refuse_without(roles)
    user = staff.create_user(
        organization,
        email=person.email,
        first_name=person.first_name,
        last_name=person.last_name,
        roles=sorted(roles),
        password_hash=password_hash,
    )
    user.must_change_password = True
    user.save(update_fields=["must_change_password"])
    _told(user, f"Invited as {_named(roles)}.", by, now)
    return user


@transaction.atomic
def change(person: User, roles: Collection[Role], *, by: User, now: datetime) -> User:
    """Keep names and roles. Nobody takes the administrator's role from themselves."""
    _refuse_without(roles)
    if person.pk == by.pk and Role.ADMINISTRATOR not in roles:
        raise refuse("Somebody else takes the administrator's role from you.", "roles")
    person.email = person.email.lower()
    keep(person)
    had = {Role(grant.role) for grant in RoleGrant.objects.filter(user=person)}
    given, taken = set(roles) - had, had - set(roles)
    RoleGrant.objects.filter(user=person, role__in=[role.value for role in taken]).delete()
    RoleGrant.objects.bulk_create(RoleGrant(user=person, role=r.value) for r in sorted(given))
    if given:
        _told(person, f"Given: {_named(given)}.", by, now)
    if taken:
        _told(person, f"Taken: {_named(taken)}.", by, now)
    return person


@transaction.atomic
def new_password(user: User, *, password_hash: str, by: User, now: datetime) -> User:
    """Another password to begin with. It ends every session of that user."""
    if not user.is_active:
        raise refuse("This account is closed. Open it again, and it gets a password.")
    _one_time(user, password_hash)
    _told(user, "Given a new password.", by, now)
    return user


@transaction.atomic
def close(user: User, *, unusable_hash: str, by: User, now: datetime) -> User:
    """Nobody signs in with it any more, and every session of it ends. What was signed stays."""
    if user.pk == by.pk:
        raise refuse("Somebody else closes your account.")
    if user.is_active:
        user.is_active = False
        user.save(update_fields=["is_active"])
        staff.set_password(user, unusable_hash)
        _told(user, "Closed.", by, now)
    return user


@transaction.atomic
def reopen(user: User, *, password_hash: str, by: User, now: datetime) -> User:
    """A closed account opens again, with a password to begin with."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    _one_time(user, password_hash)
    _told(user, "Opened again.", by, now)
    return user


def password_chosen(user: User) -> None:
    """Its owner chose the password: everything opens."""
    User.objects.filter(pk=user.pk).update(must_change_password=False)


def _one_time(user: User, password_hash: str) -> None:
    staff.set_password(user, password_hash)
    user.must_change_password = True
    user.save(update_fields=["must_change_password"])


def _refuse_without(roles: Collection[Role]) -> None:
    if not roles:
        raise refuse("Choose at least one role.", "roles")


def _named(roles: Collection[Role]) -> str:
    return ", ".join(sorted(role.value for role in roles))


def _told(user: User, words: str, by: User | None, now: datetime) -> None:
    AccountEvent.objects.create(
        organization_id=user.organization_id, user=user, words=words[:300], by=by, at=now
    )
