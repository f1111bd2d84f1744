"""What a person does to a posting: undo is a reversal, and afterwards everything is as it was."""

from dataclasses import replace
from datetime import timedelta

import pytest

from carethread.record.models import Case, Charge, Claim, ClaimState, Match, Remittance, Transfer
from carethread.workflow import follow_up
from carethread.workflow.common.errors import Refused
from carethread.workflow.gather.evidence import _billed
from carethread.workflow.remittances import matching
from carethread.x12.common import Party
from tests.cast import Cast
from tests.payers import answer, check, reversal
from tests.workflow.test_post import PAID, charge_of, post_check, sent_claim

LATER = PAID + timedelta(hours=1)


def balances(claim: Claim) -> dict[str, int]:
    row = Charge.objects.filter(claim=claim).values().get()
    return {name: cents for name, cents in row.items() if name.endswith("_cents")}


def newest() -> Match:
    return Match.objects.order_by("pk").last()


def test_undoing_a_posting_restores_every_balance_and_its_claim_can_be_matched_anew(
    alder: Cast,
) -> None:
    claim = sent_claim(alder)
    before = balances(claim)
    post_check(alder, check(alder.center, answer(claim, paid=5_000, CO_45=6_000, CO_11=7_000)))
    follow_up.run(alder.center, now=PAID)
    with pytest.raises(Refused, match="Say why"):
        matching.undo(newest(), reason=" ", user=alder.bill, now=LATER)
    posted = balances(claim)

    matching.undo(newest(), reason="Wrong client.", user=alder.bill, now=LATER)
    assert balances(claim) == before
    claim.refresh_from_db()
    assert claim.state == ClaimState.ACCEPTED
    deposit = Remittance.objects.get()
    assert (deposit.unapplied_cents, deposit.payer_deposit_cents) == (-5_000, 0)
    assert newest().state == "waiting"
    assert Case.objects.get().resolution == "The posting was undone."
    assert Transfer.objects.filter(source="undo", reverses__isnull=False).count() == 3

    again = LATER + timedelta(hours=1)
    matching.match_by_hand(newest(), claim.current, user=alder.bill, now=again)
    assert balances(claim) == posted
    matching.undo(newest(), reason="Once more.", user=alder.bill, now=again + timedelta(hours=1))
    assert balances(claim) == before
    with pytest.raises(Refused, match="not posted"):
        matching.undo(newest(), reason="Again.", user=alder.bill, now=again)


def for_somebody_else(alder: Cast) -> Claim:
    """A payment with Clara's numbers, a stranger's name and member id; it waits."""
    claim = sent_claim(alder)
    stranger = Party("1", "DOE", "JANE", id_qualifier="MI", id="HH99999999")
    said = replace(answer(claim, paid=12_000, CO_45=6_000), patient=stranger)
    post_check(alder, check(alder.center, said))
    return claim


def test_a_payment_goes_to_another_person_s_claim_only_for_a_reason(alder: Cast) -> None:
    claim = for_somebody_else(alder)
    follow_up.run(alder.center, now=PAID)
    chosen = {"user": alder.bill, "now": PAID}
    with pytest.raises(Refused) as refused:
        matching.match_by_hand(newest(), claim.current, **chosen)
    assert [(p.field, p.message) for p in refused.value.problems] == [
        ("reason", "The payer says client's name JANE DOE and member id HH99999999, this claim "
         "client's name Clara Client and member id HH00000001. Say why it is meant nevertheless.")
    ]  # fmt: skip
    assert newest().state == "waiting"
    row = matching.match_by_hand(newest(), claim.current, reason="Her maiden name.", **chosen)
    assert "because: Her maiden name. The payer says client's name JANE DOE" in row.reason
    matching.undo(row, reason="It was not she.", user=alder.bill, now=LATER)
    kept = Case.objects.get(kind="unmatched").events.filter(words__contains="Her maiden name.")
    assert kept.exists(), "the reason outlives the match"
    (billed,) = _billed([alder.clara.pk])
    assert (billed["paid"], billed["trace"]) == (None, None), "nothing is said to be paid any more"


def test_the_newest_answer_is_undone_first_and_a_reversal_gives_back_what_it_took(
    alder: Cast,
) -> None:
    claim = sent_claim(alder)
    first = answer(claim, paid=12_000, CO_45=6_000)
    post_check(alder, check(alder.center, first))
    paid, original = balances(claim), newest()
    post_check(alder, check(alder.center, reversal(first), trace="T2"), now=LATER)
    owed = balances(claim)
    with pytest.raises(Refused, match=r"in check T2\. Undo that one first"):
        matching.undo(original, reason="No.", user=alder.bill, now=LATER)

    matching.undo(newest(), reason="It was meant for another.", user=alder.bill, now=LATER)
    assert balances(claim) == paid
    claim.refresh_from_db()
    assert claim.state == ClaimState.PAID
    assert Remittance.objects.get(trace="T2").unapplied_cents == 12_000

    again = LATER + timedelta(hours=1)
    matching.match_by_hand(newest(), claim.current, user=alder.bill, now=again)
    assert balances(claim) == owed
    last = again + timedelta(hours=1)
    matching.undo(newest(), reason="After all.", user=alder.bill, now=last)
    matching.undo(original, reason="Nor this one.", user=alder.bill, now=last)
    assert balances(claim) == owed
    assert charge_of(claim).payer_receivable_cents == 18_000
