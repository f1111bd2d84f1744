"""The thread: from any number to every step between the note and the cash."""

from datetime import timedelta

import pytest

from carethread.insight import thread
from carethread.insight.thread import Feel, Kind
from carethread.record.models import Acknowledgment, Connection
from carethread.workflow import bill, receive, submit
from tests.cast import NOW, Cast, amend, draft_of, signed_session
from tests.payers import answer, check, reversal
from tests.workflow.test_post import PAID, post_check, sent_claim

LATER = NOW + timedelta(days=20)


def kinds(found: thread.Thread) -> list[Kind]:
    return [step.kind for step in found.steps]


def test_a_paid_claims_thread_runs_from_the_note_to_the_transfers(alder: Cast) -> None:
    claim = sent_claim(alder)
    post_check(alder, check(alder.center, answer(claim, paid=10_000, CO_45=6_000, PR_3=2_000)))
    claim.refresh_from_db()
    found = thread.of_claim(claim, LATER)
    assert kinds(found) == [
        Kind.NOTE, Kind.SIGNATURE, Kind.CHARGE, Kind.CLAIM, Kind.FILE, Kind.REMITTANCE,
        Kind.TRANSFERS,
    ]  # fmt: skip
    remittance = found.steps[5]
    assert remittance.feel is Feel.GOOD
    assert any(fact.startswith("CO-45 $60.00") for fact in remittance.facts)
    assert found.steps[6].title == "Posted in 3 transfers"


def test_times_never_run_backwards(alder: Cast) -> None:
    claim = sent_claim(alder)
    refused = answer(claim, paid=0, CO_11=18_000)
    post_check(alder, check(alder.center, refused))
    amend(claim.charges.get().current.note_version.note, reason="Wrong code.",
          now=NOW + timedelta(days=15), diagnoses=("F332",))  # fmt: skip
    found = thread.of_claim(claim, LATER)
    moments = [step.at for step in found.steps if step.at]
    assert moments == sorted(moments)
    assert "Addendum, version 2" in [step.title for step in found.steps]


def test_a_refusal_and_a_reversal_feel_bad(alder: Cast) -> None:
    claim = sent_claim(alder)
    paid = answer(claim, paid=12_000, CO_45=6_000)
    post_check(alder, check(alder.center, paid))
    refused = answer(claim, paid=0, CO_197=12_000, CO_45=6_000)
    post_check(
        alder, check(alder.center, reversal(paid), refused, trace="T2", plb=(("WO", -12_000),))
    )
    found = thread.of_claim(claim, LATER)
    feels = [step.feel for step in found.steps if step.kind is Kind.REMITTANCE]
    assert feels == [Feel.GOOD, Feel.BAD, Feel.BAD]
    assert any("taken back" in fact for step in found.steps for fact in step.facts)


def test_a_claim_on_its_way_says_what_comes_next_and_by_when(alder: Cast) -> None:
    claim = sent_claim(alder)
    ahead = thread.of_claim(claim, NOW).steps[-1]
    assert (ahead.kind, ahead.at) == (Kind.AHEAD, None)
    assert ahead.facts[0].startswith("835 due by")
    overdue = thread.of_claim(claim, NOW + timedelta(days=300)).steps[-1]
    assert overdue.facts[0].startswith("835 was due by")


def test_every_number_that_somebody_may_hold_finds_its_thread(alder: Cast) -> None:
    claim = sent_claim(alder)
    check_row = post_check(alder, check(alder.center, answer(claim, paid=18_000), trace="EFT77"))
    claim.refresh_from_db()
    line = claim.current.lines.get()
    note = claim.charges.get().attendance.note
    expected = f"Claim {claim.sequence}"
    for number in (claim.current.claim_number, claim.current.claim_number.lower(),
                   line.control_number, claim.payer_control_number, f"claim {claim.sequence}",
                   f"note {note.pk}", f"Note #{note.pk}"):  # fmt: skip
        assert thread.trace(number, LATER).title == expected, number
    assert thread.trace("eft77", LATER).subject.id == check_row.pk
    file = claim.current.file
    assert thread.trace(file.name, LATER).subject.id == file.pk
    assert thread.trace(file.interchanges.get().control_number, LATER).subject.id == file.pk


@pytest.mark.parametrize(
    "number", ["", " ", "nothing", "note 0", "note x", "claim", "9" * 40, "²", "CT000000001V0199"]
)
def test_a_number_that_nothing_carries_says_what_to_try(alder: Cast, number: str) -> None:
    with pytest.raises(thread.Unknown, match="Try a claim number"):
        thread.trace(number, NOW)


def test_a_note_without_a_claim_has_a_thread_of_its_own(alder: Cast) -> None:
    note = signed_session(alder).version.note
    assert kinds(thread.trace(f"note {note.pk}", NOW)) == [
        Kind.NOTE, Kind.SIGNATURE, Kind.CHARGE,
    ]  # fmt: skip
    unsigned = draft_of(alder, starts=NOW - timedelta(hours=9))
    assert thread.trace(f"note {unsigned.pk}", NOW).steps == ()


def test_a_check_shows_the_claims_that_it_answers_and_those_that_wait(alder: Cast) -> None:
    from dataclasses import replace

    claim = sent_claim(alder)
    mine = answer(claim, paid=18_000)
    strange = replace(
        mine, claim_id="X-1", payer_control_number="",
        lines=(replace(mine.lines[0], control_number=""),),
    )  # fmt: skip
    row = post_check(alder, check(alder.center, mine, strange, plb=(("WO", 500),)))
    steps = thread.of_check(row, LATER).steps
    assert [step.link.kind for step in steps if step.link][-2:] == ["claim", "match"]
    assert any("WO" in step.title for step in steps)


def test_a_thread_takes_fifteen_questions_however_long_it_is(
    alder: Cast, django_assert_max_num_queries
) -> None:
    claim = sent_claim(alder)
    for number in range(4):
        paid = answer(claim, paid=12_000, CO_45=6_000)
        post_check(alder, check(alder.center, paid, trace=f"P{number}"))
        post_check(
            alder,
            check(alder.center, reversal(paid), trace=f"R{number}", plb=(("WO", -12_000),)),
        )
    with django_assert_max_num_queries(15):
        assert len(thread.of_claim(claim, LATER).steps) > 15


def test_a_waiting_claim_shows_only_what_has_happened(alder: Cast) -> None:
    signed_session(alder)
    bill.run(alder.center, now=NOW)
    found = thread.trace("claim 1", NOW)
    assert kinds(found) == [Kind.NOTE, Kind.SIGNATURE, Kind.CHARGE, Kind.AHEAD]


def test_acknowledgments_read_at_once_stand_in_the_order_of_what_they_answer(alder: Cast) -> None:
    claim = sent_claim(alder)
    file = receive.store(b"acks", organization=alder.center, name="acks", now=NOW)
    for position, kind in enumerate(("277CA", "999", "TA1")):
        Acknowledgment.objects.create(
            organization=alder.center, file=file, position=position, kind=kind, accepted=True,
            words="Taken in.", about=claim.current.file, made_at=LATER,
        )  # fmt: skip
    found = thread.of_claim(claim, LATER)
    titles = [step.title for step in found.steps if step.kind is Kind.ACKNOWLEDGMENT]
    assert titles == ["TA1 accepted", "999 accepted", "277CA accepted"]


def test_a_replacement_and_what_it_replaces_lead_to_each_other(alder: Cast) -> None:
    claim = sent_claim(alder)
    post_check(alder, check(alder.center, answer(claim, paid=0, CO_11=18_000)))
    amend(claim.charges.get().current.note_version.note, reason="Wrong code.", now=PAID,
          diagnoses=("F332",))  # fmt: skip
    bill.run(alder.center, now=PAID)
    submit.freeze(Connection.objects.get(), now=PAID + timedelta(days=1))
    found = thread.of_claim(claim, LATER)
    first, second = [step for step in found.steps if step.kind is Kind.CLAIM]
    assert [link.words for link in first.more] == [f"Replaced by {second.title[6:]}"]
    assert [link.words for link in second.more] == [f"Replaces {first.title[6:]}"]
    assert (first.more[0].id, second.more[0].id) == (second.version, first.version)
