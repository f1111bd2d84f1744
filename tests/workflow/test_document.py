"""What happens when a note is written and signed."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from carethread.record.ledger import wrong_balances
from carethread.record.models import (
    Appointment,
    Attendance,
    Authorization,
    Charge,
    Note,
    NoteVersion,
    Session,
    Signature,
    Transfer,
)
from carethread.workflow import admit, document
from carethread.workflow.care import signing
from carethread.workflow.common.errors import Refused
from carethread.workflow.common.stale import stamp
from tests.cast import LONG_AGO, NOW, Cast, amend, draft_from, draft_of, proof, sign, signed_session


def test_signing_a_note_makes_its_charge_in_the_same_breath(alder: Cast) -> None:
    signed = signed_session(alder, minutes=55)

    charge = Charge.objects.get()
    assert charge.current.code == "90837"
    assert charge.current.units == 1
    assert charge.current.amount_cents == 18_000
    assert charge.current.note_version == signed.version
    assert charge.payer_receivable_cents == 18_000
    assert charge.billed_cents == -18_000
    assert [line.code for line in signed.lines] == ["90837"]
    assert signed.payer == "Harbor Health"


@pytest.mark.parametrize(
    ("minutes", "code"), [(16, "90832"), (37, "90832"), (38, "90834"), (52, "90834"), (53, "90837")]
)
def test_the_minutes_choose_the_code(alder: Cast, minutes: int, code: str) -> None:
    signed_session(alder, minutes=minutes)
    assert Charge.objects.get().current.code == code


def test_fifteen_minutes_of_therapy_are_documented_but_not_charged(alder: Cast) -> None:
    signed = signed_session(alder, minutes=15)
    assert not Charge.objects.exists()
    assert signed.findings, "the author is told why nothing is billed"


def test_a_second_click_on_sign_creates_nothing(alder: Cast) -> None:
    note = draft_of(alder)
    first, second = sign(note), sign(note)
    assert second.already
    assert second.version == first.version
    assert [line.code for line in second.lines] == ["90837"]
    assert (NoteVersion.objects.count(), Signature.objects.count()) == (1, 1)
    assert (Charge.objects.count(), Transfer.objects.count()) == (1, 1)


def test_a_signature_needs_a_fresh_password(alder: Cast) -> None:
    note = draft_of(alder)
    stale = proof(alder.nora.user, NOW - timedelta(minutes=10))
    with pytest.raises(Refused, match="password"):
        document.sign(note, user=alder.nora.user, proof=stale, now=NOW)
    assert not NoteVersion.objects.exists()


def test_nobody_signs_for_somebody_else(alder: Cast) -> None:
    note = draft_of(alder)
    with pytest.raises(Refused, match="Only the author"):
        document.sign(note, user=alder.vera.user, proof=proof(alder.vera.user), now=NOW)


def test_everything_that_is_missing_is_said_at_once(alder: Cast) -> None:
    note = draft_of(alder)
    empty = draft_from(note, diagnoses=(), content={"plan": " "}, service="magic")
    note = document.save_draft(note, empty, now=NOW)
    with pytest.raises(Refused) as refusal:
        sign(note)
    assert {p.field for p in refusal.value.problems} == {"service", "diagnoses", "content"}


def test_one_clinician_cannot_be_in_two_sessions_at_once(alder: Cast) -> None:
    signed_session(alder, starts=NOW - timedelta(hours=3))
    late = draft_of(alder, starts=NOW - timedelta(hours=2, minutes=30))
    with pytest.raises(Refused, match="another session at this time"):
        sign(late)


def test_a_session_that_has_not_ended_cannot_be_signed(alder: Cast) -> None:
    with pytest.raises(Refused, match="not ended"):
        signed_session(alder, starts=NOW - timedelta(minutes=10))


def test_a_draft_keeps_what_was_typed_even_when_it_is_wrong(alder: Cast) -> None:
    note = draft_of(alder)
    wrong = draft_from(note, ends_at=note.starts_at - timedelta(hours=1), content={"plan": "keep"})
    note = document.save_draft(note, wrong, now=NOW)
    assert note.content == {"plan": "keep"}
    assert note.ends_at < note.starts_at


def test_of_two_windows_that_save_at_once_the_second_is_told(alder: Cast) -> None:
    """Both read the same row before either of them saved."""
    first = draft_of(alder)
    second, seen = Note.objects.get(pk=first.pk), stamp(first.saved_at)
    later = NOW + timedelta(seconds=1)
    mine, other = (draft_from(first, content={"plan": words}) for words in ("Mine.", "Other."))
    document.save_draft(first, mine, now=later, seen=seen)
    with pytest.raises(Refused, match="another window"):
        document.save_draft(second, other, now=later, seen=seen)
    assert document.save_draft(second, other, now=later).content == {"plan": "Other."}


def test_a_signed_note_cannot_be_edited(alder: Cast) -> None:
    signed = signed_session(alder)
    with pytest.raises(Refused, match="addendum"):
        document.save_draft(signed.version.note, draft_from(signed.version.note), now=NOW)


def test_an_addendum_makes_a_new_version_of_the_same_charge(alder: Cast) -> None:
    first = signed_session(alder, minutes=55)
    note = first.version.note
    second = amend(
        note, reason="Stop time was wrong.",
        ends_at=note.starts_at + timedelta(minutes=45),
    )  # fmt: skip
    charge = Charge.objects.get()
    assert charge.versions.count() == 2
    assert charge.current.code == "90834"
    assert charge.payer_receivable_cents == 14_000
    assert second.version.previous_hash == first.version.hash
    assert wrong_balances() == []


def test_an_addendum_that_makes_the_service_unbillable_voids_its_charge(alder: Cast) -> None:
    note = signed_session(alder).version.note
    amend(note, reason="Left early.", ends_at=note.starts_at + timedelta(minutes=10))
    charge = Charge.objects.get()
    assert charge.state == "void"
    assert charge.payer_receivable_cents == 0
    assert wrong_balances() == []


def test_an_addendum_needs_a_reason(alder: Cast) -> None:
    note = signed_session(alder).version.note
    with pytest.raises(Refused, match="why this addendum"):
        amend(note, reason=" ")


def test_the_hash_of_a_version_covers_what_was_signed(alder: Cast) -> None:
    version = signed_session(alder).version
    version = NoteVersion.objects.get(pk=version.pk)
    assert signing.fingerprint(version) == version.hash
    version.content = {"plan": "something else"}
    assert signing.fingerprint(version) != version.hash


def test_preview_shows_what_signing_would_create_and_creates_nothing(alder: Cast) -> None:
    note = draft_of(alder)
    preview = document.preview(note, now=NOW)
    assert [(line.code, line.amount_cents) for line in preview.lines] == [("90837", 18_000)]
    assert preview.payer == "Harbor Health"
    assert preview.problems == ()
    assert not Charge.objects.exists()
    assert not NoteVersion.objects.exists()


def test_a_late_signature_is_labelled_a_late_entry(alder: Cast) -> None:
    assert signed_session(alder, starts=NOW - timedelta(days=4)).version.is_late
    assert not signed_session(alder).version.is_late


def test_an_associates_note_waits_for_its_supervisor(alder: Cast) -> None:
    signed = signed_session(alder, by=alder.sam)
    assert "NOTE_COSIGNED" in {f.rule for f in signed.findings}
    with pytest.raises(Refused, match="supervisor"):
        document.cosign(signed.version, user=alder.nora.user, proof=proof(alder.nora.user), now=NOW)
    document.cosign(signed.version, user=alder.vera.user, proof=proof(alder.vera.user), now=NOW)
    again = document.cosign(
        signed.version, user=alder.vera.user, proof=proof(alder.vera.user), now=NOW
    )
    assert Signature.objects.filter(role="supervisor").get() == again


def test_signing_stays_within_twenty_five_queries(
    alder: Cast, django_assert_max_num_queries
) -> None:
    alder.payer.authorization_codes = ["90837"]
    alder.payer.save()
    authorized = Authorization.objects.create(
        organization=alder.center, client=alder.clara, payer=alder.payer, number="A-1",
        effective_from=LONG_AGO, effective_to=date(2027, 1, 1), approved_units=1, recorded_at=NOW,
    )  # fmt: skip
    note = draft_of(alder)
    user = note.author.user
    with django_assert_max_num_queries(27):  # 25, and the two of the surrounding savepoint
        document.sign(note, user=user, proof=proof(user), now=NOW)
    authorized.refresh_from_db()
    assert authorized.used_units == 1


@pytest.mark.parametrize("off", [admit.miss, admit.cancel])
def test_a_session_that_did_not_take_place_is_neither_written_nor_billed(
    alder: Cast, off: Callable[..., Appointment]
) -> None:
    note = draft_of(alder)
    appointment = note.attendance.session.appointment
    off(appointment, now=NOW)
    with pytest.raises(Refused, match="nobody came"):
        sign(note)
    other = draft_of(alder, starts=NOW - timedelta(hours=6)).attendance.session.appointment
    Note.objects.filter(attendance__session__appointment=other).delete()
    Attendance.objects.filter(session__appointment=other).delete()
    Session.objects.filter(appointment=other).delete()
    off(other, now=NOW)
    with pytest.raises(Refused, match="nobody came"):
        document.open_note(other, now=NOW)
    assert not Charge.objects.exists()
