"""A remittance as received, made into rows: the payer's words, before anything is decided."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from carethread.insight.takebacks import claims_named
from carethread.record.models import (
    Adjustment,
    EdiFile,
    Payer,
    ProviderAdjustment,
    Remittance,
    RemittedClaim,
    RemittedLine,
)
from carethread.workflow.common import wire_format
from carethread.x12 import remittance as wire
from carethread.x12.common import Party

CLAIM_LEVEL = 0  # number of the row that carries a CLP's own adjustments


@dataclass(slots=True)
class Received:
    """One remitted claim: what the payer said, its row, and its lines' rows by position from 0."""

    said: wire.RemittedClaim
    row: RemittedClaim
    lines: dict[int, RemittedLine] = field(default_factory=dict)


def check(file: EdiFile, remittance: wire.Remittance, *, now: datetime) -> Remittance:
    """The row of the check itself."""
    row: Remittance = Remittance.objects.create(
        organization_id=file.organization_id,
        file=file,
        payer=payer_of(remittance),
        payer_name=remittance.payer.name[:60],
        payer_identifier=remittance.payer_identifier,
        method=remittance.method,
        amount_cents=remittance.signed_amount,
        paid_on=remittance.paid_on,
        trace=remittance.trace,
        posted_at=now,
    )
    changes = remittance.provider_adjustments
    named = claims_named(change.reference for change in changes)
    ProviderAdjustment.objects.bulk_create(
        ProviderAdjustment(
            organization_id=file.organization_id,
            remittance=row,
            reason=change.reason[:5],
            reference=change.reference[:50],
            amount_cents=change.amount,
            claim_id=named.get(change.reference),
        )
        for change in changes
    )
    return row


def payer_of(remittance: wire.Remittance) -> Payer | None:
    """The payer of the check, by the id that its claims go out under."""
    found: Payer | None = Payer.objects.filter(payer_id__in=_ids(remittance.payer)).first()
    return found or Payer.objects.filter(name__iexact=remittance.payer.name).first()


def payer_names(check: Remittance, said: wire.Remittance) -> tuple[str, ...]:
    """What the check's payer goes by, upper-cased; empty where it is none of our payers (plans
    pay under legal names that we never heard of)."""
    if check.payer is None:
        return ()
    told = (check.payer.payer_id, check.payer.name, said.payer.name, *_ids(said.payer))
    return tuple(dict.fromkeys(text.upper() for text in told if text))


def _ids(payer: Party) -> list[str]:
    return [i for i in (payer.id, *(r.value for r in payer.references)) if i]


def claims(check: Remittance, said: Sequence[wire.RemittedClaim]) -> list[Received]:
    """Every claim of the check with its lines and adjustments, in four bulk inserts."""
    rows = RemittedClaim.objects.bulk_create(
        RemittedClaim(
            organization_id=check.organization_id,
            remittance=check,
            position=position,
            claim_number=claim.claim_id[:38],
            status=claim.status,
            charge_cents=claim.charge,
            paid_cents=claim.paid,
            patient_cents=claim.patient_responsibility,
            payer_control_number=claim.payer_control_number,
            patient_name=claim.patient.full_name[:120] if claim.patient else "",
            content=wire_format.remitted_to_json(claim),
        )
        for position, claim in enumerate(said)
    )
    received = [Received(claim, row) for claim, row in zip(said, rows, strict=True)]
    unsaved = [(one, position, line) for one in received for position, line in _lines(one)]
    for (one, position, _), row in zip(
        unsaved, RemittedLine.objects.bulk_create(row for _, _, row in unsaved), strict=True
    ):
        one.lines[position] = row
    Adjustment.objects.bulk_create(a for one in received for a in _adjustments(one))
    return received


def _lines(one: Received) -> Iterator[tuple[int, RemittedLine]]:
    """Rows by position from 0; position -1 carries the claim's own adjustments, if any."""
    organization_id = one.row.organization_id
    if one.said.adjustments:
        yield (
            -1,
            RemittedLine(
                organization_id=organization_id,
                claim=one.row,
                number=CLAIM_LEVEL,
                charge_cents=0 if one.said.lines else one.said.charge,
                paid_cents=0 if one.said.lines else one.said.paid,
                service_date=one.said.service_from,
                remarks=list(one.said.remarks),
            ),
        )
    for position, line in enumerate(one.said.lines):
        yield (
            position,
            RemittedLine(
                organization_id=organization_id,
                claim=one.row,
                number=position + 1,
                code=line.procedure or line.revenue_code,
                modifiers=list(line.modifiers),
                charge_cents=line.charge,
                paid_cents=line.paid,
                control_number=line.control_number,
                service_date=line.service_from or one.said.service_from,
                remarks=list(line.remarks),
            ),
        )


def _adjustments(one: Received) -> Iterator[Adjustment]:
    levels = {-1: one.said.adjustments} | {
        position: line.adjustments for position, line in enumerate(one.said.lines)
    }
    for position, adjustments in levels.items():
        for adjustment in adjustments:
            yield Adjustment(
                organization_id=one.row.organization_id,
                line=one.lines[position],
                group=adjustment.group,
                reason=adjustment.reason,
                amount_cents=adjustment.amount,
                quantity=adjustment.quantity,
            )
