"""Whatever is sent and in whatever order: the money balances, and the same day lived twice is
the same to the byte."""

import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carethread.sandbox.payer.books import Benefit, Books, Mishap, Surprise
from carethread.x12.claim import Claim
from tests.judges import oxedi_errors
from tests.sandbox import office
from tests.sandbox.office import ADA, BEN, DAY, HARBOR, Payer, claim

benefits = st.builds(
    Benefit,
    deductible=st.integers(0, 30_000),
    copay=st.integers(0, 5_000),
    coinsurance=st.integers(0, 50),
    sequestration=st.integers(0, 5),
    visits_a_week=st.none() | st.integers(1, 3),
)
days = st.integers(0, 20).map(lambda number: DAY - timedelta(days=number))
mishaps = st.builds(
    Mishap,
    payer=st.just(HARBOR.id),
    member_id=st.just(ADA.id),
    service_date=days,
    kind=st.sampled_from(["deny", "underpay", "late", "correct"]),
    reason=st.just("50"),
    percent=st.integers(1, 100),
    days=st.integers(1, 40),
)
surprises = st.builds(
    Surprise,
    payer=st.just(HARBOR.id),
    on=days,
    kind=st.sampled_from(["stranger", "PLB WO", "PLB CS"]),
    amount=st.integers(1, 50_000),
    words=st.just("PRIOR"),
)
books = st.builds(
    lambda benefit, mishaps, surprises: Books(
        (replace(HARBOR, benefit=benefit),), tuple(mishaps), tuple(surprises)
    ),
    benefits,
    st.lists(mishaps, max_size=4),
    st.lists(surprises, max_size=2),
)


@st.composite
def sessions(draw: st.DrawFn) -> Claim:
    """A claim of one to three lines, clean or not."""
    day: date = draw(days)
    first = claim().lines[0]
    lines = tuple(
        replace(
            first,
            number=number,
            procedure=draw(st.sampled_from(["90834", "90837", "90791", "96127"])),
            charge=draw(st.integers(1, 40_000)),
            service_from=day,
            service_to=day,
            control_number=f"L{number}",
        )
        for number in range(1, draw(st.integers(1, 3)) + 1)
    )
    vague = draw(st.sampled_from(["F411", "F411", "F419"]))
    return replace(
        claim(member=draw(st.sampled_from([ADA, BEN]))),
        charge=sum(line.charge for line in lines),
        diagnoses=(office.Diagnosis("ABK", vague),),
        lines=lines,
    )


# What is done next: send a new claim, or correct or void an earlier one; then so many days pass.
steps = st.lists(
    st.tuples(sessions(), st.sampled_from("nnn78"), st.integers(0, 9), st.integers(0, 12)),
    min_size=1,
    max_size=8,
)
bounded = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def live(folder: Path, known: Books, history: list[tuple[Claim, str, int, int]]) -> Payer:
    payer = Payer(folder, known)
    sent: list[Claim] = []
    for number, (fresh, kind, which, wait) in enumerate(history):
        numbered = replace(fresh, claim_id=f"CT{number:09d}V0100")
        taken = {w.claim_id: w.payer_control_number for w in payer.words if w.is_accepted}
        earlier = [one for one in sent if one.claim_id in taken]
        if kind in "78" and earlier:
            target = earlier[which % len(earlier)]
            numbered = replace(
                numbered,
                frequency=kind,
                original_reference=taken[target.claim_id],
                subscriber=target.subscriber,
            )
        payer.send(numbered)
        sent.append(numbered)
        payer.wait(wait)
    payer.wait(70)
    return payer


@bounded
@given(known=books, history=steps)
def test_every_check_balances_at_line_claim_and_check_level_and_none_is_below_zero(known, history):
    with tempfile.TemporaryDirectory() as folder:
        payer = live(Path(folder), known, history)

        for check in payer.checks:
            assert check.is_balanced
            assert check.amount >= 0
        for path in Path(folder).glob("from_payer/835*"):
            assert oxedi_errors(path.read_bytes()) == []


@bounded
@given(known=books, history=steps)
def test_of_each_claim_at_most_one_decision_stands(known, history):
    """What was said and taken back cancels out: net of reversals nothing is paid twice."""
    with tempfile.TemporaryDirectory() as folder:
        payer = live(Path(folder), known, history)

        net: dict[str, int] = {}
        for said in payer.paid_claims:
            net[said.claim_id] = net.get(said.claim_id, 0) + said.charge
        charges = {word.claim_id: word.statuses[0].amount for word in payer.words}
        for claim_id, standing in net.items():
            assert standing in (0, charges.get(claim_id, standing))


@settings(parent=bounded, max_examples=10)
@given(known=books, history=steps)
def test_the_same_days_lived_twice_are_the_same_to_the_byte(known, history):
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        first, second = live(Path(one), known, history), live(Path(two), known, history)

        assert _files(first) == _files(second)


def _files(payer: Payer) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in payer.folder.glob("from_payer/*")}
