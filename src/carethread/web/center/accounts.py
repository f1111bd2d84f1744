"""How people get in: an administrator makes the account, nobody signs up; a guesser is shut out."""

from collections.abc import Mapping
from typing import Any

from allauth.account import views as account
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import password_changed
from allauth.account.signals import password_reset as password_reset_by_mail
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_cool_off
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, re_path, reverse

from carethread.record.models import User
from carethread.web import http
from carethread.web.http import Request
from carethread.workflow.center import accounts
from carethread.workflow.common.errors import Refused, refuse
from carethread.workflow.common.reauthenticate import Proof, by_password


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, _request: HttpRequest) -> str:
        """To the first page of their work: most people choose one because they had to."""
        return reverse("home")


def who_tries(request: HttpRequest | None, credentials: Mapping[str, Any] | None) -> str:
    """The address that a sign-in is tried with: attempts are counted for it, not for everybody
    who shares a network address. allauth calls it `email`, its form `login`."""
    named = (credentials or {}).get("email") or (request.POST.get("login") if request else "")
    return str(named or "").strip().lower()


def proof_of_who_signs(request: Request) -> Proof:
    """A fresh proof from the password that was sent along. Guessing it counts as guessing at
    the sign-in does: an unattended screen is no place to try passwords."""
    password, credentials = request.POST.get("password", ""), {"email": request.user.email}
    if not password:
        raise refuse("Please enter your password to sign.", "password")
    if not AxesProxyHandler.is_allowed(request, credentials):
        raise refuse(
            f"The password was wrong too often. Wait {_minutes(request)} minutes; "
            "what you wrote is saved.",
            "password",
        )
    try:
        return by_password(request.user, password, now=http.now())
    except Refused:
        user_login_failed.send(sender=__name__, request=request, credentials=credentials)
        raise


@receiver([password_changed, password_reset_by_mail])
def _password_chosen(user: User, **_: object) -> None:
    accounts.password_chosen(user)


def _minutes(request: HttpRequest) -> int:
    return int(get_cool_off(request).total_seconds() // 60)


def password_reset(request: HttpRequest) -> HttpResponse:
    """A link by mail; where no mail server is set up, who sets a new password instead."""
    if not settings.MAIL:
        return render(request, "account/password_by_administrator.html")
    answer: HttpResponse = account.password_reset(request)
    return answer


def locked_out(request: HttpRequest, *_args: object, **_named: object) -> HttpResponse:
    """What somebody sees who guessed too often: for how long, and what to do meanwhile."""
    return render(request, "account/locked.html", {"minutes": _minutes(request)}, status=429)


# The part of allauth that we use, under the names that it knows.
urlpatterns = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("closed/", account.account_inactive, name="account_inactive"),
    path("confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/reset/", password_reset, name="account_reset_password"),
    path("password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/changed/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("", mfa.index, name="mfa_index"),
    path("second-step/", mfa.authenticate, name="mfa_authenticate"),
    path("second-step/confirm/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("app/on/", totp.activate_totp, name="mfa_activate_totp"),
    path("app/off/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("codes/", recovery_codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("codes/new/", recovery_codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path(
        "codes/download/",
        recovery_codes.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]
