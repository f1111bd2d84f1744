"""What a person does about short payments: the letter, the dispute, or taking what was paid.

`underpaid` finds what is short and closes the case by itself when the money comes.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from carethread.insight import contracts
from carethread.record.models import (
    Case,
    CaseKind,
    CasePaper,
    Claim,
    Dispute,
    Shortfall,
    User,
)
from carethread.rules.letters import ShortLine, dispute_letter
from carethread.rules.underpaid import Cause
from carethread.rules.words import day, dollars
from carethread.workflow import gather
from carethread.workflow.casework import history, papers
from carethread.workflow.common.errors import refuse
from carethread.workflow.common.locks import locked


@transaction.atomic
def write_letter(case: Case, *, words: str, user: User, now: datetime) -> CasePaper:
    """The letter that asks the payer for what is missing on the open lines of a case. It names
    claims and services, and no client. Lines that no consent lets leave are left out, and the case
    says how many; refused where none is left."""
    row = _locked(case)
    live = _live(row)
    today = gather.service_date(row.organization, now)
    told = _that_may_leave(live, today)
    if not told:
        raise refuse(papers.NO_CONSENT)
    letter = dispute_letter(
        _claim(told[0]).payer.name, Cause(told[0].comparison.cause), [_line(one) for one in told],
        sender=papers.sender(row.organization), by=str(user), dated=today, words=words,
        is_part2=any(papers.is_part2(_claim(one)) for one in told),
    )  # fmt: skip
    said = [f"{_lines(len(told))}, {dollars(sum(one.short_cents for one in told))}"]
    if left_out := len(live) - len(told):
        said.append(f"{_lines(left_out)} left out without a consent under 42 CFR Part 2")
    named = [one.pk for one in told]
    return papers.keep(row, "dispute", letter, said, user, now, shortfalls=named)


def _that_may_leave(rows: Sequence[Shortfall], today: date) -> list[Shortfall]:
    claims = {claim.pk: claim for claim in map(_claim, rows)}
    free = {pk for pk, claim in claims.items() if gather.may_be_told(claim, today)}
    return [row for row in rows if _claim(row).pk in free]


def _lines(number: int) -> str:
    return "1 line" if number == 1 else f"{number} lines"


def _live(case: Case) -> list[Shortfall]:
    """The open lines of a case. Refused where there is none."""
    rows: QuerySet[Shortfall] = contracts.short_lines(case).filter(settled_at__isnull=True)
    if not rows:
        raise refuse("Nothing is missing on this case any more.")
    return list(rows)


def _claim(row: Shortfall) -> Claim:
    return row.comparison.claim_line.version.claim


def _line(row: Shortfall) -> ShortLine:
    found, line = row.comparison, row.comparison.claim_line
    return ShortLine(
        claim_number=line.version.claim_number,
        payer_control_number=_claim(row).payer_control_number,
        service=line.service_date,
        code=" ".join([line.code or line.revenue_code, *line.modifiers]),
        units=line.units,
        promised=found.expected_cents,
        allowed=found.allowed_cents,
        short=row.short_cents,
    )


@transaction.atomic
def dispute(
    case: Case,
    *,
    sent_on: date | None,
    channel: str,
    reference: str,
    words: str,
    until: date | None,
    user: User,
    now: datetime,
) -> Dispute:
    """A person has asked the payer for what is missing on a case; it waits for the answer until a
    day. Disputed are the lines that the payer was told of, and no others. What comes later is found
    by itself."""
    case = _locked(case)
    today = gather.service_date(case.organization, now)
    live = _live(case)
    told = _told(case, live, today)
    if sent_on is None or sent_on > today:
        raise refuse("Say on which day it was sent.", "sent_on")
    if not words.strip():
        raise refuse("Say what was asked for, and on what grounds.", "words")
    if until is None or until <= today:
        raise refuse("Choose the day on which you want to look at it again.", "until")
    row = Dispute(
        organization_id=case.organization_id, case=case, sent_on=sent_on, channel=channel,
        reference=reference.strip(), words=words.strip(),
        amount_cents=sum(x.short_cents for x in told), lines=len(told), user=user, at=now,
    )  # fmt: skip
    row.clean_fields()
    row.save()
    Shortfall.objects.filter(pk__in=[x.pk for x in told]).update(dispute=row, state="disputed")
    case.state, case.due_on, case.waits_until = "answered", until, until
    case.save(update_fields=["state", "due_on", "waits_until"])
    how = f"{row.get_channel_display().lower()} on {day(sent_on)}"
    rest = f" ({_lines(len(live) - len(told))} not told of)" if len(told) < len(live) else ""
    said = f"Disputed {dollars(row.amount_cents)} {how}{rest}: {row.words}"
    history.told(case, said, now, user).save()
    return row


def _told(case: Case, live: Sequence[Shortfall], today: date) -> list[Shortfall]:
    """Of the open lines those that the payer is told of: what the newest letter since the last
    dispute asks for; where none was written, what may leave. Refused where there is none."""
    last = case.disputes.order_by("-pk").first()
    letters = case.papers.filter(kind="dispute", **({"made_at__gt": last.at} if last else {}))
    letter = letters.defer("content").order_by("-pk").first()
    if letter is None:
        told = _that_may_leave(live, today)
    else:
        told = [row for row in live if row.pk in letter.shortfalls]
    if not told:
        raise refuse(
            papers.NO_CONSENT
            if letter is None
            else "All that the letter asks for is settled by "
            "now. Write another one for what is open."
        )
    return told


@transaction.atomic
def accept(case: Case, *, reason: str, user: User, now: datetime) -> Case:
    """A person takes what was paid as it is. The contract's reduction has given the rest up
    already: no money moves."""
    case = _locked(case)
    if not reason.strip():
        raise refuse("Say why less is accepted.", "reason")
    live = case.shortfalls.filter(settled_at__isnull=True)
    if not live.exists():
        raise refuse("Nothing is missing on this case any more.")
    live.update(state="accepted", settled_at=now)
    history.close_as(case, f"Accepted: {reason.strip()}", now, user)
    return case


def _locked(case: Case) -> Case:
    row = locked(case, "organization")
    if row.kind != CaseKind.UNDERPAYMENT or row.state == "closed":
        raise refuse("This is no open underpayment.")
    return row
