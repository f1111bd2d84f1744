"""Who looked at what: written for every request, refusals included, and never changed."""

from datetime import datetime

from carethread.record.models import AccessEvent, User


def log_access(
    user: User,
    *,
    action: str,
    path: str,
    method: str,
    status: int,
    client_id: int | None,
    address: str,
    now: datetime,
) -> AccessEvent:
    """One line of the access log of the user's organization."""
    event: AccessEvent = AccessEvent.objects.create(
        organization_id=user.organization_id,
        user=user,
        action=action[:60],
        client_id=client_id,
        path=path[:300],
        method=method[:7],
        status=status,
        address=address[:45],
        at=now,
    )
    return event
