"""A remitted claim -> transfers. Prose and figures: docs/algorithms/posting.md.

Every move has two sides, so books balance by construction. Charge-kept accounts (see
`codes.accounts.KEPT_FOR`) belong to the move's `charge_id`, remittance-kept accounts to the
remittance that is being posted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from carethread.codes.accounts import Account
from carethread.rules.match import ClaimMatch
from carethread.x12.common import Adjustment
from carethread.x12.remittance import Remittance, RemittedClaim


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

    `prior` is what an earlier payer's remittance already accounts for (CARC 23).
    """

    position: int
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
    """An adjustment that refuses money that is still owed. `position` as in `LineOutcome`."""

    position: int
    charge_id: int
    adjustment: Adjustment
    amount: int
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Posting:
    """What a remitted claim does to the books. Where `waits` is not empty, nothing moves and a
    person must look, for these reasons (use `set_aside` so that the deposit still closes).

    `undoes` is the id of the `EarlierPosting` that a reversal takes back.
    """

    moves: tuple[Move, ...] = ()
    outcomes: tuple[LineOutcome, ...] = ()
    denials: tuple[Denial, ...] = ()
    waits: tuple[str, ...] = ()
    undoes: int | None = None


def charge_moves(charge_id: int, amount: int) -> tuple[Move, ...]:
    """A new charge of so many cents: the payer owes what was billed."""
    raise NotImplementedError


def check_moves(remittance: Remittance) -> tuple[Move, ...]:
    """The check itself and its provider-level adjustments: cash in, and what claims do not tell."""
    raise NotImplementedError


def set_aside(remitted: RemittedClaim) -> tuple[Move, ...]:
    """The payment of a claim that waits for a person goes to UNAPPLIED (none where it is zero)."""
    raise NotImplementedError


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
    raise NotImplementedError


def reopen(transfers: Sequence[StandingTransfer]) -> tuple[Move, ...]:
    """A corrected claim goes out: each denial that still stands is owed by the payer again."""
    raise NotImplementedError
