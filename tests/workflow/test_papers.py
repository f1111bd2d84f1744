"""What leaves for a payer about a case: with the consent that it needs, whoever the payer is."""

import pytest

from carethread.record.models import Case, Claim, ClaimFinding, ClaimState, Consent, Program
from carethread.rules.letters import Level
from carethread.workflow import admit, follow_up
from carethread.workflow.casework import papers
from carethread.workflow.center import staff
from carethread.workflow.common.errors import Refused
from carethread.workflow.coverage import coverage_order
from carethread.workflow.remittances import next_payer
from tests.cast import LONG_AGO, Cast
from tests.paper.reading import words
from tests.payers import answer, check
from tests.workflow.test_next_payer import LATER, from_payer, leave, second_policy
from tests.workflow.test_post import post_check, sent_claim

NO_CONSENT = "No consent under 42 CFR Part 2"


def test_records_of_a_substance_use_program_leave_for_a_later_payer_under_a_consent_too(
    alder: Cast,
) -> None:
    second_policy(alder)
    first = sent_claim(alder)
    post_check(alder, check(alder.center, answer(first, paid=10_000, CO_45=3_000, PR_2=5_000)))
    next_payer.run(alder.center, now=LATER)
    second = Claim.objects.get(after=first)
    missing = ClaimFinding.objects.create(
        organization=alder.center, claim=second, rule="PLAN_IN_FORCE", severity="stops",
        owner="clinician", message="No plan.",
    )  # fmt: skip
    Claim.objects.filter(pk=second.pk).update(state=ClaimState.HELD)
    follow_up.run(alder.center, now=LATER)
    held = Case.objects.get(kind="held", claim=second)
    assert held.note == first.charges.get().current.note_version.note, "its author is asked"
    missing.delete()
    Claim.objects.filter(pk=second.pk).update(state=ClaimState.READY)

    refused = answer(leave(alder, second), paid=0, status="2", OA_23=13_000, CO_252=5_000)
    post_check(alder, from_payer(alder, second.payer, refused, trace="S1"), now=LATER)
    follow_up.run(alder.center, now=LATER)
    case = Case.objects.get(kind="denial", claim=second)
    Program.objects.update(is_part2=True)
    Consent.objects.all().delete()
    level = Level(1, "internal appeal", LATER.date())
    by_nora = {"user": alder.nora.user, "now": LATER}
    with pytest.raises(Refused, match=NO_CONSENT):
        papers.make_packet(case, ["note"], **by_nora)
    with pytest.raises(Refused, match=NO_CONSENT):
        papers.write_appeal(case, level, words="", **by_nora)
    admit.save_consent(
        Consent(organization=alder.center, client=alder.clara, kind="part2", signed_on=LONG_AGO)
    )
    packet = papers.make_packet(case, ["note", "narrative"], **by_nora)
    for made in (packet, papers.write_appeal(case, level, words="", **by_nora)):
        assert "42 CFR part 2 prohibits" in words(bytes(made.content))
    assert "Nora Notes" in words(bytes(packet.content))


def test_what_a_payer_saw_needs_a_consent_also_after_its_services_left_for_another_payer(
    alder: Cast,
) -> None:
    alder.program.is_part2 = True
    staff.save_program(alder.program)
    consent = admit.save_consent(
        Consent(organization=alder.center, client=alder.clara, kind="part2", signed_on=LONG_AGO)
    )
    summit = second_policy(alder)
    claim = sent_claim(alder)
    post_check(alder, check(alder.center, answer(claim, paid=0, CO_22=18_000)))
    follow_up.run(alder.center, now=LATER)
    case = Case.objects.get(kind="denial")
    by_bill = {"user": alder.bill, "now": LATER}
    coverage_order.put_in_order(case, summit.pk, **by_bill)
    assert not claim.charges.exists()

    made = papers.make_packet(case, ["note", "remittance"], **by_bill)
    said = words(bytes(made.content))
    assert "42 CFR part 2 prohibits" in said
    assert "Nora Notes" in said, "the note is still what the payer refused"

    consent.revoked_on = LATER.date()
    admit.save_consent(consent)
    with pytest.raises(Refused, match=NO_CONSENT):
        papers.make_packet(case, ["remittance"], **by_bill)
    with pytest.raises(Refused, match=NO_CONSENT):
        papers.write_appeal(case, Level(1, "internal appeal", LATER.date()), words="", **by_bill)
