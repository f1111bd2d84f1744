"""The screens of utilization review: the board, and one authorization with what is behind it."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from carethread.insight import authorizations
from carethread.insight.eligibility import in_force
from carethread.record.models import Authorization, Client
from carethread.record.policies import Settings
from carethread.rules.authorize import USABLE
from carethread.web import http
from carethread.web.editing import edit
from carethread.web.http import Request
from carethread.web.pages import page
from carethread.web.row_forms import AuthorizationForm
from carethread.workflow import authorize
from carethread.workflow.authorizations import review
from carethread.workflow.authorize import Told
from carethread.workflow.care import foresee

_SHOWN = {
    "attention": "Needs attention",
    "live": "In force",
    "waiting": "Waiting for an answer",
    "all": "All",
}


def board(request: Request) -> HttpResponse:
    """Every authorization as a bar: what is used, reserved and left, until when it lasts."""
    today = http.today()
    at = foresee.warn_at(Settings(today))
    asked = request.GET.get("show", "")
    show = asked if asked in _SHOWN else "attention"
    found = page(request, authorizations.on_board(show, today=today, at=at))
    http.shows(request, (row.client_id for row in found.rows))
    return render(
        request,
        "utilization/board.html",
        {
            "show": show,
            "shown": {
                key: (label, authorizations.on_board(key, today=today, at=at).count())
                for key, label in _SHOWN.items()
            },
            "page": found,
            "bars": authorizations.bars(found.rows, today=today, at=at),
        },
    )


def authorization_new(request: Request, row: Client) -> HttpResponse:
    """A request, or an answer that came without one; `?extends=` an authorization to continue."""
    return _edit(request, _fresh(request, row), "utilization/new.html", "New authorization")


def _fresh(request: Request, client: Client) -> Authorization:
    """A request to the payer who is asked first today; or one that continues another: the same
    scope, as many units and days, from the day after it ends."""
    fresh = Authorization(organization=client.organization, client=client, state="submitted")
    first = in_force([client], http.today()).get(client.pk)
    if first is not None:
        fresh.payer = first.payer
    before = client.authorizations.filter(state__in=USABLE)
    extended = before.filter(pk=http.number_asked(request, "extends") or 0).first()
    if extended is not None:
        fresh.extends = extended
        for name in ("payer", "codes", "level_of_care", "facility", "rendering", "unit"):
            setattr(fresh, name, getattr(extended, name))
        fresh.effective_from = extended.effective_to + timedelta(days=1)
        fresh.effective_to = extended.effective_to + _days_of(extended)
        fresh.requested_units = extended.approved_units
    return fresh


def _days_of(row: Authorization) -> timedelta:
    return row.effective_to - row.effective_from + timedelta(days=1)


def authorization(request: Request, row: Authorization) -> HttpResponse:
    """One authorization: its answer, its history and its ledger of units."""
    today = http.today()
    at = foresee.warn_at(Settings(today))
    (bar,) = authorizations.bars([row], today=today, at=at)
    return _edit(
        request,
        row,
        "utilization/authorization.html",
        f"Authorization {row.number}" if row.number else "Requested authorization",
        bar=bar,
        events=row.events.select_related("user", "file").order_by("-pk"),
        entries=row.entries.select_related(
            "appointment__practitioner", "charge_version__charge"
        ).order_by("-pk")[:100],
        extensions=row.extensions.order_by("pk"),
        may_extend=row.state in USABLE,
    )


def _edit(
    request: Request, row: Authorization, template: str, heading: str, **shown: object
) -> HttpResponse:
    form = AuthorizationForm(http.sent(request), instance=row)
    return edit(
        request,
        form,
        lambda: _keep(form.instance, _told(request, form)),
        heading=heading,
        over=row.client.name,
        words="Services that waited for it take their units when you save.",
        back=reverse("client", args=[row.client_id]),
        template=template,
        shown=shown,
    )


def _keep(row: Authorization, told: Told) -> Authorization:
    """A request by 278 leaves through the clearinghouse; everything else is written down."""
    if told.channel == "278":
        return review.send(row, told, now=http.now())
    return authorize.record(row, told, now=http.now())


def _told(request: Request, form: AuthorizationForm) -> Told:
    said = form.cleaned_data
    return Told(said["channel"], said["contact"], said["reference"], said["words"], request.user)
