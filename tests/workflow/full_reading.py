"""Every claim that may have to be corrected, found by reading all of the record: what the marks of
`workflow.claims.recheck` are held against."""

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from carethread.record.models import Charge, Claim, ClaimState, Match, StayEvent
from carethread.rules import institutional
from carethread.workflow import bill, gather

_LONGEST = timedelta(days=31)  # from a period's first day to the morning after its last night
_NOT_YET = (ClaimState.QUEUED, ClaimState.SENT, ClaimState.RECEIVED)


def due_corrections() -> "QuerySet[Claim]":
    """Claims that left, of which a charge has a newer version or is no more, in whose days the
    client turns out to have left, of whose stay a further day was charged or a leave told, that
    were refused and not sent on, or before which the earlier payer has answered anew."""
    changed = Charge.objects.filter(claim__isnull=False).exclude(
        current__claim_lines__version=F("claim__current")
    )
    live = Charge.objects.filter(claim=OuterRef("pk"), state="live")
    answered = Match.objects.filter(
        version__claim=OuterRef("after"), at__gt=OuterRef("current__made_at")
    )
    rows: QuerySet[Claim] = Claim.objects.filter(
        Q(pk__in=changed.values("claim"))
        | Q(~Exists(live), after__isnull=True)
        | Q(Exists(answered), after__isnull=False)
        | Q(state__in=bill.REFUSED) & ~Q(Exists(gather.refused_and_handed_on(OuterRef("pk"))))
        | Q(pk__in=left_before_the_discharge())
        | Q(pk__in=neither_first_nor_last())
        | Q(pk__in=before_the_leave_was_told()),
        current__isnull=False,
    )
    return rows.exclude(state__in=[*bill.WAITING, *_NOT_YET, ClaimState.CLOSED])


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


def _left_within(claim: Claim) -> bool:
    episode = claim.episode
    assert episode is not None
    cycle = gather.cycle_of(episode.program_id, claim.payer_id, claim.service_from)
    level_of_care = episode.program.level_of_care
    left = episode.discharged_on
    return left is not None and left <= institutional.closes_on(
        claim.service_from, level_of_care, cycle
    )
