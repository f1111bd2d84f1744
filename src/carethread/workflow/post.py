"""A remittance becomes money on the right lines, or waits; it is never guessed.

One check is posted whole in its file's transaction: its claims' rows, their matches, their
transfers, the state of each claim. An unbalanced or foreign remittance quarantines its file.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Prefetch, Q

from carethread.record import ledger as books
from carethread.record.models import (
    Charge,
    Claim,
    ClaimEvent,
    ClaimState,
    ClaimVersion,
    EdiFile,
    LineMatch,
    Match,
    Organization,
    Remittance,
    RemittedClaim,
    Transfer,
    User,
)
from carethread.rules.clocks import plausible
from carethread.rules.match import ClaimMatch, match
from carethread.rules.next_payer import FORWARDED
from carethread.rules.post import (
    FORWARDED_AWAY,
    EarlierPosting,
    LineState,
    Posting,
    Standing,
    check_moves,
    set_aside,
)
from carethread.rules.post import post as decide
from carethread.rules.words import dollars
from carethread.workflow import gather
from carethread.workflow.authorizations import units
from carethread.workflow.claims import recheck
from carethread.workflow.common import ledger
from carethread.workflow.common.quarantine import Quarantined
from carethread.workflow.remittances import deposits, next_payer, remitted
from carethread.workflow.remittances.candidates import Candidates
from carethread.workflow.remittances.remitted import Received
from carethread.x12 import remittance as wire

UNDONE = "undo"  # source of transfers by which a person took a posting back


def take(said: wire.Remittance, file: EdiFile, _position: int, now: datetime) -> None:
    """Post one check of a file that has come."""
    post_check(file, said, now=now)


@transaction.atomic
def post_check(file: EdiFile, said: wire.Remittance, *, now: datetime) -> Remittance | None:
    """Post one check. None where it was posted before (the same check in another file).

    Raises Quarantined where it does not balance or is meant for somebody else.
    """
    _refuse_unbalanced(said)
    _refuse_foreign(file.organization, said)
    _refuse_its_day(said, gather.service_date(file.organization, now))
    if _posted_before(said):
        return None
    check = remitted.check(file, said, now=now)
    books.post(
        ledger.transfers(
            file.organization, check_moves(said), source="post", now=now, remittance=check
        )
    )
    received = next_payer.crossed_over(check, remitted.claims(check, said.claims), now=now)
    payer = remitted.payer_names(check, said)
    for batch in _batches(received, Candidates(received), payer):
        _post_batch(check, batch, now)
    _close(check, now)
    deposits.settle(file.organization, now=now)
    return check


# -------------------------------------------------------------------------------------- refusing


def _refuse_its_day(said: wire.Remittance, today: date) -> None:
    if said.paid_on is not None and not plausible(said.paid_on, today):
        raise Quarantined(
            f"Check {said.trace} is dated {said.paid_on}, which cannot be. Ask the payer for a "
            "corrected remittance."
        )


def _refuse_unbalanced(said: wire.Remittance) -> None:
    for claim in said.claims:
        if not claim.is_balanced:
            raise Quarantined(
                f"Claim {claim.claim_id} in check {said.trace} does not balance: its charge less "
                "its adjustments is not what was paid. Ask the payer for a corrected remittance."
            )
    if not said.is_balanced:
        raise Quarantined(
            f"Check {said.trace} does not balance: its claims less its provider adjustments are "
            "not its amount. Ask the payer for a corrected remittance."
        )


def _refuse_foreign(organization: Organization, said: wire.Remittance) -> None:
    numbers = {said.payee.id, *(r.value for r in said.payee.references)}
    if not numbers & {organization.npi, organization.tin}:
        raise Quarantined(
            f"Check {said.trace} is made out to another provider. Nothing of it was posted."
        )


def _posted_before(said: wire.Remittance) -> bool:
    """Whether this very check is posted. Another one under its number quarantines the file."""
    payer = remitted.payer_of(said)
    same = Q(payer_identifier=said.payer_identifier)
    if payer is not None:
        same |= Q(payer=payer)  # typed from paper, it has no number of the payer's
    before = Remittance.objects.filter(
        same, trace=said.trace, amount_cents=said.signed_amount
    ).first()
    if before is None:
        return False
    told = before.claims.order_by("position").values_list(
        "claim_number", "status", "charge_cents", "paid_cents"
    )
    if list(told) != [(c.claim_id[:38], c.status, c.charge, c.paid) for c in said.claims]:
        raise Quarantined(
            f"A check {said.trace} of this payer and amount was posted before, with other claims. "
            "Ask the payer which of the two counts."
        )
    return True


# -------------------------------------------------------------------------------------- matching


@dataclass(slots=True)
class Found:
    """A remitted claim with the verdict on which of our claims it speaks of."""

    received: Received
    verdict: ClaimMatch
    version: ClaimVersion | None


def _batches(
    received: Sequence[Received], candidates: Candidates, payer: tuple[str, ...]
) -> Iterator[list[Found]]:
    """Remitted claims with their verdicts, cut so that no batch speaks of one claim twice: a
    correction has to see the reversal before it."""
    batch: list[Found] = []
    claims: set[int] = set()
    for one in received:
        verdict = match(one.said, candidates.of(one.said), payer)
        version = candidates.versions[verdict.claim.version_id] if verdict.claim else None
        if version is not None and version.claim_id in claims:
            yield batch
            batch, claims = [], set()
        batch.append(Found(one, verdict, version))
        if version is not None:
            claims.add(version.claim_id)
    if batch:
        yield batch


# -------------------------------------------------------------------------------------- posting


@dataclass(slots=True)
class Result:
    """Rows that a batch adds, inserted together at its end."""

    matches: list[Match] = field(default_factory=list)
    line_matches: list[LineMatch] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    events: list[ClaimEvent] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    paid_charges: set[int] = field(default_factory=set)
    reversed_charges: set[int] = field(default_factory=set)


def _post_batch(check: Remittance, batch: Sequence[Found], now: datetime) -> None:
    standing = standing_of([one.version for one in batch if one.version is not None])
    result = Result()
    for one in batch:
        if one.version is None:
            _leave_waiting(check, one, one.verdict.reasons, result, now)
            continue
        posting = decide(one.received.said, one.verdict, standing[one.version.claim_id])
        if posting.waits:
            _leave_waiting(check, one, posting.waits, result, now)
        else:
            accept(check, one, one.version, posting, result, now)
    insert(result, now)


def accept(
    check: Remittance,
    one: Found,
    version: ClaimVersion,
    posting: Posting,
    result: Result,
    now: datetime,
    user: User | None = None,
) -> None:
    """A certain match: its transfers, line by line, and what it makes of the claim."""
    result.transfers += ledger.transfers(
        check.organization, posting.moves, source="post", now=now,
        remittance=check, claim=one.received.row, lines=one.received.lines, user=user,
    )  # fmt: skip
    result.matches.append(
        _match(
            one.received.row,
            "matched",
            version,
            "; ".join(dict.fromkeys(line.how for line in one.verdict.lines)),
            now,
            user,
        )
    )
    lines = {line.charge_version.charge_id: line for line in version.lines.all()}
    result.line_matches += [
        LineMatch(
            organization_id=check.organization_id,
            remitted_line=one.received.lines[line.position],
            claim_line=lines[line.charge_id],
        )
        for line in one.verdict.lines
        if line.charge_id in lines and line.position in one.received.lines
    ]
    result.paid_charges |= _charges(posting, LineState.PAID)
    result.reversed_charges |= _charges(posting, LineState.REVERSED)
    _move_claim(check, one, version, posting, result, now)


def _charges(posting: Posting, state: LineState) -> set[int]:
    return {outcome.charge_id for outcome in posting.outcomes if outcome.state is state}


def _move_claim(
    check: Remittance,
    one: Found,
    version: ClaimVersion,
    posting: Posting,
    result: Result,
    now: datetime,
) -> None:
    claim = version.claim
    state = _state_after(posting)
    if state is ClaimState.ACCEPTED and claim.current and claim.current.frequency == "8":
        state = ClaimState.CLOSED  # It was taken back at our own asking.
    if claim.current_id != version.pk and claim.state in (ClaimState.QUEUED, ClaimState.SENT):
        state = None  # A newer version is on its way: its own answer will say.
    before = claim.state
    if one.received.said.payer_control_number:
        claim.payer_control_number = one.received.said.payer_control_number
    if state is not None and claim.state not in (ClaimState.HELD, ClaimState.READY):
        claim.state, claim.state_since = state, now
    result.claims.append(claim)
    result.events.append(
        ClaimEvent(
            organization_id=check.organization_id,
            claim=claim,
            state_from=before,
            state_to=claim.state,
            words=_words(check, one.received.said, posting)[:500],
            file_id=check.file_id,
            at=now,
        )
    )


def _state_after(posting: Posting) -> ClaimState | None:
    """What a posting makes of its claim. Taken back: the payer is still to say."""
    states = {outcome.state for outcome in posting.outcomes}
    if not states:
        return None
    if LineState.REVERSED in states:
        return ClaimState.ACCEPTED
    if states == {LineState.DENIED}:
        return ClaimState.DENIED
    refused = posting.denials or posting.still_refused
    return ClaimState.PARTIAL if refused else ClaimState.PAID


def _words(check: Remittance, said: wire.RemittedClaim, posting: Posting) -> str:
    if posting.undoes is not None:
        return f"{check.payer_name} took its earlier answer back (check {check.trace})."
    if said.status == FORWARDED_AWAY:
        return f"{check.payer_name} says that it is not its claim, and {_passed_on(said)}."
    paid = sum(outcome.paid for outcome in posting.outcomes)
    patient = sum(outcome.patient for outcome in posting.outcomes)
    denied = sum(denial.amount for denial in posting.denials)
    parts = [f"paid {dollars(paid)}"]
    if patient:
        parts.append(f"left {dollars(patient)} to the patient")
    if denied:
        reasons = ", ".join(
            dict.fromkeys(f"{d.adjustment.group}-{d.adjustment.reason}" for d in posting.denials)
        )
        parts.append(f"refused {dollars(denied)} ({reasons})")
    if said.status in FORWARDED:
        parts.append(_passed_on(said))
    return f"{check.payer_name} {', '.join(parts)} (check {check.trace})."


def _passed_on(said: wire.RemittedClaim) -> str:
    to = said.crossover_payer.name if said.crossover_payer else ""
    return f"forwarded it to {to or 'another payer'}"


def _leave_waiting(
    check: Remittance,
    one: Found,
    reasons: Sequence[str],
    result: Result,
    now: datetime,
) -> None:
    """Nobody can be sure: the payment is set aside, and a person will look."""
    result.transfers += ledger.transfers(
        check.organization, set_aside(one.received.said), source="post", now=now,
        remittance=check, claim=one.received.row, lines=one.received.lines,
    )  # fmt: skip
    result.matches.append(_match(one.received.row, "waiting", None, " ".join(reasons), now))


def _match(
    row: RemittedClaim,
    state: str,
    version: ClaimVersion | None,
    reason: str,
    now: datetime,
    user: User | None = None,
) -> Match:
    return Match(
        organization_id=row.organization_id,
        remitted=row,
        state=state,
        version=version,
        reason=reason[:500],
        user=user,
        at=now,
    )


def insert(result: Result, now: datetime) -> None:
    Match.objects.bulk_create(result.matches)
    LineMatch.objects.bulk_create(result.line_matches)
    books.post(result.transfers)
    Claim.objects.bulk_update(
        result.claims, ["state", "state_since", "payer_control_number"], batch_size=500
    )
    ClaimEvent.objects.bulk_create(result.events)
    recheck.later_than(claim.pk for claim in result.claims)
    units.settle(result.paid_charges, result.reversed_charges, now=now)


def standing_of(versions: Sequence[ClaimVersion]) -> Mapping[int, Standing]:
    """Where each claim stands in the ledger: what is owed, and what was posted to it before."""
    claims = {version.claim_id for version in versions}
    receivable: dict[int, dict[int, int]] = defaultdict(dict)
    owed = Charge.objects.filter(_billed_by(claims)).values_list(
        "pk", "versions__claim_lines__version__claim", "payer_receivable_cents"
    )
    elsewhere = gather.not_this_payers(claims)
    for charge, claim, cents in owed:
        receivable[claim][charge] = cents + elsewhere.get((claim, charge), 0)
    earlier: dict[int, list[EarlierPosting]] = defaultdict(list)
    before = (
        RemittedClaim.objects.filter(match__version__claim__in=claims, match__state="matched")
        .select_related("match__version")
        .prefetch_related(Prefetch("transfers", Transfer.objects.select_related("reversed_by")))
        .order_by("pk")
    )
    for row in before:
        assert row.match.version is not None
        earlier[row.match.version.claim_id].append(
            EarlierPosting(
                id=row.pk,
                charge=row.charge_cents,
                paid=row.paid_cents,
                payer_control_number=row.payer_control_number,
                transfers=ledger.standing(
                    t for t in row.transfers.all() if t.charge_id and t.source != UNDONE
                ),
            )
        )
    return {c: Standing(receivable.get(c, {}), tuple(earlier.get(c, ()))) for c in claims}


def _billed_by(claims: set[int]) -> Q:
    """Charges that any version of these claims billed."""
    return Q(versions__claim_lines__version__claim__in=claims)


def _close(check: Remittance, now: datetime) -> None:
    """A deposit is closed when its claims less its provider adjustments are its amount."""
    check.refresh_from_db(fields=["payer_deposit_cents"])
    if check.payer_deposit_cents == 0:
        check.closed_at = now
        check.save(update_fields=["closed_at"])
