"""Whether a claim gets as far as adjudication. What is refused here was never a claim to the
payer: it gets a 277CA with a rejecting category, and no appeal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from carethread.sandbox.payer.books import Books, Member, Payer
from carethread.x12.acknowledgment import AcknowledgedClaim, ClaimAck, ClaimStatus
from carethread.x12.claim import Claim, ClaimFile
from carethread.x12.common import Envelope, Party

_GUIDE = "005010X214"


@dataclass(frozen=True, slots=True)
class Status:
    """The code of one STC: category, status code, whom it speaks of."""

    category: str
    code: str
    entity: str = ""

    @classmethod
    def of(cls, text: str) -> "Status":
        """From "A7:562:82"."""
        category, code, *entity = text.split(":")
        return cls(category, code, entity[0] if entity else "")

    @property
    def accepts(self) -> bool:
        return self.category in ("A1", "A2")

    def spoken(self, on: date, amount: int) -> ClaimStatus:
        action = "WQ" if self.accepts else "U"
        return ClaimStatus(self.category, self.code, self.entity, action, amount, on)


TAKEN_IN = Status("A2", "20", "PR")
_WRONG_PAYER = Status("A3", "116", "PR")
_UNKNOWN_MEMBER = Status("A3", "33", "IL")
_OTHER_BIRTH_DATE = Status("A8", "158", "QC")
_NO_DIAGNOSIS = Status("A6", "254")
_NO_ORIGINAL = Status("A6", "464")
UNKNOWN_ORIGINAL = Status("A7", "464")


def examine(claim: Claim, books: Books) -> Status:
    """The word on one claim, before anybody adjudicates it."""
    payer = books.by_id.get(claim.payer.id)
    if payer is None:
        return _WRONG_PAYER
    for npi, entity in _providers(claim):
        if books.npis and npi not in books.npis:
            return Status("A7", "562", entity)
    if find_member(payer, claim) is None:
        known = any(row.id == claim.subscriber.party.id for row in payer.members)
        return _OTHER_BIRTH_DATE if known else _UNKNOWN_MEMBER
    if not claim.diagnoses:
        return _NO_DIAGNOSIS
    replaces = claim.frequency in ("7", "8")
    return _NO_ORIGINAL if replaces and not claim.original_reference else TAKEN_IN


def find_member(payer: Payer, claim: Claim) -> Member | None:
    """By member id and birth date, so that the members of a family are told apart."""
    born = claim.patient.birth_date if claim.patient else claim.subscriber.birth_date
    rows = (row for row in payer.members if row.id == claim.subscriber.party.id)
    return next((row for row in rows if row.birth_date == born), None)


def rendering_npi(claim: Claim) -> str:
    row = claim.rendering or next((line.rendering for line in claim.lines), None)
    return row.npi if row else claim.billing.npi


def _providers(claim: Claim) -> list[tuple[str, str]]:
    attending = [(claim.attending.npi, "71")] if claim.attending else []
    return [(claim.billing.npi, "85"), (rendering_npi(claim), "82"), *attending]


def member_key(member: Member) -> str:
    """What tells a person from the family that shares the id."""
    return f"{member.id}/{member.birth_date}"


# ---------------------------------------------------------------------------------- the answer


@dataclass(frozen=True, slots=True)
class Word:
    """What is said of one claim, and the number that the payer gives it if it takes it in."""

    claim: Claim
    status: Status
    icn: str = ""


def claim_ack(
    books: Books,
    payer_id: str,
    file: ClaimFile,
    words: Sequence[Word],
    *,
    number: int,
    received: datetime,
    due: datetime,
) -> ClaimAck:
    """The 277CA about one payer's claims of one billing provider in a set."""
    payer = books.by_id.get(payer_id)
    name = payer.name if payer else books.clearinghouse_name
    source = Party("2", name.upper(), id_qualifier="PI", id=payer.id if payer else "UNKNOWN")
    taken = [word.claim for word in words if word.status.accepts]
    refused = [word.claim for word in words if not word.status.accepts]
    total = sum(word.claim.charge for word in words)
    return ClaimAck(
        envelope=Envelope(
            books.clearinghouse, file.envelope.sender, f"{number:09d}", str(number), "0001", _GUIDE
        ),
        source=source,
        receiver=replace(file.submitter, contact=None),
        provider=_plain(words[0].claim.billing),
        reference=f"{number:09d}",
        created_on=due.date(),
        created_time=f"{due:%H%M%S}",
        batch_trace=file.reference,
        source_trace=f"{number:09d}",
        received_on=received.date(),
        processed_on=due.date(),
        statuses=(Status("A1", "19", "PR").spoken(due.date(), total),),
        claims=tuple(_acknowledged(word, due.date()) for word in words),
        accepted_count=len(taken),
        accepted_amount=sum(claim.charge for claim in taken),
        rejected_count=len(refused),
        rejected_amount=sum(claim.charge for claim in refused),
    )


def _acknowledged(word: Word, on: date) -> AcknowledgedClaim:
    claim = word.claim
    person = claim.patient.party if claim.patient else claim.subscriber.party
    days = [line.service_from for line in claim.lines]
    return AcknowledgedClaim(
        claim_id=claim.claim_id,
        patient=Party(
            "1",
            person.name,
            person.first_name,
            id_qualifier="MI",
            id=claim.subscriber.party.id or "UNKNOWN",
        ),
        statuses=(word.status.spoken(on, claim.charge),),
        payer_control_number=word.icn,
        service_from=min(days, default=None),
        service_to=max(days, default=None),
    )


def _plain(party: Party) -> Party:
    """A provider as the 277CA names one: no address, no references."""
    return Party(party.entity_type, party.name, party.first_name, id_qualifier="XX", id=party.npi)
