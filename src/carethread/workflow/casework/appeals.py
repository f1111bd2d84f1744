"""An appeal goes from level to level: written, sent on a day, answered by a day, won or lost.

Levels and their deadlines are dated data by kind of payer (`clocks.yaml`). Money stays refused
until the payer's new answer is posted: an appeal that is won changes nothing in the ledger by
itself.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from carethread.record import clock
from carethread.record.models import Appeal, Case, CaseKind, CasePaper, User
from carethread.record.policies import effective
from carethread.rules.clocks import appeal_level
from carethread.rules.letters import Level
from carethread.rules.words import day
from carethread.workflow import gather
from carethread.workflow.casework import history
from carethread.workflow.common.errors import refuse
from carethread.workflow.common.locks import locked

APPEALED = (CaseKind.DENIAL, CaseKind.UNDERPAYMENT)


@dataclass(frozen=True, slots=True)
class Sent:
    """How an appeal left: on which day, by which channel, under which reference of the payer's."""

    on: date | None
    channel: str
    reference: str = ""
    paper: CasePaper | None = None


def can_appeal(case: Case) -> bool:
    """Whether there is a decision to appeal against."""
    return case.kind in APPEALED and case.claim_id is not None and case.state != "closed"


def next_level(case: Case) -> Level | None:
    """The level that comes next, with its last day; None while one is under way, once one is won,
    and after the last."""
    last = case.appeals.order_by("level").last()
    if case.claim is None or (last is not None and last.state != "lost"):
        return None
    number = last.level + 1 if last else 1
    decided = (last and last.decided_on) or decided_on(case)
    span = appeal_level(case.claim.payer.kind, number, decided)
    return Level(number, span.name, span.after(decided)) if span else None


def decided_on(case: Case) -> date:
    """The day of the decision that the case is about."""
    if case.remitted_claim is not None:
        return clock.decided_on(case.remitted_claim.remittance)
    return gather.service_date(case.organization, case.opened_at)


@transaction.atomic
def send(case: Case, sent: Sent, *, user: User, now: datetime) -> Appeal:
    """Write down that the next level's appeal has left. The case waits for the answer."""
    row = _locked(case)
    level = next_level(row)
    today = gather.service_date(row.organization, now)
    if not can_appeal(row) or level is None:
        raise refuse("There is nothing to appeal now: a level is under way, won, or the last.")
    if sent.on is None or sent.on > today:
        raise refuse("On which day did it leave? Not later than today.", "sent_on")
    if sent.on < decided_on(row):
        raise refuse("It cannot have left before the decision.", "sent_on")
    assert row.claim is not None
    days = effective("appeal_answer_days", on=today, payer_id=row.claim.payer_id).value
    due = sent.on + timedelta(days=days)
    made = Appeal.objects.create(
        organization=row.organization,
        case=row,
        level=level.number,
        name=level.name,
        paper=sent.paper,
        channel=sent.channel,
        reference=sent.reference.strip()[:60],
        sent_on=sent.on,
        answer_due_on=due,
        user=user,
    )
    late = level.until is not None and sent.on > level.until
    row.state, row.due_on, row.waits_until = "answered", due, due if due > today else None
    row.save(update_fields=["state", "due_on", "waits_until"])
    words = f"Appeal of level {level.number} ({level.name}) sent on {day(sent.on)}"
    words += ", after its last day; " if late else "; "
    history.told(row, f"{words}an answer is due by {day(due)}.", now, user).save()
    return made


@transaction.atomic
def decide(
    appeal: Appeal, *, won: bool, on: date | None, words: str, user: User, now: datetime
) -> Appeal:
    """The payer has answered an appeal. Lost: the case comes back with the next level's last day,
    where there is one. Won: it waits for the payer's new decision. A case that was settled
    meanwhile stays closed."""
    row = _locked(appeal.case)
    made = Appeal.objects.get(pk=appeal.pk)
    if made.state != "sent":
        raise refuse("This appeal has been answered already.")
    if on is None or not made.sent_on <= on <= gather.service_date(row.organization, now):
        raise refuse("On which day? After it was sent, and not later than today.", "on")
    made.state, made.decided_on, made.words = "won" if won else "lost", on, words.strip()[:300]
    made.save(update_fields=["state", "decided_on", "words"])
    if won:
        told, state = "Won: the payer decides anew.", "answered"
        due: date | None = on + timedelta(days=_PAYS_WITHIN)
    else:
        level = next_level(row)
        told = "Lost. " + (_next(level) if level else "There is no further level.")
        state, due = "open", level.until if level else None
    if row.state != "closed":
        row.state, row.due_on, row.waits_until = state, due, None
        row.save(update_fields=["state", "due_on", "waits_until"])
    history.told(row, f"Level {made.level}: {told} {made.words}".strip(), now, user).save()
    return made


_PAYS_WITHIN = 30  # after a decision won; then somebody asks


def _next(level: Level) -> str:
    until = f" by {day(level.until)}" if level.until else ""
    return f"The next is {level.name}{until}."


def _locked(case: Case) -> Case:
    return locked(case, "organization", "claim__payer", "remitted_claim__remittance")
