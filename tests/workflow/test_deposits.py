"""The bank's money meets its remittance, or waits; three figures have to be one."""

from datetime import UTC, datetime, timedelta

import pytest

from carethread.insight.deposits import three_way, totals, without_money
from carethread.record.models import Delivery, EftDeposit, Reassociation, Remittance
from carethread.workflow import receive
from carethread.workflow.common.errors import Refused
from carethread.workflow.remittances import deposits
from tests.cast import NOW, Cast
from tests.payers import answer, check
from tests.workflow.test_post import PAID, post_check, sent_claim

HEAD = "Date,Description,Amount\n"


def bank(cast: Cast, *rows: str, head: str = HEAD, now=PAID) -> Delivery:
    """A bank's file comes in as any file does."""
    raw = (head + "\n".join(rows)).encode()
    file = receive.store(raw, organization=cast.center, name="bank.csv", now=now)
    receive.read_file(file.delivery, now=now)
    file.delivery.refresh_from_db()
    return file.delivery


def state_of(deposit: EftDeposit) -> tuple[str, str]:
    row = Reassociation.objects.get(deposit=deposit)
    return row.state, row.reason


def paid(cast: Cast, trace: str, cents: int, **more: object) -> Remittance:
    """A check of so many cents, all of it provider-level, so that it needs no claim."""
    posted = post_check(cast, check(cast.center, trace=trace, plb=(("CT", -cents),), **more))
    assert posted is not None
    return posted


def test_a_bank_line_finds_its_remittance_whichever_comes_first(alder: Cast) -> None:
    claim = sent_claim(alder)
    bank(alder, "2026-03-17,HCCLAIMPMT TRN*1*T1*1999999999,95.00", "2026-03-17,RENT,-900.00")
    late = EftDeposit.objects.get(trace="T1")
    assert "no remittance of that number is here yet" in state_of(late)[1]
    said = check(
        alder.center, answer(claim, paid=12_000, CO_45=6_000), plb=(("WO", 2_500),), trace="T1"
    )
    remittance = post_check(alder, said)
    assert remittance is not None
    remittance.refresh_from_db()
    assert remittance.deposit == late
    figures = three_way(late)
    assert figures.agrees
    assert (figures.bank, figures.checks, figures.booked) == (9_500, 9_500, 9_500)
    assert state_of(EftDeposit.objects.get(amount_cents=-90_000))[0] == "other"

    second = paid(alder, "0000T2", 7_000)
    assert list(without_money()) == [second]
    bank(alder, "2026-03-18,LOCKBOX,70.00")
    assert not without_money().exists()


def test_the_same_money_in_two_exports_is_counted_once(alder: Cast) -> None:
    first, again = "2026-03-17,CARDS,20.00", "2026-03-18,CARDS,20.00"
    bank(alder, first, first)
    assert EftDeposit.objects.count() == 2
    assert bank(alder, first, first).state == "read"
    bank(alder, first, first, again)
    assert EftDeposit.objects.count() == 3
    bank(alder, "2026-03-19,ODD,1.00", "someday,ODD,x")
    assert EftDeposit.objects.count() == 3
    quarantined = Delivery.objects.get(state="quarantined")
    assert "row 3: 'someday' is no date" in quarantined.reason
    assert quarantined.findings[0]["segment"] == 3


def test_what_a_person_noted_is_not_counted_again_once_the_bank_tells_it(alder: Cast) -> None:
    noted = deposits.by_hand(
        alder.center, day=NOW.date(), amount=8_000, reference="", words="", user=alder.bill,
        now=NOW,
    )  # fmt: skip
    told = f"{NOW.date()},LOCKBOX,80.00"
    for _ in range(2):
        bank(alder, told, told, f"{NOW.date()},LOCKBOX,80.01")
        assert EftDeposit.objects.filter(amount_cents=8_000).count() == 2, "the note, and another"
    assert EftDeposit.objects.exclude(pk=noted.pk).count() == 2


def test_a_day_has_come_by_the_centers_own_clock(alder: Cast) -> None:
    evening = datetime(2026, 3, 18, 1, tzinfo=UTC)  # still the 17th where care is given
    with pytest.raises(Refused, match="has not come yet"):
        deposits.by_hand(
            alder.center, day=evening.date(), amount=1, reference="", words="", user=alder.bill,
            now=evening,
        )  # fmt: skip


def test_money_that_differs_from_its_remittance_waits_with_the_difference(alder: Cast) -> None:
    paid(alder, "T7", 9_500)
    bank(alder, "2026-03-17,TRN*1*T7*1999999999,90.00")
    waiting = Reassociation.objects.get()
    assert waiting.reason == "Trace T7 says $95.00, the bank $90.00: $5.00 too little."
    check_of_it = Remittance.objects.get()
    with pytest.raises(Refused, match=r"come to \$95.00, the bank received \$90.00"):
        deposits.choose(waiting, [check_of_it], user=alder.bill, now=PAID)


def test_a_person_matches_several_checks_to_one_deposit_and_takes_it_back(alder: Cast) -> None:
    two = [paid(alder, f"CHK{n}", 4_000) for n in range(2)]
    made = deposits.by_hand(
        alder.center, day=NOW.date(), amount=8_000, reference="slip", words="", user=alder.bill,
        now=PAID,
    )  # fmt: skip
    row = made.reassociation
    deposits.choose(row, two, user=alder.bill, now=PAID)
    assert three_way(made).agrees
    deposits.unmatch(row, reason="Wrong slip.", user=alder.bill, now=PAID)
    assert [check.deposit for check in Remittance.objects.all()] == [None, None]
    deposits.settle(alder.center, now=PAID + timedelta(days=1))
    assert state_of(made)[0] == "waiting"
    row.refresh_from_db()
    deposits.not_a_payers(row, reason="A client's card.", user=alder.bill, now=PAID)
    assert state_of(made) == ("other", "A client's card.")


def noted(cast: Cast, reference: str = "", sure: int = 0) -> EftDeposit:
    return deposits.by_hand(
        cast.center, day=NOW.date(), amount=8_000, reference=reference, words="", user=cast.bill,
        now=PAID, sure=sure,
    )  # fmt: skip


def test_a_second_deposit_of_a_day_and_amount_is_asked_about(alder: Cast) -> None:
    noted(alder, "slip")
    for sure in (0, 7_999):
        with pytest.raises(Refused) as told:
            noted(alder, "slip", sure)
    assert [(one.field, one.message) for one in told.value.problems] == [
        ("sure", "$80.00 of Mar 2, 2026, reference slip, is on record already. Is this another "
         "deposit?")
    ]  # fmt: skip
    noted(alder, "slip", 8_000)
    bank(
        alder, *[f"{NOW.date()},LOCKBOX,80.00,slip"] * 3, head="Date,Description,Amount,Reference\n"
    )
    assert EftDeposit.objects.count() == 3, "two of the bank's are those that were noted"


def test_a_deposit_that_was_noted_by_mistake_counts_nowhere(alder: Cast) -> None:
    from carethread.insight.cash import weeks

    check_of_it = paid(alder, "CHK", 8_000, on=NOW.date())
    first, second = noted(alder), noted(alder, "again", sure=8_000)
    assert state_of(second)[1] == (
        "The remittance of $80.00 of Mar 2, 2026 is matched with another deposit."
    )
    who = {"user": alder.bill, "now": PAID}
    with pytest.raises(Refused, match="Say why"):
        deposits.void(first.reassociation, reason=" ", **who)
    deposits.void(first.reassociation, reason="Typed twice", **who)
    assert state_of(first) == ("void", f"{alder.bill} voided it: Typed twice")
    check_of_it.refresh_from_db()
    assert check_of_it.deposit == second, "the other finds what it was"
    assert totals(NOW.date(), NOW.date()).bank == 8_000
    assert sum(week.cents for week in weeks(NOW.date())) == 8_000
    for step in (deposits.void, deposits.unmatch, deposits.not_a_payers):
        with pytest.raises(Refused):
            step(first.reassociation, reason="Anything", **who)
    deposits.void(second.reassociation, reason="Neither", **who)
    bank(alder, f"{NOW.date()},LOCKBOX,80.00")
    told = EftDeposit.objects.exclude(file=None).get()
    check_of_it.refresh_from_db()
    assert check_of_it.deposit == told, "a void note stands for nothing that the bank tells"
    with pytest.raises(Refused, match="The bank tells of this deposit"):
        deposits.void(told.reassociation, reason="No", **who)


def test_every_reason_that_was_given_for_a_deposit_is_kept(alder: Cast) -> None:
    bank(alder, "2026-03-17,LOCKBOX,70.00")
    row = EftDeposit.objects.get().reassociation
    who = {"user": alder.bill, "now": PAID}
    for said, back in (("A client's card", "It is a payer's"), ("Rent", "Not rent either")):
        row = deposits.not_a_payers(row, reason=said, **who)
        row = deposits.unmatch(row, reason=back, **who)
    kept = list(row.events.order_by("pk").values_list("state", "words"))
    assert [state for state, _ in kept] == ["other", "waiting"] * 2
    told = " ".join(words for _, words in kept)
    for reason in ("A client's card", "It is a payer's", "Rent", "Not rent either"):
        assert reason in told


def test_an_advice_without_money_and_a_check_on_paper_close_without_the_bank(alder: Cast) -> None:
    claim = sent_claim(alder)
    denied = check(alder.center, answer(claim, paid=0, CO_197=18_000), trace="N1")
    assert post_check(alder, denied).closed_at is not None
    assert not without_money().exists()
