"""The segments of a set, with their positions: what the checker walks over."""

from dataclasses import dataclass

from carethread.x12.delimiters import DEFAULT, Delimiters
from carethread.x12.guides import Codec, codec_for, purpose_of
from carethread.x12.reader import Document, Transaction, UnknownSet


@dataclass(frozen=True, slots=True)
class RawSet:
    """One set as it stands in the file, ST first. The n-th segment has position `first` + n."""

    transaction: Transaction
    codec: Codec
    marks: Delimiters
    first: int
    segments: tuple[list[str], ...]


def raw_set(
    transaction: Transaction, segments: tuple[list[str], ...], marks: Delimiters
) -> RawSet | None:
    """The set, where we speak it and it has segments (a TA1 has none between ST and SE)."""
    if isinstance(transaction, UnknownSet) or not segments:
        return None
    envelope = transaction.envelope
    set_id = segments[0][1] if len(segments[0]) > 1 else ""
    codec = codec_for(envelope.guide, set_id, purpose_of(segments[1:]))
    return RawSet(transaction, codec, marks, envelope.position, segments) if codec else None


def marks_at(document: Document, byte: int) -> Delimiters:
    """The delimiters of the interchange that this byte belongs to."""
    before = [i.delimiters for i in document.envelopes if i.begin <= byte]
    return before[-1] if before else DEFAULT
