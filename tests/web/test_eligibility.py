"""One click asks the payer on the real path; the answer stands in words where people book, treat
and bill, and what it contradicts or refuses leads to the field that cures it."""

from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from carethread.record.models import Case, Claim, Coverage, EligibilityCheck, Payer, User
from carethread.sandbox.payer.books import Policy, Span
from carethread.sandbox.payer.endpoint import Endpoint
from carethread.workflow import admit, bill
from carethread.workflow.center import staff
from carethread.workflow.coverage import eligibility
from tests.cast import LONG_AGO, NOW, TODAY, Cast, draft_of, signed_session
from tests.web.world import signed_in
from tests.workflow.test_eligibility import CLARA, asking, at_once, books, payers

__all__ = ["asking", "payers"]  # fixtures


def click(cast: Cast, user: User | None = None) -> str:
    url = reverse("eligibility_check", args=[cast.coverage.pk])
    answer = signed_in(user or cast.ines).post(url, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def page(user: User, address: str, *args: int, query: str = "") -> str:
    answer = signed_in(user).get(reverse(address, args=args) + query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


BENEFITS = (
            "Active", "Standard Plan", "The center is in network", "No authorization is needed",
            "$25.00 a visit", "$250.00 a year, $250.00 left", "30 visits a year, 30 left",
)  # fmt: skip


def test_one_click_shows_the_benefits_in_words(asking: Cast) -> None:
    assert "was not asked yet" in page(asking.ines, "client", asking.clara.pk)
    said = click(asking)
    for words in BENEFITS:
        assert words in said
    assert EligibilityCheck.objects.get().asked_by == asking.ines


def test_who_books_treats_and_bills_reads_the_same(asking: Cast) -> None:
    draft = draft_of(asking)
    click(asking)
    screens = [
        page(asking.ines, "client", asking.clara.pk),
        page(asking.ines, "coverage", asking.coverage.pk),
        page(asking.bill, "coverage", asking.coverage.pk),
        page(asking.nora.user, "note_benefits", draft.pk),
    ]
    screens.append(page(asking.bill, "claim", claim_of(asking)))
    for screen in screens:
        for words in BENEFITS:
            assert words in screen
    assert "Copay $25.00 a visit" in page(asking.nora.user, "day", query=f"?on={TODAY}")


def claim_of(cast: Cast) -> int:
    signed_session(cast, starts=NOW.replace(hour=14))
    bill.run(cast.center, now=NOW)
    return int(Claim.objects.get().pk)


def test_a_clinician_asks_about_their_own_client_and_no_other(asking: Cast) -> None:
    draft_of(asking)
    assert "Active" in click(asking, asking.nora.user)
    url = reverse("eligibility_check", args=[asking.coverage.pk])
    assert signed_in(asking.vera.user).post(url).status_code == 403


def test_a_second_click_asks_nothing_twice(asking: Cast) -> None:
    assert click(asking) == click(asking)
    assert EligibilityCheck.objects.count() == 1


def test_a_question_that_is_under_way_is_waited_for(asking: Cast, monkeypatch) -> None:
    monkeypatch.setattr(eligibility, "_exchange", lambda *_: None)
    said = click(asking)
    assert "Being asked" in said
    assert reverse("eligibility_panel", args=[asking.coverage.pk]) in said
    assert "Being asked" in click(asking)
    assert EligibilityCheck.objects.count() == 1


def test_question_and_answer_are_shown_word_for_word(asking: Cast) -> None:
    click(asking)
    shown = page(asking.ines, "eligibility", asking.coverage.pk)
    assert "<code>ST*270*" in shown
    assert "<code>ST*271*" in shown
    check = EligibilityCheck.objects.get()
    assert f"?check={check.pk}" in shown
    missing = reverse("eligibility", args=[asking.coverage.pk]) + "?check=999"
    assert signed_in(asking.ines).get(missing).status_code == 404


@pytest.mark.parametrize(("member", "words", "address", "place"), [
    (replace(CLARA, id="HH00000099"), "card", "coverage", "#id_member_id"),
    (replace(CLARA, birth_date=date(1990, 7, 15)), "birth date", "client_edit", "#id_birth_date"),
])  # fmt: skip
def test_a_refusal_says_what_to_fix_and_leads_to_the_field(
    member, words: str, address: str, place: str, asking: Cast, payers: Endpoint
) -> None:
    payers.payers.books = books(member)
    said = click(asking)
    row = asking.coverage if address == "coverage" else asking.clara
    assert "Refused to answer" in said
    assert words in said
    assert reverse(address, args=[row.pk]) + place in said
    assert place not in click(asking, asking.bill), "who cannot correct it gets no link"


def test_what_the_payer_says_differently_opens_a_case_that_is_shown(
    asking: Cast, payers: Endpoint
) -> None:
    payers.payers.books = books(replace(CLARA, coverage=Span(LONG_AGO, date(2026, 2, 28))))
    assert "Not active since Feb 28, 2026" in click(asking)
    case = Case.objects.get(kind="eligibility")
    client = page(asking.ines, "client", asking.clara.pk)
    assert case.title in client
    assert case.cure in client


def test_whoever_answers_for_behavioral_health_is_asked_and_shown(
    asking: Cast, payers: Endpoint
) -> None:
    payers.payers.books = books(replace(CLARA, carved_out_to="QUIET"))
    said = click(asking)
    assert "Handled by" in said
    assert "Quiet Mind" in said
    assert "10%" in said


def test_a_policy_with_whom_the_plan_names_is_filled_in_until_it_is_on_record(
    asking: Cast, payers: Endpoint
) -> None:
    payers.payers.books = books(replace(CLARA, carved_out_to="QUIET"))
    click(asking)
    new = [asking.ines, "coverage_new", asking.clara.pk]
    assert "handles behavioral health" not in page(*new), "nobody here knows that payer"
    quiet = staff.save_payer(
        Payer(organization=asking.center, name="Quiet Mind", payer_id="QUIET", kind="commercial")
    )
    said = page(*new)
    assert "says that Quiet Mind handles behavioral health" in said
    assert f'<option value="{quiet.pk}" selected' in said
    assert f'value="{asking.coverage.member_id}"' in said
    admit.save_coverage(
        Coverage(organization=asking.center, client=asking.clara, payer=quiet, rank=2,
                 member_id=asking.coverage.member_id, effective_from=LONG_AGO),
        now=NOW,
    )  # fmt: skip
    assert "handles behavioral health" not in page(*new)


def test_an_authorization_that_is_needed_and_a_center_out_of_network_are_said(
    asking: Cast, payers: Endpoint
) -> None:
    payers.payers.books = books(
        replace(CLARA, excluded_npis=(asking.center.npi,)),
        policy=Policy(authorization_codes=("90837",)),
    )
    said = click(asking)
    assert "An authorization is needed" in said
    assert "out of network" in said


def test_a_payer_that_is_down_is_said_and_may_be_asked_again(alder: Cast) -> None:
    at_once(alder, {"kind": "core", "url": "http://127.0.0.1:9/core", "sender_id": "A",
                    "receiver_id": "B"})  # fmt: skip
    said = click(alder)
    assert "No answer" in said
    assert "gateway does not answer" in said
    assert "Errno" not in said, "that is for who sets the connection up"
    assert "Check again" in said


def test_without_a_connection_it_says_who_sets_one_up(alder: Cast) -> None:
    assert "An administrator sets one up" in page(alder.ines, "client", alder.clara.pk)
    assert "An administrator sets one up" in click(alder)
    assert not EligibilityCheck.objects.exists()


def test_a_clinicians_day_warns_of_a_coverage_that_ended(asking: Cast, payers: Endpoint) -> None:
    draft_of(asking)
    payers.payers.books = books(replace(CLARA, coverage=Span(LONG_AGO, date(2026, 2, 28))))
    click(asking)
    day = page(asking.nora.user, "day", query=f"?on={TODAY}")
    assert "Not active since Feb 28, 2026" in day
