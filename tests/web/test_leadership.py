"""The director's figures: both sides see the same denials, and contract reductions are none."""

from django.urls import reverse
from django_scopes import scope

from carethread.record.models import Case
from tests.web.world import Shown, signed_in


def test_denials_show_by_clinician_service_and_cause_and_open_their_cases(shown: Shown) -> None:
    dora = signed_in(shown.cast.dora)
    page = dora.get(reverse("denials")).content.decode()
    assert "Nora Notes" in page
    assert "Individual therapy" in page
    assert "Diagnosis does not fit the service" in page
    with scope(organization=shown.cast.center):
        denial = Case.objects.get(kind="denial")
    opened = dora.get(
        reverse("cases"), {"state": "", "kind": "denial", "clinician": shown.cast.nora.pk}
    )
    assert reverse("case", args=[denial.pk]) in opened.content.decode()


def test_what_the_contract_takes_is_no_denial(shown: Shown) -> None:
    page = signed_in(shown.cast.dora).get(reverse("denials")).content.decode()
    assert "$120.00" in page, "the 12,000 cents that were refused"
    assert "$180.00" not in page, "not with the 6,000 cents of CO-45"
