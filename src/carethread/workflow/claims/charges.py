"""One attendance's charges, in versions: with their money in the ledger and their authorized units.

What is charged is decided before (`rules.capture`, `rules.perdiem`) and who asks is one of two:
`charging` for a signed note, `program_day` for a day that several notes support.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from carethread.codes.accounts import Account
from carethread.record.compiled import compiled
from carethread.record.models import (
    Attendance,
    Authorization,
    CensusEntry,
    Charge,
    ChargeEvidence,
    ChargeVersion,
    ClaimState,
    Client,
    Coverage,
    NoteVersion,
    Practitioner,
)
from carethread.record.statements import insert, update
from carethread.rules import authorize
from carethread.rules.capture import ChargeLine
from carethread.rules.facts import AuthorizationFacts, AuthorizedService
from carethread.rules.post import Move, charge_moves
from carethread.workflow import gather
from carethread.workflow.authorizations import units
from carethread.workflow.claims import recheck
from carethread.workflow.common.ledger import transfer
from carethread.workflow.common.locks import held, lock

# Where a claim's charges may still be charged anew without a payer holding the old ones.
NOT_WITH_A_PAYER = (
    ClaimState.HELD,
    ClaimState.READY,
    ClaimState.REJECTED,
    ClaimState.DENIED,
    ClaimState.PARTIAL,
)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What charges are made for: an attendance, and the signed note that supports it.

    `version` is the note, or the one that completed a program's day; `others` are the day's
    further notes, and `census` its midnight. `day` is the day of service, `minutes` are those of
    all notes, `diagnoses` ranked. `why_void` is told where a charge is taken back.
    """

    attendance: Attendance
    version: NoteVersion
    practitioner: Practitioner
    supervising: Practitioner | None
    day: date
    minutes: int
    diagnoses: tuple[str, ...]
    place_of_service: str
    level_of_care: str = ""
    others: tuple[NoteVersion, ...] = ()
    census: CensusEntry | None = None
    why_void: str = "The note no longer supports this charge."

    @property
    def is_day(self) -> bool:
        """Whether this is a program's day and not one note's session."""
        return self.attendance.session.kind == "day"


def one_at_a_time(client_id: int) -> None:
    """Hold the client: their charges and authorizations depend on each other, so whoever is
    about to change either of them has them all to themselves."""
    _client(client=client_id)


def hold(clients: Iterable[int]) -> None:
    """Hold several clients, in the order of their ids: whoever charges all of a group at once."""
    lock(Client.objects.filter(pk__in=set(clients)))


@compiled
def _client(client: int) -> "QuerySet[Client, Any]":
    return held(Client.objects.filter(pk=client)).values_list("pk")


def of_note(version: NoteVersion) -> Occasion:
    """The occasion of one signed note: its own session."""
    attendance = version.note.attendance
    return Occasion(
        attendance=attendance,
        version=version,
        practitioner=version.author,
        supervising=version.supervising,
        day=gather.service_date(version.organization, version.starts_at),
        minutes=version.minutes,
        diagnoses=tuple(version.diagnoses),
        place_of_service=version.place_of_service,
    )


def existing(attendance: Attendance) -> dict[str, Charge]:
    """The attendance's charges by slot, locked."""
    ids = lock(Charge.objects.filter(attendance=attendance))
    rows = gather.with_parts(Charge.objects.filter(pk__in=ids)).select_related("claim")
    return {row.slot: row for row in rows}


def make(
    occasion: Occasion,
    lines: Iterable[ChargeLine],
    coverage: Coverage | None,
    before: dict[str, Charge],
    *,
    now: datetime,
) -> list[Charge]:
    """Make these lines the attendance's charges: new, in new versions where they differ, or void
    where nothing supports them any more. `before` are its charges, locked."""
    lines = tuple(lines)
    made = [_charge_line(occasion, line, coverage, before.get(line.slot), now) for line in lines]
    for slot in before.keys() - {line.slot for line in lines}:
        _void(before[slot], occasion, now)
    return made


def _charge_line(
    occasion: Occasion,
    line: ChargeLine,
    coverage: Coverage | None,
    known: Charge | None,
    now: datetime,
) -> Charge:
    """One line's charge, new or in a new version, with its money and its units."""
    version = occasion.version
    row = known or _new_charge(occasion, line)
    before = row.current
    coverage = _coverage_for(row, before, coverage)
    authorization = _authorization(occasion, coverage, line, before)
    needed = units.needed(
        authorization, row.pk, occasion.day, units.Line(line.slot, line.units, occasion.minutes)
    )
    if before is not None and _stands(row, before, occasion, line, coverage, authorization, needed):
        return row
    current = ChargeVersion(
        organization_id=version.organization_id,
        charge=row,
        number=before.number + 1 if before else 1,
        note_version=version,
        coverage=coverage,
        authorization=authorization,
        supervising=occasion.supervising,
        form=line.form,
        revenue_code=line.revenue_code,
        level_of_care=occasion.level_of_care,
        code=line.code,
        modifiers=list(line.modifiers),
        units=line.units,
        unit=line.unit,
        pointers=list(line.pointers),
        diagnoses=list(occasion.diagnoses),
        place_of_service=occasion.place_of_service,
        amount_cents=line.amount,
        rule=line.rule,
        reason=line.reason,
        made_at=now,
    )
    insert(current)
    _keep_evidence(occasion, current)
    _bill_difference(row, line.amount - _billed(row, before), now)
    row.service_date = occasion.day
    units.consume(
        authorization, current, before, needed, on=row.service_date,
        appointment_id=occasion.attendance.session.appointment_id, now=now,
    )  # fmt: skip
    recheck.charge(row)
    if occasion.is_day and (before is None or row.state == "void"):
        recheck.stay(occasion.attendance.episode_id)
    row.current, row.state = current, "live"
    _leave_old_claim(row, before, coverage)
    update(row, "current", "state", "service_date", "claim")
    return row


def _keep_evidence(occasion: Occasion, current: ChargeVersion) -> None:
    """What a day rests on, beside the note that the charge names."""
    if not occasion.is_day:
        return
    rows = [
        ChargeEvidence(
            organization_id=current.organization_id,
            charge_version=current,
            note_version=version,
            minutes=version.minutes,
        )
        for version in (occasion.version, *occasion.others)
    ]
    if occasion.census is not None:
        rows.append(
            ChargeEvidence(
                organization_id=current.organization_id,
                charge_version=current,
                census=occasion.census,
            )
        )
    ChargeEvidence.objects.bulk_create(rows)


def _rests_on(occasion: Occasion, before: ChargeVersion) -> bool:
    """Whether an earlier version of a day's charge names the same notes and midnight."""
    if not occasion.is_day:
        return True
    known = list(before.evidence.all())
    notes = {version.pk for version in (occasion.version, *occasion.others)}
    midnights = {occasion.census.pk} if occasion.census else set()
    return notes == {e.note_version_id for e in known if e.note_version_id} and (
        midnights == {e.census_id for e in known if e.census_id}
    )


def _stands(
    row: Charge,
    before: ChargeVersion,
    occasion: Occasion,
    line: ChargeLine,
    coverage: Coverage | None,
    authorization: Authorization | None,
    needed: int,
) -> bool:
    """Whether the charge says all of this already. Its units may still have to be taken."""
    return (
        row.state == "live"
        and before.note_version_id == occasion.version.pk
        and before.coverage_id == (coverage.pk if coverage else None)
        and before.authorization_id == (authorization.pk if authorization else None)
        and (authorization is None or units.held_by(before) == needed)
        and (before.code, before.units, before.amount_cents) == (line.code, line.units, line.amount)
        and tuple(before.modifiers) == line.modifiers
        and tuple(before.pointers) == line.pointers
        and (before.form, before.revenue_code) == (line.form, line.revenue_code)
        and (before.level_of_care, before.place_of_service, tuple(before.diagnoses))
        == (occasion.level_of_care, occasion.place_of_service, tuple(occasion.diagnoses))
        and before.supervising_id == (occasion.supervising.pk if occasion.supervising else None)
        and _rests_on(occasion, before)
    )


def _coverage_for(
    row: Charge, before: ChargeVersion | None, coverage: Coverage | None
) -> Coverage | None:
    """The policy to bill: today's, but never away from a payer that holds the claim or has
    spoken for the money, nor from a claim that a person holds: the hold would be lost."""
    if before is None or before.coverage is None or row.claim is None:
        return coverage
    settled = row.paid_cents or row.contractual_cents or row.patient_receivable_cents
    if row.claim.state not in NOT_WITH_A_PAYER or row.claim.stopped_reason or settled:
        return before.coverage
    return coverage


def _leave_old_claim(row: Charge, before: ChargeVersion | None, coverage: Coverage | None) -> None:
    """A charge that goes to another coverage goes on another claim. `bill` closes or voids the
    old one where nothing is left on it."""
    if before is not None and coverage is not None and before.coverage_id != coverage.pk:
        row.claim = None


def _new_charge(occasion: Occasion, line: ChargeLine) -> Charge:
    row = Charge(
        organization=occasion.version.organization,
        attendance=occasion.attendance,
        slot=line.slot,
        client=occasion.attendance.client,
        practitioner=occasion.practitioner,
        service_date=occasion.day,
    )
    insert(row)
    return row


def _billed(row: Charge, before: ChargeVersion | None) -> int:
    return before.amount_cents if before is not None and row.state == "live" else 0


def _bill_difference(row: Charge, cents: int, now: datetime) -> None:
    """The payer owes what was billed: move what this version adds to it or takes from it."""
    if cents > 0:
        moves: tuple[Move, ...] = charge_moves(row.pk, cents)
    elif cents < 0:
        moves = (
            Move(Account.BILLED, Account.PAYER_RECEIVABLE, -cents, "CHARGE", charge_id=row.pk),
        )
    else:
        return
    transfer(row.organization, moves, source="sign", now=now)


def _void(row: Charge, occasion: Occasion, now: datetime) -> None:
    """The note no longer supports this charge: take it and its units back, keep its history."""
    before, version = row.current, occasion.version
    if row.state == "void" or before is None:
        return
    current = ChargeVersion.objects.create(
        organization_id=row.organization_id,
        charge=row,
        number=before.number + 1,
        note_version=version,
        coverage=before.coverage,
        supervising=before.supervising,
        code=before.code,
        modifiers=before.modifiers,
        units=0,
        unit=before.unit,
        pointers=before.pointers,
        diagnoses=list(version.diagnoses),
        place_of_service=before.place_of_service,
        form=before.form,
        revenue_code=before.revenue_code,
        level_of_care=before.level_of_care,
        amount_cents=0,
        rule=before.rule,
        reason=occasion.why_void,
        is_void=True,
        made_at=now,
    )
    _bill_difference(row, -before.amount_cents, now)
    units.locked(row.client_id, None, before.authorization_id)
    units.consume(None, current, before, 0, on=row.service_date, now=now)
    row.current, row.state = current, "void"
    update(row, "current", "state")
    recheck.charge(row)
    if occasion.is_day:
        recheck.stay(occasion.attendance.episode_id)


# ------------------------------------------------------------------------------------ units


def _authorization(
    occasion: Occasion,
    coverage: Coverage | None,
    line: ChargeLine,
    before: ChargeVersion | None,
) -> Authorization | None:
    """The authorization to bill under, locked with all that it was chosen from; None where the
    payer wants none for this code, or nobody has asked for one."""
    payer = coverage.payer if coverage else None
    wanted = payer is not None and line.code in payer.authorization_codes
    also = before.authorization_id if before else None
    if not wanted and also is None:
        return None
    client = occasion.attendance.client_id
    rows = units.locked(client, payer.pk if payer and wanted else None, also)
    asked = [row for row in rows if payer and wanted and row.payer_id == payer.pk]
    return units.chosen(asked, _as_authorized(occasion, line), before)


def _as_authorized(occasion: Occasion, line: ChargeLine) -> authorize.Ask:
    """The line as an authorization sees it, in that authorization's own unit."""
    session = occasion.attendance.session

    def asked(known: AuthorizationFacts) -> AuthorizedService:
        return AuthorizedService(
            occasion.day,
            line.code,
            authorize.needed(known, occasion.day, line.slot, line.units, occasion.minutes),
            level_of_care=session.program.level_of_care,
            facility=session.site.name,
            rendering_npi=occasion.practitioner.npi,
        )

    return asked
