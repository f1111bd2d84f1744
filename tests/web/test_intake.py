"""From a new client to a note that can be opened, on screen; and every impossible state refused."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpResponse
from django.urls import reverse
from django_scopes import scope

from carethread.codes.roles import Role
from carethread.record.models import (
    AccessEvent,
    Appointment,
    Client,
    Coverage,
    Diagnosis,
    Episode,
    Note,
    RecordChange,
    TreatmentPlan,
)
from carethread.workflow import admit, document
from carethread.workflow.common.errors import Refused
from carethread.workflow.common.reauthenticate import Proof
from tests.cast import PASSWORD, TODAY, Cast, draft_of, signed_session
from tests.web.world import LATER, Shown, signed_in

NEW_YORK = ZoneInfo("America/New_York")
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def center(cast: Cast):
    with scope(organization=cast.center):
        yield cast


def post(user, address: str, row, said: dict[str, object], query: str = "") -> HttpResponse:
    url = reverse(address, args=[row.pk] if row else []) + query
    return signed_in(user).post(url, said)


IDENTITY = {
    "first_name": "Nils", "last_name": "Newman", "birth_date": "1988-04-02", "sex": "M",
    "mrn": "N-1", "line1": "1 Elm Way", "city": "Albany", "state": "NY", "postal_code": "12207",
    "phone": "5185550177",
}  # fmt: skip


def admission(cast: Cast, **changes: object) -> dict[str, object]:
    return {"program": cast.program.pk, "admitted_on": str(TODAY), "admission_type": "3",
            "admission_source": "1"} | changes  # fmt: skip


def session(cast: Cast, **changes: object) -> dict[str, object]:
    return {
        "episode": cast.episode.pk, "practitioner": cast.nora.pk, "service": "individual",
        "day": str(TOMORROW), "starts": "09:00", "minutes": "55", "weeks": "1", "telehealth": "",
    } | changes  # fmt: skip


# ------------------------------------------------------------------------------- the whole way


def test_from_a_new_client_to_a_note_that_the_clinician_opens(center: Cast) -> None:
    ines = center.ines
    answer = post(ines, "client_new", None, IDENTITY)
    nils = Client.objects.get(last_name="Newman")
    assert answer.url == reverse("coverage_new", args=[nils.pk]) + "?intake"
    coverage = {"payer": center.payer.pk, "rank": "1", "member_id": "hh12345678",
                "effective_from": "2026-01-01", "relationship": "18"}  # fmt: skip
    answer = post(ines, "coverage_new", nils, coverage, "?intake")
    assert answer.url == reverse("consent_new", args=[nils.pk]) + "?intake"
    consent = {"kind": "part2", "program": "every", "payer": center.payer.pk,
               "signed_on": str(TODAY)}  # fmt: skip
    answer = post(ines, "consent_new", nils, consent, "?intake")
    assert answer.url == reverse("admission_new", args=[nils.pk]) + "?intake"
    answer = post(ines, "admission_new", nils, admission(center), "?intake")
    assert answer.url == reverse("diagnosis_new", args=[nils.pk]) + "?intake"
    diagnosis = {"code": "F33.1", "rank": "1", "diagnosed_on": str(TODAY)}
    answer = post(ines, "diagnosis_new", nils, diagnosis, "?intake")
    assert answer.url == reverse("appointment_new", args=[nils.pk]) + "?intake"
    first = session(center, episode=nils.episodes.get().pk, day=str(TODAY), starts="15:00")
    answer = post(ines, "appointment_new", nils, first, "?intake")
    assert answer.url == reverse("client", args=[nils.pk])

    nora = signed_in(center.nora.user)
    day = nora.get(reverse("day")).content.decode()
    assert "Nils Newman" in day
    assert "3:00 PM" in day
    (appointment,) = Appointment.objects.filter(client=nils)
    answer = nora.post(reverse("note_open", args=[appointment.pk]))
    note = Note.objects.get(attendance__client=nils)
    assert answer.url == reverse("note", args=[note.pk])
    assert (note.diagnoses, note.attendance.episode) == (["F331"], nils.episodes.get())


def test_a_consent_names_its_payer_and_program_or_says_that_it_is_for_all(center: Cast) -> None:
    with scope(organization=center.center):
        before = center.clara.consents.count()
    page = signed_in(center.ines).get(reverse("consent_new", args=[center.clara.pk]))
    text = page.content.decode()
    assert "Every program" in text
    assert text.count('<option value="" selected>Choose</option>') == 2
    left = {"kind": "part2", "program": "", "payer": "", "signed_on": str(TODAY)}
    answer = post(center.ines, "consent_new", center.clara, left)
    assert answer.status_code == 422, "nobody consents to the widest by leaving a field"
    assert answer.content.decode().count("This field is required.") >= 2
    said = left | {"program": "every", "payer": "every"}
    assert post(center.ines, "consent_new", center.clara, said).status_code == 302
    newest = center.clara.consents.order_by("-pk")[0]
    assert (newest.program, newest.payer) == (None, None)
    assert center.clara.consents.count() == before + 1


def test_words_in_place_of_a_diagnosis_code_say_what_to_choose_and_stay(center: Cast) -> None:
    said = {"code": "panic disorder", "rank": "1", "diagnosed_on": str(TODAY)}
    answer = post(center.ines, "diagnosis_new", center.clara, said)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Choose a code from the list, such as F41.0" in text
    assert 'value="panic disorder"' in text


def test_a_step_may_be_skipped_or_asked_again(center: Cast) -> None:
    url = reverse("coverage_new", args=[center.clara.pk]) + "?intake"
    page = signed_in(center.ines).get(url).content.decode()
    assert reverse("consent_new", args=[center.clara.pk]) + "?intake" in page
    second = {"payer": center.payer.pk, "rank": "2", "member_id": "HH00000009", "next": url,
              "effective_from": "2026-01-01", "relationship": "18"}  # fmt: skip
    assert post(center.ines, "coverage_new", center.clara, second, "?intake").url == url
    assert center.clara.coverages.count() == 2


def test_a_consent_is_revoked_from_the_clients_page(center: Cast) -> None:
    agreed = {"kind": "part2", "program": "every", "payer": center.payer.pk,
              "signed_on": str(TODAY)}  # fmt: skip
    post(center.ines, "consent_new", center.clara, agreed)
    consent = center.clara.consents.get()
    ines, page = signed_in(center.ines), reverse("client", args=[center.clara.pk])
    revoke = reverse("consent_revoke", args=[consent.pk])
    assert revoke in ines.get(page).content.decode()

    answer = post(center.ines, "consent_new", center.clara, {**agreed, "revoked_on": str(TODAY)})
    assert answer.status_code == 422
    assert "would stay in force" in answer.content.decode()
    assert post(center.ines, "consent_revoke", consent, {"revoked_on": ""}).status_code == 422
    assert post(center.ines, "consent_revoke", consent, {"revoked_on": str(TODAY)}).url == page

    consent = center.clara.consents.get()
    assert (consent.signed_on, consent.payer, consent.revoked_on) == (TODAY, center.payer, TODAY)
    shown = ines.get(page).content.decode()
    assert "Revoked" in shown
    assert revoke not in shown
    again = ines.get(revoke).content.decode()
    assert "It was revoked on" in again
    assert "Revoke it" not in again


def test_one_thing_added_by_itself_leads_back_to_the_client(center: Cast) -> None:
    answer = post(center.ines, "appointment_new", center.clara, session(center))
    assert answer.url == reverse("client", args=[center.clara.pk])


def test_what_was_typed_survives_a_refusal(center: Cast) -> None:
    answer = post(center.ines, "client_new", None, {**IDENTITY, "postal_code": "1"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Newman" in page
    assert "five digits" in page


# ------------------------------------------------------------------------------- as one types


def checked(center: Cast, kind: str, said: dict[str, object], client: Client | None = None) -> str:
    said = {"checks": kind, "of": "", "client": client.pk if client else "", **said}
    answer = signed_in(center.ines).post(
        reverse("form_check"), said, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    return answer.content.decode()


def test_somebody_who_is_on_record_is_shown_with_a_link(center: Cast) -> None:
    page = checked(center, "client", {"first_name": "clara", "last_name": "Clientt",
                                      "birth_date": "1990-05-17"})  # fmt: skip
    assert "Already on record?" in page
    assert reverse("client", args=[center.clara.pk]) in page
    assert "required" not in page, "what is empty is nobody's fault yet"
    assert Client.objects.count() == 1


@pytest.mark.parametrize(("field", "said", "words"), [
    ("birth_date", "2030-01-01", "Compare the year"),
    ("birth_date", "1890-01-01", "Compare the year"),
    ("postal_code", "123", "five digits"),
    ("mrn", "m00000001", "another client"),
    ("last_name", "L" * 61, "at most 60 characters (it has 61)"),
])  # fmt: skip
def test_a_wrong_fact_of_a_client_is_said_while_one_types(
    field: str, said: str, words: str, center: Cast
) -> None:
    assert words in checked(center, "client", {**IDENTITY, field: said})


@pytest.mark.parametrize(("field", "said", "words"), [
    ("member_id", "12345", "member ids look different"),
    ("rank", "1", "is number 1 at that time"),
    ("effective_to", "2025-01-01", "ends before it starts"),
    ("subscriber_last_name", "", "required"),
])  # fmt: skip
def test_a_wrong_fact_of_a_coverage_is_said_while_one_types(
    field: str, said: str, words: str, center: Cast
) -> None:
    right = {"payer": center.payer.pk, "rank": "2", "member_id": "HH00000002",
             "effective_from": "2026-01-01", "effective_to": "", "relationship": "18"}  # fmt: skip
    assert "<p>" not in checked(center, "coverage", right, center.clara)
    page = checked(center, "coverage", {**right, field: said}, center.clara)
    assert (words in page) is bool(said)


def test_an_npi_is_checked_while_one_types(center: Cast) -> None:
    said = {"checks": "practitioner", "npi": "1000000005", "of": center.nora.pk}
    page = signed_in(center.ada).post(reverse("form_check"), said).content.decode()
    assert "check digit does not fit" in page
    assert signed_in(center.ines).post(reverse("form_check"), said).status_code == 403


def test_the_same_person_is_not_entered_twice_unawares(center: Cast) -> None:
    twin = {**IDENTITY, "first_name": "Clara", "last_name": "Client", "birth_date": "1990-05-17"}
    refused(
        post(center.ines, "client_new", None, twin), "is on record as M00000001", "somebody else"
    )
    assert post(center.ines, "client_new", None, {**twin, "another": "on"}).status_code == 302
    assert Client.objects.filter(last_name="Client").count() == 2


def test_a_long_name_is_never_cut(center: Cast) -> None:
    page = signed_in(center.ines).get(reverse("client_new")).content.decode()
    assert "maxlength" not in page
    refused(post(center.ines, "client_new", None, {**IDENTITY, "last_name": "L" * 61}), "L" * 61)
    assert post(center.ines, "client_new", None, {**IDENTITY, "last_name": "L" * 60}).url
    assert Client.objects.filter(last_name="L" * 60).exists()


def test_a_new_client_is_offered_the_next_record_number(center: Cast) -> None:
    assert 'value="M00000002"' in signed_in(center.ines).get(reverse("client_new")).content.decode()


# ------------------------------------------------------------------------------- admission


def refused(answer: HttpResponse, *words: str) -> None:
    page = " ".join(answer.content.decode().split())
    assert answer.status_code == 422
    for said in words:
        assert said in page


def test_nobody_is_in_one_program_twice(center: Cast) -> None:
    answer = post(center.ines, "admission_new", center.clara, admission(center))
    refused(answer, "has been in Outpatient since Jan 5, 2026", "record that discharge first")
    assert center.clara.episodes.count() == 1


def test_an_admission_before_the_birth_or_after_a_session_is_refused(center: Cast) -> None:
    signed_session(center)
    early = admission(center, admitted_on="1980-01-01")
    refused(post(center.ines, "admission", center.episode, early), "was born on May 17, 1990")
    late = admission(center, admitted_on="2026-03-03")
    refused(post(center.ines, "admission", center.episode, late), "took place on Mar 2, 2026")


def test_a_client_who_left_may_come_back_but_not_before_they_left(center: Cast) -> None:
    left = TODAY - timedelta(days=10)
    Episode.objects.update(discharged_on=left, discharge_status="01")
    before = admission(center, admitted_on=str(left - timedelta(days=1)))
    refused(post(center.ines, "admission_new", center.clara, before), "was in Outpatient until")
    assert post(center.ines, "admission_new", center.clara, admission(center)).status_code == 302


# ------------------------------------------------------------------------------- diagnoses


def test_a_new_principal_diagnosis_moves_the_others_down(center: Cast) -> None:
    said = {"code": "f43.10", "rank": "1", "diagnosed_on": str(TODAY)}
    assert post(center.ines, "diagnosis_new", center.clara, said).status_code == 302
    ranked = center.episode.diagnoses.order_by("rank").values_list("code", flat=True)
    assert list(ranked) == ["F4310", "F331", "F411"]
    last = center.episode.diagnoses.get(code="F411")
    post(center.ines, "diagnosis", last, {"rank": "1"})
    assert list(ranked.all()) == ["F411", "F4310", "F331"]


@pytest.mark.parametrize(("code", "words"), [
    ("F99.9x", "is not a diagnosis code on that day"), ("F33.1", "on record already, as number 1"),
])  # fmt: skip
def test_a_diagnosis_that_is_none_or_there_already_is_refused(
    code: str, words: str, center: Cast
) -> None:
    said = {"code": code, "rank": "3", "diagnosed_on": str(TODAY)}
    refused(post(center.ines, "diagnosis_new", center.clara, said), words)


def test_a_resolved_diagnosis_is_no_longer_offered_to_notes(center: Cast) -> None:
    row = center.episode.diagnoses.get(code="F331")
    post(center.ines, "diagnosis", row, {"rank": "1", "resolved_on": str(TODAY)})
    assert document.diagnoses_of(center.episode) == ["F411"]
    assert Diagnosis.objects.get(pk=row.pk).code == "F331"


def test_codes_are_offered_by_words(center: Cast) -> None:
    page = signed_in(center.ines).get(reverse("diagnosis_options") + "?code=major depr")
    assert "F33" in page.content.decode()


# ------------------------------------------------------------------------------- appointments


def test_a_weekly_session_keeps_its_hour_when_the_clocks_change(center: Cast) -> None:
    post(center.ines, "appointment_new", center.clara, session(center, weeks="4"))
    starts = Appointment.objects.order_by("starts_at").values_list("starts_at", flat=True)
    assert [at.astimezone(NEW_YORK).strftime("%m/%d %H:%M") for at in starts] == [
        "03/03 09:00", "03/10 09:00", "03/17 09:00", "03/24 09:00",
    ]  # fmt: skip


def test_nobody_is_in_two_places_at_one_time(center: Cast, shown: Shown) -> None:
    post(center.ines, "appointment_new", center.clara, session(center))
    dana = shown.dana
    taken = session(center, episode=dana.episodes.get().pk, starts="09:30", weeks="2")
    answer = post(center.ines, "appointment_new", dana, taken)
    refused(answer, "Nora Notes sees Clara Client on Mar 3, 2026", "free from 9:55 AM")
    elsewhere = session(center, practitioner=center.vera.pk, starts="08:30")
    answer = post(center.ines, "appointment_new", center.clara, elsewhere)
    refused(answer, "Clara Client sees Nora Notes", "free from 9:55 AM")
    assert Appointment.objects.filter(starts_at__gt=LATER).count() == 1


@pytest.mark.parametrize(("changes", "words"), [
    ({"day": "2026-01-04"}, "is in Outpatient from Jan 5, 2026 on"),
    ({"service": "php_day"}, "Select a valid choice"),
    ({"minutes": "0"}, "greater than or equal to 1"),
    ({"weeks": "99"}, "less than or equal to 52"),
])  # fmt: skip
def test_what_cannot_be_is_refused_with_its_reason(
    changes: dict[str, str], words: str, center: Cast
) -> None:
    answer = post(center.ines, "appointment_new", center.clara, session(center, **changes))
    refused(answer, words)
    assert not Appointment.objects.exists()


def test_a_weekly_session_that_outlasts_the_stay_is_refused_as_a_whole(center: Cast) -> None:
    Episode.objects.update(discharged_on=TODAY + timedelta(days=8), discharge_status="01")
    answer = post(center.ines, "appointment_new", center.clara, session(center, weeks="3"))
    refused(answer, "left Outpatient on Mar 10, 2026, before Mar 17, 2026")
    assert not Appointment.objects.exists()


def test_a_session_without_coverage_is_booked_with_a_warning(center: Cast) -> None:
    Coverage.objects.update(effective_to=date(2026, 3, 5))
    answer = signed_in(center.ines).post(
        reverse("appointment_new", args=[center.clara.pk]), session(center, weeks="3"), follow=True
    )
    page = answer.content.decode()
    assert "No coverage is on record for Mar 10, 2026 and 1 more of these days" in page
    assert Appointment.objects.count() == 3


def booked(center: Cast, **changes: object) -> Appointment:
    post(center.ines, "appointment_new", center.clara, session(center, **changes))
    return Appointment.objects.latest("pk")


def test_an_appointment_is_moved_cancelled_or_missed(center: Cast) -> None:
    row = booked(center)
    moved = session(center, starts="10:00")
    assert post(center.ines, "appointment", row, moved).status_code == 302
    row.refresh_from_db()
    assert row.starts_at == datetime(2026, 3, 3, 10, tzinfo=NEW_YORK)
    answer = signed_in(center.ines).post(reverse("appointment_missed", args=[row.pk]), follow=True)
    assert "It has not begun yet" in answer.content.decode()
    post(center.ines, "appointment_cancel", row, {})
    row.refresh_from_db()
    assert row.status == "cancelled"
    past = booked(center, day=str(TODAY), starts="08:00")
    post(center.ines, "appointment_missed", past, {})
    past.refresh_from_db()
    assert past.status == "no_show"


def test_the_rest_of_a_weekly_series_is_cancelled_at_once(center: Cast) -> None:
    booked(center, weeks="4")
    _, second, third, _ = Appointment.objects.order_by("starts_at")
    document.open_note(third, now=third.starts_at)
    page = signed_in(center.ines).get(reverse("appointment", args=[second.pk])).content.decode()
    assert "Cancel it and the 1 after it" in page  # the third has a note begun, and stays
    sent = reverse("appointment_cancel", args=[second.pk])
    answer = signed_in(center.ines).post(sent, {"rest": "1"}, follow=True).content.decode()
    assert "2 appointments are cancelled, the last on Mar 24, 2026" in answer
    assert list(Appointment.objects.order_by("starts_at").values_list("status", flat=True)) == [
        "scheduled", "cancelled", "scheduled", "cancelled"
    ]  # fmt: skip
    single = booked(center, day="2026-03-04")
    page = signed_in(center.ines).get(reverse("appointment", args=[single.pk])).content.decode()
    assert "after it" not in page


def test_a_session_with_a_note_is_not_called_off_until_the_draft_is_gone(center: Cast) -> None:
    note = draft_of(center)
    row = Appointment.objects.get()
    answer = signed_in(center.ines).post(reverse("appointment_cancel", args=[row.pk]), follow=True)
    assert "Nora Notes has begun a note for it" in answer.content.decode()
    answer = post(center.nora.user, "note_discard", note, {})
    assert answer.url == reverse("client", args=[center.clara.pk])
    assert not Note.objects.exists()
    post(center.ines, "appointment_cancel", row, {})
    assert Appointment.objects.get().status == "cancelled"


def test_what_was_signed_is_never_discarded(center: Cast) -> None:
    note = signed_session(center).version.note
    answer = signed_in(center.nora.user).post(reverse("note_discard", args=[note.pk]), follow=True)
    assert "was signed and stays" in answer.content.decode()
    assert Note.objects.filter(pk=note.pk).exists()
    document.begin_addendum(note, user=center.nora.user, now=LATER)
    signed_in(center.nora.user).post(reverse("note_discard", args=[note.pk]))
    assert Note.objects.filter(pk=note.pk).exists()


def test_a_clinician_books_for_themselves_alone(center: Cast) -> None:
    signed_session(center)
    nora = center.nora.user
    page = signed_in(nora).get(reverse("appointment_new", args=[center.clara.pk]))
    assert "Vera Vance" not in page.content.decode()
    answer = post(
        nora, "appointment_new", center.clara, session(center, practitioner=center.vera.pk)
    )
    refused(answer, "Select a valid choice")


# ------------------------------------------------------------------------------- the client's page


def test_a_client_lists_everything_with_links_for_who_may_open_them(shown: Shown) -> None:
    dana, note = shown.dana, shown.draft
    pages = {
        role: signed_in(shown.people[role]).get(reverse("client", args=[dana.pk])).content.decode()
        for role in (Role.CLINICIAN, Role.INTAKE, Role.BILLER)
    }
    for page in pages.values():
        assert "Draft" in page
        assert "No note yet" in page
        assert "Outpatient" in page
    link = reverse("note", args=[note.pk])
    assert f'href="{link}"' in pages[Role.CLINICIAN]
    assert reverse("note_discard", args=[note.pk]) in pages[Role.CLINICIAN]
    for role in (Role.INTAKE, Role.BILLER):
        assert f'href="{link}"' not in pages[role]
        assert reverse("note_discard", args=[note.pk]) not in pages[role]
    assert reverse("note_facts", args=[note.pk]) in pages[Role.BILLER]
    assert reverse("note_facts", args=[note.pk]) not in pages[Role.INTAKE]


# ------------------------------------------------------------------------------- plans


def plan(cast: Cast, **changes: object) -> dict[str, object]:
    return {"episode": cast.episode.pk, "effective_from": "2026-02-01", "sign": "on",
            "effective_to": "2026-08-01", "goals": "Sleep",
            "password": PASSWORD} | changes  # fmt: skip


def planned(cast: Cast, **changes: object) -> HttpResponse:
    signed_session(cast)
    return post(cast.nora.user, "plan_new", cast.clara, plan(cast, **changes))


def test_a_new_plan_is_of_the_only_program_and_begins_today(center: Cast) -> None:
    signed_session(center)  # She is in Nora's care.
    page = signed_in(center.nora.user).get(reverse("plan_new", args=[center.clara.pk]))
    form = page.context["form"]
    assert (form["episode"].value(), form["effective_from"].value()) == (
        center.episode.pk, date(2026, 3, 2),
    )  # fmt: skip


def test_a_plan_is_signed_with_the_password_at_the_real_moment(center: Cast) -> None:
    assert planned(center).status_code == 302
    row = TreatmentPlan.objects.latest("pk")
    assert (row.signed_by, row.signed_at) == (center.nora, LATER)
    page = signed_in(center.nora.user).get(reverse("plan", args=[row.pk])).content.decode()
    assert "Signed on Mar 2, 2026 at 8:30 PM by Nora Notes, LCSW, 29 days after" in page
    assert "Save" not in page


@pytest.mark.parametrize(("changes", "words"), [
    ({"password": ""}, "enter your password to sign"),
    ({"password": "guess"}, "That is not your password"),
])  # fmt: skip
def test_without_the_password_nothing_is_signed_and_nothing_lost(
    changes: dict[str, str], words: str, center: Cast
) -> None:
    answer = planned(center, **changes)
    refused(answer, words, "Sleep")
    assert TreatmentPlan.objects.count() == 1


def test_a_plan_is_kept_unsigned_and_nothing_that_is_sent_dates_a_signature(center: Cast) -> None:
    assert planned(center, sign="", password="", signed_at="2026-02-01 10:00").status_code == 302
    row = TreatmentPlan.objects.latest("pk")
    assert row.signed_at is None
    again = plan(center, signed_at="2026-02-01 10:00", signed_by=str(center.vera.pk))
    post(center.nora.user, "plan", row, again)
    row.refresh_from_db()
    assert (row.signed_by, row.signed_at) == (center.nora, LATER)
    refused(post(center.nora.user, "plan", row, plan(center, goals="Other")), "is signed and stays")


def test_only_a_practitioner_signs_a_plan(center: Cast) -> None:
    proof = Proof(center.ines.pk, "password", LATER)
    row = TreatmentPlan(organization=center.center, episode=center.episode,
                        effective_from=TODAY, effective_to=TODAY)  # fmt: skip
    with pytest.raises(Refused, match="Only a practitioner"):
        admit.sign_plan(row, user=center.ines, proof=proof, now=LATER)
    stale = Proof(center.nora.user.pk, "password", LATER - timedelta(hours=1))
    with pytest.raises(Refused, match="password again"):
        admit.sign_plan(row, user=center.nora.user, proof=stale, now=LATER)


# ------------------------------------------------------------------------------- by name


def found(shown: Shown, role: Role, asked: str) -> HttpResponse:
    return signed_in(shown.people[role]).get(reverse("trace") + f"?q={asked}")


def test_a_name_finds_the_client_and_their_claims(shown: Shown) -> None:
    page = found(shown, Role.BILLER, "client, cla").content.decode()
    assert reverse("client", args=[shown.cast.clara.pk]) in page
    assert reverse("claim", args=[shown.denied.pk]) in page
    assert "Dana" not in page
    nobody = found(shown, Role.BILLER, "Zacharias")
    assert nobody.status_code == 404
    assert "beginning of a name" in nobody.content.decode()


def test_who_may_not_open_a_client_finds_their_claims(shown: Shown) -> None:
    page = found(shown, Role.DIRECTOR, "clara").content.decode()
    assert reverse("claim", args=[shown.denied.pk]) in page
    assert reverse("client", args=[shown.cast.clara.pk]) not in page
    assert found(shown, Role.INTAKE, "clara").status_code == 403


def test_a_search_by_name_is_written_down_for_each_client_shown(shown: Shown) -> None:
    found(shown, Role.BILLER, "Client")
    with scope(organization=shown.cast.center):
        event = AccessEvent.objects.latest("pk")
    assert (event.action, event.client) == ("trace", shown.cast.clara)


# ------------------------------------------------------------------------------- who answers


def test_another_attending_is_named_with_a_day_and_who_was_before_stands_on_the_page(
    center: Cast,
) -> None:
    stay = center.episode
    same = admission(center, admitted_on=str(stay.admitted_on), attending=center.vera.pk)
    future = {**same, "attending_since": str(TOMORROW)}
    refused = post(center.ines, "admission", stay, future).content.decode()
    assert "This day has not come yet" in refused
    assert f'value="{TOMORROW}"' in refused
    assert post(center.ines, "admission", stay, {**same, "attending_since": str(TODAY)}).url
    page = signed_in(center.ines).get(reverse("admission", args=[stay.pk])).content.decode()
    begun, today = (f"{day:%b %-d, %Y}" for day in (stay.admitted_on, TODAY))
    assert f"nobody from {begun}; {center.vera} from {today}" in page
    change = RecordChange.objects.get()
    assert (change.field, change.became, change.user) == (
        "attending", str(center.vera), center.ines
    )  # fmt: skip
