"""A file as plain JSON values: what `carethread x12 show --json` prints (docs/x12.md).

Amounts are strings in dollars with two decimals, dates ISO, absent values empty strings or null.
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from carethread.x12.acknowledgment import (
    AcknowledgedClaim,
    ClaimAck,
    ClaimStatus,
    FunctionalAck,
    InterchangeAck,
    SetAck,
)
from carethread.x12.check import check_document
from carethread.x12.claim import Claim, ClaimFile, ClaimLine, LineAdjudication, OtherPayer
from carethread.x12.common import Adjustment, Kept, Party
from carethread.x12.delimiters import COMPONENT, REPETITION
from carethread.x12.finding import Finding
from carethread.x12.guides import codec_of
from carethread.x12.reader import Document, Transaction, UnknownSet, read
from carethread.x12.remittance import Remittance, RemittedClaim, RemittedLine
from carethread.x12.values import NO_DATE, format_number

Json = dict[str, Any]


def show(data: bytes) -> list[Json]:
    """One object a transaction set, findings with the set they belong to. Raises Unreadable."""
    return show_document(read(data))


def show_document(document: Document) -> list[Json]:
    """The same, for a file that has been read."""
    findings = check_document(document)
    shown = [_transaction(t) for t in document.transactions]
    for finding in findings:
        owner = _owner(document, finding)
        if shown:
            shown[owner]["findings"].append(show_finding(finding))
    return shown


def show_finding(finding: Finding) -> Json:
    return {
        "id": finding.id,
        "severity": str(finding.severity),
        "segment": finding.segment,
        "element": finding.element,
        "message": finding.message,
    }


def _owner(document: Document, finding: Finding) -> int:
    """The set that a finding stands in: the last one that begins before it."""
    before = [
        n for n, t in enumerate(document.transactions) if t.envelope.position <= finding.segment
    ]
    return before[-1] if before else 0


def _transaction(transaction: Transaction) -> Json:
    envelope = transaction.envelope
    shown: Json = {
        "type": kind_of(transaction),
        "guide": envelope.guide,
        "control": {
            "interchange": envelope.interchange,
            "group": envelope.group,
            "set": envelope.set,
        },
        "sender": envelope.sender,
        "receiver": envelope.receiver,
        "findings": [],
    }
    return shown | _BODIES[type(transaction)](transaction)


def kind_of(transaction: Transaction) -> str:
    """ "837P", "835", "999", "277CA", "TA1"; ST01 for a set that we do not speak."""
    if isinstance(transaction, InterchangeAck):
        return "TA1"
    if isinstance(transaction, UnknownSet):
        return transaction.kind
    return codec_of(transaction).guide.kind


def dollars(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def day(value: date | None) -> str:
    return "" if value is None or value == NO_DATE else value.isoformat()


def number(value: Decimal | None) -> str:
    return "" if value is None else format_number(value)


def party(value: Party | None) -> Json | None:
    if value is None:
        return None
    address = value.address
    return {
        "name": value.name,
        "first_name": value.first_name,
        "middle_name": value.middle_name,
        "suffix": value.suffix,
        "entity_type": value.entity_type,
        "id_qualifier": value.id_qualifier,
        "id": value.id,
        "npi": value.npi,
        "taxonomy": value.taxonomy,
        "address": None
        if address is None
        else {
            "line1": address.line1,
            "line2": address.line2,
            "city": address.city,
            "state": address.state,
            "postal_code": address.postal_code,
        },
        "references": {r.qualifier: r.value for r in value.references},
    }


def adjustments(values: Iterable[Adjustment]) -> list[Json]:
    return [
        {
            "group": a.group,
            "reason": a.reason,
            "amount": dollars(a.amount),
            "quantity": a.quantity,
        }
        for a in values
    ]


def other(values: Iterable[Kept]) -> list[str]:
    """Segments that have no field, as text with the usual delimiters."""
    return [segment_text(k.elements) for k in values]


def segment_text(elements: tuple[str, ...]) -> str:
    return "*".join(elements).replace(COMPONENT, ":").replace(REPETITION, "^")


# -- 835 --------------------------------------------------------------------------------------


def _remittance(r: Remittance) -> Json:
    return {
        "payment": {
            "method": r.method,
            "amount": dollars(r.amount),
            "date": day(r.paid_on),
            "trace": r.trace,
        },
        "production_date": day(r.production_date),
        "payer": {"name": r.payer.name, "id": r.payer.id or r.payer_identifier},
        "payee": {"name": r.payee.name, "npi": r.payee.npi},
        "claims": [_remitted_claim(claim) for claim in r.claims],
        "provider_adjustments": [
            {
                "provider": p.provider,
                "reason": p.reason,
                "reference": p.reference,
                "amount": dollars(p.amount),
            }
            for p in r.provider_adjustments
        ],
        "balanced": r.is_balanced,
    }


def _remitted_claim(claim: RemittedClaim) -> Json:
    return {
        "claim_id": claim.claim_id,
        "status": claim.status,
        "charge": dollars(claim.charge),
        "paid": dollars(claim.paid),
        "patient_responsibility": dollars(claim.patient_responsibility),
        "filing_indicator": claim.filing_indicator,
        "payer_control_number": claim.payer_control_number,
        "patient": claim.patient.full_name if claim.patient else "",
        "date_from": day(claim.service_from),
        "date_to": day(claim.service_to),
        "adjustments": adjustments(claim.adjustments),
        "remarks": list(claim.remarks),
        "references": [[r.qualifier, r.value] for r in claim.references],
        "lines": [_remitted_line(line) for line in claim.lines],
        "balanced": claim.is_balanced,
        "other": other(claim.extra),
    }


def _remitted_line(line: RemittedLine) -> Json:
    return {
        "code": line.procedure,
        "modifiers": list(line.modifiers),
        "revenue_code": line.revenue_code,
        "charge": dollars(line.charge),
        "paid": dollars(line.paid),
        "units": number(line.units),
        "date_from": day(line.service_from),
        "date_to": day(line.service_to),
        "control_number": line.control_number,
        "original_code": line.original_procedure,
        "adjustments": adjustments(line.adjustments),
        "remarks": list(line.remarks),
        "other": other(line.extra),
    }


# -- 837 --------------------------------------------------------------------------------------


def _claim_file(file: ClaimFile) -> Json:
    return {
        "submitter": party(file.submitter),
        "destination": party(file.receiver),
        "reference": file.reference,
        "created_on": day(file.created_on),
        "claims": [_claim(claim) for claim in file.claims],
    }


def _claim(claim: Claim) -> Json:
    institutional = claim.kind == "837I"
    return {
        "claim_id": claim.claim_id,
        "charge": dollars(claim.charge),
        "place_of_service": "" if institutional else claim.facility_code,
        "type_of_bill": claim.facility_code + claim.frequency if institutional else "",
        "frequency": claim.frequency,
        "subscriber": {
            "name": claim.subscriber.party.full_name,
            "member_id": claim.subscriber.party.id,
            "payer_sequence": claim.subscriber.payer_sequence,
            "relationship": claim.subscriber.relationship,
            "group_number": claim.subscriber.group_number,
            "birth_date": day(claim.subscriber.birth_date),
            "sex": claim.subscriber.sex,
        },
        "patient": None
        if claim.patient is None
        else {
            "name": claim.patient.party.full_name,
            "relationship": claim.patient.relationship,
            "birth_date": day(claim.patient.birth_date),
            "sex": claim.patient.sex,
        },
        "payer": {"name": claim.payer.name, "id": claim.payer.id},
        "billing_provider": party(claim.billing),
        "rendering_provider": party(claim.rendering),
        "diagnoses": [{"qualifier": d.qualifier, "code": d.code} for d in claim.diagnoses],
        "authorization": claim.authorization,
        "payer_claim_control_number": claim.original_reference,
        "other_payers": [_other_payer(payer) for payer in claim.other_payers],
        "lines": [_line(line) for line in claim.lines],
        "other": other(claim.extra),
    }


def _other_payer(payer: OtherPayer) -> Json:
    return {
        "name": payer.payer.name,
        "id": payer.payer.id,
        "payer_sequence": payer.subscriber.payer_sequence,
        "member_id": payer.subscriber.party.id,
        "amounts": {a.qualifier: dollars(a.amount) for a in payer.amounts},
        "adjustments": adjustments(payer.adjustments),
        "claim_control_number": payer.claim_control_number,
    }


def _line(line: ClaimLine) -> Json:
    return {
        "code": line.procedure,
        "revenue_code": line.revenue_code,
        "modifiers": list(line.modifiers),
        "charge": dollars(line.charge),
        "units": number(line.units),
        "unit": line.unit,
        "pointers": list(line.pointers),
        "date_from": day(line.service_from),
        "date_to": day(line.service_to),
        "control_number": line.control_number,
        "adjudications": [_adjudication(a) for a in line.adjudications],
        "other": other(line.extra),
    }


def _adjudication(a: LineAdjudication) -> Json:
    return {
        "payer_id": a.payer_id,
        "paid": dollars(a.paid),
        "code": a.procedure,
        "modifiers": list(a.modifiers),
        "units": number(a.units),
        "paid_on": day(a.paid_on),
        "adjustments": adjustments(a.adjustments),
    }


# -- acknowledgments --------------------------------------------------------------------------


def _functional_ack(ack: FunctionalAck) -> Json:
    return {
        "functional_id": ack.functional_id,
        "group": ack.group,
        "code": ack.code,
        "included": ack.included,
        "received": ack.received,
        "accepted": ack.accepted,
        "syntax_errors": list(ack.syntax_errors),
        "sets": [_set_ack(s) for s in ack.sets],
    }


def _set_ack(ack: SetAck) -> Json:
    return {
        "kind": ack.kind,
        "control_number": ack.control_number,
        "code": ack.code,
        "syntax_errors": list(ack.syntax_errors),
        "errors": [
            {
                "tag": e.tag,
                "position": e.position,
                "loop": e.loop,
                "code": e.code,
                "element": e.element,
                "element_code": e.element_code,
                "value": e.value,
            }
            for e in ack.errors
        ],
    }


def _interchange_ack(ack: InterchangeAck) -> Json:
    return {
        "interchange": ack.interchange,
        "code": ack.code,
        "note": ack.note,
        "interchange_date": day(ack.interchange_date),
        "interchange_time": ack.interchange_time,
    }


def _claim_ack(ack: ClaimAck) -> Json:
    return {
        "source": {"name": ack.source.name, "id": ack.source.id},
        "destination": {"name": ack.receiver.full_name, "id": ack.receiver.id},
        "provider": {"name": ack.provider.full_name, "npi": ack.provider.npi},
        "batch_trace": ack.batch_trace,
        "received_on": day(ack.received_on),
        "processed_on": day(ack.processed_on),
        "accepted": {"count": ack.accepted_count, "amount": dollars(ack.accepted_amount)},
        "rejected": {"count": ack.rejected_count, "amount": dollars(ack.rejected_amount)},
        "statuses": [_status(s) for s in ack.statuses],
        "claims": [_acknowledged(claim) for claim in ack.claims],
    }


def _acknowledged(claim: AcknowledgedClaim) -> Json:
    return {
        "claim_id": claim.claim_id,
        "patient": claim.patient.full_name,
        "accepted": claim.is_accepted,
        "payer_control_number": claim.payer_control_number,
        "clearinghouse_number": claim.clearinghouse_number,
        "date_from": day(claim.service_from),
        "date_to": day(claim.service_to),
        "statuses": [_status(s) for s in claim.statuses],
    }


def _status(status: ClaimStatus) -> Json:
    return {
        "category": status.category,
        "code": status.code,
        "entity": status.entity,
        "action": status.action,
        "amount": dollars(status.amount),
        "effective": day(status.effective),
        "message": status.message,
        "more": [list(more) for more in status.extra],
    }


def _unknown(unknown: UnknownSet) -> Json:
    return {"segments": [segment_text(e) for e in unknown.segments]}


_BODIES: dict[type[Any], Callable[[Any], Json]] = {
    Remittance: _remittance,
    ClaimFile: _claim_file,
    FunctionalAck: _functional_ack,
    ClaimAck: _claim_ack,
    InterchangeAck: _interchange_ack,
    UnknownSet: _unknown,
}
