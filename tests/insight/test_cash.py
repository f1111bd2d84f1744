"""Cash counts nothing of its own: its figures are the pipeline's, the outcome's and the lists'."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_scopes import scope

from carethread.insight import deposits
from carethread.insight.cash import cash
from carethread.insight.claims import ON_ITS_WAY
from carethread.insight.denials import Period, denials
from carethread.insight.outcome import outcome
from carethread.insight.pipeline import pipeline
from carethread.record.models import Case, Connection, PatientPayment
from carethread.workflow import follow_up, submit
from carethread.workflow.casework import cure
from carethread.workflow.patients import patient_money
from carethread.workflow.patients.patient_money import Tender
from tests.cast import NOW, Cast
from tests.payers import answer, check
from tests.web.world import signed_in
from tests.workflow.test_deposits import bank, paid
from tests.workflow.test_patient_money import left_to_clara
from tests.workflow.test_post import PAID, post_check, sent_claim
from tests.workflow.test_underpaid import loaded

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
    assert found.pipeline.refused == 12_000
    follow_up.run(alder.center, now=PAID)
    _refused_stands_everywhere(alder, 12_000)

    cure.send_again(Case.objects.get(), mended="The roster.", user=alder.bill, now=PAID)
    submit.freeze(Connection.objects.get(), now=PAID + timedelta(days=2))
    assert pipeline(PAID).refused == 0, "the payer owes it again"
    _refused_stands_everywhere(alder, 12_000)


def _refused_stands_everywhere(alder: Cast, cents: int) -> None:
    """Cash, the pipeline, the denials and the list that they lead to say one figure."""
    assert cash(PAID).pipeline.denied == pipeline(PAID).denied == cents
    midnight = PAID.replace(hour=4, minute=0)
    assert denials(Period.of_days(30, midnight)).total.open_cents == cents
    dora = signed_in(alder.dora)
    shown = dora.get(reverse("cash")).content.decode()
    (link,) = re.findall(r'<a class="strong" href="([^"]+)">Refused, still asked for', shown)
    listed = dora.get(unescape(link)).context["page"].rows
    assert sum(case.amount_cents for case in listed) == cents
    page = signed_in(alder.bill).get(reverse("pipeline")).content.decode()
    assert f'{link}">${cents / 100:,.2f}</a>' in page


def test_what_clients_gave_stands_by_week_and_each_figure_is_its_list(alder: Cast) -> None:
    def give(cents: int, on: date) -> PatientPayment:
        tender = Tender(cents, "cash", on)
        return patient_money.take(alder.clara, tender, user=alder.ines, now=PAID)

    first = give(2_500, date(2026, 3, 9))
    give(4_000, date(2026, 3, 15))
    give(1_000, date(2026, 3, 16))
    wrong = give(9_900, date(2026, 3, 16))
    patient_money.void(wrong, user=alder.bill, reason="Twice", now=PAID)
    back = Tender(500, "cash", date(2026, 3, 16))
    patient_money.refund_client(first, back, user=alder.bill, reason="Too much", now=PAID)
    found = cash(PAID)
    assert [week.patients for week in found.weeks[:3]] == [500, 6_500, 0]
    assert found.from_patients_cents == 7_000
    dora = signed_in(alder.dora)
    page = unescape(dora.get(reverse("cash")).content.decode())
    links = re.findall(r'href="(/payments/[^"]+)">\$([0-9.]+)', page)
    assert len(links) == 1 + len(found.weeks)
    for link, dollars in links:
        shown = dora.get(link).context
        given = sum(row.amount_cents for row in shown["page"].rows)
        assert given - sum(row.amount_cents for row in shown["refunds"]) == int(
            dollars.replace(".", "")
        ), link


def test_who_owes_is_listed_since_the_first_service_and_comes_to_the_figure(alder: Cast) -> None:
    left_to_clara(alder)
    left_to_clara(alder, 2_000, starts=NOW - timedelta(days=40))
    listed = signed_in(alder.dora).get(reverse("balances"))
    (row,) = listed.context["page"].rows
    assert row.owes == pipeline(PAID).owed_by_patients == 7_000
    assert row.since == (NOW - timedelta(days=40)).date()
    assert "Clara Client" in listed.content.decode()


def test_every_figure_of_cash_is_a_link(alder: Cast) -> None:
    two_weeks(alder)
    sent_claim(alder)
    page = " ".join(signed_in(alder.dora).get(reverse("cash")).content.decode().split())
    main = re.sub(r"<a [^>]*>.*?</a>", "", page[page.index("<main") :])
    assert set(re.findall(r"\$[0-9.,]+", main)) <= {"$0.00"}, "nothing to list"


def test_what_is_on_its_way_is_one_list_with_what_was_promised(alder: Cast) -> None:
    loaded(alder)
    claim = sent_claim(alder)
    found = cash(PAID)
    listed = signed_in(alder.dora).get(reverse("claims"), {"state": "on_its_way"})
    rows, promised = listed.context["page"].rows, listed.context["promised"]
    assert [row.pk for row in rows] == [claim.pk]
    assert sum(row.charge_cents for row in rows) == found.on_its_way_cents
    assert sum(promised.values()) == found.promised_cents == 12_000


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
