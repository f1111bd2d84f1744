"""`python -m tests.x12.endless 835|837P CLAIMS`: reads that many, prints the count and peak MB."""

import gc
import io
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

from carethread.x12.claim import Claim
from carethread.x12.reader import stream
from carethread.x12.remittance import RemittedClaim
from tests.x12 import make


class Endless(io.RawIOBase):
    """A file of as many claims as one likes, made while it is read."""

    def __init__(self, kind: str, claims: int) -> None:
        transaction = make.remittance() if kind == "835" else make.claim_file(make.claim())
        text = make.written(transaction)
        begin = text.index(b"CLP*" if kind == "835" else b"CLM*")
        end = text.index(b"CLP*", begin + 1) if kind == "835" else text.index(b"~SE*") + 1
        self.pieces = self._pieces(text[:begin], text[begin:end], text[end:], claims)
        self.rest = b""

    @staticmethod
    def _pieces(head: bytes, claim: bytes, tail: bytes, claims: int) -> Iterator[bytes]:
        yield head
        for _ in range(claims // 1000):
            yield claim * 1000
        yield tail

    def read(self, size: int = -1) -> bytes:
        while len(self.rest) < size and (piece := next(self.pieces, b"")):
            self.rest += piece
        block, self.rest = self.rest[:size], self.rest[size:]
        return block


def peak_megabytes() -> int:
    """This process's highest memory so far (Linux), whatever the one that started it used."""
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) // 1024


def peak_bytes(work: Callable[[], object]) -> int:
    """Bytes held at once at most; circles are collected as they are in a process of its own."""
    before = gc.get_threshold()
    gc.set_threshold(500, 5, 5)
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.set_threshold(*before)


if __name__ == "__main__":
    events = stream(Endless(sys.argv[1], int(sys.argv[2])))
    count = sum(isinstance(event, Claim | RemittedClaim) for event in events)
    print(count, peak_megabytes())
