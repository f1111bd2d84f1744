"""What hangs on a discharge: the claims of the stay that have not left, and what each waits for."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from carethread.record.models import Claim, ClaimFinding, ClaimState, DischargeSummary, Episode

_NOT_LEFT = (ClaimState.HELD, ClaimState.READY)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A claim that has not left. `for_summary`: the unsigned summary holds it."""

    claim: Claim
    for_summary: bool


def claims_of(episode: Episode) -> list[Waiting]:
    """The stay's claims that have not left, first service first."""
    of_summary = ClaimFinding.objects.filter(
        claim=OuterRef("pk"), rule="DISCHARGE_DONE", severity="stops"
    )
    rows = (
        Claim.objects.filter(charges__attendance__episode=episode, state__in=_NOT_LEFT)
        .annotate(for_summary=Exists(of_summary))
        .select_related("payer")
        .distinct()
        .order_by("service_from", "pk")
    )
    return [Waiting(row, row.for_summary) for row in rows]


def held_cents(waiting: list[Waiting]) -> int:
    """What the unsigned summary keeps here, in cents."""
    return sum(one.claim.charge_cents for one in waiting if one.for_summary)


def summary_of(episode: Episode) -> DischargeSummary | None:
    """The stay's summary, once it is due."""
    rows = DischargeSummary.objects.select_related("author__supervisor", "current")
    return rows.filter(episode=episode).first()
