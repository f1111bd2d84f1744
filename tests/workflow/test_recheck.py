"""Whatever happens, in any order: the claims that are marked are those that would say something
else today, as a reading of the whole record finds them."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from unittest import mock

from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from carethread.insight.leaves import events
from carethread.record.models import (
    Authorization,
    Claim,
    ClaimState,
    Connection,
    Coverage,
    Match,
    Note,
    Recheck,
)
from carethread.workflow import admit, bill, discharge, gather, submit
from carethread.workflow.care import census, leave
from carethread.workflow.care.leave import Away
from carethread.workflow.center import staff
from carethread.workflow.common.errors import Refused
from carethread.workflow.discharge import SECTIONS, Leaving
from carethread.workflow.remittances import matching, next_payer
from tests.cast import NOW, Cast, amend, proof, signed_session
from tests.payers import answer, make_connection, reversal
from tests.workflow import full_reading
from tests.workflow.test_histories import _post
from tests.workflow.test_next_payer import from_payer, second_policy
from tests.workflow.test_program_day import MONDAY, _care, _session

any_history = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@dataclass
class History:
    """A center at a moment; what happens next takes a number to choose by."""

    cast: Cast
    now: datetime = NOW
    checks: int = 0
    said: dict[int, object] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return gather.service_date(self.cast.center, self.now)

    def round(self, _: int) -> None:
        """What is due, all of which arrives at its payer."""
        self.now += timedelta(hours=2)
        bill.run(self.cast.center, now=self.now)
        self.now += timedelta(hours=3)
        submit.freeze(Connection.objects.get(), now=self.now)
        for claim in Claim.objects.filter(state=ClaimState.QUEUED):
            claim.state, claim.payer_control_number = ClaimState.ACCEPTED, f"HH-{claim.pk}"
            claim.save()

    def amends(self, pick: int) -> None:
        """An addendum: another diagnosis, other hours, or nothing that is billed otherwise."""
        notes = Note.objects.filter(current__isnull=False).order_by("pk")
        if not notes:
            return
        note = notes[pick % len(notes)]
        ends = note.starts_at + timedelta(minutes=(5, 40, 55)[pick % 3])
        amend(note, reason=f"Corrected {self.now}.", now=self.now, ends_at=ends)


@contextmanager
def only_asked() -> Iterator[None]:
    """Nothing of what happens within stays."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def states() -> dict[int, str]:
    return dict(Claim.objects.values_list("pk", "state"))


def the_marks_tell_what_the_record_does(now: datetime) -> None:
    with only_asked():
        bill.bring_back(now=now)
        by_marks = states()
        with mock.patch.object(bill, "due_corrections", full_reading.due_corrections):
            bill.bring_back(now=now)
        assert states() == by_marks


def happens(history: History, steps: list[tuple[str, int]]) -> None:
    for name, pick in steps:
        with suppress(Refused):
            getattr(history, name)(pick)
        the_marks_tell_what_the_record_does(history.now)


def any_of(*names: str) -> st.SearchStrategy[list[tuple[str, int]]]:
    return st.lists(st.tuples(st.sampled_from(names), st.integers(0, 11)), min_size=3, max_size=9)


def told(words: str) -> list[tuple[str, int]]:
    return [(word, 0) for word in words.split()]


# ------------------------------------------------------------------------------------ a stay


@dataclass
class Stay(History):
    """Clara in a house: nights, leaves, a discharge, each told in time or late. Her first two
    days are under one authorization, and so on one claim, the others under another."""

    def night(self, pick: int) -> None:
        """A night in the house, at times without its daily note, or counted wrongly."""
        day, self.now = self.today, self.now + timedelta(days=1)
        if pick % 4 != 3:
            self._note(day)
        self._count(day, present=pick % 5 != 4)

    def late_note(self, pick: int) -> None:
        self._note(self._earlier(pick))

    def recount(self, pick: int) -> None:
        self._count(self._earlier(pick), present=pick % 2 == 0)

    def away(self, pick: int) -> None:
        leave.begin(self.episode, Away("therapeutic", self._earlier(pick)),
                    user=self.cast.ines, now=self.now)  # fmt: skip

    def returns(self, pick: int) -> None:
        leave.end(self.episode, self._earlier(pick), user=self.cast.ines, now=self.now)

    def was_not_away(self, _: int) -> None:
        for row in events([self.episode.pk]).get(self.episode.pk, [])[-1:]:
            leave.withdraw(row, reason="A mistake.", user=self.cast.ines, now=self.now)

    def week(self, _: int) -> None:
        self.now += timedelta(days=7)

    def leaves(self, pick: int) -> None:
        day, user = self._earlier(pick), self.cast.nora.user
        gone = Leaving(day, None, "01", "Done.")
        summary = discharge.discharge(self.episode, gone, author=self.cast.nora, now=self.now)
        discharge.save_summary(summary, dict.fromkeys(SECTIONS, "Well."), user=user, now=self.now)
        discharge.sign_summary(summary, user=user, proof=proof(user, self.now), now=self.now)

    def __post_init__(self) -> None:
        self.episode = _care(self.cast, "RES-SUD")
        self.cast.payer.authorization_codes = ["H0018"]
        staff.save_payer(self.cast.payer)
        for number, first, last in (("A1", 0, 1), ("A2", 2, 60)):
            admit.save_authorization(
                Authorization(
                    organization=self.cast.center, client=self.cast.clara, payer=self.cast.payer,
                    number=number, codes=["H0018"], unit="days", approved_units=60,
                    effective_from=MONDAY + timedelta(days=first),
                    effective_to=MONDAY + timedelta(days=last),
                ),
                now=self.now,
            )  # fmt: skip

    def _earlier(self, pick: int) -> date:
        return max(MONDAY, self.today - timedelta(days=pick))

    def _note(self, day: date) -> None:
        hour = 14 + Note.objects.count() % 8
        _session(self.cast, self.episode, day, hour, 20, "daily_note")

    def _count(self, day: date, *, present: bool) -> None:
        census.take(self.episode.program, day, {self.episode.pk: present}, user=self.cast.ines,
                    now=self.now)  # fmt: skip


# Of the first two nights nobody wrote anything: the claim of the two after them begins the stay.
_BILLED = [("night", 3), ("night", 3), ("night", 0), ("night", 0), ("week", 0), ("round", 0)]


@any_history
@given(any_of("night", "late_note", "recount", "away", "returns", "was_not_away", "week", "leaves",
              "amends", "round"))  # fmt: skip
@example([("late_note", 11), ("round", 0)])
@example([("leaves", 7), ("round", 0)])
@example([("away", 8), ("returns", 7), ("round", 0), ("was_not_away", 0)])
@example([("recount", 9), ("recount", 8), ("round", 0)])
def test_of_a_stay_nothing_changes_unseen(alder: Cast, steps: list[tuple[str, int]]) -> None:
    with only_asked():
        make_connection(alder.center)
        stay = Stay(alder)
        for name, pick in _BILLED:
            getattr(stay, name)(pick)
        happens(stay, steps)


# ------------------------------------------------------------------------------------ two payers


@dataclass
class TwoPayers(History):
    """Clara's sessions go to Harbor, and what it leaves to Summit."""

    def session(self, pick: int) -> None:
        signed_session(self.cast, starts=self.now - timedelta(hours=3), now=self.now)
        self.now += timedelta(days=1)

    def pays(self, pick: int) -> None:
        if claim := self._claim(pick):
            self._says(claim, answer(claim, paid=8_000 + pick, CO_45=self._rest(claim, pick),
                                     PR_2=2_000))  # fmt: skip

    def refuses(self, pick: int) -> None:
        if claim := self._claim(pick):
            self._says(claim, answer(claim, paid=0, CO_197=claim.current.charge_cents))

    def takes_back(self, pick: int) -> None:
        claim = self._claim(pick)
        if claim and (before := self.said.pop(claim.pk, None)):
            self._post(claim, reversal(before))

    def undone(self, pick: int) -> None:
        if row := Match.objects.filter(state="matched").order_by("at", "remitted").last():
            matching.undo(row, reason="A mistake.", user=self.cast.bill, now=self.now)

    def hands_on(self, _: int) -> None:
        next_payer.run(self.cast.center, now=self.now)

    def sent_on(self, pick: int) -> None:
        if claim := self._claim(pick):
            next_payer.bill_next(claim, user=self.cast.bill, now=self.now)

    def harbor_never_covered(self, _: int) -> None:
        row = Coverage.objects.get(payer=self.cast.payer, client=self.cast.clara)
        row.effective_to = date(2026, 3, 3)
        admit.save_coverage(row, now=self.now)

    def _claim(self, pick: int) -> Claim | None:
        claims = Claim.objects.filter(current__isnull=False).select_related("current", "client")
        return claims.order_by("pk")[pick % len(claims)] if claims else None

    def _rest(self, claim: Claim, pick: int) -> int:
        return claim.current.charge_cents - 10_000 - pick

    def _says(self, claim: Claim, said: object) -> None:
        if claim.pk not in self.said:
            self.said[claim.pk] = said
            self._post(claim, said)

    def _post(self, claim: Claim, said: object) -> None:
        self.checks, self.now = self.checks + 1, self.now + timedelta(hours=1)
        whole = from_payer(self.cast, claim.payer, said, trace=f"T{self.checks}")
        _post(self.cast, whole, self.now)


@any_history
@given(any_of("session", "amends", "pays", "refuses", "takes_back", "undone", "hands_on",
              "sent_on", "harbor_never_covered", "round"))  # fmt: skip
@example(told("session round amends round"))
@example([("session", 0), ("round", 0), ("pays", 0), ("hands_on", 0), ("round", 0),
          ("takes_back", 0), ("pays", 4), ("hands_on", 0), ("round", 0)])  # fmt: skip
@example(told("session round refuses sent_on round round"))
@example(told("session round harbor_never_covered round"))
def test_between_two_payers_nothing_changes_unseen(
    alder: Cast, steps: list[tuple[str, int]]
) -> None:
    with only_asked():
        make_connection(alder.center)
        second_policy(alder)
        happens(TwoPayers(alder), steps)


# ------------------------------------------------------------------------------------ what it costs


def test_what_was_compared_is_not_compared_again(alder: Cast) -> None:
    history = History(alder)
    make_connection(alder.center)
    note = signed_session(alder).version.note
    history.round(0)
    amend(note, reason="A word more.", now=history.now)
    assert bill.due_corrections().count() == Recheck.objects.count() == 1
    assert bill.bring_back(now=history.now) == 0
    assert not bill.due_corrections().exists()
