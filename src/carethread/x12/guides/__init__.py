"""The guides, one module each: how a set is laid out, read and written.

To add a transaction: describe its loops, say how its units become one value (an `Assembler`)
and how that value becomes segments again (`compose`), and list it here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from carethread.x12.acknowledgment import ClaimAck, FunctionalAck
from carethread.x12.claim import ClaimFile
from carethread.x12.eligibility import EligibilityInquiry, EligibilityResponse
from carethread.x12.guide import Guide
from carethread.x12.guides import (
    acknowledgment,
    claim,
    claim_status,
    eligibility,
    remittance,
    review,
    status,
)
from carethread.x12.guides.assembly import Assembler
from carethread.x12.remittance import Remittance
from carethread.x12.rendering import Item
from carethread.x12.review import Review
from carethread.x12.status import StatusRequest, StatusResponse


@dataclass(frozen=True, slots=True)
class Codec:
    """A guide with what reads and writes it. `value` is the type of its transactions; `purposes`
    are the BHT02 that tell it from another guide of the same version and set (278)."""

    guide: Guide
    value: type[Any]
    assembler: type[Assembler]
    compose: Callable[[Any], Iterator[Item]]
    purposes: tuple[str, ...] = ()


CODECS: tuple[Codec, ...] = (
    Codec(claim.PROFESSIONAL, ClaimFile, claim.ClaimAssembler, claim.compose),
    Codec(claim.INSTITUTIONAL, ClaimFile, claim.InstitutionalAssembler, claim.compose),
    Codec(remittance.GUIDE, Remittance, remittance.RemittanceAssembler, remittance.compose),
    Codec(
        acknowledgment.GUIDE, FunctionalAck, acknowledgment.AnswerAssembler, acknowledgment.compose
    ),
    Codec(claim_status.GUIDE, ClaimAck, claim_status.StatusAssembler, claim_status.compose),
    Codec(
        eligibility.INQUIRY,
        EligibilityInquiry,
        eligibility.InquiryAssembler,
        eligibility.compose_inquiry,
    ),
    Codec(
        eligibility.RESPONSE,
        EligibilityResponse,
        eligibility.ResponseAssembler,
        eligibility.compose_response,
    ),
    Codec(status.REQUEST, StatusRequest, status.RequestAssembler, status.compose_request),
    Codec(status.RESPONSE, StatusResponse, status.ResponseAssembler, status.compose_response),
    Codec(review.REQUEST, Review, review.RequestAssembler, review.compose, review.REQUESTS),
    Codec(review.RESPONSE, Review, review.ResponseAssembler, review.compose, review.RESPONSES),
)


def codec_for(version: str, set_id: str, purpose: str = "") -> Codec | None:
    """The codec for a guide version (GS08 or ST03; a longer one than ours is read alike), a set id
    (ST01) and, where that leaves several, a purpose (BHT02). None where we speak no such set."""
    found = [
        codec
        for codec in CODECS
        if codec.guide.set_id == set_id
        and version.startswith((codec.guide.version, *codec.guide.also))
    ]
    return next((c for c in found if purpose in c.purposes), found[0] if found else None)


def purpose_of(segments: Sequence[Sequence[str]]) -> str:
    """BHT02 of a set's first segments behind ST, or nothing."""
    return next((e[2] for e in segments[:1] if e[0] == "BHT" and len(e) > 2), "")


def codec_of(transaction: Any) -> Codec:
    """The codec that writes this transaction. Raises ValueError where none does."""
    if isinstance(transaction, ClaimFile):
        kind = transaction.claims[0].kind if transaction.claims else "837P"
        return next(c for c in CODECS if c.guide.kind == kind)
    found = [codec for codec in CODECS if isinstance(transaction, codec.value)]
    if not found:
        raise ValueError(f"nothing writes a {type(transaction).__name__}")
    purpose = getattr(transaction, "purpose", "")
    return next((c for c in found if purpose in c.purposes), found[0])
