"""A table that a refused service was charged by has been corrected: what the service would be
charged as today, and charging it so.

The note stays as it is; where it is the note that is wrong, its author is asked. Days of a program
rest on several notes and on their level of care, and are settled with them (`program_day`).
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from carethread.record.models import Case, Charge, ChargeVersion, User
from carethread.record.policies import Settings
from carethread.rules.capture import ChargeLine
from carethread.workflow import bill, gather
from carethread.workflow.casework import history
from carethread.workflow.claims import charging
from carethread.workflow.common.errors import refuse

ABOUT = frozenset({"bundling", "coding", "data", "units"})
"""Root causes that a corrected table can cure."""


@dataclass(frozen=True, slots=True)
class Change:
    """A charge as it stands, and as its signed note would be charged today: code, modifiers and
    units."""

    was: str
    is_now: str


def changes(case: Case, *, now: datetime) -> tuple[Change, ...]:
    """What would change, were the claim of a case charged anew; nothing for a case that this does
    not cure. It writes nothing."""
    claim = case.claim
    if case.category not in ABOUT or claim is None or claim.state not in bill.REFUSED:
        return ()
    return tuple(_changes(case, gather.settings_at(case.organization, now)))


def _changes(case: Case, settings: Settings) -> Iterator[Change]:
    on_it = Charge.objects.filter(claim=case.claim_id, state="live").values("attendance")
    standing: dict[int, dict[str, ChargeVersion | None]] = defaultdict(dict)
    rows = Charge.objects.filter(attendance__in=on_it, state="live").select_related("current")
    for row in rows:
        standing[row.attendance_id][row.slot] = row.current
    versions = gather.versions_to_charge().filter(
        note__current=F("pk"), note__attendance__in=set(standing)
    )
    for version in versions.exclude(note__attendance__session__kind="day").order_by("pk"):
        before = standing[version.note.attendance_id]
        lines = {line.slot: line for line in charging.captured(version, settings).lines}
        for slot in sorted({*before, *lines}):
            was, is_now = _words(before.get(slot)), _words(lines.get(slot))
            if was != is_now:
                yield Change(was, is_now)


def _words(line: ChargeVersion | ChargeLine | None) -> str:
    if line is None:
        return "no charge"
    revenue = [f"revenue code {line.revenue_code}"] if line.revenue_code else []
    code = " ".join([line.code, *line.modifiers, *revenue])
    return code if line.units == 1 else f"{code}, {line.units} units"


@transaction.atomic
def charge_again(case: Case, *, user: User, now: datetime) -> tuple[Change, ...]:
    """Charge the notes behind a refused claim by the tables that hold now for their days. The claim
    then says something else, and leaves as a correction by itself."""
    case, claim = history.with_claim(case, waiting=True)
    found = changes(case, now=now)
    if claim is None or not found:
        raise refuse("By the tables in force it would be charged as it is: correct them first.")
    charging.recharge(claim.client, now=now, claim=claim)
    told = "; ".join(f"{one.was} is {one.is_now} now" for one in found)
    history.answered(case, f"Charged anew by the tables in force: {told}", now, user)
    return found
