"""What payers left to patients although somebody else may still pay for it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from carethread.insight import refusals
from carethread.record.compiled import compiled
from carethread.record.models import Claim, ClaimState, Coverage, Transfer
from carethread.rules.facts import OtherPolicy
from carethread.rules.next_payer import next_after

REFUSED = (ClaimState.DENIED, ClaimState.PARTIAL)


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """A claim whose payer left something to the patient, the policy that pays after it, and the
    transfers that left it."""

    claim: Claim
    coverage: Coverage
    left: tuple[Transfer, ...]

    @property
    def cents(self) -> int:
        return sum(transfer.amount_cents for transfer in self.left)


def open_turns(
    *, claim: Claim | None = None, client_id: int | None = None, refused_too: bool = False
) -> list[OpenTurn]:
    """Claims after which another of the client's policies pays, and has not been asked. Of one
    claim or one client, or of all; `refused_too` counts what was denied as left as well."""
    by_claim: dict[int, list[Transfer]] = defaultdict(list)
    for row in _asked_for(claim, client_id, refused_too):
        assert row.remitted_claim is not None
        version = row.remitted_claim.match.version
        if version is not None:
            by_claim[version.claim_id].append(row)
    if not by_claim:
        return []
    claims = Claim.objects.filter(pk__in=by_claim).select_related(
        "payer", "coverage", "client", "organization", "after__after", "first"
    )
    policies = _policies({one.client_id for one in claims})
    found = []
    for one in claims.order_by("pk"):
        of_client = policies[one.client_id]
        following = next_after(_facts(of_client), one.service_from, asked(one))
        if following is not None:
            coverage = next(row for row in of_client if row.pk == following.id)
            found.append(OpenTurn(one, coverage, tuple(by_claim[one.pk])))
    given_up = _given_up(found)
    return [turn for turn in found if (turn.claim.pk, turn.coverage.pk) not in given_up]


def handed_on(claim: Claim) -> Claim | None:
    """The claim to the payer that is asked for what this one's refused, where nothing of that waits
    here any more."""
    if claim.state not in REFUSED or refusals.of_claim(claim).exists():
        return None
    later = claim.next.exclude(state=ClaimState.CLOSED).select_related("payer")
    return later.order_by("-pk").first()


def asked(claim: Claim) -> tuple[int, ...]:
    """The policies that were asked for a claim's charges, this claim's last."""
    before = asked(claim.after) if claim.after else ()
    return (*before, claim.coverage_id)


def _given_up(turns: Sequence[OpenTurn]) -> set[tuple[int | None, int]]:
    """Claims and the policies after them of which a person has decided that they are not asked,
    and left it to the patient."""
    rows = Claim.objects.filter(
        after__in=[turn.claim.pk for turn in turns], state=ClaimState.CLOSED
    ).exclude(stopped_reason="")  # fmt: skip
    return set(rows.values_list("after", "coverage"))


def _asked_for(claim: Claim | None, client_id: int | None, refused_too: bool) -> Iterable[Transfer]:
    if client_id is not None and not refused_too:  # asked for every client who has paid something
        return _left_to(client=client_id)
    rows = _left(refused_too)
    if claim is not None:
        rows = rows.filter(remitted_claim__match__version__claim=claim)
    return rows.filter(charge__client=client_id) if client_id is not None else rows


@compiled
def _left_to(client: int) -> "QuerySet[Transfer]":
    return _left(refused_too=False).filter(charge__client=client)


def _left(refused_too: bool) -> "QuerySet[Transfer]":
    """Standing transfers that left something to the patient, of clients with several policies, that
    were not handed on."""
    several = Coverage.objects.values("client").annotate(n=Count("pk")).filter(n__gt=1)
    handed = Transfer.objects.filter(
        charge=OuterRef("charge"),
        remitted_claim=OuterRef("remitted_claim"),
        debit="payer_receivable",
        credit="patient_receivable",
        reverses__isnull=True,
        reversed_by__isnull=True,
    )
    rows: QuerySet[Transfer] = Transfer.objects.filter(
        Q(debit="patient_receivable", reverses__isnull=True, reversed_by__isnull=True)
        & ~Q(Exists(handed))
        | Q(pk__in=refusals.unsettled().values("pk") if refused_too else []),
        credit="payer_receivable",
        remitted_claim__match__state="matched",
        charge__state="live",
        charge__client__in=several.values("client"),
    )
    return rows.select_related(
        "remitted_claim__match__version", "remitted_line", "charge"
    ).order_by("pk")


def _policies(clients: set[int]) -> dict[int, list[Coverage]]:
    found: dict[int, list[Coverage]] = defaultdict(list)
    for row in Coverage.objects.filter(client__in=clients).select_related("payer"):
        found[row.client_id].append(row)
    return found


def _facts(rows: Sequence[Coverage]) -> list[OtherPolicy]:
    return [policy_facts(row) for row in rows]


def policy_facts(row: Coverage) -> OtherPolicy:
    """A policy as the order of payers sees it."""
    return OtherPolicy(
        row.effective_from, row.effective_to, row.payer.name, row.payer.kind, row.rank, row.pk
    )
