"""Money is given up by people alone: with a reason, and much of it by two."""

import pytest

from carethread.record.ledger import wrong_balances
from carethread.record.models import Case, PolicySetting, Transfer
from carethread.workflow import follow_up
from carethread.workflow.casework import settle
from carethread.workflow.center import staff
from carethread.workflow.common.errors import Refused
from tests.cast import LONG_AGO, Cast
from tests.payers import answer, check
from tests.workflow.test_post import PAID, charge_of, post_check, sent_claim


def test_more_than_one_may_give_up_alone_needs_a_second_person(alder: Cast) -> None:
    staff.set_policy(
        PolicySetting(organization=alder.center, key="write_off_alone_cents", value=15_000,
                      effective_from=LONG_AGO, reason="House rule.", user=alder.ada, set_at=PAID),
        now=PAID,
    )  # fmt: skip
    claim = sent_claim(alder)
    post_check(alder, check(alder.center, answer(claim, paid=0, CO_29=18_000)))
    follow_up.run(alder.center, now=PAID)
    case = Case.objects.get()
    assert not Transfer.objects.filter(debit="write_off").exists(), "nothing by itself"
    settle.give_up(case, why="Filed too late.", user=alder.bill, now=PAID)
    assert charge_of(claim).write_off_cents == 0
    with pytest.raises(Refused, match="a second person has to agree"):
        settle.give_up(case, why="Really.", user=alder.bill, now=PAID)
    settle.give_up(case, why="It is ours.", user=alder.dora, now=PAID)
    case.refresh_from_db()
    assert case.state == "closed"
    charge = charge_of(claim)
    assert (charge.write_off_cents, charge.denied_cents) == (18_000, 0)
    words = {event.words for event in case.events.all()}
    assert "Asks to write off $180.00: Filed too late." in words
    assert "Agrees to the write-off: It is ours." in words
    assert wrong_balances() == []

    settle.take_back(case, why="They pay after all.", user=alder.bill, now=PAID)
    settle.give_up(case, why="They do not.", user=alder.dora, now=PAID)
    assert charge_of(claim).write_off_cents == 0, "what was asked once is answered once"
    settle.give_up(case, why="No.", user=alder.bill, now=PAID)
    assert charge_of(claim).write_off_cents == 18_000
