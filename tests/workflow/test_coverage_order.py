"""A payer says that another one pays first: one click puts the policies in order, and the claim
moves on to that one."""

from datetime import timedelta

import pytest
from django.urls import reverse

from carethread.insight.claims import billed_anew, billed_before
from carethread.record.ledger import wrong_balances
from carethread.record.models import Case, Claim, ClaimState, Coverage
from carethread.web import http
from carethread.workflow import admit, bill, follow_up
from carethread.workflow.common.errors import Refused
from carethread.workflow.coverage import coverage_order
from tests.cast import LONG_AGO, Cast
from tests.payers import answer, check
from tests.web.world import signed_in
from tests.workflow.test_next_payer import LATER, leave, second_policy
from tests.workflow.test_post import charge_of, post_check, sent_claim


@pytest.fixture
def summit(alder: Cast) -> Coverage:
    return second_policy(alder)


@pytest.fixture
def refused(alder: Cast, summit: Coverage) -> Case:
    """Harbor, which is number 1, says that another payer comes first."""
    post_check(alder, check(alder.center, answer(sent_claim(alder), paid=0, CO_22=18_000)))
    follow_up.run(alder.center, now=LATER)
    return Case.objects.get(kind="denial")


def ranks(cast: Cast) -> dict[str, int]:
    return {row.payer.name: row.rank for row in cast.clara.coverages.select_related("payer")}


def test_what_would_change_is_said_before_it_is_done(
    alder: Cast, refused: Case, summit: Coverage
) -> None:
    (order,) = coverage_order.possible(refused, now=LATER)
    assert order.first.id == summit.pk
    assert order.words == ("1: Summit (number 2 before); 2: Harbor Health (number 1 before)")
    assert ranks(alder) == {"Harbor Health": 1, "Summit": 2}


def test_one_click_puts_them_in_order_and_the_claim_goes_to_the_other_payer(
    alder: Cast, refused: Case, summit: Coverage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "now", lambda: LATER)
    biller, page = signed_in(alder.bill), reverse("case", args=[refused.pk])
    assert "Put Summit before Harbor Health" in biller.get(page).content.decode()
    url = reverse("case_order", args=[refused.pk])
    said = biller.post(url, {"first": summit.pk}, follow=True).content.decode()
    assert "Summit pays first now" in said
    assert "1: Summit (number 2 before)" in said, "its history says so"
    assert "Put Summit before" not in said
    assert ranks(alder) == {"Harbor Health": 2, "Summit": 1}
    bill.run(alder.center, now=LATER)
    old = Claim.objects.get(pk=refused.claim_id)
    new = Claim.objects.exclude(pk=old.pk).get()
    assert (old.state, new.coverage) == (ClaimState.CLOSED, summit)
    assert (list(billed_anew(old)), list(billed_before(new))) == ([new], [old])
    assert (list(billed_before(old)), list(billed_anew(new))) == ([], [])
    there = biller.get(reverse("claim", args=[old.pk])).content.decode()
    assert reverse("claim", args=[new.pk]) in there
    back = biller.get(reverse("claim", args=[new.pk])).content.decode()
    assert reverse("claim", args=[old.pk]) in back
    assert f"billed to Summit on claim {new.sequence}" in biller.get(page).content.decode()
    leave(alder, new)
    charge = charge_of(new)
    assert (charge.denied_cents, charge.payer_receivable_cents) == (0, 18_000)
    assert wrong_balances() == []
    follow_up.run(alder.center, now=LATER + timedelta(days=1))
    closed = biller.get(page).content.decode()
    assert f"Its services are billed to Summit on claim {new.sequence}." in closed
    assert "How it went" in closed
    assert "What to do" not in closed
    refused.refresh_from_db()
    assert refused.state == "closed"


def test_a_second_click_or_an_old_page_changes_nothing(
    alder: Cast, refused: Case, summit: Coverage
) -> None:
    coverage_order.put_in_order(refused, summit.pk, user=alder.bill, now=LATER)
    with pytest.raises(Refused, match="have changed since"):
        coverage_order.put_in_order(refused, summit.pk, user=alder.bill, now=LATER)
    assert ranks(alder) == {"Harbor Health": 2, "Summit": 1}


def test_a_service_that_would_stay_with_the_payer_leaves_the_order_as_it_is(
    alder: Cast, summit: Coverage
) -> None:
    claim = sent_claim(alder)
    said = answer(claim, paid=0, CO_22=12_000, CO_45=6_000)
    post_check(alder, check(alder.center, said, trace="T45"))
    follow_up.run(alder.center, now=LATER)
    case = Case.objects.get(kind="denial", claim=claim)
    with pytest.raises(Refused, match="stays on its claim"):
        coverage_order.put_in_order(case, summit.pk, user=alder.bill, now=LATER)
    assert ranks(alder) == {"Harbor Health": 1, "Summit": 2}
    assert Case.objects.get(pk=case.pk).state == "open"


def test_a_policy_of_another_time_that_has_the_rank_is_told_and_nothing_moves(
    alder: Cast, refused: Case, summit: Coverage
) -> None:
    ends = refused.claim.service_from + timedelta(days=30)
    summit.effective_to = ends
    admit.save_coverage(summit, now=LATER)
    admit.save_coverage(
        Coverage(organization=alder.center, client=alder.clara, payer=alder.payer, rank=2,
                 member_id="HH00000077", effective_from=ends + timedelta(days=1)),
        now=LATER,
    )  # fmt: skip
    with pytest.raises(Refused, match="is number 2 at another time"):
        coverage_order.put_in_order(refused, summit.pk, user=alder.bill, now=LATER)
    assert set(alder.clara.coverages.values_list("rank", flat=True)) == {1, 2}


def test_what_the_law_puts_last_is_not_offered_as_first(alder: Cast) -> None:
    second_policy(alder, kind="medicaid")
    post_check(alder, check(alder.center, answer(sent_claim(alder), paid=0, CO_22=18_000)))
    follow_up.run(alder.center, now=LATER)
    assert coverage_order.possible(Case.objects.get(kind="denial"), now=LATER) == ()
    assert alder.clara.coverages.get(rank=1).effective_from == LONG_AGO
