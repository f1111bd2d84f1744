"""Who looked at what: written for every request, refusals included, and never changed."""

from collections.abc import Iterable
from datetime import datetime

from carethread.record.models import AccessEvent, User


def log_access(
    user: User,
    *,
    action: str,
    path: str,
    method: str,
    status: int,
    client_ids: Iterable[int | None],
    address: str,
    now: datetime,
) -> list[AccessEvent]:
    """Lines of the access log of the user's organization: one for each client that was shown, in
    one statement; None for what is nobody's."""
    return list(
        AccessEvent.objects.bulk_create(
            AccessEvent(
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
            for client_id in client_ids
        )
    )
