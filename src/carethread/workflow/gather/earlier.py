"""What earlier payers did with the charges of a claim, and which policies come after it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import OuterRef, Q, QuerySet

from carethread.insight.turns import policy_facts
from carethread.record.clock import decided_on
from carethread.record.compiled import compiled
from carethread.record.models import (
    Charge,
    Claim,
    Coverage,
    RemittedClaim,
    Transfer,
)
from carethread.rules.facts import EarlierPayer, OtherCoverage
from carethread.rules.identity import line_number
from carethread.rules.match import match_by_hand
from carethread.rules.next_payer import (
    FORWARDED,
    SEQUENCE,
    BilledAs,
    earlier_answer,
    in_turn,
    later_policy,
)
from carethread.rules.spread import ToldLine, told_lines
from carethread.workflow.common import wire_format
from carethread.workflow.gather.parties import coverage_facts
from carethread.workflow.gather.submitted import as_submitted, versions
from carethread.x12.remittance import REVERSAL

HANDED_ON = "next_payer"  # source of the transfers that hand a charge on to the next payer


@dataclass(frozen=True, slots=True)
class Told:
    """The client's other policies as a claim names them, and who answered before its turn."""

    others: tuple[OtherCoverage, ...] = ()
    earlier: EarlierPayer | None = None


NOTHING_TOLD = Told()


# -------------------------------------------------------------------------------------- charges


def handed_on(claims: Iterable[Claim]) -> dict[int, set[int]]:
    """The charges that were handed on to each claim of a later payer, as far as that stands."""
    later = {claim.after_id: claim.pk for claim in claims if claim.after_id}
    found: dict[int, set[int]] = defaultdict(set)
    rows = handings_on(list(later)).values_list("charge", "remitted_claim__match__version__claim")
    for charge, after in rows if later else ():
        found[later[after]].add(charge)
    return found


def handings_on(after: Sequence[int]) -> "QuerySet[Transfer]":
    """Standing transfers that handed on what these claims left."""
    return Transfer.objects.filter(
        source=HANDED_ON,
        debit="payer_receivable",
        reversed_by__isnull=True,
        remitted_claim__match__version__claim__in=after,
    )


def refused_and_handed_on(claim: OuterRef) -> "QuerySet[Transfer]":
    """Of what was handed on, what that claim's own payer had refused."""
    return Transfer.objects.filter(
        source=HANDED_ON,
        credit="denied",
        reverses__isnull=True,
        reversed_by__isnull=True,
        remitted_claim__match__version__claim=claim,
    )


def billed_to(charge: Charge, claim: Claim) -> Charge:
    """A charge as a later payer is billed for it: under that policy, and under no authorization,
    which are asked for from the payer that pays first."""
    again, current = copy(charge), copy(charge.current)
    assert current is not None
    current.coverage, current.authorization = claim.coverage, None
    again.current, again.claim = current, claim
    return again


# -------------------------------------------------------------------------------------- answers


def standing_answers(claims: Iterable[int]) -> dict[int, list[RemittedClaim]]:
    """What payers answered to each claim and have not taken back, oldest first."""
    found: dict[int, list[RemittedClaim]] = defaultdict(list)
    ids = set(claims)
    rows = (
        RemittedClaim.objects.filter(match__state="matched", match__version__claim__in=ids)
        .exclude(status=REVERSAL)
        .exclude(pk__in=_taken_back(ids))
        .select_related("match__version", "remittance")
        .order_by("pk")
    )
    for row in rows if ids else ():
        assert row.match.version is not None
        found[row.match.version.claim_id].append(row)
    return found


def _taken_back(claims: set[int]) -> "QuerySet[Transfer, Any]":
    """Answers of which a transfer was undone by another posting. Denials that were asked for again,
    and what was handed on, are undone by us and say nothing of the payer."""
    return (
        Transfer.objects.filter(
            remitted_claim__match__version__claim__in=claims,
            reversed_by__remitted_claim__match__state="matched",
            charge__isnull=False,
        )
        .exclude(reversed_by__source__in=("submit", HANDED_ON, "undo"))
        .exclude(source=HANDED_ON)
        .values("remitted_claim")
    )


def told_of(rows: Sequence[RemittedClaim]) -> list[ToldLine]:
    """What these answers to one claim say of each charge, line by line."""
    if not rows:
        return []
    sent = {v.pk: v for v in versions(Q(pk__in={row.match.version_id for row in rows}))}
    told: list[ToldLine] = []
    for row in rows:
        said = wire_format.remitted_from_json(row.content)
        verdict = match_by_hand(said, as_submitted(sent[row.match.version_id or 0]))
        told += told_lines(said, verdict) if verdict.is_certain else ()
    return told


# -------------------------------------------------------------------------------------- told


def told(claims: Sequence[Claim], charges: Mapping[int, Sequence[Charge]]) -> dict[int, Told]:
    """For each claim the client's other policies: those that paid before with what they did, those
    that pay after by name. A claim of a client with one policy is left out."""
    policies = _policies({claim.client_id for claim in claims})
    several = [claim for claim in claims if len(policies[claim.client_id]) > 1]
    chains = _chains(several)
    answers = standing_answers({c.pk for chain in chains.values() for c in chain})
    found = {}
    for claim in several:
        by_id = {row.pk: row for row in policies[claim.client_id]}
        billed = _billed_as(charges.get(claim.pk, ()))
        found[claim.pk] = _told(claim, chains[claim.pk], answers, billed, by_id)
    return found


def _chains(claims: Sequence[Claim]) -> dict[int, tuple[Claim, ...]]:
    """For each claim those to earlier payers, the first one first. At most two."""
    after = {claim.after_id for claim in claims if claim.after_id}
    rows = Claim.objects.filter(pk__in=after).select_related("payer", "after__payer")
    by_id = {row.pk: row for row in rows} if after else {}
    return {claim.pk: before(by_id.get(claim.after_id or 0)) for claim in claims}


def before(last: Claim | None) -> tuple[Claim, ...]:
    """A claim with those that it comes after, the first one first."""
    chain: list[Claim] = []
    while last is not None:
        chain.insert(0, last)
        last = last.after
    return tuple(chain)


def _policies(clients: set[int]) -> dict[int, list[Coverage]]:
    found: dict[int, list[Coverage]] = defaultdict(list)
    for row in _coverages(clients=list(clients)):
        found[row.client_id].append(row)
    return found


@compiled
def _coverages(clients: Sequence[int]) -> "QuerySet[Coverage]":
    return Coverage.objects.filter(client__in=clients).select_related("payer", "client")


def _told(
    claim: Claim,
    chain: Sequence[Claim],
    answers: Mapping[int, Sequence[RemittedClaim]],
    billed: Mapping[int, BilledAs],
    policies: Mapping[int, Coverage],
) -> Told:
    others = [
        _earlier(policies[one.coverage_id], answers.get(one.pk, ()), billed, place)
        for place, one in enumerate(chain)
    ]
    asked = {*(one.coverage_id for one in chain), claim.coverage_id}
    facts = [policy_facts(row) for row in policies.values()]
    after = [p for p in in_turn(facts, claim.service_from) if p.id not in asked]
    place = _place(claim, chain, policies)
    for policy, turn in zip(after, range(place + 1, len(SEQUENCE)), strict=False):
        others.append(later_policy(coverage_facts(policies[policy.id or 0]), turn))
    last = answers.get(chain[-1].pk, ()) if chain else ()
    return Told(tuple(others), _earlier_payer(chain[-1], last[-1]) if last else None)


def _place(claim: Claim, chain: Sequence[Claim], policies: Mapping[int, Coverage]) -> int:
    """The claim's own turn from 0: after those that answered, else by its policy's rank."""
    if chain:
        return len(chain)
    return SEQUENCE.find(coverage_facts(policies[claim.coverage_id]).sequence)


def _earlier(
    row: Coverage, answers: Sequence[RemittedClaim], billed: Mapping[int, BilledAs], place: int
) -> OtherCoverage:
    newest = answers[-1] if answers else None
    return earlier_answer(
        replace(coverage_facts(row), sequence=SEQUENCE[place]),
        told_of(answers),
        billed,
        paid_on=decided_on(newest.remittance) if newest else None,
        control_number=newest.payer_control_number if newest else "",
    )


def _earlier_payer(claim: Claim, row: RemittedClaim) -> EarlierPayer:
    return EarlierPayer(claim.payer.name, decided_on(row.remittance), row.status in FORWARDED)


def _billed_as(charges: Sequence[Charge]) -> dict[int, BilledAs]:
    return {
        charge.pk: BilledAs(
            line_number(charge.current.pk),
            charge.current.code,
            tuple(charge.current.modifiers),
            charge.current.units,
            charge.current.revenue_code,
        )
        for charge in charges
        if charge.current is not None
    }


# -------------------------------------------------------------------------------------- owed


def not_this_payers(claims: set[int]) -> dict[tuple[int, int], int]:
    """By claim and charge, the cents by which what the claim's own payer can still settle differs
    from the charge's receivable: less what was handed on to the next payer, more what later payers
    have settled, who spoke of their own share. Nothing for a claim that no other comes after."""
    found: dict[tuple[int, int], int] = defaultdict(int)
    later = _later(claims)
    if not later:
        return found
    handed = handings_on(sorted(claims)).values_list(
        "remitted_claim__match__version__claim", "charge", "amount_cents"
    )
    for claim, charge, cents in handed:
        found[claim, charge] -= cents
    settled = Transfer.objects.filter(
        Q(debit="payer_receivable") | Q(credit="payer_receivable"),
        remitted_claim__match__version__claim__in=later,
        charge__isnull=False,
    ).values_list("remitted_claim__match__version__claim", "charge", "credit", "amount_cents")
    for claim, charge, credit, cents in settled:
        for earlier in later[claim]:
            found[earlier, charge] += cents if credit == "payer_receivable" else -cents
    return found


def _later(claims: set[int]) -> dict[int, set[int]]:
    """Claims to later payers, each with those of these claims that it comes after."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = Claim.objects.filter(Q(after__in=claims) | Q(after__after__in=claims))
    for pk, after, before_that in rows.values_list("pk", "after", "after__after"):
        found[pk] |= claims & {after or 0, before_that or 0}
    return found
