"""What a payer left to the patient is asked of the client's next policy first.

`run` hands on what answered claims left: a claim to the next payer, `after` the one that was
answered, and the money from the patient's side to the payer's. What that claim says of the earlier
payer is computed from the posted rows at every look (`gather.told`); nobody types it. A reversal
takes back what was handed on together with the answer that left it, since the transfers name that
answer; what has left by then is corrected once the earlier payer has answered anew
(`bill.bring_back`). What was refused is handed on in the same way: the refusal stands, and what
hands it on stands on it (`insight.refusals`).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from carethread.codes.accounts import Account
from carethread.insight import refusals
from carethread.insight.turns import REFUSED, OpenTurn, open_turns
from carethread.record import ledger as books
from carethread.record.models import (
    Case,
    CaseKind,
    Charge,
    Claim,
    ClaimState,
    Organization,
    PatientPayment,
    Remittance,
    Transfer,
    User,
)
from carethread.rules.identity import parse_claim_number
from carethread.rules.post import Move
from carethread.rules.words import dollars
from carethread.workflow import bill, gather, submit
from carethread.workflow.casework import history
from carethread.workflow.claims import recheck
from carethread.workflow.common import ledger, numbers
from carethread.workflow.common.errors import refuse
from carethread.workflow.common.locks import held, lock
from carethread.workflow.patients import patient_money
from carethread.workflow.remittances import candidates
from carethread.workflow.remittances.remitted import Received

_CODE = "NEXT-PAYER"
_ANSWERED = (ClaimState.PAID,)
_DAY = F("service_from")


# -------------------------------------------------------------------------------------- due


def due() -> list[OpenTurn]:
    """Wholly answered claims that left something to a patient who has another policy. One that was
    refused in part waits until that is settled, or a person says that it goes on as it is."""
    return [turn for turn in open_turns() if turn.claim.state in _ANSWERED]


def due_withdrawals() -> "QuerySet[Claim]":
    """Claims to later payers that never left, and whose policy turns out not to hold."""
    return Claim.objects.filter(
        Q(coverage__effective_from__gt=_DAY) | Q(coverage__effective_to__lt=_DAY),
        after__isnull=False,
        current__isnull=True,
        state__in=bill.WAITING,
    ).order_by("pk")


def run(organization: Organization, *, now: datetime) -> int:
    """Do all that is due for one organization; the number of claims made or taken back."""
    for claim in due_withdrawals():
        _withdraw(claim, "The policy does not hold on that day.", now=now)
    return _hand_on_all(due(), organization, now)


def hand_on(check: Remittance, *, now: datetime) -> int:
    """The same for what one check has left, at once, where a person has posted it and looks."""
    answered = Claim.objects.filter(
        pk__in=check.claims.values("match__version__claim"), state__in=_ANSWERED
    )
    turns = [turn for claim in answered.order_by("pk") for turn in open_turns(claim=claim)]
    return _hand_on_all(turns, check.organization, now)


def _hand_on_all(turns: Sequence[OpenTurn], organization: Organization, now: datetime) -> int:
    made = [later for turn in turns if (later := _hand_on(turn, now=now))]
    bill.look_at(made, organization, now=now)
    return len(made)


# -------------------------------------------------------------------------------------- handing on


@transaction.atomic
def _hand_on(seen: OpenTurn, *, now: datetime, user: User | None = None) -> Claim | None:
    """The claim to the next payer, and the money that is asked of it; None where the turn is over.
    `user` is who sent it on although something was refused."""
    lock(Claim.objects.filter(Q(pk=seen.claim.pk) | Q(after=seen.claim.pk)))
    turns = open_turns(claim=seen.claim, refused_too=user is not None)
    if not turns or (user is None and turns[0].claim.state not in _ANSWERED):
        return None
    turn = turns[0]
    charges = lock(Charge.objects.filter(pk__in={row.charge_id for row in turn.left}))
    lock(PatientPayment.objects.filter(client=turn.claim.client_id))
    patient_money.take_off(charges, now=now)
    later = _claim_of(turn, now)
    for answer in {row.remitted_claim for row in turn.left if row.remitted_claim}:
        left = [row for row in turn.left if row.remitted_claim_id == answer.pk]
        books.post(
            ledger.transfers(
                later.organization, _moves(left), source=gather.HANDED_ON, now=now,
                remittance=answer.remittance, claim=answer, user=user,
                lines={row.remitted_line.number - 1: row.remitted_line
                       for row in left if row.remitted_line},
            )
        )  # fmt: skip
    words = f"{turn.coverage.payer} is asked for {dollars(turn.cents)} that was left."
    bill.record_event(turn.claim, turn.claim.state, turn.claim.state, words, now=now, user=user)
    return later


def _moves(left: Sequence[Transfer]) -> list[Move]:
    """The patient's share back to a payer, and what was refused asked of another."""
    return [
        Move(
            Account.PAYER_RECEIVABLE,
            Account(row.debit),
            row.amount_cents,
            row.code if row.debit == Account.DENIED else _CODE,
            row.charge_id,
            line=row.remitted_line.number - 1 if row.remitted_line else None,
        )
        for row in left
    ]


def _claim_of(turn: OpenTurn, now: datetime) -> Claim:
    """The claim to the next payer: the one that was made before, or a new one."""
    known = Claim.objects.filter(after=turn.claim, coverage=turn.coverage).first()
    if known is not None:
        if known.state == ClaimState.CLOSED:
            if known.current is not None and known.current.frequency == "8":
                known.payer_control_number = ""  # It was voided: that payer has none of it.
            bill.move(known, ClaimState.HELD, "The earlier payer has answered anew.", now=now)
        recheck.of([known])
        return known
    before = turn.claim
    (sequence,) = numbers.take(before.organization, "claim")
    claim = Claim.objects.create(
        organization=before.organization,
        sequence=sequence,
        form=before.form,
        episode=before.episode,
        client=before.client,
        coverage=turn.coverage,
        payer=turn.coverage.payer,
        practitioner_id=before.practitioner_id,
        first=before.first or before,
        after=before,
        service_from=before.service_from,
        service_to=before.service_to,
        state=ClaimState.HELD,
        state_since=now,
        charge_cents=before.charge_cents,
    )
    words = f"Made from what {before.payer} left on claim {before.sequence}."
    bill.record_event(claim, "", ClaimState.HELD, words, now=now)
    return claim


# -------------------------------------------------------------------------------------- taking back


@transaction.atomic
def _withdraw(
    claim: Claim, words: str, *, now: datetime, user: User | None = None, reason: str = ""
) -> None:
    """A claim that never left is closed. What was left to the patient is the patient's again, and
    what was refused is refused again: its case is open anew."""
    cases = list(held(_denials(claim.after_id)))
    lock(Claim.objects.filter(Q(pk=claim.pk) | Q(pk=claim.after_id)))
    locked = Claim.objects.get(pk=claim.pk)
    if locked.state not in bill.WAITING or locked.current_id is not None:
        return
    handed = list(gather.handings_on([locked.after_id or 0]).order_by("pk"))
    lock(Charge.objects.filter(pk__in={row.charge_id for row in handed}))
    books.post([_opposite(row, now, user) for row in handed])
    for case in cases:
        if case.state == "closed" and refusals.of_case(case):
            history.reopen(case, f"{claim.payer} is not asked: {words}", now, user)
    locked.stopped_reason = reason
    bill.move(locked, ClaimState.CLOSED, words, now=now, user=user)


def _denials(claim: int | None) -> "QuerySet[Case]":
    return Case.objects.filter(claim=claim, kind=CaseKind.DENIAL)


def _opposite(row: Transfer, now: datetime, user: User | None) -> Transfer:
    """It names no answer: whoever takes the answer back has nothing to do with this."""
    return books.opposite(row, code=row.code, source=gather.HANDED_ON, now=now, user=user)


def leave_to_patient(claim: Claim, *, user: User, reason: str, now: datetime) -> None:
    """A person decides that this payer is not asked: the patient owes what the earlier one left.
    Refused once the claim has left."""
    if not reason.strip():
        raise refuse("Say why this payer is not asked.", "reason")
    if claim.after_id is None:
        raise refuse("Nobody was asked before this payer.")
    _withdraw(claim, f"Left to the patient: {reason.strip()}"[:500], now=now, user=user,
              reason=reason.strip()[:300])  # fmt: skip
    claim.refresh_from_db()
    if claim.state != ClaimState.CLOSED:
        raise refuse("This claim has left already: its payer is to answer.")


@transaction.atomic
def bill_next(claim: Claim, *, user: User, now: datetime) -> Claim:
    """A person sends on a claim that was refused, in whole or in part: the next payer is asked for
    what was refused as well, and told why. Refused where no other policy pays after this one."""
    cases = list(held(_denials(claim.pk).exclude(state="closed")))
    turns = open_turns(claim=claim, refused_too=True)
    if not turns or turns[0].claim.state not in (*REFUSED, *_ANSWERED):
        raise refuse("No other policy of this client pays after this one on that day.")
    made = _hand_on(turns[0], now=now, user=user)
    if made is None:
        raise refuse("Somebody has sent it on already.")
    for case in cases:
        if refusals.of_case(case) is None:
            words = f"Sent on to {made.payer} as claim {made.sequence}."
            history.close_as(case, words, now, user)
    bill.look_at([made], made.organization, now=now)
    return made


# -------------------------------------------------------------------------------------- crossover


def crossed_over(
    check: Remittance, received: Sequence[Received], *, now: datetime
) -> list[Received]:
    """Answers of a payer to claims that the payer before it forwarded: they carry the number of the
    claim that we sent to that one, and mean the claim to this one, which so was sent without us.
    The others as they are."""
    numbers_told = {parsed[0] for one in received if (parsed := _number(one))}
    meant = _next_claims(check, numbers_told)
    if not meant:
        return list(received)
    candidates.lock_named(received, also={claim.pk for claim in meant.values()})
    for claim in meant.values():
        _sent_by_payer(claim, check, now)
    found = []
    for one in received:
        parsed = _number(one)
        version = meant[parsed[0]].current if parsed and parsed[0] in meant else None
        if version is None:
            found.append(one)
        else:
            said = replace(one.said, claim_id=version.claim_number)
            found.append(Received(said, one.row, one.lines))
    return found


def _number(one: Received) -> tuple[int, int] | None:
    return parse_claim_number(one.said.claim_id)


def _next_claims(check: Remittance, sequences: set[int]) -> dict[int, Claim]:
    """By the number of a claim to another payer, the one to the check's payer that comes after."""
    if check.payer_id is None or not sequences:
        return {}
    rows = (
        Claim.objects.filter(payer=check.payer_id, after__sequence__in=sequences)
        .exclude(after__payer=check.payer_id)
        .select_related("after", "current")
    )
    return {row.after.sequence: row for row in rows if row.after}


def _sent_by_payer(claim: Claim, check: Remittance, now: datetime) -> None:
    """Freeze a claim that still waits as the payer before it forwarded it: its answer is here."""
    claim.refresh_from_db()
    if claim.state not in bill.WAITING or claim.current_id is not None:
        return
    (one,) = bill.prepared([claim], check.organization, now) or (None,)
    if one is None:
        return
    submit.freeze_versions([one], check.file, now)
    one.row.stopped_reason = ""
    one.row.findings.all().delete()
    words = f"{claim.after and claim.after.payer} had forwarded it, and {claim.payer} has answered."
    bill.move(one.row, ClaimState.ACCEPTED, words, now=now, file_id=check.file_id)
    claim.refresh_from_db()
