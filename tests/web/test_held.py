"""A claim that waits for what only the note's author can mend is in the author's inbox."""

from datetime import date, datetime, timedelta

from django.db import connection
from django.urls import reverse
from django_scopes import scope

from carethread.record.models import Case, CaseKind, Claim, ClaimState, NoteVersion, TreatmentPlan
from carethread.workflow import admit, bill, follow_up
from tests.cast import NOW, Cast, amend, signed_session
from tests.support.guards import lifted
from tests.web.world import LATER, NARRATIVE, signed_in


def work(cast: Cast, now: datetime = LATER) -> None:
    """What a worker's round does with claims that wait here."""
    bill.run(cast.center, now=now)
    follow_up.run(cast.center, now=now)


def overlapping(cast: Cast) -> NoteVersion:
    """Nora's note of a session in which Clara was with Vera as well."""
    starts = NOW - timedelta(hours=4)
    signed_session(cast, starts=starts, by=cast.vera)
    version = signed_session(cast, starts=starts + timedelta(minutes=30)).version
    work(cast)
    return version


def of_nora(cast: Cast) -> "list[Case]":
    return list(Case.objects.filter(kind=CaseKind.HELD, author=cast.nora).order_by("pk"))


def test_it_says_in_clinical_words_what_is_wrong_beside_the_note(cast: Cast) -> None:
    with scope(organization=cast.center):
        overlapping(cast)
        (case,) = of_nora(cast)
    nora = signed_in(cast.nora.user)
    words = "The client also has a service with Vera Vance"
    assert words in nora.get(reverse("inbox")).content.decode()
    assert words in nora.get(reverse("day")).content.decode()
    item = nora.get(reverse("inbox_item", args=[case.pk])).content.decode()
    assert words in item
    assert NARRATIVE in item, "the note is open beside it"
    assert "Write an addendum" in item
    assert signed_in(cast.sam.user).get(reverse("inbox_item", args=[case.pk])).status_code == 403


def test_the_addendum_that_mends_it_closes_it_and_the_claim_may_leave(alder: Cast) -> None:
    version = overlapping(alder)
    starts = NOW - timedelta(hours=2)
    amend(version.note, reason="It was two hours later.", starts_at=starts,
          ends_at=starts + timedelta(minutes=55), now=LATER)  # fmt: skip
    (case,) = of_nora(alder)
    assert case.state == "answered"
    work(alder)
    (case,) = of_nora(alder)
    assert case.state == "closed"
    assert Claim.objects.get(practitioner=alder.nora).state == ClaimState.READY


def test_an_addendum_that_does_not_mend_it_is_asked_about_anew(alder: Cast) -> None:
    version = overlapping(alder)
    amend(version.note, reason="A word was missing.", now=LATER)
    work(alder)
    first, second = of_nora(alder)
    assert (first.state, second.state) == ("closed", "open")


def test_looking_again_asks_nothing_twice(alder: Cast) -> None:
    overlapping(alder)
    for hours in range(1, 4):
        work(alder, LATER + timedelta(hours=hours))
    assert len(of_nora(alder)) == 1


def test_a_missing_plan_leads_to_the_plan_and_not_to_an_addendum(cast: Cast) -> None:
    with scope(organization=cast.center):
        with lifted(connection):
            TreatmentPlan.objects.filter(pk=cast.plan.pk).update(effective_to=date(2026, 2, 1))
        signed_session(cast)
        work(cast)
        (case,) = of_nora(cast)
    nora = signed_in(cast.nora.user)
    item = nora.get(reverse("inbox_item", args=[case.pk])).content.decode()
    assert "No treatment plan was active" in item
    assert "Write a treatment plan that covers the day" in item
    assert reverse("client", args=[cast.clara.pk]) in item
    assert "Write an addendum" not in item
    with scope(organization=cast.center):
        admit.save_plan(
            TreatmentPlan(organization=cast.center, episode=cast.episode, services=[],
                          effective_from=date(2026, 2, 2), effective_to=date(2026, 8, 2),
                          goals=["Sleep"], signed_by=cast.nora, signed_at=LATER)
        )  # fmt: skip
        work(cast)
        assert of_nora(cast)[0].state == "closed"


def test_what_others_cure_is_not_in_the_authors_inbox(alder: Cast) -> None:
    signed_session(alder, by=alder.sam)  # waits for Vera's co-signature
    work(alder)
    assert Claim.objects.get().state == ClaimState.HELD
    assert not Case.objects.filter(kind=CaseKind.HELD).exists()
