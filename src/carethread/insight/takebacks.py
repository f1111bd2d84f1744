"""What payers take back or carry between checks: provider-level adjustments, by what they name.

A takeback that a check could not hold is carried forward (FB below zero) and applied to a later one
(FB above zero); one that names a claim stands against that claim until a reversal explains it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from django.db.models import Q

from carethread.codes.accounts import Account
from carethread.codes.adjustments import provider_reason
from carethread.record.clock import decided_on
from carethread.record.models import Claim, ClaimVersion, ProviderAdjustment
from carethread.rules.identity import parse_claim_number

FORWARD = "FB"
_SHORTEST = 5  # letters of a word in a reference that may be a claim's number


@dataclass(frozen=True, slots=True)
class Carried:
    """What one payer has still to take (`cents` above zero) or took without a reversal (below
    zero). `claim` is the one that its reference names, `reference` what it is carried under;
    `first_id` the provider adjustment that the present balance began with, `since` the day of its
    check: however often it is brought forward, it is as old as that. `last` is the day of its last
    check."""

    payer: str
    reference: str
    claim: Claim | None
    cents: int
    checks: int
    first_id: int
    since: date
    last: date


def claims_named(references: Iterable[str]) -> Mapping[str, int]:
    """The id of the one claim that each reference names: by the payer's number, by ours, or by a
    word of it that is either. References that name none, or several, are left out."""
    words = {text: _words(text) for text in references}
    told = {word for some in words.values() for word in some}
    if not told:
        return {}
    found: dict[str, set[int]] = defaultdict(set)
    sequences = {word: parsed[0] for word in told if (parsed := parse_claim_number(word))}
    rows = Claim.objects.filter(
        Q(payer_control_number__in=told) | Q(sequence__in=sequences.values())
    )
    for row in rows.only("pk", "sequence", "payer_control_number"):
        found[row.payer_control_number].add(row.pk)
        for word, sequence in sequences.items():
            if sequence == row.sequence:
                found[word].add(row.pk)
    versions = ClaimVersion.objects.filter(claim_number__in=told)
    for number, claim in versions.values_list("claim_number", "claim"):
        found[number].add(claim)
    named = {text: set().union(*(found[w] for w in some)) for text, some in words.items()}
    return {text: next(iter(ids)) for text, ids in named.items() if len(ids) == 1}


def _words(reference: str) -> list[str]:
    whole = reference.strip()
    return [w for w in dict.fromkeys([whole, *whole.split()]) if len(w) >= _SHORTEST]


def carried() -> Sequence[Carried]:
    """Everything that is under way between checks, the largest first. Balances forward are told by
    payer, since each check names them as it likes; all else by payer and reference."""
    sums: dict[tuple[str, str], list[ProviderAdjustment]] = defaultdict(list)
    rows = ProviderAdjustment.objects.select_related(
        "remittance__payer", "remittance__organization", "claim__client"
    )
    for row in rows.order_by("pk"):
        if provider_reason(row.reason).account is Account.RECOUPMENT:
            payer = row.remittance.payer_identifier or row.remittance.payer_name
            key = FORWARD if row.reason == FORWARD else row.reference or f"{row.reason} {row.pk}"
            sums[payer, key].append(row)
    found = [_carried(key, some) for (_, key), some in sums.items()]
    return sorted((c for c in found if c.cents), key=lambda c: -abs(c.cents))


def _carried(key: str, told: Sequence[ProviderAdjustment]) -> Carried:
    rows = _since_it_was_even(told)
    last = rows[-1]
    payer = last.remittance.payer
    return Carried(
        payer=payer.name if payer else last.remittance.payer_name,
        reference="Balance forward" if key == FORWARD else key,
        claim=next((row.claim for row in rows if row.claim), None),
        cents=-sum(row.amount_cents for row in told),
        checks=len({row.remittance_id for row in rows}),
        first_id=rows[0].pk,
        since=decided_on(rows[0].remittance),
        last=max(decided_on(row.remittance) for row in rows),
    )


def _since_it_was_even(rows: Sequence[ProviderAdjustment]) -> Sequence[ProviderAdjustment]:
    """Those of the present balance: what came after it last stood at zero, or turned round; all of
    them where it stands at zero now."""
    sums = list(accumulate(row.amount_cents for row in rows))
    for place in range(len(rows) - 1, 0, -1):
        if sums[place - 1] * sums[-1] <= 0 and sums[-1]:
            return rows[place:]
    return rows
