"""Payers whose turn comes after another's: what they pay, and what is sent on to them by itself."""

from dataclasses import replace
from pathlib import Path

import pytest

from carethread.sandbox.payer import later
from carethread.sandbox.payer.books import Benefit, Books, Member
from carethread.x12.claim import LineAdjudication, OtherPayer
from carethread.x12.common import Adjustment, Amount, Party
from tests.sandbox.office import ADA, DAY, HARBOR, Payer, claim

SUMMIT_ADA = Member("S1", ADA.last_name, ADA.first_name, ADA.birth_date, first_payer="HRBR1")
SUMMIT = replace(
    HARBOR, id="SUMM2", name="Summit", members=(SUMMIT_ADA,), benefit=Benefit(copay=9_000)
)
TOLD = LineAdjudication(
    "HRBR1", 7_000, "90834",
    adjustments=(Adjustment("CO", "45", 5_000), Adjustment("PR", "3", 2_000)),
    paid_on=DAY,
)  # fmt: skip
LINE = replace(claim().lines[0], adjudications=(TOLD,))


@pytest.mark.parametrize(
    ("worth", "is_medicaid", "paid", "rest"),
    [
        (14_000, False, 2_000, ()),
        (8_500, False, 1_500, (Adjustment("PR", "2", 500),)),
        (8_500, True, 1_500, (Adjustment("CO", "45", 500),)),
        (6_000, True, 0, (Adjustment("CO", "45", 2_000),)),
    ],
)
def test_a_later_payer_pays_what_was_left_as_far_as_its_own_rate_goes(
    worth: int, is_medicaid: bool, paid: int, rest: tuple[Adjustment, ...]
) -> None:
    found, adjustments = later.share(LINE, worth, is_medicaid=is_medicaid)
    assert (found, adjustments) == (paid, (Adjustment("OA", "23", 12_000), *rest))
    assert found + sum(a.amount for a in adjustments) == LINE.charge


def test_a_claim_that_tells_of_the_first_payer_is_processed_as_the_second(tmp_path: Path) -> None:
    office = Payer(tmp_path, Books(payers=(HARBOR, SUMMIT)))
    first = claim()
    member = replace(first.subscriber.party, id="S1")
    to_summit = replace(
        first,
        subscriber=replace(first.subscriber, party=member, payer_sequence="S"),
        payer=Party("2", "SUMMIT", id_qualifier="PI", id="SUMM2"),
        other_payers=(OtherPayer(first.subscriber, first.payer, amounts=(Amount("D", 7_000),)),),
        lines=(LINE,),
    )
    office.send(to_summit)
    office.wait(10)
    (said,) = office.paid_claims
    assert (said.status, said.paid, said.patient_responsibility) == ("2", 2_000, 0)


def test_what_crosses_over_is_answered_twice_under_the_number_of_the_one_claim(
    tmp_path: Path,
) -> None:
    ada = replace(ADA, crosses_to="SUMM2", crosses_as="S1")
    office = Payer(tmp_path, Books(payers=(replace(HARBOR, members=(ada,)), SUMMIT)))
    office.send(claim())
    office.wait(20)
    first, second = office.paid_claims
    assert (first.status, first.paid, first.patient_responsibility) == ("19", 7_000, 2_000)
    assert first.crossover_payer is not None
    assert first.crossover_payer.name == "SUMMIT"
    assert second.claim_id == first.claim_id
    assert (second.status, second.paid) == ("2", 2_000)
    assert len(office.words) == 1, "nobody acknowledges what nobody sent"
