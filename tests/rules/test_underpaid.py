"""What came against what was promised, with the figures of docs/algorithms/contracts.md."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carethread.codes.contracts import TermKind
from carethread.rules.expect import Term
from carethread.rules.underpaid import (
    Answer,
    Cause,
    Seen,
    Tolerance,
    Verdict,
    compare,
    pattern,
)

DAY = date(2026, 3, 2)


def answer(charge: int = 18000, units: int | None = None, **told: int) -> Answer:
    """A balanced answer: adjustments as `CO_45=6000`, the rest is paid; other codes refuse."""
    codes = {key.replace("_", "-"): cents for key, cents in told.items()}
    given_up = {c: x for c, x in codes.items() if c in ("CO-45", "CO-253", "CO-131")}
    patient = sum(x for c, x in codes.items() if c.startswith("PR"))
    refused = {c: x for c, x in codes.items() if c not in given_up and not c.startswith("PR")}
    return Answer(charge, charge - sum(codes.values()), patient, given_up, refused, units)


@pytest.mark.parametrize(
    ("told", "verdict", "short", "cause"),
    [
        (answer(CO_45=6000), Verdict.PROMISED, 0, None),
        (answer(CO_45=6000, PR_3=2500), Verdict.PROMISED, 0, None),
        (answer(CO_45=6100), Verdict.PROMISED, 100, None),
        (answer(CO_45=6101), Verdict.SHORT, 101, Cause.RATE),
        (answer(CO_45=5000), Verdict.OVER, -1000, None),
        (answer(CO_45=6000, CO_131=1200), Verdict.SHORT, 1200, Cause.REDUCTION),
        (answer(CO_45=6000, CO_253=190, PR_3=2500), Verdict.SHORT, 190, Cause.SEQUESTRATION),
        (answer(CO_45=6000, CO_59=2500), Verdict.REFUSED, 0, None),
        (answer(CO_45=8000, CO_59=2500), Verdict.SHORT, 2000, Cause.RATE),
        (answer(CO_197=18000), Verdict.REFUSED, 0, None),
        (Answer(18000), Verdict.TAKEN_BACK, 0, None),
    ],
)
def test_a_line_promised_at_120_dollars(
    told: Answer, verdict: Verdict, short: int, cause: Cause | None
) -> None:
    found = compare(12000, 1, told, Tolerance())
    assert (found.verdict, found.short, found.cause) == (verdict, short, cause)


def test_sequestration_that_the_contract_knows_is_lawful() -> None:
    told = answer(CO_45=6000, CO_253=190, PR_3=2500)
    assert compare(12000, 1, told, Tolerance(), sequestration=200).verdict is Verdict.PROMISED
    doubled = answer(CO_45=6000, CO_253=380, PR_3=2500)
    found = compare(12000, 1, doubled, Tolerance(), sequestration=200)
    assert (found.verdict, found.cause) == (Verdict.SHORT, Cause.SEQUESTRATION)


def test_the_larger_tolerance_holds() -> None:
    tolerance = Tolerance(cents=100, percent=2)
    assert compare(12000, 1, answer(CO_45=6240), tolerance).verdict is Verdict.PROMISED
    assert compare(12000, 1, answer(CO_45=6241), tolerance).short == 241


def test_units_left_out_are_told_from_a_lower_rate() -> None:
    of_four = answer(charge=16000, CO_45=8500)
    found = compare(10000, 4, of_four, Tolerance())
    assert found.cause is Cause.UNITS
    assert found.words == "3 of 4 units were paid: $75.00 in place of $100.00."
    all_four = replace(of_four, units=4)
    assert compare(10000, 4, all_four, Tolerance()).cause is Cause.RATE


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_every_cent_that_is_missing_is_short_or_asked_for_as_a_denial(
    promised: int, paid: int, patient: int, refused: int
) -> None:
    told = Answer(promised, paid, patient, {}, {"CO-59": refused} if refused else {})
    found = compare(promised, 1, told, Tolerance(cents=0))
    if found.verdict is Verdict.SHORT:
        assert found.short == promised - paid - patient - refused > 0
    elif told.stands:
        assert promised - paid - patient - refused <= 0


# ------------------------------------------------------------------------------ many lines


def line(number: int, allowed: int = 10200, promised: int = 12000, **more: object) -> Seen:
    short = promised - allowed
    verdict = Verdict.SHORT if short > 100 else Verdict.PROMISED
    seen = Seen(DAY + timedelta(days=number), promised, allowed, 1, short, verdict)
    return replace(seen, **more)


def said(short: list[Seen], others: list[Seen], terms: tuple[Term, ...] = ()) -> tuple[str, Cause]:
    found = pattern("Harbor", "90837", Cause.RATE, short, others, terms)
    return found.words, found.cause


def test_lines_that_are_short_alike_are_one_sentence() -> None:
    assert said([line(0)], []) == (
        "Harbor pays 90837 $18.00 short on Mar 2, 2026: $102.00 a unit in place of $120.00",
        Cause.RATE,
    )
    words, cause = said([line(n) for n in range(60)], [line(61, allowed=12000)])
    assert words == (
        "Harbor pays 90837 $1,080.00 short on 60 lines: $102.00 a unit in place of $120.00"
    )
    assert cause is Cause.RATE
    words, _ = said([line(0), line(1, allowed=9000)], [])
    assert words.endswith("on 2 lines: 15% to 25% less")
    words, _ = said([line(0), line(1), line(2, allowed=9000)], [line(3, allowed=12000)])
    assert words.endswith("$102.00 a unit in place of $120.00 on 2 of them")


def test_a_code_that_is_never_paid_as_promised_makes_the_table_doubtful() -> None:
    words, cause = said([line(0), line(1), line(2)], [])
    assert cause is Cause.TABLE
    assert words.endswith("and never as our table says")
    assert said([line(0), line(1)], [])[1] is Cause.RATE, "two are too few to tell"


def test_an_amount_that_the_contract_has_elsewhere_is_named() -> None:
    old = Term(TermKind.FEE, 10200, starts=date(2025, 1, 1), ends=date(2025, 12, 31), code="90837")
    assert said([line(n) for n in range(3)], [], (old,))[0].endswith(
        "which is the rate of 90837 until Dec 31, 2025"
    )
    everybody = Term(TermKind.FEE, 10200, starts=date(2025, 1, 1), code="90837")
    by_psyd = [line(0, credential="PSYD")]
    assert said(by_psyd, [], (everybody,))[0].endswith("which is the rate without regard to PSYD")
