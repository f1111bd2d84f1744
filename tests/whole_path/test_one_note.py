"""One note, all the way to cash: through the screens, over OpenSSH, past a payer that answers.

Nora signs a note with a diagnosis that Harbor Health finds too unspecific. The denial comes back
to her inbox, her addendum sends a corrected claim by itself, and the claim is paid.
"""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from django_scopes import scope

from carethread.record.ledger import wrong_balances
from carethread.record.models import Case, Charge, Claim, ClaimState, Note, Remittance, Transfer
from tests.cast import PASSWORD
from tests.support.sshd import SshServer
from tests.whole_path.world import World, living


@pytest.fixture
def world(db: None, sshd: SshServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with living(sshd, monkeypatch) as world:
        yield world


def sign_in(world: World, user) -> None:
    world.browser.logout()
    answer = world.browser.post(
        reverse("account_login"), {"login": user.email, "password": PASSWORD}
    )
    assert answer.status_code == 302, "signed in"


def editor_values(note: Note, diagnosis: str, **more: str) -> dict[str, object]:
    """What Nora has in her editor when she signs."""
    return {
        "service": "individual", "day": "2026-03-02", "starts": "14:30", "ends": "15:25",
        "telehealth": "", "place_of_service": "11", "diagnoses": [diagnosis],
        "content_intervention": "Reviewed the sleep diary; practised stimulus control.",
        "content_presentation": "Tired, cooperative.", "content_response": "Engaged.",
        "content_plan": "Weekly.", "password": PASSWORD, **more,
    }  # fmt: skip


@pytest.mark.sshd
def test_one_note_all_the_way_to_cash(world: World) -> None:
    cast, browser = world.cast, world.browser

    # The clinician writes and signs.
    sign_in(world, cast.nora.user)
    opened = browser.post(reverse("note_open", args=[world.appointment().pk]))
    with scope(organization=cast.center):
        note = Note.objects.get()
    assert opened.url == reverse("note", args=[note.pk])
    signed = browser.post(reverse("note_sign", args=[note.pk]), editor_values(note, "F331"))
    assert signed.url == reverse("note_signed", args=[note.pk])
    page = browser.get(signed.url).content.decode()
    assert "90837" in page
    assert "Harbor Health" in page

    # The claim waits, leaves, is acknowledged and denied, all by itself.
    with scope(organization=cast.center):
        world.days(1)
        claim = Claim.objects.get()
        assert claim.state == ClaimState.RECEIVED
        world.days(1.5)
        claim.refresh_from_db()
        assert claim.state == ClaimState.ACCEPTED
        first_number = claim.payer_control_number
        assert first_number
        world.days(9)
        claim.refresh_from_db()
        assert claim.state == ClaimState.DENIED
        assert Charge.objects.get().denied_cents == 18_000
        case = Case.objects.get(kind="denial")

    # It is in its author's inbox, with the note in one click, and nobody else's.
    inbox = browser.get(reverse("inbox")).content.decode()
    assert reverse("inbox_item", args=[case.pk]) in inbox
    item = browser.get(reverse("inbox_item", args=[case.pk])).content.decode()
    assert "Clara" in item

    # The cure is an addendum; the claim moves on by itself.
    browser.post(reverse("note_addendum", args=[note.pk]))
    cured = editor_values(note, "F332", reason="Severity was documented, the code was not.")
    assert browser.post(reverse("note_sign", args=[note.pk]), cured).status_code == 302
    with scope(organization=cast.center):
        world.days(1)
        claim = Claim.objects.get()
        assert claim.current.frequency == "7"
        assert claim.current.original_reference
        world.days(12)
        claim.refresh_from_db()
        assert claim.state == ClaimState.PAID
        charge = Charge.objects.get()
        assert charge.paid_cents == 10_000
        assert charge.patient_receivable_cents == 2_000
        assert charge.contractual_cents == 6_000
        assert (charge.denied_cents, charge.payer_receivable_cents) == (0, 0)
        assert wrong_balances() == []
        assert not Remittance.objects.filter(closed_at__isnull=True).exists()
        assert Case.objects.get(kind="denial").state == "closed"
        assert Transfer.objects.filter(reverses__isnull=False).exists()
        paid = Remittance.objects.latest("pk")

    # The biller follows the thread from the claim to the check and back.
    sign_in(world, cast.bill)
    thread = browser.get(reverse("claim", args=[claim.pk])).content.decode()
    for address in (
        reverse("note_facts", args=[note.pk]),
        reverse("remittance", args=[paid.pk]),
        reverse("file", args=[claim.current.file_id]),
    ):
        assert address in thread
    assert "sleep diary" not in thread, "a biller never sees the narrative"
    assert browser.get(reverse("note_signed", args=[note.pk])).status_code == 403

    # The director saw the same denial.
    sign_in(world, cast.dora)
    assert "Nora Notes" in browser.get(reverse("denials")).content.decode()

    assert world.judge_every_file() >= 4
