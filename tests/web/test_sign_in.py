"""Getting in, being shut out, getting out."""

import re

import pytest
from django.test import Client as Browser
from django.urls import NoReverseMatch, reverse

from tests.cast import PASSWORD, Cast
from tests.web.world import signed_in

SIGN_IN = "account_login"


def try_to_sign_in(client: Browser, email: str, password: str):
    return client.post(reverse(SIGN_IN), {"login": email, "password": password})


def test_a_right_password_leads_to_the_first_page_of_ones_work(cast: Cast, client: Browser) -> None:
    answer = try_to_sign_in(client, cast.nora.user.email, PASSWORD)
    assert answer.status_code == 302
    assert client.get("/").url == reverse("day")


@pytest.mark.parametrize(
    ("who", "page"), [("bill", "pipeline"), ("dora", "cash"), ("ines", "desk"),
                      ("ada", "first_steps")],
)  # fmt: skip
def test_everybody_starts_where_their_work_is(cast: Cast, who: str, page: str) -> None:
    assert signed_in(getattr(cast, who)).get("/").url == reverse(page)


def test_a_wrong_password_says_so_and_keeps_the_address(cast: Cast, client: Browser) -> None:
    page = try_to_sign_in(client, cast.bill.email, "guess").content.decode()
    assert 'role="alert"' in page
    assert cast.bill.email in page


def test_guessing_closes_the_sign_in_and_says_for_how_long(cast: Cast, client: Browser) -> None:
    answers = [try_to_sign_in(client, cast.bill.email, f"guess {n}") for n in range(9)]
    assert answers[-1].status_code == 429
    assert "15 minutes" in answers[-1].content.decode()
    right = try_to_sign_in(client, cast.bill.email, PASSWORD)
    assert right.status_code == 429, "the right password does not open it either"
    other = try_to_sign_in(Browser(), cast.ines.email, PASSWORD)
    assert other.status_code == 302, "nobody else is shut out"


def test_signing_out_closes_the_record(cast: Cast) -> None:
    browser = signed_in(cast.bill)
    browser.post(reverse("account_logout"))
    assert browser.get(reverse("pipeline")).status_code == 302


def test_nobody_signs_up() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")


def test_where_somebody_wanted_to_go_is_where_they_go(cast: Cast, client: Browser) -> None:
    sent = client.get(reverse("claims"))
    answer = client.post(sent.url, {"login": cast.bill.email, "password": PASSWORD,
                                    "next": reverse("claims")})  # fmt: skip
    assert answer.url == reverse("claims")


def test_a_fragment_never_takes_the_page_from_under_somebody(cast: Cast, client: Browser) -> None:
    answer = client.get(reverse("diagnosis_search"), headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert "HX-Redirect" not in answer.headers


def test_the_second_factor_is_set_up_after_the_password_was_entered_anew(
    cast: Cast, client: Browser
) -> None:
    try_to_sign_in(client, cast.bill.email, PASSWORD)
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked.url.startswith(reverse("account_reauthenticate")), "the password once more"
    client.post(asked.url, {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    assert "data:image/svg+xml" in page
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert "field-errors" in wrong.content.decode()


@pytest.mark.parametrize("demo", [True, False])
def test_a_practice_center_says_that_its_people_are_invented(
    cast: Cast, client: Browser, settings, demo: bool
) -> None:
    settings.DEMO = demo
    inside = signed_in(cast.bill).get(reverse("pipeline")).content.decode()
    outside = client.get(reverse(SIGN_IN)).content.decode()
    assert ("are invented" in inside, "are invented" in outside) == (demo, demo)


def test_somebody_without_a_role_is_told_so(cast: Cast) -> None:
    from tests.cast import make_user

    nobody = make_user(cast.center, "Nick", "Nobody")
    assert signed_in(nobody).get(reverse("day")).status_code == 403


def test_without_a_mail_server_nobody_pretends_to_send_a_link(
    cast: Cast, client: Browser, settings
) -> None:
    assert reverse("account_reset_password") in client.get(reverse(SIGN_IN)).content.decode()
    settings.MAIL = False
    for answer in (
        client.get(reverse("account_reset_password")),
        client.post(reverse("account_reset_password"), {"email": cast.bill.email}),
    ):
        assert "Your administrator gives you a new password" in answer.content.decode()


def test_with_a_mail_server_the_link_is_sent_and_works(
    cast: Cast, client: Browser, settings, mailoutbox
) -> None:
    settings.MAIL = True
    sent = client.post(reverse("account_reset_password"), {"email": cast.bill.email})
    assert sent.url == reverse("account_reset_password_done")
    (mail,) = mailoutbox
    link = re.search(r"http://testserver(\S+)", mail.body)
    assert link
    form = client.get(link[1], follow=True)
    fresh = {"password1": "another quiet river", "password2": "another quiet river"}
    client.post(form.redirect_chain[-1][0], fresh)
    assert try_to_sign_in(Browser(), cast.bill.email, "another quiet river").status_code == 302
