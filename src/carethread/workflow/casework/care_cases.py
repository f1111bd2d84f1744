"""Cases about care that money will wait for: a discharge summary to be written, an authorization
that ends while the client stays. Found anew at every round, like those of `cases`."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import F

from carethread.codes.roles import Role
from carethread.insight import authorizations
from carethread.insight.cases import without_case
from carethread.record.models import (
    Authorization,
    Case,
    CaseKind,
    Claim,
    DischargeSummary,
    Organization,
)
from carethread.record.policies import effective
from carethread.rules.words import day
from carethread.workflow import discharge, gather

_SUMMARY, _ENDING = "summary", "ending"


# -------------------------------------------------------------------------------- discharge summary


def summaries_due(organization: Organization, now: datetime) -> Iterator[Case]:
    """Summaries that should have been signed by now, and those that claims wait for already."""
    today = gather.service_date(organization, now)
    rows = list(without_case(discharge.unsigned(), _SUMMARY))
    waiting = _waiting(rows)
    for row in rows:
        if row.due_on < today or waiting[row.episode_id]:
            yield _summary(row, waiting[row.episode_id], now)


def _waiting(rows: list[DischargeSummary]) -> dict[int, list[Claim]]:
    """The claims that the summaries hold, by episode."""
    found: dict[int, list[Claim]] = defaultdict(list)
    episode = "charges__attendance__episode"
    held = Claim.objects.filter(
        findings__rule="DISCHARGE_DONE", **{f"{episode}__in": [row.episode_id for row in rows]}
    )
    told = held.annotate(of=F(f"{episode}_id")).select_related("payer").distinct()
    for claim in told.order_by("service_from", "pk"):
        found[claim.of].append(claim)
    return found


def _summary(row: DischargeSummary, waiting: list[Claim], now: datetime) -> Case:
    episode, cure = row.episode, "Write and sign the summary: what waits for it leaves at once."
    if waiting:
        last = min(gather.filing_limit(c.payer, c.service_from) for c in waiting)
        cure += f" The first of its claims has to be filed by {day(last)}."
    words = (
        f"The discharge summary of {episode.client} ({episode.program}) is due on {day(row.due_on)}"
    )
    return Case(
        organization=row.organization,
        kind=CaseKind.DISCHARGE,
        source=f"{_SUMMARY}:{row.pk}",
        category="discharge_summary",
        owner_role=Role.CLINICIAN.value,
        author=row.author,
        title=words[:300],
        cure=cure,
        episode=episode,
        claim=waiting[0] if waiting else None,
        amount_cents=sum(claim.charge_cents for claim in waiting),
        opened_at=now,
        due_on=row.due_on,
    )


# -------------------------------------------------------------------------------- authorization


def authorizations_ending(organization: Organization, now: datetime) -> Iterator[Case]:
    """Granted authorizations near their last day, of clients who stay and have no other one."""
    today = gather.service_date(organization, now)
    rows = {_source(row): row for row in _near_their_end(today) if row.effective_to >= today}
    known = set(Case.objects.filter(source__in=rows).values_list("source", flat=True))
    for source, row in rows.items():
        if source not in known:
            yield _ending(row, now)


def _near_their_end(today: date) -> list[Authorization]:
    days = effective("authorization_expiry_days", on=today).value
    return authorizations.ending(today + timedelta(days=days))


def _source(row: Authorization) -> str:
    """With its last day: an end that has moved is asked about anew."""
    return f"{_ENDING}:{row.pk}:{row.effective_to:%Y%m%d}"


def _ending(row: Authorization, now: datetime) -> Case:
    return Case(
        organization=row.organization,
        kind=CaseKind.AUTHORIZATION,
        source=_source(row),
        category="auth_ending",
        owner_role=Role.UTILIZATION.value,
        title=(
            f"Authorization {row} of {row.client} ends on {day(row.effective_to)}; "
            f"{row.payer} has granted nothing after it"
        )[:300],
        cure="Ask the payer for an extension, or discharge the client by then.",
        authorization=row,
        opened_at=now,
        due_on=row.effective_to,
    )


# -------------------------------------------------------------------------------- cured


def cured(organization: Organization, now: datetime) -> Iterator[tuple[Case, str]]:
    """Open cases of this kind whose cause is gone, with how it went."""
    live = Case.objects.exclude(state="closed")
    for case in live.filter(
        kind=CaseKind.DISCHARGE, episode__discharge_summary__current__isnull=False
    ):
        yield case, "The summary is signed."
    standing = {_source(row) for row in _near_their_end(gather.service_date(organization, now))}
    for case in live.filter(category="auth_ending").exclude(source__in=standing):
        yield case, "It goes on, or care has ended."
