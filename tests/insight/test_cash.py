"""Cash counts nothing of its own: its figures are the pipeline's, the outcome's and the lists'."""

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_scopes import scope

from carethread.insight import deposits
from carethread.insight.cash import ON_ITS_WAY, cash
from carethread.insight.outcome import outcome
from carethread.insight.pipeline import pipeline
from carethread.workflow import follow_up
from tests.cast import Cast
from tests.payers import answer, check
from tests.web.world import signed_in
from tests.workflow.test_deposits import bank, paid
from tests.workflow.test_post import PAID, post_check, sent_claim

WAY = sorted(state.value for state in ON_ITS_WAY)


@pytest.fixture(autouse=True)
def _clock(alder: Cast):
    with timezone.override(alder.center.time_zone):
        yield


def two_weeks(cast: Cast) -> None:
    """A tied deposit a week, money that nobody explains, rent, and a check without money."""
    bank(cast, "2026-03-09,HCCLAIMPMT TRN*1*T1*1999999999,95.00", "2026-03-09,RENT,-900.00")
    paid(cast, "T1", 9_500)
    bank(cast, "2026-03-15,HCCLAIMPMT TRN*1*T2*1999999999,70.00", "2026-03-16,LOCKBOX,12.50")
    paid(cast, "T2", 7_000)
    paid(cast, "T3", 4_000)


def test_what_came_in_is_what_the_outcome_counts_and_each_week_is_its_list(alder: Cast) -> None:
    two_weeks(alder)
    found, told = cash(PAID), outcome()
    assert [(w.first, w.tied, w.open) for w in found.weeks[:3]] == [
        (date(2026, 3, 16), 0, 1_250),
        (date(2026, 3, 9), 16_500, 0),
        (date(2026, 3, 2), 0, 0),
    ]
    assert found.in_cents == told.bank_cents == 17_750
    assert (found.missing, found.missing_cents) == (told.without_money, 4_000)
    for week in found.weeks:
        for asked, cents in (("tied", week.tied), ("open", week.open), ("payers", week.cents)):
            rows = deposits.deposits(asked, week.first, week.last)
            assert sum(row.amount_cents for row in rows) == cents, (week.first, asked)


def test_what_is_expected_and_what_is_stuck_is_the_pipelines(alder: Cast) -> None:
    refused = sent_claim(alder)
    post_check(alder, check(alder.center, answer(refused, paid=0, CO_11=12_000, CO_45=6_000)))
    found = cash(PAID)
    assert found.pipeline == pipeline(PAID)
    for stage in found.pipeline.stages.values():
        assert sum(stage.cents_by_age) == stage.cents
    assert found.pipeline.denied == 12_000
    follow_up.run(alder.center, now=PAID)
    dora = signed_in(alder.dora)
    shown = dora.get(reverse("cash")).content.decode()
    (link,) = re.findall(r'<a class="strong" href="([^"]+)">Refused, still asked for', shown)
    listed = dora.get(unescape(link)).context["page"].rows
    assert sum(case.amount_cents for case in listed) == found.pipeline.denied


def test_it_takes_as_many_queries_however_much_there_is(alder: Cast) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            cash(PAID)
        return len(queries)

    before = asked()
    two_weeks(alder)
    assert asked() == before <= 20


def test_another_centers_cash_is_its_own(alder: Cast) -> None:
    two_weeks(alder)
    with scope(organization=alder.elsewhere):
        found = cash(PAID)
        assert (found.in_cents, found.missing_cents, found.days_in_receivables) == (0, 0, None)
