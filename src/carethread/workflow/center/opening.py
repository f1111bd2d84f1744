"""A center opens: the organization, and the first person in it, who lets everybody else in."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django_scopes import scope

from carethread.codes.roles import Role
from carethread.record.models import Organization, User
from carethread.workflow.center import accounts, staff

FIRST_ROLES = (Role.OWNER, Role.ADMINISTRATOR)


@transaction.atomic
def open_center(center: Organization, first: User, *, password_hash: str, now: datetime) -> User:
    """Both or neither. The password (in Django's encoded form) is to begin with. Refused
    where the NPI is another center's, or the address another account's."""
    staff.save_organization(center)
    with scope(organization=center):
        return accounts.invite(
            center, first, FIRST_ROLES, password_hash=password_hash, by=None, now=now
        )


def faults(row: Organization | User, field: str) -> list[str]:
    """What is wrong with one field of a row that is not kept yet; also that it is taken."""
    others = {each.name for each in row._meta.fields} - {field}
    try:
        row.full_clean(exclude=others)
    except ValidationError as error:
        return error.messages
    return []
