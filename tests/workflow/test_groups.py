"""A group meets, is checked in, written about, signed once, billed, corrected: on the real path."""

from datetime import timedelta

import pytest

from carethread.record.ledger import wrong_balances
from carethread.record.models import (
    Attendance,
    Authorization,
    Charge,
    Claim,
    ClaimState,
    Connection,
    Diagnosis,
    Note,
    NoteVersion,
    PolicySetting,
    Program,
    Session,
    Transfer,
)
from carethread.workflow import admit, bill, document, submit
from carethread.workflow.care import group_sign, groups, signing
from carethread.workflow.center import staff
from carethread.workflow.common.errors import Refused
from carethread.workflow.common.stale import stamp
from tests.cast import LONG_AGO, NOW, TODAY, Cast, amend, proof
from tests.groups import NAMES, TOPIC, Circle, at, circle, fees, people
from tests.payers import make_connection

LATER = NOW + timedelta(hours=3)


@pytest.fixture
def three(alder: Cast) -> Circle:
    """Abel, Bree and Carl, from ten to half past eleven."""
    fees(alder)
    return circle(alder, people(alder, 3))


def charged(name: str) -> list[tuple[str, int, int]]:
    """Code, units and cents of a client's live charges, in the order of the day."""
    rows = Charge.objects.filter(client__first_name=name, state="live").order_by(
        "current__note_version__starts_at"
    )
    return [(c.current.code, c.current.units, c.current.amount_cents) for c in rows]


def minutes(name: str) -> list[int]:
    rows = Note.objects.filter(attendance__client__first_name=name, current__isnull=False)
    return [note.current.minutes for note in rows.order_by("current__starts_at")]


# ------------------------------------------------------------------------------ checking in


def test_the_roster_is_expected_and_opening_again_makes_nothing_twice(three: Circle) -> None:
    again = groups.open_session(three.group, TODAY, user=three.user, now=NOW)
    assert again == three.session
    assert Session.objects.count() == 1
    assert [a.status for a in again.attendances.all()] == ["expected"] * 3


def test_who_has_left_the_program_or_the_roster_is_not_expected(alder: Cast) -> None:
    clients = people(alder, 3)
    first = circle(alder, clients)
    groups.leave(first.group.members.get(episode__client=clients[0]), TODAY - timedelta(days=1))
    clients[1].episodes.update(discharged_on=TODAY - timedelta(days=1))
    assert [e.client for e in groups.roster(first.group, TODAY)] == [clients[2]]


def test_late_and_left_take_the_clocks_time_while_the_group_meets(three: Circle) -> None:
    three.mark("Abel", "late", now=at(10, 20))
    three.mark("Abel", "left", now=at(11, 10))
    abel = three.of("Abel")
    assert (abel.status, abel.arrived_at, abel.left_at) == ("present", at(10, 20), at(11, 10))
    three.mark("Abel", "present")
    assert groups.attended(three.of("Abel"), three.session) == (at(10), at(11, 30))


def test_afterwards_nobody_guesses_when_somebody_came(three: Circle) -> None:
    with pytest.raises(Refused, match="Type when Abel Nr0 came"):
        three.mark("Abel", "late", now=at(12))
    three.there("Abel", at(10, 15), None)
    assert three.of("Abel").arrived_at == at(10, 15)


def test_nobody_attends_a_group_while_it_does_not_meet(three: Circle) -> None:
    with pytest.raises(Refused, match="from 10:00 to 11:30"):
        three.there("Abel", at(9), None)
    with pytest.raises(Refused, match="leave after they came"):
        three.there("Abel", at(11), at(10, 30))


def test_a_walk_in_is_of_the_program_and_is_added_once(three: Circle) -> None:
    clara = three.cast.episode
    first = groups.walk_in(three.session, clara, user=three.user)
    assert groups.walk_in(three.session, clara, user=three.user) == first
    assert (first.status, first.is_walk_in) == ("present", True)
    groups.not_here(first, user=three.user)
    assert three.session.attendances.count() == 3


def test_somebody_of_another_program_cannot_walk_in(three: Circle) -> None:
    other = staff.save_program(
        Program(organization=three.cast.center, site=three.cast.site, name="Elsewhere",
                level_of_care="OP")
    )  # fmt: skip
    clara = three.cast.episode
    clara.program = other
    clara.save()
    with pytest.raises(Refused, match="Ask intake to admit"):
        groups.walk_in(three.session, clara, user=three.user)


def test_only_the_facilitators_check_in_and_only_who_leads_signs(three: Circle) -> None:
    vera, sam = three.cast.vera.user, three.cast.sam.user
    with pytest.raises(Refused, match="Only the facilitators"):
        groups.mark(three.of("Abel"), "present", user=vera, now=NOW)
    groups.mark(three.of("Abel"), "present", user=sam, now=NOW)
    with pytest.raises(Refused, match="Only the facilitator signs"):
        group_sign.sign(three.session, user=sam, proof=proof(sam), now=NOW)


def test_the_co_facilitator_can_lead_and_then_renders(three: Circle) -> None:
    three.came()
    three.write()
    sam = three.cast.sam.user
    groups.take_lead(three.session, user=sam)
    outcome = group_sign.sign(three.session, user=sam, proof=proof(sam), now=NOW)
    assert {one.version.author for one in outcome.clients} == {three.cast.sam}
    assert "NOTE_COSIGNED" in {f.rule for f in outcome.clients[0].findings}


def test_what_another_window_wrote_is_not_overwritten(three: Circle) -> None:
    seen = stamp(three.session.content)
    groups.write_shared(three.session, TOPIC, user=three.user, seen=seen)
    with pytest.raises(Refused, match="another window"):
        groups.write_shared(three.session, {"topic": "Sleep"}, user=three.user, seen=seen)
    groups.write_shared(three.session, TOPIC, user=three.user, seen=seen)


# ------------------------------------------------------------------------------ refusing


def test_everything_that_is_missing_is_said_at_once_and_for_whom(three: Circle) -> None:
    three.mark("Abel", "present")
    three.mark("Bree", "no_show")
    with pytest.raises(Refused) as refusal:
        three.sign()
    said = {p.field: p.message for p in refusal.value.problems}
    assert said["roster"] == "Say whether they came: Carl Nr2."
    assert said["shared"] == "Write once what the group did."
    assert said[f"attendance:{three.of('Abel').pk}"] == "Say something of Abel Nr0 alone."
    assert not NoteVersion.objects.exists()


def test_no_chart_names_another_client(three: Circle) -> None:
    three.came()
    three.write()
    groups.write_shared(three.session, {"topic": "Abel spoke of a relapse."}, user=three.user)
    part = {"response": "Gave Carl an honest answer."}
    groups.write_part(three.of("Bree"), part, user=three.user, now=NOW)
    with pytest.raises(Refused) as refusal:
        three.sign()
    shared, own = refusal.value.problems
    assert (shared.field, shared.message[:6]) == ("shared", "“Abel”")
    assert own.message.startswith("“Carl” is in the group as well")
    assert "the chart of Bree Nr1" in own.message


def test_word_for_word_the_same_of_two_clients_is_not_individual(three: Circle) -> None:
    three.came()
    three.write()
    for name in ("Abel", "Carl"):
        part = {"response": "Listened  and shared."}
        groups.write_part(three.of(name), part, user=three.user, now=NOW)
    with pytest.raises(Refused, match="the same is said of Abel Nr0 and Carl Nr2"):
        three.sign()


def test_one_clinician_cannot_lead_two_groups_at_once(three: Circle) -> None:
    three.came()
    three.write()
    three.sign()
    second = circle(three.cast, three.clients[:2], hour=11)
    second.came()
    second.write()
    with pytest.raises(Refused, match="another session at this time"):
        second.sign()


def test_a_group_note_is_signed_with_its_group_alone(three: Circle) -> None:
    three.came()
    three.write()
    note = three.of("Abel").note
    with pytest.raises(Refused, match="with its group"):
        document.sign(note, user=three.user, proof=proof(three.user), now=NOW)


# ------------------------------------------------------------------------------ signing


def test_one_signature_makes_a_version_a_charge_and_a_claim_for_each(three: Circle) -> None:
    three.came("Carl")
    three.mark("Carl", "no_show")
    three.write()
    outcome = three.sign()
    assert len(outcome.clients) == 2
    assert charged("Abel") == charged("Bree") == [("90853", 1, 6_000)]
    assert charged("Carl") == []
    bill.run(three.cast.center, now=NOW)
    claims = Claim.objects.all()
    assert {(c.client.first_name, c.state, c.charge_cents) for c in claims} == {
        ("Abel", ClaimState.READY, 6_000), ("Bree", ClaimState.READY, 6_000)
    }  # fmt: skip


def test_each_chart_holds_the_shared_part_and_its_own_and_nobody_elses(three: Circle) -> None:
    three.came()
    three.write()
    three.sign()
    abel = three.of("Abel")
    content = abel.note.current.content
    assert content == {
        **TOPIC, "participation": "Took an active part", "response": f"Said: {abel.pk} things."
    }  # fmt: skip
    assert signing.fingerprint(abel.note.current) == abel.note.current.hash
    signature = abel.note.current.signatures.get()
    assert (signature.user, signature.role) == (three.user, "author")


def test_a_second_click_signs_nothing_twice(three: Circle) -> None:
    three.came()
    three.write()
    first, second = three.sign(), three.sign()
    assert (first.already, second.already) == (False, True)
    assert {one.version for one in first.clients} == {one.version for one in second.clients}
    assert [one.lines for one in second.clients] == [one.lines for one in first.clients]
    counts = (NoteVersion, Charge, Transfer)
    assert [model.objects.count() for model in counts] == [3, 3, 3]


def test_who_is_checked_in_after_the_signature_is_signed_for_alone(three: Circle) -> None:
    three.came("Carl")
    three.mark("Carl", "no_show")
    three.write()
    three.sign()
    three.mark("Carl", "present")
    part = {"response": "Came after all."}
    groups.write_part(three.of("Carl"), part, user=three.user, now=NOW)
    assert [one.attendance.client.first_name for one in three.sign().clients] == ["Carl"]
    assert three.of("Carl").note.current.content["topic"] == "Triggers"
    assert NoteVersion.objects.count() == 3


def test_after_the_signature_the_check_in_stands(three: Circle) -> None:
    three.came()
    three.write()
    three.sign()
    with pytest.raises(Refused, match="by an addendum"):
        three.mark("Abel", "no_show")
    with pytest.raises(Refused, match="by an addendum"):
        groups.write_shared(three.session, {"topic": "Sleep"}, user=three.user)


def test_the_preview_shows_what_each_would_be_charged_and_creates_nothing(three: Circle) -> None:
    three.came()
    three.there("Bree", at(10, 30), None)
    three.write()
    outcome = group_sign.preview(three.session, now=NOW)
    assert not outcome.problems
    assert [one.minutes for one in outcome.clients] == [90, 60, 90]
    assert outcome.amount_cents == 18_000
    assert [f.rule for one in outcome.clients for f in one.findings] == []
    assert not NoteVersion.objects.exists()
    assert not Charge.objects.exists()


def test_each_is_charged_by_their_own_minutes_diagnoses_place_and_authorization(
    alder: Cast,
) -> None:
    fees(alder)
    alder.payer.authorization_codes = ["H2027"]
    alder.payer.save()
    one = circle(alder, people(alder, 2), service="psychoeducation")
    abel = one.of("Abel")
    abel.episode.diagnoses.all().delete()
    admit.save_diagnosis(
        Diagnosis(organization=alder.center, episode=abel.episode, code="F1020", rank=1,
                  diagnosed_on=TODAY)
    )  # fmt: skip
    authorization = admit.save_authorization(
        Authorization(organization=alder.center, client=abel.client, payer=alder.payer,
                      number="A-9", codes=["H2027"], approved_units=10,
                      effective_from=LONG_AGO, effective_to=TODAY + timedelta(days=30)),
        now=NOW,
    )  # fmt: skip
    one.came()
    one.there("Bree", at(10, 40), at(11, 17))
    groups.set_how(one.of("Bree"), "video", user=one.user)
    one.write()
    outcome = one.sign()
    assert charged("Abel") == [("H2027", 6, 9_000)]
    assert charged("Bree") == [("H2027", 2, 3_000)]
    authorization.refresh_from_db()
    assert authorization.used_units == 6
    assert one.of("Abel").note.current.diagnoses == ["F1020"]
    assert one.of("Bree").note.current.diagnoses == ["F331", "F411"]
    assert [x.version.place_of_service for x in outcome.clients] == ["11", "10"]
    assert Charge.objects.get(client__first_name="Bree").current.modifiers == ["95"]
    missing = {x.attendance.client.first_name: {f.rule for f in x.findings}
               for x in outcome.clients}  # fmt: skip
    assert "AUTH_PRESENT" in missing["Bree"]
    assert missing["Abel"] == set()


def test_a_group_over_the_payers_cap_is_told_before_it_is_signed(three: Circle) -> None:
    PolicySetting.objects.create(
        organization=three.cast.center, payer=three.cast.payer, key="group_most", value=2,
        effective_from=LONG_AGO, set_at=NOW,
    )  # fmt: skip
    three.came()
    three.write()
    (finding,) = group_sign.preview(three.session, now=NOW).clients[0].findings
    assert finding.rule == "GROUP_SIZE"
    assert "3 clients were in the group; Harbor Health takes 2 to 2" in finding.message
    assert "two groups" in finding.message


def test_hours_in_groups_make_the_days_of_a_program(alder: Cast) -> None:
    fees(alder, H0015=35_000)
    program = staff.save_program(
        Program(organization=alder.center, site=alder.site, name="IOP", form="I",
                level_of_care="IOP-SUD")
    )  # fmt: skip
    clients = people(alder, 2, program)
    for hour in (9, 11):
        one = circle(alder, clients, service="sud_group", hour=hour, minutes=90, program=program)
        one.came()
        if hour == 11:
            one.there("Bree", at(11, 1), None)
        one.write()
        foreseen = group_sign.preview(one.session, now=NOW)
        outcome = one.sign()
    assert [x.lines[0].code if x.lines else "" for x in foreseen.clients] == ["H0015", ""]
    assert [f.rule for f in foreseen.clients[1].findings] == ["DAY_TOO_SHORT"]
    assert charged("Abel") == [("H0015", 1, 35_000)]
    assert charged("Bree") == []
    assert [f.rule for f in outcome.clients[1].findings] == ["DAY_TOO_SHORT"]
    user = alder.nora.user
    group_sign.correct(one.of("Bree"), attended=True, reason="She was on time.", user=user,
                       proof=proof(user), now=NOW)  # fmt: skip
    assert charged("Bree") == [("H0015", 1, 35_000)]
    group_sign.correct(one.of("Abel"), attended=False, reason="It was another Abel.", user=user,
                       proof=proof(user), now=NOW)  # fmt: skip
    assert charged("Abel") == []
    assert wrong_balances() == []


# ------------------------------------------------------------------------------ fifteen by three


KINDS = (("group", 9), ("psychoeducation", 11), ("sud_group", 13))


def _day(cast: Cast) -> list[Circle]:
    """Fifteen clients in three groups. In each Abel comes 20 minutes late, Bree leaves 35 minutes
    early, Carl does not come, and Paul, who is on no roster, walks in."""
    fees(cast)
    *clients, paul = people(cast, 16)
    held = []
    for service, hour in KINDS:
        one = circle(cast, clients, service=service, hour=hour)
        one.mark("Abel", "late", now=at(hour, 20))
        one.mark("Bree", "left", now=at(hour, 55))
        one.mark("Carl", "no_show")
        one.came("Abel", "Bree", "Carl")
        groups.walk_in(one.session, paul.episodes.get(), user=one.user)
        one.write()
        one.sign()
        held.append(one)
    return held


def _sent(cast: Cast) -> Connection:
    """All claims have left, and the payer has taken them in."""
    bill.run(cast.center, now=NOW)
    connection = make_connection(cast.center)
    submit.freeze(connection, now=LATER)
    for claim in Claim.objects.all():
        claim.state, claim.payer_control_number = ClaimState.ACCEPTED, f"PCN-{claim.pk}"
        claim.save()
    return connection


def test_fifteen_clients_in_three_groups_are_charged_for_what_each_attended(alder: Cast) -> None:
    _day(alder)
    assert minutes("Abel") == [70, 70, 70]
    assert minutes("Bree") == [55, 55, 55]
    assert minutes("Carl") == []
    assert charged("Abel") == [("90853", 1, 6_000), ("H2027", 5, 7_500), ("H0005", 1, 5_000)]
    assert charged("Bree") == [("90853", 1, 6_000), ("H2027", 4, 6_000), ("H0005", 1, 5_000)]
    whole = [("90853", 1, 6_000), ("H2027", 6, 9_000), ("H0005", 1, 5_000)]
    for name in (*NAMES[3:15], "Paul"):
        assert charged(name) == whole, name
        assert minutes(name) == [90, 90, 90]
    assert (Charge.objects.count(), NoteVersion.objects.count()) == (45, 45)
    assert Attendance.objects.filter(status="no_show").count() == 3
    assert wrong_balances() == []


def test_a_correction_after_billing_touches_one_clients_claim(alder: Cast) -> None:
    _, psychoeducation, _ = _day(alder)
    connection = _sent(alder)
    versions, user = NoteVersion.objects.count(), alder.nora.user
    said = {"attended": True, "left": at(11, 40), "reason": "Dora left after forty minutes."}
    for _ in range(2):
        signed = group_sign.correct(
            psychoeducation.of("Dora"), **said, user=user, proof=proof(user, LATER), now=LATER
        )  # type: ignore[arg-type]
    assert signed.already
    assert NoteVersion.objects.count() == versions + 1
    assert psychoeducation.of("Dora").left_at == at(11, 40)
    assert charged("Dora") == [("90853", 1, 6_000), ("H2027", 3, 4_500), ("H0005", 1, 5_000)]
    bill.run(alder.center, now=LATER)
    moved = Claim.objects.exclude(state=ClaimState.ACCEPTED)
    assert {claim.client.first_name for claim in moved} == {"Dora"}
    claim = moved.get()
    assert bill.frequency(claim) == "7"
    assert claim.charge_cents == 15_500
    bill.run(alder.center, now=LATER + timedelta(hours=3))
    file = submit.freeze(connection, now=LATER + timedelta(hours=6))
    assert file is not None
    assert bytes(file.raw).count(b"CLM*") == 1
    assert b":B:7*" in bytes(file.raw)
    assert wrong_balances() == []


def test_somebody_who_was_not_there_after_all_is_taken_off_their_claim_alone(alder: Cast) -> None:
    group, *_ = _day(alder)
    _sent(alder)
    user = alder.nora.user
    signed = group_sign.correct(
        group.of("Egon"), attended=False, reason="Marked by mistake.", user=user,
        proof=proof(user, LATER), now=LATER,
    )  # fmt: skip
    assert [f.rule for f in signed.findings] == ["NOT_ATTENDED"]
    assert not signed.version.attended
    assert group.of("Egon").status == "no_show"
    assert charged("Egon") == [("H2027", 6, 9_000), ("H0005", 1, 5_000)]
    bill.run(alder.center, now=LATER)
    moved = Claim.objects.exclude(state=ClaimState.ACCEPTED)
    assert [(c.client.first_name, c.charge_cents) for c in moved] == [("Egon", 14_000)]
    assert wrong_balances() == []


def test_an_addendum_in_the_editor_corrects_the_attendance_with_it(three: Circle) -> None:
    three.came()
    three.write()
    three.sign()
    amend(three.of("Abel").note, reason="Came late.", starts_at=at(10, 25))
    abel = three.of("Abel")
    assert (abel.arrived_at, abel.left_at, abel.status) == (at(10, 25), None, "present")
    with pytest.raises(Refused, match="The group met from 10:00 to 11:30"):
        amend(three.of("Abel").note, reason="Came early.", starts_at=at(9))
    with pytest.raises(Refused, match="may not name another client"):
        amend(three.of("Bree").note, reason="More.", content={"response": "Told Carl."})
