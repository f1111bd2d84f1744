"""Payments that a person settles: which claim is meant, that it is not ours, and all of it back.

What is undone is a reversal: the money goes back to where it was set aside, every balance is what
it was, and the payment waits for its claim again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from carethread.codes.accounts import Account
from carethread.record import ledger as books
from carethread.record.models import (
    Case,
    CaseKind,
    Claim,
    ClaimEvent,
    ClaimState,
    ClaimVersion,
    LineMatch,
    Match,
    RemittedClaim,
    Transfer,
    User,
)
from carethread.rules.match import Candidate, compared
from carethread.rules.match import match_by_hand as match_chosen
from carethread.rules.post import MONEY, set_apart_again
from carethread.rules.post import post as decide
from carethread.rules.words import listing
from carethread.workflow import bill, post
from carethread.workflow.authorizations import units
from carethread.workflow.casework import history
from carethread.workflow.claims import recheck
from carethread.workflow.common import ledger, wire_format
from carethread.workflow.common.errors import refuse
from carethread.workflow.common.locks import held, locked
from carethread.workflow.gather.submitted import as_submitted, versions
from carethread.workflow.remittances.remitted import Received
from carethread.x12.remittance import REVERSAL

_ANSWERED = (ClaimState.PAID, ClaimState.PARTIAL, ClaimState.DENIED, ClaimState.CLOSED,
             ClaimState.ACCEPTED)  # fmt: skip

_REFUSED = (ClaimState.DENIED, ClaimState.PARTIAL)
_SETTLED = (ClaimState.PAID, ClaimState.CLOSED)


@transaction.atomic
def match_by_hand(
    waiting: Match, version: ClaimVersion, *, user: User, now: datetime, reason: str = ""
) -> Match:
    """A person says which claim is meant: the money set aside goes to its lines. Where the payer
    speaks of somebody else, that needs a reason."""
    waiting = _still_waiting(waiting)
    cases = _cases_of(waiting)
    received = _received_again(waiting.remitted)
    Claim.objects.select_for_update(of=("self",), no_key=True).get(pk=version.claim_id)
    (version,) = versions(Q(pk=version.pk))
    sent = as_submitted(version)
    doubt = _another_person(compared(received.said, sent))
    if doubt and not reason.strip():
        raise refuse(f"{doubt} Say why it is meant nevertheless.", "reason")
    verdict = match_chosen(received.said, sent)
    if not verdict.is_certain:
        raise refuse(" ".join(verdict.reasons) or "The lines do not fit that claim.")
    standing = post.standing_of([version])[version.claim_id]
    posting = decide(received.said, verdict, standing, source=Account.UNAPPLIED)
    if posting.waits:
        raise refuse(" ".join(posting.waits))
    result = post.Result()
    check = waiting.remitted.remittance
    post.accept(check, post.Found(received, verdict, version), version, posting, result, now, user)
    (made,) = result.matches
    result.matches = []
    result.line_matches = _fresh(result.line_matches)
    post.insert(result, now)
    words = f"Matched by {user}. {made.reason}"
    if doubt:
        words = f"Matched by {user}, because: {reason.strip()} {doubt} {made.reason}"
        for case in cases:
            history.told(case, words, now, user).save()
    _close(cases, f"Matched by {user} to claim {version.claim_number}.", user, now)
    return _settle_match(waiting, "matched", version, words, user, now)


def _another_person(chosen: Candidate) -> str:
    """How the payer speaks of somebody else than the claim's client; empty where it does not."""
    sides = chosen.another_person
    told = listing(f"{side.name} {side.told}" for side in sides)
    ours = listing(f"{side.name} {side.ours}" for side in sides)
    return f"The payer says {told}, this claim {ours}." if sides else ""


@transaction.atomic
def not_ours(waiting: Match, *, user: User, reason: str, now: datetime) -> Match:
    """A person says that this payment is not for us. Its money stays set aside until it is
    given back."""
    waiting = _still_waiting(waiting)
    if not reason.strip():
        raise refuse("Say why this payment is not ours.", "reason")
    _close(_cases_of(waiting), f"Not ours, says {user}: {reason.strip()}", user, now)
    return _settle_match(waiting, "not_ours", None, reason.strip(), user, now)


@transaction.atomic
def ours_after_all(settled: Match, *, user: User, now: datetime) -> Match:
    """Take back that a payment is not ours: it waits for its claim again, and so does its case."""
    row = locked(settled)
    if row.state != "not_ours":
        raise refuse("Nobody has said that this payment is not ours.")
    _wait_again(row, f"{user} takes back that it is not ours.", user, now)
    reason = f"{user} takes back that it is not ours ({row.reason})."
    row.state, row.reason, row.user = "waiting", reason[:500], user
    row.save()
    return row


@transaction.atomic
def undo(matched: Match, *, reason: str, user: User, now: datetime) -> Match:
    """Take a posting back: every transfer of it that stands is reversed, the money is set aside,
    and the payment waits for its claim. A reversal that is undone gives back what it took.

    The newest answer of a claim is undone first.
    """
    row = _posted(matched)
    if not reason.strip():
        raise refuse("Say why the posting is undone.", "reason")
    assert row.version is not None
    about = Q(remitted_claim=row.remitted) | Q(source=f"unmatched:{row.pk}")
    # What was short is `underpaid`'s to settle, line by line, with its case.
    cases = list(held(Case.objects.filter(about).exclude(kind=CaseKind.UNDERPAYMENT)))
    (claim,) = held(Claim.objects.filter(pk=row.version.claim_id))
    _refuse_buried(row, claim)
    taken = _taken_by(row)
    made = _restored(row, taken, user, now) if taken else _reversed(row, user, now)
    books.post(made)
    paid = {t.charge_id for t in made if t.charge_id and t.debit in MONEY}
    owed = {t.charge_id for t in made if t.charge_id and t.credit in MONEY}
    units.settle(paid, owed, now=now)
    words = f"{user} undid what check {row.remitted.remittance.trace} had posted: {reason.strip()}"
    _state_before(claim, row, words, user, now)
    recheck.of([claim])
    recheck.later_than([claim.pk])
    _close(cases, "The posting was undone.", user, now)
    _wait_again(row, words, user, now)
    return _settle_match(row, "waiting", None, words, user, now)


def _posted(matched: Match) -> Match:
    row = locked(matched, "remitted__remittance__organization", "version")
    if row.state != "matched":
        raise refuse("This payment is not posted.")
    return row


def _refuse_buried(row: Match, claim: Claim) -> None:
    """What a later answer stands on is not pulled out from under it."""
    after = Q(at__gt=row.at) | Q(at=row.at, remitted__gt=row.remitted_id)
    on_it = Match.objects.filter(after, state="matched", version__claim=claim)
    later = on_it.select_related("remitted__remittance").order_by("-at", "-remitted").first()
    if later is not None:
        trace = later.remitted.remittance.trace
        raise refuse(f"A later answer stands on it, in check {trace}. Undo that one first.")
    if Match.objects.filter(state="matched", version__claim__after=claim).exists():
        raise refuse("The next payer has answered on it already. Undo that answer first.")


def _own(row: Match) -> Iterable[Transfer]:
    """What this posting moved on charges, and what became of it since: handed on, written off or
    left to the patient. What an earlier posting of the same answer moved is older, and undone."""
    return Transfer.objects.filter(
        remitted_claim=row.remitted, charge__isnull=False, made_at__gte=row.at
    ).exclude(source=post.UNDONE)


def _taken_by(row: Match) -> Sequence[Transfer]:
    """What a reversal took back; nothing where the posting is none."""
    if row.remitted.status != REVERSAL:
        return []
    ids = [t.reverses_id for t in _own(row) if t.reverses_id]
    return list(Transfer.objects.filter(pk__in=ids).order_by("pk"))


def _reversed(row: Match, user: User, now: datetime) -> list[Transfer]:
    standing = ledger.standing(
        Transfer.objects.filter(pk__in=[t.pk for t in _own(row)])
        .select_related("reversed_by")
        .order_by("pk")
    )
    if not standing:
        return []
    check, moves = row.remitted.remittance, set_apart_again(standing)
    return ledger.transfers(
        check.organization, moves, source=post.UNDONE, now=now, remittance=check,
        claim=row.remitted, user=user,
    )  # fmt: skip


def _restored(row: Match, taken: Sequence[Transfer], user: User, now: datetime) -> list[Transfer]:
    """The answers that were taken back stand again, paid out of what is set aside here."""

    def account(name: str) -> str:
        return Account.UNAPPLIED.value if name in MONEY else name

    return [
        Transfer(
            organization_id=one.organization_id,
            debit=account(one.debit),
            credit=account(one.credit),
            amount_cents=one.amount_cents,
            code=one.code,
            source=one.source,
            charge_id=one.charge_id,
            remittance=row.remitted.remittance,
            remitted_claim_id=one.remitted_claim_id,
            remitted_line_id=one.remitted_line_id,
            user=user,
            made_at=now,
        )
        for one in taken
    ]


def _state_before(claim: Claim, row: Match, words: str, user: User, now: datetime) -> None:
    """The claim's state goes back to where the posting found it, unless it has moved on since.
    What a person settled of it by then is taken back as well."""
    states = [claim.state, *(_REFUSED if claim.state in _SETTLED else ())]
    events = ClaimEvent.objects.filter(claim=claim, file=row.remitted.remittance.file_id)
    made = events.filter(state_to__in=states).order_by("-pk").first()
    moves_back = made is not None and claim.state in _ANSWERED
    state = ClaimState(made.state_from) if made and moves_back else ClaimState(claim.state)
    bill.move(claim, state, words[:500], now=now, user=user)


def _wait_again(row: Match, words: str, user: User, now: datetime) -> None:
    """The case of a waiting payment, where there was one, is open again."""
    for case in _cases_of(row):
        history.reopen(case, words, now, user)


def _cases_of(row: Match) -> list[Case]:
    """The case of a waiting payment, where there was one, locked."""
    return list(held(Case.objects.filter(source=f"unmatched:{row.pk}")))


def _close(cases: Iterable[Case], how: str, user: User, now: datetime) -> None:
    for case in cases:
        if case.state != "closed":
            history.close_as(case, how, now, user)


def _fresh(rows: Sequence[LineMatch]) -> list[LineMatch]:
    """Without those that an earlier posting, undone since, has left."""
    known = set(
        LineMatch.objects.filter(remitted_line__in=[r.remitted_line_id for r in rows])
        .values_list("remitted_line", "claim_line")
    )  # fmt: skip
    return [r for r in rows if (r.remitted_line_id, r.claim_line_id) not in known]


def _still_waiting(waiting: Match) -> Match:
    row = locked(waiting, "remitted__remittance__organization")
    if row.state != "waiting":
        raise refuse("Somebody has settled this payment already.")
    return row


def _received_again(row: RemittedClaim) -> Received:
    said = wire_format.remitted_from_json(row.content)
    lines = {line.number - 1: line for line in row.lines.all()}
    return Received(said, row, lines)


def _settle_match(
    row: Match, state: str, version: ClaimVersion | None, reason: str, user: User, now: datetime
) -> Match:
    row.state, row.version, row.reason, row.user, row.at = state, version, reason[:500], user, now
    if version is not None:
        row.compared_at = None  # What it pays is to be held against that claim's contract.
    row.save()
    return row
