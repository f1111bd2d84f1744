"""Whose case it is: by rule when it is opened, by hand afterwards.

A duty says who takes a role's cases, of one payer or root cause or of all; the most particular one
counts. What has an author is its author's.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from carethread.record.models import Case, CaseDuty, CaseEvent, Organization, Payer, User
from carethread.workflow.casework import history
from carethread.workflow.common.errors import refuse
from carethread.workflow.common.locks import lock


def by_rule(*, now: datetime) -> int:
    """Give open cases that nobody has to whoever's duty they are; how many. In the transaction of
    the round that opened them."""
    duties = list(CaseDuty.objects.select_related("user").order_by("pk"))
    if not duties:
        return 0
    rows = Case.objects.filter(state="open", assignee=None, author=None).select_related("claim")
    given = [(case, duty) for case in rows if (duty := _duty(case, duties)) is not None]
    for case, duty in given:
        case.assignee = duty.user
    Case.objects.bulk_update([case for case, _ in given], ["assignee"], batch_size=500)
    CaseEvent.objects.bulk_create(
        history.told(case, f"Given to {duty.user} by rule.", now) for case, duty in given
    )
    return len(given)


def _duty(case: Case, duties: Sequence[CaseDuty]) -> CaseDuty | None:
    payer = case.claim.payer_id if case.claim else None
    fitting = [
        duty
        for duty in duties
        if duty.role == case.owner_role
        and duty.payer_id in (None, payer)
        and duty.category in ("", case.category)
        and duty.user.is_active
    ]
    particular = [(bool(d.category), d.payer_id is not None) for d in fitting]
    best = max(range(len(fitting)), key=lambda i: particular[i], default=None)
    return None if best is None else fitting[best]


@transaction.atomic
def give(case: Case, *, to: User | None, user: User, now: datetime) -> Case:
    """A person takes a case, gives it to a colleague of its role, or back to the role (None)."""
    lock(Case.objects.filter(pk=case.pk))
    row = Case.objects.get(pk=case.pk)
    if row.state == "closed":
        raise refuse("This case is closed.")
    if row.author_id is not None:
        raise refuse("This case is its author's. Ask them a question instead.")
    if to is not None and not _can_take(row, to):
        raise refuse(f"{to} does not work on {row.owner_role} cases.", "to")
    row.assignee = to
    row.save(update_fields=["assignee"])
    words = f"Given to {to}." if to else f"Given back to {row.owner_role}."
    history.told(row, words, now, user).save()
    return row


def _can_take(case: Case, user: User) -> bool:
    return (
        user.organization_id == case.organization_id
        and user.is_active
        and user.grants.filter(role=case.owner_role).exists()
    )


def colleagues(case: Case) -> list[User]:
    """Who may be given a case: everybody of its role."""
    return list(
        User.objects.filter(
            organization=case.organization_id, is_active=True, grants__role=case.owner_role
        ).order_by("last_name", "first_name")
    )


@transaction.atomic
def save_duty(
    organization: Organization, *, role: str, payer: Payer | None, category: str, user: User
) -> CaseDuty:
    """Say who takes a role's cases (of a payer, of a root cause); whoever took them before does
    not any more. What was given out stays where it is."""
    if not user.grants.filter(role=role).exists():
        raise refuse(f"{user} does not have that role.", "user")
    about = {"organization": organization, "role": role, "payer": payer, "category": category}
    CaseDuty.objects.filter(**about).delete()
    return CaseDuty.objects.create(**about, user=user)


def drop_duty(duty: CaseDuty) -> None:
    """From now on its cases belong to the role again."""
    duty.delete()
