"""A remittance becomes transfers; the figures are those of docs/algorithms/posting.md."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carethread.codes.accounts import KEPT_FOR, Account, Keeper
from carethread.rules.identity import claim_number, line_number
from carethread.rules.match import ClaimMatch, LineMatch, SubmittedClaim, SubmittedLine
from carethread.rules.post import (
    EarlierPosting,
    LineState,
    Move,
    Posting,
    Standing,
    StandingTransfer,
    charge_moves,
    check_moves,
    post,
    reopen,
    set_aside,
)
from carethread.rules.spread import share
from carethread.x12.common import Adjustment, Envelope, Outpatient, Party
from carethread.x12.remittance import (
    ProviderAdjustment,
    Remittance,
    RemittedClaim,
    RemittedLine,
)
from tests.rules.figures import Row, cents, tables
from tests.rules.people import SERVED

CHARGE = 18000
NOTHING_BEFORE = Standing()


# ---------------------------------------------------------------- plain remittances


def _ours(*charges: int) -> SubmittedClaim:
    lines = tuple(
        SubmittedLine(n, line_number(n), "90837", (), amount, SERVED)
        for n, amount in enumerate(charges, start=1)
    )
    return SubmittedClaim(
        1, claim_number(1, 1), sum(charges), "Cole", "Clara", "HH1", SERVED, SERVED, lines, "PCN1"
    )


def _matched(*charges: int, told: bool = True) -> ClaimMatch:
    ours = _ours(*charges)
    lines = tuple(
        LineMatch(n, s.charge_id, "line control number") for n, s in enumerate(ours.lines)
    )
    return ClaimMatch(ours, lines if told else ())


def _line(charge: int, *adjustments: Adjustment) -> RemittedLine:
    paid = charge - sum(a.amount for a in adjustments)
    return RemittedLine("90837", charge, paid, adjustments=adjustments)


def _claim(*lines: RemittedLine, status: str = "1", **changes: object) -> RemittedClaim:
    claim = RemittedClaim(
        claim_number(1, 1), status, sum(n.charge for n in lines), sum(n.paid for n in lines),
        payer_control_number="PCN1", lines=lines,
    )  # fmt: skip
    return replace(claim, **changes)  # type: ignore[arg-type]


def _negated(claim: RemittedClaim) -> RemittedClaim:
    """The payer's reversal of what it said."""

    def turned(adjustments: Iterable[Adjustment]) -> tuple[Adjustment, ...]:
        return tuple(replace(a, amount=-a.amount) for a in adjustments)

    lines = tuple(
        replace(n, charge=-n.charge, paid=-n.paid, adjustments=turned(n.adjustments))
        for n in claim.lines
    )
    return replace(
        claim, status="22", charge=-claim.charge, paid=-claim.paid, lines=lines,
        adjustments=turned(claim.adjustments),
    )  # fmt: skip


def _check(amount: int, *adjustments: tuple[str, int], sign: str = "C") -> Remittance:
    envelope = Envelope("PAYER", "US", "1", "1", "0001", "005010X221A1")
    payer = Party("2", "Harbor Health")
    return Remittance(
        envelope, "ACH", amount, sign, SERVED, "T1", "1", payer, payer, (),
        tuple(ProviderAdjustment("1", None, reason, "", cents) for reason, cents in adjustments),
    )  # fmt: skip


# ---------------------------------------------------------------- a small ledger


class Books:
    """Transfers with ids, as the record keeps them, and the balances that they add up to."""

    def __init__(self) -> None:
        self.transfers: dict[int, StandingTransfer] = {}
        self.balances: Counter[tuple[Account, int]] = Counter()
        self._ids = count(1)

    def make(self, moves: Iterable[Move], remittance: int = 0) -> tuple[int, ...]:
        made = []
        for move in moves:
            assert move.amount > 0
            number = next(self._ids)
            for account, sign in ((move.debit, 1), (move.credit, -1)):
                self.balances[account, self._keeper(account, move, remittance)] += (
                    sign * move.amount
                )
            if move.reverses is not None:
                undone = self.transfers[move.reverses]
                assert not undone.reversed
                self.transfers[undone.id] = replace(undone, reversed=True)
            self.transfers[number] = StandingTransfer(
                number, move.debit, move.credit, move.amount, move.code, move.charge_id or 0
            )
            made.append(number)
        return tuple(made)

    @staticmethod
    def _keeper(account: Account, move: Move, remittance: int) -> int:
        if KEPT_FOR[account] is Keeper.REMITTANCE:
            return remittance
        assert move.charge_id is not None
        return move.charge_id

    def stands(self) -> dict[tuple[Account, int], int]:
        return {key: amount for key, amount in self.balances.items() if amount}

    def standing(self, *postings: EarlierPosting) -> Standing:
        owed = {c: a for (k, c), a in self.balances.items() if k is Account.PAYER_RECEIVABLE}
        now = tuple(
            replace(p, transfers=tuple(self.transfers[t.id] for t in p.transfers)) for p in postings
        )
        return Standing(owed, now)

    def earlier(self, claim: RemittedClaim, made: Iterable[int], id: int = 1) -> EarlierPosting:
        kept = tuple(self.transfers[n] for n in made)
        return EarlierPosting(id, claim.charge, claim.paid, claim.payer_control_number, kept)


def _charged(*charges: int) -> Books:
    books = Books()
    for number, amount in enumerate(charges, start=1):
        books.make(charge_moves(number, amount))
    return books


# ---------------------------------------------------------------- the page's examples


def _examples() -> list[tuple[str, list[Row], list[Row]]]:
    """(heading, what was told, the transfers) of each example on the page."""
    found = tables("posting")
    return [
        (heading, told, moves)
        for (heading, told), (_, moves) in pairwise(found)
        if "told" in told[0]
    ]


def _adjustment(row: Row) -> Adjustment:
    group, reason = row["told"].split("-", 1)
    return Adjustment(group, reason, cents(row["amount"]))


def _written(moves: Iterable[Move]) -> list[tuple[str, str, int, str]]:
    return [(m.debit.value, m.credit.value, m.amount, m.code) for m in moves]


def _read(rows: list[Row]) -> list[tuple[str, str, int, str]]:
    return [(r["debit"], r["credit"], cents(r["amount"]), r["code"]) for r in rows]


@pytest.mark.parametrize("example", _examples(), ids=lambda e: e[0])
def test_the_pages_examples_make_its_transfers(example: tuple[str, list[Row], list[Row]]) -> None:
    _, told, moves = example
    adjustments = [_adjustment(r) for r in told if r["told"] != "paid"]
    claim = _claim(_line(CHARGE, *adjustments))
    assert claim.paid == cents(told[0]["amount"])
    posting = post(claim, _matched(CHARGE), NOTHING_BEFORE)
    assert posting.waits == ()
    assert _written(posting.moves) == _read(moves)


def test_the_page_has_examples() -> None:
    assert len(_examples()) == 10


def test_the_pages_check_makes_its_transfers_and_closes_with_its_claims() -> None:
    (told,) = [r for _, r in tables("posting") if "check" in r[0]]
    figures = {r["check"]: cents(r["amount"]) for r in told}
    check = _check(figures["BPR02"], ("WO", figures["WO"]), ("L6", figures["L6"]))
    (moves,) = [r for h, r in tables("posting") if h == "The check" and "debit" in r[0]]
    assert _written(check_moves(check)) == _read(moves)
    books = _charged(CHARGE)
    books.make(check_moves(check), remittance=7)
    paid = _claim(_line(CHARGE, Adjustment("CO", "45", CHARGE - figures["claims"])))
    books.make(post(paid, _matched(CHARGE), NOTHING_BEFORE).moves, remittance=7)
    assert (Account.PAYER_DEPOSIT, 7) not in books.stands()


def test_the_pages_dollar_is_spread_to_the_cent() -> None:
    assert share(100, [5000, 5000, 8000]) == [28, 28, 44]


# ---------------------------------------------------------------- outcomes and denials


@pytest.mark.parametrize(
    ("adjustments", "state"),
    [
        ([Adjustment("CO", "45", 6000)], LineState.PAID),
        ([Adjustment("CO", "197", 6000)], LineState.PAID),
        ([Adjustment("CO", "197", 18000)], LineState.DENIED),
        ([Adjustment("CO", "45", 6000), Adjustment("PR", "1", 12000)], LineState.PATIENT),
        ([Adjustment("OA", "23", 18000)], LineState.SETTLED),
    ],
)
def test_a_line_comes_out_as(adjustments: list[Adjustment], state: LineState) -> None:
    posting = post(_claim(_line(CHARGE, *adjustments)), _matched(CHARGE), NOTHING_BEFORE)
    (outcome,) = posting.outcomes
    assert outcome.state is state
    assert (outcome.position, outcome.charge_id) == (0, 1)


def test_a_denial_names_line_adjustment_amount_and_all_remarks() -> None:
    line = replace(_line(CHARGE, Adjustment("CO", "16", CHARGE)), remarks=("M76",))
    posting = post(
        _claim(line, outpatient=Outpatient(remarks=("MA130", "M76"))),
        _matched(CHARGE),
        NOTHING_BEFORE,
    )
    (denial,) = posting.denials
    assert (denial.charge_id, denial.amount, denial.adjustment.reason) == (1, CHARGE, "16")
    assert denial.remarks == ("M76", "MA130")


def test_a_contractual_reduction_is_no_denial() -> None:
    claim = _claim(_line(CHARGE, Adjustment("CO", "45", 6000)))
    assert post(claim, _matched(CHARGE), NOTHING_BEFORE).denials == ()


# ---------------------------------------------------------------- what waits


def _paid(*charges: int) -> RemittedClaim:
    return _claim(*(_line(c, Adjustment("CO", "45", c // 3)) for c in charges))


@pytest.mark.parametrize(
    ("claim", "match", "words"),
    [
        (_paid(CHARGE), ClaimMatch(None), "not certain which claim"),
        (_claim(_line(CHARGE), status="25"), _matched(CHARGE), "predetermination"),
        (replace(_paid(CHARGE), paid=1), _matched(CHARGE), "not what was paid"),
        (replace(_paid(CHARGE), charge=20000, paid=14000), _matched(CHARGE), "lines say $120.00"),
        (_negated(_paid(CHARGE)), _matched(CHARGE), "no such posting"),
        (replace(_negated(_paid(CHARGE)), status="1"), _matched(CHARGE), "not marked as a rev"),
        (replace(_negated(_paid(CHARGE)), status="4"), _matched(CHARGE), "not marked as a rev"),
        (_claim(_line(CHARGE), _line(-500)), _matched(CHARGE, 500), "not marked as a reversal"),
        (
            _claim(_line(CHARGE), _line(500, Adjustment("CO", "45", 700))),
            _matched(CHARGE, 500),
            "not marked as a reversal",
        ),
        (replace(_paid(CHARGE), status="22"), _matched(CHARGE), "some of its amounts are positive"),
        (
            _claim(_line(-CHARGE), _line(500), status="22"),
            _matched(CHARGE, 500),
            "some of its amounts are positive",
        ),
    ],
)
def test_what_is_not_sure_waits_and_moves_nothing(
    claim: RemittedClaim, match: ClaimMatch, words: str
) -> None:
    posting = post(claim, match, NOTHING_BEFORE)
    assert replace(posting, waits=()) == Posting()
    assert words in posting.waits[0]


def test_a_second_answer_to_the_same_charge_waits() -> None:
    books = _charged(CHARGE)
    books.make(post(_paid(CHARGE), _matched(CHARGE), books.standing()).moves, remittance=7)
    again = post(_paid(CHARGE), _matched(CHARGE), books.standing())
    assert again.waits == (
        "Charge 1 has $0.00 left to be settled by the payer, and this would settle $180.00: "
        "is it a second answer?",
    )


def test_a_payment_set_aside_is_posted_later_without_touching_the_deposit_again() -> None:
    books, claim = _charged(CHARGE), _paid(CHARGE)
    books.make(check_moves(_check(claim.paid)), remittance=7)
    books.make(set_aside(claim), remittance=7)
    assert (Account.PAYER_DEPOSIT, 7) not in books.stands()
    later = post(claim, _matched(CHARGE), books.standing(), source=Account.UNAPPLIED)
    books.make(later.moves, remittance=7)
    assert books.stands() == {
        (Account.CASH, 7): 12000,
        (Account.CONTRACTUAL, 1): 6000,
        (Account.BILLED, 1): -CHARGE,
    }


def test_nothing_paid_sets_nothing_aside() -> None:
    assert set_aside(_claim(_line(CHARGE, Adjustment("CO", "197", CHARGE)))) == ()


def test_an_unmatched_reversal_takes_from_what_is_set_aside() -> None:
    (move,) = set_aside(_negated(_paid(CHARGE)))
    assert (move.debit, move.credit) == (Account.UNAPPLIED, Account.PAYER_DEPOSIT)


def test_a_check_that_takes_money_turns_round() -> None:
    (move,) = check_moves(_check(500, sign="D"))
    assert (move.debit, move.credit) == (Account.PAYER_DEPOSIT, Account.CASH)


def test_a_debit_balances_with_what_was_taken_back_and_not_with_what_was_paid() -> None:
    debit = _check(12000, sign="D")
    assert debit.signed_amount == -12000
    assert not replace(debit, claims=(_paid(CHARGE),)).is_balanced
    assert replace(debit, claims=(_negated(_paid(CHARGE)),)).is_balanced


def test_a_check_of_nothing_moves_nothing() -> None:
    assert check_moves(_check(0)) == ()


def test_a_provider_adjustment_that_nobody_knows_is_still_accounted_for() -> None:
    (move,) = check_moves(_check(0, ("ZZ-VERY-LONG-REASON", 100)))
    assert move.debit is Account.RECOUPMENT
    assert len(move.code) <= 12


# ---------------------------------------------------------------- taking back


def test_a_reversal_restores_the_charge_through_its_own_deposit() -> None:
    books, claim = _charged(CHARGE), _paid(CHARGE)
    made = books.make(post(claim, _matched(CHARGE), books.standing()).moves, remittance=3)
    earlier = books.earlier(claim, made)
    back = post(_negated(claim), _matched(CHARGE), books.standing(earlier))
    books.make(back.moves, remittance=4)
    assert back.undoes == earlier.id
    assert [m.reverses for m in back.moves] == list(made)
    assert [o.state for o in back.outcomes] == [LineState.REVERSED]
    assert books.stands() == {
        (Account.PAYER_RECEIVABLE, 1): CHARGE,
        (Account.BILLED, 1): -CHARGE,
        (Account.PAYER_DEPOSIT, 3): claim.paid,
        (Account.PAYER_DEPOSIT, 4): -claim.paid,
    }


def test_the_same_reversal_twice_waits_the_second_time() -> None:
    books, claim = _charged(CHARGE), _paid(CHARGE)
    made = books.make(post(claim, _matched(CHARGE), books.standing()).moves)
    earlier = books.earlier(claim, made)
    books.make(post(_negated(claim), _matched(CHARGE), books.standing(earlier)).moves)
    again = post(_negated(claim), _matched(CHARGE), books.standing(earlier))
    assert "no such posting" in again.waits[0]


def test_a_reversal_of_another_amount_waits() -> None:
    books, claim = _charged(CHARGE), _paid(CHARGE)
    made = books.make(post(claim, _matched(CHARGE), books.standing()).moves)
    other = _negated(_claim(_line(CHARGE, Adjustment("CO", "45", 5999))))
    posting = post(other, _matched(CHARGE), books.standing(books.earlier(claim, made)))
    assert posting.waits == (
        "It takes back a payment of $120.01 on a charge of $180.00, "
        "and no such posting of this claim stands.",
    )


def test_a_denial_that_was_reopened_is_not_undone_twice() -> None:
    books = _charged(CHARGE)
    denied = _claim(_line(CHARGE, Adjustment("CO", "45", 6000), Adjustment("CO", "197", 12000)))
    made = books.make(post(denied, _matched(CHARGE), books.standing()).moves)
    earlier = books.earlier(denied, made)
    reopened = reopen(earlier.transfers)
    assert [(m.debit, m.credit, m.amount) for m in reopened] == [
        (Account.PAYER_RECEIVABLE, Account.DENIED, 12000)
    ]
    books.make(reopened)
    back = post(_negated(denied), _matched(CHARGE), books.standing(earlier))
    assert [(m.debit, m.credit) for m in back.moves] == [
        (Account.PAYER_RECEIVABLE, Account.CONTRACTUAL)
    ]
    books.make(back.moves)
    assert books.stands() == {
        (Account.PAYER_RECEIVABLE, 1): CHARGE, (Account.BILLED, 1): -CHARGE,
    }  # fmt: skip


def test_reopening_twice_does_nothing_more() -> None:
    gone = StandingTransfer(1, Account.DENIED, Account.PAYER_RECEIVABLE, 1, "CO-197", 1, True)
    assert reopen([gone]) == ()


def test_of_two_like_postings_the_one_that_stands_is_taken_back() -> None:
    books, claim = _charged(CHARGE), _paid(CHARGE)
    first = books.earlier(claim, books.make(post(claim, _matched(CHARGE), books.standing()).moves))
    books.make(post(_negated(claim), _matched(CHARGE), books.standing(first)).moves)
    second = books.earlier(
        claim, books.make(post(claim, _matched(CHARGE), books.standing(first)).moves), id=2
    )
    back = post(_negated(claim), _matched(CHARGE), books.standing(first, second))
    assert back.undoes == 2


# ---------------------------------------------------------------- claim-level figures


def test_a_claim_told_without_lines_is_spread_over_its_charges() -> None:
    claim = RemittedClaim(
        claim_number(1, 1), "1", 18000, 11900,
        adjustments=(Adjustment("CO", "45", 6000), Adjustment("PR", "3", 100)),
    )  # fmt: skip
    posting = post(claim, _matched(5000, 5000, 8000, told=False), NOTHING_BEFORE)
    assert [o.position for o in posting.outcomes] == [None] * 3
    assert [o.charge for o in posting.outcomes] == [5000, 5000, 8000]
    assert sum(o.paid for o in posting.outcomes) == 11900
    assert sum(o.patient for o in posting.outcomes) == 100


def test_a_claim_level_reduction_lowers_what_the_lines_were_paid() -> None:
    claim = replace(
        _claim(_line(10000), _line(8000)), paid=17100, adjustments=(Adjustment("CO", "253", 900),)
    )
    posting = post(claim, _matched(10000, 8000), NOTHING_BEFORE)
    assert [(o.paid, o.contractual) for o in posting.outcomes] == [(9500, 500), (7600, 400)]


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=60))
def test_shares_always_add_up(total: int, weights: list[int]) -> None:
    parts = share(total, weights)
    assert sum(parts) == total
    exact = [total * w / (sum(weights) or 1) for w in weights]
    if sum(weights):
        assert all(abs(p - e) < 1.001 for p, e in zip(parts, exact, strict=True))


# ---------------------------------------------------------------- whatever a payer says

REASONS = st.sampled_from(["1", "2", "3", "23", "31", "45", "50", "97", "197", "253", "ZZ9"])
GROUPS = st.sampled_from(["CO", "PR", "OA", "PI"])
ADJUSTMENTS = st.builds(Adjustment, GROUPS, REASONS, st.integers(-5000, 15000))


@st.composite
def balanced_claims(draw: st.DrawFn) -> RemittedClaim:
    """Any claim whose charge less adjustments is what was paid, and that is not below zero."""
    lines = []
    for _ in range(draw(st.integers(1, 5))):
        adjustments = draw(st.lists(ADJUSTMENTS, max_size=4))
        least = max(1, sum(a.amount for a in adjustments))
        lines.append(_line(draw(st.integers(least, least + 30000)), *adjustments))
    claim = _claim(*lines)
    above = tuple(a for a in draw(st.lists(ADJUSTMENTS, max_size=1)) if a.amount <= claim.paid)
    return replace(claim, adjustments=above, paid=claim.paid - sum(a.amount for a in above))


def _posted(claim: RemittedClaim) -> Posting:
    return post(claim, _matched(*(n.charge for n in claim.lines)), NOTHING_BEFORE)


@given(balanced_claims())
def test_every_cent_of_the_charge_goes_somewhere_and_only_once(claim: RemittedClaim) -> None:
    posting = _posted(claim)
    assert posting.waits == ()
    settled = sum(
        m.amount if m.credit is Account.PAYER_RECEIVABLE else -m.amount for m in posting.moves
    )
    assert settled + sum(o.prior for o in posting.outcomes) == claim.charge
    for o in posting.outcomes:
        assert o.charge == o.paid + o.patient + o.contractual + o.denied + o.prior


@given(balanced_claims())
def test_the_deposit_closes_whatever_was_posted(claim: RemittedClaim) -> None:
    books = _charged(*(n.charge for n in claim.lines))
    books.make(check_moves(_check(claim.paid - 250, ("WO", 250))), remittance=7)
    books.make(_posted(claim).moves, remittance=7)
    assert (Account.PAYER_DEPOSIT, 7) not in books.stands()


@given(balanced_claims(), st.booleans())
def test_a_reversal_puts_everything_back(claim: RemittedClaim, reopened: bool) -> None:
    charges = [n.charge for n in claim.lines]
    books = _charged(*charges)
    before = books.stands()
    made = books.make(_posted(claim).moves)
    earlier = books.earlier(claim, made)
    if reopened:
        books.make(reopen(earlier.transfers))
    back = post(_negated(claim), _matched(*charges), books.standing(earlier))
    assert back.waits == ()
    books.make(back.moves)
    assert books.stands() == before
