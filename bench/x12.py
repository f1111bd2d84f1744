"""P1: an 835 and an 837P of 10,000 claims x 3 lines, read to typed objects and balanced.

The floor splits every segment and element of the same bytes and keeps them in memory. Each
figure is the best of five rounds; in a round all take their turn, so that a busy machine slows
them alike. Seconds are CPU seconds. Slow peers are given fewer claims. Each peer's row measures
its own notion of reading: oxedi splits and validates, pyx12 validates, the others make objects.
"""

import gc
import io
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib.util import find_spec
from random import Random
from tempfile import NamedTemporaryFile
from typing import Any

from carethread.x12.claim import Claim, ClaimFile, ClaimLine, Diagnosis, Subscriber
from carethread.x12.common import Address, Adjustment, Amount, Contact, Envelope, Party, Reference
from carethread.x12.reader import Tail, stream
from carethread.x12.remittance import ProviderAdjustment, Remittance, RemittedClaim, RemittedLine
from carethread.x12.writer import write

CLAIMS = 10_000
LINES = 3
ROUNDS = 5
CODES = ("90791", "90832", "90834", "90837", "90847", "90853", "99213", "99214", "H0004", "H0038")
NPIS = ("1245319599", "1003814971", "1922164458", "1215954003")
ENVELOPE = Envelope("PAYER", "CENTER", "", "", "", "")
FIRST = date(2026, 1, 5)


def _party(entity: str, name: str, first: str, qualifier: str, id_: str) -> Party:
    return Party(entity, name, first, id_qualifier=qualifier, id=id_)


def remittance(claims: int, random: Random) -> Remittance:
    """A balanced check for that many claims, each with amounts of its own."""
    remitted = tuple(_remitted_claim(n, random) for n in range(claims))
    taken = ProviderAdjustment(NPIS[0], date(2026, 12, 31), "WO", "RECOUP 1", 12_345)
    return Remittance(
        envelope=ENVELOPE,
        method="CHK",
        amount=sum(c.paid for c in remitted) - taken.amount,
        credit_or_debit="C",
        paid_on=FIRST + timedelta(days=130),
        trace="TRACE000001",
        payer_identifier="1512345678",
        payer=Party(
            "2",
            "BLUE RIVER HEALTH",
            address=Address("1 MAIN ST", "", "RIVERTON", "CT", "061010001"),
            contact=Contact("PROVIDER LINE", "8005550100", "", "BL"),
        ),
        payee=Party("2", "HARBOR CENTER", id_qualifier="XX", id=NPIS[0]),
        claims=remitted,
        provider_adjustments=(taken,),
        production_date=FIRST + timedelta(days=129),
    )


def _remitted_claim(n: int, random: Random) -> RemittedClaim:
    day = FIRST + timedelta(days=random.randrange(90))
    lines = tuple(_remitted_line(n, k, day, random) for k in range(LINES))
    patient = _party("1", f"LAST{n % 977}", f"FIRST{n % 89}", "MI", f"M{n:08d}")
    return RemittedClaim(
        claim_id=f"CT{n:010d}",
        status="1",
        charge=sum(line.charge for line in lines),
        paid=sum(line.paid for line in lines),
        patient_responsibility=sum(
            a.amount for x in lines for a in x.adjustments if a.group == "PR"
        ),
        filing_indicator="12",
        payer_control_number=f"ICN{n:09d}",
        facility_code="11",
        frequency="1",
        patient=patient,
        rendering=_party("1", "STONE", "RUTH", "XX", random.choice(NPIS)),
        received_on=day + timedelta(days=9),
        lines=lines,
    )


def _share(line: RemittedLine) -> int:
    return sum(a.amount for a in line.adjustments if a.group == "PR")


def _remitted_line(n: int, k: int, day: date, random: Random) -> RemittedLine:
    charge = random.randrange(6_000, 30_000)
    off, share = random.randrange(1_000, 3_000), random.choice((0, 1_500, 2_500))
    adjustments: tuple[Adjustment, ...] = (Adjustment("CO", "45", off),)
    if share:
        adjustments += (Adjustment("PR", "3", share),)
    return RemittedLine(
        procedure=random.choice(CODES),
        charge=charge,
        paid=charge - off - share,
        service_from=day,
        service_to=day,
        control_number=f"L{n:08d}{k}",
        adjustments=adjustments,
        amounts=(Amount("B6", charge - off),),
    )


def claim_file(claims: int, random: Random) -> ClaimFile:
    """That many professional claims of one billing provider, each for its own subscriber."""
    billing = Party(
        "2",
        "HARBOR CENTER",
        id_qualifier="XX",
        id=NPIS[0],
        taxonomy="261QM0801X",
        address=Address("12 HARBOR ST", "", "MYSTIC", "CT", "063550001"),
        references=(Reference("EI", "061234567"),),
    )
    return ClaimFile(
        envelope=ENVELOPE,
        submitter=Party(
            "2", "HARBOR CENTER", id_qualifier="46", id="CENTER", contact=Contact("A", "8605550100")
        ),
        receiver=Party("2", "CLEARING HOUSE", id_qualifier="46", id="HOUSE"),
        created_on=FIRST + timedelta(days=100),
        created_time="0900",
        reference="B000001",
        claims=tuple(_claim(n, billing, random) for n in range(claims)),
    )


def _claim(n: int, billing: Party, random: Random) -> Claim:
    day = FIRST + timedelta(days=random.randrange(90))
    lines = tuple(
        ClaimLine(
            number=k + 1,
            procedure=random.choice(CODES),
            charge=random.randrange(6_000, 30_000),
            units=Decimal(1),
            service_from=day,
            service_to=day,
            pointers=(1,),
            control_number=f"L{n:08d}{k}",
        )
        for k in range(LINES)
    )
    member = Party(
        "1",
        f"LAST{n % 977}",
        f"FIRST{n % 89}",
        id_qualifier="MI",
        id=f"M{n:08d}",
        address=Address(f"{n} ELM ST", "", "MYSTIC", "CT", "06355"),
    )
    return Claim(
        kind="837P",
        claim_id=f"CT{n:010d}",
        charge=sum(line.charge for line in lines),
        facility_code="11",
        frequency="1",
        billing=billing,
        subscriber=Subscriber(
            member, birth_date=FIRST - timedelta(days=9_000 + n % 9_000), sex="F"
        ),
        payer=Party("2", "BLUE RIVER HEALTH", id_qualifier="PI", id="BR001"),
        diagnoses=(Diagnosis("ABK", "F331"), Diagnosis("ABF", "F411")),
        lines=lines,
        rendering=_party("1", "STONE", "RUTH", "XX", random.choice(NPIS)),
    )


def as_bytes(transaction: Remittance | ClaimFile) -> bytes:
    return write(
        [transaction],
        sender="PAYER",
        receiver="CENTER",
        interchange_control=1,
        group_control=1,
        created=datetime(2026, 4, 1, 9, 0),
    )


def floor(data: bytes) -> int:
    """Split every segment and every element, and keep them."""
    return len([segment.split("*") for segment in data.decode().split("~")])


def remitted(data: bytes) -> int:
    """Read an 835 and prove its balance, claim by claim and against the check."""
    claims = paid = 0
    for event in stream(data):
        if event.__class__ is RemittedClaim:
            claims += 1
            paid += event.paid
            prove(event.is_balanced)
        elif isinstance(event, Tail) and isinstance(event.transaction, Remittance):
            taken = sum(p.amount for p in event.transaction.provider_adjustments)
            prove(paid - taken == event.transaction.amount)
    return claims


def claimed(data: bytes) -> int:
    """Read an 837P and prove that each claim is the sum of its lines."""
    claims = 0
    for event in stream(data):
        if event.__class__ is Claim:
            claims += 1
            total = 0
            for line in event.lines:
                total += line.charge
            prove(total == event.charge)
    return claims


def prove(balanced: bool) -> None:
    if not balanced:
        raise AssertionError("the file of the bench does not balance")


# -- peers --------------------------------------------------------------------------------------


def pyx12_validates(data: bytes) -> int:
    import pyx12.params  # type: ignore[import-untyped]
    import pyx12.x12n_document  # type: ignore[import-untyped]

    report = io.StringIO()
    source = io.StringIO(data.decode())
    pyx12.x12n_document.x12n_document(pyx12.params.params(), source, None, None, fd_json=report)
    return len(report.getvalue())


def oxedi_parses(data: bytes) -> int:
    import oxedi

    return len(oxedi.parse(data).diagnostics)


def x12sdk_reads(data: bytes) -> int:
    from x12sdk.io import X12ModelReader  # type: ignore[import-not-found]

    with X12ModelReader(data.decode()) as reader:
        return sum(1 for _ in reader.models())


def edi_835_parser_parses(data: bytes) -> int:
    import edi_835_parser  # type: ignore[import-not-found]

    with NamedTemporaryFile(suffix=".835") as file:  # it takes nothing but a path
        file.write(data)
        file.flush()
        return len(edi_835_parser.parse(file.name).transaction_sets)


def openx12_parses(data: bytes) -> int:
    from openx12 import x835, x837p  # type: ignore[import-not-found]

    parser = x835 if b"~BPR*" in data else x837p
    return len(parser.parse(data.decode()).claims)


PEERS: dict[str, tuple[str, tuple[str, ...], int, Callable[[bytes], int]]] = {
    "oxedi": ("oxedi", ("835",), CLAIMS, oxedi_parses),
    "pyx12": ("pyx12", ("835", "837P"), 1_000, pyx12_validates),
    "x12sdk": ("x12sdk", ("835", "837P"), 1_000, x12sdk_reads),
    "edi-835-parser": ("edi_835_parser", ("835",), 1_000, edi_835_parser_parses),
    "openx12": ("openx12", ("835", "837P"), 1_000, openx12_parses),
}
"""Who else can read what: its module, the kinds, how many claims it is given."""


def peer_rows(kind: str, make: Callable[[int, Random], Any], ground: float) -> Iterator[str]:
    """`ground` is the floor of `CLAIMS` claims; it is compared claim by claim."""
    for name, (module, kinds, claims, work) in PEERS.items():
        row = f"P1 {kind} {name}"
        if kind not in kinds:
            yield f"{row} does not read it"
        elif find_spec(module) is None:
            yield f"{row} is not installed (scripts/uv sync --group bench)"
        else:
            data = as_bytes(make(claims, Random(1)))
            try:
                took = _seconds(work, data)
            except Exception as error:  # noqa: BLE001 - a peer may fail in any way
                yield f"{row} fails: {type(error).__name__}: {error}"[:120]
                continue
            ratio = took / claims / (ground / CLAIMS)
            yield f"{row} {ratio:.2f}x floor {took:.2f} s ({claims} claims)"


# -- rows ---------------------------------------------------------------------------------------


def _seconds(work: Callable[[bytes], int], data: bytes) -> float:
    gc.collect()
    begin = time.process_time()
    work(data)
    return time.process_time() - begin


def rows() -> Iterator[str]:
    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    for kind, make, ours in (("835", remittance, remitted), ("837P", claim_file, claimed)):
        data = as_bytes(make(CLAIMS, Random(1)))
        rounds = [(_seconds(floor, data), _seconds(ours, data)) for _ in range(ROUNDS)]
        ground, took = (min(times) for times in zip(*rounds, strict=True))
        yield f"P1 {kind} floor 1.00x floor {ground:.2f} s ({len(data) / 1e6:.1f} MB)"
        yield f"P1 {kind} carethread {took / ground:.2f}x floor {took:.2f} s"
        yield from peer_rows(kind, make, ground)
        yield f"P1 {kind} carethread memory {_peak_memory(kind)}"


def _peak_memory(kind: str) -> str:
    """The peak of a process of its own that streams ten times as many claims."""
    command = [sys.executable, "-m", "tests.x12.endless", kind, str(CLAIMS * 10)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    claims, megabytes = done.stdout.split()
    return f"{megabytes} MB at peak, {claims} claims"


if __name__ == "__main__":
    for row in rows():
        print(row, flush=True)
