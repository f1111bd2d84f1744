"""Claims that stay silent are asked about: a 276 in the nightly file, its 277 read back.

`due` derives whom to ask, by payer and policy; a claim of a substance use program is asked about
only under a consent, as it left only under one; the file is carried like any other (`submit`) and
its answers are read like any other (`receive`). An answer moves the claim forward only, as an
acknowledgment does; what a person has to do about it becomes a case (`status_cases`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from carethread.codes.claim_status import Stage
from carethread.record.models import (
    CaseKind,
    Claim,
    ClaimState,
    ClaimVersion,
    Connection,
    EdiFile,
    Organization,
    Payer,
    StatusAnswer,
    StatusInquiry,
    User,
)
from carethread.record.policies import Settings
from carethread.rules import status as rules
from carethread.rules.status import EFFECTS, Told
from carethread.workflow import acknowledge, bill, gather, submit
from carethread.workflow.casework import strangers
from carethread.workflow.center.connections import mailboxes
from carethread.workflow.common import numbers, wire_format
from carethread.workflow.common.errors import refuse
from carethread.workflow.common.locks import lock
from carethread.workflow.common.quarantine import Quarantined
from carethread.x12.common import Party
from carethread.x12.status import StatusClaim, StatusRequest, StatusResponse

SILENT = (ClaimState.SENT, ClaimState.RECEIVED, ClaimState.ACCEPTED)
"""States in which the payer owes an answer."""
_BEFORE_THE_PAYER = (ClaimState.QUEUED, ClaimState.SENT, ClaimState.RECEIVED)
_ONE_FILE_A_DAY = timedelta(hours=20)
_ROOM = 1_000_000


# ------------------------------------------------------------------------------- asking


def asks() -> Connection | None:
    """Where files of questions about claims go; None where the center has no such."""
    return mailboxes().filter(takes_276=True).first()


@transaction.atomic
def run(organization: Organization, *, now: datetime) -> int:
    """Ask about everything that has been silent too long, in one file a day; how many claims. The
    lock lets one worker do it at a time."""
    lock(Organization.objects.filter(pk=organization.pk))
    connection = mailboxes().filter(organization=organization, takes_276=True).first()
    if connection is None or _asked_today(connection, now):
        return 0
    return len(ask_all(connection, due(now), now=now))


def _asked_today(connection: Connection, now: datetime) -> bool:
    since = now - _ONE_FILE_A_DAY
    return StatusInquiry.objects.filter(
        connection=connection, asked_by=None, asked_at__gt=since
    ).exists()


def due(now: datetime) -> list[int]:
    """Claims that have been silent for longer than policy allows with their payer: never asked
    about as they last left, or not answered since, or only with an error."""
    found: list[int] = []
    settings: Settings | None = None
    for payer in Payer.objects.select_related("organization").order_by("pk"):
        settings = settings or Settings(gather.service_date(payer.organization, now))
        after = settings.value("status_after_days", payer_id=payer.pk)
        again = settings.value("status_again_days", payer_id=payer.pk)
        if after:
            found += _silent(payer, now, timedelta(after), timedelta(again))
    return found


def _silent(payer: Payer, now: datetime, after: timedelta, again: timedelta) -> list[int]:
    asked = StatusInquiry.objects.filter(version=OuterRef("current")).order_by("-pk")
    answered = StatusAnswer.objects.filter(asked__version=OuterRef("current")).order_by("-pk")
    rows = (
        Claim.objects.filter(payer=payer, state__in=SILENT, current__made_at__lte=now - after)
        .annotate(
            last_asked=Subquery(asked.values("asked_at")[:1]),
            last_stage=Subquery(answered.values("stage")[:1]),
        )
        .filter(
            Q(last_asked=None)
            | Q(last_asked__lte=now - again)
            | Q(last_stage=Stage.ERROR.value, last_asked__lte=now - _ONE_FILE_A_DAY)
        )
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def ask_all(
    connection: Connection, claims: Sequence[int], *, now: datetime, user: User | None = None
) -> list[StatusInquiry]:
    """Write one 276 file about these claims, as they last left; it waits to be carried. Those whose
    payer may not be told of them any more are left out."""
    ids = lock(Claim.objects.filter(pk__in=claims, state__in=SILENT))
    found = Claim.objects.filter(pk__in=ids).select_related("current", "payer", "first")
    organization = connection.organization
    today = gather.service_date(organization, now)
    rows = [row for row in found.order_by("payer", "pk") if gather.may_be_told(row, today)]
    if not rows:
        return []
    taken = numbers.take(organization, "status", len(rows))
    control = numbers.take(organization, f"interchange:{connection.sender_id}").start
    questions = [_question(n, row) for n, row in zip(taken, rows, strict=True)]
    raw = _file(questions, connection, control, now)
    file = submit.store(connection, raw, control, now, kind="276")
    return StatusInquiry.objects.bulk_create(
        StatusInquiry(
            organization=organization,
            number=number,
            version=row.current,
            connection=connection,
            file=file,
            asked_by=user,
            asked_at=now,
        )
        for number, row in zip(taken, rows, strict=True)
    )


def ask(claim: Claim, *, user: User, now: datetime) -> StatusInquiry:
    """A person wants to know now. Refused where the payer owes no answer, or nobody can ask."""
    connection = asks()
    if connection is None:
        raise refuse("No connection takes questions about claims. An administrator sets one up.")
    waiting = StatusInquiry.objects.filter(
        version=claim.current_id, answers=None, asked_at__gt=now - _ONE_FILE_A_DAY
    ).first()
    if waiting is not None:
        return waiting
    if not gather.may_be_told(claim, gather.service_date(claim.organization, now)):
        raise refuse(
            f"No consent under 42 CFR Part 2 lets us ask {claim.payer.name} about this claim: "
            "intake takes one on the client's page."
        )
    asked = ask_all(connection, [claim.pk], now=now, user=user)
    if not asked:
        raise refuse("The payer owes no answer about this claim.")
    return asked[0]


def _question(number: int, claim: Claim) -> rules.Question:
    assert claim.current is not None
    sent = wire_format.claim_from_json(claim.current.content)
    return rules.Question(number, sent, claim.payer_control_number)


def _file(
    questions: Sequence[rules.Question], connection: Connection, control: int, now: datetime
) -> bytes:
    organization = connection.organization
    local = gather.local(organization, now)
    sets = rules.requests(
        questions,
        center=Party("2", organization.legal_name, id_qualifier="46", id=connection.sender_id),
        envelope=submit.envelope_of(connection, control, rules.GUIDE),
        created=local,
    )
    return submit.written(sets, connection, control, local)


# ------------------------------------------------------------------------------- answered


def take(one: StatusResponse | StatusRequest, file: EdiFile, position: int, now: datetime) -> None:
    """Read one set of a file. A 276, or answers to nothing that we asked, quarantine the file."""
    if isinstance(one, StatusRequest):
        raise Quarantined("This 276 asks us about a claim; we are no payer.")
    _read(one, file, position * _ROOM, now)


def _read(response: StatusResponse, file: EdiFile, position: int, now: datetime) -> None:
    answered = [(_asked(claim), rules.told(claim)) for claim in response.claims]
    above = response.said_of_all
    known = [(asked, said) for asked, said in answered if asked is not None]
    unknown = len(answered) - len(known)
    if above and not known:
        trace = response.receiver_trace or response.reference
        known = [(asked, rules.refused(above)) for asked in _of_set(trace)]
    if not known:
        raise Quarantined("This 277 answers no question of ours.")
    lock(Claim.objects.filter(pk__in={asked.version.claim_id for asked, _ in known}))
    for number, (asked, said) in enumerate(known):
        _take(asked, said, file, position + number, now)
    if unknown:
        strangers.told(file, unknown, CaseKind.QUARANTINE, "file", now=now)


def _asked(claim: StatusClaim) -> StatusInquiry | None:
    """By our trace; where the payer has lost it, the last question about that claim number."""
    rows = StatusInquiry.objects.select_related("version")
    if (number := rules.number_in(claim.trace)) is not None:
        return rows.filter(number=number).first()
    version = acknowledge.version_of(claim.patient_control_number)
    return rows.filter(version=version).order_by("-pk").first() if version else None


def _of_set(trace: str) -> "QuerySet[StatusInquiry]":
    """The questions of the set whose first one had this trace."""
    number = rules.number_in(trace)
    first = StatusInquiry.objects.filter(number=number).first() if number else None
    if first is None:
        return StatusInquiry.objects.none()
    return (
        StatusInquiry.objects.filter(
            file=first.file_id,
            version__claim__payer=first.version.claim.payer_id,
            number__gte=first.number,
            answers=None,
        )
        .select_related("version")
        .order_by("number")[: rules.MOST_IN_A_SET]
    )


def _take(asked: StatusInquiry, said: Told, file: EdiFile, position: int, now: datetime) -> None:
    """Keep the payer's word, and move the (locked) claim where that is forward."""
    StatusAnswer.objects.create(
        organization_id=file.organization_id,
        asked=asked,
        file=file,
        position=position,
        category=said.category[:5],
        code=said.code[:10],
        stage=said.stage.value,
        statuses=list(said.statuses),
        words=said.words[:500],
        payer_control_number=said.payer_control_number[:50],
        paid_cents=said.paid,
        decided_on=said.decided_on,
        remitted_on=said.remitted_on,
        trace=said.trace[:50],
        at=now,
    )
    claim = Claim.objects.get(pk=asked.version.claim_id)
    if claim.current_id == asked.version_id:
        _move(claim, asked.version, said, file, now)


def _move(claim: Claim, version: ClaimVersion, said: Told, file: EdiFile, now: datetime) -> None:
    effect = EFFECTS[said.stage]
    words = f"Asked about {version.claim_number} (277): {said.words}."
    if effect.has_it and said.payer_control_number and claim.state in SILENT:
        claim.payer_control_number = said.payer_control_number[:50]
    if effect.rejected and claim.state in SILENT:
        bill.move(claim, ClaimState.REJECTED, words, now=now, file_id=file.pk)
    elif effect.has_it and claim.state in _BEFORE_THE_PAYER:
        bill.move(claim, ClaimState.ACCEPTED, words, now=now, file_id=file.pk)
    else:
        bill.move(claim, claim.state, words, now=now, file_id=file.pk)
