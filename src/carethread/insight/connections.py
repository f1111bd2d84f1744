"""The ways to clearinghouses and payers, each as it stands: last heard, overdue, alarms."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from carethread.insight.awaited import awaited
from carethread.record.models import Case, CaseKind, Connection, EdiFile


@dataclass(frozen=True, slots=True)
class Standing:
    """One connection: when the last file or answer came by it, how many answers are overdue on it
    and what those claims are charged at (cents), and the open cases about its failing."""

    row: Connection
    heard_at: datetime | None
    overdue: int
    overdue_cents: int
    alarms: Sequence[Case]


def standing(now: datetime) -> list[Standing]:
    """Every connection, active ones first. Four queries."""
    heard = _heard()
    overdue: dict[int, int] = defaultdict(int)
    cents: dict[int, int] = defaultdict(int)
    for row in awaited(now):
        overdue[row.connection_id] += row.overdue
        cents[row.connection_id] += row.overdue_cents
    alarms = _alarms()
    rows = Connection.objects.order_by("-is_active", "name", "pk")
    return [
        Standing(row, heard.get(row.pk), overdue[row.pk], cents[row.pk], alarms.get(row.pk, []))
        for row in rows
    ]


def _heard() -> Mapping[int, datetime]:
    rows = EdiFile.objects.filter(direction="in", connection__isnull=False).order_by()
    return dict(rows.values_list("connection").annotate(last=Max("made_at")))


def _alarms() -> Mapping[int, list[Case]]:
    found: dict[int, list[Case]] = defaultdict(list)
    for case in Case.objects.filter(kind=CaseKind.CONNECTION).exclude(state="closed"):
        found[case.subject[1]].append(case)
    return found
