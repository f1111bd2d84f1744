"""What leaves for a payer about a case: with the consent that it needs, whoever the payer is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from carethread.record.models import (
    Appointment,
    Case,
    Claim,
    ClaimFinding,
    ClaimState,
    Consent,
    Episode,
    NoteVersion,
    Practitioner,
    Program,
)
from carethread.rules.letters import Level
from carethread.workflow import admit, bill, document, follow_up, submit
from carethread.workflow.casework import papers
from carethread.workflow.center import staff
from carethread.workflow.common.errors import Refused
from carethread.workflow.coverage import coverage_order
from carethread.workflow.remittances import next_payer
from carethread.x12.common import Adjustment
from tests.cast import LONG_AGO, NOW, Cast, amend, draft_from, sign
from tests.paper.reading import words
from tests.payers import answer, check, make_connection
from tests.workflow.test_next_payer import LATER, from_payer, in_part, leave, second_policy
from tests.workflow.test_post import post_check, sent_claim
from tests.workflow.test_program_day import MONDAY, _care

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
        Consent(organization=alder.center, client=alder.clara, kind="part2", signed_on=LONG_AGO),
        now=LATER,
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
        Consent(organization=alder.center, client=alder.clara, kind="part2", signed_on=LONG_AGO),
        now=LATER,
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

    for until, in_time in ((LATER.date(), True), (LATER.date() - timedelta(days=1), False)):
        letter = papers.write_appeal(case, Level(1, "internal appeal", until), words="", **by_bill)
        assert ("within the time for it" in words(bytes(letter.content))) == in_time

    admit.revoke(consent, LATER.date(), now=LATER)
    with pytest.raises(Refused, match=NO_CONSENT):
        papers.make_packet(case, ["remittance"], **by_bill)
    with pytest.raises(Refused, match=NO_CONSENT):
        papers.write_appeal(case, Level(1, "internal appeal", LATER.date()), words="", **by_bill)


NEXT_WEEK = NOW + timedelta(days=7)


def _day_of(cast: Cast, episode: Episode, by: Practitioner, words: str, after: int) -> None:
    """Three signed hours of one day, all of whose notes say these words."""
    on = NOW + timedelta(days=after)
    for hour in (14, 15, 16):
        starts = on.replace(hour=hour, minute=0)
        appointment = admit.schedule(
            Appointment(organization=cast.center, client=cast.clara, practitioner=by,
                        program=episode.program, service="sud_individual", starts_at=starts,
                        ends_at=starts + timedelta(minutes=60))
        )  # fmt: skip
        note = document.open_note(appointment, now=on)
        told = {"intervention": f"{words} at {hour}", "plan": "Continue."}
        draft = draft_from(note, diagnoses=("F1020",), content=told)
        sign(document.save_draft(note, draft, now=on), on)


@pytest.fixture
def weeks_case(alder: Cast) -> Case:
    """The payer wants records of a program's week: a day of Nora's notes and one of Vera's."""
    episode = _care(alder, "IOP-SUD")
    _day_of(alder, episode, alder.nora, "Nora heard it", after=0)
    _day_of(alder, episode, alder.vera, "Vera heard it", after=1)
    bill.run(alder.center, now=NEXT_WEEK)
    submit.freeze(make_connection(alder.center), now=NEXT_WEEK + timedelta(days=2))
    claim = Claim.objects.get()
    Claim.objects.filter(pk=claim.pk).update(state=ClaimState.ACCEPTED)
    claim.refresh_from_db()
    first, _ = follow_up.return_to_authors(
        claim, question="The payer wants records.", user=alder.bill, now=NEXT_WEEK
    )
    return first


def test_a_clinician_releases_all_notes_of_their_own_and_nobody_elses(
    alder: Cast, weeks_case: Case
) -> None:
    assert weeks_case.author == alder.nora
    released = papers.release(weeks_case, user=alder.nora.user, now=NEXT_WEEK)
    said = words(bytes(released.content))
    assert [f"Nora heard it at {hour}" in said for hour in (14, 15, 16)] == [True] * 3
    assert "Vera" not in said
    history = [event.words for event in weeks_case.events.all()]
    assert any("Not in it: notes of Vera" in told for told in history), history


def test_each_author_of_a_weeks_notes_is_asked_and_releases_their_own(
    alder: Cast, weeks_case: Case
) -> None:
    asked = Case.objects.filter(claim=weeks_case.claim, kind="question").order_by("pk")
    assert [(case.author, case.note.author) for case in asked] == [
        (alder.nora, alder.nora), (alder.vera, alder.vera)
    ]  # fmt: skip
    for case, who, said in zip(asked, (alder.nora, alder.vera), ("Nora", "Vera"), strict=True):
        released = papers.release(case, user=who.user, now=NEXT_WEEK)
        assert f"{said} heard it at 14" in words(bytes(released.content))
        case.refresh_from_db()
        assert case.state == "answered"
    again = follow_up.return_to_authors(
        weeks_case.claim, question="And the plan?", user=alder.bill, now=NEXT_WEEK
    )
    assert [case.author for case in again] == [alder.nora, alder.vera]
    more = follow_up.return_to_authors(
        weeks_case.claim, question="Please.", user=alder.bill, now=NEXT_WEEK
    )
    assert more == again, "an open question is added to"


def test_a_claim_waits_until_each_author_has_answered(alder: Cast) -> None:
    episode = _care(alder, "IOP-SUD")
    _day_of(alder, episode, alder.nora, "Nora heard it", after=0)
    _day_of(alder, episode, alder.vera, "Vera heard it", after=1)
    bill.run(alder.center, now=NEXT_WEEK)
    claim = Claim.objects.get()
    cases = follow_up.return_to_authors(claim, question="When?", user=alder.bill, now=NEXT_WEEK)
    states = []
    for case, who in zip(cases, (alder.nora, alder.vera), strict=True):
        follow_up.answer(case, words="Then.", user=who.user, now=NEXT_WEEK)
        claim.refresh_from_db()
        states.append((claim.state, claim.stopped_reason))
    assert states == [
        (ClaimState.HELD, "Waits for Vera Vance's answer."), (ClaimState.READY, "")
    ]  # fmt: skip


def test_a_refused_day_goes_to_who_wrote_it_and_their_release_asks_who_wrote_the_others(
    alder: Cast,
) -> None:
    episode = _care(alder, "IOP-SUD")
    episode.attending = alder.vera
    admit.admit(episode, attending_since=MONDAY, now=NOW)
    _day_of(alder, episode, alder.nora, "Nora heard it", after=0)
    _day_of(alder, episode, alder.vera, "Vera heard it", after=1)
    bill.run(alder.center, now=NEXT_WEEK)
    submit.freeze(make_connection(alder.center), now=NEXT_WEEK + timedelta(days=2))
    Claim.objects.update(state=ClaimState.ACCEPTED)
    claim = Claim.objects.get()
    assert claim.practitioner == alder.vera
    said = in_part(claim, 35_000)
    lines = tuple(
        replace(line, adjustments=(Adjustment("CO", "150", 35_000),)) for line in said.lines
    )
    post_check(alder, check(alder.center, replace(said, patient_responsibility=0, lines=lines)))
    follow_up.run(alder.center, now=LATER)
    monday, tuesday = Case.objects.filter(kind="denial").order_by("remitted_line__number")
    assert (monday.author, tuesday.author) == (alder.nora, alder.vera)
    assert monday.note.author == alder.nora

    papers.release(monday, user=alder.nora.user, now=LATER)
    (asked,) = Case.objects.filter(kind="question")
    assert (asked.author, asked.note.author) == (alder.vera, alder.vera)
    assert "Nora Notes has released their notes" in asked.title
    papers.release(asked, user=alder.vera.user, now=LATER)
    assert Case.objects.filter(kind="question").count() == 1, "nobody is asked twice"


def test_a_supervisor_adds_what_their_people_wrote_and_billing_only_the_facts(
    alder: Cast, weeks_case: Case
) -> None:
    Practitioner.objects.filter(pk=alder.nora.pk).update(supervisor=alder.vera)
    both = papers.make_packet(
        weeks_case, ["note", "narrative"], user=alder.vera.user, now=NEXT_WEEK
    )
    said = words(bytes(both.content))
    assert "Nora heard it" in said
    assert "Vera heard it" in said
    facts = papers.make_packet(weeks_case, ["note"], user=alder.bill, now=NEXT_WEEK)
    said = words(bytes(facts.content))
    assert said.count("Nora Notes") >= 3
    assert "heard it" not in said
    with pytest.raises(Refused, match="added by its author"):
        papers.make_packet(weeks_case, ["narrative"], user=alder.bill, now=NEXT_WEEK)


def test_what_was_signed_in_the_evening_was_signed_that_day(weeks_case: Case) -> None:
    half_past_ten_in_new_york = datetime(2026, 3, 3, 3, 30, tzinfo=UTC)
    assert papers._day(weeks_case, half_past_ten_in_new_york) == "Mar 2, 2026"


def test_why_a_note_was_corrected_and_what_its_plan_aims_at_is_its_authors_to_release(
    alder: Cast, weeks_case: Case
) -> None:
    first = NoteVersion.objects.filter(author=alder.nora).earliest("starts_at")
    amend(first.note, reason="She named her brother.", now=NEXT_WEEK)
    for key in ("narrative", "goals"):
        with pytest.raises(Refused, match="added by its author"):
            papers.make_packet(weeks_case, ["note", key], user=alder.bill, now=NEXT_WEEK)
    facts = papers.make_packet(weeks_case, ["note"], user=alder.bill, now=NEXT_WEEK)
    assert "her brother" not in words(bytes(facts.content))
    released = papers.release(weeks_case, user=alder.nora.user, now=NEXT_WEEK)
    assert "Addendum: She named her brother." in words(bytes(released.content))


def test_every_unsettled_case_about_a_claim_is_told_of_an_addendum_to_a_note_behind_it(
    alder: Cast,
) -> None:
    _day_of(alder, _care(alder, "IOP-SUD"), alder.nora, "Nora heard it", after=0)
    bill.run(alder.center, now=NEXT_WEEK)
    submit.freeze(make_connection(alder.center), now=NEXT_WEEK + timedelta(days=2))
    Claim.objects.update(state=ClaimState.ACCEPTED)
    claim = Claim.objects.get()
    post_check(alder, check(alder.center, answer(claim, paid=0, CO_197=claim.charge_cents)))
    follow_up.run(alder.center, now=LATER)
    denial = Case.objects.get(kind="denial")
    assert (denial.author, denial.note) == (None, None), "it is no author's"
    (asked,) = follow_up.return_to_authors(claim, question="?", user=alder.bill, now=LATER)
    settled = Case.objects.create(
        organization=alder.center, kind="held", source="x:1", title="Settled", claim=claim,
        owner_role="biller", state="closed", opened_at=LATER, closed_at=LATER,
    )  # fmt: skip

    first = NoteVersion.objects.order_by("starts_at").first()
    amend(first.note, reason="It took longer.", now=LATER + timedelta(hours=1))
    told = "Nora Notes, LCSW signed version 2, an addendum to the note of Mar 2, 2026."
    assert denial.events.last().words == told
    assert not settled.events.exists()
    denial.refresh_from_db()
    asked.refresh_from_db()
    assert denial.state == "open", "what is not its author's is not answered by it"
    assert (asked.note == first.note) == (asked.state == "answered")
