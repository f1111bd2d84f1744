"""Overdue summaries and ending authorizations come into the one worklist, and leave it cured."""

from datetime import timedelta

import pytest

from carethread.record.models import (
    Authorization,
    AuthorizationState,
    Case,
    CaseKind,
    Claim,
    DischargeSummary,
)
from carethread.workflow import bill, discharge, follow_up, work
from carethread.workflow.discharge import SECTIONS, Leaving
from tests.cast import NOW, TODAY, Cast, proof, signed_session
from tests.workflow.test_authorize import PHONE, granted

LATE = NOW + timedelta(days=20)


def _discharged(cast: Cast) -> DischargeSummary:
    leaving = Leaving(TODAY, None, "01", "Goals reached.")
    return discharge.discharge(cast.episode, leaving, author=cast.nora, now=NOW)


def _sign(cast: Cast, summary: DischargeSummary) -> None:
    user = cast.nora.user
    discharge.save_summary(summary, dict.fromkeys(SECTIONS, "Well."), user=user, now=LATE)
    discharge.sign_summary(summary, user=user, proof=proof(user, LATE), now=LATE)


# ------------------------------------------------------------------------------- summaries


def test_a_summary_is_its_authors_case_with_the_money_that_waits_for_it(
    alder: Cast,
) -> None:
    signed_session(alder)
    summary = _discharged(alder)
    bill.run(alder.center, now=NOW)
    follow_up.run(alder.center, now=NOW)
    case = Case.objects.get()
    assert (case.kind, case.author, case.client) == (CaseKind.DISCHARGE, alder.nora, alder.clara)
    assert (case.amount_cents, case.claim) == (18_000, Claim.objects.get())
    assert case.due_on == summary.due_on
    assert "filed by Aug 29, 2026" in case.cure
    assert follow_up.run(alder.center, now=LATE) == 0
    _sign(alder, summary)
    follow_up.run(alder.center, now=LATE)
    case.refresh_from_db()
    assert (case.state, case.resolution) == ("closed", "The summary is signed.")


def test_a_summary_that_holds_nothing_is_a_case_once_it_is_overdue(alder: Cast) -> None:
    _discharged(alder)
    assert follow_up.run(alder.center, now=NOW) == 0
    follow_up.run(alder.center, now=LATE)
    case = Case.objects.get()
    assert (case.amount_cents, case.claim) == (0, None)


# ------------------------------------------------------------------------------- authorizations


def _ending(cast: Cast, **changes: object) -> Authorization:
    return granted(cast, **{"effective_to": TODAY + timedelta(days=10), **changes})


def test_an_authorization_that_ends_while_the_client_stays_is_utilization_reviews_case(
    alder: Cast,
) -> None:
    row = _ending(alder)
    assert work.run_due(NOW, alder.center).cases == 1
    case = Case.objects.get()
    assert (case.kind, case.owner_role) == (CaseKind.AUTHORIZATION, "utilization")
    assert (case.authorization, case.due_on, case.state) == (row, row.effective_to, "open")
    assert work.run_due(NOW, alder.center).cases == 0


def test_an_extension_closes_its_case(alder: Cast) -> None:
    row = _ending(alder)
    follow_up.run(alder.center, now=NOW)
    granted(
        alder, number="A-1", extends=row, effective_from=TODAY + timedelta(days=11),
        effective_to=TODAY + timedelta(days=60), codes=["90837"],
    )  # fmt: skip
    follow_up.run(alder.center, now=NOW)
    assert Case.objects.get().state == "closed"


def test_an_end_that_the_payer_moved_is_asked_about_anew_when_it_comes_near(alder: Cast) -> None:
    row = _ending(alder)
    follow_up.run(alder.center, now=NOW)
    row.effective_to, row.state = TODAY + timedelta(days=30), AuthorizationState.MODIFIED
    _again(row)
    follow_up.run(alder.center, now=NOW)
    assert Case.objects.get().state == "closed"
    follow_up.run(alder.center, now=LATE)
    assert sorted(Case.objects.values_list("state", flat=True)) == ["closed", "open"]


def _again(row: Authorization) -> None:
    from carethread.workflow import authorize

    authorize.record(row, PHONE, now=NOW)


def test_one_that_lapsed_unattended_stays_a_case_until_care_ends(alder: Cast) -> None:
    _ending(alder)
    follow_up.run(alder.center, now=NOW)
    follow_up.run(alder.center, now=LATE)
    assert Case.objects.get().state == "open"
    _discharged(alder)
    follow_up.run(alder.center, now=NOW)
    assert Case.objects.get().state == "closed"


@pytest.mark.parametrize("without", ["care", "coverage", "nearness", "grant"])
def test_no_case_without(alder: Cast, without: str) -> None:
    changes: dict[str, object] = {}
    if without == "nearness":
        changes = {"effective_to": TODAY + timedelta(days=40)}
    if without == "grant":
        changes = {"state": "denied", "number": "", "approved_units": 0}
    _ending(alder, **changes)
    if without == "care":
        _discharged(alder)
    if without == "coverage":
        alder.coverage.effective_to = TODAY + timedelta(days=10)
        alder.coverage.save()
    assert follow_up.run(alder.center, now=NOW) == 0
