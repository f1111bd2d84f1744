"""A case that somebody closed comes back while its cause still stands."""

from datetime import timedelta

import pytest

from carethread.record.models import Case, Claim, ClaimState, PolicySetting
from carethread.workflow import bill, follow_up
from carethread.workflow.casework import cases, cure
from carethread.workflow.center import staff
from carethread.workflow.common.errors import Refused
from carethread.workflow.remittances import matching
from tests.cast import TODAY, Cast
from tests.payers import answer, check
from tests.workflow.test_matching import for_somebody_else, newest
from tests.workflow.test_post import PAID, post_check, sent_claim

TERM = timedelta(days=30)


def closed(cast: Cast, kind: str) -> Case:
    case = Case.objects.get(kind=kind)
    return follow_up.close(case, resolution="Too old.", user=cast.bill, now=PAID)


def state_at(cast: Cast, case: Case, days: timedelta) -> str:
    follow_up.run(cast.center, now=PAID + days)
    case.refresh_from_db()
    return case.state


def test_an_unmatched_payment_that_was_closed_by_hand_is_asked_about_again(alder: Cast) -> None:
    claim = for_somebody_else(alder)
    follow_up.run(alder.center, now=PAID)
    with pytest.raises(Refused, match="Say how"):
        follow_up.close(Case.objects.get(), resolution=" ", user=alder.bill, now=PAID)
    case = closed(alder, "unmatched")
    assert "in 30 days" in cases.what_closing_does(case, PAID)
    assert state_at(alder, case, TERM - timedelta(minutes=1)) == "closed"
    assert state_at(alder, case, TERM) == "open"
    told = "Open again: it was closed (Too old.), and its cause still stands."
    assert case.events.latest("pk").words == told
    matching.match_by_hand(
        newest(), claim.current, user=alder.bill, now=PAID + TERM, reason="Her maiden name."
    )
    assert state_at(alder, case, TERM) == "closed"
    assert state_at(alder, case, 3 * TERM) == "closed", "its cause is gone"


def test_the_term_is_a_policy(alder: Cast) -> None:
    for_somebody_else(alder)
    follow_up.run(alder.center, now=PAID)
    staff.set_policy(
        PolicySetting(organization=alder.center, key="closed_again_days", value=7,
                      effective_from=TODAY),
        now=PAID,
    )  # fmt: skip
    assert state_at(alder, closed(alder, "unmatched"), timedelta(days=7)) == "open"


def refused_and_closed(cast: Cast) -> tuple[Claim, Case]:
    """A refusal whose claim was to leave again, so that its case could be closed; it did not."""
    claim = sent_claim(cast)
    post_check(cast, check(cast.center, answer(claim, paid=0, CO_45=6_000, CO_11=12_000)))
    follow_up.run(cast.center, now=PAID)
    case = cure.send_again(Case.objects.get(), mended="The roster.", user=cast.bill, now=PAID)
    case = closed(cast, "denial")
    claim.refresh_from_db()
    return claim, case


def test_a_denial_that_was_closed_by_hand_comes_back_if_it_still_stands(alder: Cast) -> None:
    claim, case = refused_and_closed(alder)
    assert state_at(alder, case, TERM) == "closed", "the claim is on its way"
    bill.move(claim, ClaimState.DENIED, "It stays refused.", now=PAID)
    assert state_at(alder, case, TERM) == "open"


def test_a_denial_comes_back_at_once_when_the_payer_has_answered_again(alder: Cast) -> None:
    claim, case = refused_and_closed(alder)
    bill.move(claim, ClaimState.DENIED, "It stays refused.", now=PAID)
    hour = timedelta(hours=1)
    assert state_at(alder, case, hour) == "closed"
    again = answer(claim, paid=0, CO_45=6_000, CO_11=12_000)
    post_check(alder, check(alder.center, again, trace="T2"), now=PAID + hour)
    assert "is it a second answer?" in newest().reason
    assert state_at(alder, case, 2 * hour) == "open"
    assert "the payer has answered again" in case.events.latest("pk").words
