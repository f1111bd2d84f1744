"""Gapless numbers: each is taken under a row lock and in the transaction that uses it, so that
a rollback gives it back."""

from carethread.record.models import Counter, Organization


def take(organization: Organization, name: str, count: int = 1) -> range:
    """The next `count` numbers of a counter, from 1 on. Holds the counter until the transaction
    ends: take numbers last (see docs/locking.md)."""
    Counter.objects.get_or_create(organization=organization, name=name)
    counter = Counter.objects.select_for_update(no_key=True).get(
        organization=organization, name=name
    )
    first = counter.value + 1
    counter.value += count
    counter.save(update_fields=["value"])
    return range(first, first + count)
