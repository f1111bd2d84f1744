"""A clearinghouse on a folder that takes every file, remembers it, and pays everything."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from carethread.x12.acknowledgment import (
    AcknowledgedClaim,
    ClaimAck,
    ClaimStatus,
    FunctionalAck,
    SetAck,
)
from carethread.x12.claim import Claim, ClaimFile
from carethread.x12.common import Adjustment, Envelope, Party
from carethread.x12.reader import read
from carethread.x12.remittance import Remittance, RemittedClaim, RemittedLine
from carethread.x12.writer import write

ENVELOPE = Envelope("CLEARING", "ALDERROW", "1", "1", "0001", "")


@dataclass
class Clearinghouse:
    """What it received, by interchange and by claim number; what it paid, in cents."""

    folder: Path
    interchanges: list[str] = field(default_factory=list)
    claim_numbers: list[str] = field(default_factory=list)
    paid: int = 0
    answers: int = 0

    def work(self, now: datetime) -> None:
        """Take what has its final name; answer with a 999, a 277CA and an 835."""
        for path in sorted((self.folder / "to_payer").glob("*.edi")):
            document = read(path.read_bytes())
            path.unlink()
            self.interchanges += [envelope.control for envelope in document.envelopes]
            (file,) = document.transactions
            assert isinstance(file, ClaimFile)
            self.claim_numbers += [claim.claim_id for claim in file.claims]
            self._answer(_group(file), now)
            self._answer(_accepted(file, now), now)
            self._answer(self._payment(file, now), now)

    def _answer(self, transaction: object, now: datetime) -> None:
        self.answers += 1
        raw = write(
            [transaction], sender="CLEARING", receiver="ALDERROW",
            interchange_control=self.answers, group_control=self.answers, created=now,
        )  # fmt: skip
        final = self.folder / "from_payer" / f"answer_{self.answers:05d}.edi"
        part = final.with_suffix(".tmp")
        part.write_bytes(raw)
        part.replace(final)

    def _payment(self, file: ClaimFile, now: datetime) -> Remittance:
        claims = tuple(_paid(claim) for claim in file.claims)
        amount = sum(claim.paid for claim in claims)
        self.paid += amount
        billing = file.claims[0].billing
        return Remittance(
            envelope=ENVELOPE, method="ACH", amount=amount, credit_or_debit="C",
            paid_on=now.date(), trace=f"T{self.answers:05d}", payer_identifier="1999999999",
            payer=Party("2", "HARBOR HEALTH"), payee=billing, claims=claims,
        )  # fmt: skip


def _paid(claim: Claim) -> RemittedClaim:
    lines = tuple(
        RemittedLine(
            procedure=line.procedure, modifiers=line.modifiers, charge=line.charge,
            paid=line.charge - 5_000, service_from=line.service_from,
            control_number=line.control_number, adjustments=(Adjustment("CO", "45", 5_000),),
        )
        for line in claim.lines
    )  # fmt: skip
    return RemittedClaim(
        claim_id=claim.claim_id, status="1", charge=claim.charge,
        paid=sum(line.paid for line in lines), payer_control_number=f"P{claim.claim_id}",
        patient=claim.subscriber.party, lines=lines,
    )  # fmt: skip


def _group(file: ClaimFile) -> FunctionalAck:
    return FunctionalAck(
        envelope=ENVELOPE, functional_id="HC", group=file.envelope.group, code="A", included=1,
        received=1, accepted=1, guide="005010X222A1",
        sets=(SetAck("837", "0001", "A", "005010X222A1"),),
    )  # fmt: skip


def _accepted(file: ClaimFile, now: datetime) -> ClaimAck:
    day = now.date()
    return ClaimAck(
        envelope=ENVELOPE, source=Party("2", "HARBOR HEALTH", id_qualifier="PI", id="HARBR"),
        receiver=file.submitter, provider=file.claims[0].billing, reference="R", created_on=day,
        batch_trace="B", received_on=day, processed_on=day,
        claims=tuple(
            AcknowledgedClaim(
                claim_id=claim.claim_id, patient=claim.subscriber.party,
                statuses=(ClaimStatus("A2", "20", action="WQ", amount=claim.charge,
                                      effective=day),),
                payer_control_number=f"P{claim.claim_id}",
            )
            for claim in file.claims
        ),
    )  # fmt: skip
