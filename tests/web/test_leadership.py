"""The director's figures: both sides see the same denials, and contract reductions are none."""

import re
from html import unescape

from django.test import Client as Browser
from django.urls import reverse
from django_scopes import scope

from carethread.codes.roles import Role
from carethread.record.models import Case
from tests.web.world import Shown, signed_in


def test_owner_and_director_start_with_cash_and_its_figures_open_their_lists(shown: Shown) -> None:
    for role in (Role.OWNER, Role.DIRECTOR):
        start = signed_in(shown.people[role]).get(reverse("home"))
        assert start.url == reverse("cash"), role
    assert signed_in(shown.cast.bill).get(reverse("home")).url == reverse("pipeline")
    dora = signed_in(shown.cast.dora)
    page = dora.get(reverse("cash")).content.decode()
    assert "$50.00" in page, "the lockbox, of which nobody knows whose it is"
    (link,) = {unescape(x) for x in re.findall(r'href="([^"]+show=open[^"]+)"', page)}
    listed = dora.get(link).content.decode()
    assert "Lockbox" in listed
    assert "Not proven yet" in listed
    (unbilled,) = re.findall(r'<a class="strong" href="([^"]+)">\d+ charges? without a claim', page)
    listed = dora.get(unbilled).content.decode()
    assert "<h1>Charges without a claim" in listed


def test_denials_show_by_clinician_service_and_cause_and_open_their_cases(shown: Shown) -> None:
    dora = signed_in(shown.cast.dora)
    page = dora.get(reverse("denials")).content.decode()
    assert "Nora Notes" in page
    assert "Individual therapy" in page
    assert "Diagnosis does not fit the service" in page
    with scope(organization=shown.cast.center):
        denial = Case.objects.get(kind="denial")
    opened = dora.get(
        reverse("cases"), {"state": "", "kind": "denial", "clinician": shown.cast.nora.pk}
    )
    assert reverse("case", args=[denial.pk]) in opened.content.decode()


def test_what_the_contract_takes_is_no_denial(shown: Shown) -> None:
    page = signed_in(shown.cast.dora).get(reverse("denials")).content.decode()
    assert "$120.00" in page, "the 12,000 cents that were refused"
    assert "$180.00" not in page, "not with the 6,000 cents of CO-45"


def links_of(page: str) -> list[str]:
    """Where the figures of a page lead."""
    return [unescape(url) for url in re.findall(r'href="(/cases/\?[^"]*)"', page)]


def test_every_figure_opens_the_cases_that_it_counts(shown: Shown) -> None:
    dora = signed_in(shown.cast.dora)
    with scope(organization=shown.cast.center):
        denial = Case.objects.get(kind="denial")
    links = links_of(dora.get(reverse("denials")).content.decode())
    assert len(links) >= 3 * 4, "three figures in the total and in each cut"
    for url in links:
        page = dora.get(url).content.decode()
        assert reverse("case", args=[denial.pk]) in page, url
        assert page.count('<tr class="top">') == 1, "and no other"


def test_denials_narrow_to_one_clinician_and_then_to_one_service(shown: Shown) -> None:
    dora = signed_in(shown.cast.dora)
    nora, vera = shown.cast.nora.pk, shown.cast.vera.pk
    page = dora.get(reverse("denials"), {"clinician": nora}).content.decode()
    assert "by Nora Notes" in page
    assert "Diagnosis does not fit the service" in page, "her causes"
    both = dora.get(reverse("denials"), {"clinician": nora, "service": "individual"})
    assert f"clinician={nora}&service=individual&category=dx_mismatch" in unescape(
        both.content.decode()
    )
    for asked in ({"clinician": vera}, {"service": "family"}, {"category": "timely"}):
        assert "No denials" in dora.get(reverse("denials"), asked).content.decode(), asked


def test_cases_narrow_by_owner_by_kind_and_to_my_own(shown: Shown) -> None:
    dora, bill = signed_in(shown.cast.dora), signed_in(shown.cast.bill)

    def titles(browser: Browser, **asked: str) -> str:
        return browser.get(reverse("cases"), asked).content.decode()

    assert "has no certain match" in titles(bill, owner="mine")
    assert "has no certain match" in titles(bill, owner="mine", kind="unmatched")
    assert "has no certain match" not in titles(bill, owner="mine", kind="quarantine")
    assert "CO-11" not in titles(bill, owner="mine"), "the author's, not the biller's"
    assert "CO-11" in titles(dora, owner="clinician")
    assert "has no certain match" not in titles(dora, owner="clinician")
    assert "No such cases" in titles(dora, owner="mine"), "a director cures nothing"
    narrowed = titles(dora, owner="clinician", kind="denial", state="open")
    assert re.search(r'<option value="clinician" selected>', narrowed)
    assert 'name="kind" value="denial"' in narrowed, "choosing an owner keeps the kind"
