"""A client goes on leave from a house, or comes back: an event of the stay, with its day and hour.

The nights between are no nights in the house: whoever takes the census finds them marked. What a
payer gives for a bed that is kept is charged with the census (`program_day`), and the claim tells
the leave.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction

from carethread.codes.leaves import leave_kinds
from carethread.codes.levels import Basis, basis
from carethread.insight import leaves as recorded
from carethread.record.models import CensusEntry, Episode, StayEvent, User
from carethread.rules.leave import RETURN
from carethread.rules.words import day
from carethread.workflow import gather
from carethread.workflow.care import program_day
from carethread.workflow.claims import recheck
from carethread.workflow.common.errors import Problem, Refused, refuse
from carethread.workflow.common.keep import keep
from carethread.workflow.common.locks import locked


@dataclass(frozen=True, slots=True)
class Away:
    """A leave as somebody states it. `kind` is a key of `codes/data/leaves.yaml`."""

    kind: str
    on: date
    at: time | None = None
    reason: str = ""
    back_on: date | None = None


@transaction.atomic
def begin(episode: Episode, away: Away, *, user: User, now: datetime) -> StayEvent:
    """The client leaves on leave. Refused with every problem: no house, not in the stay on that
    day, away already, a day that has not come."""
    episode = _locked(episode)
    known = _events(episode)
    problems = list(_problems(episode, away.on, now))
    if away.kind not in leave_kinds():
        problems.append(Problem("kind", "Choose what kind of leave it is."))
    if away.back_on is not None and away.back_on < away.on:
        problems.append(Problem("back_on", "Nobody is expected back before they leave."))
    if known and known[-1].kind != RETURN:
        since = day(known[-1].on)
        words = f"{episode.client.name} is on leave since {since}. Record the return first."
        problems.append(Problem("on", words))
    elif known and away.on < known[-1].on:
        problems.append(_before(known[-1]))
    if problems:
        raise Refused(*problems)
    row = StayEvent(
        organization=episode.organization, episode=episode, kind=away.kind, on=away.on,
        at=away.at, back_on=away.back_on, reason=away.reason.strip(), user=user,
        recorded_at=now,
    )  # fmt: skip
    return _record(row, away.on, now)


@transaction.atomic
def end(
    episode: Episode, on: date, at: time | None = None, *, user: User, now: datetime
) -> StayEvent:
    """The client is back: the night after that day is one in the house again."""
    episode = _locked(episode)
    known = _events(episode)
    if not known or known[-1].kind == RETURN:
        raise refuse(f"{episode.client.name} is not on leave.")
    problems = list(_problems(episode, on, now))
    if on < known[-1].on:
        problems.append(_before(known[-1]))
    if problems:
        raise Refused(*problems)
    row = StayEvent(
        organization=episode.organization, episode=episode, kind=RETURN, on=on, at=at, user=user,
        recorded_at=now,
    )  # fmt: skip
    return _record(row, known[-1].on, now)


@transaction.atomic
def withdraw(event: StayEvent, *, reason: str, user: User, now: datetime) -> StayEvent:
    """The newest event was recorded by mistake: it stays on record and counts no more."""
    episode = _locked(event.episode)
    known = _events(episode)
    if not known or known[-1].pk != event.pk:
        raise refuse("Only what was recorded last can be taken back.")
    if not reason.strip():
        raise refuse("Say why it is taken back.", "reason")
    row = StayEvent(
        organization=episode.organization, episode=episode, kind="withdrawn", on=event.on,
        reason=reason.strip(), corrects=event, user=user, recorded_at=now,
    )  # fmt: skip
    return _record(row, known[-2].on if event.kind == RETURN else event.on, now)


def _events(episode: Episode) -> list[StayEvent]:
    return recorded.events([episode.pk]).get(episode.pk, [])


def _locked(episode: Episode) -> Episode:
    return locked(episode, "client", "program__organization", "organization")


def _problems(episode: Episode, on: date, now: datetime) -> Iterator[Problem]:
    if basis(episode.program.level_of_care) is not Basis.CENSUS:
        yield Problem("", f"{episode.program} is not a house: nobody goes on leave from it.")
    if on > gather.service_date(episode.organization, now):
        yield Problem("on", "This day has not come yet.")
    if on < episode.admitted_on:
        yield Problem("on", f"The stay begins on {day(episode.admitted_on)}. Choose a later day.")
    elif episode.discharged_on is not None and on > episode.discharged_on:
        yield Problem("on", f"The stay ended on {day(episode.discharged_on)}.")


def _before(last: StayEvent) -> Problem:
    return Problem("on", f"{day(last.on)} is on record already. Choose that day or a later one.")


def _record(row: StayEvent, since: date, now: datetime) -> StayEvent:
    """Keep it, and settle each night from then on that has been counted."""
    keep(row)
    episode = row.episode
    recheck.stay(episode.pk)
    counted = CensusEntry.objects.filter(episode=episode, day__gte=since)
    settings = gather.settings_at(episode.organization, now)
    for night in counted.values_list("day", flat=True).order_by("day").distinct():
        program_day.settle(episode, episode.program, night, now=now, settings=settings)
    return row
