"""Denials are what payers refused; what the contract takes and the patient owes is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.urls import reverse

from carethread.insight.denials import EVERY, Period, denial_cases, denials
from carethread.record.models import Claim, ClaimState
from carethread.workflow import bill, follow_up, submit
from tests.cast import NOW, Cast
from tests.payers import answer, check, make_connection
from tests.web.world import signed_in
from tests.workflow.test_papers import _day_of
from tests.workflow.test_post import post_check, sent_claim
from tests.workflow.test_program_day import NEXT_WEEK, _care

MIDNIGHT = datetime(2026, 3, 17, 4, tzinfo=UTC)  # in New York
LATELY = Period.of_days(30, MIDNIGHT)


def opened(cast: Cast, *answers, **how) -> None:
    post_check(cast, check(cast.center, *answers, **how))
    follow_up.run(cast.center, now=MIDNIGHT + timedelta(hours=9))


def test_a_contractual_reduction_is_no_denial(alder: Cast) -> None:
    claim = sent_claim(alder)
    opened(alder, answer(claim, paid=10_000, CO_45=6_000, PR_3=2_000))
    found = denials(LATELY)
    assert (found.total.count, found.total.cents, found.by_clinician) == (0, 0, ())
    assert found.total.answered == 18_000, "it was answered all the same"


def test_a_refusal_counts_once_in_each_cut_and_every_cut_adds_up(alder: Cast) -> None:
    first = sent_claim(alder)
    second = sent_claim(alder, starts=NOW - timedelta(hours=30), by=alder.vera)
    opened(
        alder,
        answer(first, paid=0, CO_11=12_000, CO_45=6_000),
        answer(second, paid=0, CO_197=18_000),
    )
    found = denials(LATELY)
    assert (found.total.count, found.total.cents) == (2, 30_000)
    for cut in (found.by_clinician, found.by_service, found.by_cause):
        assert sum(group.count for group in cut) == 2
        assert sum(group.cents for group in cut) == 30_000
    assert [(g.label, g.cents) for g in found.by_clinician] == [
        ("Vera Vance", 18_000), ("Nora Notes", 12_000),
    ]  # fmt: skip
    assert [(g.key, g.count) for g in found.by_service] == [("individual", 2)]
    assert {g.key for g in found.by_cause} == {"dx_mismatch", "auth_missing"}
    assert round(found.by_service[0].rate or 0, 1) == round(100 * 30_000 / 36_000, 1)


def test_a_period_has_its_days_and_no_others(alder: Cast) -> None:
    claim = sent_claim(alder)
    opened(alder, answer(claim, paid=0, CO_11=18_000))
    earlier = Period.of_days(30, MIDNIGHT - timedelta(days=5))
    assert denials(earlier).total.count == 0
    assert (LATELY.first.isoformat(), LATELY.last.isoformat()) == ("2026-02-16", "2026-03-17")


def test_it_takes_six_questions_however_many_denials_there_are(
    alder: Cast, django_assert_max_num_queries
) -> None:
    claims = [sent_claim(alder, starts=NOW - timedelta(hours=5, days=n)) for n in range(4)]
    opened(alder, *(answer(claim, paid=0, CO_11=18_000) for claim in claims))
    with django_assert_max_num_queries(6):
        assert denials(LATELY).total.count == 4


def test_a_day_of_a_program_is_called_what_it_is_charged_as(alder: Cast) -> None:
    _day_of(alder, _care(alder, "IOP-SUD"), alder.nora, "Heard", after=0)
    bill.run(alder.center, now=NEXT_WEEK)
    submit.freeze(make_connection(alder.center), now=NEXT_WEEK + timedelta(days=2))
    Claim.objects.update(state=ClaimState.ACCEPTED)
    claim = Claim.objects.get()
    cents = claim.charge_cents
    opened(alder, answer(claim, paid=0, CO_197=cents))
    (of_service,) = denials(LATELY).by_service
    assert (of_service.key, of_service.cents, of_service.answered) == ("iop_sud_day", cents, cents)
    narrowed = replace(EVERY, service="iop_sud_day")
    assert denials(LATELY, narrowed).total.answered == cents
    assert denial_cases(LATELY, narrowed).count() == 1
    assert denial_cases(LATELY, replace(EVERY, service="sud_individual")).count() == 0
    account = signed_in(alder.bill).get(reverse("client_account", args=[alder.clara.pk]))
    page = account.content.decode()
    assert "Day of intensive outpatient, substance use" in page
    assert "Individual" not in page, "the note that completed the day does not name it"
