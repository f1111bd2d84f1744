"""The front desk's day: who comes, what each pays, what is missing; and a copay that is known."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django_scopes import scope

from carethread.record.models import Appointment, Client, Coverage, Program, Site
from carethread.sandbox.payer.endpoint import Endpoint
from carethread.workflow import admit
from carethread.workflow.care import schedule
from carethread.workflow.center import staff
from carethread.workflow.common.errors import Refused
from carethread.workflow.patients import patient_money
from tests.cast import NOW, TODAY, Cast, make_client
from tests.groups import circle
from tests.web.test_eligibility import click, page
from tests.web.world import LATER, signed_in
from tests.workflow.test_eligibility import asking, payers

__all__ = ["asking", "payers"]  # fixtures


def booked(cast: Cast, client: Client | None = None, hours: int = 1, **more: object) -> Appointment:
    """An hour that is still to come today."""
    starts = LATER + timedelta(minutes=15 * hours)
    row = Appointment(
        organization=cast.center, client=client or cast.clara, practitioner=cast.nora,
        program=cast.program, service="individual", starts_at=starts,
        ends_at=starts + timedelta(minutes=10),
    )  # fmt: skip
    for name, value in more.items():
        setattr(row, name, value)
    return admit.schedule(row)


def desk(cast: Cast, query: str = "") -> str:
    return page(cast.ines, "desk", query=query)


def test_intake_starts_with_the_day_and_nobody_on_it(cast: Cast) -> None:
    start = signed_in(cast.ines).get(reverse("home"), follow=True)
    assert start.request["PATH_INFO"] == reverse("desk")
    assert "Nobody is expected" in start.content.decode()


def test_a_client_is_checked_in_once_and_the_note_still_says_what_took_place(alder: Cast) -> None:
    row = booked(alder)
    ines, url = signed_in(alder.ines), reverse("appointment_arrive", args=[row.pk])
    assert url in desk(alder)
    assert ines.post(url).url == reverse("desk")
    row.refresh_from_db()
    assert (row.arrived_at, row.status) == (LATER, "scheduled")
    assert "1 checked in" in desk(alder)
    assert schedule.arrive(row, now=LATER + timedelta(minutes=9)).arrived_at == LATER
    ines.post(reverse("appointment_not_arrived", args=[row.pk]))
    row.refresh_from_db()
    assert row.arrived_at is None


def test_only_todays_sessions_that_were_not_called_off_are_checked_in(alder: Cast) -> None:
    tomorrow = booked(alder, starts_at=LATER + timedelta(days=1), ends_at=LATER + timedelta(days=2))
    off = booked(alder)
    schedule.cancel(off, now=LATER)
    for row in (tomorrow, off):
        with pytest.raises(Refused):
            schedule.arrive(row, now=LATER)
    assert "Nobody is expected" in desk(alder), "neither is today's any more"


def test_what_intake_has_to_ask_stands_at_the_client_with_its_cure(alder: Cast) -> None:
    booked(alder)
    assert "No coverage" not in desk(alder)
    bare = Client.objects.create(
        organization=alder.center, mrn="M9", first_name="Bea", last_name="Bare",
        birth_date=TODAY, sex="F",
    )  # fmt: skip
    booked(alder, bare, hours=2)
    said = desk(alder)
    for words, address in (
        ("No coverage on this day", "coverage_new"), ("Not admitted", "admission_new"),
        ("No address", "client_edit"), ("No phone number", "client_edit"),
    ):  # fmt: skip
        assert words in said
        assert f'href="{reverse(address, args=[bare.pk])}"' in said
    assert "Part 2" not in said
    Program.objects.filter(pk=alder.program.pk).update(is_part2=True)
    assert desk(alder).count("No consent for payment (Part 2)") == 2
    Coverage.objects.filter(client=alder.clara).update(effective_to=TODAY - timedelta(days=1))
    assert desk(alder).count("No coverage on this day") == 2


def test_the_list_is_of_the_program_that_one_works_for_and_stays_so(alder: Cast) -> None:
    evening = staff.save_program(
        Program(organization=alder.center, site=alder.site, name="Evening", level_of_care="OP")
    )
    dana, *_ = make_client(alder.center, evening, alder.payer, "Dana", "Dole", "HH00000002")
    booked(alder)
    booked(alder, dana, hours=2, program=evening)
    ines = signed_in(alder.ines)
    both = ines.get(reverse("desk")).content.decode()
    assert "Clara Client" in both
    assert "Dana Dole" in both
    for query in (f"?site=&program={evening.pk}", ""):
        one = ines.get(reverse("desk") + query).content.decode()
        assert "Dana Dole" in one
        assert "Clara Client" not in one
    assert "Clara Client" in ines.get(reverse("desk") + "?site=&program=").content.decode()


def test_the_groups_of_the_day_stand_there_with_who_comes(alder: Cast) -> None:
    assert 'id="groups"' not in desk(alder)
    circle(alder, [alder.clara], name="Evening circle")
    said = desk(alder)
    assert "Evening circle" in said
    assert "1 group" in said
    assert "Clara Client" in said[said.index('id="groups"') :]
    elsewhere = staff.save_program(
        Program(organization=alder.center, site=alder.site, name="Evening", level_of_care="OP")
    )
    assert 'id="groups"' not in desk(alder, f"?site=&program={elsewhere.pk}"), "another program's"


def test_the_day_says_at_which_site_it_is_and_another_can_be_chosen(alder: Cast) -> None:
    said = desk(alder)
    assert f"{alder.site.line1}, {alder.site.city}" in said, "the only one"
    other = staff.save_site(
        Site(organization=alder.center, name="Fen Hollow", line1="2 Fen Road", city="Fen",
             state="NY", postal_code="120100001")
    )  # fmt: skip
    assert "the day of all 2 sites" in desk(alder, "?site=&program=")
    assert "2 Fen Road, Fen, NY 12010-0001" in desk(alder, f"?site={other.pk}&program=")


def test_the_copay_that_the_payer_named_is_due_prefilled_and_then_paid(
    asking: Cast, payers: Endpoint
) -> None:
    assert payers
    row = booked(asking)
    assert "Not checked" in desk(asking)
    click(asking)
    said = desk(asking)
    assert "$25.00" in said
    assert "Active" in said
    assert "asked Mar 2" in said
    way = reverse("payment_new", args=[row.client_id])
    assert f"{way}?visit=2026-03-02" in said
    assert 'value="25.00"' in page(asking.ines, "payment_new", row.client_id)
    other = page(asking.ines, "payment_new", row.client_id, query="?visit=2026-03-03")
    assert 'value="25.00"' not in other, "nobody comes on that day"
    assert "The copay is $25.00 a visit." in other
    tender = patient_money.Tender(2_500, "card", TODAY, "4242", TODAY)
    with scope(organization=asking.center):
        patient_money.take(asking.clara, tender, user=asking.ines, now=NOW)
    assert "Paid" in desk(asking)
    assert 'value="25.00"' not in page(asking.ines, "payment_new", row.client_id)
    with scope(organization=asking.center):
        back = patient_money.Tender(1_000, "card", TODAY, "4242")
        patient_money.refund_client(
            asking.clara.payments.get(), back, user=asking.bill, reason="Too much.", now=NOW
        )
    assert "$10.00" in desk(asking)
    assert 'value="10.00"' in page(asking.ines, "payment_new", row.client_id), "due once more"


def test_a_payment_is_for_the_visit_of_a_day_only_where_there_is_one(alder: Cast) -> None:
    with scope(organization=alder.center):
        row = booked(alder)
    for day, said in (("2026-03-02", "2026-03-02"), ("2026-03-05", None)):
        form = page(alder.ines, "payment_new", row.client_id, query=f"?visit={day}")
        field = re.search(r'<input[^>]*name="visit_on"[^>]*>', form)
        value = field and re.search(r'value="([^"]*)"', field[0])
        assert field
        assert (value and value[1]) == said
