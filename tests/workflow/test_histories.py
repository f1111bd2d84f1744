"""Whatever payers do, in whatever order: balances are sums, deposits close only when proven."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carethread.record.ledger import wrong_balances
from carethread.record.models import Charge, Claim, Connection, EdiFile, Remittance
from carethread.workflow import bill, post, submit
from carethread.workflow.quarantine import Quarantined
from tests.cast import NOW, Cast, signed_session
from tests.payers import answer, check, make_connection, reversal

CHARGE = 18_000
ANSWERS = st.fixed_dictionaries(
    {
        "claim": st.integers(0, 1),
        "kind": st.sampled_from(["pay", "deny", "reverse", "stranger", "unbalanced"]),
        "paid": st.integers(1, CHARGE - 2_000),
        "patient": st.integers(1, 1_000),
        "plb": st.sampled_from([(), (("WO", 500),), (("L6", -250),), (("WO", 500), ("FB", -300))]),
    }
)


def _post(cast: Cast, said) -> Remittance | None:
    raw = repr(said).encode()
    file = EdiFile.objects.create(
        organization=cast.center, direction="in", sha256=hashlib.sha256(raw).hexdigest(),
        name="era", raw=raw, made_at=NOW,
    )  # fmt: skip
    return post.post_check(file, said, now=NOW + timedelta(days=14))


def _is_refused(cast: Cast, said) -> None:
    with pytest.raises(Quarantined), transaction.atomic():
        _post(cast, said)
    assert not Remittance.objects.filter(trace=said.trace).exists()


def _is_proven(deposit: Remittance | None, cents: int) -> None:
    assert deposit is not None
    deposit.refresh_from_db()
    assert deposit.closed_at is not None
    assert (deposit.payer_deposit_cents, deposit.cash_cents) == (0, cents)


def _answer(claim: Claim, event: dict, last):
    """What the payer says of the claim, or None where there is nothing to reverse."""
    contractual = CHARGE - event["paid"] - event["patient"]
    paid = answer(claim, paid=event["paid"], CO_45=contractual, PR_3=event["patient"])
    match event["kind"]:
        case "pay" | "unbalanced":
            return paid
        case "deny":
            return answer(claim, paid=0, CO_197=CHARGE)
        case "reverse":
            return reversal(last) if last else None
    stranger = replace(paid, claim_id="NOT-OURS", payer_control_number="")
    return replace(stranger, lines=tuple(replace(x, control_number="") for x in paid.lines))


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=st.lists(ANSWERS, min_size=1, max_size=6))
def test_any_history_balances_and_closes_only_proven_deposits(alder: Cast, history: list) -> None:
    with transaction.atomic():
        for number in range(2):
            signed_session(alder, starts=NOW - timedelta(days=number, hours=3))
        bill.run(alder.center, now=NOW)
        connection = Connection.objects.first() or make_connection(alder.center)
        submit.freeze(connection, now=NOW + timedelta(hours=3))
        claims = list(Claim.objects.select_related("current", "client").order_by("pk"))
        standing: dict[int, object] = {}  # the answer that stands, by claim
        for number, event in enumerate(history):
            index = event["claim"]
            said = _answer(claims[index], event, standing.get(index))
            if said is None or (event["kind"] in ("pay", "deny") and index in standing):
                continue  # a payer reverses before it answers anew
            whole = check(alder.center, said, trace=f"T{number}", plb=event["plb"])
            if event["kind"] == "unbalanced":
                _is_refused(alder, replace(whole, amount=whole.amount + 1))
            else:
                _is_proven(_post(alder, whole), said.paid - sum(x for _, x in event["plb"]))
            if event["kind"] in ("pay", "deny"):
                standing[index] = said
            elif event["kind"] == "reverse":
                del standing[index]
            assert wrong_balances() == []
        for index, claim in enumerate(claims):
            charge = Charge.objects.get(claim=claim)
            stands = standing.get(index)
            assert charge.paid_cents == (stands.paid if stands else 0)
            assert charge.billed_cents == -CHARGE
            if stands is None:
                assert charge.payer_receivable_cents == CHARGE
        transaction.set_rollback(True)
