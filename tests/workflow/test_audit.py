"""What an auditor tried, and what now stands in the way."""

from datetime import timedelta

import pytest

from carethread.record.models import (
    Case,
    Claim,
    ClaimState,
    ClaimVersion,
    Coverage,
    EdiFile,
    Fee,
    Payer,
    Practitioner,
    Remittance,
)
from carethread.workflow import admit, bill, follow_up, receive, submit, work
from carethread.workflow.center import staff
from carethread.workflow.common.errors import Refused
from carethread.x12.writer import write
from tests.cast import NOW, TODAY, Cast, amend, signed_session
from tests.payers import answer, check
from tests.workflow.test_bill import _authorize
from tests.workflow.test_post import PAID, SENT, sent_claim
from tests.workflow.test_receive import claim_ack, group_ack


def uploaded(cast: Cast, transaction: object, number: int, *, to: str = "ALDERROW") -> EdiFile:
    """A file that a biller put in by hand, and what became of it."""
    raw = write(
        [transaction], sender="CLEARING", receiver=to, interchange_control=number,
        group_control=number, created=NOW,
    )  # fmt: skip
    file = receive.store(raw, organization=cast.center, name=f"{number}.edi", now=PAID)
    receive.run(cast.center, now=PAID)
    file.refresh_from_db()
    return file


def in_flight(cast: Cast) -> Claim:
    claim = sent_claim(cast)
    Claim.objects.update(state=ClaimState.SENT)
    claim.refresh_from_db()
    return claim


def test_an_addendum_does_not_send_a_second_original_after_one_that_is_on_its_way(
    alder: Cast,
) -> None:
    claim = in_flight(alder)
    amend(claim.charges.get().current.note_version.note, reason="Dx.", diagnoses=("F332",))
    bill.run(alder.center, now=SENT)
    submit.run(alder.center, now=SENT + timedelta(days=1))
    assert ClaimVersion.objects.count() == 1

    claim.refresh_from_db()
    claim.state, claim.payer_control_number = ClaimState.ACCEPTED, "PCN-1"
    claim.save()
    bill.run(alder.center, now=SENT)
    claim.refresh_from_db()
    assert bill.frequency(claim) == "7"


def test_a_claim_waits_for_its_cosignature_even_when_nobody_supervises_any_more(
    alder: Cast,
) -> None:
    signed_session(alder, by=alder.sam)
    bill.run(alder.center, now=NOW)
    sam = Practitioner.objects.get(pk=alder.sam.pk)
    sam.supervisor = None
    staff.save_practitioner(sam)
    bill.run(alder.center, now=NOW)
    claim = Claim.objects.get()
    assert claim.state == ClaimState.HELD
    assert "NOTE_COSIGNED" in claim.findings.values_list("rule", flat=True)


@pytest.mark.parametrize("make", [lambda c: claim_ack(c, "A2"), lambda c: group_ack(c, "R")])
def test_an_acknowledgment_for_somebody_else_moves_nothing(alder: Cast, make) -> None:
    claim = in_flight(alder)
    file = uploaded(alder, make(claim), 7, to="FENHOLLOW")
    assert file.delivery.state == "quarantined"
    claim.refresh_from_db()
    assert (claim.state, claim.payer_control_number) == (ClaimState.SENT, "")


def test_a_late_277ca_does_not_change_the_payers_number(alder: Cast) -> None:
    claim = sent_claim(alder)
    claim.state, claim.payer_control_number = ClaimState.PAID, "TRUE"
    claim.save()
    uploaded(alder, claim_ack(claim, "A2"), 8)
    claim.refresh_from_db()
    assert claim.payer_control_number == "TRUE"


def test_another_check_under_a_posted_ones_number_is_not_passed_over(alder: Cast) -> None:
    first, second = sent_claim(alder), sent_claim(alder, starts=NOW - timedelta(days=1))
    uploaded(alder, check(alder.center, answer(first, paid=12_000, CO_45=6_000)), 1)
    file = uploaded(alder, check(alder.center, answer(second, paid=12_000, CO_45=6_000)), 2)
    assert file.delivery.state == "quarantined"
    assert Remittance.objects.count() == 1
    follow_up.run(alder.center, now=PAID)
    assert Case.objects.get(kind="quarantine").file == file


def test_another_file_under_a_used_interchange_number_is_not_passed_over(alder: Cast) -> None:
    first, second = sent_claim(alder), sent_claim(alder, starts=NOW - timedelta(days=1))
    uploaded(alder, check(alder.center, answer(first, paid=12_000, CO_45=6_000)), 1)
    other = check(alder.center, answer(second, paid=11_000, CO_45=7_000), trace="T2")
    assert uploaded(alder, other, 1).delivery.state == "quarantined"


def test_one_value_that_no_column_holds_does_not_stop_the_files_behind_it(alder: Cast) -> None:
    claim = sent_claim(alder)
    huge = 10**19
    bad = uploaded(alder, check(alder.center, answer(claim, paid=huge, CO_45=18_000 - huge)), 1)
    assert bad.delivery.state == "quarantined"
    good = check(alder.center, answer(claim, paid=12_000, CO_45=6_000), trace="T2")
    assert uploaded(alder, good, 2).delivery.state == "read"


def test_a_policy_that_was_billed_keeps_its_payer(alder: Cast) -> None:
    signed_session(alder)
    other = staff.save_payer(Payer(organization=alder.center, name="Other", payer_id="OTHER"))
    coverage = Coverage.objects.get(pk=alder.coverage.pk)
    coverage.payer = other
    with pytest.raises(Refused, match="add a new one"):
        admit.save_coverage(coverage, now=NOW)


def test_a_signed_plan_stays_as_it_is(alder: Cast) -> None:
    alder.plan.goals = ["Something else"]
    with pytest.raises(Refused, match="signed"):
        admit.save_plan(alder.plan)


def test_a_price_does_not_reach_back_over_what_was_billed(alder: Cast) -> None:
    signed_session(alder)
    fee = Fee(organization=alder.center, code="90837", amount_cents=99_900, effective_from=TODAY)
    with pytest.raises(Refused, match="billed"):
        staff.save_fee(fee)
    fee.effective_from = TODAY + timedelta(days=1)
    staff.save_fee(fee)
    assert Fee.objects.get(code="90837", amount_cents=18_000).effective_to == TODAY


def test_a_used_authorization_stays_the_payers(alder: Cast) -> None:
    authorization = _authorize(alder)
    signed_session(alder)
    authorization.number = "ANOTHER"
    with pytest.raises(Refused, match="stay"):
        admit.save_authorization(authorization, now=NOW)


def test_a_claim_that_a_payer_holds_is_not_taken_to_another_by_a_new_policy(alder: Cast) -> None:
    claim = sent_claim(alder)  # accepted
    claim.payer_control_number = "PCN-1"
    claim.save()
    other = staff.save_payer(Payer(organization=alder.center, name="Other", payer_id="OTHER"))
    Coverage.objects.update(effective_to=TODAY - timedelta(days=1))
    admit.save_coverage(
        Coverage(organization=alder.center, client=alder.clara, payer=other, member_id="O1",
                 effective_from=TODAY),
        now=NOW,
    )  # fmt: skip
    note = claim.charges.get().current.note_version.note
    amend(note, reason="Shorter.", ends_at=note.starts_at + timedelta(minutes=45))
    bill.run(alder.center, now=SENT)
    claim.refresh_from_db()
    assert claim.charges.get().current.coverage.payer == alder.payer
    assert claim.state != ClaimState.CLOSED
    assert not Claim.objects.filter(payer=other).exists()


def test_a_payer_may_refuse_what_its_clearinghouse_has_accepted(alder: Cast) -> None:
    claim = in_flight(alder)
    uploaded(alder, claim_ack(claim, "A2"), 1)
    uploaded(alder, claim_ack(claim, "A3", "33", "U"), 2)
    claim.refresh_from_db()
    assert claim.state == ClaimState.REJECTED


def test_a_claim_waits_for_the_answer_to_a_question_and_then_goes_on(alder: Cast) -> None:
    signed_session(alder)
    bill.run(alder.center, now=NOW)
    claim = Claim.objects.get()
    (case,) = follow_up.return_to_authors(claim, question="55 minutes?", user=alder.bill, now=NOW)
    bill.run(alder.center, now=SENT)
    claim.refresh_from_db()
    assert claim.state == ClaimState.HELD
    follow_up.answer(case, words="Yes.", user=alder.nora.user, now=SENT)
    bill.run(alder.center, now=SENT)
    claim.refresh_from_db()
    assert claim.state == ClaimState.READY


def test_one_organizations_trouble_does_not_keep_another_from_its_work(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []

    def step(organization, *, now) -> int:
        if organization == cast.center:
            raise RuntimeError("a bad row")
        done.append(organization)
        return 0

    monkeypatch.setattr(work, "_STEPS", (("billed", step),))
    work.run_due(NOW)
    assert done == [cast.elsewhere]
