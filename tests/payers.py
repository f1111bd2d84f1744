"""A payer in a few lines: remittances for claims that were sent, as plain values."""

from dataclasses import replace
from datetime import date

from carethread.record.models import Claim, Connection, Organization
from carethread.workflow.center import staff
from carethread.workflow.common import wire_format
from carethread.x12.common import Adjustment, Envelope, Party, Reference
from carethread.x12.remittance import (
    ProviderAdjustment,
    Remittance,
    RemittedClaim,
    RemittedLine,
)

ENVELOPE = Envelope("HARBOR", "ALDER", "000000001", "1", "0001", "005010X221A1")


def make_connection(center: Organization, **settings: object) -> Connection:
    """A clearinghouse whose far side is in memory, or whatever `settings` say."""
    kind = str(settings.pop("kind", "memory"))
    return staff.save_connection(
        Connection(
            organization=center, name="Clearinghouse", kind=kind, settings=settings,
            outbound_folder="to_payer", inbound_folder="from_payer", sender_id="ALDERROW",
            receiver_id="CLEARING", receiver_name="Clearing House",
        )
    )  # fmt: skip


def answer(claim: Claim, *, paid: int, status: str = "1", **adjustments: int) -> RemittedClaim:
    """The payer's answer to a sent one-line claim. Adjustments read `CO_45=6000, PR_3=2000`."""
    sent = wire_format.claim_from_json(claim.current.content)
    (line,) = sent.lines
    taken = tuple(Adjustment(*key.split("_"), cents) for key, cents in adjustments.items())
    return RemittedClaim(
        claim_id=sent.claim_id,
        status=status,
        charge=sent.charge,
        paid=paid,
        patient_responsibility=sum(a.amount for a in taken if a.group == "PR"),
        payer_control_number=f"HH-{claim.sequence}-{claim.current.number}",
        patient=Party("1", claim.client.last_name, claim.client.first_name),
        service_from=line.service_from,
        lines=(
            RemittedLine(
                procedure=line.procedure,
                modifiers=line.modifiers,
                charge=line.charge,
                paid=paid,
                service_from=line.service_from,
                service_to=line.service_to,
                control_number=line.control_number,
                adjustments=taken,
            ),
        ),
    )


def reversal(of: RemittedClaim) -> RemittedClaim:
    """The same with every sign turned round (CLP02 = 22)."""

    def turned(adjustments: tuple[Adjustment, ...]) -> tuple[Adjustment, ...]:
        return tuple(replace(a, amount=-a.amount) for a in adjustments)

    return replace(
        of,
        status="22",
        charge=-of.charge,
        paid=-of.paid,
        patient_responsibility=0,
        adjustments=turned(of.adjustments),
        lines=tuple(
            replace(x, charge=-x.charge, paid=-x.paid, adjustments=turned(x.adjustments))
            for x in of.lines
        ),
    )


def check(
    center: Organization,
    *claims: RemittedClaim,
    trace: str = "T1",
    plb: tuple[tuple[str, int], ...] = (),
    amount: int | None = None,
    on: date = date(2026, 3, 16),
) -> Remittance:
    """A check over these answers; balanced unless `amount` says otherwise."""
    taken = tuple(ProviderAdjustment(center.npi, None, reason, "", x) for reason, x in plb)
    balanced = sum(c.paid for c in claims) - sum(x for _, x in plb)
    return Remittance(
        envelope=ENVELOPE,
        method="ACH",
        amount=balanced if amount is None else amount,
        credit_or_debit="C",
        paid_on=on,
        trace=trace,
        payer_identifier="1999999999",
        payer=Party("2", "HARBOR HEALTH", references=(Reference("2U", "HARBR"),)),
        payee=Party("2", center.legal_name, id_qualifier="XX", id=center.npi),
        claims=claims,
        provider_adjustments=taken,
    )
