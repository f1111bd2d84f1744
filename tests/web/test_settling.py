"""Everybody who owns cases sees theirs and nobody else's, and of a claim what they need."""

from datetime import timedelta

from django.test import Client as Browser
from django.urls import reverse
from django_scopes import scope

from carethread.codes.roles import Role
from carethread.record.models import Case, ClaimFinding, RuleSkip
from carethread.workflow.center import payer_rules
from tests.cast import NOW
from tests.web.world import LATER, Shown, signed_in


def opened(shown: Shown, owner: Role, **more: object) -> Case:
    """A case of a refused claim that belongs to a role."""
    with scope(organization=shown.cast.center):
        return Case.objects.create(
            organization=shown.cast.center, kind="denial", owner_role=owner.value, opened_at=LATER,
            source=f"test:{Case.objects.count()}",
            **{"claim": shown.denied, "title": f"For {owner}", "amount_cents": 100, **more},
        )  # fmt: skip


def read(browser: Browser, address: str, *args: int) -> str:
    answer = browser.get(reverse(address, args=args), follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_intake_utilization_and_administrator_see_their_own_cases_with_a_badge(
    shown: Shown,
) -> None:
    owners = (Role.INTAKE, Role.UTILIZATION, Role.ADMINISTRATOR)
    made = {owner: opened(shown, owner) for owner in owners}
    for owner in owners:
        browser = signed_in(shown.people[owner])
        page = read(browser, "cases")
        assert [other for other in owners if f"For {other}" in page] == [owner]
        assert "CO-11" not in page, "the author's"
        assert 'menu-count">' in page
        assert "has no certain match" not in page, "the biller's"
        for other in owners:
            url = reverse("case", args=[made[other].pk])
            assert browser.get(url).status_code == (200 if other is owner else 403)


def test_of_a_claim_its_settler_reads_what_it_bills_and_nothing_of_the_chart(shown: Shown) -> None:
    case = opened(shown, Role.UTILIZATION)
    browser = signed_in(shown.people[Role.UTILIZATION])
    url = reverse("claim_facts", args=[shown.denied.pk])
    assert url in read(browser, "case", case.pk)
    page = browser.get(url).content.decode()
    assert "90837" in page
    assert "Clara Client" in page
    for words in ("The thread", "F33", "Signed by"):
        assert words not in page
    assert browser.get(reverse("claim", args=[shown.denied.pk])).status_code == 403
    with scope(organization=shown.cast.center):
        Case.objects.filter(pk=case.pk).update(state="closed")
    assert "90837" in read(browser, "claim_facts", shown.denied.pk), "they had to settle it"


def test_who_cured_what_held_a_claim_finds_it_cured_and_not_a_closed_door(shown: Shown) -> None:
    with scope(organization=shown.cast.center):
        Case.objects.filter(claim=shown.held).delete()
        finding = ClaimFinding.objects.create(
            organization=shown.cast.center, claim=shown.held, rule="X", severity="stops",
            owner="intake", message="The member id is not the payer's.", fix_kind="coverage",
            fix_id=shown.cast.coverage.pk,
        )  # fmt: skip
    ines = signed_in(shown.people[Role.INTAKE])
    page = read(ines, "claim_facts", shown.held.pk)
    assert "The member id is not" in page
    assert "90837" in page
    with scope(organization=shown.cast.center):
        finding.delete()
    page = read(ines, "claim_facts", shown.held.pk)
    assert "Nothing on this claim waits for you." in page
    assert "90837" not in page, "it is not theirs any more"
    ada = signed_in(shown.people[Role.ADMINISTRATOR])
    assert ada.get(reverse("claim_facts", args=[shown.held.pk])).status_code == 403


def test_who_sets_the_center_up_settles_a_roster_without_learning_whose_care_it_is(
    shown: Shown,
) -> None:
    case = opened(shown, Role.ADMINISTRATOR)
    ada = signed_in(shown.people[Role.ADMINISTRATOR])
    for address, pk in (("cases", None), ("case", case.pk), ("claim_facts", shown.denied.pk)):
        page = read(ada, address, *([pk] if pk else []))
        assert "Clara" not in page, address
        assert "Harbor Health" in page, address


def test_claims_that_wait_for_a_role_are_below_its_cases(shown: Shown) -> None:
    def finding(owner: str, message: str) -> None:
        with scope(organization=shown.cast.center):
            ClaimFinding.objects.create(
                organization=shown.cast.center, claim=shown.held, rule="X", severity="stops",
                owner=owner, message=message, fix_kind="coverage",
                fix_id=shown.cast.coverage.pk,
            )  # fmt: skip

    finding("intake", "The member id is not the payer's.")
    finding("clinician", "Of the note alone.")
    page = read(signed_in(shown.people[Role.INTAKE]), "cases")
    assert "Claims that wait for you" in page
    assert "The member id is not" in page
    assert reverse("coverage", args=[shown.cast.coverage.pk]) in page
    assert "Of the note alone." not in page
    assert "Claims that wait" not in read(signed_in(shown.cast.bill), "cases")


def test_two_refusals_for_the_same_reason_are_told_apart_by_client_and_day(shown: Shown) -> None:
    for claim in (shown.held, shown.stray):
        opened(shown, Role.BILLER, claim=claim, title="Timely")
    page = read(signed_in(shown.cast.bill), "cases")
    for claim in (shown.held, shown.stray):
        assert f"{claim.service_from:%b %-d, %Y}" in page
    assert shown.held.service_from != shown.stray.service_from


def test_a_skip_that_waits_for_a_second_person_is_on_everybody_elses_list(shown: Shown) -> None:
    def waits(user: object) -> bool:
        return "They agreed." in read(signed_in(user), "skips")

    biller, owner = shown.cast.bill, shown.people[Role.OWNER]
    with scope(organization=shown.cast.center):
        RuleSkip.objects.create(
            organization=shown.cast.center, claim=shown.held, version=1, rule="OWN_1", kind="ask",
            reason="They agreed.", user=biller, at=NOW - timedelta(days=2),
        )  # fmt: skip
    assert (waits(biller), waits(owner)) == (False, True)
    assert "menu-count" in read(signed_in(owner), "pipeline")
    with scope(organization=shown.cast.center):
        payer_rules.approve_skip(shown.held, "OWN_1", user=owner, now=LATER)
    assert not waits(owner)
