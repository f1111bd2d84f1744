"""A remitted claim -> transfers. Prose and figures: docs/algorithms/posting.md.

Every move has two sides, so books balance by construction. Charge-kept accounts (see
`codes.accounts.KEPT_FOR`) belong to the move's `charge_id`, remittance-kept accounts to the
remittance that is being posted.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from carethread.codes.accounts import Account
from carethread.codes.adjustments import Disposition, disposition, provider_reason
from carethread.rules.match import ClaimMatch
from carethread.rules.spread import ToldLine, told_lines
from carethread.rules.words import dollars
from carethread.x12.common import Adjustment
from carethread.x12.remittance import REVERSAL, Remittance, RemittedClaim

PREDETERMINATION = "25"
FORWARDED_AWAY = "23"  # "not our claim": another payer has it now
PAID = "PAID"
LONGEST_CODE = 12
MONEY = frozenset({Account.PAYER_DEPOSIT, Account.UNAPPLIED})

_ACCOUNTS = {
    Disposition.CONTRACTUAL: Account.CONTRACTUAL,
    Disposition.PATIENT: Account.PATIENT_RECEIVABLE,
    Disposition.DENIED: Account.DENIED,
}


@dataclass(frozen=True, slots=True)
class Move:
    """One transfer to make: `amount` cents (> 0) out of `credit` into `debit`.

    `code` says what it is: "CHECK", "PAID", "CHARGE", an adjustment ("CO-45") or a
    provider-level adjustment ("PLB-WO"). `line` is the remitted line's position from 0, None
    where the move concerns the claim or the check. `reverses` is the id of the transfer that
    this one undoes: same kinds of account, other way round. Beware: undoing a payment touches
    the deposit of the remittance *that reverses*, not of the one that first paid.
    """

    debit: Account
    credit: Account
    amount: int
    code: str
    charge_id: int | None = None
    line: int | None = None
    reverses: int | None = None


@dataclass(frozen=True, slots=True)
class StandingTransfer:
    """A transfer in the ledger. `reversed` where another transfer already undoes it."""

    id: int
    debit: Account
    credit: Account
    amount: int
    code: str
    charge_id: int
    reversed: bool = False


@dataclass(frozen=True, slots=True)
class EarlierPosting:
    """What an earlier remitted claim did to the matched claim: its CLP figures (cents) and its
    transfers, reversed ones included."""

    id: int
    charge: int
    paid: int
    payer_control_number: str
    transfers: tuple[StandingTransfer, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the matched claim stands: what the payer still owes by charge (cents, the balance of
    PAYER_RECEIVABLE) and what was posted to it before, oldest first."""

    receivable: Mapping[int, int] = field(default_factory=dict)
    postings: Sequence[EarlierPosting] = ()


class LineState(StrEnum):
    """How a line came out."""

    PAID = "paid"  # something was paid
    DENIED = "denied"  # nothing was paid, something was refused
    PATIENT = "patient"  # nothing was paid, the patient owes
    SETTLED = "settled"  # nothing was paid, refused or left to the patient
    REVERSED = "reversed"  # an earlier outcome was taken back


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """One remitted line in cents: charge = paid + patient + contractual + denied + prior.

    `position` counts the remitted lines from 0 and is None where the payer told of the claim
    as a whole (then there is one outcome a charge). `prior` is what an earlier payer's
    remittance already accounts for (CARC 23).
    """

    position: int | None
    charge_id: int
    state: LineState
    charge: int
    paid: int
    patient: int = 0
    contractual: int = 0
    denied: int = 0
    prior: int = 0


@dataclass(frozen=True, slots=True)
class Denial:
    """An adjustment that leaves its cents owed; `rules.cause` says whether it counts as a denial.
    `position` as in `LineOutcome`; `remarks` are the line's and the claim's."""

    position: int | None
    charge_id: int
    adjustment: Adjustment
    amount: int
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Posting:
    """What a remitted claim does to the books. Where `waits` is not empty, nothing moves and a
    person must look, for these reasons (use `set_aside` so that the deposit still closes).

    `undoes` is the id of the `EarlierPosting` that a reversal takes back; `still_refused` the cents
    that earlier answers to the claim refused and that nobody has settled.
    """

    moves: tuple[Move, ...] = ()
    outcomes: tuple[LineOutcome, ...] = ()
    denials: tuple[Denial, ...] = ()
    waits: tuple[str, ...] = ()
    undoes: int | None = None
    still_refused: int = 0


def charge_moves(charge_id: int, amount: int) -> tuple[Move, ...]:
    """A new charge of so many cents (> 0): the payer owes what was billed."""
    return (Move(Account.PAYER_RECEIVABLE, Account.BILLED, amount, "CHARGE", charge_id),)


def check_moves(remittance: Remittance) -> tuple[Move, ...]:
    """The check itself and its provider-level adjustments: cash in, and what claims do not tell.

    With these and every claim posted or set aside, the deposit is zero exactly where
    BPR02, signed by BPR03, = claim payments - provider-level adjustments.
    """
    moves = [_move(Account.CASH, Account.PAYER_DEPOSIT, remittance.signed_amount, "CHECK")]
    for adjustment in remittance.provider_adjustments:
        account = provider_reason(adjustment.reason).account
        code = f"PLB-{adjustment.reason}"[:LONGEST_CODE]
        moves.append(_move(account, Account.PAYER_DEPOSIT, adjustment.amount, code))
    return tuple(m for m in moves if m)


def set_aside(remitted: RemittedClaim) -> tuple[Move, ...]:
    """The payment of a claim that waits for a person goes to UNAPPLIED (none where it is zero)."""
    move = _move(Account.PAYER_DEPOSIT, Account.UNAPPLIED, remitted.paid, PAID)
    return (move,) if move else ()


def post(
    remitted: RemittedClaim,
    match: ClaimMatch,
    standing: Standing,
    *,
    source: Account = Account.PAYER_DEPOSIT,
) -> Posting:
    """What the remitted claim does to the matched claim's charges.

    `source` is where the money comes from: the deposit, or UNAPPLIED where the payment was set
    aside earlier and a person has matched it now. A reversal (CLP02 = 22) undoes every transfer
    of the posting that it takes back and that still stands.
    """
    obstacle = _obstacle(remitted, match)
    if obstacle:
        return Posting(waits=(obstacle,))
    if remitted.status == REVERSAL:
        return _take_back(remitted, match, standing, source)
    if remitted.status == FORWARDED_AWAY:
        return Posting()  # Nothing is settled: whoever has it now will answer.
    lines = told_lines(remitted, match)
    moves = tuple(m for line in lines for m in _line_moves(line, source))
    waits = _overpaid(moves, standing) or _strayed(lines, remitted)
    if waits:
        return Posting(waits=waits)
    return Posting(
        moves=moves,
        outcomes=tuple(_outcome(line) for line in lines),
        denials=tuple(d for line in lines for d in _denials(line)),
        still_refused=_still_refused(standing),
    )


def reopen(transfers: Sequence[StandingTransfer]) -> tuple[Move, ...]:
    """A corrected claim goes out: each denial that still stands is owed by the payer again."""
    return tuple(_undo(t) for t in transfers if t.debit is Account.DENIED and not t.reversed)


def set_apart_again(transfers: Sequence[StandingTransfer]) -> tuple[Move, ...]:
    """A person undoes a posting: the opposite of whatever stands of it, the money to UNAPPLIED."""
    return tuple(_undo(t, Account.UNAPPLIED) for t in transfers if not t.reversed)


# ---------------------------------------------------------------- one line's money


def _obstacle(remitted: RemittedClaim, match: ClaimMatch) -> str:
    """Why nothing may move, or an empty string."""
    if match.claim is None:
        return "It is not certain which claim is meant."
    if remitted.status == PREDETERMINATION:
        return "It is a predetermination: it says what would be paid, and pays nothing."
    if remitted.status == FORWARDED_AWAY and remitted.paid:
        return "It says that it is not this payer's claim and was forwarded, and yet it pays."
    if not remitted.is_balanced:
        return "The charge less the adjustments is not what was paid."
    return _wrong_sign(remitted)


def _wrong_sign(remitted: RemittedClaim) -> str:
    """Money runs backwards in a reversal and nowhere else; whatever says otherwise would take
    back a payment without asking whether it was ever made."""
    figures = [remitted.charge, remitted.paid]
    figures += [cents for line in remitted.lines for cents in (line.charge, line.paid)]
    if remitted.status == REVERSAL and max(figures) > 0:
        return "It is marked as a reversal (status 22), and yet some of its amounts are positive."
    if remitted.status != REVERSAL and min(figures) < 0:
        return "Some of its amounts are negative, and yet it is not marked as a reversal."
    return ""


def _line_moves(line: ToldLine, source: Account) -> Iterator[Move]:
    """Where the line's charge went: paid, given up, to the patient, or refused. One move a code."""
    paid = _move(source, Account.PAYER_RECEIVABLE, line.paid, PAID)
    if paid:
        yield replace(paid, charge_id=line.charge_id, line=line.position)
    sums: Counter[tuple[Account, str]] = Counter()
    for adjustment, becomes in _settled(line):
        if becomes is not Disposition.PRIOR:
            code = f"{adjustment.group}-{adjustment.reason}"[:LONGEST_CODE]
            sums[_ACCOUNTS[becomes], code] += adjustment.amount
    for (account, code), cents in sums.items():
        move = _move(account, Account.PAYER_RECEIVABLE, cents, code)
        if move:
            yield replace(move, charge_id=line.charge_id, line=line.position)


def _move(debit: Account, credit: Account, amount: int, code: str) -> Move | None:
    """So many cents from credit to debit; a negative amount goes the other way, none nowhere."""
    if amount < 0:
        return Move(credit, debit, -amount, code)
    return Move(debit, credit, amount, code) if amount else None


def _settled(line: ToldLine) -> list[tuple[Adjustment, Disposition]]:
    """Each adjustment with what becomes of it.

    What is below zero raises the payment and refuses nothing: a reason that sums up to less than
    zero is counted against the contract. (A reversal's amounts are all below zero.)

    A "contractual" reduction of the whole charge, with nothing paid and nobody else owing, is
    no contract's doing: it is kept as refused, for a person to look at.
    """
    sums: Counter[tuple[str, str]] = Counter()
    for a in line.adjustments:
        sums[a.group, a.reason] += a.amount
    settled = [
        (a, Disposition.CONTRACTUAL)
        if becomes is Disposition.DENIED and sums[a.group, a.reason] < 0 <= line.charge
        else (a, becomes)
        for a in line.adjustments
        for becomes in (disposition(a.group, a.reason),)
    ]
    contractual = sum(a.amount for a, d in settled if d is Disposition.CONTRACTUAL)
    if line.charge > 0 and contractual == line.charge and not line.paid:
        return [(a, Disposition.DENIED) for a, _ in settled]
    return settled


def _sum(line: ToldLine, wanted: Disposition) -> int:
    return sum(a.amount for a, becomes in _settled(line) if becomes is wanted)


def _outcome(line: ToldLine) -> LineOutcome:
    patient, denied = _sum(line, Disposition.PATIENT), _sum(line, Disposition.DENIED)
    return LineOutcome(
        position=line.position,
        charge_id=line.charge_id,
        state=_state(line.paid, patient, denied),
        charge=line.charge,
        paid=line.paid,
        patient=patient,
        contractual=_sum(line, Disposition.CONTRACTUAL),
        denied=denied,
        prior=_sum(line, Disposition.PRIOR),
    )


def _state(paid: int, patient: int, denied: int) -> LineState:
    if paid > 0:
        return LineState.PAID
    if denied > 0:
        return LineState.DENIED
    return LineState.PATIENT if patient > 0 else LineState.SETTLED


def _denials(line: ToldLine) -> Iterator[Denial]:
    for adjustment, becomes in _settled(line):
        if becomes is Disposition.DENIED and adjustment.amount > 0:
            yield Denial(line.position, line.charge_id, adjustment, adjustment.amount, line.remarks)


def _overpaid(moves: Sequence[Move], standing: Standing) -> tuple[str, ...]:
    """Charges of which the payer would settle more than it owes, in words."""
    settled: Counter[int] = Counter()
    for move in moves:
        if move.charge_id is not None:
            settled[move.charge_id] += _receivable_settled(move)
    return tuple(
        f"Charge {charge_id} has {dollars(standing.receivable[charge_id])} left to be settled by "
        f"the payer, and this would settle {dollars(amount)}: is it a second answer?"
        for charge_id, amount in settled.items()
        if amount > standing.receivable.get(charge_id, amount)
    )


def _still_refused(standing: Standing) -> int:
    kept = [t for p in standing.postings for t in p.transfers if not t.reversed]
    into = sum(t.amount for t in kept if t.debit is Account.DENIED)
    return into - sum(t.amount for t in kept if t.credit is Account.DENIED)


def _strayed(lines: Sequence[ToldLine], remitted: RemittedClaim) -> tuple[str, ...]:
    """Lines that do not add up to the claim would leave cents in the deposit."""
    paid = sum(n.paid for n in lines)
    if paid == remitted.paid:
        return ()
    return (f"The lines say {dollars(paid)} was paid, the claim says {dollars(remitted.paid)}.",)


def _receivable_settled(move: Move) -> int:
    if move.credit is Account.PAYER_RECEIVABLE:
        return move.amount
    return -move.amount if move.debit is Account.PAYER_RECEIVABLE else 0


# ---------------------------------------------------------------- taking back


def _take_back(
    remitted: RemittedClaim, match: ClaimMatch, standing: Standing, source: Account
) -> Posting:
    """The opposite of every transfer of the reversed posting that still stands.

    A denial that was reopened for a corrected claim is undone already and is left alone.
    """
    earlier = _taken_back(remitted, standing)
    if earlier is None:
        reason = (
            f"It takes back a payment of {dollars(-remitted.paid)} on a charge of "
            f"{dollars(-remitted.charge)}, and no such posting of this claim stands."
        )
        return Posting(waits=(reason,))
    return Posting(
        moves=tuple(_undo(t, source) for t in earlier.transfers if not t.reversed),
        outcomes=tuple(_reversed(line) for line in told_lines(remitted, match)),
        undoes=earlier.id,
    )


def _taken_back(remitted: RemittedClaim, standing: Standing) -> EarlierPosting | None:
    """The latest posting of the same charge whose payment, as it stands, is what is taken back;
    of several, one under the payer's same number."""
    fits = [
        p
        for p in standing.postings
        if p.charge == -remitted.charge and _still_paid(p) == p.paid == -remitted.paid
    ]
    same = [p for p in fits if p.payer_control_number == remitted.payer_control_number]
    standing_ones = [p for p in same or fits if any(not t.reversed for t in p.transfers)]
    return next(reversed(standing_ones or same or fits), None)


def _still_paid(posting: EarlierPosting) -> int:
    """The payment's cents that no other transfer has taken back."""
    kept = [t for t in posting.transfers if not t.reversed]
    into = sum(t.amount for t in kept if t.debit in MONEY)
    return into - sum(t.amount for t in kept if t.credit in MONEY)


def _undo(transfer: StandingTransfer, source: Account = Account.PAYER_DEPOSIT) -> Move:
    """The opposite transfer. Money goes back through the deposit of whoever reverses, even
    where it first came out of UNAPPLIED."""

    def now(account: Account) -> Account:
        return source if account in MONEY else account

    return Move(
        debit=now(transfer.credit),
        credit=now(transfer.debit),
        amount=transfer.amount,
        code=transfer.code,
        charge_id=transfer.charge_id,
        reverses=transfer.id,
    )


def _reversed(line: ToldLine) -> LineOutcome:
    """The line's own (negative) figures, under the state that says so."""
    return replace(_outcome(line), state=LineState.REVERSED)
