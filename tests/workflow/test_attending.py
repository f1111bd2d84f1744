"""Who answers for a stay is dated: a claim names whoever did on its own days."""

from datetime import date, timedelta

import pytest

from carethread.record.models import Charge, Claim, ClaimState, Connection, Episode, Practitioner
from carethread.workflow import admit, bill, submit
from carethread.workflow.care import census
from carethread.workflow.common.errors import Refused
from carethread.x12.claim import Claim as WireClaim
from carethread.x12.claim import ClaimFile
from carethread.x12.reader import read
from tests.cast import NOW, Cast
from tests.payers import make_connection
from tests.workflow.test_program_day import MONDAY, NEXT_WEEK, _care, _nights, _session

SECOND_WEEK = MONDAY + timedelta(days=7)


@pytest.fixture
def stay(alder: Cast) -> Episode:
    """Clara's first week in the house, for which Nora answers, is with the payer."""
    episode = _care(alder, "RES-SUD")
    _attended_by(episode, alder.nora, MONDAY)
    _nights(alder, episode, 7)
    bill.run(alder.center, now=NEXT_WEEK)
    assert submit.freeze(make_connection(alder.center), now=NEXT_WEEK + timedelta(hours=3))
    Claim.objects.update(state=ClaimState.ACCEPTED, payer_control_number="HH-78")
    return episode


def _attended_by(episode: Episode, who: Practitioner | None, since: date) -> Episode:
    row = Episode.objects.get(pk=episode.pk)
    row.attending = who
    return admit.admit(row, attending_since=since, now=NEXT_WEEK)


def _recount(cast: Cast, episode: Episode, day: date, present: bool) -> None:
    now = NOW + timedelta(days=14)
    census.take(episode.program, day, {episode.pk: present}, user=cast.ines, now=now)


def _leaving(cast: Cast) -> dict[str, WireClaim]:
    """What leaves two weeks later, by its frequency."""
    bill.run(cast.center, now=NOW + timedelta(days=14))
    file = submit.freeze(Connection.objects.get(), now=NOW + timedelta(days=15))
    sent = read(bytes(file.raw)).transactions if file else ()
    return {c.frequency: c for t in sent if isinstance(t, ClaimFile) for c in t.claims}


def test_a_correction_of_an_earlier_claim_names_who_answered_then(
    alder: Cast, stay: Episode
) -> None:
    _attended_by(stay, alder.vera, SECOND_WEEK)
    _session(alder, stay, SECOND_WEEK, 15, 20, "daily_note")
    _recount(alder, stay, SECOND_WEEK, present=True)
    _recount(alder, stay, MONDAY + timedelta(days=6), present=False)
    leaving = _leaving(alder)
    assert leaving["7"].attending.npi == alder.nora.npi
    assert leaving["3"].attending.npi == alder.vera.npi
    days = Charge.objects.order_by("service_date").values_list("practitioner", flat=True)
    assert (days[0], days[7]) == (alder.nora.pk, alder.vera.pk)


def test_who_answers_from_now_on_brings_no_earlier_claim_back(alder: Cast, stay: Episode) -> None:
    _attended_by(stay, alder.vera, SECOND_WEEK)
    assert _leaving(alder) == {}


def test_one_named_by_mistake_is_corrected_from_the_admission_on_and_so_is_the_claim(
    alder: Cast, stay: Episode
) -> None:
    _attended_by(stay, alder.vera, MONDAY)
    assert _leaving(alder)["7"].attending.npi == alder.vera.npi
    _attended_by(stay, None, SECOND_WEEK)
    assert Episode.objects.get(pk=stay.pk).attending is None


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (MONDAY - timedelta(days=1), "stay begins"),
        (NEXT_WEEK.date() + timedelta(days=1), "not come yet"),
    ],
)
def test_nobody_answers_before_the_stay_or_in_days_to_come(
    alder: Cast, stay: Episode, since: date, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        _attended_by(stay, alder.vera, since)
    assert Episode.objects.get(pk=stay.pk).attending == alder.nora
