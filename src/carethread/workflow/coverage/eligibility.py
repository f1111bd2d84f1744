"""The payer is asked whether a client is covered, and for what: at once, or in a nightly file.

At once: the question is on record before it leaves, its answer's bytes before anybody reads
them, and between the two no transaction is open while the payer thinks. At night: one file for
everybody who will be seen, carried like any other (`submit`), its answers read like any other
(`receive`, `benefits`). Whoever an answer names for behavioral health is asked by itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Min, Q, QuerySet

from carethread.codes.eligibility import asked as service_types
from carethread.connect import Problem, SettingsError, core
from carethread.connect.settings import parse
from carethread.record.models import (
    Connection,
    Coverage,
    Delivery,
    EdiFile,
    EligibilityAnswer,
    EligibilityCheck,
    Organization,
    User,
)
from carethread.record.policies import effective
from carethread.rules import inquiry
from carethread.rules.coverage import ANSWERED
from carethread.rules.inquiry import Payer, Question
from carethread.workflow import gather, receive, submit
from carethread.workflow.center.connections import asks_in_batch, failed, real_time, succeeded
from carethread.workflow.common import numbers
from carethread.workflow.common.errors import refuse
from carethread.workflow.common.locks import lock
from carethread.workflow.coverage import benefits

SAME = timedelta(minutes=1)
"""Asking again within this time gives the check that there is."""
_PATIENCE = timedelta(hours=20)
"""How long a question in a file may wait before it is asked again."""


@dataclass(frozen=True, slots=True)
class Want:
    """One question to put: about a coverage, to whom, for which day; `follows` is the check whose
    answer named that payer."""

    coverage: Coverage
    payer: Payer
    about: date
    follows: EligibilityCheck | None = None


# ------------------------------------------------------------------------------- at once


def can_ask() -> bool:
    """Whether the center can ask payers about coverage at all."""
    return Connection.objects.filter(is_active=True, takes_270=True).exists()


def check(
    coverage: Coverage, *, now: datetime, user: User | None = None, about: date | None = None
) -> EligibilityCheck:
    """Ask the payer now, and whoever its answer names for behavioral health. Comes back with the
    check; its answer says how it went. Asked again within a minute, it is the same check."""
    connection = real_time()
    if connection is None:
        raise refuse("There is no connection that answers at once. An administrator sets one up.")
    day = about or gather.service_date(coverage.organization, now)
    want = Want(coverage, _payer_of(coverage), day)
    found = _ask_now(want, connection, user, now)
    for further in _named_by([found]):
        _ask_now(further, connection, user, now)
    return found


def _ask_now(
    want: Want, connection: Connection, user: User | None, now: datetime
) -> EligibilityCheck:
    row, fresh = _asked_once(want, connection, user, now)
    if fresh:
        _exchange(row, connection, now)
    return EligibilityCheck.objects.select_related("answer", "coverage__payer").get(pk=row.pk)


@transaction.atomic
def _asked_once(
    want: Want, connection: Connection, user: User | None, now: datetime
) -> tuple[EligibilityCheck, bool]:
    lock(Coverage.objects.filter(pk=want.coverage.pk))
    recent = (
        EligibilityCheck.objects.filter(
            coverage=want.coverage, payer_id=want.payer.id, about=want.about,
            connection=connection, asked_at__gt=now - SAME,
        )
        .exclude(answer__outcome="unanswered")
        .order_by("-pk")
        .first()
    )  # fmt: skip
    if recent is not None:
        return recent, False
    return _put([want], connection, user, now)[0], True


def _exchange(row: EligibilityCheck, connection: Connection, now: datetime) -> None:
    """Send the question, keep the answer's bytes, then read them."""
    try:
        raw = _answer_of(row, connection, now)
    except (Problem, SettingsError) as problem:
        _sent(row.file, "failed", str(problem), now)
        benefits.no_answer(row, str(problem), now=now)
        if not isinstance(problem, SettingsError):
            failed(connection, problem, now)
        return
    file = receive.store(
        raw,
        organization=row.organization,
        name=f"{inquiry.trace(row.number)}.271",
        now=now,
        connection=connection,
    )
    succeeded(connection, now)
    _sent(row.file, "sent", "", now)
    receive.read_file(file.delivery, now=now)
    if not EligibilityAnswer.objects.filter(asked=row).exists():
        file.delivery.refresh_from_db()
        why = file.delivery.reason or "It does not say which question it answers."
        benefits.no_answer(row, why, outcome="unreadable", file=file, now=now)


def _answer_of(row: EligibilityCheck, connection: Connection, now: datetime) -> bytes:
    settings = parse(core.Settings, connection.settings)
    question = core.question(
        core.ELIGIBILITY,
        bytes(row.file.raw),
        sender=settings.sender_id,
        receiver=settings.receiver_id,
        version=settings.version,
        now=now,
    )
    return core.ask(settings, question).payload


def _sent(file: EdiFile, state: str, reason: str, now: datetime) -> None:
    Delivery.objects.filter(file=file).update(
        state=state, reason=reason[:1000], done_at=now, attempts=F("attempts") + 1
    )


# ------------------------------------------------------------------------------- the question


def _payer_of(coverage: Coverage) -> Payer:
    return Payer(coverage.payer.payer_id, coverage.payer.name)


def _put(
    wants: Sequence[Want], connection: Connection, user: User | None, now: datetime
) -> list[EligibilityCheck]:
    """Write these questions into one file that is to leave, and down as checks. In the caller's
    transaction."""
    organization = connection.organization
    in_order = sorted(wants, key=lambda w: (w.payer.id, w.coverage.pk))
    taken = numbers.take(organization, "eligibility", len(in_order))
    control = numbers.take(organization, f"interchange:{connection.sender_id}").start
    raw = _file(list(zip(taken, in_order, strict=True)), connection, control, now)
    file = submit.store(connection, raw, control, now, kind="270")
    return EligibilityCheck.objects.bulk_create(
        EligibilityCheck(
            organization=organization,
            number=number,
            coverage=want.coverage,
            follows=want.follows,
            payer_id=want.payer.id,
            payer_name=want.payer.name[:60],
            about=want.about,
            services=list(service_types()),
            connection=connection,
            file=file,
            asked_by=user,
            asked_at=now,
        )
        for number, want in zip(taken, in_order, strict=True)
    )


def _file(
    wants: Iterable[tuple[int, Want]], connection: Connection, control: int, now: datetime
) -> bytes:
    organization = connection.organization
    local = gather.local(organization, now)
    questions = [
        Question(
            number,
            want.payer,
            gather.client_facts(want.coverage.client),
            gather.coverage_facts(want.coverage),
            want.about,
            service_types(),
        )
        for number, want in wants
    ]
    sets = inquiry.inquiries(
        questions,
        gather.billing_provider(organization),
        envelope=submit.envelope_of(connection, control, inquiry.GUIDE),
        created=local,
    )
    return submit.written(sets, connection, control, local)


def _named_by(checks: Iterable[EligibilityCheck]) -> list[Want]:
    """Whom these answers name for behavioral health and nobody has asked yet."""
    return [
        Want(
            row.coverage,
            Payer(row.answer.carve_out_id, row.answer.carve_out_name or row.answer.carve_out_id),
            row.about,
            follows=row,
        )
        for row in checks
        if row.follows_id is None
        and hasattr(row, "answer")
        and row.answer.carve_out_id
        and not row.followed_by.exists()
    ]


# ------------------------------------------------------------------------------- at night


def run(organization: Organization, *, now: datetime) -> int:
    """Ask in one file a night about everybody who will be seen; the number asked about."""
    connection = asks_in_batch()
    if connection is None or not _is_night(organization, connection, now):
        return 0
    return ask_all(connection, now=now)


def _is_night(organization: Organization, connection: Connection, now: datetime) -> bool:
    """Whether the hour has come, and no file has left since."""
    local = gather.local(organization, now)
    hour = effective("eligibility_hour", on=local.date()).value
    began = gather.midnight(organization, local.date()) + timedelta(hours=hour)
    asked = EligibilityCheck.objects.filter(connection=connection, asked_at__gte=began)
    return now >= began and not asked.exists()


@transaction.atomic
def ask_all(connection: Connection, *, now: datetime) -> int:
    """Write the file of what is due; it waits to be carried."""
    lock(Connection.objects.filter(pk=connection.pk))
    wants = due(connection.organization, now)
    if wants:
        _put(wants, connection, None, now)
    return len(wants)


def due(organization: Organization, now: datetime) -> list[Want]:
    """Every coverage of somebody who has an appointment soon, whose last answer will be too old by
    then; and whoever answers of late have named for behavioral health."""
    today = gather.service_date(organization, now)
    wants = [
        # Payers answer about days to come only until the end of the month: ask about today.
        Want(row, _payer_of(row), max(today, row.effective_from))
        for row in _to_be_seen(organization, today)
        if _is_stale(row, gather.service_date(organization, row.first_visit), now)
    ]
    asked = {want.coverage.pk for want in wants}
    recent = EligibilityCheck.objects.filter(
        asked_at__gt=now - timedelta(days=30), follows__isnull=True, followed_by__isnull=True
    ).exclude(Q(answer__isnull=True) | Q(answer__carve_out_id=""))
    latest = {row.coverage_id: row for row in _with_parts(recent).order_by("pk")}
    return wants + _named_by(row for pk, row in latest.items() if pk not in asked)


def _with_parts(rows: "QuerySet[EligibilityCheck]") -> "QuerySet[EligibilityCheck]":
    return rows.select_related("answer", "coverage__client", "coverage__payer")


def _to_be_seen(organization: Organization, today: date) -> "QuerySet[Any]":
    """Coverages in force of clients with an appointment soon: each with its `first_visit`, and
    when the payer was last asked and last answered."""
    days = effective("eligibility_ahead_days", on=today).value
    starts = gather.midnight(organization, today)
    ends = gather.midnight(organization, today + timedelta(days=days + 1))
    return (
        Coverage.objects.filter(
            Q(effective_to__isnull=True) | Q(effective_to__gte=today),
            effective_from__lte=today + timedelta(days=days),
            client__appointments__status="scheduled",
            client__appointments__starts_at__gte=starts,
            client__appointments__starts_at__lt=ends,
        )
        .annotate(
            first_visit=Min("client__appointments__starts_at"),
            last_asked=Max("checks__asked_at"),
            last_answered=Max(
                "checks__asked_at",
                filter=Q(
                    checks__follows__isnull=True, checks__answer__outcome__in=sorted(ANSWERED)
                ),
            ),
        )
        .select_related("client", "payer", "organization")
        .order_by("pk")
    )


def _is_stale(row: Any, visit: date, now: datetime) -> bool:
    """Whether the last answer will be older at the visit than policy allows, and no question is
    on its way."""
    if row.last_asked is not None and row.last_asked > now - _PATIENCE:
        return False
    if row.last_answered is None:
        return True
    most = effective("eligibility_days", on=visit, payer_id=row.payer_id).value
    answered = gather.service_date(row.organization, row.last_answered)
    return (visit - answered).days > most
