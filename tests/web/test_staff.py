"""The administrator sets the center up: people, accounts, payers, places. Roles have a history."""

import re

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django_scopes import scope

from carethread.record.models import AccountEvent, Payer, Practitioner, Program, Site, User
from tests.cast import PASSWORD, Cast
from tests.web.world import signed_in

NEW = {"first_name": "Bea", "last_name": "Biller", "email": "Bea@Alder.example",
       "roles": ["biller"]}  # fmt: skip


@pytest.fixture
def ada(cast: Cast) -> Browser:
    return signed_in(cast.ada)


def post(browser: Browser, address: str, *args: int, **typed: object):
    return browser.post(reverse(address, args=args), typed)


def page_of(browser: Browser, address: str, *args: int) -> str:
    return browser.get(reverse(address, args=args)).content.decode()


def password_in(page: str) -> str:
    return re.search(r'class="code strong">([^<]+)<', page)[1]


def sign_in(email: str, password: str) -> Browser:
    browser = Browser()
    browser.post(reverse("account_login"), {"login": email, "password": password})
    return browser


# ------------------------------------------------------------------------------ accounts


def test_somebody_invited_signs_in_once_and_chooses_a_password_before_anything_opens(
    cast: Cast, ada: Browser
) -> None:
    answer = post(ada, "user_new", **NEW)
    assert answer["Cache-Control"] == "no-store"
    once = password_in(answer.content.decode())
    bea = sign_in("bea@alder.example", once)
    choose = reverse("account_change_password")
    assert bea.get(reverse("pipeline")).url == choose
    typed = {"oldpassword": once, "password1": PASSWORD, "password2": PASSWORD}
    assert bea.post(choose, typed).url == reverse("home")
    assert bea.get(reverse("pipeline")).status_code == 200
    assert once not in page_of(ada, "user", User.objects.get(email="bea@alder.example").pk)


def test_an_account_needs_a_role_and_an_address_of_its_own(cast: Cast, ada: Browser) -> None:
    assert "at least one role" in post(ada, "user_new", **{**NEW, "roles": []}).content.decode()
    taken = post(ada, "user_new", **{**NEW, "email": cast.bill.email})
    assert taken.status_code == 422
    assert 'value="Bea"' in taken.content.decode(), "what was typed stays"


def test_roles_are_changed_and_the_change_is_told_with_who_and_when(
    cast: Cast, ada: Browser
) -> None:
    bill = cast.bill
    typed = {"first_name": "Bill", "last_name": "Bodkin", "email": bill.email}
    post(ada, "user", bill.pk, **typed, roles=["director", "owner"])
    assert {r.value for r in User.objects.get(pk=bill.pk).roles} == {"director", "owner"}
    page = page_of(ada, "user", bill.pk)
    assert "Given: director, owner." in page
    assert "Taken: biller." in page
    assert "Ada Admin" in page


def test_nobody_shuts_themselves_out(cast: Cast, ada: Browser) -> None:
    typed = {"first_name": "Ada", "last_name": "Admin", "email": cast.ada.email}
    refused = post(ada, "user", cast.ada.pk, **typed, roles=["biller"])
    assert "Somebody else takes" in refused.content.decode()
    post(ada, "user_active", cast.ada.pk)
    assert User.objects.get(pk=cast.ada.pk).is_active


def test_a_closed_account_signs_in_no_more_and_loses_its_sessions(cast: Cast, ada: Browser) -> None:
    inside = sign_in(cast.bill.email, PASSWORD)
    assert inside.get(reverse("pipeline")).status_code == 200
    post(ada, "user_active", cast.bill.pk)
    assert inside.get(reverse("pipeline")).status_code == 302
    assert sign_in(cast.bill.email, PASSWORD).get(reverse("pipeline")).status_code == 302
    once = password_in(post(ada, "user_active", cast.bill.pk).content.decode())
    assert inside.get(reverse("pipeline")).status_code == 302, "an old session stays ended"
    opened = sign_in(cast.bill.email, once)
    assert opened.get(reverse("pipeline")).url == reverse("account_change_password")
    with scope(organization=cast.center):
        told = list(AccountEvent.objects.order_by("pk").values_list("words", flat=True))
    assert told == ["Closed.", "Opened again."]


def test_a_new_password_ends_the_sessions_of_its_owner(cast: Cast, ada: Browser) -> None:
    inside = sign_in(cast.bill.email, PASSWORD)
    once = password_in(post(ada, "user_password", cast.bill.pk).content.decode())
    assert inside.get(reverse("pipeline")).url.startswith(reverse("account_login"))
    assert sign_in(cast.bill.email, once).get("/").url == reverse("account_change_password")


# ------------------------------------------------------------------------------ practitioners


WHO = {"first_name": "Pia", "last_name": "Park", "credential": "LMSW", "npi": "1000000046",
       "taxonomy": "104100000X"}  # fmt: skip


def test_a_practitioner_is_added_with_a_supervisor_and_a_sign_in(cast: Cast, ada: Browser) -> None:
    post(ada, "user_new", **{**NEW, "roles": ["clinician"]})
    account = User.objects.get(email="bea@alder.example")
    answer = post(ada, "practitioner_new", **WHO, supervisor=cast.vera.pk, user=account.pk)
    with scope(organization=cast.center):
        pia = Practitioner.objects.get(last_name="Park")
        assert (pia.supervisor, pia.user) == (cast.vera, account)
    assert answer.url == reverse("practitioner", args=[pia.pk])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"npi": "1000000047"}, "check digit does not fit"),
        ({"taxonomy": "104"}, "ten letters and digits"),
        ({"credential": "WIZARD"}, "WIZARD is not one of"),
    ],
)
def test_a_number_that_cannot_be_right_is_refused_at_its_field(
    cast: Cast, ada: Browser, wrong: dict[str, str], words: str
) -> None:
    answer = post(ada, "practitioner_new", **{**WHO, **wrong})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert 'value="Pia"' in answer.content.decode()


def test_two_people_do_not_supervise_each_other(cast: Cast, ada: Browser) -> None:
    vera = {"first_name": "Vera", "last_name": "Vance", "credential": "PSYD",
            "npi": cast.vera.npi, "taxonomy": cast.vera.taxonomy}  # fmt: skip
    answer = post(ada, "practitioner", cast.vera.pk, **vera, supervisor=cast.sam.pk)
    assert "supervise each other" in answer.content.decode()


def test_accounts_of_another_center_are_not_offered(cast: Cast, ada: Browser) -> None:
    page = page_of(ada, "practitioner_new")
    assert "Bill Bodkin" in page
    assert "Oscar" not in page


# ------------------------------------------------------------------------------ payers, places


def test_a_payer_a_site_and_a_program_are_added_and_changed(cast: Cast, ada: Browser) -> None:
    post(ada, "payer_new", name="Tidewater", payer_id="TIDE1", kind="commercial",
         filing_indicator="CI", authorization_codes="90837")  # fmt: skip
    place = {"name": "North", "place_of_service": "11", "line1": "1 Elm", "city": "Troy",
             "state": "NY", "postal_code": "12180"}  # fmt: skip
    post(ada, "site_new", **place)
    with scope(organization=cast.center):
        assert Payer.objects.get(name="Tidewater").authorization_codes == ["90837"]
        north = Site.objects.get(name="North")
    program = {"name": "Evening IOP", "site": north.pk, "level_of_care": "IOP-SUD", "form": "I"}
    post(ada, "program_new", **program)
    page = page_of(ada, "sites")
    assert "Evening IOP" in page
    with scope(organization=cast.center):
        row = Program.objects.get(name="Evening IOP")
    post(ada, "program", row.pk, **{**program, "name": "Night IOP"})
    assert "Night IOP" in page_of(ada, "sites")
    wrong = post(ada, "site", north.pk, **{**place, "postal_code": "12"})
    assert "A ZIP code has five digits" in wrong.content.decode()
