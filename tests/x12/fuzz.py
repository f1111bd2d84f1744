"""Mutated files, without end: `python -m tests.x12.fuzz [N] [SEED] [JOBS]` runs N of them.

Each mutation takes a clean file and damages it a little: bytes changed, cut, doubled; segments
dropped, moved, swapped; elements emptied or filled with something else; other delimiters; a piece
of another file. Small files are taken more often than large ones, so that more of the time goes
into damage. Every input is read and checked; every fourth (`EVERY`) is also answered, shown as
JSON, made out of that JSON again, and written back, as it came and anew. All of it must answer with
findings (or `Unreadable`), within `SECONDS` and `BYTES`, and never with another exception.
"""

import gc
import json
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

from carethread.x12.acknowledgment import InterchangeAck
from carethread.x12.check import check
from carethread.x12.delimiters import DEFAULT
from carethread.x12.finding import Unreadable
from carethread.x12.reader import Document, read
from carethread.x12.respond import acknowledge
from carethread.x12.show import show
from carethread.x12.unshow import unshow
from carethread.x12.writer import rewrite, set_lines
from tests.x12 import make, make_eligibility, make_review, make_status

SECONDS = 10.0
"""Of CPU time, more than any input needs; what takes longer hangs."""
BYTES = 1 << 30
"""Address space of a process that fuzzes."""
EVERY = 4
"""One input in so many is shown and written back as well, which costs more than the rest."""
LARGEST = 4_000
"""Bytes of a sample that is still worth mutating: larger ones only take longer."""

SAMPLES = Path(__file__).parents[3] / "shared/samples/x12"
JUNK = (
    *("", "0", "-", "1.2.3", "99999999999999999999", "20261345", "É", "\x00", "XX", ":", "^"),
    *("AAAA" * 30, "NaN", "1e9", " ", "ISA", "SE", "-0", ".", "²", "\x1f", "\x1e", "\\", "\n"),
    *("20260230", "20260101-20251231", "HC:90837:::::::x", "1234567893", "D8", "472"),
)


def clean_files() -> list[bytes]:
    """A file of every kind that we write, and the public samples where they are."""
    ours = [
        make.written(make.claim_file()),
        make.written(make.remittance()),
        make.written(make.functional_ack()),
        make.written(make.claim_ack()),
        make.written(make_eligibility.inquiry()),
        make.written(make_eligibility.response()),
        make.written(make_status.request()),
        make.written(make_status.response()),
        make.written(make_status.refusal()),
        make.written(make_review.request(), make_review.response(), make_review.refusal()),
        make.written(make.remittance(), make.remittance(make.denied())),
    ]
    samples = [path.read_bytes() for path in sorted(SAMPLES.rglob("*.edi"))]
    return ours + [data for data in samples if len(data) <= LARGEST]


Injury = Callable[[bytes, Random], bytes]


def _byte(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return data[:at] + bytes([random.randrange(256)]) + data[at + random.randrange(2) :]


def _cut(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _repeat(data: bytes, random: Random) -> bytes:
    begin = random.randrange(len(data) + 1)
    end = min(len(data), begin + random.randrange(200))
    at = random.randrange(len(data) + 1)
    return data[:at] + data[begin:end] + data[at:]


def _delimiter(data: bytes, random: Random) -> bytes:
    """One of the file's delimiters becomes another character, everywhere or from somewhere on."""
    old, new = random.choice(b"*:~^"), random.choice(b"|>!\x1c\n*:~^ A0")
    at = random.choice((0, random.randrange(len(data) + 1)))
    return data[:at] + data[at:].replace(bytes([old]), bytes([new]))


def _fold(data: bytes, random: Random) -> bytes:
    """Lines of one length, as a mainframe sends them."""
    width, line_break = random.choice((1, 7, 72, 80, 105, 120)), random.choice((b"\n", b"\r\n"))
    return line_break.join(data[at : at + width] for at in range(0, len(data), width))


def _huge(data: bytes, random: Random) -> bytes:
    """An element, a composite or a segment of absurd length (seldom, because it takes long)."""
    if random.randrange(100):
        return data
    at = random.randrange(len(data) + 1)
    return (
        data[:at]
        + random.choice((b"A", b"9", b"*", b":", b"^", b"~", b"~LX*1"))
        * (random.randrange(1, 10_000))
        + (data[at:])
    )


def _of_segments(injure: Callable[[list[bytes], int, Random], None]) -> Injury:
    """An injury to the list of a file's segments, at one of them."""

    def injury(data: bytes, random: Random) -> bytes:
        segments = data.split(b"~")
        injure(segments, random.randrange(len(segments)), random)
        return b"~".join(segments)

    return injury


def _drop(segments: list[bytes], at: int, _random: Random) -> None:
    segments.pop(at)


def _double(segments: list[bytes], at: int, random: Random) -> None:
    segments[at:at] = [segments[at]] * random.randint(1, 3)


def _move(segments: list[bytes], at: int, random: Random) -> None:
    segment = segments.pop(at)
    segments.insert(random.randrange(len(segments) + 1), segment)


def _swap(segments: list[bytes], at: int, random: Random) -> None:
    other = random.randrange(len(segments))
    segments[at], segments[other] = segments[other], segments[at]


def _element(segments: list[bytes], at: int, random: Random) -> None:
    elements = segments[at].split(b"*")
    elements[random.randrange(len(elements))] = random.choice(JUNK).encode()
    segments[at] = b"*".join(elements)


INJURIES: tuple[Injury, ...] = (
    *(_byte, _cut, _repeat, _delimiter, _fold, _huge),
    *map(_of_segments, (_drop, _double, _move, _swap, _element, _element, _element, _element)),
)


def mutate(data: bytes, others: list[bytes], random: Random) -> bytes:
    """The file with one to four injuries, one time in ten with a piece of another file."""
    for _ in range(random.randint(1, 4)):
        data = random.choice(INJURIES)(data, random)
    if random.randrange(10) == 0:
        mine, theirs = data.split(b"~"), random.choice(others).split(b"~")
        begin = random.randrange(len(theirs))
        at = random.randrange(len(mine) + 1)
        mine[at:at] = theirs[begin : begin + random.randint(1, 12)]
        data = b"~".join(mine)
    return data


def mutations(count: int, seed: int) -> Iterator[bytes]:
    random, files = Random(seed), clean_files()
    often = list(accumulate(1 / len(data) for data in files))
    for _ in range(count):
        yield mutate(random.choices(files, cum_weights=often)[0], files, random)


def survive(data: bytes, *, whole: bool = True) -> None:
    """Reads and checks; where the `whole` way is to be gone, shows and writes back as well. Raises
    whatever it should not."""
    try:
        document = read(data)
    except Unreadable:
        return
    if whole:
        _show_and_write(document, data)
    else:
        check(data)


def _show_and_write(document: Document, data: bytes) -> None:
    shown = json.loads(json.dumps(show(data)))
    if shown:
        assert tuple(said.transaction for said in unshow(shown)) == document.transactions
    acknowledge(data, created=make.NOW, interchange_control=1)
    assert rewrite(document) == data
    _write_anew(document)


def _write_anew(document: Document) -> None:
    for transaction in document.transactions:
        try:
            if not isinstance(transaction, InterchangeAck):
                set_lines(transaction, "0001", DEFAULT)
        except ValueError:  # a value that no file can carry is refused, in words
            continue


class Hang(Exception):
    """An input took longer than `SECONDS`."""


def _hang(*_: Any) -> None:
    raise Hang


def run(count: int, seed: int) -> float:
    """Survives so many mutations; the seconds of the slowest. Raises what the first to fail did,
    having printed it."""
    signal.signal(signal.SIGVTALRM, _hang)
    slowest = 0.0
    for n, data in enumerate(mutations(count, seed), 1):
        started = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        try:
            survive(data, whole=n % EVERY == 0)
        except BaseException:
            print(f"seed {seed}, input {n}: {data[:4_000]!r}", flush=True)
            raise
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        slowest = max(slowest, time.process_time() - started)
    return slowest


def _bounded(work: tuple[int, int]) -> tuple[int, float, int]:
    """In a process of its own: how many, the slowest, and the peak of memory in kilobytes."""
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    count, seed = work
    return count, run(count, seed), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


CHUNK = 10_000
"""Inputs to a seed: what the seed of a line of progress begins."""
REPORT = 20_000
"""Inputs between two lines of progress."""


def main() -> None:
    given = [int(word) for word in sys.argv[1:]]
    count, seed, jobs = (*given, *(1_000_000, time.time_ns() % 10**9, 2)[len(given) :])
    work = [(min(CHUNK, count - at), seed + at // CHUNK) for at in range(0, count, CHUNK)]
    for data in clean_files():  # loads the code sets once, and not within the first input's time
        survive(data)
    gc.freeze()
    begin, done, slowest, peak = time.monotonic(), 0, 0.0, 0
    with get_context("fork").Pool(jobs) as pool:
        for inputs, longest, memory in pool.imap_unordered(_bounded, work):
            done, slowest, peak = done + inputs, max(slowest, longest), max(peak, memory)
            if done % REPORT == 0 or done == count:
                took = time.monotonic() - begin
                print(
                    f"{done} mutated inputs survived (seed {seed}): {done / took:.0f} a second, "
                    f"slowest {slowest:.2f} s, peak {peak // 1024} MB",
                    flush=True,
                )


if __name__ == "__main__":
    main()
