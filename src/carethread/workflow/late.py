"""What comes late and belongs on a claim that is there already: a program's day on the claim of its
statement period, an add-on on that of the service that it adds to, a discharge on the last."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from carethread.record.models import Charge, Claim, ClaimState, StayEvent
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
    rows: QuerySet[Claim] = Claim.objects.filter(
        Q(episode__in=list(days.distinct()))
        | Q(pk__in=[claim for claim in of_bases.values_list("claim", flat=True) if claim])
    )
    return rows


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


def left_before_the_discharge() -> list[int]:
    """Claims that said "still in care" of a period with which the client left, as is known now."""
    rows = Claim.objects.filter(
        form="I",
        current__content__patient_status=institutional.STILL_HERE,
        episode__discharged_on__gte=F("service_to"),
        episode__discharged_on__lte=F("service_from") + _LONGEST,
    ).exclude(Exists(_elsewhere(service_date__gt=OuterRef("service_to"))))
    return [row.pk for row in rows.select_related("episode__program") if _left_within(row)]


def neither_first_nor_last() -> list[int]:
    """Claims that said that they begin or end their stay, while a day before or after theirs is
    charged on another claim by now: under another authorization, or signed late."""
    rows = Claim.objects.filter(form="I", current__isnull=False, episode__isnull=False)
    told = ("pk", "current__content__statement_from", "episode__admitted_on")
    begun = rows.exclude(current__frequency="8").filter(
        Exists(_elsewhere(service_date__lt=OuterRef("service_from"))),
        service_from__lte=F("episode__admitted_on") + _LONGEST,
    )
    ended = rows.exclude(current__content__patient_status=institutional.STILL_HERE).filter(
        Exists(_elsewhere(service_date__gt=OuterRef("service_to")))
    )
    return [
        *(pk for pk, starts, admitted in begun.values_list(*told) if starts <= str(admitted)),
        *ended.values_list("pk", flat=True),
    ]


def before_the_leave_was_told() -> "QuerySet[Claim]":
    """Claims that left before something was recorded of a leave in their stay."""
    told = StayEvent.objects.filter(
        episode=OuterRef("episode"), on__lte=OuterRef("service_to"),
        recorded_at__gt=OuterRef("current__made_at"),
    )  # fmt: skip
    rows: QuerySet[Claim] = Claim.objects.filter(Exists(told), form="I")
    return rows


def _elsewhere(**days: OuterRef) -> "QuerySet[Charge]":
    """Charged days of a claim's stay that are on another claim, or on none yet."""
    rows: QuerySet[Charge] = Charge.objects.filter(
        attendance__episode=OuterRef("episode"), state="live", current__form="I", **days
    )
    return rows


_LONGEST = timedelta(days=31)  # from a period's first day to the morning after its last night


def _left_within(claim: Claim) -> bool:
    episode = claim.episode
    assert episode is not None
    cycle = gather.cycle_of(episode.program_id, claim.payer_id, claim.service_from)
    level_of_care = episode.program.level_of_care
    left = episode.discharged_on
    return left is not None and left <= institutional.closes_on(
        claim.service_from, level_of_care, cycle
    )
