"""Charges become claims; claims wait until nothing speaks against their leaving."""

from datetime import timedelta

import pytest

from carethread.record.models import (
    Authorization,
    Charge,
    Claim,
    ClaimState,
    Coverage,
    Practitioner,
)
from carethread.workflow import admit, bill, document, follow_up
from carethread.workflow.claims import holding
from carethread.workflow.common import wire_format
from carethread.workflow.common.errors import Refused
from tests.cast import NOW, TODAY, Cast, amend, make_client, proof, signed_session
from tests.workflow.test_next_payer import leave, second_policy
from tests.workflow.test_post import PAID, sent_claim

LATER = NOW + timedelta(hours=3)


def _bill(cast: Cast, now=NOW) -> Claim:
    bill.run(cast.center, now=now)
    return Claim.objects.get()


def test_a_signed_service_becomes_a_clean_claim_that_waits_out_its_grace_period(
    alder: Cast,
) -> None:
    signed_session(alder)
    claim = _bill(alder)
    assert [f.message for f in claim.findings.all()] == []
    assert claim.state == ClaimState.READY
    assert claim.ready_at == NOW + timedelta(minutes=120)
    assert claim.charge_cents == 18_000


def test_billing_again_makes_nothing_new(alder: Cast) -> None:
    signed_session(alder)
    _bill(alder)
    assert bill.run(alder.center, now=LATER) == 0
    claim = Claim.objects.get()
    assert claim.events.count() == 2
    assert claim.ready_at == NOW + timedelta(minutes=120), "a second look does not restart the wait"


def test_an_associates_claim_is_held_until_the_supervisor_has_signed(alder: Cast) -> None:
    signed = signed_session(alder, by=alder.sam)
    claim = _bill(alder)
    assert claim.state == ClaimState.HELD
    assert "NOTE_COSIGNED" in claim.findings.values_list("rule", flat=True)
    document.cosign(signed.version, user=alder.vera.user, proof=proof(alder.vera.user), now=NOW)
    assert _bill(alder).state == ClaimState.READY


def test_a_person_can_hold_a_claim_in_its_grace_period_and_let_it_go_again(alder: Cast) -> None:
    signed_session(alder)
    claim = _bill(alder)
    holding.hold(claim, user=alder.bill, reason="Ask about the copay.", now=NOW)
    assert _bill(alder, LATER).state == ClaimState.HELD
    released = holding.release(claim, user=alder.bill, now=LATER)
    assert released.state == ClaimState.READY
    assert released.ready_at == LATER + timedelta(minutes=120)


def test_holding_needs_a_reason(alder: Cast) -> None:
    signed_session(alder)
    with pytest.raises(Refused, match="why"):
        holding.hold(_bill(alder), user=alder.bill, reason=" ", now=NOW)


def test_an_addendum_before_the_claim_leaves_changes_the_claim(alder: Cast) -> None:
    note = signed_session(alder).version.note
    _bill(alder)
    amend(note, reason="Ended earlier.", ends_at=note.starts_at + timedelta(minutes=40))
    claim = _bill(alder)
    assert claim.charge_cents == 14_000


def test_a_claim_whose_service_is_voided_before_it_leaves_is_closed(alder: Cast) -> None:
    note = signed_session(alder).version.note
    _bill(alder)
    amend(note, reason="Left at once.", ends_at=note.starts_at + timedelta(minutes=5))
    assert _bill(alder).state == ClaimState.CLOSED


def test_a_service_that_is_billable_again_leaves_on_the_claim_that_was_closed(alder: Cast) -> None:
    note = signed_session(alder).version.note
    _bill(alder)
    amend(note, reason="Left at once.", ends_at=note.starts_at + timedelta(minutes=5))
    assert _bill(alder).state == ClaimState.CLOSED
    amend(note, reason="Came back.", ends_at=note.starts_at + timedelta(minutes=40), now=LATER)
    claim = _bill(alder, LATER)
    assert (claim.state, claim.charge_cents) == (ClaimState.READY, 14_000)
    assert Charge.objects.get().claim == claim
    assert bill.run(alder.center, now=LATER) == 0


def test_what_was_voided_and_is_billable_again_waits_for_the_answer_to_the_void(
    alder: Cast,
) -> None:
    claim = sent_claim(alder)
    Claim.objects.update(payer_control_number="PCN-1")
    note = claim.charges.get().current.note_version.note
    amend(note, reason="Left at once.", ends_at=note.starts_at + timedelta(minutes=5), now=PAID)
    bill.run(alder.center, now=PAID)
    voided = leave(alder, claim, now=PAID)
    assert voided.current.frequency == "8"
    amend(note, reason="Came back.", ends_at=note.starts_at + timedelta(minutes=55), now=PAID)
    assert bill.run(alder.center, now=PAID) == 0, "two claims for one service"
    bill.move(voided, ClaimState.CLOSED, "The payer took it back.", now=PAID)
    assert bill.run(alder.center, now=PAID) == 1
    again = leave(alder, claim, now=PAID)
    sent = wire_format.claim_from_json(again.current.content)
    assert (again.current.frequency, sent.original_reference) == ("1", "")


def test_a_corrected_member_id_frees_the_claim_it_held(alder: Cast) -> None:
    Coverage.objects.update(member_id="HX00000001")
    signed_session(alder)
    assert "MEMBER_ID_REGEX" in _bill(alder).findings.values_list("rule", flat=True)
    coverage = Coverage.objects.get(pk=alder.coverage.pk)
    coverage.member_id = "hh00000001 "
    admit.save_coverage(coverage, now=NOW)
    assert _bill(alder).state == ClaimState.READY


def test_a_claim_goes_to_the_coverage_that_was_in_force(alder: Cast) -> None:
    Coverage.objects.update(effective_to=TODAY - timedelta(days=3))
    signed_session(alder)
    held = _bill(alder)
    assert "COVERAGE_ACTIVE_DOS" in held.findings.values_list("rule", flat=True)
    admit.save_coverage(
        Coverage(
            organization=alder.center, client=alder.clara, payer=alder.payer,
            member_id="HH00000099", effective_from=TODAY - timedelta(days=2),
        ),
        now=NOW,
    )  # fmt: skip
    bill.run(alder.center, now=NOW)
    held.refresh_from_db()
    assert held.state == ClaimState.CLOSED
    fresh = Claim.objects.exclude(pk=held.pk).get()
    assert fresh.state == ClaimState.READY
    assert fresh.coverage.member_id == "HH00000099"
    assert Charge.objects.get().payer_receivable_cents == 18_000


def _authorize(cast: Cast, **changes: object) -> Authorization:
    cast.payer.authorization_codes = ["90837"]
    cast.payer.save()
    values = {
        "organization": cast.center, "client": cast.clara, "payer": cast.payer, "number": "A-1",
        "effective_from": TODAY - timedelta(days=30), "effective_to": TODAY + timedelta(days=30),
        "codes": ["90837"], "approved_units": 1,
    } | changes  # fmt: skip
    return admit.save_authorization(Authorization(**values), now=NOW)


def test_a_service_takes_its_unit_when_it_is_signed(alder: Cast) -> None:
    authorization = _authorize(alder)
    signed_session(alder)
    authorization.refresh_from_db()
    assert authorization.remaining_units == 0
    assert _bill(alder).state == ClaimState.READY


def test_a_claim_without_its_authorization_stays(alder: Cast) -> None:
    alder.payer.authorization_codes = ["90837"]
    alder.payer.save()
    signed_session(alder)
    assert "AUTH_PRESENT" in _bill(alder).findings.values_list("rule", flat=True)


def test_a_claim_beyond_the_authorized_units_stays(alder: Cast) -> None:
    authorization = _authorize(alder)
    signed_session(alder, starts=NOW - timedelta(hours=6))
    signed_session(alder, starts=NOW - timedelta(days=1))
    bill.run(alder.center, now=NOW)
    states = sorted(Claim.objects.values_list("state", flat=True))
    assert states == [ClaimState.HELD, ClaimState.READY]
    authorization.approved_units = 2
    admit.save_authorization(authorization, now=NOW)
    bill.run(alder.center, now=NOW)
    assert not Claim.objects.filter(state=ClaimState.HELD).exists()
    authorization.refresh_from_db()
    assert authorization.remaining_units == 0


def _crisis(cast: Cast, minutes: int) -> document.Signed:
    cast.payer.authorization_codes = ["90839"]
    cast.payer.save()
    _authorize(cast, codes=["90839"])
    return signed_session(cast, service="crisis", minutes=minutes)


def test_an_add_on_that_needs_no_authorization_stays_on_its_bases_claim(alder: Cast) -> None:
    _crisis(alder, 110)
    claim = _bill(alder)
    assert claim.state == ClaimState.READY
    codes = claim.charges.order_by("pk").values_list("current__code", flat=True)
    assert list(codes) == ["90839", "90840"]


def test_a_late_add_on_joins_the_claim_of_its_base(alder: Cast) -> None:
    note = _crisis(alder, 60).version.note
    _bill(alder)
    longer = note.starts_at + timedelta(minutes=110)
    amend(note, reason="It went on.", ends_at=longer)
    claim = _bill(alder)
    assert (claim.charges.count(), claim.charge_cents) == (2, 25_000 + 2 * 12_000)


def test_a_lapsed_authorization_holds_the_claim_and_says_when_it_ended(alder: Cast) -> None:
    _authorize(alder, effective_to=TODAY - timedelta(days=1))
    signed_session(alder)
    claim = _bill(alder)
    assert claim.state == ClaimState.HELD
    assert "AUTH_DATES" in claim.findings.values_list("rule", flat=True)


def test_reading_a_hundred_claims_takes_as_many_queries_as_reading_ten(
    alder: Cast, django_assert_max_num_queries
) -> None:
    for number in range(12):
        client, *_ = make_client(
            alder.center, alder.program, alder.payer, "Cleo", f"C{number}", f"HH1{number:07d}"
        )
        signed_session(alder, client=client, starts=NOW - timedelta(hours=3 + 2 * number))
    bill.gather_charges(alder.center, now=NOW)
    claims = list(Claim.objects.all())
    with django_assert_max_num_queries(15):
        bill.prepared(claims, alder.center, NOW)


def test_a_persons_hold_outlasts_the_authors_answer_and_the_question_outlasts_the_hold(
    alder: Cast,
) -> None:
    signed_session(alder)
    claim = holding.hold(_bill(alder), user=alder.dora, reason="Suspected fraud.", now=NOW)
    (asked,) = follow_up.return_to_authors(claim, question="Who came?", user=alder.bill, now=NOW)
    follow_up.answer(asked, words="Clara.", user=alder.nora.user, now=LATER)
    held = _bill(alder, LATER)
    assert (held.state, held.stopped_reason) == (ClaimState.HELD, "Suspected fraud.")

    follow_up.return_to_authors(claim, question="When?", user=alder.bill, now=LATER)
    assert holding.release(claim, user=alder.dora, now=LATER).state == ClaimState.HELD
    waits = Claim.objects.get().stopped_reason
    assert waits == "Waits for Nora Notes's answer."
    assert holding.release(claim, user=alder.bill, now=LATER).state == ClaimState.READY


def test_an_author_who_has_another_name_by_now_lets_the_claim_go_all_the_same(
    alder: Cast,
) -> None:
    signed_session(alder)
    claim = _bill(alder)
    (asked,) = follow_up.return_to_authors(claim, question="Who came?", user=alder.bill, now=NOW)
    Practitioner.objects.filter(pk=alder.nora.pk).update(last_name="Married")
    asked.refresh_from_db()
    follow_up.answer(asked, words="Clara.", user=alder.nora.user, now=LATER)
    assert _bill(alder, LATER).state == ClaimState.READY


def test_a_claim_that_a_person_holds_keeps_its_services_until_it_is_released(alder: Cast) -> None:
    signed_session(alder)
    claim = holding.hold(_bill(alder), user=alder.dora, reason="Suspected fraud.", now=NOW)
    second_policy(alder)
    Coverage.objects.filter(pk=alder.coverage.pk).update(rank=3)
    moved = Coverage.objects.get(rank=2)
    moved.rank = 1
    admit.save_coverage(moved, now=LATER)
    assert _bill(alder, LATER) == claim, "no other claim was made"
    assert Claim.objects.get().state == ClaimState.HELD
    holding.release(claim, user=alder.dora, now=LATER)
    bill.run(alder.center, now=LATER)
    assert Charge.objects.get().current.coverage == moved
