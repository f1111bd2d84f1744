"""The segments of a document's sets, with their positions: what the checker walks over."""

from collections.abc import Iterator
from dataclasses import dataclass

from carethread.x12.delimiters import DEFAULT, Delimiters
from carethread.x12.guides import Codec, codec_for, purpose_of
from carethread.x12.reader import Document, Transaction, UnknownSet
from carethread.x12.units import segments


@dataclass(frozen=True, slots=True)
class RawSet:
    """One set as it stands in the file, ST first. The n-th segment has position `first` + n."""

    transaction: Transaction
    codec: Codec
    marks: Delimiters
    first: int
    segments: tuple[list[str], ...]


def raw_sets(document: Document) -> Iterator[RawSet]:
    """The sets that we speak, in the order of the file."""
    for transaction, (begin, end) in zip(document.transactions, document.spans, strict=True):
        envelope = transaction.envelope
        if isinstance(transaction, UnknownSet) or not envelope.set + envelope.guide:
            continue
        marks = marks_at(document, begin)
        text = document.source[begin:end].decode("latin-1")
        segs = segments(text.strip().removesuffix(marks.segment), marks)
        set_id = segs[0][1] if segs and len(segs[0]) > 1 else ""
        codec = codec_for(envelope.guide, set_id, purpose_of(segs[1:]))
        if codec is not None:
            yield RawSet(transaction, codec, marks, envelope.position, tuple(segs))


def marks_at(document: Document, byte: int) -> Delimiters:
    """The delimiters of the interchange that this byte belongs to."""
    before = [i.delimiters for i in document.envelopes if i.begin <= byte]
    return before[-1] if before else DEFAULT
