"""The board of utilization review, an authorization's page, and what a clinician's day says."""

from datetime import timedelta

from django.urls import reverse
from django_scopes import scope

from carethread.codes.roles import Role
from carethread.record.models import Appointment, Authorization, Claim
from carethread.rules.words import day
from carethread.workflow import admit, bill
from tests.cast import NOW, TODAY
from tests.web.world import Shown, signed_in

AHEAD = TODAY + timedelta(days=1)


def wanted(shown: Shown, **changes: object) -> None:
    """The payer wants an authorization; the one on record is changed."""
    cast = shown.cast
    with scope(organization=cast.center):
        cast.payer.authorization_codes = ["90837", "90834"]
        cast.payer.save()
        Authorization.objects.update(codes=["90834"], **changes)


def visit(shown: Shown, days: int = 1) -> Appointment:
    """A session of Clara with Nora, three quarters of an hour."""
    cast = shown.cast
    starts = NOW + timedelta(days=days, hours=-4)
    with scope(organization=cast.center):
        return admit.schedule(
            Appointment(organization=cast.center, client=cast.clara, practitioner=cast.nora,
                        program=cast.program, service="individual", starts_at=starts,
                        ends_at=starts + timedelta(minutes=45)),
            now=NOW,
        )  # fmt: skip


def page(shown: Shown, role: Role, address: str, *args: int, query: str = "") -> str:
    answer = signed_in(shown.people[role]).get(reverse(address, args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_board_shows_what_is_left_and_when_it_runs_out(shown: Shown) -> None:
    wanted(shown, approved_units=2)
    for days in (1, 8, 15):
        visit(shown, days)
    text = page(shown, Role.UTILIZATION, "utilization")
    assert "Clara Client" in text
    assert "0</span> of 2 units left" in text
    assert "2 reserved" in text
    assert f"Runs out on {day(TODAY + timedelta(days=15))} at this pace" in text
    assert "No units left" in text


def test_the_board_narrows_to_what_waits_for_an_answer(shown: Shown) -> None:
    wanted(shown, state="pended")
    assert "Clara Client" not in page(shown, Role.UTILIZATION, "utilization")
    waiting = page(shown, Role.UTILIZATION, "utilization", query="?show=waiting")
    assert "Authorization pended" in waiting


def test_an_expired_authorization_needs_attention_while_claims_wait_for_what_follows(
    shown: Shown,
) -> None:
    wanted(shown, effective_to=TODAY - timedelta(days=1), state="expired")
    with scope(organization=shown.cast.center):
        bill.run(shown.cast.center, now=NOW)
        Claim.objects.filter(pk=shown.held.pk).update(state="closed")
    assert "Clara Client" not in page(shown, Role.UTILIZATION, "utilization")
    with scope(organization=shown.cast.center):
        Claim.objects.filter(pk=shown.held.pk).update(state="held")
        Authorization.objects.update(codes=["90837"])
        bill.run(shown.cast.center, now=NOW)
    assert "Clara Client" in page(shown, Role.UTILIZATION, "utilization")


def test_an_empty_board_says_what_would_be_there(shown: Shown) -> None:
    assert "Nothing here" in page(shown, Role.UTILIZATION, "utilization")


def test_a_clinicians_day_warns_before_the_session(shown: Shown) -> None:
    wanted(shown, approved_units=3, effective_to=AHEAD + timedelta(days=5))
    visit(shown)
    text = page(shown, Role.CLINICIAN, "day", query=f"?on={AHEAD}")
    assert "3 units left" in text
    assert "Expires in 5 days" in text


def test_a_clinicians_day_says_where_there_is_no_authorization(shown: Shown) -> None:
    wanted(shown)
    with scope(organization=shown.cast.center):
        Authorization.objects.update(codes=["H0004"])
    visit(shown)
    assert "No authorization" in page(shown, Role.CLINICIAN, "day", query=f"?on={AHEAD}")


def test_a_day_with_nothing_to_warn_of_says_nothing(shown: Shown) -> None:
    wanted(shown)
    visit(shown)
    text = page(shown, Role.CLINICIAN, "day", query=f"?on={AHEAD}")
    assert "units left" not in text
    assert "uthorization" not in text


def sent(row: Authorization, **changes: object) -> dict[str, object]:
    return {
        "payer": row.payer_id, "state": row.state, "number": row.number, "unit": row.unit,
        "effective_from": row.effective_from, "effective_to": row.effective_to,
        "approved_units": row.approved_units, "codes": ", ".join(row.codes), "channel": "phone",
        "contact": "Pia", "reference": "R-77", "words": "",
    } | changes  # fmt: skip


def test_an_answer_by_phone_is_recorded_with_who_and_under_which_reference(shown: Shown) -> None:
    row = shown.authorization
    url = reverse("authorization", args=[row.pk])
    browser = signed_in(shown.people[Role.UTILIZATION])
    assert browser.post(url, sent(row, state="modified", approved_units=12)).status_code == 302
    text = browser.get(url).content.decode()
    for words in ("Approved, modified", "with Pia", "R-77", "written by", "12 units"):
        assert words in text


def test_what_was_typed_survives_a_refusal(shown: Shown) -> None:
    row = shown.authorization
    answer = signed_in(shown.people[Role.UTILIZATION]).post(
        reverse("authorization", args=[row.pk]), sent(row, state="voided", reference="R-99")
    )
    assert answer.status_code == 422
    assert "Say why." in answer.content.decode()
    assert "R-99" in answer.content.decode()


def test_an_extension_starts_where_what_it_extends_ends_with_its_scope(shown: Shown) -> None:
    row = shown.authorization
    text = page(
        shown, Role.UTILIZATION, "authorization_new", row.client_id, query=f"?extends={row.pk}"
    )
    assert ", ".join(row.codes) in text
    days = row.effective_to - row.effective_from
    starts = row.effective_to + timedelta(days=1)
    for end in (starts, starts + days):
        assert f'value="{end}"' in text
    assert f'value="{row.approved_units}"' in text


def test_a_new_request_starts_as_submitted_to_the_payer_of_the_first_policy(shown: Shown) -> None:
    row = shown.authorization
    text = page(shown, Role.UTILIZATION, "authorization_new", row.client_id)
    assert '<option value="submitted" selected>' in text
    assert f'<option value="{shown.cast.payer.pk}" selected>' in text


def test_a_biller_sees_the_board_and_the_page_and_changes_neither(shown: Shown) -> None:
    wanted(shown, approved_units=2)
    assert "Clara Client" in page(shown, Role.BILLER, "utilization")
    assert "You may look at this" in page(
        shown, Role.BILLER, "authorization", shown.authorization.pk
    )
