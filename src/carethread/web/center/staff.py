"""The administrator's screens of who signs in, and where care is given."""

import secrets

from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from carethread.record.models import AccountEvent, Program, Site, User
from carethread.web import http
from carethread.web.center.staff_forms import ProgramForm, SiteForm, UserForm
from carethread.web.editing import edit, edit_page, saves
from carethread.web.forms import told
from carethread.web.http import Request
from carethread.web.pages import page
from carethread.workflow.center import accounts, staff


def users(request: Request) -> HttpResponse:
    """Everybody who can sign in, and who no longer can."""
    rows = (
        User.objects.filter(organization=request.user.organization)
        .prefetch_related("grants")
        .order_by("-is_active", "last_name", "first_name", "pk")
    )
    return render(request, "administration/users.html", {"page": page(request, rows)})


def user_new(request: Request) -> HttpResponse:
    """An account for somebody new. Its password is shown once, and opens only the choice of
    another."""
    center, fresh = request.user.organization, _password()
    back = http.way_back(request, reverse("users"))
    form = UserForm(http.sent(request), instance=User(organization=center))
    if saves(
        request,
        form,
        lambda: accounts.invite(
            center, form.instance, form.chosen,
            password_hash=make_password(fresh), by=request.user, now=http.now(),
        ),
    ):  # fmt: skip
        return _shown_once(request, form.instance.email, fresh, back)
    return edit_page(
        request, form, heading="New account", over="Accounts", back=back,
        words="You are shown a password to hand over. Its owner chooses another first.",
    )  # fmt: skip


def user(request: Request, row: User) -> HttpResponse:
    """One account: who it is, its roles, and its history."""
    form = UserForm(http.sent(request), instance=row)
    if saves(
        request,
        form,
        lambda: accounts.change(form.instance, form.chosen, by=request.user, now=http.now()),
    ):
        messages.success(request, "Saved.")
        return redirect("user", row.pk)
    return render(
        request,
        "administration/user.html",
        {
            "person": row,
            "form": form,
            "history": AccountEvent.objects.filter(user=row).select_related("by").order_by("-pk"),
        },
        status=422 if form.errors else 200,
    )


def user_password(request: Request, row: User) -> HttpResponse:
    """A new password for somebody, shown once."""
    fresh = _password()
    done = told(
        request,
        lambda: accounts.new_password(
            row, password_hash=make_password(fresh), by=request.user, now=http.now()
        ),
    )
    return _shown_once(request, row.email, fresh) if done else redirect("user", row.pk)


def user_active(request: Request, row: User) -> HttpResponse:
    """Close an account, or open it again with a password that is shown once."""
    by, now = request.user, http.now()
    if row.is_active:
        closed = told(
            request,
            lambda: accounts.close(row, unusable_hash=make_password(None), by=by, now=now),
        )
        if closed:
            messages.success(request, f"Closed. {row} is signed out everywhere.")
        return redirect("user", row.pk)
    fresh = _password()
    accounts.reopen(row, password_hash=make_password(fresh), by=by, now=now)
    return _shown_once(request, row.email, fresh)


def _password() -> str:
    return secrets.token_urlsafe(12)


def _shown_once(request: Request, email: str, password: str, back: str = "") -> HttpResponse:
    """The only time that anybody sees it: it is kept nowhere, in no browser's cache either."""
    answer = render(
        request,
        "administration/password_once.html",
        {"email": email, "password": password, "back": back or reverse("users")},
    )
    answer["Cache-Control"] = "no-store"
    return answer


# ------------------------------------------------------------------------------ places


def sites(request: Request) -> HttpResponse:
    """Where care is given, with the programs of each place."""
    rows = Site.objects.prefetch_related("programs").order_by("name")
    return render(request, "administration/sites.html", {"page": page(request, rows)})


def site_new(request: Request) -> HttpResponse:
    """A further place."""
    return _site(request, Site(organization=request.user.organization), "New site")


def site(request: Request, row: Site) -> HttpResponse:
    """One place, as the service facility of its claims."""
    return _site(request, row, row.name)


def _site(request: Request, row: Site, heading: str) -> HttpResponse:
    form = SiteForm(http.sent(request), instance=row)
    return edit(
        request,
        form,
        lambda: staff.save_site(form.instance),
        heading=heading,
        over="Sites",
        back=reverse("sites"),
    )


def program_new(request: Request) -> HttpResponse:
    """A further program."""
    return _program(request, Program(organization=request.user.organization), "New program")


def program(request: Request, row: Program) -> HttpResponse:
    """One program: its level of care and how it is billed."""
    return _program(request, row, row.name)


def _program(request: Request, row: Program, heading: str) -> HttpResponse:
    form = ProgramForm(http.sent(request), instance=row)
    return edit(
        request,
        form,
        lambda: staff.save_program(form.instance),
        heading=heading,
        over="Sites",
        words="Once its days are documented, its level of care stays; another is another program.",
        back=reverse("sites"),
    )
