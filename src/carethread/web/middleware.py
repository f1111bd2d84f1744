"""Between the request and the screen: which organization, and the access log."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django_scopes import scope

Handler = Callable[[HttpRequest], HttpResponse]


class TenantMiddleware:
    """A signed-in user sees one organization: their own. Nobody else sees any."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with scope(organization=request.user.organization):
            return self.get_response(request)


class AccessLogMiddleware:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)
