"""Whatever payers do and people undo, in any order: balances are sums, deposits close only when
proven, nothing is owed below zero, and what is undone is as it was."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carethread.record.ledger import wrong_balances
from carethread.record.models import Charge, Claim, Connection, EdiFile, Match, Remittance
from carethread.workflow import bill, post, submit
from carethread.workflow.common.quarantine import Quarantined
from carethread.workflow.remittances import matching
from carethread.x12.remittance import RemittedClaim
from tests.cast import NOW, Cast, signed_session
from tests.payers import answer, check, make_connection, reversal

CHARGE = 18_000
KINDS = ["pay", "deny", "reverse", "correct", "carry", "forward", "stranger", "unbalanced", "undo"]
ANSWERS = st.fixed_dictionaries(
    {
        "claim": st.integers(0, 1),
        "kind": st.sampled_from(KINDS),
        "paid": st.integers(1, CHARGE - 2_000),
        "patient": st.integers(1, 1_000),
        "plb": st.sampled_from([(), (("WO", 500),), (("L6", -250),), (("WO", 500), ("FB", -300))]),
    }
)


@dataclass
class Story:
    """One claim's: the answer that stands, and what each posting found, the newest last."""

    claim: Claim
    stands: RemittedClaim | None = None
    before: list[tuple[dict, RemittedClaim | None]] = field(default_factory=list)

    def balances(self) -> dict:
        row = Charge.objects.filter(claim=self.claim).values().get()
        return {name: cents for name, cents in row.items() if name.endswith("_cents")}

    def answered(self, event: dict) -> list[RemittedClaim]:
        """What the payer says now: nothing where there is nothing to reverse, or it has spoken."""
        contractual = CHARGE - event["paid"] - event["patient"]
        new = answer(self.claim, paid=event["paid"], CO_45=contractual, PR_3=event["patient"])
        taken = [reversal(self.stands)] if self.stands else []
        match event["kind"]:
            case "pay" | "unbalanced":
                return [] if self.stands else [new]
            case "deny":
                return [] if self.stands else [answer(self.claim, paid=0, CO_197=CHARGE)]
            case "forward":
                gone = answer(self.claim, paid=0, status="23", CO_109=CHARGE)
                return [] if self.stands else [gone]
            case "reverse" | "carry":
                return taken
            case "correct":
                return [*taken, new] if taken else []
        lines = tuple(replace(x, control_number="") for x in new.lines)
        return [replace(new, claim_id="NOT-OURS", payer_control_number="", lines=lines)]

    def posts(self, said: list[RemittedClaim]) -> None:
        owed = {"billed_cents": -CHARGE, "payer_receivable_cents": CHARGE}
        nothing = dict.fromkeys(self.balances(), 0) | owed
        for number, one in enumerate(said):
            if one.claim_id == "NOT-OURS":
                continue
            self.before.append((self.balances() if number == 0 else nothing, self.stands))
            if one.status == "22":
                self.stands = None
            elif one.status != "23":
                self.stands = one

    def undoes(self, cast: Cast, now: datetime) -> None:
        """The newest posting is undone: the claim stands as that posting found it."""
        newest = Match.objects.filter(state="matched", version__claim=self.claim)
        row = newest.order_by("at", "remitted").last()
        if row is None:
            assert self.before == []
            return
        balances, self.stands = self.before.pop()
        matching.undo(row, reason="A mistake.", user=cast.bill, now=now)
        assert self.balances() == balances


def _post(cast: Cast, said, now: datetime) -> Remittance | None:
    raw = repr(said).encode()
    file = EdiFile.objects.create(
        organization=cast.center, direction="in", sha256=hashlib.sha256(raw).hexdigest(),
        name="era", raw=raw, made_at=NOW,
    )  # fmt: skip
    return post.post_check(file, said, now=now)


def _is_refused(cast: Cast, said, now: datetime) -> None:
    with pytest.raises(Quarantined), transaction.atomic():
        _post(cast, said, now)
    assert not Remittance.objects.filter(trace=said.trace).exists()


def _is_proven(deposit: Remittance | None, cents: int) -> None:
    assert deposit is not None
    deposit.refresh_from_db()
    assert deposit.closed_at is not None
    assert (deposit.payer_deposit_cents, deposit.cash_cents) == (0, cents)


def _stories(cast: Cast) -> list[Story]:
    for number in range(2):
        signed_session(cast, starts=NOW - timedelta(days=number, hours=3))
    bill.run(cast.center, now=NOW)
    connection = Connection.objects.first() or make_connection(cast.center)
    submit.freeze(connection, now=NOW + timedelta(hours=3))
    return [Story(c) for c in Claim.objects.select_related("current", "client").order_by("pk")]


def _happens(cast: Cast, story: Story, event: dict, number: int) -> None:
    now = NOW + timedelta(days=14 + number)
    if event["kind"] == "undo":
        story.undoes(cast, now)
        return
    said = story.answered(event)
    if not said:
        return
    paid = sum(one.paid for one in said)
    # Who carries a takeback forward lifts the check to nothing; a later check holds it back.
    plb = (("FB", paid),) if event["kind"] == "carry" and paid else event["plb"]
    whole = check(cast.center, *said, trace=f"T{number}", plb=plb)
    if event["kind"] == "unbalanced":
        _is_refused(cast, replace(whole, amount=whole.amount + 1), now)
        return
    story.posts(said)
    _is_proven(_post(cast, whole, now), paid - sum(x for _, x in plb))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=st.lists(ANSWERS, min_size=1, max_size=8))
def test_any_history_balances_and_closes_only_proven_deposits(alder: Cast, history: list) -> None:
    with transaction.atomic():
        stories = _stories(alder)
        for number, event in enumerate(history):
            _happens(alder, stories[event["claim"]], event, number)
            assert wrong_balances() == []
        for story in stories:
            charge = Charge.objects.get(claim=story.claim)
            assert charge.paid_cents == (story.stands.paid if story.stands else 0)
            assert charge.billed_cents == -CHARGE
            assert charge.payer_receivable_cents == (0 if story.stands else CHARGE)
            assert min(charge.patient_receivable_cents, charge.denied_cents) >= 0
        transaction.set_rollback(True)
