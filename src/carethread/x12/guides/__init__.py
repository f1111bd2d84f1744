"""The guides, one module each: how a set is laid out, read and written.

To add a transaction: describe its loops, say how its units become one value (an `Assembler`)
and how that value becomes segments again (`compose`), and list it here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from carethread.x12.acknowledgment import ClaimAck, FunctionalAck
from carethread.x12.claim import ClaimFile
from carethread.x12.guide import Guide
from carethread.x12.guides import acknowledgment, claim, claim_status, remittance
from carethread.x12.guides.assembly import Assembler
from carethread.x12.remittance import Remittance
from carethread.x12.rendering import Item


@dataclass(frozen=True, slots=True)
class Codec:
    """A guide with what reads and writes it. `value` is the type of its transactions."""

    guide: Guide
    value: type[Any]
    assembler: type[Assembler]
    compose: Callable[[Any], Iterator[Item]]


CODECS: tuple[Codec, ...] = (
    Codec(claim.PROFESSIONAL, ClaimFile, claim.ClaimAssembler, claim.compose),
    Codec(claim.INSTITUTIONAL, ClaimFile, claim.InstitutionalAssembler, claim.compose),
    Codec(remittance.GUIDE, Remittance, remittance.RemittanceAssembler, remittance.compose),
    Codec(
        acknowledgment.GUIDE, FunctionalAck, acknowledgment.AnswerAssembler, acknowledgment.compose
    ),
    Codec(claim_status.GUIDE, ClaimAck, claim_status.StatusAssembler, claim_status.compose),
)

BY_VERSION: dict[str, Codec] = {
    version: codec for codec in CODECS for version in (codec.guide.version, *codec.guide.also)
}


def codec_for(version: str, set_id: str) -> Codec | None:
    """The codec for a guide version (GS08 or ST03) and set id (ST01), where we have one."""
    codec = BY_VERSION.get(version)
    if codec is None:
        codec = next((c for v, c in BY_VERSION.items() if version.startswith(v)), None)
    return codec if codec is not None and codec.guide.set_id == set_id else None


def codec_of(transaction: Any) -> Codec:
    """The codec that writes this transaction. Raises ValueError where none does."""
    if isinstance(transaction, ClaimFile):
        kind = transaction.claims[0].kind if transaction.claims else "837P"
        return next(c for c in CODECS if c.guide.kind == kind)
    for codec in CODECS:
        if isinstance(transaction, codec.value):
            return codec
    raise ValueError(f"nothing writes a {type(transaction).__name__}")
