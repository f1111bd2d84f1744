"""What is wrong with a form so far, while somebody fills it in. Keeps nothing."""

from collections.abc import Callable, Iterator

from django.core.exceptions import PermissionDenied
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import render

from carethread.insight.client import alike
from carethread.record.models import Client, Coverage, Practitioner
from carethread.web import http, reach
from carethread.web.http import Request
from carethread.web.permissions import may
from carethread.web.row_forms import (
    ClientForm,
    CoverageForm,
    PractitionerForm,
)
from carethread.web.rows import RowForm
from carethread.workflow import admit
from carethread.workflow.common.errors import Problem


def form_check(request: Request) -> HttpResponse:
    """The problems of what was typed, each for its field; who is on record already. Fields that
    are still empty are nobody's fault yet."""
    kind = request.POST.get("checks", "")
    if kind not in _FORMS:
        return HttpResponse(status=422)
    if not may(request.user, _ADDRESSES[kind], "POST"):
        raise PermissionDenied("Your role does not fill in this form.")
    form = _FORMS[kind](request)
    form.is_valid()
    further = list(_PROBLEMS.get(kind, _none)(form))
    others = alike(form.instance) if kind == "client" and not form.instance.pk else []
    http.shows(request, (other.pk for other in others))
    return render(
        request,
        "parts/_checks.html",
        {
            "fields": [(field, _said(field, further)) for field in form.visible_fields()],
            "alike": others,
        },
    )


def _said(field: BoundField, further: list[Problem]) -> list[str]:
    if not field.data:
        return []
    own = [str(words) for words in field.errors]
    return own or [problem.message for problem in further if problem.field == field.name]


def _client(request: Request) -> RowForm:
    of = http.number_sent(request, "of")
    row = Client.objects.filter(pk=of).first() or Client(organization=request.user.organization)
    return ClientForm(request.POST, instance=row)


def _coverage(request: Request) -> RowForm:
    of, client_id = http.number_sent(request, "of"), http.number_sent(request, "client")
    row = Coverage.objects.filter(pk=of).first()
    if row is None:
        client = reach.client(request.user, client_id)
        row = Coverage(organization=client.organization, client=client)
    return CoverageForm(request.POST, instance=row)


def _practitioner(request: Request) -> RowForm:
    row = Practitioner.objects.filter(pk=http.number_sent(request, "of")).first()
    fresh = Practitioner(organization=request.user.organization)
    return PractitionerForm(request.POST, instance=row or fresh)


def _none(_form: RowForm) -> Iterator[Problem]:
    yield from ()


def _of_client(form: RowForm) -> Iterator[Problem]:
    if form.instance.birth_date:
        yield from admit.client_problems(form.instance, now=http.now())


def _of_coverage(form: RowForm) -> Iterator[Problem]:
    if "payer" in form.cleaned_data and form.instance.effective_from:
        yield from admit.coverage_problems(form.instance)


_FORMS: dict[str, Callable[[Request], RowForm]] = {
    "client": _client,
    "coverage": _coverage,
    "practitioner": _practitioner,
}
_ADDRESSES = {"client": "client_edit", "coverage": "coverage", "practitioner": "practitioner"}
_PROBLEMS: dict[str, Callable[[RowForm], Iterator[Problem]]] = {
    "client": _of_client,
    "coverage": _of_coverage,
}
