"""Which value of a policy is in force, and where it comes from."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from carethread.codes.policies import POLICIES
from carethread.record.models import PolicySetting


@dataclass(frozen=True, slots=True)
class Effective:
    """A policy's value in force; `setting` is the row that says so, None for the default."""

    value: int
    setting: PolicySetting | None


def effective(
    key: str, *, on: date, program_id: int | None = None, payer_id: int | None = None
) -> Effective:
    """The most particular setting whose date has come: payer, then program, then organization.

    Raises KeyError for a policy that does not exist.
    """
    default = POLICIES[key].default
    rows = PolicySetting.objects.filter(
        Q(program_id=program_id) | Q(program__isnull=True),
        Q(payer_id=payer_id) | Q(payer__isnull=True),
        key=key,
        effective_from__lte=on,
    )
    best = max(
        rows,
        key=lambda s: (s.payer_id is not None, s.program_id is not None, s.effective_from, s.pk),
        default=None,
    )
    return Effective(default if best is None else int(best.value), best)
