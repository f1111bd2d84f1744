"""A case and its history: what is told of it, that it is closed, that it is open again."""

from datetime import datetime

from django.db.models import Q

from carethread.record.models import Case, CaseEvent, Claim, User
from carethread.workflow import bill
from carethread.workflow.common.errors import refuse
from carethread.workflow.common.locks import lock, locked


def told(
    case: Case, words: str, now: datetime, user: User | None = None, *, kind: str = ""
) -> CaseEvent:
    """One entry of a case's history, not saved yet."""
    return CaseEvent(
        organization_id=case.organization_id, case=case, words=words[:500], user=user, at=now,
        kind=kind,
    )  # fmt: skip


def close_as(case: Case, how: str, now: datetime, user: User | None = None) -> None:
    """A case is settled, and how."""
    case.state, case.closed_at, case.resolution = "closed", now, how[:300]
    case.save(update_fields=["state", "closed_at", "resolution"])
    told(case, f"Closed: {how}", now, user, kind="closed").save()


def answered(case: Case, words: str, now: datetime, user: User) -> None:
    """Somebody has done what was theirs about a case; what comes of it settles it."""
    case.state, case.waits_until = "answered", None
    case.save(update_fields=["state", "waits_until"])
    told(case, words, now, user).save()


def reopen(case: Case, words: str, now: datetime, user: User | None = None) -> None:
    """A closed case is to be settled again, for this reason."""
    case.state, case.closed_at, case.resolution, case.waits_until = "open", None, "", None
    case.save(update_fields=["state", "closed_at", "resolution", "waits_until"])
    told(case, words, now, user).save()


def with_claim(case: Case, *, waiting: bool = False) -> tuple[Case, Claim | None]:
    """A case that is to be settled, and its claim, both locked. Refused where it is closed. With
    `waiting`, the client's claims that wait are locked too: for who charges the client anew."""
    row = locked(case, "organization", "authorization")
    if row.state == "closed":
        raise refuse("This case is closed.")
    ids = [row.claim_id] if row.claim_id else []
    wanted = Q(pk__in=ids)
    if waiting and row.client is not None:
        wanted |= Q(client=row.client, state__in=bill.WAITING)
    lock(Claim.objects.filter(wanted))
    return row, Claim.objects.select_related("client", "payer").filter(pk__in=ids).first()
