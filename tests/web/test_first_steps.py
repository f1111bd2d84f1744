"""The first steps of a center, as its administrator and its owner see them."""

import re

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django_scopes import scope

from carethread.codes.roles import Role
from carethread.insight.first_steps import Step, steps
from carethread.record.models import (
    Connection,
    License,
    Organization,
    Payer,
    PayerEnrollment,
    Practitioner,
)
from carethread.workflow.center import staff
from tests.cast import TODAY, Cast, make_center, make_user
from tests.payers import make_connection
from tests.web.world import Shown, signed_in


@pytest.fixture
def fresh(db: None) -> Organization:
    return make_center("Elm House", "1000000053", "999999999")


def step(center: Organization, key: str) -> Step:
    with scope(organization=center):
        return next(one for one in steps(center, TODAY) if one.key == key)


def page_for(center: Organization, *roles: Role) -> str:
    browser = signed_in(make_user(center, "Ann", "Able", *roles))
    return str(browser.get(reverse("first_steps")).content.decode())


def test_of_a_center_with_everything_each_step_is_done_and_people_start_as_ever(
    shown: Shown,
) -> None:
    center = shown.cast.center
    with scope(organization=center):
        assert [one.key for one in steps(center, TODAY) if not one.is_done] == []
    starts = {Role.ADMINISTRATOR: "practitioners", Role.OWNER: "cash"}
    for role, page in starts.items():
        assert signed_in(shown.people[role]).get("/").url == reverse(page)


def test_what_is_gone_again_is_a_step_again(shown: Shown) -> None:
    center = shown.cast.center
    with scope(organization=center):
        Connection.objects.update(is_active=False)
    assert not step(center, "connection").is_done
    assert signed_in(shown.people[Role.OWNER]).get("/").url == reverse("first_steps")


def test_a_new_center_has_its_own_facts_and_nothing_else(fresh: Organization) -> None:
    with scope(organization=fresh):
        done = [one.key for one in steps(fresh, TODAY) if one.is_done]
    assert done == ["organization"]
    page = page_for(fresh, Role.ADMINISTRATOR, Role.OWNER)
    assert "1 of 10 done" in page
    assert f"{reverse('site_new')}?next={reverse('first_steps')}" in page


def test_each_step_leads_to_its_screen_only_for_whom_that_opens(fresh: Organization) -> None:
    addresses = ("site_new", "user_new", "payer_new", "connection_new", "client_new")
    whole = page_for(fresh, Role.ADMINISTRATOR, Role.INTAKE)
    assert all(reverse(address) in whole for address in addresses)
    owner = signed_in(make_user(fresh, "Oda", "Owner", Role.OWNER))
    only_owner = owner.get(reverse("first_steps")).content.decode()
    assert not any(reverse(address) in only_owner for address in addresses)
    assert "The administrator does this." in only_owner
    assert "Intake does this." in only_owner


def test_a_practitioner_counts_once_there_is_a_license_that_holds(cast: Cast) -> None:
    with scope(organization=cast.center):
        License.objects.update(effective_to=TODAY.replace(month=1))
        first = Practitioner.objects.order_by("pk").first()
    found = step(cast.center, "practitioner")
    assert (found.is_done, found.row) == (False, first.pk)
    page = signed_in(cast.ada).get(reverse("first_steps")).content.decode()
    assert reverse("license_new", args=[first.pk]) in page


def test_a_clinician_signs_only_as_the_practitioner_that_they_are(cast: Cast) -> None:
    assert step(cast.center, "accounts").is_done
    with scope(organization=cast.center):
        Practitioner.objects.update(user=None)
    found = step(cast.center, "accounts")
    assert "Signs in as" in found.lacks[0]
    cast.bill.is_active = False
    cast.bill.save()
    assert "an account for a biller" in step(cast.center, "accounts").lacks


def test_a_payer_without_a_roster_needs_nobody_on_it(cast: Cast) -> None:
    with scope(organization=cast.center):
        PayerEnrollment.objects.update(effective_to=TODAY.replace(month=1))
        assert not step(cast.center, "roster").is_done
        Payer.objects.update(requires_enrollment=False)
    assert step(cast.center, "roster").is_done


def test_what_answers_at_once_is_no_way_for_claims(cast: Cast) -> None:
    with scope(organization=cast.center):
        row = make_connection(cast.center, kind="core")
        assert not step(cast.center, "connection").is_done
        row.kind = "sftp"
        staff.save_connection(row)
    assert step(cast.center, "connection").is_done


def test_nobody_in_care_is_named_to_who_sets_the_center_up(cast: Cast) -> None:
    page = signed_in(cast.ada).get(reverse("first_steps")).content.decode()
    assert "Somebody is in care" in page
    assert not re.search("Clara|HH0000", page)


def test_the_steps_take_eight_queries_however_much_there_is(shown: Shown) -> None:
    center = shown.cast.center
    with scope(organization=center), CaptureQueriesContext(database) as asked:
        steps(center, TODAY)
    assert len(asked) == 8
