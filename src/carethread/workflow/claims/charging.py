"""The charge that a signed note version makes: part of `document.sign`'s transaction.

`rules.capture` decides the lines, `charges` makes them. A service that its level of care bundles
makes no charge of its own but settles its day (`program_day`). A later version of the note makes
later versions of the same charges, and the ledger moves by the difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from carethread.insight.pipeline import without_charge
from carethread.record.compiled import compiled
from carethread.record.models import (
    Attendance,
    Charge,
    Claim,
    Client,
    Coverage,
    NoteVersion,
    Organization,
)
from carethread.record.policies import Settings
from carethread.rules import perdiem
from carethread.rules.capture import Captured, capture
from carethread.rules.compute import compute
from carethread.rules.finding import Finding
from carethread.rules.identity import claim_number
from carethread.rules.scrub import scrub
from carethread.workflow import gather
from carethread.workflow.care import program_day
from carethread.workflow.claims import charges


@dataclass(frozen=True, slots=True)
class ChargedLine:
    """One line of what a signature created (or would create), for the eye. Cents."""

    code: str
    modifiers: tuple[str, ...]
    units: int
    amount_cents: int
    reason: str
    charge_id: int | None = None


@dataclass(frozen=True, slots=True)
class Charged:
    """What a note version is charged as, to whom, and what the scrubber says of the claim."""

    lines: tuple[ChargedLine, ...]
    payer: str
    findings: tuple[Finding, ...]


def charge(
    version: NoteVersion, *, now: datetime, settings: Settings, again: bool = False
) -> Charged:
    """Make the version's charges, or new versions of those that an earlier version made.

    `again` says that this very version was charged before and something else has changed.
    """
    charges.one_at_a_time(version.note.attendance.client_id)
    attendance = version.note.attendance
    before = charges.existing(attendance) if again or version.number > 1 else {}
    occasion = charges.of_note(version)
    program = attendance.session.program
    coverage, policy = gather.payer_and_policy(attendance.client, program, occasion.day, settings)
    if perdiem.is_bundled(version.service, program.level_of_care, policy.tables):
        charges.make(occasion, (), None, before, now=now)
        day = program_day.settle(
            attendance.episode, program, occasion.day, now=now, settings=settings
        )
        program_day.settle_beds_kept(version, but=occasion.day, now=now, settings=settings)
        return _shown(day.captured, day.coverage, day.charges, settings)
    said = capture(gather.documented_service(version, policy.tables), policy)
    made = charges.make(occasion, said.lines, coverage, before, now=now)
    return _shown(said, coverage, made, settings)


def captured(version: NoteVersion, settings: Settings) -> Captured:
    """The charge lines that a version, which is no day of a program, would have by these settings;
    nothing is written."""
    attendance = version.note.attendance
    day = gather.service_date(version.organization, version.starts_at)
    _, policy = gather.payer_and_policy(
        attendance.client, attendance.session.program, day, settings
    )
    return capture(gather.documented_service(version, policy.tables), policy)


@transaction.atomic
def recharge(client: Client, *, now: datetime, claim: Claim | None = None) -> None:
    """Something that a charge depends on has changed (a coverage, an authorization, a table): make
    new versions of the client's charges (on that claim) that no payer holds at the moment, where
    they differ."""
    charges.one_at_a_time(client.pk)
    rows = _not_with_a_payer(client=client.pk, claim=claim.pk if claim else None)
    waiting = sorted({attendance for (attendance,) in rows})
    settings = gather.settings_at(client.organization, now)
    for version in _current_of(attendances=waiting):
        charge(version, now=now, settings=settings, again=True)
    for attendance in _days_among(attendances=waiting):
        day, program = attendance.session.day, attendance.session.program
        assert day is not None
        program_day.settle(attendance.episode, program, day, now=now, settings=settings)


@compiled
def _not_with_a_payer(client: int, claim: int | None) -> "QuerySet[Charge, Any]":
    rows = Charge.objects.filter(client=client, state="live").filter(
        Q(claim__isnull=True) | Q(claim__state__in=charges.NOT_WITH_A_PAYER)
    )
    return (rows.filter(claim=claim) if claim else rows).values_list("attendance")


@compiled
def _current_of(attendances: Sequence[int]) -> "QuerySet[NoteVersion]":
    rows = gather.versions_to_charge().filter(note__current=F("pk"))
    return rows.filter(note__attendance__in=attendances).order_by("note")


@compiled
def _days_among(attendances: Sequence[int]) -> "QuerySet[Attendance]":
    rows = Attendance.objects.filter(pk__in=attendances, session__kind="day")
    return rows.select_related("episode__client", "session__program__organization")


@transaction.atomic
def charge_uncharged(organization: Organization, since: datetime, *, now: datetime) -> None:
    """Something that kept services from being charged is mended (a fee is known now, or what a
    payer pays): charge those since then that could not be, and the beds that were kept."""
    waiting = without_charge(since).values_list("pk", "note__attendance__client")
    found = dict(waiting)
    nights = program_day.uncharged_leave(gather.service_date(organization, since))
    charges.hold([*found.values(), *(episode.client_id for episode, _ in nights)])
    settings = gather.settings_at(organization, now)
    for version in gather.versions_to_charge().filter(pk__in=found, note__current=F("pk")):
        charge(version, now=now, settings=settings, again=True)
    for episode, night in nights:
        program_day.settle(episode, episode.program, night, now=now, settings=settings)


def as_charged(version: NoteVersion) -> Charged:
    """What an earlier signature created, as it stands."""
    attendance = version.note.attendance
    program = attendance.session.program
    on = gather.service_date(version.organization, version.starts_at)
    settings = gather.settings_at(version.organization, version.signed_at)
    _, policy = gather.payer_and_policy(attendance.client, program, on, settings)
    where: Attendance | None = attendance
    if perdiem.is_bundled(version.service, program.level_of_care, policy.tables):
        start = perdiem.span_start(program.level_of_care, on, attendance.episode.admitted_on)
        where = program_day.day_of(attendance.episode, program, start)
    rows = gather.charges_for_billing().filter(attendance=where)
    made = list(rows.select_related("claim").order_by("pk")) if where else []
    versions = [row.current for row in made if row.current]
    lines = tuple(
        ChargedLine(v.code, tuple(v.modifiers), v.units, v.amount_cents, v.reason, v.charge_id)
        for v in versions
    )
    payer = next((v.coverage.payer.name for v in versions if v.coverage), "")
    said: tuple[Finding, ...] = ()
    if not made and where is attendance:
        said = capture(gather.documented_service(version, policy.tables), policy).findings
    return Charged(lines, payer, said + _claim_findings(made, settings))


# ------------------------------------------------------------------------------------ showing


def _shown(
    said: Captured,
    coverage: Coverage | None,
    made: Sequence[Charge],
    settings: Settings,
) -> Charged:
    ids = {row.slot: row.pk for row in made}
    lines = tuple(
        ChargedLine(
            line.code, line.modifiers, line.units, line.amount, line.reason, ids.get(line.slot)
        )
        for line in said.lines
    )
    return Charged(
        lines,
        coverage.payer.name if coverage else "",
        said.findings + _claim_findings(made, settings),
    )


def _claim_findings(made: Sequence[Charge], settings: Settings) -> tuple[Finding, ...]:
    """What the scrubber would say of a claim for these charges, while the author is still here."""
    rows = [row for row in made if row.current and row.current.coverage_id]
    if not rows:
        return ()
    (context,) = gather.contexts([rows], today=settings.on, settings=settings)
    claim = compute(gather.billable(rows), claim_id=claim_number(1, 1))
    return scrub(claim, context)
