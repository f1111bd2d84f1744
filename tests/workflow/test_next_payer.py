"""What a payer leaves is asked of the next policy, in the words of the first answer; the patient
owes after the last payer alone, and every correction goes the same way again."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from carethread.codes.catalogue import written
from carethread.codes.levels import levels
from carethread.insight import thread
from carethread.insight.turns import open_turns
from carethread.record.ledger import wrong_balances
from carethread.record.models import (
    Case,
    Claim,
    ClaimState,
    Connection,
    Coverage,
    Match,
    Payer,
    PolicySetting,
)
from carethread.workflow import admit, bill, follow_up, submit
from carethread.workflow.care import census
from carethread.workflow.care import leave as stay
from carethread.workflow.care.leave import Away
from carethread.workflow.center import staff
from carethread.workflow.common import wire_format
from carethread.workflow.common.errors import Refused
from carethread.workflow.remittances import next_payer
from carethread.x12.common import Adjustment, Amount, Party, Reference
from carethread.x12.remittance import Remittance, RemittedClaim, RemittedLine
from tests.cast import LONG_AGO, NOW, Cast, enroll
from tests.judges import pyx12_errors
from tests.payers import answer, check, make_connection, reversal
from tests.web.world import signed_in
from tests.workflow.test_post import PAID, charge_of, post_check, sent_claim
from tests.workflow.test_program_day import MONDAY, NEXT_WEEK, _care, _nights

LATER = PAID + timedelta(days=1)
FEE = 18_000


def second_policy(cast: Cast, rank: int = 2, **payer: object) -> Coverage:
    """Clara has another policy: Summit, unless `payer` says otherwise."""
    row = staff.save_payer(
        Payer(organization=cast.center, **{"name": "Summit", "payer_id": "SUMMT", **payer})
    )
    for practitioner in (cast.nora, cast.sam, cast.vera):
        enroll(practitioner, row)
    return admit.save_coverage(
        Coverage(organization=cast.center, client=cast.clara, payer=row, rank=rank,
                 member_id=f"S{rank}000001", effective_from=LONG_AGO),
        now=PAID,
    )  # fmt: skip


def from_payer(cast: Cast, payer: Payer, *claims: RemittedClaim, trace: str) -> Remittance:
    said = check(cast.center, *claims, trace=trace)
    party = Party("2", payer.name.upper(), references=(Reference("2U", payer.payer_id),))
    return replace(said, payer=party, payer_identifier=payer.payer_id)


def leave(cast: Cast, claim: Claim, now=LATER) -> Claim:
    """The claim leaves, and its payer has it; one that may not leave is held."""
    claim.refresh_from_db()
    assert claim.state == ClaimState.READY, [f.message for f in claim.findings.all()]
    submit.freeze(Connection.objects.get(), now=now + timedelta(hours=3))
    Claim.objects.filter(pk=claim.pk, state=ClaimState.QUEUED).update(state=ClaimState.ACCEPTED)
    claim.refresh_from_db()
    return claim


def balances(claim: Claim) -> tuple[int, int, int]:
    """Owed by payers, owed by the patient, paid."""
    charge = charge_of(claim.first or claim)
    return charge.payer_receivable_cents, charge.patient_receivable_cents, charge.paid_cents


@pytest.fixture
def handed(alder: Cast) -> tuple[Claim, Claim, RemittedClaim]:
    """Harbor paid 100, gave up 30 and left 50; Summit is asked for these."""
    coverage = second_policy(alder)
    first = sent_claim(alder)
    said = answer(first, paid=10_000, CO_45=3_000, PR_2=5_000)
    post_check(alder, check(alder.center, said))
    assert balances(first) == (0, 5_000, 10_000)
    assert next_payer.run(alder.center, now=LATER) == 1
    assert next_payer.run(alder.center, now=LATER) == 0
    second = Claim.objects.get(after=first)
    assert (second.coverage, second.first) == (coverage, first)
    return first, second, said


def test_the_second_payer_hears_what_the_first_did_and_the_patient_owes_what_it_leaves(
    alder: Cast, handed: tuple[Claim, Claim, RemittedClaim]
) -> None:
    first, second, _ = handed
    assert balances(first) == (5_000, 0, 10_000)
    second = leave(alder, second)
    sent = wire_format.claim_from_json(second.current.content)
    assert (sent.subscriber.payer_sequence, sent.payer.id) == ("S", "SUMMT")
    (other,), (line,) = sent.other_payers, sent.lines
    assert (other.subscriber.payer_sequence, other.payer.id) == ("P", "HARBR")
    assert other.amounts == (Amount("D", 10_000),)
    (told,) = line.adjudications
    assert (told.paid, told.paid_on) == (10_000, date(2026, 3, 16))
    assert told.adjustments == (Adjustment("CO", "45", 3_000), Adjustment("PR", "2", 5_000))
    assert told.paid + sum(a.amount for a in told.adjustments) == line.charge
    assert pyx12_errors(bytes(second.current.file.raw)) == []

    summit = answer(second, paid=4_000, status="2", OA_23=13_000, PR_3=1_000)
    post_check(alder, from_payer(alder, second.payer, summit, trace="S1"), now=LATER)
    assert balances(first) == (0, 1_000, 14_000)
    second.refresh_from_db()
    assert second.state == ClaimState.PAID
    assert open_turns() == []
    assert next_payer.run(alder.center, now=LATER) == 0


def test_a_third_payer_hears_of_both(
    alder: Cast, handed: tuple[Claim, Claim, RemittedClaim]
) -> None:
    first, second, _ = handed
    third_policy = second_policy(alder, 3, name="State Medicaid", payer_id="MCAID",
                                 kind="medicaid", filing_indicator="MC")  # fmt: skip
    second = leave(alder, second)
    summit = answer(second, paid=4_000, status="2", OA_23=13_000, PR_3=1_000)
    post_check(alder, from_payer(alder, second.payer, summit, trace="S1"), now=LATER)
    next_payer.run(alder.center, now=LATER)
    third = leave(alder, Claim.objects.get(after=second))
    assert (third.coverage, third.first) == (third_policy, first)
    sent = wire_format.claim_from_json(third.current.content)
    assert [o.subscriber.payer_sequence for o in sent.other_payers] == ["P", "S"]
    assert [told.paid for told in sent.lines[0].adjudications] == [10_000, 4_000]
    assert pyx12_errors(bytes(third.current.file.raw)) == []
    last = answer(third, paid=1_000, status="3", OA_23=17_000)
    post_check(alder, from_payer(alder, third.payer, last, trace="M1"), now=LATER)
    assert balances(first) == (0, 0, 15_000)


def test_a_reversal_takes_back_what_was_handed_on_and_a_claim_that_waits_is_closed(
    alder: Cast, handed: tuple[Claim, Claim, RemittedClaim]
) -> None:
    first, second, said = handed
    post_check(alder, check(alder.center, reversal(said), trace="T2"))
    assert balances(first) == (FEE, 0, 0)
    bill.run(alder.center, now=LATER)
    second.refresh_from_db()
    assert second.state == ClaimState.CLOSED
    # The corrected answer leaves less: the same claim waits again, for that.
    post_check(alder, check(alder.center, answer(first, paid=12_000, CO_45=3_000, PR_2=3_000),
                            trace="T3"))  # fmt: skip
    next_payer.run(alder.center, now=LATER)
    second.refresh_from_db()
    assert second.state == ClaimState.READY
    assert balances(first) == (3_000, 0, 12_000)


def test_a_correction_after_the_second_payer_has_paid_goes_to_it_as_a_replacement(
    alder: Cast, handed: tuple[Claim, Claim, RemittedClaim]
) -> None:
    first, second, said = handed
    second = leave(alder, second)
    summit = answer(second, paid=4_000, status="2", OA_23=13_000, PR_3=1_000)
    post_check(alder, from_payer(alder, second.payer, summit, trace="S1"), now=LATER)
    much_later = LATER + timedelta(days=20)
    post_check(alder, check(alder.center, reversal(said), trace="T2"), now=much_later)
    assert balances(first) == (FEE - 5_000, 1_000, 4_000)
    bill.run(alder.center, now=much_later)
    second.refresh_from_db()
    assert second.state == ClaimState.PAID  # nothing is known yet that could be told it
    follow_up.run(alder.center, now=much_later)
    case = Case.objects.get(kind="next_payer")
    assert (case.claim, case.client) == (second, alder.clara)
    corrected = answer(first, paid=12_000, CO_45=3_000, PR_2=3_000)
    twice = check(alder.center, corrected, replace(corrected), trace="T3")
    post_check(alder, twice, now=much_later)
    assert Match.objects.filter(state="waiting").count() == 1, "a second answer is not the first"
    next_payer.run(alder.center, now=much_later)
    assert balances(first) == (-2_000, 1_000, 16_000)
    follow_up.run(alder.center, now=much_later)
    case.refresh_from_db()
    assert case.state == "closed"
    assert Case.objects.get(kind="credit", state="open").amount_cents == 2_000

    bill.run(alder.center, now=much_later)
    second = leave(alder, second, now=much_later)
    assert second.current.frequency == "7"
    sent = wire_format.claim_from_json(second.current.content)
    assert sent.other_payers[0].amounts == (Amount("D", 12_000),)
    assert pyx12_errors(bytes(second.current.file.raw)) == []
    again = answer(second, paid=2_500, status="2", OA_23=15_000, PR_3=500)
    post_check(alder, from_payer(alder, second.payer, reversal(summit), again, trace="S2"),
               now=much_later)  # fmt: skip
    assert balances(first) == (0, 500, 14_500)
    assert wrong_balances() == []


def test_a_later_claim_for_which_nothing_is_left_is_voided_and_reopened_as_an_original(
    alder: Cast, handed: tuple[Claim, Claim, RemittedClaim]
) -> None:
    first, second, said = handed
    second = leave(alder, second)
    summit = answer(second, paid=4_000, status="2", OA_23=13_000, PR_3=1_000)
    post_check(alder, from_payer(alder, second.payer, summit, trace="S1"), now=LATER)
    in_full = answer(first, paid=15_000, CO_45=3_000)
    post_check(alder, check(alder.center, reversal(said), in_full, trace="T2"), now=LATER)
    bill.run(alder.center, now=LATER)
    void = leave(alder, second)
    assert (void.current.frequency, void.current.original_reference) == (
        "8", summit.payer_control_number
    )  # fmt: skip
    assert pyx12_errors(bytes(void.current.file.raw)) == []
    post_check(alder, from_payer(alder, void.payer, reversal(summit), trace="S2"), now=LATER)
    void.refresh_from_db()
    assert void.state == ClaimState.CLOSED
    assert balances(first) == (0, 0, 15_000)

    less = answer(first, paid=11_000, CO_45=3_000, PR_2=4_000)
    post_check(alder, check(alder.center, reversal(in_full), less, trace="T3"), now=LATER)
    assert next_payer.run(alder.center, now=LATER) == 1
    again = leave(alder, void)
    assert (again.current.frequency, again.current.original_reference) == ("1", "")
    assert balances(first) == (4_000, 0, 11_000)


def test_a_refused_claim_that_was_sent_on_is_not_brought_back(alder: Cast) -> None:
    second_policy(alder)
    first = sent_claim(alder)
    post_check(alder, check(alder.center, answer(first, paid=0, CO_96=13_000, PR_2=5_000)))
    second = next_payer.bill_next(first, user=alder.bill, now=LATER)
    alder.clara.line1 = "9 Mill Lane"  # the record says something else by now
    admit.save_client(alder.clara)
    assert bill.run(alder.center, now=LATER) == 0
    first.refresh_from_db()
    assert first.state == ClaimState.DENIED
    next_payer.leave_to_patient(second, user=alder.bill, reason="Not in network", now=LATER)
    assert bill.run(alder.center, now=LATER) == 1
    first.refresh_from_db()
    assert first.state in bill.WAITING


def test_a_refused_claim_that_was_sent_on_says_to_whom_and_offers_nothing_more(
    alder: Cast,
) -> None:
    second_policy(alder)
    first = sent_claim(alder)
    post_check(alder, check(alder.center, answer(first, paid=0, CO_96=13_000, PR_2=5_000)))
    bill_sees = signed_in(alder.bill)

    def page() -> str:
        return bill_sees.get(reverse("claim", args=[first.pk])).content.decode()

    first.refresh_from_db()
    assert "Ask the next payer" in page()
    assert thread.of_claim(first, LATER).steps[-1].title.startswith("Leaves as a correction")

    second = next_payer.bill_next(first, user=alder.bill, now=LATER)
    first.refresh_from_db()
    *before, last = thread.of_claim(first, LATER).steps
    assert last.title == f"Handed on to {second.payer} as claim {second.sequence}"
    assert last.link == thread.Link("claim", second.pk)
    posted = [(s.title, s.at) for s in before if s.kind is thread.Kind.TRANSFERS]
    assert posted == [("Posted in 2 transfers", PAID), ("Posted in 2 transfers", LATER)]
    assert "Ask the next payer" not in page()
    assert f'refused is asked of <a href="{reverse("claim", args=[second.pk])}"' in page()

    next_payer.leave_to_patient(second, user=alder.bill, reason="Not in network", now=LATER)
    assert thread.of_claim(first, LATER).steps[-1].title.startswith("Leaves as a correction")


def test_what_the_first_payer_forwarded_is_awaited_and_found_under_the_first_number(
    alder: Cast,
) -> None:
    coverage = second_policy(alder, name="Summit Supplement")
    first = sent_claim(alder)
    said = answer(first, paid=10_000, status="19", CO_45=3_000, PR_2=5_000)
    post_check(alder, check(alder.center, said))
    next_payer.run(alder.center, now=LATER)
    second = Claim.objects.get(after=first)
    assert second.state == ClaimState.HELD
    (finding,) = second.findings.filter(severity="stops")
    assert finding.rule == "CROSSOVER_AWAITED"
    assert "awaited until Apr 15, 2026" in finding.message

    crossed = replace(answer(first, paid=5_000, status="2", OA_23=13_000),
                      payer_control_number="SUP-1")  # fmt: skip
    post_check(alder, from_payer(alder, coverage.payer, crossed, trace="S1"), now=LATER)
    second.refresh_from_db()
    assert second.state == ClaimState.PAID
    assert second.payer_control_number == "SUP-1"
    assert balances(first) == (0, 0, 15_000)


def test_a_forwarded_claim_of_which_nothing_is_heard_leaves_by_itself(alder: Cast) -> None:
    second_policy(alder)
    first = sent_claim(alder)
    said = answer(first, paid=10_000, status="19", CO_45=3_000, PR_2=5_000)
    post_check(alder, check(alder.center, said))
    next_payer.run(alder.center, now=LATER)
    bill.run(alder.center, now=PAID + timedelta(days=31))
    assert Claim.objects.get(after=first).state == ClaimState.READY


def test_a_person_may_leave_it_to_the_patient_or_send_on_what_was_refused(alder: Cast) -> None:
    second_policy(alder)
    first = sent_claim(alder)
    post_check(alder, check(alder.center, answer(first, paid=0, CO_96=13_000, PR_2=5_000)))
    assert next_payer.run(alder.center, now=LATER) == 0, "a refusal is settled first"
    second = next_payer.bill_next(first, user=alder.bill, now=LATER)
    assert balances(first) == (FEE, 0, 0)
    with pytest.raises(Refused):
        next_payer.bill_next(first, user=alder.bill, now=LATER)
    next_payer.leave_to_patient(second, user=alder.bill, reason="Not in network", now=LATER)
    assert balances(first) == (0, 5_000, 0)
    assert charge_of(first).denied_cents == 13_000
    assert next_payer.run(alder.center, now=LATER) == 0


def test_a_policy_that_turns_out_not_to_hold_gives_its_share_back(
    alder: Cast, handed: tuple[Claim, Claim, RemittedClaim]
) -> None:
    first, second, _ = handed
    row = Coverage.objects.get(pk=second.coverage_id)
    row.effective_to = LONG_AGO
    admit.save_coverage(row, now=LATER)
    next_payer.run(alder.center, now=LATER)
    second.refresh_from_db()
    assert second.state == ClaimState.CLOSED
    assert balances(first) == (0, 5_000, 10_000)


def test_reading_two_open_turns_takes_as_many_queries_as_reading_one(alder: Cast) -> None:
    second_policy(alder)
    asked = []
    for number in range(2):
        claim = sent_claim(alder, starts=NOW - timedelta(days=number, hours=3))
        post_check(alder, check(alder.center, answer(claim, paid=8_000, CO_45=5_000, PR_3=5_000),
                                trace=f"T{number}"))  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            assert len(open_turns()) == number + 1
        asked.append(len(queries))
    assert asked[0] == asked[1]


# ------------------------------------------------------------------------------------ kept beds


def in_part(claim: Claim, left: int) -> RemittedClaim:
    """Each line is paid but for so many cents, which are left to the patient."""
    sent = wire_format.claim_from_json(claim.current.content)
    lines = tuple(
        RemittedLine(
            procedure=line.procedure, charge=line.charge, paid=line.charge - left,
            revenue_code=line.revenue_code, service_from=line.service_from,
            service_to=line.service_to, control_number=line.control_number,
            adjustments=(Adjustment("PR", "2", left),),
        )
        for line in sent.lines
    )  # fmt: skip
    return RemittedClaim(
        claim_id=sent.claim_id, status="1", charge=sent.charge,
        paid=sum(line.paid for line in lines), patient_responsibility=left * len(lines),
        payer_control_number="HH-9", patient=Party("1", "Client", "Clara"),
        service_from=sent.lines[0].service_from, lines=lines,
    )  # fmt: skip


def test_a_bed_that_the_first_payer_kept_stands_on_the_next_ones_claim_though_that_keeps_none(
    alder: Cast,
) -> None:
    second_policy(alder)
    table = written(levels()["RES-SUD"]) + (
        "bed_holds: [{leave: therapeutic, service: therapeutic_leave_day, percent: 50}]\n"
    )
    staff.set_entry(
        PolicySetting(organization=alder.center, key="levels/RES-SUD", value=table,
                      payer=alder.payer, effective_from=LONG_AGO),
        now=NOW,
    )  # fmt: skip
    episode = _care(alder, "RES-SUD")
    _nights(alder, episode, 1)
    tuesday = MONDAY + timedelta(days=1)
    stay.begin(episode, Away("therapeutic", tuesday), user=alder.ines, now=NOW + timedelta(days=1))
    census.take(episode.program, tuesday, {episode.pk: False}, user=alder.ines,
                now=NOW + timedelta(days=2))  # fmt: skip
    bill.run(alder.center, now=NEXT_WEEK)
    submit.freeze(make_connection(alder.center), now=NEXT_WEEK + timedelta(hours=3))
    Claim.objects.update(state=ClaimState.ACCEPTED)
    first = Claim.objects.get()
    post_check(alder, check(alder.center, in_part(first, 10_000)), now=LATER)
    assert next_payer.run(alder.center, now=LATER) == 1
    second = leave(alder, Claim.objects.get(after=first))
    sent = wire_format.claim_from_json(second.current.content)
    assert [(x.revenue_code, x.charge) for x in sent.lines] == [("1002", 60_000), ("0183", 30_000)]
    assert sent.payer.id == "SUMMT"
