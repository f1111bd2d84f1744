"""A payer says that another one pays first: the client's policies are put into that order.

`possible` says what could be done and what it would change, `put_in_order` does it. Services that
the payer refused follow to the other one by themselves (`charging.recharge`), on a claim of their
own; the refused claim closes, and its case with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from carethread.insight.turns import policy_facts
from carethread.record.models import Case, Claim, Coverage, User
from carethread.rules.facts import OtherPolicy
from carethread.rules.next_payer import may_come_before, put_before
from carethread.workflow import admit, bill, gather
from carethread.workflow.casework import history
from carethread.workflow.claims import charges, charging
from carethread.workflow.common.errors import refuse

ABOUT = frozenset({"cob", "routing", "coverage_answer"})
"""Root causes that another order of the client's policies can cure."""
_ASIDE = 9_000  # where a policy stands while the others move


@dataclass(frozen=True, slots=True)
class Order:
    """What could be: `first` goes before the policy that was asked, and each policy in force gets
    that rank, in the new order."""

    first: OtherPolicy
    then: OtherPolicy
    ranks: tuple[tuple[OtherPolicy, int], ...]

    @property
    def words(self) -> str:
        """The new order in one line, with where each stood."""
        return "; ".join(
            f"{rank}: {policy.payer_name}"
            + (f" (number {policy.rank} before)" if rank != policy.rank else "")
            for policy, rank in self.ranks
        )


def possible(case: Case, *, now: datetime) -> tuple[Order, ...]:
    """The orders that would let another policy of the client's be asked first, for a case that
    this can cure; most likely none or one."""
    asked = case.claim.coverage if case.claim else case.coverage
    if case.state == "closed" or case.category not in ABOUT or asked is None:
        return ()
    day = case.claim.service_from if case.claim else gather.service_date(case.organization, now)
    rows = Coverage.objects.filter(client=asked.client_id).select_related("payer")
    policies = [policy_facts(row) for row in rows]
    return tuple(
        Order(first, policy_facts(asked), put_before(policies, day, first.id, asked.pk))
        for first in may_come_before(policies, day, asked.pk)
        if first.id is not None
    )


@transaction.atomic
def put_in_order(case: Case, first: int, *, user: User, now: datetime) -> Order:
    """Let that policy (its id) be asked before the one that was. The claim moves on by itself."""
    case, claim = history.with_claim(case, waiting=True)
    client = case.client
    if client is None:
        raise refuse("This case is about no client.")
    charges.one_at_a_time(client.pk)
    found = (order for order in possible(case, now=now) if order.first.id == first)
    order = next(found, None)
    if order is None:
        raise refuse("The client's coverages have changed since: look at them again.")
    _write(order.ranks)
    charging.recharge(client, now=now)
    if claim is not None and claim.state in bill.REFUSED:
        _refuse_what_stays(claim)
    history.answered(case, f"The coverages are in another order. {order.words}", now, user)
    return order


def _refuse_what_stays(claim: Claim) -> None:
    """A payer that has paid, or booked a reduction, has spoken for the service: it stays there."""
    if claim.charges.filter(state="live").exists():
        raise refuse(
            f"{claim.payer} has refused this only in part, or booked a reduction with it, so the "
            "service stays on its claim. Undo that posting first, or wait until it takes its "
            "answer back; then change the order."
        )


def _write(ranks: Iterable[tuple[OtherPolicy, int]]) -> None:
    """Give each its rank. Two may never have the same one at the same time, so they step aside
    first."""
    moved = {p.id: rank for p, rank in ranks if p.id is not None and p.rank != rank}
    rows = list(Coverage.objects.filter(pk__in=moved).select_related("payer").order_by("pk"))
    for row in rows:
        Coverage.objects.filter(pk=row.pk).update(rank=_ASIDE + row.rank)
    for row in rows:
        row.rank = moved[row.pk]
        if other := admit.same_rank(row):
            raise refuse(
                f"{other.payer} is number {row.rank} at another time at which {row.payer} holds. "
                "Put them in order on the client's page."
            )
        row.save(update_fields=["rank"])
