"""An answer that speaks of more than we asked: what we know is read, the rest is told a person."""

from datetime import datetime

from carethread.codes.roles import Role
from carethread.record.models import Case, CaseKind, EdiFile
from carethread.workflow.casework import history


def told(file: EdiFile, count: int, kind: CaseKind, category: str, *, now: datetime) -> None:
    """Open the case of a file in which `count` answers are to nothing that we asked; once."""
    case, fresh = Case.objects.get_or_create(
        organization_id=file.organization_id,
        source=f"strangers:{file.pk}",
        defaults={
            "kind": kind,
            "category": category,
            "owner_role": Role.BILLER.value,
            "title": f"{file.name} speaks of {count} that we did not ask about"[:300],
            "cure": "Look at the file. What answered our questions was read.",
            "file": file,
            "opened_at": now,
        },
    )
    if fresh:
        history.told(case, f"Opened: {case.title}", now).save()
