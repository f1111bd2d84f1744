"""A remittance becomes money on the right lines, or waits for a person; it is never guessed."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from carethread.insight.takebacks import carried
from carethread.record.ledger import wrong_balances
from carethread.record.models import (
    Case,
    Charge,
    Claim,
    ClaimState,
    Connection,
    EdiFile,
    Match,
    Payer,
    ProviderAdjustment,
    Remittance,
    RemittedClaim,
    Transfer,
)
from carethread.workflow import bill, follow_up, post, submit
from carethread.workflow.center import staff
from carethread.workflow.common.errors import Refused
from carethread.workflow.common.quarantine import Quarantined
from carethread.workflow.remittances import matching
from carethread.x12.common import Party, Reference
from tests.cast import NOW, Cast, amend, signed_session
from tests.payers import answer, check, make_connection, reversal

SENT = NOW + timedelta(hours=3)
PAID = NOW + timedelta(days=14)


def sent_claim(cast: Cast, **session: object) -> Claim:
    """A session signed, billed, and its claim frozen in a file."""
    signed = signed_session(cast, **session)
    bill.run(cast.center, now=NOW)
    connection = Connection.objects.first() or make_connection(cast.center)
    submit.freeze(connection, now=SENT)
    claim = Claim.objects.get(charges__current__note_version=signed.version)
    assert claim.state == ClaimState.QUEUED
    claim.state = ClaimState.ACCEPTED
    claim.save()
    return claim


def post_check(cast: Cast, said, now=PAID) -> Remittance | None:
    """Post a check as `receive` would, from a file of its own."""
    raw = repr(said).encode()
    digest = hashlib.sha256(raw).hexdigest()
    file, _ = EdiFile.objects.get_or_create(
        organization=cast.center, direction="in", sha256=digest,
        defaults={"name": "era", "raw": raw, "made_at": now},
    )  # fmt: skip
    done = post.post_check(file, said, now=now)
    assert wrong_balances() == []
    return done


def charge_of(claim: Claim) -> Charge:
    return Charge.objects.get(claim=claim)


def test_a_paid_claim_leaves_nothing_owed(alder: Cast) -> None:
    claim = sent_claim(alder)
    said = answer(claim, paid=10_000, CO_45=6_000, PR_3=2_000)
    remittance = post_check(alder, check(alder.center, said))

    charge = charge_of(claim)
    assert charge.payer_receivable_cents == 0
    assert charge.contractual_cents == 6_000
    assert charge.patient_receivable_cents == 2_000
    assert charge.paid_cents == 10_000
    claim.refresh_from_db()
    assert claim.state == ClaimState.PAID
    assert claim.payer_control_number == said.payer_control_number
    remittance.refresh_from_db()
    assert remittance.payer_deposit_cents == 0
    assert remittance.closed_at == PAID
    assert remittance.cash_cents == 10_000


def test_a_denial_inside_processed_is_a_denial_and_stays_owed(alder: Cast) -> None:
    claim = sent_claim(alder)
    post_check(alder, check(alder.center, answer(claim, paid=0, CO_11=18_000)))
    charge = charge_of(claim)
    assert charge.denied_cents == 18_000
    assert charge.write_off_cents == 0
    claim.refresh_from_db()
    assert claim.state == ClaimState.DENIED


def test_a_denial_lands_with_the_author_of_its_note(alder: Cast) -> None:
    claim = sent_claim(alder)
    post_check(alder, check(alder.center, answer(claim, paid=0, CO_11=18_000)))
    follow_up.run(alder.center, now=PAID)
    follow_up.run(alder.center, now=PAID)
    case = Case.objects.get()
    assert case.author == alder.nora
    assert case.note == charge_of(claim).current.note_version.note
    assert case.amount_cents == 18_000
    assert case.clinical_words


def test_a_contractual_reduction_is_not_a_denial(alder: Cast) -> None:
    claim = sent_claim(alder)
    post_check(alder, check(alder.center, answer(claim, paid=12_000, CO_45=6_000)))
    follow_up.run(alder.center, now=PAID)
    assert not Case.objects.exists()


def test_the_same_check_twice_is_posted_once(alder: Cast) -> None:
    claim = sent_claim(alder)
    said = check(alder.center, answer(claim, paid=12_000, CO_45=6_000))
    assert post_check(alder, said) is not None
    assert post_check(alder, replace(said, handling="H")) is None
    assert charge_of(claim).paid_cents == 12_000


def test_an_unbalanced_remittance_is_quarantined_whole(alder: Cast) -> None:
    claim = sent_claim(alder)
    before = Transfer.objects.count()
    with pytest.raises(Quarantined, match="does not balance"):
        post_check(alder, check(alder.center, answer(claim, paid=12_000, CO_45=5_999)))
    good = answer(claim, paid=12_000, CO_45=6_000)
    with pytest.raises(Quarantined, match="does not balance"):
        post_check(alder, check(alder.center, good, amount=11_999))
    assert Transfer.objects.count() == before
    assert not Remittance.objects.exists()


def test_a_debit_over_claims_that_were_paid_is_quarantined(alder: Cast) -> None:
    claim = sent_claim(alder)
    said = check(alder.center, answer(claim, paid=12_000, CO_45=6_000))
    with pytest.raises(Quarantined, match="does not balance"):
        post_check(alder, replace(said, credit_or_debit="D"))
    assert not Remittance.objects.exists()


def test_money_that_runs_backwards_without_a_reversal_waits(alder: Cast) -> None:
    claim = sent_claim(alder)
    paid = answer(claim, paid=12_000, CO_45=6_000)
    post_check(alder, check(alder.center, paid))
    backwards = replace(reversal(paid), status="1")
    post_check(alder, check(alder.center, backwards, trace="T2"))
    assert Match.objects.latest("pk").state == "waiting"
    assert charge_of(claim).paid_cents == 12_000
    with pytest.raises(Refused, match="not marked as a reversal"):
        matching.match_by_hand(Match.objects.latest("pk"), claim.current, user=alder.bill, now=PAID)


GREAT_PLAINS = (
    Party("2", "GREAT PLAINS", references=(Reference("2U", "GRTPL"),)),
    Party("2", "Great Plains"),
    Party("2", "GP HOLDINGS", id_qualifier="XV", id="GRTPL"),
)


@pytest.mark.parametrize("payer", GREAT_PLAINS, ids=["name and id", "name", "id"])
def test_another_payers_check_waits_until_a_person_says_that_it_is_right(
    alder: Cast, payer: Party
) -> None:
    staff.save_payer(Payer(organization=alder.center, name="Great Plains", payer_id="GRTPL"))
    claim = sent_claim(alder)
    said = check(alder.center, answer(claim, paid=12_000, CO_45=6_000))
    remittance = post_check(alder, replace(said, payer=payer))
    waiting = Match.objects.get()
    assert waiting.state == "waiting"
    assert "went to another payer (HARBR and HARBOR HEALTH)" in waiting.reason
    assert charge_of(claim).paid_cents == 0
    remittance.refresh_from_db()
    assert (remittance.unapplied_cents, remittance.payer_deposit_cents) == (-12_000, 0)
    matching.match_by_hand(waiting, claim.current, user=alder.bill, now=PAID)
    assert charge_of(claim).paid_cents == 12_000


def test_a_payer_that_pays_under_a_name_we_never_heard_of_is_believed(alder: Cast) -> None:
    claim = sent_claim(alder)
    said = check(alder.center, answer(claim, paid=12_000, CO_45=6_000))
    post_check(alder, replace(said, payer=Party("2", "HH MUTUAL HOLDINGS OF OHIO")))
    assert charge_of(claim).paid_cents == 12_000


def test_a_payment_for_another_client_waits_though_its_numbers_agree(alder: Cast) -> None:
    claim = sent_claim(alder)
    stranger = Party("1", "DOE", "JANE", id_qualifier="MI", id="HH99999999")
    said = replace(answer(claim, paid=12_000, CO_45=6_000), patient=stranger)
    post_check(alder, check(alder.center, said))
    assert "neither the name nor the member id" in Match.objects.get().reason
    assert charge_of(claim).paid_cents == 0


def test_somebody_elses_remittance_is_quarantined(alder: Cast) -> None:
    claim = sent_claim(alder)
    said = check(alder.elsewhere, answer(claim, paid=12_000, CO_45=6_000))
    with pytest.raises(Quarantined, match="another provider"):
        post_check(alder, said)


def test_a_payment_for_an_unknown_claim_waits_and_its_deposit_still_closes(alder: Cast) -> None:
    claim = sent_claim(alder)
    stranger = replace(answer(claim, paid=4_000, CO_45=14_000), claim_id="ZZ9", lines=())
    stranger = replace(
        stranger, payer_control_number="?", adjustments=answer(claim, paid=4_000, CO_45=14_000)
        .lines[0].adjustments,
    )  # fmt: skip
    remittance = post_check(alder, check(alder.center, stranger))
    remittance.refresh_from_db()
    assert remittance.closed_at is not None
    assert remittance.unapplied_cents == -4_000
    assert Match.objects.get().state == "waiting"
    assert charge_of(claim).paid_cents == 0


def test_a_person_matches_what_waits_and_the_money_moves_to_its_lines(alder: Cast) -> None:
    claim = sent_claim(alder)
    whole = answer(claim, paid=12_000, CO_45=6_000)
    mangled = replace(
        whole, claim_id="ZZ9", payer_control_number="",
        lines=tuple(replace(x, control_number="") for x in whole.lines),
    )  # fmt: skip
    post_check(alder, check(alder.center, mangled))
    waiting = Match.objects.get()
    assert waiting.state == "waiting"
    matching.match_by_hand(waiting, claim.current, user=alder.bill, now=PAID)
    charge = charge_of(claim)
    assert charge.paid_cents == 12_000
    assert Remittance.objects.get().unapplied_cents == 0
    assert wrong_balances() == []
    with pytest.raises(Refused, match="already"):
        matching.match_by_hand(waiting, claim.current, user=alder.bill, now=PAID)


def test_a_reversal_and_its_correction_are_linked_pairs(alder: Cast) -> None:
    claim = sent_claim(alder)
    first = answer(claim, paid=12_000, CO_45=6_000)
    post_check(alder, check(alder.center, first))
    second = replace(answer(claim, paid=13_000, CO_45=5_000), payer_control_number="HH-NEW")
    post_check(alder, check(alder.center, reversal(first), second, trace="T2"))
    charge = charge_of(claim)
    assert charge.paid_cents == 13_000
    assert charge.contractual_cents == 5_000
    assert charge.payer_receivable_cents == 0
    assert Transfer.objects.filter(reverses__isnull=False).count() == 2
    claim.refresh_from_db()
    assert claim.state == ClaimState.PAID


def test_provider_adjustments_are_in_the_ledger_and_prove_the_deposit(alder: Cast) -> None:
    claim = sent_claim(alder)
    said = check(
        alder.center, answer(claim, paid=12_000, CO_45=6_000), plb=(("WO", 2_500), ("L6", -100))
    )
    remittance = post_check(alder, said)
    remittance.refresh_from_db()
    assert remittance.amount_cents == 9_600
    assert remittance.closed_at is not None
    assert remittance.recoupment_cents == 2_500
    assert remittance.interest_cents == -100


def test_a_cured_denial_is_owed_again_and_then_paid(alder: Cast) -> None:
    claim = sent_claim(alder)
    denied = answer(claim, paid=0, CO_11=18_000)
    post_check(alder, check(alder.center, denied))
    follow_up.run(alder.center, now=PAID)
    note = Case.objects.get().note

    amend(note, reason="Specific diagnosis.", now=PAID, diagnoses=("F332",))
    assert Case.objects.get().state == "answered"
    bill.run(alder.center, now=PAID)
    later = PAID + timedelta(hours=3)
    submit.freeze(Connection.objects.get(), now=later)
    claim = Claim.objects.get(pk=claim.pk)
    assert claim.current.frequency == "7"
    assert claim.current.original_reference == denied.payer_control_number
    charge = charge_of(claim)
    assert (charge.denied_cents, charge.payer_receivable_cents) == (0, 18_000)

    claim.state = ClaimState.ACCEPTED
    claim.save()
    paid = answer(claim, paid=12_000, CO_45=6_000)
    post_check(alder, check(alder.center, reversal(denied), paid, trace="T2"), now=later)
    follow_up.run(alder.center, now=later)
    assert charge_of(claim).paid_cents == 12_000
    assert Claim.objects.get().state == ClaimState.PAID
    assert Case.objects.get().state == "closed"


def test_a_denied_claim_cannot_be_closed_away(alder: Cast) -> None:
    claim = sent_claim(alder)
    post_check(alder, check(alder.center, answer(claim, paid=0, CO_11=18_000)))
    follow_up.run(alder.center, now=PAID)
    with pytest.raises(Refused, match="still owed"):
        follow_up.close(Case.objects.get(), resolution="Too old.", user=alder.bill, now=PAID)


def test_two_claims_in_one_check_are_posted_each_to_its_own(alder: Cast) -> None:
    first = sent_claim(alder)
    second = sent_claim(alder, starts=NOW - timedelta(days=1))
    post_check(
        alder,
        check(
            alder.center,
            answer(first, paid=1_000, CO_45=17_000),
            answer(second, paid=2_000, CO_45=16_000),
        ),
    )
    assert charge_of(first).paid_cents == 1_000
    assert charge_of(second).paid_cents == 2_000
    assert RemittedClaim.objects.count() == 2


def test_a_takeback_that_a_check_cannot_hold_is_carried_to_the_next_one(alder: Cast) -> None:
    """April takes back more than it pays; May takes the rest. Every deposit is proven, the claim
    that was taken back is owed again, and what each check changed names its claim."""
    first, second = sent_claim(alder), sent_claim(alder, starts=NOW - timedelta(days=1))
    paid = answer(first, paid=12_000, CO_45=6_000)
    post_check(alder, check(alder.center, paid, trace="MARCH"))
    april = check(alder.center, reversal(paid), trace="APRIL", plb=(("FB", -12_000),))
    number = paid.payer_control_number
    post_check(alder, _naming(april, number))
    assert charge_of(first).payer_receivable_cents == 18_000
    (forward,) = carried()
    assert (forward.cents, forward.claim) == (12_000, first)

    said = answer(second, paid=14_000, CO_45=4_000)
    may = check(alder.center, said, trace="MAY", plb=(("FB", 12_000), ("WO", 500), ("CT", -900)))
    post_check(alder, _naming(may, f"{number} OLD"))
    assert [d.closed_at is not None for d in Remittance.objects.all()] == [True] * 3
    assert [d.cash_cents for d in Remittance.objects.order_by("pk")] == [12_000, 0, 2_400]
    assert [d.recoupment_cents for d in Remittance.objects.order_by("pk")] == [0, -12_000, 12_500]
    assert Remittance.objects.get(trace="MAY").capitation_cents == -900
    (taken,) = carried()
    assert (taken.cents, taken.claim) == (-500, first), "taken, and no reversal says why"
    assert [p.claim for p in ProviderAdjustment.objects.order_by("pk")] == [first] * 4


def _naming(said, reference: str):
    """The same check, its provider-level adjustments under that reference."""
    changes = tuple(replace(p, reference=reference) for p in said.provider_adjustments)
    return replace(said, provider_adjustments=changes)


def test_a_claim_that_was_forwarded_goes_on_waiting(alder: Cast) -> None:
    claim = sent_claim(alder)
    gone = answer(claim, paid=0, status="23", CO_109=18_000)
    post_check(alder, check(alder.center, gone))
    claim.refresh_from_db()
    assert claim.state == ClaimState.ACCEPTED
    assert charge_of(claim).payer_receivable_cents == 18_000
    assert "forwarded it to another payer" in claim.events.latest("pk").words
    post_check(alder, check(alder.center, answer(claim, paid=12_000, CO_45=6_000), trace="T2"))
    assert charge_of(claim).paid_cents == 12_000
