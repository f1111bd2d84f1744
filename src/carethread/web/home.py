"""The start: everybody to the first page of their work."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from carethread.web.navigation import first_page


def home(request: HttpRequest) -> HttpResponse:
    assert request.user.is_authenticated
    page = first_page(request.user)
    return redirect(page) if page else render(request, "no_role.html")
