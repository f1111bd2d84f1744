"""The note editor: nothing typed is lost, signing makes the charge, nothing is made twice."""

from datetime import timedelta
from html import unescape
from itertools import count

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_scopes import scope

from carethread.insight.claims import WAITING
from carethread.record.models import (
    Appointment,
    Charge,
    Claim,
    ClaimState,
    Note,
    NoteVersion,
)
from carethread.web import http
from carethread.web.states import CLAIM_TO_AUTHOR
from carethread.workflow import admit, document
from tests.cast import NOW, PASSWORD, Cast, amend, draft_from, draft_of, sign, signed_session
from tests.web.world import LATER, Shown, signed_in


@pytest.fixture
def nora(cast: Cast) -> Browser:
    return signed_in(cast.nora.user)


@pytest.fixture
def draft(cast: Cast) -> Note:
    with scope(organization=cast.center):
        return draft_of(cast)


def typed(note: Note, **more: object) -> dict[str, object]:
    """What stands in the editor of an individual session of 55 minutes."""
    return {
        "saved_at": note.saved_at.isoformat(), "service": "individual", "day": "2026-03-02",
        "starts": "14:30", "ends": "15:25", "telehealth": "", "place_of_service": "11",
        "diagnoses": ["F331", "F411"], "content_presentation": "Tired, cooperative.",
        "content_intervention": "Sleep diary.", **more,
    }  # fmt: skip


def fresh(cast: Cast, note: Note) -> Note:
    with scope(organization=cast.center):
        return Note.objects.select_related("current").get(pk=note.pk)


def autosave(browser: Browser, note: Note, **more: object) -> str:
    answer = browser.post(reverse("note_draft", args=[note.pk]), typed(note, **more))
    assert answer.status_code == 200
    return answer.content.decode()


# ------------------------------------------------------------------------------ opening


def test_writing_a_note_opens_a_draft_with_what_is_known(cast: Cast, nora: Browser) -> None:
    with scope(organization=cast.center):
        starts = NOW - timedelta(hours=3)
        appointment = admit.schedule(
            Appointment(organization=cast.center, client=cast.clara, practitioner=cast.nora,
                        program=cast.program, service="individual", starts_at=starts,
                        ends_at=starts + timedelta(minutes=55))
        )  # fmt: skip
    opened = nora.post(reverse("note_open", args=[appointment.pk]))
    again = nora.post(reverse("note_open", args=[appointment.pk]))
    assert opened.url == again.url, "a second click opens the same note"
    page = nora.get(opened.url).content.decode()
    assert 'value="14:30"' in page, "New York's clock"
    assert "F33.1" in page
    assert "90837" in page, "what signing it would create"


def test_my_day_shows_what_is_written_and_what_is_not(cast: Cast, nora: Browser) -> None:
    with scope(organization=cast.center):
        signed_session(cast, starts=NOW - timedelta(hours=6))
        draft_of(cast, starts=NOW - timedelta(days=4))
    page = nora.get(reverse("day")).content.decode()
    assert "Signed" in page
    assert "4 days" in page, "an old draft shows its age"


def test_a_day_that_is_nonsense_is_today(nora: Browser) -> None:
    assert "Mar 2, 2026" in nora.get(reverse("day"), {"on": "next week"}).content.decode()
    assert nora.get(reverse("day"), {"on": "9999-12-31"}).status_code == 200


# ------------------------------------------------------------------------------ saving


def test_autosave_keeps_what_is_typed_and_shows_what_will_be_billed(
    cast: Cast, nora: Browser, draft: Note
) -> None:
    live = autosave(nora, draft, ends="15:10")
    assert "Saved" in live
    assert "90834" in live, "40 minutes"
    assert "Harbor Health" in live
    saved = fresh(cast, draft)
    assert saved.content["presentation"] == "Tired, cooperative."
    assert saved.diagnoses == ["F331", "F411"]
    assert (saved.ends_at - saved.starts_at).total_seconds() == 40 * 60


def test_the_preview_creates_nothing(cast: Cast, nora: Browser, draft: Note) -> None:
    autosave(nora, draft)
    nora.get(reverse("note", args=[draft.pk]))
    with scope(organization=cast.center):
        assert not NoteVersion.objects.exists()
        assert not Charge.objects.exists()


def test_half_a_note_is_kept_and_says_what_is_missing(
    cast: Cast, nora: Browser, draft: Note
) -> None:
    live = autosave(nora, draft, starts="", diagnoses=[])
    assert "When did the session start?" in live
    assert fresh(cast, draft).content["intervention"] == "Sleep diary."


def test_text_of_another_form_stays_in_sight_when_the_service_changes(
    cast: Cast, nora: Browser, draft: Note
) -> None:
    live = autosave(nora, draft, service="evaluation")
    assert "Mental status" in live, "the evaluation's own sections"
    assert "Sleep diary." in live, "and what was written under the other's"
    assert fresh(cast, draft).content["intervention"] == "Sleep diary."


def test_what_another_window_saved_is_not_overwritten_unasked(
    cast: Cast, nora: Browser, draft: Note, monkeypatch
) -> None:
    autosave(nora, draft, content_plan="From the first window")
    live = autosave(nora, draft, content_plan="From the second window")
    assert "changed in another window" in live
    assert fresh(cast, draft).content["plan"] == "From the first window"
    autosave(nora, draft, content_plan="From the second window", keep_mine="yes")
    assert fresh(cast, draft).content["plan"] == "From the second window"


def test_typing_on_in_a_note_that_was_signed_elsewhere_says_so(
    cast: Cast, nora: Browser, draft: Note
) -> None:
    with scope(organization=cast.center):
        sign(draft)
    live = autosave(nora, fresh(cast, draft), content_plan="Too late")
    assert "signed and cannot be changed" in live
    assert "Too late" not in str(fresh(cast, draft).content)


# ------------------------------------------------------------------------------ signing


def sign_in_browser(browser: Browser, note: Note, **more: object):
    return browser.post(
        reverse("note_sign", args=[note.pk]), typed(note, password=PASSWORD, **more)
    )


def test_signing_saves_the_last_words_and_creates_the_charge(
    cast: Cast, nora: Browser, draft: Note
) -> None:
    answer = sign_in_browser(nora, draft, content_plan="Typed in the last second.")
    assert answer.url == reverse("note_signed", args=[draft.pk])
    page = nora.get(answer.url).content.decode()
    assert "Typed in the last second." in page
    assert "90837" in page
    assert "$180.00" in page
    assert "Harbor Health" in page
    with scope(organization=cast.center):
        charge = Charge.objects.get()
        assert charge.current.amount_cents == 18_000


def test_a_second_click_creates_nothing_twice_and_says_so(
    cast: Cast, nora: Browser, draft: Note
) -> None:
    sign_in_browser(nora, draft)
    again = sign_in_browser(nora, draft)
    assert again.url == reverse("note_signed", args=[draft.pk])
    assert "Nothing was created twice" in nora.get(again.url).content.decode()
    with scope(organization=cast.center):
        assert Charge.objects.count() == NoteVersion.objects.count() == 1


def test_a_note_is_signed_while_the_clock_goes_on(
    cast: Cast, nora: Browser, draft: Note, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every other test of the screens stops the clock; people sign while time passes."""
    ticks = count()
    monkeypatch.setattr(http, "now", lambda: LATER + timedelta(milliseconds=next(ticks)))
    answer = nora.post(
        reverse("note_sign", args=[draft.pk]), typed(draft, password=PASSWORD), follow=True
    )
    assert answer.redirect_chain == [(reverse("note_signed", args=[draft.pk]), 302)]
    assert fresh(cast, draft).status == "signed"


def test_a_second_window_cannot_sign_over_what_the_first_saved(
    cast: Cast, nora: Browser, draft: Note
) -> None:
    autosave(nora, draft, content_plan="From the first window")
    answer = sign_in_browser(nora, draft, content_plan="From the second window")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "changed in another window" in page
    assert "From the second window" in page, "what was typed here is still here"
    with scope(organization=cast.center):
        assert not NoteVersion.objects.exists()


def test_a_wrong_password_keeps_every_word(cast: Cast, nora: Browser, draft: Note) -> None:
    answer = nora.post(
        reverse("note_sign", args=[draft.pk]), typed(draft, password="guess", content_plan="Weekly")
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "not your password" in page
    assert "Weekly" in page
    assert "guess" not in page
    assert fresh(cast, draft).status == "draft"


def test_guessing_the_password_at_the_signature_closes_it(
    cast: Cast, nora: Browser, draft: Note
) -> None:
    url = reverse("note_sign", args=[draft.pk])
    for guess in range(8):
        nora.post(url, typed(fresh(cast, draft), password=f"guess {guess}"))
    page = nora.post(url, typed(fresh(cast, draft), password=PASSWORD)).content.decode()
    assert "wrong too often" in page
    assert "Sleep diary." in page
    assert fresh(cast, draft).status == "draft"


def test_an_empty_password_is_no_guess(cast: Cast, nora: Browser, draft: Note) -> None:
    url = reverse("note_sign", args=[draft.pk])
    for _ in range(9):
        page = nora.post(url, typed(fresh(cast, draft), password="")).content.decode()
    assert "Please enter your password" in page
    assert sign_in_browser(nora, fresh(cast, draft)).status_code == 302


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ends": "14:00"}, "must end after it starts"),
        ({"diagnoses": []}, "at least one diagnosis"),
        ({"diagnoses": ["F33"]}, "F33"),
        ({"starts": ""}, "When did the session start?"),
    ],
)
def test_what_keeps_a_note_from_being_signed_stands_at_its_field(
    cast: Cast, nora: Browser, draft: Note, change: dict[str, object], words: str
) -> None:
    answer = sign_in_browser(nora, draft, **change)
    assert answer.status_code in (302, 422)
    if answer.status_code == 422:
        assert words in answer.content.decode()
        assert fresh(cast, draft).status == "draft"


def test_signed_notes_open_for_reading_and_take_addenda(cast: Cast, nora: Browser) -> None:
    with scope(organization=cast.center):
        note = signed_session(cast).version.note
    assert nora.get(reverse("note", args=[note.pk])).url == reverse("note_signed", args=[note.pk])
    opened = nora.post(reverse("note_addendum", args=[note.pk]))
    page = nora.get(opened.url).content.decode()
    assert "Why this addendum" in page
    bare = sign_in_browser(nora, fresh(cast, note), reason="")
    assert "Say why this addendum is needed" in bare.content.decode()
    done = sign_in_browser(nora, fresh(cast, note), reason="The stop time was wrong.", ends="15:10")
    assert done.status_code == 302
    with scope(organization=cast.center):
        assert NoteVersion.objects.count() == 2
        assert Charge.objects.get().current.code == "90834"


def test_after_an_addendum_cures_a_refusal_the_page_says_that_the_correction_leaves(
    shown: Shown,
) -> None:
    with scope(organization=shown.cast.center):
        note = shown.denied.charges.get().current.note_version.note
    browser = signed_in(shown.cast.nora.user)
    signed = reverse("note_signed", args=[note.pk])
    before = browser.get(signed).content.decode()
    with scope(organization=shown.cast.center):
        amend(note, reason="The first diagnosis was wrong.", diagnoses=("F411",), now=LATER)
    after = browser.get(signed).content.decode()
    leaves, clean = "The corrected claim leaves by itself.", "Nothing speaks against this claim."
    assert (leaves in before, leaves in after) == (False, True)
    assert (clean in before, clean in after) == (False, False)


def test_a_signed_notes_page_says_where_its_claim_is(shown: Shown) -> None:
    with scope(organization=shown.cast.center):
        note = shown.denied.charges.get().current.note_version.note
    nora = signed_in(shown.cast.nora.user)
    said = {}
    for state in ClaimState:
        with scope(organization=shown.cast.center):
            Claim.objects.filter(pk=shown.denied.pk).update(state=state)
        page = nora.get(reverse("note_signed", args=[note.pk])).content.decode()
        said[state] = [words for words in CLAIM_TO_AUTHOR.values() if words in page]
    left = {state for state, words in said.items() if any("has left" in one for one in words)}
    assert left == {ClaimState.SENT, ClaimState.RECEIVED, ClaimState.ACCEPTED}
    assert said[ClaimState.QUEUED] == ["The claim is about to leave: its file waits to be carried."]
    assert {state for state, words in said.items() if not words} == set(WAITING)


def test_what_came_back_speaks_to_its_author(shown: Shown) -> None:
    with scope(organization=shown.cast.center):
        denial = shown.denied.cases.get(kind="denial")
    browser = signed_in(shown.cast.nora.user)
    page = unescape(browser.get(reverse("inbox_item", args=[denial.pk])).content.decode())
    browser.post(reverse("note_addendum", args=[denial.note_id]))
    pane = unescape(browser.get(reverse("note", args=[denial.note_id])).content.decode())
    for text in (page, pane):
        assert denial.clinical_words in text
        assert "the author" not in text


def test_what_the_author_can_cure_says_you_to_the_author_only(cast: Cast) -> None:
    def shown_to(*, author: bool) -> str:
        finding = {"owner": "clinician", "message": "", "severity": "stops", "rule": "X"}
        context = {"findings": [finding], "to_author": author, "user": cast.nora.user}
        return render_to_string("parts/findings.html", context)

    assert "You can cure it" in shown_to(author=True)
    assert "The author cures it" in shown_to(author=False)


def test_an_addendum_that_changes_nothing_is_not_called_clean(cast: Cast, nora: Browser) -> None:
    with scope(organization=cast.center):
        note = signed_session(cast).version.note
    nora.post(reverse("note_addendum", args=[note.pk]))
    words, clean = "Nothing is changed yet", "Nothing speaks against this claim"
    page = nora.get(reverse("note", args=[note.pk])).content.decode()
    assert (words in page, clean in page) == (True, False)
    live = autosave(nora, fresh(cast, note), content_plan="Twice a week.")
    assert (words in live, clean in live) == (False, True)


def test_a_draft_of_another_day_says_which(cast: Cast, nora: Browser, draft: Note) -> None:
    autosave(nora, draft)
    url = reverse("note", args=[draft.pk])
    assert "Saved 8:30:00 PM" in nora.get(url).content.decode()
    with scope(organization=cast.center):
        Note.objects.update(saved_at=NOW - timedelta(days=3))
    assert "Saved Feb 27, 5:30 PM" in nora.get(url).content.decode()


def test_a_long_text_costs_no_more_questions_than_a_short_one(
    cast: Cast, nora: Browser, draft: Note
) -> None:
    def asked(text: str) -> int:
        autosave(nora, fresh(cast, draft), content_intervention=text)
        with CaptureQueriesContext(connection) as queries:
            nora.get(reverse("note", args=[draft.pk]))
        return len(queries)

    assert asked("Short.") == asked(
        "We looked at the sleep diary of the week, night by night. " * 9
    )


# ------------------------------------------------------------------------------ diagnoses


@pytest.mark.parametrize(
    ("asked", "code"), [("ptsd", "F43.10"), ("depr rec mod", "F33.1"), ("f41.1", "F41.1")]
)
def test_diagnoses_are_found_by_words_abbreviation_and_code(
    nora: Browser, asked: str, code: str
) -> None:
    assert code in nora.get(reverse("diagnosis_search"), {"find": asked}).content.decode()


def test_a_code_that_the_program_does_not_treat_says_so_before_it_is_chosen(
    cast: Cast, nora: Browser, draft: Note
) -> None:
    def found(words: str) -> str:
        asked = {"find": words, "note": draft.pk}
        return nora.get(reverse("diagnosis_search"), asked).content.decode()

    assert "treats something else" not in found("f41.1")
    assert "Not as the first" in found("z63.0")
    with scope(organization=cast.center):
        cast.program.level_of_care = "IOP-SUD"
        cast.program.save()
    assert "treats something else" in found("f41.1")
    assert "treats something else" not in found("f10.20")


def test_a_search_that_finds_nothing_says_so(nora: Browser) -> None:
    page = nora.get(reverse("diagnosis_search"), {"find": "xyzzy"}).content.decode()
    assert "No billable code matches" in page


@pytest.mark.parametrize("asked", ["<script>", "%", "\x00", "a" * 5000, "''; --"])
def test_a_hostile_search_finds_nothing_and_breaks_nothing(nora: Browser, asked: str) -> None:
    answer = nora.get(reverse("diagnosis_search"), {"find": asked})
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode()


# ------------------------------------------------------------------------------ co-signing


def test_a_supervisor_co_signs_and_the_queue_is_empty(cast: Cast) -> None:
    with scope(organization=cast.center):
        version = signed_session(cast, by=cast.sam).version
    vera = signed_in(cast.vera.user)
    assert "Clara Client" in vera.get(reverse("cosign_queue")).content.decode()
    url = reverse("cosign", args=[version.pk])
    assert "not your password" in vera.post(url, {"password": "guess"}).content.decode()
    assert vera.post(url, {"password": PASSWORD}).url == reverse("cosign_queue")
    assert "Nothing waits for you" in vera.get(reverse("cosign_queue")).content.decode()
    assert vera.post(url, {"password": PASSWORD}).status_code == 302, "a second click is harmless"
    with scope(organization=cast.center):
        assert version.signatures.filter(role="supervisor").count() == 1


# ---------------------------------------------------------------------- scales and copies


def test_a_scale_takes_points_of_its_own_and_tells_what_they_mean(
    cast: Cast, nora: Browser, draft: Note
) -> None:
    wrong = typed(draft, content_phq9="28", password=PASSWORD)
    refused = nora.post(reverse("note_sign", args=[draft.pk]), wrong)
    page = refused.content.decode()
    assert "PHQ-9 total is a whole number from 0 to 27." in page
    assert 'value="28"' in page, "what was typed stays"
    right = typed(fresh(cast, draft), content_phq9="14", password=PASSWORD)
    signed = nora.post(reverse("note_sign", args=[draft.pk]), right, follow=True)
    assert "14 of 27, moderate depression" in signed.content.decode()


def test_text_of_an_earlier_note_is_shown_while_it_can_still_be_rewritten(
    cast: Cast, nora: Browser, draft: Note
) -> None:
    text = (
        "We went through the sleep diary of the week, night by night, and found that the phone "
        "in bed keeps her awake; agreed to leave it in the kitchen."
    )
    with scope(organization=cast.center):
        earlier = draft_of(cast, starts=NOW - timedelta(days=7))
        content = {"intervention": text, "plan": "Weekly."}
        sign(document.save_draft(earlier, draft_from(earlier, content=content), now=NOW))
    page = autosave(nora, draft, content_intervention=text)
    assert "100 % of Intervention stands in this client" in page
    page = autosave(nora, fresh(cast, draft), content_intervention="The phone stays outside now.")
    assert "Written before" not in page


def test_a_later_notes_text_is_no_copy_in_the_addendum_to_an_earlier_one(cast: Cast) -> None:
    text = (
        "We went through the sleep diary of the week, night by night, and found that the phone "
        "in bed keeps her awake; agreed to leave it in the kitchen."
    )

    def signed(days: int, plan: str) -> Note:
        note = draft_of(cast, starts=NOW - timedelta(days=days))
        content = {"intervention": "Sleep diary.", "plan": plan}
        sign(document.save_draft(note, draft_from(note, content=content), now=NOW))
        return note

    with scope(organization=cast.center):
        before, first, _ = signed(9, "Weekly."), signed(7, text), signed(5, text)
        for note, plan in ((first, text), (before, text)):
            note = document.begin_addendum(note, user=cast.nora.user, now=NOW)
            content = {"intervention": "Sleep diary, and a walk.", "plan": plan}
            draft = draft_from(note, reason="More.", content=content)
            note = document.save_draft(note, draft, now=NOW)
            assert document.preview(note, now=NOW).copies == (), note.starts_at
