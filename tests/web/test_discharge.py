"""A discharge on screen: stated, its summary written and signed, the last claim held and freed."""

from html import unescape

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django_scopes import scope

from carethread.record.models import Claim, ClaimState, DischargeSummary, Episode, Program
from carethread.workflow import bill, discharge
from carethread.workflow.center import staff
from carethread.workflow.common.stale import stamp
from carethread.workflow.discharge import SECTIONS, Leaving
from tests.cast import NOW, PASSWORD, TODAY, Cast, signed_session
from tests.web.world import LATER, signed_in

WRITTEN = dict.fromkeys(SECTIONS, "Well.")


@pytest.fixture
def nora(cast: Cast) -> Browser:
    return signed_in(cast.nora.user)


@pytest.fixture
def summary(cast: Cast) -> DischargeSummary:
    """Clara was seen and has left; her last claim waits."""
    with scope(organization=cast.center):
        signed_session(cast)
        leaving = Leaving(TODAY, None, "01", "Goals met.")
        found = discharge.discharge(cast.episode, leaving, author=cast.nora, now=NOW)
        bill.run(cast.center, now=NOW)
        return found


def stated(cast: Cast, **more: object) -> dict[str, object]:
    return {
        "on": str(TODAY), "at": "11:00", "status": "01", "reason": "Goals met.", "to": "",
        "author": cast.nora.pk, **more,
    }  # fmt: skip


def only_claim(cast: Cast) -> Claim:
    with scope(organization=cast.center):
        return Claim.objects.get()


def test_a_discharge_asks_for_its_summary_and_shows_what_waits_for_it(
    cast: Cast, nora: Browser
) -> None:
    with scope(organization=cast.center):
        signed_session(cast)
    url = reverse("discharge", args=[cast.episode.pk])
    assert "a summary becomes due" in nora.get(url).content.decode()
    assert nora.post(url, stated(cast)).status_code == 302
    with scope(organization=cast.center):
        bill.run(cast.center, now=LATER)
    shown = nora.get(url).content.decode()
    assert "Home or self-care" in shown
    assert "Nora Notes writes it, by Mar 16, 2026." in shown
    assert "Waits for the signed summary." in shown
    assert "$180.00 waits" in shown
    assert "Discharge summaries to write" in nora.get(reverse("day")).content.decode()


def test_an_impossible_discharge_is_refused_with_all_reasons_and_what_was_typed(
    cast: Cast, nora: Browser
) -> None:
    with scope(organization=cast.center):
        signed_session(cast)
    url = reverse("discharge", args=[cast.episode.pk])
    said = stated(cast, on="2026-01-01", reason="As agreed.")
    answer = nora.post(url, said)
    assert answer.status_code == 422
    assert "The client was admitted on Jan 5, 2026." in answer.content.decode()
    assert "As agreed." in answer.content.decode()
    empty = nora.post(url, stated(cast, status="", on="")).content.decode()
    assert empty.count("This field is required.") == 2


def test_who_goes_on_at_another_level_is_admitted_there_the_same_day(
    cast: Cast, nora: Browser
) -> None:
    with scope(organization=cast.center):
        Episode.objects.update(attending=cast.nora)
        residence = staff.save_program(
            Program(organization=cast.center, site=cast.site, name="Residence",
                    level_of_care="RES-SUD", form="I")
        )  # fmt: skip
    url = reverse("discharge", args=[cast.episode.pk])
    said = stated(cast, status="70", to=residence.pk)
    assert nora.post(url, said).status_code == 302
    with scope(organization=cast.center):
        there = Episode.objects.get(program=residence)
        codes = list(there.diagnoses.order_by("rank").values_list("code", flat=True))
    assert (there.admitted_on, there.discharged_on) == (TODAY, None)
    assert codes == ["F331", "F411"]
    assert "Goes on in" in nora.get(url).content.decode()


def test_the_summary_is_kept_while_it_is_typed_and_no_other_window_overwrites_it(
    cast: Cast, nora: Browser, summary: DischargeSummary
) -> None:
    url = reverse("summary_draft", args=[summary.pk])
    seen = {"seen_summary": stamp({})}
    assert "Saved" in nora.post(url, {**WRITTEN, **seen}).content.decode()
    second = {**WRITTEN, "course": "From the second window", **seen}
    assert "changed in another window" in nora.post(url, second).content.decode()
    nora.post(url, {**second, "keep_mine": "yes"})
    shown = nora.get(reverse("summary", args=[summary.pk])).content.decode()
    assert "From the second window" in shown
    assert "$180.00 waits" in shown


def test_its_signature_frees_the_claim_that_waited(
    cast: Cast, nora: Browser, summary: DischargeSummary
) -> None:
    assert only_claim(cast).state == ClaimState.HELD
    url = reverse("summary_sign", args=[summary.pk])
    half = nora.post(url, {**WRITTEN, "aftercare": "", "password": PASSWORD})
    assert half.status_code == 422
    assert "This part of the summary is empty." in half.content.decode()
    wrong = nora.post(url, {**WRITTEN, "password": "guess"})
    assert "not your password" in unescape(wrong.content.decode())
    answer = nora.post(url, {**WRITTEN, "password": PASSWORD}, follow=True)
    assert "$180.00 of claims waited for it and may leave now." in answer.content.decode()
    assert only_claim(cast).state == ClaimState.READY
    assert "Read it" in answer.content.decode()


def test_what_is_typed_below_a_signature_is_refused_and_amending_it_is_a_step_of_its_own(
    cast: Cast, nora: Browser, summary: DischargeSummary
) -> None:
    page, draft, sign, amend = (
        reverse(name, args=[summary.pk])
        for name in ("summary", "summary_draft", "summary_sign", "summary_amend")
    )
    signed = {**WRITTEN, "password": PASSWORD}
    nora.post(sign, signed)
    assert nora.post(sign, signed).status_code == 302, "a second click finds it signed"
    better = {**signed, "course": "Better words."}
    assert "This summary is signed" in nora.post(draft, better).content.decode()
    refused = nora.post(sign, better)
    assert refused.status_code == 422
    assert "Better words." in refused.content.decode(), "what was typed is still there"
    assert "Better words." not in nora.get(page).content.decode()

    assert nora.post(amend).url == page
    assert "counts once you sign again" in nora.get(page).content.decode()
    assert "Saved" in nora.post(draft, better).content.decode()
    assert nora.post(sign, better).status_code == 302
    with scope(organization=cast.center):
        told = [one.content["course"] for one in summary.versions.order_by("number")]
    assert told == ["Well.", "Better words."]
    assert "This summary is signed" in nora.post(draft, signed).content.decode()


def test_the_front_desk_sees_the_discharge_and_never_the_summary(
    cast: Cast, summary: DischargeSummary
) -> None:
    ines = signed_in(cast.ines)
    shown = ines.get(reverse("discharge", args=[cast.episode.pk])).content.decode()
    assert "Goals met." in shown
    assert reverse("summary", args=[summary.pk]) not in shown
    assert ines.get(reverse("summary", args=[summary.pk])).status_code == 403
