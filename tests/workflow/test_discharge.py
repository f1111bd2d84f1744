"""A client leaves: the stay closes, the summary becomes due, the last claims wait for it."""

from datetime import date, time, timedelta

import pytest

from carethread.codes.discharge import discharge_statuses
from carethread.record.models import (
    Appointment,
    Claim,
    ClaimState,
    DischargeSummary,
    PolicySetting,
)
from carethread.workflow import admit, bill, discharge
from carethread.workflow.center import staff
from carethread.workflow.common.errors import Refused
from carethread.workflow.common.stale import stamp
from carethread.workflow.discharge import SECTIONS, Leaving
from tests.cast import NOW, TODAY, Cast, proof, signed_session

WRITTEN = dict.fromkeys(SECTIONS, "As planned.")
HOME = Leaving(TODAY, None, "01", "Goals reached.")


def _discharge(cast: Cast, leaving: Leaving = HOME) -> DischargeSummary:
    return discharge.discharge(cast.episode, leaving, author=cast.nora, now=NOW)


def _sign(cast: Cast, summary: DischargeSummary) -> None:
    user = cast.nora.user
    discharge.save_summary(summary, WRITTEN, user=user, now=NOW)
    discharge.sign_summary(summary, user=user, proof=proof(user), now=NOW)


def _only_claim(cast: Cast) -> Claim:
    bill.run(cast.center, now=NOW)
    return Claim.objects.get()


def test_a_discharge_closes_the_stay_and_starts_the_summarys_clock(alder: Cast) -> None:
    summary = _discharge(alder)
    alder.episode.refresh_from_db()
    assert (alder.episode.discharged_on, alder.episode.discharge_status) == (TODAY, "01")
    assert summary.due_on == TODAY + timedelta(days=14)
    assert not summary.is_signed


def test_the_summarys_days_are_a_policy(alder: Cast) -> None:
    staff.set_policy(
        PolicySetting(organization=alder.center, key="discharge_summary_days", value=3,
                      effective_from=date(2026, 1, 1)),
        now=NOW,
    )  # fmt: skip
    assert _discharge(alder).due_on == TODAY + timedelta(days=3)


def test_planned_visits_after_a_discharge_are_called_off(alder: Cast) -> None:
    starts = NOW + timedelta(days=7)
    admit.schedule(
        Appointment(organization=alder.center, client=alder.clara, practitioner=alder.nora,
                    program=alder.program, service="individual", starts_at=starts,
                    ends_at=starts + timedelta(hours=1))
    )  # fmt: skip
    _discharge(alder)
    assert Appointment.objects.get().status == "cancelled"


def test_the_claim_of_the_last_day_waits_for_the_summary_and_is_freed_by_its_signature(
    alder: Cast,
) -> None:
    signed_session(alder)
    summary = _discharge(alder)
    held = _only_claim(alder)
    assert held.state == ClaimState.HELD
    assert list(held.findings.values_list("rule", flat=True)) == ["DISCHARGE_DONE"]
    _sign(alder, summary)
    held.refresh_from_db()
    assert held.state == ClaimState.READY


def test_a_center_that_does_not_hold_lets_the_last_claim_leave(alder: Cast) -> None:
    staff.set_policy(
        PolicySetting(organization=alder.center, key="discharge_hold", value=0,
                      program=alder.program, effective_from=date(2026, 1, 1)),
        now=NOW,
    )  # fmt: skip
    signed_session(alder)
    _discharge(alder)
    assert _only_claim(alder).state == ClaimState.READY


def test_claims_of_earlier_days_do_not_wait(alder: Cast) -> None:
    signed_session(alder, starts=NOW - timedelta(days=4))
    signed_session(alder, starts=NOW - timedelta(days=1))
    _discharge(alder)
    bill.run(alder.center, now=NOW)
    claims = Claim.objects.order_by("service_from")
    assert list(claims.values_list("state", flat=True)) == [ClaimState.READY, ClaimState.HELD]


@pytest.mark.parametrize(
    ("leaving", "words"),
    [
        (Leaving(date(2026, 1, 4), None, "01"), "admitted on Jan 5, 2026"),
        (Leaving(TODAY + timedelta(days=1), None, "01"), "once the client has left"),
        (Leaving(TODAY, None, "99"), "Choose where the client went"),
    ],
)
def test_an_impossible_discharge_is_refused(alder: Cast, leaving: Leaving, words: str) -> None:
    with pytest.raises(Refused, match=words):
        _discharge(alder, leaving)
    alder.episode.refresh_from_db()
    assert alder.episode.discharged_on is None


def test_a_discharge_before_a_documented_service_is_refused(alder: Cast) -> None:
    signed_session(alder)
    with pytest.raises(Refused, match="Mar 2, 2026 is documented"):
        _discharge(alder, Leaving(TODAY - timedelta(days=1), None, "01"))


def test_discharging_twice_is_one_discharge(alder: Cast) -> None:
    assert _discharge(alder) == _discharge(alder)
    for other in (
        Leaving(TODAY, None, "07"), Leaving(TODAY, time(9, 30), "01"),
        Leaving(TODAY, None, "01", "Another reason."),
    ):  # fmt: skip
        with pytest.raises(Refused, match="discharged already"):
            _discharge(alder, other)


def test_only_its_author_signs_a_whole_summary_with_a_fresh_password(alder: Cast) -> None:
    summary = _discharge(alder)
    nora, vera = alder.nora.user, alder.vera.user
    with pytest.raises(Refused, match="Only Nora Notes"):
        discharge.save_summary(summary, WRITTEN, user=vera, now=NOW)
    with pytest.raises(Refused, match="empty"):
        discharge.sign_summary(summary, user=nora, proof=proof(nora), now=NOW)
    discharge.save_summary(summary, WRITTEN, user=nora, now=NOW)
    with pytest.raises(Refused, match="password"):
        discharge.sign_summary(summary, user=nora, proof=proof(vera), now=NOW)


def test_a_summary_changed_after_its_signature_is_a_new_version_that_names_the_first(
    alder: Cast,
) -> None:
    summary = _discharge(alder)
    _sign(alder, summary)
    user = alder.nora.user
    with pytest.raises(Refused, match="is signed"):
        discharge.save_summary(summary, WRITTEN | {"aftercare": "AA."}, user=user, now=NOW)
    discharge.amend_summary(summary, user=user)
    discharge.save_summary(summary, WRITTEN | {"aftercare": "AA."}, user=user, now=NOW)
    second = discharge.sign_summary(summary, user=user, proof=proof(user), now=NOW)
    first = summary.versions.get(number=1)
    assert (second.number, second.previous_hash) == (2, first.hash)
    assert discharge.fingerprint(first) == first.hash


def test_of_two_windows_that_save_at_once_the_second_is_told(alder: Cast) -> None:
    """Both read the same row before either of them saved."""
    summary, user = _discharge(alder), alder.nora.user
    first, second = (DischargeSummary.objects.get(pk=summary.pk) for _ in range(2))
    seen = stamp(summary.content)
    discharge.save_summary(first, WRITTEN, user=user, now=NOW, seen=seen)
    discharge.save_summary(second, WRITTEN, user=user, now=NOW, seen=seen)
    other = WRITTEN | {"course": "Other words."}
    with pytest.raises(Refused, match="another window"):
        discharge.save_summary(second, other, user=user, now=NOW, seen=seen)
    discharge.save_summary(second, other, user=user, now=NOW)


def test_every_status_is_one_that_a_claim_may_carry() -> None:
    assert "30" not in discharge_statuses()
