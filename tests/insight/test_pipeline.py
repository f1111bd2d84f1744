"""The Monday screen's figures: every state, with money and age, in a fixed number of questions."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from carethread.insight.ages import age_days
from carethread.insight.claims import Asked, claims
from carethread.insight.pipeline import pipeline
from carethread.record.models import Claim, ClaimState
from carethread.workflow import bill, follow_up
from tests.cast import NOW, Cast, draft_of, signed_session
from tests.payers import answer, check
from tests.workflow.test_post import post_check, sent_claim


def test_what_is_not_signed_and_not_billed_counts_too(alder: Cast) -> None:
    draft_of(alder, starts=NOW - timedelta(days=12))
    signed_session(alder)
    found = pipeline(NOW)
    assert (found.unsigned, found.unsigned_oldest_days) == (1, 12)
    assert (found.unbilled, found.unbilled_cents) == (1, 18_000)
    bill.run(alder.center, now=NOW)
    assert pipeline(NOW).unbilled == 0


def test_every_state_is_there_with_its_money_and_its_age(alder: Cast) -> None:
    signed_session(alder)
    bill.run(alder.center, now=NOW)
    found = pipeline(NOW + timedelta(days=9, hours=1))
    assert set(found.stages) == set(ClaimState.values)
    ready = found.stages[ClaimState.READY]
    assert (ready.count, ready.cents, ready.oldest_days) == (1, 18_000, 9)
    assert ready.by_age == (0, 1, 0, 0)
    assert found.owed_by_payers == 18_000


def test_refused_money_waits_for_us_and_paid_money_fades_after_thirty_days(alder: Cast) -> None:
    first = sent_claim(alder)
    second = sent_claim(alder, starts=NOW - timedelta(hours=30))
    post_check(
        alder,
        check(alder.center, answer(first, paid=0, CO_11=18_000), answer(second, paid=18_000)),
    )
    follow_up.run(alder.center, now=NOW + timedelta(days=15))
    soon = pipeline(NOW + timedelta(days=15))
    assert (soon.denied, soon.stopped_cents) == (18_000, 18_000)
    assert soon.stages[ClaimState.PAID].count == 1
    later = pipeline(NOW + timedelta(days=60))
    assert later.stages[ClaimState.PAID].count == 0
    assert later.stages[ClaimState.DENIED].count == 1


def test_lists_and_pipeline_agree_on_every_state_and_age(alder: Cast) -> None:
    signed_session(alder)
    signed_session(alder, starts=NOW - timedelta(hours=30))
    bill.run(alder.center, now=NOW)
    Claim.objects.filter(pk=Claim.objects.first().pk).update(state_since=NOW - timedelta(days=40))
    for stage in pipeline(NOW).stages.values():
        for age, count in enumerate(stage.by_age):
            assert claims(Asked(state=stage.state, age=age), NOW).count() == count


def test_eight_questions(alder: Cast, django_assert_max_num_queries) -> None:
    signed_session(alder)
    bill.run(alder.center, now=NOW)
    with django_assert_max_num_queries(8):
        pipeline(NOW)


def test_ages_count_the_days_of_the_centers_calendar() -> None:
    with timezone.override(ZoneInfo("America/New_York")):
        evening = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)  # 23:30 on March 1st in New York
        assert age_days(evening, evening + timedelta(hours=1)) == 1
        assert age_days(evening, evening + timedelta(minutes=20)) == 0
        assert age_days(evening, evening + timedelta(hours=30)) == 2
        assert age_days(evening + timedelta(days=2), evening) == 0
