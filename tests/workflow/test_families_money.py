"""One service, two policies and the client's own money, in whatever order: what payers pay, forward
and take back, what the client gives, what is given back. Every cent is somewhere; what somebody has
too much of is known; and when the worker has been round nothing is left to do.
"""

from contextlib import suppress
from datetime import timedelta
from itertools import count

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from carethread.insight import account, credits
from carethread.record.ledger import wrong_balances
from carethread.record.models import Case, Claim, ClaimState, Match, PatientPayment, Remittance
from carethread.workflow import bill, follow_up
from carethread.workflow.common import wire_format
from carethread.workflow.common.errors import Refused
from carethread.workflow.patients import patient_money, statements
from carethread.workflow.patients.patient_money import Tender
from carethread.workflow.remittances import matching, next_payer
from carethread.x12.remittance import RemittedClaim
from tests.cast import TODAY, Cast
from tests.payers import answer, reversal
from tests.workflow.test_next_payer import FEE, from_payer, leave, second_policy
from tests.workflow.test_post import PAID, charge_of, post_check, sent_claim

NEVER_BELOW_ZERO = ("contractual", "denied", "write_off", "paid")


class NotNow(Exception):
    """No payer would do this now."""


def _only(now: bool) -> None:
    if not now:
        raise NotNow


class Family:
    """Clara, her two policies, the desk and the biller."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.days, self.checks, self.now = cast, count(1), count(1), PAID
        self.first = sent_claim(cast)

    def take(self, step: str) -> bool:
        """Take a step, if it may be taken; one that is refused changes nothing. Whether it was."""
        self.now = PAID + timedelta(days=next(self.days))
        with suppress(Refused, ObjectDoesNotExist, IndexError, NotNow), transaction.atomic():
            getattr(self, step)()
            return True
        return False

    def says(self, claim: Claim, *told: RemittedClaim) -> None:
        check = from_payer(self.cast, claim.payer, *told, trace=f"C{next(self.checks)}")
        post_check(self.cast, check, now=self.now)

    # what payers do

    def first_pays(self) -> None:
        _only(self._stands() is None)
        said = answer(self.first, paid=8_000, CO_45=5_000, PR_2=3_000, PR_3=2_000)
        self.says(self.first, said)

    def first_forwards(self) -> None:
        _only(self._stands() is None)
        said = answer(self.first, paid=8_000, status="19", CO_45=5_000, PR_2=5_000)
        self.says(self.first, said)

    def first_takes_back(self) -> None:
        self.says(self.first, reversal(self._standing()))

    def first_corrects(self) -> None:
        new = answer(self.first, paid=9_000, CO_45=5_000, PR_2=2_500, PR_3=1_500)
        self.says(self.first, reversal(self._standing()), new)

    def second_pays(self) -> None:
        claim = Claim.objects.get(after=self.first)
        if claim.state == ClaimState.READY:
            claim = leave(self.cast, claim, now=self.now)
        _only(claim.state == ClaimState.ACCEPTED)
        left = charge_of(self.first).payer_receivable_cents
        before = wire_format.claim_from_json(claim.current.content).charge - left
        self.says(claim, answer(claim, paid=left - 700, status="2", OA_23=before, PR_3=700))

    def _stands(self) -> RemittedClaim | None:
        """What the first payer said last, unless it took that back."""
        said = Match.objects.filter(state="matched", version__claim=self.first)
        last = said.order_by("remitted").last()
        if last is None or last.remitted.status == "22":
            return None
        return wire_format.remitted_from_json(last.remitted.content)

    def _standing(self) -> RemittedClaim:
        stands = self._stands()
        _only(stands is not None)
        assert stands is not None
        return stands

    # what people do

    def gives_a_copay(self) -> None:
        self._gives(Tender(2_000, "card", TODAY, "4242", visit_on=TODAY))

    def gives_on_account(self) -> None:
        self._gives(Tender(1_300, "cash", TODAY))

    def _gives(self, tender: Tender) -> None:
        patient_money.take(self.cast.clara, tender, user=self.cast.ines, now=self.now)

    def payment_is_void(self) -> None:
        row = PatientPayment.objects.filter(voided_at__isnull=True).latest("pk")
        patient_money.void(row, user=self.cast.bill, reason="It bounced.", now=self.now)

    def client_gets_back(self) -> None:
        row = PatientPayment.objects.filter(patient_unapplied_cents__lt=0).latest("pk")
        back = Tender(min(row.open_cents, 400), "cash", TODAY)
        patient_money.refund_client(
            row, back, user=self.cast.bill, reason="Asked for.", now=self.now
        )

    def payer_gets_back(self) -> None:
        over = credits.overpayments(charge_of(self.first))[0]
        patient_money.refund_payer(
            over.charge, Tender(over.cents, "check", TODAY, "88"), user=self.cast.bill,
            reason="Paid twice.", now=self.now, payer=next(iter(over.payers)),
        )  # fmt: skip

    def second_is_not_asked(self) -> None:
        later = Claim.objects.get(after=self.first)
        next_payer.leave_to_patient(later, user=self.cast.bill, reason="No.", now=self.now)

    def newest_is_undone(self) -> None:
        match = Match.objects.filter(state="matched").latest("at", "pk")
        matching.undo(match, reason="Wrong.", user=self.cast.bill, now=self.now)

    def statement_is_sent(self) -> None:
        clients = [self.cast.clara.pk]
        statements.run(self.cast.center, clients, user=self.cast.bill, now=self.now)

    def worker_is_round(self) -> None:
        bill.run(self.cast.center, now=self.now)
        next_payer.run(self.cast.center, now=self.now)
        patient_money.run(self.cast.center, now=self.now)
        follow_up.run(self.cast.center, now=self.now)

    # what must be true

    def is_sound(self) -> None:
        assert wrong_balances() == []
        charge = charge_of(self.first)
        told = {name: getattr(charge, f"{name}_cents") for name in NEVER_BELOW_ZERO}
        owed = charge.payer_receivable_cents + charge.patient_receivable_cents
        assert owed + sum(told.values()) == FEE
        assert min(told.values()) >= 0, told
        for payment in PatientPayment.objects.all():
            assert 0 <= payment.open_cents <= payment.amount_cents
        for deposit in Remittance.objects.all():
            assert deposit.closed_at is not None

    def is_seen_to(self) -> None:
        """After the worker's round: nothing below zero without a case, nobody asked for what a
        payer may still pay, and a second round finds nothing."""
        self.worker_is_round()
        self.worker_is_round()
        self.is_sound()
        charge = charge_of(self.first)
        assert charge.patient_receivable_cents >= 0
        if charge.payer_receivable_cents < 0:
            assert Case.objects.filter(kind="credit", state="open").exists()
        assert patient_money.run(self.cast.center, now=self.now) == 0
        waits = charge.pk in account.at_another_payer(self.cast.clara)
        asked = sum(one.cents for one in account.owed(self.cast.clara))
        assert asked == (0 if waits else charge.patient_receivable_cents)


STEPS = ["first_pays", "first_forwards", "first_takes_back", "first_corrects", "second_pays",
         "gives_a_copay", "gives_on_account", "payment_is_void", "client_gets_back",
         "payer_gets_back", "second_is_not_asked", "newest_is_undone", "statement_is_sent",
         *["worker_is_round"] * 3]  # fmt: skip


CERTAIN = [
    ["gives_a_copay", "first_pays", "worker_is_round", "second_pays", "first_takes_back"],
    ["first_pays", "worker_is_round", "second_pays", "first_corrects", "payer_gets_back"],
    ["first_pays", "worker_is_round", "second_is_not_asked", "gives_on_account",
     "first_takes_back", "worker_is_round", "client_gets_back", "gives_a_copay", "payment_is_void"],
]  # fmt: skip
"""Courses in which every step may be taken."""


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(CERTAIN[0])
@example(CERTAIN[1])
@example(CERTAIN[2])
@given(st.lists(st.sampled_from(STEPS), min_size=3, max_size=9))
def test_in_every_order_payers_money_and_the_clients_come_out_even(
    alder: Cast, steps: list[str]
) -> None:
    with transaction.atomic():
        second_policy(alder)
        family = Family(alder)
        for step in steps:
            taken = family.take(step)
            assert taken or steps not in CERTAIN, step
            family.is_sound()
        family.is_seen_to()
        transaction.set_rollback(True)
