"""Whose answers are awaited, by connection and payer, and asking about one claim."""

from datetime import timedelta

from django.urls import reverse
from django_scopes import scope

from carethread.record.models import Claim, Connection, StatusInquiry
from carethread.web import http
from tests.web.world import LATER, Shown, signed_in


def test_what_clearinghouse_and_payer_owe_is_shown_apart_and_asked_about_by_a_click(
    shown: Shown, monkeypatch
) -> None:
    bill = signed_in(shown.cast.bill)
    with scope(organization=shown.cast.center):
        stray, denied = Claim.objects.get(pk=shown.stray.pk), Claim.objects.get(pk=shown.denied.pk)
        Claim.objects.filter(pk=stray.pk).update(state="accepted", state_since=LATER)
        Claim.objects.filter(pk=denied.pk).update(state="received", state_since=LATER)

    def shown_now() -> str:
        return bill.get(reverse("awaited")).content.decode()

    assert "overdue" not in shown_now().split("<tbody>")[1]
    monkeypatch.setattr(http, "now", lambda: LATER + timedelta(days=4))
    assert shown_now().count("1 overdue") == 1, "the payer's word on the claim, not its decision"
    assert reverse("claims") + f"?state=received&amp;payer={shown.cast.payer.pk}" in shown_now()

    url = reverse("claim_status_ask", args=[stray.pk])
    assert "An administrator sets one up." in bill.post(url, follow=True).content.decode()
    with scope(organization=shown.cast.center):
        Connection.objects.update(takes_276=True)
    assert url in bill.get(reverse("claim", args=[stray.pk])).content.decode()
    assert "Asked." in bill.post(url, follow=True).content.decode()
    bill.post(url)
    with scope(organization=shown.cast.center):
        assert StatusInquiry.objects.get().asked_by == shown.cast.bill, "twice is once"
    page = bill.get(reverse("claim", args=[stray.pk])).content.decode()
    assert "The payer was asked how it stands (276)" in page
