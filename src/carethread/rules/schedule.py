"""What a fee schedule does to a contract: which terms it adds, changes and ends, or why it is
refused.

Pure: `plan` takes what stands and what a file says, and writes nothing. A service (a code with its
modifier, credential, place and revenue code) has on each day one term, or the tiers of one per
diem. A file in which two rows hold on one day, or that leaves days of a service without a row
between two, is refused with the rows named.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby, pairwise

from carethread.codes.contracts import TermKind, percent
from carethread.codes.fee_file import FeeRow
from carethread.rules.expect import Term
from carethread.rules.words import day, dollars, listing

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Agreed:
    """The days of the contract, and the first day of rows that name none. `is_whole`: services that
    a file does not name end where it begins. `may_pause`: days without a rate may lie between what
    is on record and what is said, as when a service was dropped and is taken up again."""

    starts: date
    ends: date | None
    from_day: date
    is_whole: bool = False
    may_pause: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file is refused, and the rows that are meant."""

    rows: tuple[int, ...]
    words: str

    @property
    def where(self) -> str:
        return (
            f"row {self.rows[0]}" if len(self.rows) == 1 else f"rows {listing(map(str, self.rows))}"
        )


@dataclass(frozen=True, slots=True)
class Change:
    """A row that becomes a term. `was` is the term that it takes the place of, if any."""

    row: int
    term: Term
    was: Term | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be done: terms to `add`, standing ones (by id) to `end` on a last day or to
    `withdraw` as a whole; `same` rows say what stands already. Nothing is done where there are
    `faults`. `dropped` are those of the ended that the file does not name at all."""

    add: tuple[Change, ...] = ()
    end: Mapping[int, date] = field(default_factory=dict)
    withdraw: tuple[int, ...] = ()
    same: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def does_nothing(self) -> bool:
        return not (self.add or self.end or self.withdraw)

    @property
    def changed(self) -> tuple[Change, ...]:
        return tuple(c for c in self.add if c.was is not None)

    @property
    def fresh(self) -> tuple[Change, ...]:
        return tuple(c for c in self.add if c.was is None)


Key = tuple[str, ...]
Period = tuple[date, date | None]


def plan(standing: Mapping[int, Term], rows: Sequence[FeeRow], agreed: Agreed) -> Plan:
    """What these rows do to the terms that stand (by id)."""
    said = [(row.number, term_of(row, agreed)) for row in rows]
    faults = [*_outside(said, agreed)]
    named: dict[Key, list[tuple[int, Term]]] = defaultdict(list)
    for number, term in said:
        named[key(term)].append((number, term))
    known: dict[Key, dict[int, Term]] = defaultdict(dict)
    for number, term in standing.items():
        known[key(term)][number] = term
    parts = [_service(known[k], named[k], agreed, faults) for k in named]
    dropped = _dropped(known, named, agreed, said) if agreed.is_whole else Plan()
    if faults:
        return Plan(faults=tuple(sorted(faults, key=lambda f: f.rows)))
    return Plan(
        add=tuple(sorted((c for p in parts for c in p.add), key=lambda c: c.row)),
        end={k: v for p in (*parts, dropped) for k, v in p.end.items()},
        withdraw=tuple(n for p in (*parts, dropped) for n in p.withdraw),
        same=tuple(n for p in parts for n in p.same),
        dropped=(*dropped.end, *dropped.withdraw),
    )


def term_of(row: FeeRow, agreed: Agreed) -> Term:
    """A row as a term: from the day that was named for all, to the contract's last, unless it says
    otherwise."""
    return Term(
        kind=row.kind, amount=row.amount, share=row.share, starts=row.starts or agreed.from_day,
        ends=row.ends or agreed.ends, code=row.code, revenue_code=row.revenue_code,
        modifier=row.modifier, credential=row.credential, place=row.place, first_day=row.first_day,
        last_day=row.last_day,
    )  # fmt: skip


def key(term: Term) -> Key:
    """The service that a term is for: two terms of one key may not hold on one day."""
    apart = term.kind.value if term.kind is TermKind.STOP_LOSS else ""
    return term.code, term.revenue_code, term.modifier, term.credential, term.place, apart


def figure(term: Term) -> str:
    """What a term promises, in words: "$120.00 a unit"."""
    if term.kind is TermKind.PERCENT:
        return f"{percent(term.share)} of the charge"
    if term.kind is TermKind.STOP_LOSS:
        return f"{percent(term.share)} of charges above {dollars(term.amount)}"
    per = {TermKind.FEE: "unit", TermKind.PER_DIEM: "day", TermKind.CASE: "stay"}[term.kind]
    return f"{dollars(term.amount)} a {per}{f', {term.days}' if term.days else ''}"


# -------------------------------------------------------------------------- within the file


def _outside(said: Sequence[tuple[int, Term]], agreed: Agreed) -> Iterator[Fault]:
    until = agreed.ends or date.max
    for number, term in said:
        if term.ends and term.ends < term.starts:
            yield Fault((number,), f"it ends on {day(term.ends)}, before it begins")
        elif term.starts < agreed.starts or (term.ends or term.starts) > until:
            ends = f", to {day(until)}" if agreed.ends else ""
            yield Fault(
                (number,),
                f"it is for days outside of the contract ({day(agreed.starts)} on{ends})",
            )


def _service(
    known: Mapping[int, Term],
    said: Sequence[tuple[int, Term]],
    agreed: Agreed,
    faults: list[Fault],
) -> Plan:
    """One service's rows, in the order of their days, laid over what stands."""
    ordered = sorted(said, key=lambda one: (_period(one[1]), one[1].first_day, one[0]))
    periods = [(p, list(rows)) for p, rows in groupby(ordered, key=lambda one: _period(one[1]))]
    before = len(faults)
    for _, rows in periods:
        faults.extend(_tiers(rows))
    for (_, earlier), (_, later) in pairwise(periods):
        faults.extend(_between(earlier, later))
    if len(faults) > before:
        return Plan()
    laid = _laid_over(known, ordered)
    if not agreed.may_pause:
        faults.extend(_gaps_around(known, ordered, laid))
    return laid


def _period(term: Term) -> tuple[date, date]:
    return term.starts, term.ends or date.max


def _tiers(rows: Sequence[tuple[int, Term]]) -> Iterator[Fault]:
    """Rows for the same days: one, or tiers that follow one upon the other from day 1."""
    (first, opening), named = rows[0], rows[0][1].named
    if opening.first_day > 1:
        missing = _days(1, opening.first_day - 1)
        yield Fault((first,), f"{named} has nothing for {missing} of a stay")
    for (one, a), (other, b) in pairwise(rows):
        if a.last_day is None or b.first_day <= a.last_day:
            at = f"day {b.first_day} of a stay" if a.days or b.days else f"{day(b.starts)}"
            yield Fault((one, other), f"both hold for {named} on {at}")
        elif b.first_day > a.last_day + 1:
            missing = _days(a.last_day + 1, b.first_day - 1)
            yield Fault((one, other), f"between them {named} has nothing for {missing} of a stay")


def _days(first: int, last: int) -> str:
    return f"day {first}" if first == last else f"days {first} to {last}"


def _between(
    earlier: Sequence[tuple[int, Term]], later: Sequence[tuple[int, Term]]
) -> Iterator[Fault]:
    rows = tuple(number for number, _ in (*earlier, *later))
    (_, a), (_, b) = earlier[-1], later[0]
    if a.ends is None or b.starts <= a.ends:
        yield Fault(rows, f"both hold for {a.named} on {day(b.starts)}")
    elif b.starts > a.ends + _DAY:
        missing = f"{day(a.ends + _DAY)} to {day(b.starts - _DAY)}"
        yield Fault(rows, f"between them {a.named} has no rate from {missing}")


# -------------------------------------------------------------------------- over what stands


def _laid_over(known: Mapping[int, Term], said: Sequence[tuple[int, Term]]) -> Plan:
    same = {number: _said_already(known, term) for number, term in said}
    kept = {i for i in same.values() if i is not None}
    fresh = [(number, term) for number, term in said if same[number] is None]
    begins, closes = said[0][1].starts, said[-1][1].ends
    end, withdraw = {}, []
    for i, term in known.items():
        if i in kept or (closes is not None and term.starts > closes):
            continue
        if term.starts >= begins:
            withdraw.append(i)
        elif term.ends is None or term.ends >= begins:
            end[i] = begins - _DAY
    return Plan(
        add=tuple(Change(number, term, _was(known, term)) for number, term in fresh),
        end=end,
        withdraw=tuple(withdraw),
        same=tuple(number for number, i in same.items() if i is not None),
    )


def _said_already(known: Mapping[int, Term], term: Term) -> int | None:
    """The standing term that says all that the row says, from no later a day on."""
    for i, other in known.items():
        if other.starts <= term.starts and _like(other) == _like(
            replace(term, starts=other.starts)
        ):
            return i
    return None


def _like(term: Term) -> Term:
    """The term without what is its contract's."""
    return replace(term, lesser_of_charge=True, sequestration=0)


def _was(known: Mapping[int, Term], term: Term) -> Term | None:
    held = [t for t in known.values() if t.holds_on(term.starts) and t.first_day == term.first_day]
    return max(held, key=lambda t: t.starts, default=None)


def _gaps_around(
    known: Mapping[int, Term], said: Sequence[tuple[int, Term]], laid: Plan
) -> Iterator[Fault]:
    """Days between the rows and what stands before or after them."""
    (first, opening), (last, closing) = said[0], said[-1]
    left = {i: t for i, t in known.items() if i not in laid.withdraw}
    before = [laid.end.get(i, t.ends) for i, t in left.items() if t.starts < opening.starts]
    latest = None if None in before else max((d for d in before if d), default=None)
    if latest is not None and latest + _DAY < opening.starts:
        missing = f"{day(latest + _DAY)} to {day(opening.starts - _DAY)}"
        words = f"what is on record of {opening.named} ends on {day(latest)}"
        yield Fault((first,), f"{words}: there would be no rate from {missing}")
    if closing.ends is None:
        return
    after = min((t.starts for t in left.values() if t.starts > closing.ends), default=None)
    if after is not None and closing.ends + _DAY < after:
        missing = f"{day(closing.ends + _DAY)} to {day(after - _DAY)}"
        words = f"what is on record of {closing.named} begins on {day(after)}"
        yield Fault((last,), f"{words}: there would be no rate from {missing}")


def _dropped(
    known: Mapping[Key, Mapping[int, Term]],
    named: Mapping[Key, object],
    agreed: Agreed,
    said: Sequence[tuple[int, Term]],
) -> Plan:
    """Services that a whole schedule does not name end the day before it begins."""
    begins = min((term.starts for _, term in said), default=agreed.from_day)
    end, withdraw = {}, []
    for k, terms in known.items():
        for i, term in terms.items() if k not in named else ():
            if term.starts >= begins:
                withdraw.append(i)
            elif term.ends is None or term.ends >= begins:
                end[i] = begins - _DAY
    return Plan(end=end, withdraw=tuple(withdraw))
