"""A claim that left is compared with the record again once something that it rests on has changed.

Whoever changes it says so here, in the same transaction: a charge of the claim, the days, leaves or
end of its stay, the answer of the payer before it. `bill.bring_back` compares and takes the marks
away; a claim that is on its way or waits keeps them until it is with its payer. What was refused is
compared at every look and needs no mark.

A mark is a row that is put in and never changed: who signs a note holds its charge, and so may not
wait for the claim (docs/locking.md).
"""

from collections.abc import Iterable

from carethread.record.models import Charge, Claim, Recheck
from carethread.record.statements import insert, insert_all


def charge(row: Charge) -> None:
    """The charge says something else, is no more, or goes to another claim than it is on."""
    if row.claim_id is not None:
        insert(Recheck(organization_id=row.organization_id, claim_id=row.claim_id))


def stay(episode: int) -> None:
    """A day of the stay was charged or taken back, a leave told, or its end. What the claims of a
    stay say of its beginning, its leaves and its end rests on all of it."""
    of(Claim.objects.filter(episode=episode))


def later_than(claims: Iterable[int]) -> None:
    """The payers of these claims have spoken, or their words were taken back: claims to the payers
    after them tell of it."""
    of(Claim.objects.filter(after__in=set(claims)))


def of(claims: Iterable[Claim]) -> None:
    """Have these claims compared."""
    insert_all(Recheck(organization_id=row.organization_id, claim_id=row.pk) for row in claims)
