"""What payers were asked about coverages, and what they answered."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Max, Q, QuerySet

from carethread.record.models import (
    Client,
    Coverage,
    EligibilityAnswer,
    EligibilityCheck,
    Payer,
)

UNDER_WAY = timedelta(seconds=40)
"""How long an answer may take: the payer's twenty seconds, whoever is asked after it, and some."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The last question about a coverage; `after` are those to whom its answer handed it on."""

    check: EligibilityCheck
    after: list[EligibilityCheck] = field(default_factory=list)

    @property
    def answer(self) -> EligibilityAnswer | None:
        return getattr(self.check, "answer", None)

    def is_under_way(self, now: datetime) -> bool:
        """Whether the payer is being asked at this moment."""
        return self.answer is None and now - self.check.asked_at < UNDER_WAY


def latest(coverages: Iterable[Coverage]) -> dict[int, Asked]:
    """By coverage; nothing for those that nobody asked about. Two queries."""
    own = EligibilityCheck.objects.filter(coverage__in=list(coverages), follows=None)
    last = own.order_by().values("coverage").annotate(last=Max("pk")).values("last")
    rows = list(_whole(EligibilityCheck.objects.filter(Q(pk__in=last) | Q(follows__in=last))))
    found = {row.pk: Asked(row) for row in rows if row.follows_id is None}
    for row in rows:
        if row.follows_id in found:
            found[row.follows_id].after.append(row)
    return {asked.check.coverage_id: asked for asked in found.values()}


def carved_out(client: Client, day: date) -> tuple[Coverage, Payer] | None:
    """The policy in force that day whose payer names somebody else for behavioral health in its
    last answer, and whom it names, where the client has no policy with them on record."""
    policies = list(_on(day).filter(client=client).order_by("rank", "pk"))
    answers = {pk: asked.answer for pk, asked in latest(policies).items()}
    named = {pk: answer.carve_out_id for pk, answer in answers.items() if answer is not None}
    there = {policy.payer_id for policy in policies}
    rows = Payer.objects.filter(payer_id__in=filter(None, named.values())).exclude(pk__in=there)
    payers = {row.payer_id: row for row in rows}
    found = ((policy, payers.get(named.get(policy.pk, ""))) for policy in policies)
    return next(((policy, payer) for policy, payer in found if payer is not None), None)


def history(coverage: Coverage, most: int = 50) -> list[EligibilityCheck]:
    """Every question about a coverage, the newest first."""
    return list(_whole(EligibilityCheck.objects.filter(coverage=coverage)).order_by("-pk")[:most])


def _whole(rows: "QuerySet[EligibilityCheck]") -> "QuerySet[EligibilityCheck]":
    return rows.select_related(
        "answer", "coverage__client", "coverage__payer", "asked_by"
    ).order_by("pk")


def in_force(clients: Iterable[Client], day: date) -> dict[int, Coverage]:
    """The coverage that is asked first on that day, by client. One query."""
    rows = _on(day).filter(client__in=list(clients)).select_related("client")
    found: dict[int, Coverage] = {}
    for row in rows.order_by("rank", "-pk"):
        found.setdefault(row.client_id, row)
    return found


def _on(day: date) -> "QuerySet[Coverage]":
    """Policies in force that day, with their payers."""
    open_ended = Q(effective_to=None) | Q(effective_to__gte=day)
    rows: QuerySet[Coverage] = Coverage.objects.filter(open_ended, effective_from__lte=day)
    return rows.select_related("payer")
