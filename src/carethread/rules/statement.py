"""What a client is told that they owe, and the receipt for what they gave, as letters.

A statement goes by mail into a household. It says when somebody was seen and what that costs, and
nothing of why: no diagnosis, no code, and of a substance use program (42 CFR Part 2) not even which
service it was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from carethread import paper
from carethread.rules.words import dollars

NEUTRAL = "Visit"


@dataclass(frozen=True, slots=True)
class Service:
    """One service that something is owed on, in cents. `what` is its plain name, NEUTRAL where even
    that is protected; `insurers` are those that have answered, in their order."""

    day: date
    what: str
    charge: int
    insurance: int
    adjusted: int
    paid: int
    owed: int
    insurers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What was agreed: so many cents a month, and the next ones with their day."""

    monthly: int
    next_cents: int
    next_due: date


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """All that a statement says. `unused` are cents that the client gave and nothing needed yet,
    `payments` what came in since the statement before (day, cents)."""

    sender: paper.Sender
    to: tuple[str, ...]
    account: str
    made_on: date
    due_on: date
    services: tuple[Service, ...]
    payments: tuple[tuple[date, int], ...] = ()
    unused: int = 0
    plan: Plan | None = None
    phone: str = ""

    @property
    def owed(self) -> int:
        return sum(service.owed for service in self.services)


def statement(facts: StatementFacts) -> paper.Letter:
    """The statement, ready to be printed."""
    return paper.Letter(
        title="Statement",
        sender=facts.sender,
        to=facts.to,
        dated=facts.made_on,
        blocks=(
            _ask(facts),
            paper.Facts([("Account", facts.account), ("Total that you owe", dollars(facts.owed))]),
            paper.Heading("What this is for"),
            _services(facts),
            *_insurance(facts.services),
            *_payments(facts),
            paper.Heading("How to pay"),
            paper.Bullets(tuple(_ways(facts))),
        ),
        foot="This letter is confidential. If it is not for you, please send it back unopened.",
    )


def _ask(facts: StatementFacts) -> paper.Box:
    if facts.plan is None:
        return paper.Box(
            f"Please pay by {_day(facts.due_on)}",
            dollars(facts.owed),
            ["Your insurance has been asked first. This is what it left to you."],
        )
    plan = facts.plan
    return paper.Box(
        f"Your next monthly payment, due {_day(plan.next_due)}",
        dollars(plan.next_cents),
        [
            f"You agreed to pay {dollars(plan.monthly)} a month. Nothing more is asked of you now: "
            f"you owe {dollars(facts.owed)} in all."
        ],
    )


def _services(facts: StatementFacts) -> paper.Table:
    return paper.Table(
        columns=[
            paper.Column("Date", 1.2),
            paper.Column("Service", 2.4),
            paper.Column("Charge", 1, figures=True),
            paper.Column("Insurance paid", 1.1, figures=True),
            paper.Column("Taken off", 1, figures=True),
            paper.Column("You paid", 1, figures=True),
            paper.Column("You owe", 1, figures=True),
        ],
        rows=[
            [
                f"{s.day:%b} {s.day.day}, {s.day.year}",
                s.what,
                *(dollars(c) for c in (s.charge, s.insurance, s.adjusted, s.paid, s.owed)),
            ]
            for s in facts.services
        ],
        totals=[["Total", "", "", "", "", "", dollars(facts.owed)]],
    )


def _insurance(services: Sequence[Service]) -> Iterator[paper.Block]:
    names = list(dict.fromkeys(name for service in services for name in service.insurers))
    if names:
        asked = " and then ".join(names)
        yield paper.Text(
            f"We asked {asked}. “Taken off” is what we may not charge under our contract with "
            "your insurance. What you owe is your share: a copay, a deductible or coinsurance.",
            small=True,
        )


def _payments(facts: StatementFacts) -> Iterator[paper.Block]:
    if facts.payments:
        yield paper.Heading("Received from you, with thanks")
        yield paper.Facts([(_day(day), dollars(cents)) for day, cents in facts.payments])
    if facts.unused:
        yield paper.Text(
            f"We hold {dollars(facts.unused)} of yours that is not used yet. It goes to what you "
            "owe once your insurance has answered, or is given back."
        )


def _ways(facts: StatementFacts) -> Iterator[str]:
    name = facts.sender.name
    yield f"By check to {name}, with account {facts.account} on it, to the address above."
    yield "By cash, card or check at our desk, at your next visit."
    call = f"Call {facts.phone}" if facts.phone else "Call us"
    yield (
        f"{call} if you cannot pay all of it at once: we can agree on an amount a month. Call as "
        "well if something here looks wrong, or if you have other insurance."
    )


# -------------------------------------------------------------------------------------- receipt


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What a receipt says: the payment in cents, how it was given, what it went to, what of it was
    given back and what is free."""

    sender: paper.Sender
    number: int
    account: str
    name: str
    received_on: date
    cents: int
    method: str
    taken_by: str
    visit_on: date | None = None
    used: tuple[tuple[date, int], ...] = ()
    given_back: int = 0
    free: int = 0
    void: str = ""


def receipt(facts: ReceiptFacts) -> paper.Letter:
    """The receipt, ready to be printed."""
    blocks: list[paper.Block] = [
        paper.Box(f"Received from {facts.name}", dollars(facts.cents), [_day(facts.received_on)]),
        paper.Facts(
            [
                ("Receipt", str(facts.number)),
                ("Account", facts.account),
                ("Given by", facts.method),
                ("Taken by", facts.taken_by),
                *([("For the visit of", _day(facts.visit_on))] if facts.visit_on else []),
            ]
        ),
    ]
    if facts.void:
        blocks.insert(0, paper.Text(f"VOID: {facts.void}", strong=True))
    if facts.used:
        blocks.append(paper.Heading("Used for"))
        blocks.append(paper.Facts([(_day(day), dollars(cents)) for day, cents in facts.used]))
    blocks += [paper.Text(words, small=True) for words in _rest(facts)]
    return paper.Letter(
        title="Receipt", sender=facts.sender, blocks=blocks, dated=facts.received_on
    )


def _rest(facts: ReceiptFacts) -> Iterator[str]:
    """What became of the rest of it."""
    if facts.given_back:
        yield f"{dollars(facts.given_back)} was given back."
    if facts.free and not facts.void:
        first = f"for the visit of {_day(facts.visit_on)} first" if facts.visit_on else "next"
        yield f"{dollars(facts.free)} is not used yet. It goes to what you owe {first}."


def _day(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
