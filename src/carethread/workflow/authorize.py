"""A payer is asked in advance, answers, and what it granted is used up.

Every step writes a line of the authorization's history: who said what, by which channel, under
which reference. An answer by hand and one by 278 are the same step, but a 278 never overwrites
what a person has recorded: where the two differ, it opens a case. `run` derives what time and
use alone decide: expired, used up, or free again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from carethread.codes.roles import Role
from carethread.record.models import (
    Authorization,
    AuthorizationEvent,
    AuthorizationState,
    Case,
    CaseKind,
    EdiFile,
    Organization,
    User,
)
from carethread.rules.authorize import AWAITED, LIVE, USABLE, may_become, resting_state
from carethread.rules.review import Decision
from carethread.rules.words import day
from carethread.workflow import bill, gather
from carethread.workflow.authorizations import reserve, units
from carethread.workflow.casework import history
from carethread.workflow.claims import charges, charging
from carethread.workflow.common.errors import Refused, refuse
from carethread.workflow.common.keep import keep
from carethread.workflow.common.locks import locked


@dataclass(frozen=True, slots=True)
class Told:
    """How something was said: by which channel, with whom, under which reference of theirs; and
    who wrote it down. `words` are what was said besides."""

    channel: str = "system"
    contact: str = ""
    reference: str = ""
    words: str = ""
    user: User | None = None
    file: EdiFile | None = None


BY_ITSELF = Told()
_FIELDS = (
    "number", "effective_from", "effective_to", "approved_units", "unit", "codes",
    "level_of_care", "facility", "rendering", "daily_cap", "weekly_cap", "monthly_cap",
    "next_review_on",
)  # fmt: skip


# ------------------------------------------------------------------------------- a person's steps


@transaction.atomic
def record(row: Authorization, told: Told, *, now: datetime) -> Authorization:
    """Keep a request or an answer as somebody wrote it down, new or changed.

    Refused where its state cannot follow, where a granted one lacks number or units, and where
    units that were used would be taken away. What waited for it takes its units, and claims that
    waited for it are looked at once more.
    """
    waiting = bill.hold_waiting_of(row.client_id)
    charges.one_at_a_time(row.client_id)
    before = _before(row)
    _refuse_impossible(row, before, told)
    if before is None:
        row.recorded_at = now
    else:
        _keep_what_was_used(row, before)
        voided = row.state == AuthorizationState.VOIDED
        most = before.used_units if voided else row.approved_units
        units.make_room_under(before, most, now=now)
        row.reserved_units = before.reserved_units
    keep(row)
    words = f"{_changes(row, before)} {told.words}".strip()
    _event(row, before.state if before else "", words, told, now)
    if row.state in LIVE and row.extends is not None:
        _extend(row.extends, row, told, now)
    _settle(row, now)
    charging.recharge(row.client, now=now)
    reserve.upcoming(row.client, now=now)
    bill.look_at(waiting, row.organization, now=now)
    return row


def request(row: Authorization, told: Told, *, now: datetime) -> Authorization:
    """Ask the payer (or write a draft of it): a row in state draft, submitted or
    retro_requested, which may extend another."""
    if row.requested_units is None or row.requested_units < 1:
        raise refuse("How many are asked for?", "requested_units")
    if row.extends is not None and row.extends.state not in USABLE:
        raise refuse("Only what was approved can be extended.", "extends")
    if row.state in AWAITED and row.effective_to < gather.service_date(row.organization, now):
        row.state = AuthorizationState.RETRO_REQUESTED
    return record(row, told, now=now)


def move(row: Authorization, state: str, told: Told, *, now: datetime) -> Authorization:
    """Void, appeal or send to peer-to-peer review: a change of state alone, with its words."""
    row.state = state
    return record(row, told, now=now)


# ------------------------------------------------------------------------------- by itself


@transaction.atomic
def run(organization: Organization, *, now: datetime) -> int:
    """What time and use have made of authorizations, and reservations that outlived their
    appointment; the number of changes."""
    today = gather.service_date(organization, now)
    due = Authorization.objects.filter(
        Q(state__in=LIVE, effective_to__lt=today)
        | Q(state__in=LIVE, used_units__gte=F("approved_units"))
        | Q(state="expired", effective_to__gte=today)
        | Q(state="exhausted", used_units__lt=F("approved_units"))
    ).order_by("client", "pk")
    changed = 0
    for found in due:
        charges.one_at_a_time(found.client_id)
        row = _before(found)
        changed += row is not None and _settle(row, now)
    return changed + reserve.release_stale(now=now)


def _settle(row: Authorization, now: datetime) -> bool:
    """Put an answered authorization where its dates and units leave it. Whether that is new."""
    if row.state not in USABLE:
        return False
    row.refresh_from_db(fields=["used_units", "reserved_units", "confirmed_units"])
    left = row.approved_units - row.used_units
    today = gather.service_date(row.organization, now)
    state = resting_state(_answered(row), row.effective_to, left, today)
    if state == row.state or not may_become(row.state, state):
        return False
    words = {
        "expired": f"Its last day was {day(row.effective_to)}.",
        "exhausted": f"All {row.approved_units} {row.unit} are used.",
    }.get(state, f"{left} {row.unit} are free again.")
    _become(row, state, words, BY_ITSELF, now)
    return True


def _answered(row: Authorization) -> str:
    """What the payer last said, whatever time has made of it."""
    if row.state in LIVE:
        return row.state
    said = row.events.filter(state_to__in=LIVE).order_by("-pk").first()
    return said.state_to if said else AuthorizationState.APPROVED.value


# ------------------------------------------------------------------------------- from the wire


@transaction.atomic
def decide(row: Authorization, said: Decision, file: EdiFile, *, now: datetime) -> Authorization:
    """Apply a payer's electronic answer to what waits for one. Where a person has recorded an
    answer that differs, or the answer makes no sense, a case is opened and nothing changed."""
    bill.hold_waiting_of(row.client_id)
    charges.one_at_a_time(row.client_id)
    told = Told(channel="278", reference=said.number[:60], words=said.words, file=file)
    before = _before(row)
    assert before is not None
    if before.state not in AWAITED | {"draft"}:
        if _says_the_same(before, said):
            _event(before, before.state, f"The payer confirms it. {said.words}", told, now)
        else:
            _contradicts(before, said, file, now)
        return before
    _fill(before, said)
    try:
        with transaction.atomic():
            return record(before, told, now=now)
    except Refused as problem:
        row.refresh_from_db()
        _contradicts(row, said, file, now, str(problem))
        return row


def _fill(row: Authorization, said: Decision) -> None:
    row.state, row.number = said.state, said.number or row.number
    if said.state in LIVE:
        asked = row.requested_units or 0
        row.approved_units = asked if said.approved_units is None else said.approved_units
    row.effective_from = said.starts or row.effective_from
    row.effective_to = said.ends or row.effective_to


def _says_the_same(row: Authorization, said: Decision) -> bool:
    pairs = (
        (said.number, row.number), (said.approved_units, row.approved_units),
        (said.starts, row.effective_from), (said.ends, row.effective_to),
    )  # fmt: skip
    answered = _answered(row) if row.state in USABLE else row.state
    return said.state == answered and all(told in (None, "", known) for told, known in pairs)


def _contradicts(
    row: Authorization, said: Decision, file: EdiFile, now: datetime, why: str = ""
) -> None:
    label = said.state.replace("_", " ") or "something unknown"
    units_said = "" if said.approved_units is None else f", {said.approved_units} {row.unit}"
    title = f"{row.payer}'s 278 says {label}{units_said} for {row}; the record says {row.state}"
    case, fresh = Case.objects.get_or_create(
        organization=row.organization,
        source=f"authorization:{row.pk}:{file.pk}",
        defaults={
            "kind": CaseKind.AUTHORIZATION,
            "category": "auth_contradiction",
            "owner_role": Role.UTILIZATION.value,
            "title": title[:300],
            "cure": "Ask the payer which holds, and record its answer. Nothing was changed.",
            "authorization": row,
            "file": file,
            "opened_at": now,
        },
    )
    if fresh:
        words = " ".join(part for part in ("Opened:", title + ".", why, said.words) if part)
        history.told(case, words, now).save()


# ------------------------------------------------------------------------------- keeping


def _before(row: Authorization) -> Authorization | None:
    """The row as it is on record, locked."""
    if row.pk is None:
        return None
    return locked(row, "client", "payer", "organization", "facility", "rendering", "extends")


_WITH_A_REASON = frozenset({"voided", "appealed", "peer_to_peer"})


def _refuse_impossible(row: Authorization, before: Authorization | None, told: Told) -> None:
    if row.effective_to < row.effective_from:
        raise refuse("It must end after it starts.", "effective_to")
    was = before.state if before else ""
    if row.state != was and not may_become(was, row.state):
        raise refuse(_cannot(was, row.state), "state")
    if row.state != was and row.state in _WITH_A_REASON and not told.words.strip():
        raise refuse("Say why.", "words")
    if row.state in USABLE and not row.number.strip():
        raise refuse("What is its number?", "number")
    if row.state in LIVE and row.approved_units < 1:
        raise refuse("How many were approved?", "approved_units")
    if row.extends is not None and row.extends.client_id != row.client_id:
        raise refuse("That is another client's authorization.", "extends")


def _cannot(state: str, other: str) -> str:
    labels = dict(AuthorizationState.choices)
    was, becomes = labels.get(state, "new").lower(), labels.get(other, other).lower()
    return f"What is {was} cannot become {becomes}."


def _keep_what_was_used(row: Authorization, before: Authorization) -> None:
    """The units used are the ledger's to say, not an edit form's; and what they were used of
    stays what it was."""
    row.used_units, row.confirmed_units = before.used_units, before.confirmed_units
    if row.approved_units < before.used_units:
        raise refuse(f"{before.used_units} {before.unit} of it are used.", "approved_units")
    if not before.entries.exists():
        return
    same = ("payer_id", "client_id", "number", "unit")
    if any(getattr(before, name) != getattr(row, name) for name in same):
        raise refuse("Units of it were used: its payer, client, number and unit stay.", "number")
    if row.codes and not set(before.codes or row.codes) <= set(row.codes):
        raise refuse("Units of it were used: codes can be added, not taken away.", "codes")


def _extend(row: Authorization, by: Authorization, told: Told, now: datetime) -> None:
    """The payer has granted an extension of it."""
    if may_become(row.state, AuthorizationState.EXTENDED):
        words = f"Extended by {by} to {day(by.effective_to)}."
        _become(row, AuthorizationState.EXTENDED, words, told, now)


def _become(row: Authorization, state: str, words: str, told: Told, now: datetime) -> None:
    was, row.state = row.state, state
    row.save(update_fields=["state"])
    _event(row, was, words, told, now)


def _event(row: Authorization, was: str, words: str, told: Told, now: datetime) -> None:
    AuthorizationEvent.objects.create(
        organization_id=row.organization_id,
        authorization=row,
        state_from=was,
        state_to=row.state,
        channel=told.channel,
        contact=told.contact[:120],
        reference=told.reference[:60],
        words=words[:500],
        user=told.user,
        file=told.file,
        at=now,
    )


def _changes(row: Authorization, before: Authorization | None) -> str:
    """What is on record now, in words: all of a new one, the differences of a changed one."""
    if before is None:
        asked = f"{row.requested_units} {row.unit} asked for, " if row.requested_units else ""
        granted = f"{row.approved_units} {row.unit} approved, " if row.approved_units else ""
        return f"{asked}{granted}{day(row.effective_from)} to {day(row.effective_to)}."
    changed: Sequence[str] = [
        f"{name.replace('_', ' ')} {getattr(before, name) or 'none'} → {getattr(row, name)}"
        for name in _FIELDS
        if getattr(before, name) != getattr(row, name)
    ]
    return f"{'; '.join(changed)}." if changed else "Nothing else changed."
