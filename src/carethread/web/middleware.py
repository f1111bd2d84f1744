"""Between the request and the screen: texts without NUL, which organization, whether it may be, and
the access log."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from carethread.record.clock import at_center
from carethread.web import http, reach
from carethread.web.permissions import DOORS, Door
from carethread.workflow.center.access import log_access
from carethread.workflow.common.acting import acting

_CHOOSE = "account_change_password"  # all that opens with a password that somebody else made
_NUL = "\0"
Handler = Callable[[HttpRequest], HttpResponse]


class NulMiddleware:
    """Takes the NUL out of every text of a request: PostgreSQL holds none, and nobody types one.
    Of what a form sent once its CSRF token is proven, so that it is read no earlier than before."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.path = request.path.replace(_NUL, "")
        request.path_info = request.path_info.replace(_NUL, "")
        request.GET = _without_nul(request.GET)
        return self.get_response(request)

    def process_view(self, request: Any, _view: object, _args: object, _named: object) -> None:
        if request.method == "POST":
            request.POST = _without_nul(request.POST)


def _without_nul(sent: QueryDict) -> QueryDict:
    if not any(_NUL in text for name, texts in sent.lists() for text in (name, *texts)):
        return sent
    clean = QueryDict(mutable=True, encoding=sent.encoding)
    for name, texts in sent.lists():
        clean.setlist(name.replace(_NUL, ""), [text.replace(_NUL, "") for text in texts])
    clean._mutable = False
    return clean


class TenantMiddleware:
    """A signed-in user sees one organization: their own. Nobody else sees any."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with at_center(request.user.organization), acting(request.user):
            return self.get_response(request)


class AccessLogMiddleware:
    """Writes down every look at the record and every refusal. See `record.AccessEvent`."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if request.user.is_authenticated and match is not None:
            log_access(
                user=request.user,
                action=match.view_name,
                client_ids=_whose(request),
                path=request.path,
                method=request.method or "",
                status=response.status_code,
                address=http.address_of(request),
                now=http.now(),
            )
        return response


def _whose(request: Any) -> list[int | None]:
    """Whose information was asked for: a line of the log for each client; one that names nobody
    where it is nobody's. A screen that shows clients beside its subject tells of them in
    `request.shown`."""
    subject = reach.client_id_of(getattr(request, "subject", None))
    known = {subject, *getattr(request, "shown", ())} - {None}
    return sorted(known) or [None]


class PermissionMiddleware:
    """Opens the door that the address is, or does not. What has no door is refused."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: Any, _view: object, _args: object, named: dict[str, Any]
    ) -> HttpResponse | None:
        door = DOORS.get(request.resolver_match.view_name)
        if door is not None and door.open:
            return None
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if request.user.must_change_password and request.resolver_match.view_name != _CHOOSE:
            return redirect(_CHOOSE)
        return _enter(request, door, named)


def _enter(request: Any, door: Door | None, named: dict[str, Any]) -> HttpResponse | None:
    """Let the request in. The view gets the thing that the address names in place of its id.
    Who asks for an address that only acts is sent to its page."""
    if door is None or not door.lets(request.user, request.method):
        raise PermissionDenied("Your role does not open this page.")
    if door.reach is not None:
        request.subject = door.reach(request.user, **named)
        named.clear()
        named["row"] = request.subject
    return _to_page(request, door.page) if door.page and request.method != "POST" else None


def _to_page(request: Any, page: str) -> HttpResponse:
    return redirect(page, *([request.subject.pk] if DOORS[page].reach else []))


def _to_sign_in(request: Any) -> HttpResponse:
    """To the sign-in page and back here. Never from under somebody who is typing: a fragment
    that htmx asked for gets a 401, and the page says what to do."""
    if request.htmx:
        return HttpResponse("You have been signed out.", status=401)
    return redirect_to_login(request.get_full_path())
