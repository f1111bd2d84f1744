"""One claim at a time, in flat memory, with the same content as reading at once."""

import io
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from carethread.x12.check import judge
from carethread.x12.claim import Claim
from carethread.x12.elements import judges
from carethread.x12.finding import Unreadable
from carethread.x12.reader import Group, Head, Interchange, Tail, read, stream
from carethread.x12.remittance import Remittance, RemittedClaim
from carethread.x12.show import tell
from tests.x12 import make
from tests.x12.endless import peak_bytes


def test_events_come_in_the_order_of_the_file() -> None:
    data = make.written(make.remittance(), make.remittance(make.denied()))
    kinds = [type(event) for event in stream(data)]
    assert kinds == [
        *(Interchange, Head, RemittedClaim, RemittedClaim, Tail),
        *(Head, RemittedClaim, Tail, Group),
    ]


def test_the_head_has_the_check_and_the_tail_its_provider_adjustments() -> None:
    events = list(stream(make.written(make.remittance())))
    head = next(e.transaction for e in events if isinstance(e, Head))
    tail = next(e for e in events if isinstance(e, Tail))
    assert isinstance(head, Remittance)
    assert (head.trace, head.amount, head.claims) == ("EFT0001", 10_500, ())
    assert tail.items == 2
    assert [p.amount for p in tail.transaction.provider_adjustments] == [500]


def test_streamed_claims_are_the_claims_of_the_whole_file() -> None:
    data = make.written(make.claim_file())
    assert tuple(e for e in stream(data) if isinstance(e, Claim)) == make.only(data).claims


@pytest.mark.parametrize("size", [1, 7, 64, 4096])
def test_it_does_not_matter_where_a_block_ends(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = make.written(make.claim_file(), make.claim_file()).replace(b"~", b"~\r\n")
    monkeypatch.setattr("carethread.x12.units._BLOCK", size)
    document = read(data)
    assert document.findings == ()
    assert [t.claims for t in document.transactions] == [make.claim_file().claims] * 2  # type: ignore[union-attr]


def test_a_set_without_claims_has_no_head() -> None:
    events = list(stream(make.written(make.functional_ack())))
    assert [type(e) for e in events] == [Interchange, Tail, Group]


def test_findings_are_there_when_the_stream_has_run() -> None:
    events = stream(make.written(make.remittance()).replace(b"SE*35", b"SE*34"))
    assert [type(e) for e in events][-1] is Group
    assert [f.id for f in events.findings] == ["SE_COUNT"]


def test_unreadable_is_raised_at_the_first_step() -> None:
    events = stream(io.BytesIO(b"nothing"))
    with pytest.raises(Unreadable):
        next(events)


@pytest.mark.parametrize("kind", ["835", "837P"])
def test_memory_stays_below_80_megabytes_whatever_the_size(kind: str) -> None:
    """A process of its own reads 60,000 claims, 15 to 25 MB of them."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.x12.endless", kind, "60000"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    claims, megabytes = map(int, done.stdout.split())
    assert claims >= 60_000
    assert megabytes <= 80


@pytest.mark.parametrize("kind", ["835", "837P"])
def test_checking_and_showing_stay_below_80_megabytes(kind: str, tmp_path: Path) -> None:
    """A hundred and fifty sets, checked and shown by the command itself."""
    path = tmp_path / "long.edi"
    path.write_bytes(_sets(kind, 150))
    for command, least in (("check", 0), ("show --json", 1 << 18)):
        code = (
            "import sys; from carethread.cli import main\n"
            "try: main()\nexcept SystemExit as end: assert not end.code, end.code\n"
            "from tests.x12.endless import peak_megabytes\n"
            "print(peak_megabytes(), file=sys.stderr)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, "x12", *command.split(), str(path)],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
        )
        assert int(done.stderr.split()[-1]) <= 80, command
        assert len(done.stdout) >= least


@pytest.mark.parametrize("kind", ["835", "837P"])
def test_a_set_is_checked_and_shown_claim_by_claim(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five times the claims of one set take no more memory; held, they would take five times."""
    monkeypatch.setattr("carethread.x12.units._BLOCK", 4096)
    monkeypatch.setattr("carethread.x12.elements._REMEMBERED", 20)
    few, many = (_one_set(kind, count) for count in (40, 200))
    for work in (_check, _show):
        judges.cache_clear()  # how full what other tests have left there is would count as well
        work(many)  # what is made once and remembered
        assert peak_bytes(partial(work, many)) < 3 * peak_bytes(partial(work, few))
    judges.cache_clear()


def _check(data: bytes) -> None:
    for _ in judge(io.BytesIO(data)):
        pass


def _show(data: bytes) -> None:
    for told in tell(io.BytesIO(data)):
        for _, value in told:
            for _ in value if isinstance(value, Iterator) else ():
                pass


def _one_set(kind: str, count: int) -> bytes:
    names = [f"CT{n:010d}" for n in range(count)]
    if kind == "835":
        return make.written(make.remittance(*(make.remitted_claim(claim_id=n) for n in names)))
    return make.written(make.claim_file(*(make.claim(claim_id=n) for n in names)))


def _sets(kind: str, count: int) -> bytes:
    """A file with that many sets."""
    one = make.written(make.remittance() if kind == "835" else make.claim_file(make.claim()))
    begin, end = one.index(b"ST*"), one.index(b"GE*")
    pieces = []
    for n in range(1, count + 1):
        number = b"%04d" % n
        pieces.append(one[begin:end].replace(b"*0001~", b"*" + number + b"~"))
    body = b"".join(p.replace(b"*0001*005", b"*%04d*005" % n) for n, p in enumerate(pieces, 1))
    return one[:begin] + body + one[end:].replace(b"GE*1*", b"GE*%d*" % count)
