"""The charge that a signed note version makes: part of `document.sign`'s transaction.

`rules.capture` decides the lines; here they become charges with their versions, the payer's
debt in the ledger and the units of an authorization. A later version of the note makes later
versions of the same charges, and the ledger moves by the difference.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from carethread.codes.accounts import Account
from carethread.record.compiled import compiled
from carethread.record.models import (
    Authorization,
    Charge,
    ChargeVersion,
    ClaimState,
    Client,
    Coverage,
    NoteVersion,
    Practitioner,
)
from carethread.rules.assemble import assemble
from carethread.rules.authorize import Ask, needed
from carethread.rules.capture import Captured, ChargeLine, capture
from carethread.rules.facts import AuthorizationFacts, AuthorizedService
from carethread.rules.finding import Finding
from carethread.rules.identity import claim_number
from carethread.rules.post import Move, charge_moves
from carethread.rules.scrub import scrub
from carethread.workflow import gather, units
from carethread.workflow.ledger import transfer
from carethread.workflow.locks import held, lock

# Where a claim's charges may still be charged anew without a payer holding the old ones.
NOT_WITH_A_PAYER = (
    ClaimState.HELD,
    ClaimState.READY,
    ClaimState.REJECTED,
    ClaimState.DENIED,
    ClaimState.PARTIAL,
)


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


def charge(version: NoteVersion, *, now: datetime, again: bool = False) -> Charged:
    """Make the version's charges, or new versions of those that an earlier version made.

    `again` says that this very version was charged before and something else has changed.
    """
    one_at_a_time(version.note.attendance.client_id)
    captured, coverage = _captured(version)
    existing = _existing(version) if again or version.number > 1 else {}
    made = [
        _charge_line(version, line, coverage, existing.get(line.slot), now)
        for line in captured.lines
    ]
    for slot in existing.keys() - {line.slot for line in captured.lines}:
        _void(existing[slot], version, now)
    return _shown(captured, coverage, made, today=gather.service_date(version.organization, now))


@transaction.atomic
def recharge(client: Client, *, now: datetime) -> None:
    """Something that a charge depends on has changed (a coverage, an authorization): make new
    versions of the client's charges that no payer holds at the moment, where they differ."""
    one_at_a_time(client.pk)
    charges = (
        Charge.objects.filter(client=client, state="live")
        .filter(Q(claim__isnull=True) | Q(claim__state__in=NOT_WITH_A_PAYER))
        .values("attendance")
    )
    current = gather.versions_to_charge().filter(note__current=F("pk"))
    for version in current.filter(note__attendance__in=charges).order_by("note"):
        charge(version, now=now, again=True)


def one_at_a_time(client_id: int) -> None:
    """Hold the client: their charges and authorizations depend on each other, so whoever is
    about to change either of them has them all to themselves."""
    _client(client=client_id)


@compiled
def _client(client: int) -> "QuerySet[Client, Any]":
    return held(Client.objects.filter(pk=client)).values_list("pk")


def as_charged(version: NoteVersion) -> Charged:
    """What an earlier signature created, as it stands."""
    rows = gather.charges_for_billing().filter(attendance=version.note.attendance_id)
    charges = list(rows.select_related("claim").order_by("pk"))
    versions = [row.current for row in charges if row.current]
    lines = tuple(
        ChargedLine(v.code, tuple(v.modifiers), v.units, v.amount_cents, v.reason, v.charge_id)
        for v in versions
    )
    payer = next((v.coverage.payer.name for v in versions if v.coverage), "")
    captured = () if charges else _captured(version)[0].findings
    today = gather.service_date(version.organization, version.signed_at)
    return Charged(lines, payer, captured + _claim_findings(charges, today))


def _existing(version: NoteVersion) -> dict[str, Charge]:
    """The attendance's charges by slot, locked."""
    ids = lock(Charge.objects.filter(attendance=version.note.attendance))
    rows = gather.with_parts(Charge.objects.filter(pk__in=ids)).select_related("claim")
    return {row.slot: row for row in rows}


def _captured(version: NoteVersion) -> tuple[Captured, Coverage | None]:
    service = gather.documented_service(version)
    captured = capture(service, gather.capture_policy(service.service_date))
    return captured, gather.coverage_on(version.note.attendance.client, service.service_date)


# ------------------------------------------------------------------------------------ making


def _charge_line(
    version: NoteVersion,
    line: ChargeLine,
    coverage: Coverage | None,
    existing: Charge | None,
    now: datetime,
) -> Charge:
    """One line's charge, new or in a new version, with its money and its units."""
    row = existing or _new_charge(version, line)
    before = row.current
    coverage = _coverage_for(row, before, coverage)
    authorization = _authorization(version, coverage, line, before)
    if before is not None and _stands(row, before, version, line, coverage, authorization):
        return row
    current = ChargeVersion(
        organization_id=version.organization_id,
        charge=row,
        number=before.number + 1 if before else 1,
        note_version=version,
        coverage=coverage,
        authorization=authorization,
        supervising=_supervising(version, before),
        code=line.code,
        modifiers=list(line.modifiers),
        units=line.units,
        unit=line.unit,
        pointers=list(line.pointers),
        diagnoses=list(version.diagnoses),
        place_of_service=version.place_of_service,
        amount_cents=line.amount,
        rule=line.rule,
        reason=line.reason,
        made_at=now,
    )
    current.save(force_insert=True)
    _bill_difference(row, line.amount - _billed(row, before), now)
    row.service_date = gather.service_date(version.organization, version.starts_at)
    units.consume(
        authorization, current, before, _needed(authorization, version, line),
        on=row.service_date, appointment_id=version.note.attendance.session.appointment_id, now=now,
    )  # fmt: skip
    row.current, row.state = current, "live"
    _leave_old_claim(row, before, coverage)
    row.save(update_fields=["current", "state", "service_date", "claim"])
    return row


def _stands(
    row: Charge,
    before: ChargeVersion,
    version: NoteVersion,
    line: ChargeLine,
    coverage: Coverage | None,
    authorization: Authorization | None,
) -> bool:
    """Whether the charge says all of this already. Its units may still have to be taken."""
    return (
        row.state == "live"
        and before.note_version_id == version.pk
        and before.coverage_id == (coverage.pk if coverage else None)
        and before.authorization_id == (authorization.pk if authorization else None)
        and (
            authorization is None or units.held_by(before) == _needed(authorization, version, line)
        )
        and (before.code, before.units, before.amount_cents) == (line.code, line.units, line.amount)
        and tuple(before.modifiers) == line.modifiers
        and tuple(before.pointers) == line.pointers
    )


def _coverage_for(
    row: Charge, before: ChargeVersion | None, coverage: Coverage | None
) -> Coverage | None:
    """The policy to bill: today's, but never away from a payer that holds the claim or has
    spoken for the money."""
    if before is None or before.coverage is None or row.claim is None:
        return coverage
    settled = row.paid_cents or row.contractual_cents or row.patient_receivable_cents
    if row.claim.state not in NOT_WITH_A_PAYER or settled:
        return before.coverage
    return coverage


def _leave_old_claim(row: Charge, before: ChargeVersion | None, coverage: Coverage | None) -> None:
    """A charge that goes to another coverage goes on another claim. `bill` closes or voids the
    old one where nothing is left on it."""
    if before is not None and coverage is not None and before.coverage_id != coverage.pk:
        row.claim = None


def _supervising(version: NoteVersion, before: ChargeVersion | None) -> Practitioner | None:
    """Who supervised when the note was signed: charging the same version anew changes nobody."""
    if before is not None and before.note_version_id == version.pk:
        return before.supervising
    return version.author.supervisor


def _new_charge(version: NoteVersion, line: ChargeLine) -> Charge:
    row = Charge(
        organization=version.organization,
        attendance=version.note.attendance,
        slot=line.slot,
        client=version.note.attendance.client,
        practitioner=version.author,
        service_date=gather.service_date(version.organization, version.starts_at),
    )
    row.save(force_insert=True)
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


def _void(row: Charge, version: NoteVersion, now: datetime) -> None:
    """The note no longer supports this charge: take it and its units back, keep its history."""
    before = row.current
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
        amount_cents=0,
        rule=before.rule,
        reason="The note no longer supports this charge.",
        is_void=True,
        made_at=now,
    )
    _bill_difference(row, -before.amount_cents, now)
    units.locked(row.client_id, None, before.authorization_id)
    units.consume(None, current, before, 0, on=row.service_date, now=now)
    row.current, row.state = current, "void"
    row.save(update_fields=["current", "state"])


# ------------------------------------------------------------------------------------ units


def _authorization(
    version: NoteVersion,
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
    client = version.note.attendance.client_id
    rows = units.locked(client, payer.pk if payer and wanted else None, also)
    asked = [row for row in rows if payer and wanted and row.payer_id == payer.pk]
    return units.chosen(asked, _as_authorized(version, line), before)


def _as_authorized(version: NoteVersion, line: ChargeLine) -> Ask:
    """The line as an authorization sees it, in that authorization's own unit."""
    session = version.note.attendance.session
    on = gather.service_date(version.organization, version.starts_at)

    def asked(known: AuthorizationFacts) -> AuthorizedService:
        return AuthorizedService(
            on,
            line.code,
            needed(known.unit, line.slot, line.units, version.minutes),
            level_of_care=session.program.level_of_care,
            facility=session.site.name,
            rendering_npi=version.author.npi,
        )

    return asked


def _needed(authorization: Authorization | None, version: NoteVersion, line: ChargeLine) -> int:
    if authorization is None:
        return 0
    return needed(authorization.unit, line.slot, line.units, version.minutes)


# ------------------------------------------------------------------------------------ showing


def _shown(
    captured: Captured,
    coverage: Coverage | None,
    charges: list[Charge],
    *,
    today: date,
) -> Charged:
    ids = {row.slot: row.pk for row in charges}
    lines = tuple(
        ChargedLine(
            line.code, line.modifiers, line.units, line.amount, line.reason, ids.get(line.slot)
        )
        for line in captured.lines
    )
    return Charged(
        lines,
        coverage.payer.name if coverage else "",
        captured.findings + _claim_findings(charges, today),
    )


def _claim_findings(charges: list[Charge], today: date) -> tuple[Finding, ...]:
    """What the scrubber would say of a claim for these charges, while the author is still here."""
    rows = [row for row in charges if row.current and row.current.coverage_id]
    if not rows:
        return ()
    billable = gather.billable(rows)
    (context,) = gather.contexts([rows], today=today)
    claim = assemble(
        billable.charges,
        billable.client,
        billable.coverage,
        billable.billing,
        claim_id=claim_number(1, 1),
    )
    return scrub(claim, context)
