"""A supervisor signs a note or gives it back; the author's answer brings it back to the queue."""

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django_scopes import scope

from carethread.record.models import Case, NoteVersion
from tests.cast import PASSWORD, Cast, amend, signed_session
from tests.web.world import signed_in


@pytest.fixture
def version(cast: Cast) -> NoteVersion:
    """Sam's note, under Vera's supervision."""
    with scope(organization=cast.center):
        return signed_session(cast, by=cast.sam).version


def read(browser: Browser, address: str, *args: int) -> str:
    return browser.get(reverse(address, args=args)).content.decode()


def give_back(cast: Cast, version: NoteVersion, reason: str = "Say what the plan is."):
    url = reverse("cosign_return", args=[version.pk])
    return signed_in(cast.vera.user).post(url, {"reason": reason})


def case_of(cast: Cast, version: NoteVersion) -> Case:
    with scope(organization=cast.center):
        return Case.objects.get(note=version.note_id)


def test_a_returned_note_waits_with_its_author_and_not_in_the_queue(
    cast: Cast, version: NoteVersion
) -> None:
    assert give_back(cast, version).url == reverse("cosign_queue")
    queue = read(signed_in(cast.vera.user), "cosign_queue")
    assert "Nothing waits for you" in queue
    assert "Back with the author" in queue
    sam = signed_in(cast.sam.user)
    assert "Say what the plan is." in read(sam, "inbox")
    item = read(sam, "inbox_item", case_of(cast, version).pk)
    assert "Write an addendum" in item
    assert "$180.00" not in item, "no money is named to who writes what took place"


def test_what_waits_for_a_supervisor_is_on_their_first_page_and_on_nobody_elses(
    cast: Cast, version: NoteVersion
) -> None:
    way = reverse("cosign", args=[version.pk])
    vera = signed_in(cast.vera.user).get(reverse("home"), follow=True)
    assert vera.request["PATH_INFO"] == reverse("day")
    assert way in vera.content.decode()
    assert way not in read(signed_in(cast.nora.user), "day")
    give_back(cast, version)
    assert way not in read(signed_in(cast.vera.user), "day"), "it waits for its author"


def test_it_needs_a_reason(cast: Cast, version: NoteVersion) -> None:
    answer = give_back(cast, version, " ")
    assert answer.status_code == 422
    assert "Say what its author should change." in answer.content.decode()


def test_an_addendum_brings_it_back_to_be_co_signed_which_settles_it(
    cast: Cast, version: NoteVersion
) -> None:
    give_back(cast, version)
    with scope(organization=cast.center):
        newer = amend(version.note, reason="The plan.", content={"plan": "Weekly."}).version
    vera = signed_in(cast.vera.user)
    assert reverse("cosign", args=[newer.pk]) in read(vera, "cosign_queue")
    assert "Say what the plan is." in read(vera, "cosign", newer.pk), "what was asked"
    vera.post(reverse("cosign", args=[newer.pk]), {"password": PASSWORD})
    assert case_of(cast, version).resolution == "Co-signed."


def test_an_answer_in_words_brings_it_back_too(cast: Cast, version: NoteVersion) -> None:
    give_back(cast, version)
    url = reverse("inbox_answer", args=[case_of(cast, version).pk])
    signed_in(cast.sam.user).post(url, {"words": "It stands under Plan."})
    vera = signed_in(cast.vera.user)
    assert reverse("cosign", args=[version.pk]) in read(vera, "cosign_queue")
    assert "It stands under Plan." in read(vera, "cosign", version.pk)


def test_billing_has_no_part_in_what_a_supervisor_asks(cast: Cast, version: NoteVersion) -> None:
    give_back(cast, version)
    bill = signed_in(cast.bill)
    assert "co-signing" not in read(bill, "cases")
    url = reverse("case", args=[case_of(cast, version).pk])
    assert bill.get(url).status_code == 403


def test_who_supervised_at_the_signature_may_co_sign_and_so_may_who_does_now(
    cast: Cast, version: NoteVersion
) -> None:
    with scope(organization=cast.center):
        cast.sam.supervisor = cast.nora
        cast.sam.save()
        cast.nora.user.grants.create(role="supervisor")
    for supervisor in (cast.vera, cast.nora):
        page = read(signed_in(supervisor.user), "cosign_queue")
        assert reverse("cosign", args=[version.pk]) in page, supervisor
    url = reverse("cosign", args=[version.pk])
    assert signed_in(cast.vera.user).post(url, {"password": PASSWORD}).status_code == 302
    with scope(organization=cast.center):
        assert version.signatures.get(role="supervisor").practitioner == cast.vera
    assert "Nothing waits" in read(signed_in(cast.nora.user), "cosign_queue")
