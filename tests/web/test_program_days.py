"""The week's board of a program of days, and the census of a house."""

import re
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django_scopes import scope

from carethread.record.models import CensusEntry, Charge, Client, Episode, Program
from carethread.web import http
from carethread.workflow.care import groups
from carethread.workflow.center import staff
from tests.cast import NOW, TODAY, Cast, make_client, signed_session
from tests.groups import at, circle, fees, people
from tests.web.world import signed_in

TOMORROW = NOW + timedelta(days=1)


@pytest.fixture
def nora(cast: Cast) -> Browser:
    return signed_in(cast.nora.user)


@pytest.fixture
def iop(cast: Cast) -> Program:
    """Abel had his three hours, Bree a minute less, Carl's second group is not signed."""
    with scope(organization=cast.center):
        fees(cast, H0015=35_000)
        program = staff.save_program(
            Program(organization=cast.center, site=cast.site, name="Evenings", form="I",
                    level_of_care="IOP-SUD")
        )  # fmt: skip
        abel, bree, carl = people(cast, 3, program)
        for hour, who in ((9, [abel, bree, carl]), (11, [abel, bree])):
            one = circle(cast, who, service="sud_group", hour=hour, program=program)
            one.came()
            if hour == 11:
                one.there("Bree", at(11, 1), None)
            one.write()
            one.sign()
        waiting = circle(cast, [carl], service="sud_group", hour=13, program=program)
        groups.mark(waiting.of("Carl"), "present", user=waiting.user, now=NOW)
        return program


@pytest.fixture
def house(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> list[Client]:
    """Ann and Ben slept in the house last night; for Ann a note of the day is signed."""
    monkeypatch.setattr(http, "now", lambda: TOMORROW)
    with scope(organization=cast.center):
        fees(cast, H0018=60_000)
        cast.program.level_of_care, cast.program.form = "RES-SUD", "I"
        staff.save_program(cast.program)
        found = [
            make_client(cast.center, cast.program, cast.payer, name, "House", f"HH3000000{n}")[0]
            for n, name in enumerate(("Ann", "Ben"))
        ]
        signed_session(cast, client=found[0])
        return found


def row(page: str, name: str, until: str = "</tr>") -> str:
    return page[page.index(name) :].partition(until)[0]


# ------------------------------------------------------------------------------ days


def test_the_board_shows_what_is_billed_and_why_not(nora: Browser, iop: Program) -> None:
    page = nora.get(reverse("program_days"), {"program": iop.pk}).content.decode()
    abel, bree, carl = (row(page, name) for name in ("Abel", "Bree", "Carl"))
    assert "3:00 h" in abel
    assert "H0015" in abel
    assert "2:59 h" in bree
    assert "of 3:00 h" in bree
    assert "H0015" not in bree
    assert "1 not signed" in carl
    assert "of 9:00 h" in abel, "the week's hours"
    assert "$350.00" in page


def test_what_brings_nothing_yet_is_listed_with_its_age(nora: Browser, iop: Program) -> None:
    page = nora.get(reverse("program_days")).content.decode()
    unbilled = page[page.index('id="unbilled"') :]
    assert unbilled.count("signed, not charged") == 3, "Bree's two groups and Carl's first"
    assert unbilled.count("no signed note") == 1
    assert "today" in unbilled
    other = nora.get(reverse("program_days"), {"on": "2026-02-16"}).content.decode()
    assert "H0015" not in other


def test_a_clinician_sees_their_own_clients_on_the_board(cast: Cast, iop: Program) -> None:
    vera = signed_in(cast.vera.user).get(reverse("program_days")).content.decode()
    assert "Abel" not in vera
    assert "Abel" in signed_in(cast.bill).get(reverse("program_days")).content.decode()


def test_fifty_clients_ask_no_more_questions_than_three(
    cast: Cast, nora: Browser, iop: Program, django_assert_max_num_queries
) -> None:
    with scope(organization=cast.center):
        many = [
            make_client(cast.center, iop, cast.payer, f"N{n}", "Fifty", f"HH7{n:07d}")[0]
            for n in range(50)
        ]
        circle(cast, many, service="sud_group", hour=15, program=iop)
    with django_assert_max_num_queries(25):
        page = nora.get(reverse("program_days")).content.decode()
    assert page.count("Fifty") == 50


def test_a_program_of_another_kind_is_not_there(cast: Cast, nora: Browser, iop: Program) -> None:
    assert nora.get(reverse("program_days"), {"program": cast.program.pk}).status_code == 404
    assert "No house" in nora.get(reverse("census")).content.decode()


# ------------------------------------------------------------------------------ nights


def test_a_night_is_counted_in_one_go_and_makes_the_charge(cast: Cast, house: list[Client]) -> None:
    ines = signed_in(cast.ines)
    url = reverse("census")
    page = ines.get(url).content.decode()
    assert "Night of Mar 2, 2026" in page
    assert page.count("Not counted yet") == 3
    ann, ben, clara = _stays(cast, "Ann", "Ben", "Clara")
    assert "On leave" not in page
    away = {"kind": "therapeutic", "on": str(TODAY), "at": "16:00", "reason": "with family"}
    page = ines.post(reverse("leave", args=[clara]), away, follow=True).content.decode()
    assert "Clara Client is on leave." in page
    assert "Therapeutic leave" in page
    assert "with family" in page
    assert f'id="bed-{clara}-leave" name="bed_{clara}" value="leave" checked' in (
        ines.get(url).content.decode()
    )
    said = {f"bed_{ann}": "in", f"bed_{ben}": "in", f"bed_{clara}": "leave"}
    page = ines.post(f"{url}?on={TODAY}", said, follow=True).content.decode()
    assert "2 of 3 in the house." in page
    assert "H0018 $600.00" in row(page, "Ann House", "</li>")
    assert "No signed note of this day" in row(page, "Ben House", "</li>")
    assert "On leave: no bed kept" in row(page, "Clara Client", "</li>")
    assert "2 of 3" in page[page.index('id="nights"') :]
    again = ines.post(reverse("leave", args=[clara]), {"on": "2026-03-01"})
    assert "Mar 2, 2026 is on record already" in again.content.decode()
    back = ines.post(reverse("leave", args=[clara]), {"on": "2026-03-03"}, follow=True)
    assert "Clara Client is back in the house." in back.content.decode()
    last = re.search(r'name="event" value="(\d+)"', back.content.decode())
    assert last is not None
    taken = {"act": "withdraw", "event": last[1], "reason": "It was Ben."}
    page = ines.post(reverse("leave", args=[clara]), taken, follow=True).content.decode()
    assert "counts no more" in page
    assert "Record the return" in page


def test_counting_again_corrects_the_night_and_its_charge(cast: Cast, house: list[Client]) -> None:
    ines = signed_in(cast.ines)
    url = f"{reverse('census')}?on={TODAY}"
    (ann,) = _stays(cast, "Ann")
    for where in ("in", "in", "out"):
        ines.post(url, {f"bed_{ann}": where, f"why_{ann}": "Left at noon."})
    assert "Left at noon." in ines.get(url).content.decode()
    with scope(organization=cast.center):
        assert Charge.objects.get().state == "void"
        assert CensusEntry.objects.count() == 2


def test_who_bills_looks_at_the_census_and_does_not_take_it(
    cast: Cast, house: list[Client]
) -> None:
    bill = signed_in(cast.bill)
    assert "Count this night" not in bill.get(reverse("census")).content.decode()
    assert bill.post(reverse("census")).status_code == 403


def _stays(cast: Cast, *names: str) -> list[int]:
    with scope(organization=cast.center):
        return [Episode.objects.get(client__first_name=name).pk for name in names]
