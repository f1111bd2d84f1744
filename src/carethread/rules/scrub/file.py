"""Anybody's 837 file under the same rules: each claim with the context that it can have.

Known is what the file itself tells: the day it was made, and the other lines of the same client
in it. Whoever knows more gives it as JSON: fields of `ScrubContext` by claim number, and under
"*" for every claim.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from carethread.rules.facts import BilledLine
from carethread.rules.finding import Finding
from carethread.rules.scrub import ScrubContext, scrub
from carethread.rules.scrub.known import renderer
from carethread.x12.claim import Claim, ClaimFile
from carethread.x12.reader import read

EVERY = "*"
_CONTEXT: TypeAdapter[ScrubContext] = TypeAdapter(ScrubContext)
_AT_MOST = 200  # lines of one client that a claim is compared with


class WrongContext(ValueError):
    """A context that cannot be read; the message says where."""


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """One claim of a file with what the rules say of it."""

    claim: Claim
    findings: tuple[Finding, ...]


def scrub_file(data: bytes, told: Mapping[str, Any] | None = None) -> list[Scrubbed]:
    """Every claim of the 837s in the file. Raises `Unreadable` for what is no X12, `WrongContext`
    for a context that makes no sense."""
    known = dict(told or {})
    found = []
    for transaction in read(data).transactions:
        if isinstance(transaction, ClaimFile):
            around = _by_client(transaction)
            for claim in transaction.claims:
                context = _context(transaction, claim, around, known)
                found.append(Scrubbed(claim, scrub(claim, context)))
    return found


def _context(
    file: ClaimFile,
    claim: Claim,
    around: Mapping[tuple[str, ...], list[BilledLine]],
    told: Mapping[str, Any],
) -> ScrubContext:
    fields = {**told.get(EVERY, {}), **told.get(claim.claim_id, {})}
    try:
        given = _CONTEXT.validate_python(fields)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise WrongContext(f"claim {claim.claim_id}: {place}: {first['msg']}") from wrong
    others = tuple(b for b in around[_client(claim)] if b.claim_id != claim.claim_id)
    return replace(
        given, today=given.today or file.created_on, billed=given.billed or others[:_AT_MOST]
    )


def _by_client(file: ClaimFile) -> Mapping[tuple[str, ...], list[BilledLine]]:
    """What the file bills for each client; claims that take something back are left out."""
    found: dict[tuple[str, ...], list[BilledLine]] = defaultdict(list)
    for claim in file.claims:
        if claim.frequency != "8":
            found[_client(claim)] += _lines(claim)
    return found


def _lines(claim: Claim) -> Iterator[BilledLine]:
    for n in claim.lines:
        npi = renderer(claim, n).npi
        yield BilledLine(claim.claim_id, n.procedure, n.modifiers, n.service_from, npi,
                         int(n.units))  # fmt: skip


def _client(claim: Claim) -> tuple[str, ...]:
    person = claim.patient or claim.subscriber
    return (claim.payer.id, claim.subscriber.party.id, person.party.first_name.casefold())
