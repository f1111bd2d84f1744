"""Letters of appeal and packets of records, as the blocks that are printed. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from carethread import paper
from carethread.codes.letters import appeal_text, part2_notice
from carethread.paper import Block
from carethread.rules.explain import Found
from carethread.rules.underpaid import GROUNDS, Cause
from carethread.rules.words import day, dollars


@dataclass(frozen=True, slots=True)
class Refused:
    """The decision that a letter is about. Cents and days; `reason` is the payer's code with our
    words for it."""

    payer: str
    client: str
    member_id: str
    claim_number: str
    payer_control_number: str
    service: date
    code: str
    charged: int
    refused: int
    reason: str
    category: str
    decided_on: date
    check: str = ""
    is_part2: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """The level of an appeal: 1 first, its name, and the last day to send it."""

    number: int
    name: str
    until: date | None


def appeal(
    what: Refused,
    level: Level,
    found: Sequence[Found],
    *,
    sender: paper.Sender,
    by: str,
    dated: date,
    words: str = "",
    enclosed: Sequence[str] = (),
) -> paper.Letter:
    """The letter: the decision, what is asked, the facts of our record that speak against it. The
    letter itself asserts nothing; `words` are what the writer adds, `enclosed` is what was made to
    go with it."""
    why = [one.to_payer for one in found if one.to_payer]
    in_time = level.until if level.until and dated <= level.until else None
    return paper.Letter(
        title=f"Appeal: {level.name}",
        sender=sender,
        blocks=(
            *_request(what, level),
            *_why(why, words.strip()),
            *_enclosed(enclosed),
            *_signed(by, in_time),
        ),
        to=(what.payer, "Appeals and grievances"),
        dated=dated,
        foot=part2_notice() if what.is_part2 else "",
    )


def _request(what: Refused, level: Level) -> Iterator[Block]:
    yield paper.Text(f"Request for {level.name} (level {level.number})", strong=True)
    yield paper.Facts(decision(what))
    yield paper.Text(
        f"On {day(what.decided_on)} you refused {dollars(what.refused)} of this claim: "
        f"{what.reason}. We ask you to reverse this decision and to pay the claim."
    )
    yield paper.Text(appeal_text(what.category).request)


def _why(facts: Sequence[str], words: str) -> Iterator[Block]:
    if facts or words:
        yield paper.Heading("Why")
    if facts:
        yield paper.Text("Our record, at the day of this letter:")
        yield paper.Bullets(facts)
    if words:
        yield paper.Text(words)


def _enclosed(enclosed: Sequence[str]) -> Iterator[Block]:
    if enclosed:
        yield paper.Heading("Enclosed")
        yield paper.Bullets(enclosed)


def _signed(by: str, in_time: date | None) -> Iterator[Block]:
    if in_time:
        yield paper.Text(f"This request is made within the time for it, {day(in_time)}.")
    yield paper.Gap()
    yield paper.SignatureLine(by)


def decision(what: Refused) -> list[tuple[str, str]]:
    """The facts by which a payer finds the claim."""
    facts = [
        ("Patient", what.client),
        ("Member id", what.member_id),
        ("Claim", what.claim_number),
        ("Your number", what.payer_control_number),
        ("Date of service", day(what.service)),
        ("Service", f"{what.code}, {dollars(what.charged)}"),
        ("Decision of", f"{day(what.decided_on)} {what.check}".strip()),
        ("Reason given", what.reason),
    ]
    return [(label, value) for label, value in facts if value]


@dataclass(frozen=True, slots=True)
class ShortLine:
    """A line that was paid less than the contract says: how the payer finds it, and both amounts in
    cents."""

    claim_number: str
    payer_control_number: str
    service: date
    code: str
    units: int
    promised: int
    allowed: int
    short: int


def dispute_letter(
    payer: str,
    cause: Cause,
    lines: Sequence[ShortLine],
    *,
    sender: paper.Sender,
    by: str,
    dated: date,
    words: str = "",
    is_part2: bool = False,
) -> paper.Letter:
    """The letter that asks for what is missing: why it is, what the writer adds, every line. It
    says nothing of what we think of our own table."""
    return paper.Letter(
        title="Dispute of payment",
        sender=sender,
        blocks=tuple(_dispute(cause, lines, by, words)),
        to=(payer, "Provider disputes"),
        dated=dated,
        foot=part2_notice() if is_part2 else "",
    )


def _dispute(cause: Cause, lines: Sequence[ShortLine], by: str, words: str) -> Iterator[Block]:
    missing = dollars(sum(line.short for line in lines))
    services = "1 service" if len(lines) == 1 else f"{len(lines)} services"
    yield paper.Text(f"{services} paid below our contract: {missing} is missing", strong=True)
    yield paper.Text(GROUNDS[cause])
    yield paper.Text(
        "We ask you to process these claims anew at the rate of the contract in force on each day "
        "of service, and to pay the difference."
    )
    if words.strip():
        yield paper.Text(words.strip())
    yield paper.Heading("The services")
    yield paper.Table(
        [
            paper.Column("Claim", 1.5), paper.Column("Your number", 1.7),
            paper.Column("Service", 1.1), paper.Column("Code", 1.1),
            paper.Column("Contract", 0.9, figures=True), paper.Column("Allowed", 0.9, figures=True),
            paper.Column("Missing", 0.9, figures=True),
        ],
        [
            (
                line.claim_number, line.payer_control_number, day(line.service),
                f"{line.code} × {line.units}" if line.units > 1 else line.code,
                dollars(line.promised), dollars(line.allowed), dollars(line.short),
            )
            for line in lines
        ],
    )  # fmt: skip
    yield paper.Gap()
    yield paper.SignatureLine(by)


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a packet: its key, its title, and what stands under it."""

    key: str
    title: str
    blocks: tuple[Block, ...]


def packet(
    what: Refused, sections: Sequence[Section], *, sender: paper.Sender, dated: date
) -> paper.Letter:
    """What a payer has asked for: a cover that finds the claim, then each part under its title."""
    return paper.Letter(
        title=f"Records for claim {what.claim_number}",
        sender=sender,
        blocks=(
            paper.Text("Records sent at the payer's request", strong=True),
            paper.Facts(decision(what)),
            paper.Text("Enclosed is what was asked for, and nothing else:"),
            paper.Bullets([section.title for section in sections]),
            *(block for one in sections for block in (paper.Heading(one.title), *one.blocks)),
        ),
        to=(what.payer, "Medical records"),
        dated=dated,
        foot=part2_notice() if what.is_part2 else "",
    )
