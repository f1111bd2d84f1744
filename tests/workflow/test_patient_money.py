"""Clients' money: a copay is applied once, statements come once in a period, credits go back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from carethread.insight import account as accounts
from carethread.record.ledger import wrong_balances
from carethread.record.models import Case, Claim, Organization, PatientPayment, Refund, Statement
from carethread.workflow import follow_up
from carethread.workflow.casework import papers
from carethread.workflow.common.errors import Refused
from carethread.workflow.patients import patient_money, payment_plans, statements
from carethread.workflow.patients.patient_money import Tender
from carethread.workflow.remittances import next_payer
from tests.cast import NOW, TODAY, Cast, amend
from tests.paper.reading import words
from tests.payers import answer, check, reversal
from tests.workflow.test_next_payer import LATER, second_policy
from tests.workflow.test_post import PAID, charge_of, post_check, sent_claim

COPAY = Tender(2_500, "card", TODAY, "4242", visit_on=TODAY)
AT_THE_DESK = Tender(6_000, "check", PAID.date(), "1001")


def owes(cast: Cast) -> tuple[int, int]:
    """What Clara owes, and what of her money is free."""
    seen = accounts.account(cast.clara)
    assert wrong_balances() == []
    return seen.due, seen.open_money


def take(cast: Cast, tender: Tender, now=PAID) -> PatientPayment:
    return patient_money.take(cast.clara, tender, user=cast.ines, now=now)


def left_to_clara(cast: Cast, cents: int = 5_000, **session: object) -> Claim:
    claim = sent_claim(cast, **session)
    said = answer(claim, paid=13_000 - cents, CO_45=5_000, PR_3=cents)
    post_check(cast, check(cast.center, said, trace=f"T{claim.pk}"))
    return claim


def test_a_copay_is_kept_for_its_visit_and_applied_once_when_the_payer_has_spoken(
    alder: Cast,
) -> None:
    payment = take(alder, COPAY, now=NOW)
    assert owes(alder) == (0, 2_500)
    goes_to = "It goes to what you owe for the visit of March 2, 2026 first."
    assert goes_to in words(statements.print_receipt(payment))
    assert payment.receipt == 1
    patient_money.run(alder.center, now=NOW)
    claim = left_to_clara(alder)
    assert patient_money.run(alder.center, now=PAID) == 1
    assert patient_money.run(alder.center, now=PAID) == 0
    assert owes(alder) == (2_500, 0)
    charge = charge_of(claim)
    (line,) = accounts.account(alder.clara).lines
    assert (line.billed, line.insurance, line.adjusted, line.patient_paid, line.owed) == (
        18_000, 8_000, 5_000, 2_500, 2_500)  # fmt: skip
    assert charge.paid_cents == line.insurance + line.patient_paid
    receipt = words(statements.print_receipt(payment))
    for text in ("Receipt", "Clara Client", "$25.00", "Card 4242", "For the visit of"):
        assert text in receipt
    payment.refresh_from_db()
    assert "not used yet" not in words(statements.print_receipt(payment))

    # The payer takes its answer back: the client's money is free again, for the same visit.
    said = answer(claim, paid=8_000, CO_45=5_000, PR_3=5_000)
    post_check(alder, check(alder.center, reversal(said), trace="R"))
    patient_money.run(alder.center, now=PAID)
    assert owes(alder) == (0, 2_500)


def test_money_on_account_pays_what_is_oldest_or_what_a_person_chooses(alder: Cast) -> None:
    older = charge_of(left_to_clara(alder, starts=NOW - timedelta(days=3)))
    newer = charge_of(left_to_clara(alder))
    payment = take(alder, AT_THE_DESK)
    assert owes(alder) == (4_000, 0)
    older.refresh_from_db()
    assert older.patient_receivable_cents == 0
    with pytest.raises(Refused):
        patient_money.apply_to(payment, {newer.pk: 5_001}, user=alder.bill, now=PAID)
    patient_money.apply_to(payment, {newer.pk: 5_000}, user=alder.bill, now=PAID)
    newer.refresh_from_db()
    assert newer.patient_receivable_cents == 0
    assert owes(alder) == (5_000, 1_000)
    patient_money.void(payment, user=alder.bill, reason="The check bounced", now=PAID)
    assert owes(alder) == (10_000, 0)
    with pytest.raises(Refused):
        patient_money.void(payment, user=alder.bill, reason="Again", now=PAID)


def test_what_cannot_be_a_payment_is_refused_at_its_field(alder: Cast) -> None:
    wrong = Tender(0, "check", LATER.date(), "")
    with pytest.raises(Refused) as refused:
        take(alder, wrong)
    assert {p.field for p in refused.value.problems} == {"amount", "received_on", "reference"}
    with pytest.raises(Refused):
        take(alder, replace(COPAY, reference="4242 4242 4242 4242"))


def test_the_same_form_sent_twice_is_one_receipt(alder: Cast) -> None:
    typed = replace(AT_THE_DESK, form="F1")
    first = take(alder, typed)
    assert take(alder, typed) == first
    with pytest.raises(Refused, match=r"taken already, over \$60.00 \(receipt 1\)"):
        take(alder, replace(typed, cents=6_100))
    with pytest.raises(Refused, match="taken already"):
        take(alder, replace(typed, method="check", reference="102"))
    with pytest.raises(Refused, match="taken already"):
        take(alder, replace(typed, visit_on=PAID.date()))
    second = take(alder, replace(typed, form="F2"))
    assert second.receipt == 2
    part = Tender(1_000, "check", PAID.date(), "9", form="F3")
    for _ in range(2):
        patient_money.refund_client(first, part, user=alder.bill, reason="Too much", now=PAID)
    assert Refund.objects.get().amount_cents == 1_000
    with pytest.raises(Refused, match="taken already"):
        patient_money.refund_client(second, part, user=alder.bill, reason="Too much", now=PAID)
    assert owes(alder) == (0, 11_000)
    patient_money.void(second, user=alder.bill, reason="It bounced", now=PAID)
    with pytest.raises(Refused, match="taken already"):
        take(alder, replace(typed, form="F2"))


def test_an_amount_beyond_what_is_usual_is_asked_about_first(alder: Cast) -> None:
    large = replace(AT_THE_DESK, cents=200_001)
    for unsure in (large, replace(large, sure=200_000)):
        with pytest.raises(Refused, match=r"Is \$2,000.01 right") as refused:
            take(alder, unsure)
        assert [p.field for p in refused.value.problems] == ["sure"]
    assert take(alder, replace(large, sure=200_001)).amount_cents == 200_001
    assert take(alder, replace(large, cents=200_000)).amount_cents == 200_000
    with pytest.raises(Refused, match=r"More than \$100,000.00"):
        take(alder, replace(large, cents=100_000_01, sure=100_000_01))


def test_nothing_is_asked_of_the_client_while_another_policy_may_pay(alder: Cast) -> None:
    claim = left_to_clara(alder)
    take(alder, replace(AT_THE_DESK, cents=1_000))
    assert owes(alder) == (4_000, 0)
    second_policy(alder)
    assert owes(alder) == (0, 0)
    assert statements.due(alder.center, now=LATER) == []
    next_payer.run(alder.center, now=LATER)
    assert owes(alder) == (0, 1_000)
    assert charge_of(claim).payer_receivable_cents == 5_000


def test_a_statement_is_made_once_in_a_period_and_says_nothing_of_the_diagnosis(
    alder: Cast,
) -> None:
    left_to_clara(alder)
    run = {"user": alder.bill, "now": PAID}
    assert [due.cents for due in statements.due(alder.center, now=PAID)] == [5_000]
    preview = words(statements.preview(alder.clara, now=PAID))
    assert Statement.objects.count() == 0
    (made,) = statements.run(alder.center, [alder.clara.pk], **run)
    assert statements.run(alder.center, [alder.clara.pk], **run) == []
    printed = words(bytes(made.pdf))
    assert printed == preview
    for text in ("Alder Row", "7 Mill Lane", "Individual therapy", "$180.00", "$80.00", "$50.00",
                 "Harbor Health", "518-555-0100", alder.clara.mrn):  # fmt: skip
        assert text in printed, text
    for secret in ("F33", "F41", "epress", "90837"):
        assert secret not in printed
    later = PAID + timedelta(days=31)
    assert len(statements.due(alder.center, now=later)) == 1
    alder.program.is_part2 = True
    alder.program.save()
    assert "therapy" not in words(statements.preview(alder.clara, now=later))


def test_a_payment_plan_is_asked_month_by_month_and_a_missed_one_is_a_case(alder: Cast) -> None:
    left_to_clara(alder)
    with pytest.raises(Refused):
        payment_plans.agree(alder.clara, monthly=0, first_due=TODAY, user=alder.bill, now=PAID)
    first = PAID.date() + timedelta(days=10)
    take(alder, Tender(1_000, "cash", PAID.date()), now=PAID)  # before: no part of the plan
    plan = payment_plans.agree(
        alder.clara, monthly=2_000, first_due=first, user=alder.bill, now=PAID
    )
    assert "$20.00" in words(statements.preview(alder.clara, now=PAID))
    late = PAID + timedelta(days=16)
    follow_up.run(alder.center, now=late)
    case = Case.objects.get(kind="plan")
    assert (case.client, case.amount_cents) == (alder.clara, 2_000)
    take(alder, Tender(2_000, "cash", late.date()), now=late)
    follow_up.run(alder.center, now=late)
    case.refresh_from_db()
    assert case.state == "closed"
    take(alder, Tender(2_500, "cash", late.date(), visit_on=late.date()), now=late)
    payment_plans.run(alder.center, now=late)
    plan.refresh_from_db()
    assert plan.state == "active", "a copay is for its visit"
    more = Tender(500, "cash", late.date())
    last = take(alder, replace(more, cents=2_500), now=late)
    patient_money.refund_client(last, more, user=alder.bill, reason="Too much", now=late)
    assert accounts.paid_since(plan) == 4_000, "less what was given back"
    assert payment_plans.run(alder.center, now=late) == 1
    plan.refresh_from_db()
    assert plan.state == "paid"


def test_a_payer_credit_is_a_case_with_sixty_days_and_closes_when_it_is_given_back(
    alder: Cast,
) -> None:
    claim = left_to_clara(alder, cents=0)
    charge = charge_of(claim)
    note = charge.current.note_version.note
    amend(note, reason="Left at once", now=PAID, ends_at=note.starts_at + timedelta(minutes=5))
    charge.refresh_from_db()
    assert charge.payer_receivable_cents == -18_000, "what was given up by contract among it"
    follow_up.run(alder.center, now=PAID)
    case = Case.objects.get(kind="credit")
    assert (case.amount_cents, case.due_on) == (13_000, PAID.date() + timedelta(days=60))
    with pytest.raises(Refused, match="give it back"):
        follow_up.close(case, resolution="Later.", user=alder.bill, now=PAID)
    refund = {"user": alder.bill, "reason": "Not attended", "now": PAID}
    with pytest.raises(Refused):
        patient_money.refund_payer(charge, replace(AT_THE_DESK, cents=13_001), **refund)
    patient_money.refund_payer(charge, replace(AT_THE_DESK, cents=13_000), **refund)
    follow_up.run(alder.center, now=PAID)
    case.refresh_from_db()
    assert case.state == "closed"
    assert owes(alder) == (0, 0)


def test_money_that_nothing_needs_is_given_back_to_the_client(alder: Cast) -> None:
    payment = take(alder, COPAY, now=NOW)
    left_to_clara(alder, cents=1_000)
    patient_money.run(alder.center, now=PAID)
    follow_up.run(alder.center, now=PAID)
    case = Case.objects.get(kind="credit")
    assert (case.client, case.amount_cents) == (alder.clara, 1_500)
    patient_money.refund_client(
        payment, Tender(1_500, "check", PAID.date(), "77"),
        user=alder.bill, reason="Copay was less", now=PAID,
    )  # fmt: skip
    assert owes(alder) == (0, 0)
    follow_up.run(alder.center, now=PAID)
    case.refresh_from_db()
    assert case.state == "closed"
    take(alder, replace(AT_THE_DESK, cents=700))
    follow_up.run(alder.center, now=PAID)
    kept = Case.objects.get(kind="credit", state="open")
    follow_up.close(kept, resolution="Kept for Monday.", user=alder.bill, now=PAID)
    assert follow_up.run(alder.center, now=LATER) == 0, "decided, and still the same amount"


def test_a_center_without_a_phone_prints_none() -> None:
    center = Organization(name="Alder Row", legal_name="Alder Row Inc.", npi="1234567893", tin="1")
    assert statements.sender(center).contact == ()
    told = papers.sender(center)
    assert (told.name, told.contact) == ("Alder Row Inc.", ("NPI 1234567893, Tax ID 1",))
