"""The center itself: its people, payers, prices and policies."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from carethread.codes.policies import POLICIES
from carethread.record.models import (
    Fee,
    License,
    Payer,
    PayerEnrollment,
    PolicySetting,
    Practitioner,
    Program,
)
from carethread.record.policies import Settings
from carethread.web import http
from carethread.web.center.setting_forms import PolicyForm, PolicyScopeForm
from carethread.web.editing import edit, saves
from carethread.web.http import Request
from carethread.web.pages import page
from carethread.web.permissions import corrected_by, may
from carethread.web.row_forms import (
    EnrollmentForm,
    FeeForm,
    LicenseForm,
    OrganizationForm,
    PayerForm,
    PractitionerForm,
)
from carethread.workflow.center import staff


def practitioners(request: Request) -> HttpResponse:
    """Everybody who renders services."""
    rows = Practitioner.objects.select_related("supervisor").order_by("last_name", "first_name")
    return render(request, "administration/practitioners.html", {"page": page(request, rows)})


def practitioner(request: Request, row: Practitioner) -> HttpResponse:
    """One practitioner: numbers, licenses, and the payers whose roster they are on."""
    form = PractitionerForm(http.sent(request), instance=row)
    may_save = may(request.user, "practitioner", "POST")
    if saves(request, form, lambda: staff.save_practitioner(form.instance)):
        return _saved(request, "practitioner", row.pk)
    if not may_save:
        form.only_show()
    return render(
        request,
        "administration/practitioner.html",
        {
            "practitioner": row,
            "form": form,
            "may_save": may_save,
            "corrected_by": corrected_by("practitioner"),
            "licenses": row.licenses.order_by("-effective_from"),
            "enrollments": row.enrollments.select_related("payer").order_by("payer__name"),
            "today": http.today(),
        },
        status=422 if form.errors else 200,
    )


def practitioner_new(request: Request) -> HttpResponse:
    """Somebody who renders services from now on."""
    form = PractitionerForm(
        http.sent(request), instance=Practitioner(organization=request.user.organization)
    )
    return edit(
        request,
        form,
        lambda: staff.save_practitioner(form.instance),
        heading="New practitioner",
        over="Practitioners",
        back=reverse("practitioners"),
        done="Kept. Add their license and the rosters that they are on.",
        after=lambda: reverse("practitioner", args=[form.instance.pk]),
    )


def _saved(request: Request, address: str, *args: Any) -> HttpResponse:
    messages.success(request, "Saved.")
    return redirect(http.way_back(request, reverse(address, args=args)))


def enrollment_new(request: Request, row: Practitioner) -> HttpResponse:
    """On a payer's roster between two dates."""
    fresh = PayerEnrollment(organization=row.organization, practitioner=row)
    form = EnrollmentForm(http.sent(request), instance=fresh)
    return edit(
        request,
        form,
        lambda: staff.save_enrollment(form.instance),
        heading="New enrollment",
        over=row.name,
        back=reverse("practitioner", args=[row.pk]),
    )


def license_new(request: Request, row: Practitioner) -> HttpResponse:
    """A license with its dates."""
    fresh = License(organization=row.organization, practitioner=row, credential=row.credential)
    form = LicenseForm(http.sent(request), instance=fresh)
    return edit(
        request,
        form,
        lambda: staff.save_license(form.instance),
        heading="New license",
        over=row.name,
        back=reverse("practitioner", args=[row.pk]),
    )


def payers(request: Request) -> HttpResponse:
    """Everybody who pays."""
    rows = Payer.objects.order_by("name")
    return render(request, "administration/payers.html", {"page": page(request, rows)})


def payer(request: Request, row: Payer) -> HttpResponse:
    """One payer: how its claims must look, and its deadlines."""
    form = PayerForm(http.sent(request), instance=row)
    return edit(
        request,
        form,
        lambda: staff.save_payer(form.instance),
        heading=row.name,
        over="Payer",
        words="The scrubber holds every claim to this.",
        back=reverse("payers"),
    )


def payer_new(request: Request) -> HttpResponse:
    """Somebody who pays from now on."""
    form = PayerForm(http.sent(request), instance=Payer(organization=request.user.organization))
    return edit(
        request,
        form,
        lambda: staff.save_payer(form.instance),
        heading="New payer",
        over="Payers",
        back=reverse("payers"),
    )


def organization(request: Request) -> HttpResponse:
    """The center as the billing provider of its claims."""
    form = OrganizationForm(http.sent(request), instance=request.user.organization)
    return edit(
        request,
        form,
        lambda: staff.save_organization(form.instance),
        heading="Organization",
        words="The billing provider on every claim.",
        back=reverse("organization"),
        template="administration/organization.html",
        shown={
            "enrollments": PayerEnrollment.objects.filter(practitioner__isnull=True)
            .select_related("payer")
            .order_by("payer__name"),
            "today": http.today(),
        },
    )


def center_enrollment_new(request: Request) -> HttpResponse:
    """A payer has the center's billing NPI under its tax id between two dates."""
    fresh = PayerEnrollment(organization=request.user.organization)
    form = EnrollmentForm(http.sent(request), instance=fresh)
    return edit(
        request,
        form,
        lambda: staff.save_enrollment(form.instance),
        heading="New enrollment",
        over="Organization",
        words="Once a payer is listed here, services of other days are held for it.",
        back=reverse("organization"),
    )


def fees(request: Request) -> HttpResponse:
    """What the center charges, and a form for a new price."""
    fresh = Fee(organization=request.user.organization, effective_from=http.today())
    form = FeeForm(http.sent(request), instance=fresh)
    if saves(request, form, lambda: staff.save_fee(form.instance)):
        return _saved(request, "fees")
    return render(
        request,
        "administration/fees.html",
        {"fees": Fee.objects.order_by("code", "-effective_from"), "form": form},
        status=422 if form.errors else 200,
    )


def policies(request: Request) -> HttpResponse:
    """Every policy with the value in force, where it comes from, and its history. What holds for
    one program or payer is asked for in the address: `?program=3&payer=7`."""
    today = http.today()
    whose = PolicyScopeForm(request.GET, auto_id="whose_%s")
    whose.full_clean()
    form = PolicyForm(
        http.sent(request),
        instance=PolicySetting(
            organization=request.user.organization, user=request.user, effective_from=today
        ),
    )
    if saves(request, form, lambda: staff.set_policy(form.instance, now=http.now())):
        return _saved(request, "policies")
    return render(
        request,
        "administration/policies.html",
        {
            "policies": _in_force(today, **whose.chosen),
            "whose": whose,
            "history": PolicySetting.objects.filter(key__in=POLICIES)
            .select_related("user", "payer", "program")
            .order_by("-pk")[:100],
            "form": form,
            "labels": {policy.key: policy for policy in POLICIES.values()},
        },
        status=422 if form.errors else 200,
    )


def _in_force(
    today: date, program: Program | None = None, payer: Payer | None = None
) -> list[dict[str, Any]]:
    found = Settings(today).in_force(
        program_id=program.pk if program else None, payer_id=payer.pk if payer else None
    )
    return [
        {
            "policy": policy,
            "value": found[key].value,
            "setting": found[key].setting,
            "chosen": dict(policy.choices).get(found[key].value),
        }
        for key, policy in POLICIES.items()
    ]
