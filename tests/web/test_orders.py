"""Who may prescribe orders tests and certifies care on the client's page, with the password."""

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django_scopes import scope

from carethread.codes.roles import Role
from carethread.record.models import Case, LabOrder, PayerEnrollment
from tests.cast import PASSWORD, TODAY, Cast, make_practitioner
from tests.web.world import Shown, signed_in


@pytest.fixture
def paula(cast: Cast) -> Browser:
    with scope(organization=cast.center):
        doctor = make_practitioner(
            cast.center, "Paula", "Prescriber", "MD", "1003000126", "2084P0800X", Role.CLINICIAN
        )  # fmt: skip
        type(cast.episode).objects.filter(pk=cast.episode.pk).update(attending=doctor)
    return signed_in(doctor.user)


def sent(cast: Cast, **more: object) -> dict[str, object]:
    day = TODAY.isoformat()
    return {"episode": cast.episode.pk, "code": "80305", "effective_from": day,
            "effective_to": day, "reason": "Screening at intake.", "password": PASSWORD,
            **more}  # fmt: skip


def test_an_order_is_signed_and_stands_on_the_clients_page(cast: Cast, paula: Browser) -> None:
    address = reverse("order_new", args=[cast.clara.pk])
    assert paula.post(address, sent(cast)).status_code == 302
    with scope(organization=cast.center):
        assert LabOrder.objects.get().practitioner.last_name == "Prescriber"
    page = paula.get(reverse("client", args=[cast.clara.pk])).content.decode()
    assert "80305" in page
    assert "by Paula Prescriber" in page


def test_a_wrong_password_signs_nothing_and_keeps_the_reason(cast: Cast, paula: Browser) -> None:
    address = reverse("order_new", args=[cast.clara.pk])
    answer = paula.post(address, sent(cast, password="wrong"))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Screening at intake." in page
    assert "wrong" not in page
    with scope(organization=cast.center):
        assert not LabOrder.objects.exists()


def test_who_may_not_prescribe_is_told_so(shown: Shown) -> None:
    cast = shown.cast
    nora = signed_in(cast.nora.user)
    answer = nora.post(reverse("order_new", args=[cast.clara.pk]), sent(cast))
    assert "Only somebody who may prescribe signs this." in answer.content.decode()


def test_a_certificate_for_a_program_that_needs_none_is_refused(cast: Cast, paula: Browser) -> None:
    answer = paula.post(reverse("certification_new", args=[cast.clara.pk]), sent(cast))
    assert "Outpatient needs no certification." in answer.content.decode()


def test_the_center_is_enrolled_with_a_payer_on_its_own_page(cast: Cast) -> None:
    ada = signed_in(cast.ada)
    answer = ada.post(
        reverse("center_enrollment_new"),
        {"payer": cast.payer.pk, "effective_from": TODAY.isoformat()},
    )
    assert answer.status_code == 302
    with scope(organization=cast.center):
        assert PayerEnrollment.objects.get(practitioner=None).payer == cast.payer
    assert "Enrolled with payers" in ada.get(reverse("organization")).content.decode()


def test_a_day_shows_what_came_back_about_a_stay_without_a_note(shown: Shown) -> None:
    cast = shown.cast
    with scope(organization=cast.center):
        Case.objects.create(
            organization=cast.center, kind="discharge", title="A summary is to be written",
            owner_role="clinician", author=cast.nora, episode=cast.episode,
            opened_at=shown.returned.opened_at,
        )  # fmt: skip
    assert "Clara Client" in signed_in(cast.nora.user).get(reverse("day")).content.decode()


def test_a_colleagues_case_is_named_and_not_linked(shown: Shown) -> None:
    cast = shown.cast
    with scope(organization=cast.center):
        case = Case.objects.create(
            organization=cast.center, kind="discharge", title="A summary is to be written",
            owner_role="clinician", author=shown.sue, episode=cast.episode,
            opened_at=shown.returned.opened_at,
        )  # fmt: skip
    page = signed_in(cast.nora.user).get(reverse("client", args=[cast.clara.pk])).content.decode()
    assert "A summary is to be written" in page
    assert reverse("inbox_item", args=[case.pk]) not in page
