"""A center lives by its own clock, whoever asks and wherever the machine stands."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone
from django_scopes import get_scope

from carethread.record.clock import at_center, decided_on, service_date
from carethread.record.models import Organization, Remittance
from carethread.workflow import work
from tests.cast import NOW, Cast

LATE = datetime(2026, 3, 3, 3, 30, tzinfo=UTC)  # half past ten in New York, the evening before


def test_the_evening_belongs_to_the_day_that_the_center_lives(alder: Cast) -> None:
    assert service_date(alder.center, LATE) == date(2026, 3, 2)
    with at_center(alder.center):
        assert timezone.localdate(LATE) == date(2026, 3, 2)
        assert get_scope()["organization"] == alder.center


def test_a_decision_without_a_day_is_of_the_day_on_which_it_came(alder: Cast) -> None:
    came = Remittance(organization=alder.center, posted_at=LATE)
    assert decided_on(came) == date(2026, 3, 2)
    came.paid_on = date(2026, 2, 27)
    assert decided_on(came) == date(2026, 2, 27)


def test_what_is_due_is_judged_by_the_clock_of_each_center(
    alder: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def step(_organization: Organization, *, now: datetime) -> int:
        told.append(timezone.get_current_timezone_name())
        return 0

    Organization.objects.filter(pk=alder.center.pk).update(time_zone="America/Denver")
    alder.center.refresh_from_db()
    monkeypatch.setattr(work, "_STEPS", (("billed", step),))
    work.run_due(NOW, alder.center)
    assert told == ["America/Denver"]
