"""Refused money, handed on, given up, left, taken back, undone and answered anew in whatever order:
every cent is somewhere, somebody sees to what is refused, and what is undone leaves nothing behind.
"""

from contextlib import suppress
from datetime import timedelta
from itertools import count

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from carethread.insight import refusals
from carethread.record.ledger import wrong_balances
from carethread.record.models import (
    Case,
    Claim,
    ClaimState,
    Match,
    RemittedClaim,
)
from carethread.workflow import bill, follow_up
from carethread.workflow.casework import cure, settle
from carethread.workflow.common import wire_format
from carethread.workflow.common.errors import Refused
from carethread.workflow.remittances import matching, next_payer
from tests.cast import Cast
from tests.payers import answer, reversal
from tests.workflow.test_next_payer import FEE, from_payer, leave, second_policy
from tests.workflow.test_post import PAID, charge_of, post_check, sent_claim

ASKED_AGAIN = (ClaimState.HELD, ClaimState.READY, ClaimState.QUEUED, ClaimState.SENT,
               ClaimState.RECEIVED, ClaimState.ACCEPTED)  # fmt: skip
_SETTLED = ("contractual", "patient_receivable", "denied", "write_off", "paid")


class World:
    """One service, two policies, and everybody who has a say in what was refused."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.days, self.checks = cast, count(1), count(1)
        self.first = sent_claim(cast)
        self.now = PAID

    @property
    def later(self) -> Claim:
        return Claim.objects.get(after=self.first)

    def case(self, **of: object) -> Case:
        return Case.objects.filter(kind="denial", **of).latest("pk")

    def take(self, step: str) -> None:
        """Take a step, if it may be taken; a step that is refused changes nothing."""
        self.now = PAID + timedelta(days=next(self.days))
        with suppress(Refused, ObjectDoesNotExist, IndexError), transaction.atomic():
            getattr(self, step)()

    def says(self, claim: Claim, *told: RemittedClaim) -> None:
        trace = f"C{next(self.checks)}"
        said = from_payer(self.cast, claim.payer, *told, trace=trace)
        post_check(self.cast, said, now=self.now)

    # what payers do

    def deny(self) -> None:
        claim = Claim.objects.get(pk=self.first.pk)
        if claim.state == ClaimState.ACCEPTED:
            self.says(claim, answer(claim, paid=2_000, OA_96=7_000, CO_29=4_000, PR_2=5_000))

    def deny_wholly(self) -> None:
        claim = Claim.objects.get(pk=self.first.pk)
        if claim.state == ClaimState.ACCEPTED:
            self.says(claim, answer(claim, paid=0, OA_96=18_000))

    def later_answers(self) -> None:
        claim = self.later
        if claim.state == ClaimState.READY:
            claim = leave(self.cast, claim, now=self.now)
            if claim.state != ClaimState.ACCEPTED:  # what it rests on was taken back
                assert claim.state in (ClaimState.HELD, ClaimState.CLOSED)
                return
            asked = wire_format.claim_from_json(claim.current.content).lines[0]
            before = asked.charge - self._handed_on()
            left = self._handed_on() - 1_500
            self.says(claim, answer(claim, paid=1_000, status="2", OA_23=before,
                                    CO_96=left - 300, CO_29=300, PR_3=500))  # fmt: skip

    def _handed_on(self) -> int:
        return charge_of(self.first).payer_receivable_cents

    def reverse(self) -> None:
        last = Match.objects.filter(state="matched", version__claim=self.first).latest("at", "pk")
        if last.remitted.status != "22":
            said = wire_format.remitted_from_json(last.remitted.content)
            self.says(self.first, reversal(said))

    # what people do

    def give_up(self) -> None:
        settle.give_up(self.case(state="open"), why="Ours.", user=self.cast.bill, now=self.now)

    def to_patient(self) -> None:
        case = self.case(state="open", title__startswith="OA")
        settle.leave_to_patient(case, why="Theirs.", user=self.cast.bill, now=self.now)

    def take_back(self) -> None:
        settle.take_back(
            self.case(state="closed"), why="After all.", user=self.cast.bill, now=self.now
        )

    def bill_next(self) -> None:
        settle.bill_next(self.case(state="open"), user=self.cast.bill, now=self.now)

    def not_next(self) -> None:
        next_payer.leave_to_patient(self.later, user=self.cast.bill, reason="No.", now=self.now)

    def send_again(self) -> None:
        case = self.case(state="open", claim=self.first)
        cure.send_again(case, mended="The roster.", user=self.cast.bill, now=self.now)
        leave(self.cast, case.claim, now=self.now)

    def undo(self) -> None:
        """What the next payer said first, then the newest answer."""
        matched = Match.objects.filter(state="matched").order_by("-at", "-pk")
        match = matched.exclude(version__claim=self.first).first() or matched[0]
        matching.undo(match, reason="Wrong.", user=self.cast.bill, now=self.now)

    def match(self) -> None:
        waiting = Match.objects.filter(state="waiting").latest("pk")
        claim = self.first if waiting.remitted.remittance.payer == self.first.payer else self.later
        claim.refresh_from_db()
        matching.match_by_hand(waiting, claim.current, user=self.cast.bill, now=self.now)

    def round(self) -> None:
        bill.run(self.cast.center, now=self.now)
        next_payer.run(self.cast.center, now=self.now)
        follow_up.run(self.cast.center, now=self.now)

    # what must be true

    def is_sound(self) -> None:
        assert wrong_balances() == []
        charge = charge_of(self.first)
        told = {name: getattr(charge, f"{name}_cents") for name in _SETTLED}
        assert charge.payer_receivable_cents + sum(told.values()) == FEE
        assert min(told.values()) >= 0, told
        unsettled = refusals.unsettled()
        assert charge.denied_cents == (unsettled.aggregate(n=Sum("amount_cents"))["n"] or 0)

    def is_seen_to(self) -> None:
        self.round()
        self.is_sound()
        for refusal in refusals.unsettled():
            case = Case.objects.get(source=f"denial:{refusal.pk}")
            assert case.state != "closed", (case.resolution, case.claim.state)
            assert case.claim.state in (*ASKED_AGAIN, ClaimState.DENIED, ClaimState.PARTIAL)
        for case in Case.objects.filter(kind="denial").exclude(state="closed"):
            assert refusals.of_case(case) or case.claim.state in ASKED_AGAIN
        if charge_of(self.first).payer_receivable_cents < 0:
            assert Case.objects.filter(kind="credit", state="open").exists()


STEPS = ["deny", "deny_wholly", "later_answers", "reverse", "give_up", "to_patient", "take_back",
         "bill_next", "not_next", "send_again", "undo", "match", "round"]  # fmt: skip


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(["bill_next", "reverse", "round", "deny"])
@example(["bill_next", "not_next", "reverse", "deny_wholly", "give_up"])
@example(["round", "bill_next", "round", "not_next", "give_up", "to_patient", "take_back"])
@example(["round", "give_up", "round", "to_patient", "undo", "match", "round", "give_up"])
@example(["round", "bill_next", "later_answers", "round", "give_up", "reverse", "deny", "round"])
@given(st.lists(st.sampled_from(STEPS), min_size=3, max_size=8))
def test_in_every_order_each_cent_is_somewhere_and_somebody_sees_to_what_is_refused(
    alder: Cast, steps: list[str]
) -> None:
    with transaction.atomic():
        second_policy(alder)
        world = World(alder)
        for step in ("deny", "round", *steps):
            world.take(step)
            world.is_sound()
        world.is_seen_to()
        while Match.objects.filter(state="matched").exists():
            left = Match.objects.filter(state="matched").count()
            world.take("undo")
            assert Match.objects.filter(state="matched").count() == left - 1
            world.is_sound()
        assert charge_of(world.first).payer_receivable_cents == FEE
        transaction.set_rollback(True)
