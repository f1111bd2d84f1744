"""What comes late and belongs on a claim that is there already: a program's day on the claim of its
statement period, an add-on on that of the service that it adds to."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.db.models import Q, QuerySet

from carethread.record.models import Charge, Claim, ClaimState
from carethread.rules import institutional
from carethread.rules.facts import BASE
from carethread.workflow import gather


def claim_of(charges: Sequence[Charge]) -> Claim | None:
    """The claim that these charges, which could share one, should be added to."""
    first = charges[0]
    is_day = first.current is not None and first.current.form == "I"
    rows = _of_period(first) if is_day else _of_base(charges)
    return rows.exclude(state=ClaimState.CLOSED).order_by("-pk").first()


def claims_that_may_be_joined() -> "QuerySet[Claim]":
    """Held before the charges are, which is the order of docs/locking.md."""
    waiting = Charge.objects.filter(claim__isnull=True, state="live")
    days = waiting.filter(current__form="I").values_list("attendance__episode", flat=True)
    added = waiting.exclude(slot=BASE).values_list("attendance", flat=True)
    of_bases = Charge.objects.filter(attendance__in=list(added.distinct()), slot=BASE)
    return Claim.objects.filter(
        Q(episode__in=list(days.distinct()))
        | Q(pk__in=[claim for claim in of_bases.values_list("claim", flat=True) if claim])
    )


def _of_base(charges: Sequence[Charge]) -> "QuerySet[Claim]":
    """Where these charges only add to a service: the claim that bills it to the same coverage."""
    first = charges[0]
    assert first.current is not None
    if any(
        charge.slot == BASE or charge.attendance_id != first.attendance_id for charge in charges
    ):
        return Claim.objects.none()
    return Claim.objects.filter(
        charges__attendance=first.attendance_id,
        charges__slot=BASE,
        charges__state="live",
        coverage=first.current.coverage_id,
    )


def _of_period(first: Charge) -> "QuerySet[Claim]":
    assert first.current is not None
    days = institutional.period(first.service_date, gather.cycle(first, first.service_date))
    under = first.current.authorization
    return Claim.objects.filter(
        form="I",
        episode=first.attendance.episode_id,
        coverage=first.current.coverage_id,
        service_from__range=(days.starts, days.ends),
        charges__current__authorization__number=under.number if under else None,
        charges__current__level_of_care=first.current.level_of_care,
    )


def let_go_of_other_authorizations(claims: Sequence[Claim]) -> None:
    """An institutional claim has room for one authorization. Days that have come under another
    while their claim waited (an extension was granted) go on a claim of their own. `claims` are
    held; one that has left is corrected as it stands."""
    waiting = {c.pk: c for c in claims if c.form == "I" and c.current_id is None}
    if not waiting:
        return
    rows = Charge.objects.filter(claim__in=waiting, state="live")
    by_claim: dict[int, list[tuple[int, date, str | None]]] = defaultdict(list)
    for claim_id, charge, day, number in rows.order_by("service_date", "pk").values_list(
        "claim_id", "pk", "service_date", "current__authorization__number"
    ):
        by_claim[claim_id].append((charge, day, number))
    for claim_id, charges in by_claim.items():
        kept = [charge for charge in charges if charge[2] == charges[0][2]]
        if len(kept) < len(charges):
            freed = {pk for pk, *_ in charges} - {pk for pk, *_ in kept}
            Charge.objects.filter(pk__in=freed).update(claim=None)
            claim = waiting[claim_id]
            claim.service_to = kept[-1][1]
            claim.save(update_fields=["service_to"])
