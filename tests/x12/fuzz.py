"""Mutated files, without end: `python -m tests.x12.fuzz [N] [SEED]` runs N of them (100,000).

Each mutation takes a clean file and damages it a little: bytes changed, cut, doubled; segments
dropped, moved, swapped; elements emptied or filled with something else. Reading and checking
must answer with findings (or `Unreadable`), quickly, and never with another exception.
"""

import sys
import time
from collections.abc import Iterator
from random import Random

from carethread.x12.acknowledgment import InterchangeAck
from carethread.x12.check import check
from carethread.x12.delimiters import DEFAULT
from carethread.x12.finding import Unreadable
from carethread.x12.reader import read
from carethread.x12.writer import rewrite, set_lines
from tests.x12 import make, make_eligibility

JUNK = (
    *("", "0", "-", "1.2.3", "99999999999999999999", "20261345", "É", "\x00", "XX", ":", "^"),
    *("AAAA" * 30, "NaN", "1e9", " ", "ISA", "SE", "-0", ".", "²"),
)


def clean_files() -> list[bytes]:
    return [
        make.written(make.claim_file()),
        make.written(make.remittance()),
        make.written(make.functional_ack()),
        make.written(make.claim_ack()),
        make.written(make_eligibility.inquiry()),
        make.written(make_eligibility.response()),
        make.written(make.remittance(), make.remittance(make.denied())),
    ]


def mutate(data: bytes, random: Random) -> bytes:
    """The file with one to four injuries."""
    for _ in range(random.randint(1, 4)):
        data = random.choice(_INJURIES)(data, random)
    return data


def _byte(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + bytes([random.randrange(256)]) + data[at + random.randrange(2) :]


def _cut(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _splice(data: bytes, random: Random) -> bytes:
    begin = random.randrange(len(data) + 1)
    end = min(len(data), begin + random.randrange(200))
    at = random.randrange(len(data) + 1)
    return data[:at] + data[begin:end] + data[at:]


def _drop(data: bytes, random: Random) -> bytes:
    segments = data.split(b"~")
    segments.pop(random.randrange(len(segments)))
    return b"~".join(segments)


def _swap(data: bytes, random: Random) -> bytes:
    segments = data.split(b"~")
    i, j = random.randrange(len(segments)), random.randrange(len(segments))
    segments[i], segments[j] = segments[j], segments[i]
    return b"~".join(segments)


def _double(data: bytes, random: Random) -> bytes:
    segments = data.split(b"~")
    i = random.randrange(len(segments))
    return b"~".join(segments[:i] + [segments[i]] * random.randint(2, 4) + segments[i + 1 :])


def _element(data: bytes, random: Random) -> bytes:
    segments = data.split(b"~")
    i = random.randrange(len(segments))
    elements = segments[i].split(b"*")
    elements[random.randrange(len(elements))] = random.choice(JUNK).encode()
    segments[i] = b"*".join(elements)
    return b"~".join(segments)


_INJURIES = (_byte, _cut, _splice, _drop, _swap, _double, _element, _element, _element)


def mutations(count: int, seed: int) -> Iterator[bytes]:
    random, files = Random(seed), clean_files()
    for _ in range(count):
        yield mutate(random.choice(files), random)


def survive(data: bytes) -> None:
    """Reads, checks and writes back; raises whatever it should not."""
    try:
        document = read(data)
    except Unreadable:
        return
    check(data)
    assert rewrite(document) == data
    for transaction in document.transactions:
        try:
            if not isinstance(transaction, InterchangeAck):
                set_lines(transaction, "0001", DEFAULT)
        except ValueError:  # a value that no file can carry is refused, in words
            continue


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns()
    begin, slowest = time.monotonic(), 0.0
    for n, data in enumerate(mutations(count, seed), 1):
        started = time.monotonic()
        try:
            survive(data)
        except Exception:
            print(f"seed {seed}, input {n}: {data!r}")
            raise
        slowest = max(slowest, time.monotonic() - started)
        if n % 10_000 == 0:
            print(
                f"{n} inputs, {time.monotonic() - begin:.0f} s, slowest {slowest:.3f} s", flush=True
            )
    print(f"{count} mutated inputs survived (seed {seed}), slowest {slowest:.3f} s")


if __name__ == "__main__":
    main()
